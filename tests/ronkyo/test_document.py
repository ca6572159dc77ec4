"""Templates -> Markdown -> tree: what templates can call, how things are numbered, and where errors are said to be."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ronkyo import files, results
from ronkyo.report import build, chapters
from ronkyo.typeset import tree

ROOT = Path(__file__).parents[2]


@pytest.fixture
def templates(tmp_path, monkeypatch):
    """A project with one result and one figure; returns a function that writes the report's template."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    seeds = {"gru": {"val_accuracy": np.array([0.1, 0.2, 0.3]), "loss": np.array([np.nan, 1.0, 2.0])}}
    results.write_summary("spoken_digits", results.Summary(seeds=seeds, constants={"chance": {"accuracy": 0.1}}))
    files.write_text(
        results.figures_folder("spoken_digits") / "confusion.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"
    )

    def write(text):
        files.write_text(Path("report_templates/report.md.j2"), text)
        return Path("report_templates")

    return write


def rendered(folder):
    found = chapters.render(folder)
    return build.parse(found.text, folder, found.references)


def text_of(element):
    return "".join(element.itertext())


def test_numbers_come_from_params_and_metrics_and_say_so(templates):
    text = chapters.render(
        templates(
            '{{ param("spoken_digits.variants.gru.batch_size") }} {{ mean("spoken_digits.gru.val_accuracy", ".2f") }}'
        )
    ).text
    assert text == (
        '<data value="spoken_digits.variants.gru.batch_size">8</data> '
        '<data value="spoken_digits.gru.val_accuracy">0.20</data>'
    )


def test_plain_gives_the_bare_number_for_formulas(templates):
    assert (
        chapters.render(templates('${{ constant("spoken_digits.chance.accuracy", ".1f") | plain }}$')).text == "$0.1$"
    )


def test_an_interval_is_students(templates):
    text = chapters.render(templates('{{ interval("spoken_digits.gru.val_accuracy", ".3f") | plain }}')).text
    assert text == "0.200（95\u00a0% 信頼区間 [−0.048, 0.448]）"  # 0.2 ± 4.303 · 0.1 / √3


def test_a_number_that_is_not_finite_is_a_dash(templates):
    assert chapters.render(templates('{{ mean("spoken_digits.gru.loss", ".3f") | plain }}')).text == "—"


def test_never_counts_as_later_than_any_number_in_a_median(templates):
    assert chapters.render(templates('{{ median("spoken_digits.gru.loss", ".1f") | plain }}')).text == "2.0"


