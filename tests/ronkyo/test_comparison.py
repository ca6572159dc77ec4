"""ronkyo compare, on the repository of revisions.py and on sides made by hand."""

from __future__ import annotations

import json
import math
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import markdown
import numpy as np
import pypdf
import pytest
import revisions
from lxml import html
from revisions import edited

from ronkyo import results
from ronkyo.claims import estimates
from ronkyo.compare import curves, differences, markup, metrics, sweep, write
from ronkyo.compare.parameters import parameters
from ronkyo.compare.revision import WORKSPACE, Side
from ronkyo.compare.text import Part
from ronkyo.lock import Lock, Stage
from ronkyo.project import Manifest, Project
from ronkyo.seeds import generator
from ronkyo.typeset.glyphs import GETA
from ronkyo.words import TABLES, Words

A, B = "lighter", "third"  # which between them differ in everything
JAPANESE = Words("ja")
PHRASES = markup._Phrases(JAPANESE)


@pytest.fixture(scope="module")
def outputs(compared, tmp_path_factory):
    """A against B as every kind of output: HTML tree, its text, the PDF, Markdown, JSON."""
    folder = tmp_path_factory.mktemp("outputs")
    project = Project.find(compared)
    found = write.load(project, A, B, JAPANESE)
    write.write(project, found, JAPANESE, folder)
    source = (folder / "comparison.html").read_text(encoding="utf-8")
    return Outputs(source, folder / "comparison.pdf", write.markdown(found, JAPANESE), write.document(found))


class Outputs:
    def __init__(self, source: str, pdf: Path, markdown: str, document: dict):
        self.source, self.markdown, self.document = source, markdown, json.loads(json.dumps(document))
        self.page = html.fromstring(source)
        self.pdf = pypdf.PdfReader(pdf)
        self.pdf_text = squeezed("".join(sheet.extract_text() for sheet in self.pdf.pages))
        self.text = squeezed(self.page.find(".//main").text_content())


def squeezed(text: str) -> str:
    """Without blanks, which typesetting and PDF readers move, and the marks of line breaks."""
    return re.sub(r"[\s\u200b\u2060]", "", text)


def load(root: Path, old: str, new: str) -> differences.Comparison:
    return write.load(Project.find(root), old, new, JAPANESE)


def page_markdown(root: Path, old: str, new: str) -> str:
    """What the page is set from, without pictures."""
    figures = {"curves": {}, "undeclared": [], "pairs": {}}
    return write.source(Project.find(root), load(root, old, new), JAPANESE, figures)


def side(name: str = "a", **parts) -> Side:
    """A side by hand: without a revision, so that Git is not asked."""
    return Side(name, WORKSPACE, None, **{"params": {"report": {}}, "text": ""} | parts)


def stages(entries: dict) -> dict[str, Stage]:
    """Of dvc.lock with these entries."""
    return dict(Lock.from_text(json.dumps({"stages": entries}).encode(), "dvc.lock").stages)


def compare_sides(old: Side, new: Side, language: str = "ja") -> differences.Comparison:
    root = Path("/nowhere")
    project = Project(root, Manifest(name="small", package="small"), root / "src")
    return differences.compare(project, old, new, Words(language))


# -- parameters -------------------------------------------------------------------------------------------------------


def changed_parameters(old: dict, new: dict):
    return {one.key: (one.variants, one.old, one.new) for one in parameters(old, new)}


def test_only_parameters_that_differ_are_listed_as_changed_added_or_removed():
    old = {"a": {"seeds": 2, "training": {"rate": 0.1}, "gone": None}, "b": {"same": [1, 2]}}
    new = {"a": {"seeds": 3, "training": {"rate": 0.1}, "come": {"x": "y"}}, "b": {"same": [1, 2]}}
    assert changed_parameters(old, new) == {
        "a.seeds": ([], "2", "3"),
        "a.come.x": ([], "—", '"y"'),
        "a.gone": ([], "null", "—"),
    }


def test_a_changed_parameter_of_training_names_the_variants_that_do_not_override_it():
    def document(rate):
        variants = {"base": {}, "fast": {"rate": 9.0}, "deep": {"layers": 3}}
        return {"a": {"training": {"rate": rate, "layers": 1}, "variants": variants}}

    assert changed_parameters(document(0.1), document(0.2)) == {
        "a.training.rate": (["base", "deep"], "0.1", "0.2"),
    }


