"""The page for the browser: where its links lead, how it is built, and what Chromium makes of it (skipped without it)."""

import base64
import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import links
import pypdf
import pytest
import sample
from lxml import html

from ronkyo import files
from ronkyo.report import evidence
from ronkyo.report.origins import Origins
from ronkyo.typeset import Front, letters, page, tree
from ronkyo.typeset.page import Origin
from ronkyo.words import Words

FRONT = Front("A & B <C>", date(2024, 6, 16), "課程", "著者", "ja", "..")
IMAGE = "figures/trial/curve.svg"


class Sources:
    """What a page carries, and where its numbers and figures come from."""

    def archive(self):
        return b"all"

    def of_number(self, recipe):
        origins = {
            "trial.seeds": Origin("#params", "trial.seeds: params.yaml, line 3"),
            "claims": Origin("#claims", ""),
        }
        return Origin("#ledger:x", recipe) if recipe == "claim:x" else origins.get(recipe.partition(" ")[0])

    def of_figure(self, id):
        return Origin("#seeds", "seeds-trial.csv") if id == "trial/curve" else None

    def of_file(self, path):
        return "#params" if path == "params.yaml" else None


@pytest.fixture
def made(tmp_path):
    """From Markdown to the page for the browser, in a folder with one figure."""
    files.write_text(tmp_path / IMAGE, '<svg xmlns="http://www.w3.org/2000/svg"/>')
    return lambda text: html.document_fromstring(
        page.for_browser(tree.build(text, Words("ja")), FRONT, tmp_path, sources=Sources()).html
    )


def number(key):
    return f'<data value="{key}">1</data>'


def figure(id):
    attributes = f'{{data-id: "fig:{id}", data-source: "src/figures.py#L1", data-shown: "{id}"}}'
    return f"![図の説明]({IMAGE})\n\n/// figure-caption\n    attrs: {attributes}\n\n図の題\n///\n"


def text_of(element):
    return "".join(element.itertext())


# -- links to what stands behind --------------------------------------------------------------------------------------


def test_a_number_leads_to_what_the_page_says_of_its_file(made):
    (link,) = made(f"## 章\n\n値は {number('trial.seeds param')} である。").xpath('//a[@class="origin"][data]')
    assert (link.get("href"), link.get("title")) == ("#params", "trial.seeds: params.yaml, line 3")
    assert link.tail == " である。"


def test_a_number_of_a_claim_leads_to_the_ledger_which_leads_back(made):
    found = made(
        f'## 章\n\n<span class="claim" id="claim:x">差は {number("claim:x")}。<a href="#ledger:x">主張 1</a></span>\n\n'
        f'<div id="ledger:x" markdown="1">\n\n差は {number("claim:x")}、{number("claims")}。[本文へ](#claim:x)\n\n</div>'
    )
    assert found.xpath('//*[@id="claim:x"]//a[@class="origin"]/@href') == ["#ledger:x"]
    assert not found.xpath('//*[@id="ledger:x"]//a[@class="origin"]')


def test_a_number_that_nothing_holds_or_inside_a_link_stays_bare(made):
    found = made(f"## 章\n\n{number('nothing.at.all')} [{number('trial.seeds')}](https://example.org/)")
    assert not found.xpath('//a[@class="origin"] | //a//a')


def test_a_path_that_a_lone_reader_has_not_is_no_link(made):
    (code, data) = made(f"## 章\n\n{figure('trial/curve')}").xpath('//figcaption/*[@class="source"]')
    assert (code.tag, code.get("href"), code.get("title")) == ("span", None, "src/figures.py#L1")
    assert (data.get("href"), data.text) == ("#seeds", "seeds-trial.csv")


