"""Templates -> Markdown -> tree: what templates can call, how things are numbered, and where errors are said to be."""

import numpy as np
import pytest
import sample
from lxml import html

from ronkyo import files, results
from ronkyo.errors import ReportError
from ronkyo.report import build, chapters
from ronkyo.report.values import Values
from ronkyo.typeset import tree
from ronkyo.words import Words

REPORT = "report_templates/report.md.j2"


@pytest.fixture
def project(tmp_path):
    """A project with one result and one figure."""
    project = sample.build(tmp_path)
    seeds = {"gru": {"accuracy": np.array([0.1, 0.2, 0.3]), "loss": np.array([np.nan, 1.0, 2.0])}}
    summary = results.Summary(seeds=seeds, constants={"chance": {"accuracy": 0.1}})
    results.write_summary(project, "digits", summary)
    files.write_text(project.figure_file("digits/confusion"), "<svg xmlns='http://www.w3.org/2000/svg'/>")
    return project


@pytest.fixture
def text_from(project):
    """Renders a template's text."""

    def render(text):
        sample.write_report(project, text)
        return chapters.render(project).text

    return render


@pytest.fixture
def tree_from(project):
    """The numbered tree of a template's text, and of chapters that it includes."""

    def parse(text, **others):
        sample.write_report(project, text, **others)
        return build.parse(chapters.draft(project))

    return parse


def text_of(element):
    return "".join(element.itertext())


def test_numbers_come_from_params_and_metrics_and_say_so(text_from):
    text = text_from('{{ param("digits.variants.gru.batch_size") }} {{ mean("digits.gru.accuracy", ".2f") }}')
    assert text == (
        '<data value="digits.variants.gru.batch_size param">8</data> <data value="digits.gru.accuracy mean .2f">0.20</data>'
    )


PLAN = "seeds: {looks: [4, 8], taken: {gru: 8}, matters: {accuracy: 0.02, loss: {ratio: 1.5}}}"


@pytest.fixture
def planned(project):
    """The project with a plan of two looks, of which one variant has taken the second."""
    text = project.params_file.read_text(encoding="utf-8")
    project.params_file.write_text(text.replace("seeds: 4", PLAN), encoding="utf-8")
    return project


def test_how_many_seeds_is_a_number_or_from_the_fewest_to_the_most(planned, text_from):
    text = text_from('{{ seeds("addition") }} {{ seeds("digits") }} {{ param("digits.seeds.looks") }}')
    assert text == (
        '<data value="addition.seeds number_of_seeds">8</data> <data value="digits.seeds number_of_seeds">4〜8</data> '
        '<data value="digits.seeds.looks param">4、8</data>'
    )


def test_the_plan_tells_looks_and_what_matters(planned):
    values = Values(planned)
    assert (values.looks("digits"), values.looks("addition"), values.looks("report")) == ((4, 8), (8,), ())
    assert values.matters("digits.gru.accuracy", ratio=False) == 0.02
    assert values.matters("digits.gru.accuracy", ratio=True) is None
    assert values.matters("digits.gru.loss", ratio=True) == 1.5
    assert values.matters("digits.gru.loss", ratio=False) is None
    assert values.matters("addition.hidden_16.steps", ratio=False) is None


def test_items_belong_to_the_groups_of_their_table(project):
    assert Values(project).groups("digits") is None  # no column of them
    assert Values(project).groups("addition") is None  # no items
    items = {"gru": {"accuracy": np.array([0.5, 1.0, 0.0])}}
    results.write_summary(project, "digits", results.Summary(items=items, groups=np.array([0, 1, 0])))
    groups = Values(project).groups("digits")
    assert groups is not None
    assert groups.tolist() == ["0", "1", "0"]


def test_plain_gives_the_bare_number_for_formulas(text_from):
    assert text_from('${{ constant("digits.chance.accuracy", ".1f") | plain }}$') == "$0.1$"


def test_an_interval_is_students(text_from):
    text = text_from('{{ interval("digits.gru.accuracy", ".3f") | plain }}')
    assert text == "0.200（95\u00a0% 信頼区間 [−0.048, 0.448]）"  # 0.2 ± 4.303 · 0.1 / √3


def test_a_number_that_is_not_finite_is_printed_as_what_it_is(text_from):
    assert text_from('{{ mean("digits.gru.loss", ".3f") | plain }}') == "NaN"