def test_a_changed_parameter_of_a_variant_names_that_variant_also_when_it_came_or_went():
    old = {"a": {"variants": {"x": {"k": 1}, "gone": {"k": 5}}}}
    new = {"a": {"variants": {"x": {"k": 2}, "come": {}}}}
    assert changed_parameters(old, new) == {
        "a.variants.x.k": (["x"], "1", "2"),
        "a.variants.come": (["come"], "—", "{}"),
        "a.variants.gone.k": (["gone"], "5", "—"),
    }


def test_a_variant_without_keys_that_gets_one_is_not_listed_as_removed():
    old, new = ({"a": {"variants": {"x": own}}} for own in ({}, {"k": 1}))
    assert list(changed_parameters(old, new)) == ["a.variants.x.k"]
    assert list(changed_parameters(new, old)) == ["a.variants.x.k"]


def test_the_experiments_show_what_was_set_and_nothing_else(compared):
    slow, lighter = (load(compared, "main", name).parameters for name in ("slow", "lighter"))
    found = [(one.key, one.experiment, one.variants, one.old, one.new) for one in (*slow, *lighter)]
    assert found == [
        ("least_squares.training.learning_rate", "least_squares", ["heavy"], "0.3", "0.05"),
        ("least_squares.variants.heavy.momentum", "least_squares", ["heavy"], "0.8", "0.5"),
    ]


def test_parameters_are_in_every_output(outputs):
    rows = outputs.page.xpath('//*[@id="変わったパラメータ"]/following::table[1]//tr')
    assert [[cell.text_content().strip() for cell in row] for row in rows[1:]] == [
        ["least_squares.variants.heavy.momentum", "0.5", "0.8", "heavy"]
    ]
    assert "| `least_squares.variants.heavy.momentum` | `0.5` | `0.8` |" in outputs.markdown
    assert [one["key"] for one in outputs.document["parameters"]] == ["least_squares.variants.heavy.momentum"]


# -- claims -----------------------------------------------------------------------------------------------------------


def test_a_flipped_claim_stands_in_every_output_with_both_sentences_verdicts_and_intervals(outputs):
    for text in (outputs.text, outputs.pdf_text, squeezed(outputs.markdown)):
        for claims in (revisions.CLAIMS, revisions.CHANGED_CLAIMS):
            assert squeezed(claims[revisions.CLAIM]["sentences"][0]) in text
        assert "−0.30[−0.55,−0.05]、n=3" in text
        assert "0.60[0.35,0.85]、n=3" in text
        assert "支持→否定" in text
    entry = next(one for one in outputs.document["claims"] if one["id"] == revisions.CLAIM)
    assert entry == {
        "id": revisions.CLAIM,
        "flipped": True,
        "old": revisions.CLAIMS[revisions.CLAIM],
        "new": revisions.CHANGED_CLAIMS[revisions.CLAIM],
    }


def test_claims_that_only_moved_or_that_one_side_lacks_are_told_and_others_are_not(outputs):
    assert {one["id"]: one["flipped"] for one in outputs.document["claims"]} == {
        revisions.CLAIM: True,
        "loss-is-low": False,
        "only-after": False,
        "only-before": False,
    }
    for text in (outputs.text, outputs.pdf_text):
        assert "only-before支持→なし" in text
        assert "only-afterなし→未決" in text
        assert "0.70[−0.20,1.60]" in text
        assert "same-as-ever" not in text
    assert "same-as-ever" not in outputs.markdown


def test_where_one_side_has_no_claims_or_text_it_is_said(compare, compared):
    status, told, _ = compare("first", "second", "--md")
    assert status == 0
    assert re.search("主張は、first（[0-9a-f]{7}） に台帳がないので比べられない。", told)
    assert re.search("> first（[0-9a-f]{7}） には reports/claims.json がない。", told)
    assert re.search("> first（[0-9a-f]{7}） には reports/small.md がない。", told)
    document = json.loads(compare("first", "second", "--json")[1])
    assert document["claims"] == document["text"] == []
    assert len(document["notes"]) == 3
    text = squeezed(page_markdown(compared, "first", "second"))
    assert "には主張の台帳（<code>reports/claims.json</code>）がないので" in text
    assert "には<code>reports/small.md</code>がないので" in text


# -- metrics ----------------------------------------------------------------------------------------------------------


