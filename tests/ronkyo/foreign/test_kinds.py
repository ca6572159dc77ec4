"""The kinds of defects that files by others have shown, in the order of their weight: kinds.yaml has cases of each.

`repro` names those that once went wrong, the smallest of their kind; the others are more of it, as a stranger writes them. Of
a case must be seen: so many formulas and none as its source, the numbers of formulas, texts, listings, and XPath; not what is
hidden; and as many warnings, in their order, as it has. Cases of a kind stand in one report under headings of their own;
those that begin with a title or front matter are a report each. What is no matter of a page's tree is tested elsewhere:

1 strokes in a browser (r03)       test_formulas.test_the_browser_cuts_strokes_to_their_length
2 how deep (r35, r36)              test_nesting, test_markup
4 damaged pictures (r11)           test_pictures.test_a_damaged_png_is_a_placeholder_with_one_warning
7 letters and readings on paper    test_characters
9 too many pixels (r38)            test_pictures.test_a_picture_with_too_many_pixels_is_told_with_its_size_and_the_limit
11 paper, head and foot (r25)      test_page_setup
14 time (r28)                      test_bounds.test_time_grows_as_the_size_does
"""

import copy
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import html
from PIL import Image
from reading import text_of, warned
from ruamel.yaml import YAML

from ronkyo.foreign import render

Case = dict[str, Any]
KINDS: dict[str, list[Case]] = YAML(typ="safe").load(Path(__file__).with_name("kinds.yaml"))
CASES = [(kind, place) for kind, cases in KINDS.items() for place in range(len(cases))]


def listed(case: Case, key: str) -> list[str]:
    value = case.get(key, [])
    return value if isinstance(value, list) else [value]


def stands_alone(case: Case) -> bool:
    return case["source"].startswith(("# ", "---\n"))


def joined(*kinds: str) -> str:
    """The cases of some kinds in one report, each under a heading with its number."""
    cases = [(place, case) for kind in kinds for place, case in enumerate(KINDS[kind]) if not stands_alone(case)]
    return "# 題の文\n\n" + "\n\n".join(f"## {place}\n\n{case['source']}" for place, case in cases)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    image = Image.linear_gradient("L").resize((300, 200)).convert("RGB")
    for name in ("a.png", "img/a.png", "画像 1/図 1.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        image.save(folder / name)
    for kind in ("gif", "webp"):
        image.save(folder / "whole", kind)
        content = (folder / "whole").read_bytes()
        (folder / f"cut.{kind}").write_bytes(content[: len(content) // 2])
    for name, content in (
        ("cut.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="10"><rect width="5"'),
        ("html.png", "<!DOCTYPE html><html>404 not found</html>"),
        ("lfs.png", "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n"),
        ("empty.png", ""),
    ):
        (folder / name).write_text(content)
    return folder


@pytest.fixture(scope="module")
def part(folder: Path) -> Callable[[str, int], tuple[html.HtmlElement, list[str]]]:
    """A case's part of the page, and the warnings of its lines; the report of a kind is read once."""
    known: dict[str, render.Parsed] = {}
    file = folder / "a.md"

    def read(text: str) -> render.Parsed:
        file.write_text(text, encoding="utf-8")
        return render.parse(file, "ja")

    def find(kind: str, place: int) -> tuple[html.HtmlElement, list[str]]:
        if stands_alone(case := KINDS[kind][place]):
            parsed = read(case["source"])
            return html.fromstring(render.for_browser(file, parsed)), warned(parsed)
        parsed = known[kind] = known.get(kind) or read(joined(kind))
        (heading,) = parsed.tree.root.xpath(f"./h2[. = '{place}']")
        section = html.Element("section")
        section.text = heading.tail
        section.extend(copy.deepcopy(list(takewhile(lambda each: each.tag != "h2", heading.itersiblings()))))
        begin, end = (joined(kind).partition(f"\n## {number}\n")[0].count("\n") + 1 for number in (place, place + 1))
        return section, [said for said in warned(parsed) if begin < int(said.partition(":")[0]) <= end]

    return find


@pytest.mark.parametrize(("kind", "place"), CASES, ids=[f"{kind}-{place}" for kind, place in CASES])
def test_a_kind_is_set(part, kind, place):
    case = KINDS[kind][place]
    page, warnings = part(kind, place)
    text = text_of(page)
    if "formulas" in case:
        assert len(page.xpath(".//*[@class='formula' or @class='equation']")) == case["formulas"]
        assert not page.xpath(".//*[contains(@class, 'unset')]")
    if "numbers" in case:
        assert page.xpath(".//*[@class='equation-number']/text()") == case["numbers"]
    assert [each for each in listed(case, "text") if each not in text] == []
    assert [each for each in listed(case, "hidden") if each in text] == []
    code = [text_of(each) for each in page.iter("pre", "code")]
    assert [each for each in listed(case, "code") if each not in code] == []
    assert page.xpath(case.get("seen", "true()")), html.tostring(page, encoding="unicode")[:2000]
    assert len(warnings) == len(listed(case, "warned")), warnings
    assert all(each in said for each, said in zip(listed(case, "warned"), warnings, strict=True)), warnings


@pytest.fixture(scope="module")
def rendered(folder: Path) -> tuple[Path, list[str]]:
    """The page of all kinds, and the warnings."""
    file = folder / "all.md"
    file.write_text(joined(*KINDS), encoding="utf-8")
    return file.with_suffix(".html"), render.render(file, language="ja", say=lambda _: None)


def test_all_of_them_are_printed_without_a_loss(rendered):
    """Nor a warning but those that the cases have."""
    expected = [each for cases in KINDS.values() for case in cases for each in listed(case, "warned")]
    assert [said for said in rendered[1] if not any(each in said for each in expected)] == []


def test_none_of_them_is_cut_off_by_the_edge_of_the_paper(rendered):
    document = pypdfium2.PdfDocument(rendered[0].with_suffix(".pdf"))
    for page in document:
        text = page.get_textpage()
        assert max(text.get_rect(index)[2] for index in range(text.count_rects())) < page.get_width() - 60


@pytest.mark.parametrize("width", [1000, 400])
def test_all_of_them_are_as_wide_as_the_window_and_centred_where_they_ask_for_it(rendered, browser, width):
    browser.open(rendered[0], width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    centred = "document.querySelectorAll('[style*=center] p')"
    assert set(browser.run(f"[...{centred}].map(each => getComputedStyle(each).textAlign)")) == {"center"}
