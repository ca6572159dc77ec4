"""Two editions of a report: what stands in the full one alone, and that the other says so wherever something leads there."""

import json
from dataclasses import replace
from datetime import date

import pytest
import sample
from lxml import html
from pypdf import PdfReader

from ronkyo.check import wayfinding
from ronkyo.check.report import Report
from ronkyo.errors import ReportError
from ronkyo.report import build, chapters
from ronkyo.typeset import Front, page, tree
from ronkyo.verify import container, drawings, pages
from ronkyo.verify import evidence as verified
from ronkyo.words import Words

WORDINGS = "{% supported %}\n支持。\n{% undecided %}\n未決。\n{% contradicted %}\n否定。\n"
CLAIM = '{% claim "a", higher("digits.gru.accuracy", than=0.1), hypothesis="仮説" %}\n' + WORDINGS + "{% endclaim %}\n"


@pytest.fixture
def project(tmp_path):
    project = sample.build(tmp_path)
    sample.write_results(project)
    return project


@pytest.fixture
def render(project):
    def rendered(text, **others):
        sample.write_report(project, text, **others)
        return chapters.render(project)

    return rendered


# -- the tag ----------------------------------------------------------------------------------------------------------


def test_the_markdown_has_everything_and_marks_what_the_submission_leaves_out(render):
    text = render("## 章\n\n前。\n{% full %}\n中。\n{% endfull %}\n後。\n").text
    assert text == "## 章\n\n前。\n\n\n<!-- full -->\n\n中。\n\n\n<!-- /full -->\n\n後。\n"


def test_a_full_block_holds_claims_and_whole_chapters(render):
    inner = f"### 節\n\n{CLAIM}\n- 点\n\n{{{{ figure('digits/confusion', caption='図', alt='図') }}}}\n"
    text = '## 章\n\n{% full %}\n{% include "chapters/inner.md.j2" %}\n{% endfull %}\n\n{{ ledger() }}\n'
    rendered = render(text, inner=inner)
    inside = rendered.text.partition("<!-- full -->")[2].partition("<!-- /full -->")[0]
    assert 'id="claim:a"' in inside
    assert "fig:digits/confusion" in inside
    assert [stated.claim.number for stated in rendered.claims.stated] == [1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{% full %}\n\n{{ nothing() }}\n{% endfull %}\n", 5),
        ("{% full %}\n中\n\n$\\nothing$\n{% endfull %}\n", 6),
        ("{% full %}\n中\n\n[a](#nothing)\n{% endfull %}\n", 6),
        ("{% full %}\n中\n{% endfull %}\n\n後 $\\nothing$\n", 7),
        ("文 {% full %}\n中\n{% endfull %}\n", 3),
        ("{% full %}\n中\n{% endfull %}。\n", 5),
        ("{% full %}\n中\n", 3),
        (CLAIM.replace("支持。", "支持。\n{% full %}\n中\n{% endfull %}"), 6),
    ],
    ids=["call", "formula", "link", "behind", "not alone", "end not alone", "no end", "in a claim"],
)
def test_what_is_wrong_in_or_with_a_full_block_is_told_with_its_place(project, text, line):
    sample.write_report(project, f"## 章\n\n{text}\n")
    with pytest.raises(ReportError, match=rf"report_templates/report\.md\.j2:{line}: "):
        build.parse(chapters.draft(project))


# -- the tree ---------------------------------------------------------------------------------------------------------

TEXT = """\
## One

Kept[^kept], see [](#tab:rows), [](#left-out), [what follows](#only-left-out) and <a class="badge" href="#ledger:a">[1]</a>.

<!-- full -->

### Left out

Gone[^gone] and[^both].

| a | b |
|---|---|
| 1 | 2 |

/// table-caption
    attrs: {data-id: "tab:rows"}

Rows
///

<div id="ledger:a">The evidence of claim 1.</div>

<!-- /full -->

### Exercise

And [^both]

<!-- full -->

only in the full edition.

<!-- /full -->

### Only left out

<!-- full -->

Nothing else is here.

<!-- /full -->

## Two

| c | d |
|---|---|
| [1](#ledger:a) | 4 |

/// table-caption
    attrs: {data-id: "tab:more"}

More
///

[^gone]: Note one. See also[^inner].
[^inner]: Note two.
[^kept]: Note three.
[^both]: Note four.

///Footnotes Go Here///
"""
WORDS = Words("en")


def paper(text, edition):
    front = Front("T", date(2026, 1, 2), language="en", edition=edition)
    return html.document_fromstring(page.for_print(tree.build(text, WORDS, {"Exercise": "test"}), front).html)


def labels(body):
    return [element.text_content() for element in body.xpath('//main//*[@class="number"] | //figcaption/b')]


def test_both_editions_number_alike_and_the_submission_has_gaps():
    assert labels(paper(TEXT, "full")) == ["1", "1.1", "Table 1", "1.2", "1.3", "2", "Table 2"]
    assert labels(paper(TEXT, "submission")) == ["1", "1.2", "2", "Table 2"]