def one_metric(old, new) -> differences.Metric:
    """Of seeds (a list), a constant (a number), or nothing (None) on each side."""
    sides = []
    for value in (old, new):
        metrics, seeds = {}, {}
        if isinstance(value, list):
            mean = float(np.mean(value))
            metrics = {"e": {"v": {"m": mean if math.isfinite(mean) else None}}}
            seeds = {"e": {"v": {"m": np.array(value, dtype=float)}}}
        elif value is not None:
            metrics = {"e": {"v": {"m": value}}}
        sides.append(side(metrics=metrics, seeds=seeds))
    found = compare_sides(*sides)
    (metric,) = found.metrics + found.unchanged
    assert (metric in found.unchanged) == (not metric.differs)
    return metric


def test_the_difference_is_the_mean_of_the_paired_differences_with_its_interval():
    old, new = [0.3, 0.9, 0.4, 0.6], [0.4, 1.1, 0.45, 0.7]
    found = one_metric(old, new)
    rng = generator("comparison", 0, "e.v.m")
    expected = estimates.mean_estimate(np.array(new) - np.array(old), estimates.LEVEL, rng)
    assert found.change == expected
    assert expected.value == pytest.approx(found.new - found.old)
    assert found.old_half == estimates.mean_interval(np.array(old)).half_width
    assert found.new_half == estimates.mean_interval(np.array(new)).half_width
    assert found.moved  # in pairs; the means' own intervals overlap widely
    assert abs(found.new - found.old) < found.old_half


INF, NAN = math.inf, math.nan


def test_a_mean_that_is_not_finite_is_printed_as_what_it_is():
    found = one_metric([1.0, NAN], [INF, 2.0])
    assert (found.printed("old"), found.printed("new")) == ("NaN", "∞")


@pytest.mark.parametrize(
    ("old", "new", "standing", "moved"),
    [
        ([1.0, 2.0, 3.0], [1.1, 1.8, 3.2], "within", False),
        ([1.0, 2.0, 3.0], [2.0, 3.1, 4.0], "moved", True),
        ([1.0, 2.0, 3.0], [1.5, 2.5, 3.5], "exact", False),  # every seed by the same
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], "unknown", False),  # unchanged
        ([1.0], [5.0], "unknown", False),  # one seed
        ([1.0, 2.0], [3.0], "unknown", False),  # one seed in common
        ([1.0, NAN, 3.0], [2.0, 3.1, 4.0], "unknown", False),
        ([1.0, INF, 3.0], [2.0, INF, 4.0], "unknown", False),
        ([1.0, NAN], [1.0, NAN], "unknown", False),  # unchanged
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 40.0], "within", False),  # the seeds in common agree
        ([1.0, 2.0, 3.0], [2.0, 3.1, 4.0, 2.0], "moved", True),
        ([1.0, 2.0, 3.0], None, "alone", False),
        (None, [1.0, 2.0, 3.0], "alone", False),
        (None, 5, "alone", False),
        (88, 28, "exact", False),
        (88, 88, "exact", False),
        (5.0, [1.0, 2.0, 3.0], "unknown", False),  # seeds on one side only
    ],
)
def test_a_metric_has_moved_when_the_interval_of_its_seeds_says_so(old, new, standing, moved):
    found = one_metric(old, new)
    if old == new or str(old) == str(new):
        assert found.change is None
        return
    assert (found.standing, found.moved) == (standing, moved)


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ([1.0, 2.0, 3.0], [1 + 1e-8, 2.0, 3 - 1e-8], False),
        ([1.0, 2.0, 3.0], [1.001, 1.999, 3.001], False),  # undecided, and printed the same
        ([1.0, 2.0, 3.0], [1.5, 1.7, 3.4], True),  # undecided, and printed otherwise
        ([1.0, 2.0, 3.0], [1.001, 2.0011, 3.001], True),  # clear, though printed the same
        (0.123456, 0.123457, False),  # the last of six digits
        (0.123456, 0.123459, True),
        (0.0, 1e-9, True),
    ],
)
def test_a_difference_below_the_printed_precision_is_none_unless_it_is_clear(old, new, differs):
    assert one_metric(old, new).differs is differs