WRONG = {
    "an unknown metric": (
        '{{ mean("spoken_digits.gru.val_acuracy", ".3f") }}',
        "metric 'spoken_digits.gru.val_acuracy': no 'val_acuracy'; nearest: val_accuracy",
    ),
    "an unknown variant": ('{{ mean("spoken_digits.gruu.loss", ".3f") }}', "no 'gruu'; nearest: gru; known: gru"),
    "an unknown parameter": (
        '{{ param("spoken_digits.seed") }}',
        "param 'spoken_digits.seed': no 'seed'; nearest: seeds",
    ),
    "an unknown figure": (
        '{{ figure("spoken_digits/confusions", caption="a", alt="b") }}',
        "figure 'spoken_digits/confusions': no such figure; nearest: spoken_digits/confusion",
    ),
    "an unknown object": (
        '{{ listing("runs.py", "generater", caption="a") }}',
        "listing: runs.py has no 'generater'; nearest: generator",
    ),
    "an unknown file": (
        '{{ listing("run.py", "x", caption="a") }}',
        "listing: expected a file below src/day3, found 'run.py'",
    ),
    "a table of an unknown experiment": (
        '{{ metrics_table("spoken_digit", columns={}, caption="a") }}',
        "experiment 'spoken_digit': no 'spoken_digit'; nearest: spoken_digits",
    ),
    "a count of what has no variants": ('{{ count("augmentation") }}', "experiment 'augmentation': no 'variants'"),
    "a table without results": ('{{ query_table(["gru"]) }}', "constant 'next_word': no 'next_word'"),
    "an unknown function": ("{{ meen(1) }}", "'meen' is undefined"),
    "a syntax error": ("{{ mean( }}", "unexpected '}'"),
    "an unknown reference": ('{{ ref("fig:spoken_digits/x") }}', "reference 'fig:spoken_digits/x': no such target"),
    "an unknown command in a formula": (r"$$ \fraction{1}{2} $$", "fraction"),
    "a brace left open in a formula": (r"ここで $\frac{1}{2$ とする。", "formula"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_an_error_names_template_and_line(templates, text, message):
    folder = templates(f"## 章\n\n本文。\n\n{text}\n")
    with pytest.raises(chapters.ReportError) as raised:
        rendered(folder)
    assert str(raised.value).startswith("report_templates/report.md.j2:5: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_chapters_sections_and_appendices_are_numbered(templates):
    found = rendered(templates("## 一\n### イ\n#### a\n### ロ\n## 二\n### イ\n## 再現性 {.appendix}\n### 版\n"))
    assert [(heading.number, heading.id) for heading in found.headings] == [
        ("1", "一"),
        ("1.1", "イ"),
        ("1.1.1", "a"),
        ("1.2", "ロ"),
        ("2", "二"),
        ("2.1", "イ-1"),
        ("付録 A", "再現性"),
        ("A.1", "版"),
    ]


def test_figures_listings_and_formulas_are_numbered_and_referred_to(templates):
    found = rendered(
        templates(
            '## 章\n\n{{ ref("fig:spoken_digits/confusion") }}、{{ ref("lst:runs.py:generator") }}、{{ ref("eq:one") }}\n\n'
            '{{ figure("spoken_digits/confusion", caption="混同行列 $n$", alt="行列") }}\n\n'
            '{{ listing("runs.py", "generator", caption="乱数") }}\n\n$$ a = b \\label{eq:one} $$\n'
        )
    )
    links = found.root.xpath('//a[@class="reference"]')
    assert [text_of(link) for link in links] == ["図 1", "コード 1", "式 (1)"]
    for link in links:
        assert len(found.root.xpath("//*[@id=$id]", id=link.get("href")[1:])) == 1
    caption = found.root.find(".//figure[@class='figure']/figcaption")
    assert caption[0].text == "図 1"
    assert caption.xpath('./a[@class="source"]/@href')[0].startswith(
        "code:src/day3/experiments/spoken_digits/figures.py#L"
    )


def test_a_listing_is_the_objects_source(templates):
    found = rendered(templates('## 章\n\n{{ listing("runs.py", "generator", caption="乱数") }}\n'))
    shown = text_of(found.root.find(".//pre"))
    source = (ROOT / "src/day3/runs.py").read_text(encoding="utf-8")
    assert shown.strip().startswith("def generator(")
    assert shown.strip() in source


def test_tests_and_discussions_are_sections_of_their_own(templates):
    found = rendered(
        templates("## 章\n### 確認テスト 1\n\nQ: 何か。\n\n答え。\n\n### 考察\n\n考え。\n\n### 実装演習\n\n本文。\n")
    )
    assert [section.get("class") for section in found.root.findall("section")] == ["test", "discussion"]
    assert found.root.xpath('//section[@class="test"]/p[@class="question"]')[0].text == "何か。"
    assert found.root.findall("p")[-1].text == "本文。"


def test_a_test_of_several_parts_may_go_on_on_the_next_page(templates):
    found = rendered(
        templates("## 章\n### 確認テスト 1\n\n答え。\n\n### 確認テスト 2\n\n- 一\n- 二\n\n### 考察\n\n- 一\n")
    )
    assert [section.get("data-long") for section in found.root.iter("section")] == [None, "", None]


@pytest.mark.parametrize(("lines", "kind"), [(tree.SHORT, "listing short"), (tree.SHORT + 1, "listing")])
def test_a_long_listing_breaks_with_three_lines_on_each_side(lines, kind):
    code = "".join(f"x = {number}\n" for number in range(lines))
    built = tree.build(f"```python\n{code}```\n\n/// listing-caption\n説明\n///\n")
    assert built.root.find(".//figure").get("class") == kind
    keeps = [line.get("class").removeprefix("line").strip() for line in built.root.xpath("//pre/code/span")]
    assert keeps == ["keep-after"] * 2 + [""] * (lines - 4) + ["keep-before"] * 2