def test_a_formula_is_left_out_as_other_blocks_are():
    text = "## One\n\nBefore.\n\n<!-- full -->\n\n$$\nx\n$$\n\n<!-- /full -->\n\nAfter.\n"
    assert [len(paper(text, edition).xpath('//*[@class="equation"]')) for edition in ("full", "submission")] == [1, 0]


def test_what_leads_to_something_that_is_left_out_is_text_that_says_so():
    body = paper(TEXT, "submission")
    told = " ".join(body.xpath("//main/p")[0].text_content().split())
    assert told == (
        "Kept3, see Table 1 (full edition), 1.1 Left out (full edition), what follows (full edition) and [1]."
    )
    targets = {f"#{id}" for id in body.xpath("//@id")}
    assert set(body.xpath("//a/@href")) <= targets


def test_a_row_of_a_table_stands_for_the_evidence_that_is_left_out():
    body = paper(TEXT, "submission")
    assert body.xpath('//a[@class="badge"]/@href') == ["#ledger:a"]
    assert body.xpath('//*[@id="ledger:a"]/ancestor::tr//td/text()') == ["4"]


def test_tables_of_claims_have_in_the_submission_the_rows_of_what_stands_there(project):
    second = CLAIM.replace('"a"', '"b"').replace("gru", "bilstm")
    findings = "{% findings %}\n" + CLAIM + "\n{% full %}\n" + second + "{% endfull %}\n{% endfindings %}\n"
    alone = "{% findings %}\n{% full %}\n" + second.replace('"b"', '"c"') + "{% endfull %}\n文。\n{% endfindings %}\n"
    ends = "{{ claims_table() }}\n\n{% full %}\n{{ ledger() }}\n{% endfull %}\n"
    sample.write_report(project, f"## 章\n\n{findings}\n{alone}\n## 表\n\n{ends}")
    built = build.parse(chapters.render(project))
    short, whole = (
        html.fromstring(page.for_print(built, Front("題", date(2026, 1, 2), edition=edition)).html)
        for edition in ("submission", "full")
    )

    def numbers(root, path):
        return [row[0].text_content() for row in root.xpath(f"{path}//tbody/tr")]

    assert numbers(whole, '//div[@class="findings"]') == ["1", "2", "3"]
    assert numbers(short, '//div[@class="findings"]') == ["1"]
    assert len(short.xpath('//div[@class="findings"]')) == 1
    assert numbers(whole, '//*[@id="tab:claims"]') == ["1", "2", "3"]
    assert numbers(short, '//*[@id="tab:claims"]') == ["1"]
    assert [len(root.xpath('//*[@id="tab:claims"]//th')) for root in (short, whole)] == [6, 7]
    [caption] = (figure.text_content() for figure in short.xpath('//*[@id="tab:claims"]/figcaption'))
    assert "ほかの主張 2 個は全体版にある" in caption
    assert "FDR" not in caption


def test_a_section_of_which_nothing_is_left_is_not_in_the_contents():
    body = paper(TEXT, "submission")
    assert body.xpath("//nav//li/a/@href") == ["#one", "#exercise", "#two"]
    assert "Only left out" not in body.text_content()
    assert body.xpath('//section[@class="test"]//p')[0].text_content().strip() == "And 4"


def test_notes_that_only_what_is_left_out_cites_are_left_out_and_the_others_keep_their_numbers():
    notes = paper(TEXT, "submission").xpath('//div[@class="footnote"]//li')
    assert [(note.get("value"), note.text_content().split(".")[0].strip()) for note in notes] == [
        ("3", "Note three"),
        ("4", "Note four"),
    ]


def test_without_marks_the_submission_is_the_full_edition():
    text = TEXT.replace("<!-- full -->", "").replace("<!-- /full -->", "")
    assert html.tostring(paper(text, "submission")) == html.tostring(paper(text, "full"))


def test_the_page_for_the_browser_has_everything(tmp_path):
    front = Front("T", date(2026, 1, 2), number="No. 7", language="en", edition="submission")
    body = html.document_fromstring(page.for_browser(tree.build(TEXT, WORDS), front, tmp_path).html)
    assert labels(body) == ["1", "1.1", "Table 1", "1.2", "1.3", "2", "Table 2"]
    assert body.xpath('//*[@class="byline"]/span/text()') == ["No. 7"]


def test_a_heading_is_not_left_out_without_its_text(project):
    sample.write_report(project, "## 章\n\n文。\n\n{% full %}\n### 節\n\n中。\n{% endfull %}\n\n後。\n")
    with pytest.raises(
        ReportError, match=r"report\.md\.j2:6: heading '節': expected its section in the same full block"
    ):
        build.parse(chapters.draft(project))


# -- the files --------------------------------------------------------------------------------------------------------