def test_errors_that_differ_by_orders_of_magnitude_are_compared_by_ratios():
    old, new = [1e-4, 2e-3, 1e-2, 5e-4], [3e-4, 5e-3, 4e-2, 1e-3]
    found = one_metric(old, new)
    rng = generator("comparison", 0, "e.v.m")
    assert found.change == estimates.ratio_estimate(np.array(new), np.array(old), estimates.LEVEL, rng)
    assert found.is_ratio
    assert found.moved
    assert re.fullmatch(r"[0-9.]+ \[[0-9.]+, [0-9.]+\] 倍", PHRASES.change(found))
    assert one_metric(new, new[::-1]).standing == "within"  # one seed more, another less


def test_different_numbers_of_seeds_are_told_of():
    tables = [{"e": {"v": {"m": np.arange(1.0, n + 1) ** 0.5}}} for n in (3, 10)]
    metrics = [{"e": {"v": {"m": float(np.mean(table["e"]["v"]["m"]))}}} for table in tables]
    found = compare_sides(*(side(metrics=m, seeds=t) for m, t in zip(metrics, tables, strict=True)))
    assert "e のシードの数は A で 3、B で 10 なので、差と比は共通の 3 個について求めた。" in found.notes


def test_variants_whose_numbers_of_seeds_differ_alike_are_told_of_together():
    counts = [dict.fromkeys("abc", 3), {"a": 10, "b": 10, "c": 3}]
    tables = [{"e": {name: {"m": np.arange(1.0, n + 1) ** 0.5} for name, n in side.items()}} for side in counts]
    metrics = [{"e": {name: {"m": float(np.mean(table["m"]))} for name, table in t["e"].items()}} for t in tables]
    found = compare_sides(*(side(metrics=m, seeds=t) for m, t in zip(metrics, tables, strict=True)))
    assert found.notes == ["e.a、e.b のシードの数は A で 3、B で 10 なので、差と比は共通の 3 個について求めた。"]


def test_the_clearest_change_comes_first():
    seeds = np.array([1.0, 2.0, 3.0])
    shifts = {"near": [0.4, 0.6, 0.5], "far": [0.5, 0.51, 0.5], "noise": [-0.5, 0.9, 0.1]}
    metrics = [
        {"e": {"v": {name: float(np.mean(seeds + np.array(shift) * used)) for name, shift in shifts.items()}}}
        for used in (0, 1)
    ]
    tables = [{"e": {"v": {name: seeds + np.array(shift) * used for name, shift in shifts.items()}}} for used in (0, 1)]
    found = compare_sides(*(side(metrics=m, seeds=t) for m, t in zip(metrics, tables, strict=True)))
    assert [one.name for one in found.moved] == ["far", "near"]
    assert [one.name for one in found.metrics] == ["near", "far", "noise"]


def test_metrics_of_an_experiment_are_those_of_its_seeds_and_unchanged_ones_are_folded_away(compared, outputs):
    found = load(compared, "lighter", "third")
    tables = {name: one.seeds["least_squares"]["heavy"] for name, one in (("old", found.old), ("new", found.new))}
    loss = next(one for one in found.metrics if one.key == "least_squares.heavy.excess_loss")
    assert loss.change
    expected = one_metric(list(tables["old"]["excess_loss"]), list(tables["new"]["excess_loss"])).change
    assert expected
    assert loss.change.value == pytest.approx(expected.value)
    assert loss.change.n == 3
    assert {one.variant for one in found.metrics} == {"heavy"}
    assert {one.variant for one in found.unchanged} == {"quick", "least"}
    folded = outputs.page.xpath('//details[@class="unchanged"]')
    assert len(folded) == 1
    assert folded[0].get("open") is None
    assert "least_squares.quick.excess_loss" in folded[0].text_content()
    shown = [row[0].text_content() for row in outputs.page.xpath('//table[.//th="差または比と区間"]//tr[td]')]
    assert "heavy.excess_loss" in shown
    assert not [name for name in shown if name.startswith("quick.")]
    document = {one["key"]: one for one in outputs.document["metrics"]}
    assert document["least_squares.heavy.excess_loss"]["change"]["low"] == loss.change.low
    assert "least_squares.quick.excess_loss" in outputs.document["unchanged_metrics"]


# -- curves and figures -----------------------------------------------------------------------------------------------