def test_never_counts_as_later_than_any_number_in_a_median(text_from):
    assert text_from('{{ median("digits.gru.loss", ".1f") | plain }}') == "2.0"


def test_a_table_of_the_projects_own_is_called_by_name(text_from):
    assert '| GRU(64) | <data value="digits.gru.accuracy mean .2f">0.20</data> |' in text_from(
        '{{ best_words(["gru"]) }}'
    )


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["mean"], "measured.experiments.digits.tables: mean: expected a name that no function of templates has"),
        (["best_word"], "measured.experiments.digits.tables: best_word: in __all__, but not there"),
        (None, "measured.experiments.digits.tables: expected __all__, the functions for templates, found none"),
    ],
)
def test_tables_of_the_projects_own_that_cannot_be_called_are_one_line(project, text_from, monkeypatch, names, message):
    tables = project.module("digits", "tables")
    monkeypatch.setattr(tables, "mean", tables.best_words, raising=False)
    if names:
        monkeypatch.setattr(tables, "__all__", names)
    else:
        monkeypatch.delattr(tables, "__all__")
    with pytest.raises(ReportError) as raised:
        text_from("")
    assert str(raised.value) == message


def test_a_drawing_that_is_committed_beside_the_templates_is_a_figure(project, text_from):
    files.write_text(project.templates / "drawings/cells/lstm.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    text = text_from('{{ figure("cells/lstm", caption="a", alt="b") }}')
    assert text.startswith("![b](../report_templates/drawings/cells/lstm.svg)")
    assert 'data-source: "report_templates/drawings/cells/lstm.svg"' in text


WRONG = {
    "an unknown metric": (
        '{{ mean("digits.gru.acuracy", ".3f") }}',
        "metric 'digits.gru.acuracy': no 'acuracy'; nearest: accuracy",
    ),
    "an unknown variant": ('{{ mean("digits.gruu.loss", ".3f") }}', "no 'gruu'; nearest: gru; known: gru"),
    "an unknown parameter": (
        '{{ param("digits.seed") }}',
        "param 'digits.seed': no 'seed'; nearest: seeds",
    ),
    "an unknown figure": (
        '{{ figure("digits/confusions", caption="a", alt="b") }}',
        "figure 'digits/confusions': no such figure; nearest: digits/confusion",
    ),
    "an unknown object": (
        '{{ listing("experiments/digits/figures.py", "confusions", caption="a") }}',
        "listing: experiments/digits/figures.py has no 'confusions'; nearest: confusion",
    ),
    "an unknown file": (
        '{{ listing("run.py", "x", caption="a") }}',
        "listing: expected a file below src/measured, found 'run.py'",
    ),
    "a line that an object has not": (
        '{{ listing("experiments/digits/figures.py", "confusion", caption="a", since="for") }}',
        "listing: expected a line of confusion in experiments/digits/figures.py that begins with 'for', found none",
    ),
    "a table of an unknown experiment": (
        '{{ metrics_table("digit", columns={}, caption="a") }}',
        "experiment 'digit': no 'digit'; nearest: digits",
    ),
    "a section for a value": ('{{ param("digits.data") }}', "expected a value, found a section of source, words"),
    "seeds for a value": ('{{ param("digits.seeds") }}', 'of looks, taken, matters; seeds("digits") tells how many'),
    "seeds of what has none": ('{{ seeds("report") }}', "seeds 'report': no 'report'; known: addition, digits"),
    "a count of what has no variants": ('{{ count("report") }}', "experiment 'report': no 'variants'"),
    "a table without results": ('{{ best_words(["lstm"]) }}', "metric 'digits.lstm.accuracy': no 'lstm'"),
    "an unknown function": ("{{ meen(1) }}", "'meen' is undefined; nearest: mean"),
    "an argument with a letter wrong": (
        '{{ figure("digits/confusion", captoin="a", alt="b") }}',
        "no argument 'captoin'; nearest: caption",
    ),
    "a claim without its end": ('{% claim "a", b %}{% supported %}', "claim: expected {% endclaim %}, found none"),
    "an unknown part of a claim": (
        '{% claim "a", exact("digits.chance.accuracy", equals=0.2), hypothesis="x" %}{% supported %}{{ claim.efect() }}'
        "{% contradicted %}{{ claim.efect() }}{% endclaim %}",
        "claim has no 'efect'; nearest: effect",
    ),
    "a note that is not there": ("文[^1].", "note '1': no such note"),
    "an unknown filter": ("{{ 1 | plan }}", "No filter named 'plan'; nearest: plain"),
    "an unknown tag": ("{% clam %}", "Encountered unknown tag 'clam'; nearest: claim"),
    "a syntax error": ("{{ mean( }}", "unexpected '}'"),
    "an unknown reference": ('{{ ref("fig:digits/x") }}', "reference 'fig:digits/x': no such target"),
    "an unknown command in a formula": (r"$$ \fraction{1}{2} $$", "fraction"),
    "a number in a formula with its markup": ('$x = {{ seeds("digits") }}$', "plain"),
    "a number in code with its markup": ('`{{ seeds("digits") }}` 個', "a number in code"),
    "a number in an alternative text with its markup": (
        '{{ figure("digits/confusion", caption="a", alt="シード " ~ seeds("digits").markup()) }}',
        "alternative text",
    ),
    "a division by zero": ("{{ 1 / 0 }}", "division by zero"),
    "a brace left open in a formula": (r"ここで $\frac{1}{2$ とする。", "formula"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_an_error_names_template_and_line(tree_from, text, message):
    with pytest.raises(ReportError) as raised:
        tree_from(f"## 章\n\n本文。\n\n{text}\n")
    assert str(raised.value).startswith(f"{REPORT}:5: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_not_finite_is_told_as_what_it_is_and_what_a_variant_has_not_as_a_dash(project, text_from):
    columns = {"accuracy": np.array([0.5, np.nan]), "loss": np.array([np.inf, np.inf])}
    seeds = {"gru": columns, "lstm": {"accuracy": np.ma.masked_all(2), "loss": np.array([1.0, -np.inf])}}
    results.write_summary(project, "digits", results.Summary(seeds=seeds))
    asked = '{"accuracy": ("a", ".1f"), "loss": ("b", ".1f", "range")}'
    rows = text_from(f'{{{{ metrics_table("digits", {asked}, variants=["gru", "lstm"], caption="c") }}}}').splitlines()
    cells = [
        [html.fromstring(f"<p>{cell}</p>").text_content().strip() for cell in row.split("|")[2:-1]] for row in rows[2:4]
    ]
    assert cells == [["NaN", "∞ [∞, ∞]"], ["—", "−∞ [−∞, 1.0]"]]
    assert rows[1] == "|:---|---:|---:|"
    svg = "<svg data-not-drawn='NaN (2)' xmlns='http://www.w3.org/2000/svg'/>".replace("'", '"')
    files.write_text(project.figure_file("digits/confusion"), svg)
    assert "図の題（描いていない値：NaN (2)）" in text_from('{{ figure("digits/confusion", "図の題", "絵") }}')


def test_a_number_in_a_block_of_code_names_its_line(tree_from):
    with pytest.raises(ReportError, match=rf"^{REPORT}:3: a number in code"):
        tree_from('## 章\n```\nseeds: {{ seeds("digits") }}\n```\n')


INCLUDE = '# 題\n\n{% include "chapters/first.md.j2" %}\n\n{% include "chapters/second.md.j2" %}\n'
TABLE = '{{ metrics_table("digits", columns={"accuracy": ("正解率", ".2f")}, variants=["gru"], caption="a") }}\n'


@pytest.mark.parametrize(
    ("second", "line", "message"),
    [
        (r"## 二" "\n\n" r"式は $\frac{1}{$ である。", 3, "formula"),
        (TABLE + "\n\n" + r"$\frac{1}{$", 4, "formula"),
        ("一行目。\n" + r"二行目の $\frac{1}{$ は、", 2, "formula"),
        (r"$$\label{eq:x}" "\n" r"\frac{1}{" "\n$$", 1, "formula"),
        ("- {{ count('digits') }}\n- " + r"$a \frac{1}{$", 2, "formula"),
        ("二。\n\n[三](#三)", 3, "reference '三'"),
        ("{{ seeds(\n'digits') }}\n\n{{ ref('fig:a/b') }}", 4, "reference 'fig:a/b'"),
    ],
)
def test_an_error_after_rendering_names_the_chapter_and_line_too(tree_from, second, line, message):
    """The first chapter has a formula that begins alike, and what it calls is longer than its call."""
    first = "## 一\n\n" + r"$\frac{1}{2}$" + "\n\n" + TABLE
    with pytest.raises(ReportError) as raised:
        tree_from(INCLUDE, first=first, second=second)
    assert str(raised.value).startswith(f"report_templates/chapters/second.md.j2:{line}: {message}")


def test_an_error_in_a_claims_wording_names_its_line(tree_from):
    claim = (
        '{% claim "a", exact("digits.chance.accuracy", equals=0.1), hypothesis="x" %}\n{% supported %}\n一。\n'
        "{% contradicted %}\n二。\n{% endclaim %}"
    )
    wrong = claim.replace("一。", "一に\n" + r"$\frac{1}{$").replace('"a"', '"b"')
    with pytest.raises(ReportError) as raised:
        tree_from(INCLUDE + "{{ ledger() }}\n", first="一。", second=f"{claim}\n\n{wrong}\n")
    assert str(raised.value).startswith("report_templates/chapters/second.md.j2:11: formula")
    assert "\n" not in str(raised.value)


def test_everything_that_is_wrong_with_a_dropped_chapter_is_told_at_once(project, tree_from):
    """Its claims answered to an earlier report, its figure and formula were referred to; one verdict has no wording."""
    statements = "{says: x, tested: y, claims: [gone, gone-too]}, {says: z, tested: y, claims: [kept]}"
    original = f"statements: [{statements}]\nnumbers: {{}}\ncomparable: {{}}\n"
    files.write_text(project.templates / "original.yaml", original)
    claim = '{% claim "kept", exact("digits.chance.accuracy", equals=0.2), hypothesis="Kept" %}'
    kept = claim + "\n{% supported %}\n一。\n{% endclaim %}\n"
    first = f"## 一\n\n{{{{ ref('eq:gone') }}}}、[図](#fig:gone/gone)\n\n{kept}\n{{{{ ref('eq:gone') }}}}\n"
    with pytest.raises(ReportError) as raised:
        tree_from('{% include "chapters/first.md.j2" %}\n{{ ledger() }}\n', first=first)
    assert [line.split(" is ")[0] for line in str(raised.value).splitlines()] == [
        "report_templates/chapters/first.md.j2:5: claim 'kept'",
        "report_templates/original.yaml: statements.0.claims: no template states the claim 'gone'",
        "report_templates/original.yaml: statements.0.claims: no template states the claim 'gone-too'",
        "report_templates/chapters/first.md.j2:3: reference 'eq:gone': no such target",
        "report_templates/chapters/first.md.j2:10: reference 'eq:gone': no such target",
        "report_templates/chapters/first.md.j2:3: reference 'fig:gone/gone': no such target",
    ]


def test_the_same_mistake_in_two_places_is_told_of_twice(tree_from):
    wrong = r"$\frac{1}{$"
    with pytest.raises(ReportError) as raised:
        tree_from(INCLUDE, first=wrong, second=f"\n{wrong}\n")
    assert [line.split(": ")[0] for line in str(raised.value).splitlines()] == [
        "report_templates/chapters/first.md.j2:1",
        "report_templates/chapters/second.md.j2:2",
    ]


def test_without_a_ledger_only_the_ledger_is_missing(tree_from):
    claim = '{% claim "a", exact("digits.chance.accuracy", equals=0.1), hypothesis="x" %}\n'
    claim += "{% supported %}\n一。\n{% endclaim %}\n"
    with pytest.raises(ReportError) as raised:
        tree_from(claim)
    assert str(raised.value) == f"{REPORT}: expected {{{{ ledger() }}}} after the claims, found none"


def test_a_report_without_claims_needs_no_ledger(text_from):
    assert text_from("## 章\n\n本文。\n") == "## 章\n\n本文。\n"


def test_chapters_sections_and_appendices_are_numbered(tree_from):
    built = tree_from("## 一\n### イ\n#### a\n### ロ\n## 二\n### イ\n## 再現性 {.appendix}\n### 版\n")
    assert [(heading.number, heading.id) for heading in built.headings] == [
        ("1", "一"),
        ("1.1", "イ"),
        ("1.1.1", "a"),
        ("1.2", "ロ"),
        ("2", "二"),
        ("2.1", "イ-1"),
        ("付録 A", "再現性"),
        ("A.1", "版"),
    ]


LISTING = "experiments/digits/figures.py"


def test_figures_listings_and_formulas_are_numbered_and_referred_to(tree_from):
    built = tree_from(
        f'## 章\n\n{{{{ ref("fig:digits/confusion") }}}}、{{{{ ref("lst:{LISTING}:confusion") }}}}、{{{{ ref("eq:one") }}}}\n\n'
        '{{ figure("digits/confusion", caption="混同行列 $n$", alt="行列") }}\n\n'
        f'{{{{ listing("{LISTING}", "confusion", caption="乱数") }}}}\n\n$$ a = b \\label{{eq:one}} $$\n'
    )
    links = built.root.xpath('//a[@class="reference"]')
    assert [text_of(link) for link in links] == ["図 1", "コード 1", "式 (1)"]
    for link in links:
        assert len(built.root.xpath("//*[@id=$id]", id=link.get("href")[1:])) == 1
    caption = built.root.find(".//figure[@class='figure']/figcaption")
    assert caption[0].text == "図 1"
    assert caption.xpath('./a[@class="source"]/@href') == [f"code:src/measured/{LISTING}#L4"]


def test_a_listing_is_the_objects_source(tree_from):
    built = tree_from(f'## 章\n\n{{{{ listing("{LISTING}", "confusion", caption="図") }}}}\n')
    assert text_of(built.root.find(".//pre")).strip() == "def confusion(results):\n    return results"


def test_a_listing_may_have_several_objects(tree_from):
    names = '["confusion", "confusion"]'
    built = tree_from(
        f'## 章\n\n{{{{ listing("{LISTING}", {names}, caption="図") }}}}\n\n{{{{ ref("lst:{LISTING}:confusion") }}}}\n'
    )
    definition = "def confusion(results):\n    return results"
    assert text_of(built.root.find(".//pre")).strip() == f"{definition}\n\n{definition}"


def test_a_listing_may_begin_with_a_line_of_the_object(tree_from):
    built = tree_from(f'## 章\n\n{{{{ listing("{LISTING}", "confusion", caption="図", since="return") }}}}\n')
    assert text_of(built.root.find(".//pre")).strip() == "return results"
    assert built.root.xpath('//figcaption/a[@class="source"]/@href') == [f"code:src/measured/{LISTING}#L5"]


BOXES = {"確認テスト": "test", "考察": "discussion"}


def boxed(text):
    return tree.build(text, Words("ja"), BOXES)


def test_tests_and_discussions_are_sections_of_their_own():
    built = boxed("## 章\n### 確認テスト 1\n\nQ: 何か。\n\n答え。\n\n### 考察\n\n考え。\n\n### 実装演習\n\n本文。\n")
    assert [section.get("class") for section in built.root.findall("section")] == ["test", "discussion"]
    assert built.root.xpath('//section[@class="test"]/p[@class="question"]')[0].text == "何か。"
    assert built.root.findall("p")[-1].text == "本文。"


def test_a_line_that_wraps_is_marked_and_hangs_deeper_than_it_begins():
    long = "        y = f(" + "x, " * 30 + ")"
    built = tree.build(f"## 章\n\n```python\n{long}\n    pass\n# {'字' * 54}\n```\n", Words("ja"))
    lines = built.root.xpath("//pre/code/span")
    assert [line.get("class") for line in lines] == ["line indent-8 wraps", "line indent-4", "line wraps"]


def test_short_names_of_a_table_stay_in_one_line():
    table = "## 章\n\n| 名 | 値 |\n|---|---|\n| {} | 1 |\n\n/// table-caption\n表。\n///\n"
    kinds = [
        tree.build(table.format(name), Words("ja")).root.find(".//figure").get("class") for name in ("甲", "甲" * 15)
    ]
    assert kinds == ["table names", "table"]


@pytest.mark.parametrize(("lines", "kind"), [(tree.SHORT, "listing short"), (tree.SHORT + 1, "listing")])
def test_a_long_listing_breaks_with_three_lines_on_each_side(lines, kind):
    code = "".join(f"x = {number}\n" for number in range(lines))
    built = boxed(f"```python\n{code}```\n\n/// listing-caption\n説明\n///\n")
    assert built.root.find(".//figure").get("class") == kind
    keeps = [line.get("class").removeprefix("line").strip() for line in built.root.xpath("//pre/code/span")]
    assert keeps == ["keep-after"] * 2 + [""] * (lines - 4) + ["keep-before"] * 2