ROWS = '  - {exercise: "#まとめ", question: 高いか, claim: a}\n' * 7  # so many have a page of their own
REPORT = """\
{{ conclusions() }}

前書き[^1]。

{% for number in range(14) %}
## 章 {{ number }}

本文である。
{% endfor %}

{% full %}
## 詳細

詳しい説明[^2]。

- 点

{% endfull %}

## まとめ

{{ ref("tab:claims") }} と[詳細](#詳細)を見よ。

{% full %}
余白の段落。
{% endfull %}

CLAIM

{{ claims_table() }}

{% full %}
### 根拠

{{ ledger() }}
{% endfull %}

[^1]: 注一。
[^2]: 注二。
""".replace("CLAIM", CLAIM)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project with both PDFs."""
    project = sample.build(tmp_path_factory.mktemp("editions"))
    sample.write_results(project)
    text = project.params_file.read_text(encoding="utf-8")
    chosen = '  edition: submission\n  number: "24-0123"\n  code_url'
    project.params_file.write_text(text.replace("  code_url", chosen), encoding="utf-8")
    sample.write_report(project, REPORT)
    (project.templates / "conclusions.yaml").write_text(f"conclusions:\n{ROWS}", encoding="utf-8")
    build.build(project, say=lambda step: None)
    build.build(project, lambda step: None, "full")
    return project


def text_of(file):
    return "\n".join(container.read(file).pages)


def told(file, change):
    """What verify tells of a PDF that carries another Markdown."""
    report = container.read(file)
    text = change(report.files["sample.md"].decode())
    return pages.check(replace(report, files=report.files | {"sample.md": text.encode()})).differences


def test_the_submission_has_a_cover_and_leaves_out_what_the_full_edition_has(built):
    submission, full = text_of(built.report_file("pdf")), text_of(built.edition_file("full"))
    assert "24-0123" in container.read(built.report_file("pdf")).pages[0]
    assert "余白の段落" in full
    assert "余白の段落" not in submission
    assert "詳細（全体版）" in "".join(submission.split())
    assert "欠けている番号" in submission
    assert "欠けている番号" not in full
    assert "余白の段落" in built.report_file("html").read_text(encoding="utf-8")
    assert "余白の段落" in built.report_file("md").read_text(encoding="utf-8")


def test_after_the_cover_come_the_conclusions_the_contents_and_the_text_before_the_first_chapter(built):
    cover, conclusions, contents = container.read(built.report_file("pdf")).pages[:3]
    assert "2026" in cover
    assert "高いか" in conclusions
    assert "目次" in contents
    assert contents.index("目次") < contents.index("前書き") < contents.index("本文である")


def test_bookmarks_are_those_of_the_edition(built):
    titles = [
        {item["/Title"] for item in flat(PdfReader(file).outline)}
        for file in (built.report_file("pdf"), built.edition_file("full"))
    ]
    assert {title.split()[-1] for title in titles[1] - titles[0]} == {"詳細", "根拠"}
    assert titles[0] < titles[1]


def flat(outline):
    return [item for part in outline for item in (flat(part) if isinstance(part, list) else [part])]


def test_both_carry_the_same_but_for_the_edition(built):
    one, other = (container.read(file).files for file in (built.report_file("pdf"), built.edition_file("full")))
    assert {name for name in one if one[name] != other[name]} == {
        "settings.json",
        "ro-crate-metadata.json",
        "pages.json",
    }
    assert json.loads(other["settings.json"])["report"]["edition"] == "full"


@pytest.mark.parametrize("edition", ["submission", "full"])
def test_each_edition_verifies(built, edition):
    file = built.report_file("pdf") if edition == "submission" else built.edition_file("full")
    assert [line for check in verified.checks(container.read(file).files) for line in check.differences] == []
    report = container.read(file)
    assert pages.check(report).differences == []
    assert drawings.check(report).differences == []


@pytest.mark.parametrize("edition", ["submission", "full"])
def test_each_edition_is_found_to_lead_where_it_says(built, edition):
    file = built.report_file("pdf") if edition == "submission" else built.edition_file("full")
    report = Report(file, built.report_file("html"), Words("ja"), edition=edition)
    for check in (
        wayfinding.heads_name_the_chapter,
        wayfinding.outline_is_the_headings,
        wayfinding.contents_print_the_right_page,
        wayfinding.references_say_what_they_lead_to,
    ):
        assert check(report).ok, check(report).figure


def test_what_the_submission_leaves_out_is_missing_in_it_as_the_full_edition(built):
    report = Report(built.report_file("pdf"), built.report_file("html"), Words("ja"), edition="full")
    assert not wayfinding.outline_is_the_headings(report).ok
    assert "is missing" in wayfinding.contents_print_the_right_page(report).figure


def test_no_chapter_stands_over_the_contents_and_the_text_before_the_first(built):
    heads = [margin.split() for margin in container.read(built.report_file("pdf")).margins[1:3]]
    assert ["結論の一覧" in head for head in heads] == [True, False]


def test_a_paragraph_more_or_less_in_the_submission_is_told(built):
    file, text = built.report_file("pdf"), "余白の段落。"
    marked = f"<!-- full -->\n\n{text}\n\n\n<!-- /full -->"
    assert any("本文である" in line for line in told(file, lambda whole: whole.replace("本文である。", "", 1)))
    assert any(text in line for line in told(file, lambda whole: whole.replace(marked, text)))
    assert told(file, lambda whole: whole.replace("前書き[^1]。", "<!-- full -->\n\n前書き[^1]。\n\n<!-- /full -->"))