def tables(root: Path, revision: str) -> results.Table:
    done = subprocess.run(
        ["git", "show", f"{revision}:reports/curves/least_squares/heavy.csv"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    head, *rows = [line.split(",") for line in done.stdout.splitlines()]
    return {name: np.array([float(row[index]) for row in rows]) for index, name in enumerate(head)}


def test_the_overlay_draws_the_curves_of_both_sides_of_variants_that_changed(compared):
    found = load(compared, "main", "lighter")
    assert found.curves == [("least_squares", "heavy")]
    (axis,) = curves.axes_of(found.new.pipeline, "reports/curves").values()
    assert axis == ("excess_loss_median", "ステップ", "超過損失")
    sides = {one.title(JAPANESE): one for one in (found.old, found.new)}
    drawing = curves.overlay("least_squares", ["heavy"], sides, axis)
    (panel,) = drawing.axes
    assert panel.get_title() == "heavy"
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("ステップ", "超過損失")
    assert [line.get_label() for line in panel.lines] == list(sides)
    for line, band in zip(panel.lines, panel.collections, strict=True):
        table = tables(compared, sides[line.get_label()].revision)
        np.testing.assert_array_equal(line.get_xdata(), table["step"])
        np.testing.assert_array_equal(line.get_ydata(), table["excess_loss_median"])
        corners = band.get_paths()[0].vertices[:, 1]
        assert (corners.min(), corners.max()) == (table["excess_loss_low"].min(), table["excess_loss_high"].max())
    assert panel.lines[0].get_linestyle() != panel.lines[1].get_linestyle()
    (legend,) = drawing.legends
    assert [text.get_text() for text in legend.get_texts()] == list(sides)


def test_a_variant_of_one_side_only_is_drawn_alone_and_columns_come_from_the_pipeline():
    table = {"step": np.array([1.0, 2.0]), "mse_median": np.array([1.0, 100.0]), "other": np.array([5.0, 5.0])}
    old, new = side("a", curves={}), side("b", curves={"e": {"v": table, "w": table}})
    declared = {
        "plots": [{"reports/curves/e": {"x": "step", "y": "mse_median", "y_label": "誤差"}}, "reports/curves/f"]
    }
    axes = curves.axes_of(declared, "reports/curves")
    assert axes == {"e": ("mse_median", "step", "誤差")}
    assert curves.axes_of({}, "reports/curves") == {}
    drawing = curves.overlay("e", ["v", "w"], {"a": old, "b": new}, axes["e"])
    assert [len(panel.lines) for panel in drawing.axes] == [1, 1]
    np.testing.assert_array_equal(drawing.axes[0].lines[0].get_ydata(), [1.0, 100.0])
    assert {panel.get_yscale() for panel in drawing.axes} == {"log"}


def test_curves_and_both_versions_of_a_changed_figure_are_in_the_page(outputs):
    assert outputs.document["curves"] == [{"experiment": "least_squares", "variant": "heavy"}]
    assert outputs.document["figures"] == ["least_squares/paths"]
    overlay = outputs.page.xpath('//figure[@id="fig:curves:1"]')
    assert len(overlay) == 1
    assert "heavy" in overlay[0].text_content()
    pair = outputs.page.xpath('//div[contains(@class, "pair")]//figure')
    assert ["Aleast_squares/paths" in squeezed(one.text_content()) for one in pair] == [True, False]
    assert ["Bleast_squares/paths" in squeezed(one.text_content()) for one in pair] == [False, True]
    drawings = outputs.page.xpath('//div[contains(@class, "pair")]//*[@class="drawing"]/svg')
    assert len({html.tostring(drawing) for drawing in drawings}) == 2


# -- text, stages, code -----------------------------------------------------------------------------------------------


def test_the_changed_words_of_the_text_are_marked_in_every_output(outputs):
    assert outputs.page.xpath("//p/ins[.='下線'] and //p/del[.='取り消し線']")
    paragraphs = outputs.page.xpath('//p[@class="change"]')
    marks = [
        ([d.text_content() for d in p.xpath(".//del")], [i.text_content() for i in p.xpath(".//ins")])
        for p in paragraphs
    ]
    assert marks[0] == (["0.62"], ["0.79"])
    assert (len(marks[1][0]), len(marks[1][1])) == (1, 1)
    assert marks[2:] == [
        (["この段落は、あとの版にはない。"], []),
        ([], ["まったく新しい考察を、ここに書き加えた。"]),
    ]
    assert "精度は 0.81 から <del>0.62</del> <ins>0.79</ins> に下がった。" in outputs.markdown
    assert {one["chapter"] for one in outputs.document["text"]} == {"結果"}
    assert "学習は三十回の反復で終わった。" not in outputs.text
    assert "まったく新しい考察を、ここに書き加えた。" in outputs.pdf_text


def test_changed_formulas_are_set_whole_and_one_that_cannot_be_set_is_shown_as_written(outputs):
    formulas = outputs.page.xpath('//p[@class="change"]//span[@class="formula"]')
    assert [one.getparent().tag for one in formulas] == ["del", "ins"]
    assert r"\(" not in outputs.pdf_text
    label = r"\[ a &lt; b \label{eq:a} \]"
    assert markup.marked([Part("inserted", html.fromstring(f"<p>{label}</p>").text)], "ja") == (
        r'<ins><span class="arithmatex">\(\displaystyle a &lt; b\)</span></ins>'
    )
    assert markup.marked([Part("deleted", r"\(\nothing{\)")], "ja") == r"<del>\(\nothing{\)</del>"


def test_long_unchanged_passages_are_cut_beside_a_change_but_never_inside_a_formula():
    formula = r"\(" + "x + " * 20 + r"y\)"
    long = f"あ{formula}い" + "う" * 200 + f"え{formula}お"
    shown = markup.marked_plainly([Part("inserted", "前"), Part("same", long), Part("inserted", "後")])
    escaped = markup.literal(formula)
    assert shown == f"<ins>前</ins>あ{escaped}…{escaped}お<ins>後</ins>"
    cut = markup.marked_plainly([Part("same", "か" * 200), Part("deleted", "後")])
    assert cut == f"…{'か' * markup.CONTEXT}<del>後</del>"
    number = markup.marked_plainly(
        [Part("same", "か" * 200 + "0.4954" + "き" * (markup.CONTEXT - 2)), Part("deleted", "後")]
    )
    assert "…0.4954" in number


def test_sentences_of_claims_are_printed_as_they_are():
    text = "k<t かつ *強調* でない x_t と `y` [z] と a/__init__.py は momentum である。"
    assert html.fromstring(f"<p>{markup.literal(text)}</p>").text_content() == text
    shown = markdown.markdown(markup.literal(text))
    assert html.fromstring(shown).text_content() == text
    assert "momentum" in markup.literal(text)


def test_stages_that_ran_again_are_told_with_the_reason(compared):
    slow, lighter = (load(compared, "main", name).stages for name in ("slow", "lighter"))
    rate, size = (
        "パラメータ least_squares.training.learning_rate",
        "パラメータ least_squares.variants.heavy.momentum",
    )
    assert {one.stage: one.reasons[0] for one in slow} == {
        "train_least_squares@heavy": rate,
        "train_least_squares@quick": rate,
        "summarize_least_squares": rate,
    }
    assert [one.stage.partition("@")[0] for one in slow] == ["train_least_squares"] * 2 + ["summarize_least_squares"]
    assert {one.stage: one.reasons for one in lighter} == {
        "train_least_squares@heavy": [size],
        "summarize_least_squares": [size, "依存 runs/least_squares"],
    }


def test_a_stage_whose_code_command_or_only_output_changed_says_so():
    old = {
        "code": {"cmd": "a", "deps": [{"path": "x.py", "md5": "1"}], "outs": [{"path": "o", "md5": "1"}]},
        "command": {"cmd": "a"},
        "chance": {"cmd": "a", "outs": [{"path": "o", "md5": "1"}]},
        "same": {"cmd": "a"},
        "gone": {"cmd": "a"},
    }
    new = {
        "code": {"cmd": "a", "deps": [{"path": "x.py", "md5": "2"}], "outs": [{"path": "o", "md5": "2"}]},
        "command": {"cmd": "b"},
        "chance": {"cmd": "a", "outs": [{"path": "o", "md5": "2"}]},
        "same": {"cmd": "a"},
        "come": {"cmd": "a"},
    }
    found = compare_sides(side(stages=stages(old)), side(stages=stages(new), order=["come", "command", "code"]))
    assert [(one.stage, one.reasons) for one in found.stages] == [
        ("come", ["作業中のフォルダー だけにある"]),
        ("command", ["コマンドが変わった"]),
        ("code", ["依存 x.py"]),
        ("chance", ["同じ入力から出力が変わった"]),
        ("gone", ["作業中のフォルダー だけにある"]),
    ]


def test_code_data_versions_and_the_ways_back_are_told(compared, outputs):
    document = outputs.document
    files = {one["file"]: (one["added"], one["deleted"]) for one in document["files"]}
    assert files[revisions.CODE] == (2, 0)
    assert set(files) == {revisions.CODE, "requirements.lock"}
    (digest,) = [one for one in document["data"] if one["name"] == "least_squares.digest"]
    assert digest["new"] == "bbbb2222" != digest["old"]
    assert {"name": "numpy", "new": "9.9.9"}.items() <= next(
        one for one in document["versions"] if one["name"] == "numpy"
    ).items()
    for text in (outputs.text, outputs.pdf_text):
        assert "dvcexpapplylighter" in text
        assert f"gitcheckout{document['new']['revision'][:10]}&&dvccheckout" in text
        assert "bbbb2222" in text
    assert revisions.CODE in outputs.text
    done = subprocess.run(
        ["git", "rev-parse", "third"], cwd=compared, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert document["new"] == {"name": "third", "kind": "commit", "revision": done}
    assert document["old"]["kind"] == "experiment"


# -- the pages --------------------------------------------------------------------------------------------------------


def test_the_html_is_one_file_that_needs_no_other(outputs):
    assert not outputs.page.xpath("//script | //link")
    assert outputs.page.xpath('//*[@class="drawing"]/svg')
    assert all(address.startswith("data:") for address in outputs.page.xpath("//@src"))
    assert not re.findall(r"""url\((?!["']?(?:data:|#))[^)]*\)""", outputs.source)
    assert not re.findall(r"https?://(?!www\.w3\.org/)", re.sub(r"data:[^\"')]*", "", outputs.source))
    ids = set(outputs.page.xpath("//@id"))
    assert {href[1:] for href in outputs.page.xpath("//a/@href") if href.startswith("#")} - {""} <= ids


def test_the_pdf_has_an_outline_and_numbered_pages(outputs):
    chapters = [item.title for item in outputs.pdf.outline if not isinstance(item, list)]
    names = ["変わったパラメータ", "結論の変化", "数値の変化", "学習曲線と図", "本文の変化", "実行とコード"]
    assert [name for name in names if any(title.endswith(name) for title in chapters)] == names
    for number, sheet in enumerate(outputs.pdf.pages, start=1):
        assert sheet.extract_text().strip().splitlines()[-1].strip() == f"{number}/{len(outputs.pdf.pages)}"
    assert GETA not in outputs.pdf_text


def test_sides_without_a_difference_are_said_to_have_none(compare, compared):
    status, told, _ = compare("main", "second", "--md")
    assert status == 0
    assert re.fullmatch(r"main（\w{7}） → second（\w{7}）：レポートの結論、数値、文のどれも変わっていない。\n", told)
    status, told, _ = compare("main", "second", "--json")
    assert status == 0
    parts = ("parameters", "claims", "metrics", "curves", "figures", "text", "stages", "files", "data", "versions")
    assert not [name for name in parts if json.loads(told)[name]]
    assert "とのあいだに、違いは見つからなかった。" in page_markdown(compared, "main", "main")


def test_only_flipped_conclusions_stand_unfolded_in_a_comment(outputs):
    unfolded, _, rest = outputs.markdown.partition("<details>")
    folded, _, after = rest.partition("</details>")
    assert revisions.CHANGED_CLAIMS[revisions.CLAIM]["sentences"][0] in unfolded
    assert "|" not in unfolded
    assert "loss-is-low" not in unfolded
    assert "- `loss-is-low`：0.50 [−0.25, 1.25]、n = 3 → 0.70 [−0.20, 1.60]、n = 3" in folded
    assert "- `only-after`：なし → 未決" in folded
    assert after == ""
    summary = "変わったパラメータ：1 · 推定値だけの変化：1 · 片方だけにある主張：2 · 数値の変化："
    assert f"<summary>{summary}" in folded


def test_a_comment_on_runs_that_gave_the_same_is_one_line():
    lock = {"train": {"cmd": "a", "outs": [{"path": "o", "md5": "1"}]}}
    again = {"train": {"cmd": "a", "outs": [{"path": "o", "md5": "2"}]}}
    claims = [{"a": revisions.claim("supported", "a", effect, 0.1, 0.2)} for effect in (0.15, 0.15 + 1e-9)]
    found = compare_sides(
        side("p", claims=claims[0], stages=stages(lock)), side("q", claims=claims[1], stages=stages(again))
    )
    assert [stage.stage for stage in found.stages] == ["train"]
    assert "\n" not in write.markdown(found, JAPANESE)


def test_a_comment_speaks_the_language_of_its_reader(compare):
    status, told, _ = compare(A, B, "--md", "--language", "en")
    assert status == 0
    assert f"`{revisions.CLAIM}`: supported → contradicted" in told
    assert "<summary>Changed parameters: 1 ·" in told


def test_experiments_of_one_side_only_are_named():
    notes = compare_sides(side(params={"a": {}, "b": {}}), side(params={"b": {}, "c": {}})).notes
    assert [note.rpartition("だけにある実験：")[2] for note in notes] == ["a。", "c。"]


def test_a_name_is_one_word_of_the_shell_in_the_way_back():
    name = "a; rm -rf $HOME"
    assert Side(name, "experiment", "0" * 40).way_back(JAPANESE) == f"dvc exp apply '{name}'"


# -- rounding is no finding -------------------------------------------------------------------------------------------


def test_a_change_below_the_digits_that_metrics_have_is_no_change():
    old = [4.755, 4.761, 4.749]
    found = one_metric(old, [value * (1 + 2e-9 * number) for number, value in enumerate(old, start=1)])
    assert not found.differs
    assert one_metric(old, [value + 1e-3 + 1e-5 * number for number, value in enumerate(old, start=1)]).moved


def test_a_mean_difference_below_those_digits_has_not_moved_though_single_seeds_have():
    tiny = [1e-9, 2e-9, 3e-9]
    old, new = [5.0, 5.0, 5.0], [5.0 + 1e-9, 5.0 + 1e-9, 5.0 + 2e-9]
    change = estimates.mean_estimate(np.array(tiny), estimates.LEVEL, generator("a", 0, "b"))
    metric = metrics.Metric("e", "v", "m", float(np.mean(old)), float(np.mean(new)), change=replace(change, low=1e-10))
    assert (metric.standing, metric.moved) == ("within", False)


def test_claims_and_curves_that_rounding_alone_moved_are_the_same():
    def one(factor):
        claim = revisions.claim("supported", "a", 0.123456 * factor, 0.1, 0.2)
        return side(text="a", claims={"a": claim}, curves={"e": {"v": {"step": np.ones(2), "m": np.full(2, factor)}}})

    found = compare_sides(one(1.0), one(1 + 2e-7))
    assert (found.claims, found.curves) == ([], [])
    found = compare_sides(one(1.0), one(1.001))
    assert [claim.id for claim in found.claims] == ["a"]
    assert found.curves == [("e", "v")]


# -- languages --------------------------------------------------------------------------------------------------------

WRITTEN_IN_JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def test_a_comparison_speaks_the_language_of_the_report(compare, compared, tmp_path):
    file = compared / "params.yaml"
    english = file.read_text(encoding="utf-8").replace("language: ja", "language: en", 1)
    project = Project.find(compared)
    with edited(file, re.sub("course: .*", "course: A course", english)):
        told = compare("lighter", "slow", "--md")[1] + compare("--sweep", "main", "lighter", "slow", "--md")[1]
        assert compare("lighter", "slow", "-o", str(tmp_path))[0] == 0
        words = Words("en")
    found = sweep.load(project, ["main", "lighter", "slow"], words)
    table = sweep.table(found, words)
    page = html.parse(str(tmp_path / "comparison.html")).getroot()
    assert page.get("lang") == "en"
    texts = [page.text_content(), *page.xpath("//@alt | //@title | //@aria-label")]
    texts += [sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "comparison.pdf").pages]
    texts += [
        told,
        markup.fill("sweep.md.j2", words, markup.page_code, sweep=found, table=table, figures={"a": "b.svg"}),
    ]
    labels = page.xpath("//svg//text/text()")  # what the project calls its curves
    of_the_project = "|".join(map(re.escape, labels))
    for text in texts:
        assert not WRITTEN_IN_JAPANESE.search(re.sub(of_the_project, "", text)), text
    assert "Changed parameters" in texts[0]
    assert "Each interval is for one metric alone" in told


def test_both_tables_have_the_same_texts_of_comparisons_with_the_same_fields():
    fields = [
        {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in table.items() if key.startswith("compare.")}
        for table in TABLES.values()
    ]
    assert fields[0] == fields[1]
