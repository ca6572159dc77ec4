"""The page for the browser: where its links lead, how it is built, and what Chromium makes of it (skipped without it)."""

import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import chromium
import numpy as np
import pypdf
import pytest
from lxml import html
from ronkyo.report.settings import Settings

from ronkyo import files, results, runs
from ronkyo.typeset import page, tree

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(title="A & B <C>", course="課程", author="著者", date="2024-06-16", code_url="..")  # pyright: ignore
IMAGE = "figures/spoken_digits/confusion.svg"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A project with one result and one figure; returns a function from Markdown to the page for the browser."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    shutil.copytree(ROOT / "report_templates", "report_templates")
    seeds = {"gru": {"val_accuracy": np.array([0.1, 0.2, 0.3])}}
    results.write_summary("spoken_digits", results.Summary(seeds=seeds, constants={"chance": {"accuracy": 0.1}}))
    files.write_json(runs.provenance_file("next_word"), {"name": "演説", "digest": "0"})
    files.write_text(runs.REPORTS / IMAGE, "<svg xmlns='http://www.w3.org/2000/svg'/>")
    for name, *_ in page.FONT_FACES:
        for form in ("woff2", "ttf"):
            files.write_text(runs.FONTS / f"{name}.{form}", "")

    def write(text, make=page.for_browser):
        return html.document_fromstring(make(tree.build(text), SETTINGS, Path("report_templates")))

    return write


def number(key):
    return f'<data value="{key}">1</data>'


def figure(id, source="src/day3/runs.py#L1"):
    attributes = f'{{data-id: "{id}", data-source: "{source}", data-shown: "{id}"}}'
    return f"![図の説明]({IMAGE})\n\n/// figure-caption\n    attrs: {attributes}\n\n図の題\n///\n"


def text_of(element):
    return "".join(element.itertext())


# -- links to what stands behind --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "file", "line"),
    [
        ("spoken_digits.gru.val_accuracy", "reports/metrics/spoken_digits.json", '"val_accuracy":'),
        ("spoken_digits.chance.accuracy", "reports/metrics/spoken_digits.json", '"accuracy":'),
        ("next_word.name", "reports/data/next_word.json", '"name":'),
        ("spoken_digits.seeds", "params.yaml", "seeds:"),
        ("spoken_digits.variants.gru.batch_size", "params.yaml", "gru:"),
        ("original:spoken_digits.simple_rnn.loss", "report_templates/original.yaml", "spoken_digits.simple_rnn.loss:"),
    ],
)
def test_a_number_leads_to_the_line_that_it_comes_from(small, key, file, line):
    (link,) = small(f"## 章\n\n値は {number(key)} である。").xpath('//a[@class="origin"][data]')
    found = re.fullmatch(r"\.\./(.*)#L(\d+)", link.get("href"))
    assert found
    assert found[1] == file
    assert link.get("title") == key
    assert Path(file).read_text(encoding="utf-8").splitlines()[int(found[2]) - 1].strip().startswith(line)


def test_the_level_and_the_versions_lead_to_their_files(small):
    links = small(f"## 章\n\n{number('statistics.LEVEL')}、{number('numpy')}、{number('claims')}").xpath(
        '//a[@class="origin"]/@href'
    )
    assert re.fullmatch(r"\.\./src/day3/statistics\.py#L\d+", links[0])
    assert links[1:] == ["../requirements.lock", "../reports/claims.json"]


def test_a_number_of_a_claim_leads_to_the_ledger_which_leads_back(small):
    found = small(
        f'## 章\n\n<span class="claim" id="claim:x">差は {number("claim:x")}。<a href="#ledger:x">主張 1</a></span>\n\n'
        f'<div id="ledger:x" markdown="1">\n\n差は {number("claim:x")}、{number("claims")}。[本文へ](#claim:x)\n\n</div>'
    )
    assert found.xpath('//*[@id="claim:x"]//a[@class="origin"]/@href') == ["#ledger:x"]
    assert not found.xpath('//*[@id="ledger:x"]//a[@class="origin"]')


def test_a_number_that_nothing_holds_or_inside_a_link_stays_bare(small):
    found = small(f"## 章\n\n{number('nothing.at.all')} [{number('spoken_digits.seeds')}](https://example.org/)")
    assert not found.xpath('//a[@class="origin"] | //a//a')


def test_a_figure_leads_to_its_code_and_its_data(small):
    links = small(f"## 章\n\n{figure('fig:spoken_digits/confusion')}").xpath('//figcaption/a[@class="source"]/@href')
    assert links == ["../src/day3/runs.py#L1", "../reports/seeds/spoken_digits.csv"]