def test_a_repository_is_led_to_for_what_the_page_does_not_carry():
    front = replace(FRONT, code_url="https://example.org/r")
    built = tree.build('[a](code:params.yaml) [b](code:src/a.py#L1) <span id="params"></span>', Words("ja"))
    for made in (
        page.for_browser(built, front, Path(), sources=Sources()).html,
        page.for_print(built, front, "", Sources())[0],
    ):
        found = html.document_fromstring(made).xpath("//main//a/@href | //section//a/@href")
        assert found == ["#params", "https://example.org/r/src/a.py#L1"]


def test_all_files_are_one_link_of_the_page_and_text_on_paper(made):
    text = "## 章\n\n書庫 [a.zip](archive:a.zip) がある。"
    (link,) = made(text).xpath("//a[@download]")
    assert (link.get("download"), link.get("href")) == ("a.zip", "data:application/zip;base64,YWxs")
    paper = html.document_fromstring(page.for_print(tree.build(text, Words("ja")), FRONT).html)
    assert "書庫 a.zip がある。" in text_of(paper)
    assert not paper.xpath("//a[text()='a.zip']")


@pytest.fixture(scope="module")
def files_of(tmp_path_factory):
    project = sample.build(tmp_path_factory.mktemp("sample"))
    sample.write_results(project)
    files.write_json(project.provenance_file("addition"), {"name": "sums", "digest": "0"})
    files.write_text(project.templates / "original.yaml", "numbers:\n  digits.gru.loss: {value: 0.5}\n")
    files.write_text(project.root / "versions.yaml", "numpy: 2\nscikit-image: 1\n")
    paths = [path for path in project.root.rglob("*.*") if path.suffix in (".json", ".yaml", ".csv")]
    return {evidence.attachment_name(project.relative(path)): path.read_bytes() for path in paths}


@pytest.fixture
def origins(files_of):
    return Origins(files_of, Words("en"))


@pytest.mark.parametrize(
    ("key", "file", "line"),
    [
        ("digits.gru.accuracy mean .1%", "metrics-digits.json", '"accuracy":'),
        ("digits.chance.tenth", "metrics-digits.json", '"tenth":'),
        ("addition.name source", "data-addition.json", '"name":'),
        ("digits.seeds", "params.yaml", "seeds:"),
        ("digits.variants.gru.batch_size", "params.yaml", "gru:"),  # it need not write what it inherits
        ("original:digits.gru.loss", "templates-original.yaml", "digits.gru.loss:"),
        ("scikit_image", "versions.yaml", "scikit-image:"),
    ],
)
def test_the_origin_of_a_number_is_the_line_of_a_file(origins, files_of, key, file, line):
    found = origins.of_number(key)
    assert found.href == f"#evidence:{file}"
    told = re.fullmatch(r"(.*): (.*), line (\d+)", found.title)
    assert told
    assert (told[1], told[2]) == (key.partition(" ")[0], file)
    assert files_of[file].decode().splitlines()[int(told[3]) - 1].strip().startswith(line)


def test_the_origin_of_other_numbers_is_a_file_or_an_entry_of_the_ledger(origins):
    assert origins.of_number("claim:x effect .2f").href == "#ledger:x"
    assert origins.of_number("claims").href == "#evidence:claims.json"
    assert origins.of_number("python") is None
    assert origins.of_number("nothing.at.all") is None
    assert origins.of_figure("digits/confusion") == ("#evidence:seeds-digits.csv", "seeds-digits.csv")


# -- structure --------------------------------------------------------------------------------------------------------


def test_a_figure_opens_large_without_a_script_and_is_in_the_file_once(made):
    found = made(f"## 章\n\n{figure('trial/curve')}")
    (plate,) = found.xpath('//figure//*[@popover="auto"]')
    assert [child.get("class") or child.tag for child in plate] == ["drawing", "button"]
    assert plate.find("button").get("popovertarget") == plate.get("id")
    assert text_of(plate.find("button/span[@class='open']")) == "図 1 を拡大"
    assert len(found.xpath("//figure//svg")) == 1
    assert not found.xpath("//script")


def test_a_drawing_stands_in_the_page_letter_by_letter_with_its_description(tmp_path):
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path id="a.1" d="M0 0h9"/></svg>'
    files.write_text(tmp_path / IMAGE, drawn)
    page_of = page.for_browser(tree.build(f"## 章\n\n{figure('trial/curve')}", Words("ja")), FRONT, tmp_path).html
    assert page_of.count(drawn) == 1
    assert '<span role="img" class="drawing" aria-label="図の説明">' in page_of.replace(
        'class="drawing" role="img"', 'role="img" class="drawing"'
    )


@pytest.mark.parametrize(
    "inside",
    ["<script>1</script>", '<path onclick="x()"/>', '<image href="https://example.org/a.png"/>', "<style>p {}</style>"],
)
def test_a_picture_that_does_more_than_be_drawn_stays_apart_from_the_page(inside, tmp_path):
    files.write_text(tmp_path / IMAGE, f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>')
    found = html.document_fromstring(
        page.for_browser(tree.build(f"## 章\n\n{figure('trial/curve')}", Words("ja")), FRONT, tmp_path).html
    )
    assert found.xpath("//figure//img/@src")[0].startswith("data:image/svg+xml;base64,")
    assert not found.xpath("//figure//svg")


def test_the_outline_of_a_letter_is_in_the_page_once(made):
    found = made("## 章\n\n$x$ と $x + x$ と $x$")
    paths, uses = found.xpath("//svg[@class='outlines']//path/@id"), found.xpath("//svg[@class='math']//use/@href")
    assert len(paths) == 2
    assert len(uses) == 5
    assert {f"#{id}" for id in paths} == set(uses)
    assert not found.xpath("//svg[@class='math']//path")


def test_the_fonts_have_the_letters_of_the_page_and_of_code(made):
    found = letters.of(
        base64.b64decode(font)
        for font in re.findall(r"data:font/woff2;base64,([^\"]+)", made("## 章\n\n峠").findtext(".//style"))
    )
    assert set("章峠aA9•目次") <= found
    assert "嶺" not in found


def test_what_stands_before_the_first_chapter_is_treated_like_the_rest(made):
    (summary,) = made(f"[節](code:params.yaml)\n\n{figure('trial/curve')}\n\n## 章\n\n<span id='params'></span>").xpath(
        '//section[@class="summary"]'
    )
    assert summary.xpath('.//*[@class="drawing"]/svg')
    assert summary.xpath("./p/a/@href") == ["#params"]
    assert summary.xpath(".//button")


def test_tables_scroll_in_a_box_of_their_own(made):
    assert made("## 章\n\n| a |\n|---|\n| 1 |\n").xpath('//main/div[@class="scroll"]/table')


CLAIMS = """## 章

<span class="claim" id="claim:x">差は大きい。
<a class="badge supported" href="#ledger:x"><span>主張 1</span>「差がある」<b>支持</b></a></span>

## 次の章

<span class="claim" id="claim:y">同じである。<a class="badge short undecided" href="#ledger:y">[主張 2]</a></span>

## 付録

| 主張 | 判定 |
|---|---|
| [1](#ledger:x) | <span class="verdict supported">支持</span> |
| [2](#ledger:y) | <span class="verdict undecided">未決</span> |

/// table-caption
    attrs: {data-id: "tab:claims"}

主張
///

<div class="ledger supported" id="ledger:x" markdown="1">

**主張 1** 差がある <a class="back" href="#claim:x">本文へ</a>

</div>

<div class="ledger undecided" id="ledger:y" markdown="1">

**主張 2** 差がない <a class="back" href="#claim:y">本文へ</a>

</div>
"""


def test_the_mark_of_a_claim_opens_its_entry_which_is_in_the_page_once_and_leads_back(made):
    found = made(CLAIMS)
    (entry,) = found.xpath('//*[@id="ledger:x"]')
    assert entry.get("popover") == "auto"
    assert [button.text for button in found.xpath('//button[@popovertarget="ledger:x"]')] == ["主張 1", "1", "閉じる"]
    assert found.xpath('//*[@id="claim:x"]/*[contains(@class, "badge")]/button')
    assert found.xpath('//*[@id="claim:y"]/button[@class="badge short undecided"][@popovertarget="ledger:y"]')
    assert entry.xpath(".//button/@popovertargetaction") == ["hide"]
    assert entry.xpath('.//a[@class="back"]/@href') == ["#claim:x"]
    check_structure(found)


def test_the_claims_can_be_filtered_by_verdict_and_chapter(made):
    found = made(CLAIMS)
    rows = found.xpath('//*[@id="tab:claims"]//tbody/tr/@class')
    assert rows == ["supported in-1", "undecided in-2"]
    choices = found.xpath("//fieldset//input/@value")
    assert choices == ["", "supported", "undecided", "", "in-1", "in-2"]
    assert [text_of(label) for label in found.xpath("//fieldset//label")][3:] == ["すべて", "1 章", "2 次の章"]
    assert found.xpath("//fieldset//input[@checked]/@value") == ["", ""]


def check_structure(found, language="ja"):
    assert found.xpath("/html/@lang") == [language]
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


def test_landmarks_headings_and_ids(made):
    check_structure(made("概要。\n\n## 章\n\n### 節\n\n## main\n\n### contents"))


def test_names_are_text_and_not_markup(made):
    found = made("## a < b & c\n\n本文。")
    assert found.findtext(".//title") == text_of(found.find(".//h1")) == "A & B <C>"
    assert text_of(found.xpath("//nav//ol/li/a")[0]) == "1a < b & c"


def test_the_style_has_nothing_that_only_paper_knows(made):
    style = made("## 章").findtext(".//style")
    assert not re.search(r"bookmark-|string-set|string\(|leader\(|target-counter", style)
    assert style.count("{") == style.count("}")


def test_the_page_for_print_has_nothing_that_only_a_browser_can_do():
    text = f"## 章\n\n{number('trial.seeds')}\n\n{figure('trial/curve')}\n\n| a |\n|---|\n| 1 |\n"
    found = html.document_fromstring(page.for_print(tree.build(text, Words("ja")), FRONT).html)
    assert not found.xpath('//button | //details | //footer | //*[@popover] | //a[@class="origin" or @class="skip"]')
    assert not found.xpath('//div[@class="scroll"]')


def test_the_page_for_the_browser_has_a_third_level_in_its_contents(made):
    text = "## 章\n\n### 節\n\n#### 項\n\n## 次\n\n#### 深い項"
    found = made(text)
    assert [text_of(link) for link in found.xpath("//nav//a")] == ["1章", "1.1節", "1.1.1項", "2次"]
    assert found.xpath("//nav/details/ol/li/ol/li/ol/li/a")
    paper = html.document_fromstring(page.for_print(tree.build(text, Words("ja")), FRONT).html)
    assert [text_of(link) for link in paper.xpath("//nav//a")] == ["1章", "1.1節", "2次"]


@pytest.mark.parametrize(("chapters", "short"), [(6, True), (7, False)])
def test_contents_of_more_than_a_dozen_entries_get_a_page_of_their_own(made, chapters, short):
    nav = made("\n\n".join(f"## {number}\n\n### a" for number in range(chapters))).find(".//nav")
    assert ("short" in nav.get("class").split()) == short


# -- the page of a project --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(small):
    return html.parse(str(small.report_file("html"))).getroot()


def test_the_structure_of_a_report(report):
    check_structure(report, "en")


def test_every_number_of_a_report_leads_to_a_file_that_holds_it(report):
    links.expect_numbers_to_lead_home(report, 5)


def test_no_link_of_a_report_needs_a_file_beside_it(report):
    links.expect_to_lead_into_itself(report)


def test_the_page_carries_what_the_pdf_carries(small, report):
    inside = dict(pypdf.PdfReader(small.report_file("pdf")).attachments)
    del inside["pages.json"]  # what the PDF itself draws
    assert {name: [content] for name, content in links.carried(report).items()} == inside


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


@pytest.fixture
def shown(small_japanese, browser):
    return lambda width, scheme="light": browser.open(small_japanese.report_file("html"), width, 800, scheme)


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


def test_choices_hide_rows_without_a_script(made, browser, tmp_path):
    files.write_text(tmp_path / "claims.html", "<!doctype html>" + html.tostring(made(CLAIMS), encoding="unicode"))
    browser.open(tmp_path / "claims.html", 1024)
    shown_rows = "[...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility()).length"
    assert browser.run(shown_rows) == 2
    browser.run("document.querySelector('[value=supported]').click()")
    assert browser.run(shown_rows) == 1
    browser.run("document.querySelector('[value=in-2]').click()")
    assert browser.run(shown_rows) == 0


@pytest.mark.parametrize("width", [360, 1024])
def test_a_mark_opens_the_ledger_over_the_text(width, made, browser, tmp_path):
    files.write_text(tmp_path / "claims.html", "<!doctype html>" + html.tostring(made(CLAIMS), encoding="unicode"))
    browser.open(tmp_path / "claims.html", width)
    place = "(r => [r.top, r.bottom, innerHeight, getComputedStyle(document.getElementById('ledger:x')).position])"
    place += "(document.getElementById('ledger:x').getBoundingClientRect())"
    assert browser.run(f"{place}[3]") == "static"
    browser.run("document.querySelector('[popovertarget]').click()")
    top, bottom, height, position = browser.run(place)
    assert position == "fixed"
    assert 0 <= top < bottom <= height
    browser.press("Escape", 27)
    assert browser.run(f"{place}[3]") == "static"


@pytest.mark.parametrize("width", [360, 900])
def test_nothing_of_the_text_is_below_the_bar_at_the_foot(shown, browser, width):
    shown(width)
    browser.run("scrollTo(0, document.documentElement.scrollHeight)")
    last = "document.querySelector('main').lastElementChild.previousElementSibling.getBoundingClientRect().bottom"
    assert browser.run(f"{last} <= document.querySelector('.foot').getBoundingClientRect().top")
    assert browser.run("document.querySelector('.foot').getBoundingClientRect().width") == browser.run(
        "document.documentElement.clientWidth"
    )


def test_the_contents_have_three_levels_and_mark_the_current_one(shown, browser):
    shown(1600)
    if not browser.run("CSS.supports('scroll-target-group: auto')"):
        pytest.skip("this chromium does not know scroll-target-group")
    target = "[...document.querySelectorAll('main h3')].at(-1)"
    browser.run(f"{target}.scrollIntoView()")
    browser.picture()  # which waits until it is drawn
    current = browser.run(
        "[...document.querySelectorAll('.contents a:target-current')].map(a => a.getAttribute('href'))"
    )
    assert len(current) == 1


@pytest.mark.parametrize("width", [360, 1024])
def test_a_figure_opens_and_closes_by_keyboard(shown, browser, width):
    shown(width)
    browser.run("document.querySelector('.plate button').focus()")
    opened = "document.querySelectorAll(':popover-open').length"
    before = browser.run("document.querySelector('.plate .drawing').clientWidth")
    browser.press("Enter", 13)
    assert browser.run(opened) == 1
    assert browser.run("document.querySelector('.plate .drawing').clientWidth") > 1.3 * before
    browser.press("Escape", 27)
    assert browser.run(opened) == 0
    assert browser.run("document.querySelector('.plate .drawing').clientWidth") == before
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


def test_printed_by_the_browser_it_has_the_contents_and_no_buttons(shown, browser, small_japanese):
    shown(360, "dark")
    sheets = pypdf.PdfReader(io.BytesIO(browser.printed())).pages
    ours = len(pypdf.PdfReader(small_japanese.report_file("pdf")).pages)
    assert abs(len(sheets) - ours) <= 2
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "目次" in text
    assert "本文へ移動" not in text
    assert "拡大" not in text