# -- structure --------------------------------------------------------------------------------------------------------


def test_a_figure_opens_large_without_a_script_and_is_in_the_file_once(small):
    found = small(f"## 章\n\n{figure('fig:spoken_digits/confusion')}")
    (plate,) = found.xpath('//figure//*[@popover="auto"]')
    assert [child.tag for child in plate] == ["img", "button"]
    assert plate.find("button").get("popovertarget") == plate.get("id")
    assert text_of(plate.find("button/span[@class='open']")) == "図 1 を拡大"
    assert len(found.xpath("//img")) == 1
    assert not found.xpath("//script")


def test_what_stands_before_the_first_chapter_is_treated_like_the_rest(small):
    (summary,) = small(f"[節](code:params.yaml)\n\n{figure('fig:spoken_digits/confusion')}\n\n## 章").xpath(
        '//section[@class="summary"]'
    )
    assert summary.xpath(".//img/@src")[0].startswith("data:image/svg+xml;base64,")
    assert summary.xpath("./p/a/@href") == ["../params.yaml"]
    assert summary.xpath(".//button")


def test_tables_scroll_in_a_box_of_their_own(small):
    assert small("## 章\n\n| a |\n|---|\n| 1 |\n").xpath('//main/div[@class="scroll"]/table')


def check_structure(found):
    assert found.xpath("/html/@lang") == ["ja"]
    body = found.find("body")
    assert [child.tag for child in body if child.tag != "section"] == ["a", "header", "nav", "main", "footer"]
    assert len(found.xpath("//h1")) == 1
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))
    inside = [unquote(href[1:]) for href in found.xpath("//a/@href") if href.startswith("#")]
    assert set(inside) | set(found.xpath("//@popovertarget")) <= set(ids)
    levels = [int(heading.tag[1]) for heading in found.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    nested = "//a//a | //a//button | //button//a | //p//div | //p//figure"
    assert not found.xpath(nested)


def test_landmarks_headings_and_ids(small):
    check_structure(small("概要。\n\n## 章\n\n### 節\n\n## main\n\n### contents"))


def test_names_are_text_and_not_markup(small):
    found = small("## a < b & c\n\n本文。")
    assert found.findtext(".//title") == text_of(found.find(".//h1")) == "A & B <C>"
    assert text_of(found.xpath("//nav//ol/li/a")[0]) == "1a < b & c"


def test_the_style_has_nothing_that_only_paper_knows(small):
    style = small("## 章").findtext(".//style")
    assert not re.search(r"bookmark-|string-set|string\(|leader\(|target-counter", style)
    assert style.count("{") == style.count("}")


def test_the_page_for_print_has_nothing_that_only_a_browser_can_do(small):
    text = (
        f"## 章\n\n{number('spoken_digits.seeds')}\n\n{figure('fig:spoken_digits/confusion')}\n\n| a |\n|---|\n| 1 |\n"
    )
    found = small(text, page.for_print)
    assert not found.xpath('//button | //details | //footer | //*[@popover] | //a[@class="origin" or @class="skip"]')
    assert not found.xpath('//div[@class="scroll"]')


# -- the report's own page --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(project):
    return html.parse(str(project.root / "reports/day3.html")).getroot()


def test_the_structure_of_the_report(report):
    check_structure(report)


def test_every_number_of_the_report_leads_to_a_file_that_holds_it(project, report):
    bare = report.xpath('//data[not(ancestor::a)][not(ancestor::*[starts-with(@id, "ledger:")])]')
    unlinked = {data.get("value") for data in bare if not data.xpath("ancestor::tr//a[starts-with(@href, '#ledger:')]")}
    assert unlinked == set()
    links = report.xpath('//a[@class="origin"]')
    assert len(links) > 300
    for link in links:
        if link.get("href").startswith("#ledger:"):
            continue
        file, _, line = link.get("href").removeprefix("../").partition("#L")
        if file == "reports/claims.json":
            continue
        lines = (project.root / file).read_text(encoding="utf-8").splitlines()
        if file.startswith("reports/metrics/"):
            name = json.dumps(link.get("title").split(".", 2)[2], ensure_ascii=False)
            assert lines[int(line) - 1].strip().startswith(f"{name}:"), link.get("title")


def test_every_source_of_the_report_is_a_file_of_the_project(project, report):
    for href in set(report.xpath('//a[starts-with(@href, "../")]/@href')):
        assert (project.root / href.removeprefix("../").partition("#")[0]).exists(), href


# -- in Chromium ------------------------------------------------------------------------------------------------------

WINDOWS = [(width, scheme) for width in (360, 1024, 1600) for scheme in ("light", "dark")]
CONTRASTS = """(() => {
  const parse = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a] }
  const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = parse(getComputedStyle(element).backgroundColor)
      if (color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || element.closest("svg") || !element.checkVisibility()) continue
    const color = getComputedStyle(element).color, paper = behind(element)
    const [low, high] = [luminance(parse(color)), luminance(paper)].sort((a, b) => a - b)
    found[`${color} on ${paper}: ${element.tagName}.${element.className}`] = (high + 0.05) / (low + 0.05)
  }
  return found
})()"""


@pytest.fixture(scope="module")
def browser(project, tmp_path_factory):
    if chromium.PROGRAM is None:
        pytest.skip("no chromium on this machine")
    with chromium.browser(tmp_path_factory.mktemp("chromium") / "profile") as found:
        yield found


@pytest.fixture
def shown(project, browser):
    return lambda width, scheme="light": browser.open(project.root / "reports/day3.html", width, 800, scheme)


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_nothing_complains_is_fetched_overflows_or_is_hard_to_read(shown, browser, width, scheme):
    shown(width, scheme)
    assert browser.console == []
    assert not [url for url in browser.requests if not url.startswith(("file:", "data:"))]
    assert {url for url in browser.requests if url.startswith("file:")} == {browser.run("location.href.split('#')[0]")}
    assert browser.run("document.documentElement.scrollWidth") <= width
    pale = {name: ratio for name, ratio in browser.run(CONTRASTS).items() if ratio < 4.5}
    assert not pale
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    characters = browser.run(f"document.querySelector('main > p').clientWidth / {size}")
    assert characters <= 42
    assert width < 600 or characters >= 38


def test_contents_fold_at_the_top_or_stand_at_the_side(shown, browser):
    visible = "document.querySelector('.contents li a').checkVisibility()"
    box = "(r => [r.top, r.left, r.right])(document.querySelector('.contents').getBoundingClientRect())"
    shown(360)
    assert not browser.run("document.querySelector('details').open")
    assert browser.run(f"{box}[0]") < 300
    assert browser.run("document.querySelector('.contents').clientHeight") < 100
    browser.run("document.querySelector('.foot a').click()")
    assert browser.run("document.querySelector('details').open")
    shown(1600)
    assert browser.run(visible)
    assert browser.run(f"{box}[2]") <= browser.run("document.querySelector('main').getBoundingClientRect().left")
    browser.run("scrollTo(0, 5000)")
    assert browser.run(f"{box}[0]") == 0


@pytest.mark.parametrize("width", [360, 1024])
def test_a_figure_opens_and_closes_by_keyboard(shown, browser, width):
    shown(width)
    browser.run("document.querySelector('.plate button').focus()")
    opened = "document.querySelectorAll(':popover-open').length"
    before = browser.run("document.querySelector('.plate img').clientWidth")
    browser.press("Enter", 13)
    assert browser.run(opened) == 1
    assert browser.run("document.querySelector('.plate img').clientWidth") > 1.3 * before
    browser.press("Escape", 27)
    assert browser.run(opened) == 0
    assert browser.run("document.querySelector('.plate img').clientWidth") == before
    assert browser.run("document.activeElement.innerText") == "図 1 を拡大"
    for expected in (1, 0):
        browser.press("Enter", 13)
        assert browser.run(opened) == expected


def test_the_tab_key_reaches_the_skip_link_first_then_links_and_figures(shown, browser):
    shown(1024)
    reached = []
    for _ in range(110):
        browser.press("Tab", 9)
        reached.append(browser.run("document.activeElement.tagName + '.' + document.activeElement.className"))
    assert reached[0] == "A.skip"
    assert {"A.origin", "A.reference", "A.source", "BUTTON."} <= set(reached)


def test_printed_by_the_browser_it_has_the_contents_and_no_buttons(shown, browser, project):
    shown(360, "dark")
    sheets = pypdf.PdfReader(io.BytesIO(browser.printed())).pages
    ours = len(pypdf.PdfReader(project.root / "reports/day3.pdf").pages)
    assert abs(len(sheets) - ours) <= max(2, ours // 20)
    text = "".join(sheet.extract_text() for sheet in sheets[:3])
    assert "考察" in text
    assert "双方向" in text
    assert "本文へ移動" not in text
    assert not any("拡大" in sheet.extract_text() for sheet in sheets)
