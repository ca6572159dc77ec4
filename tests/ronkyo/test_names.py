"""ronkyo names: all that templates can name; and the snippets of a new project, which name some."""

from __future__ import annotations

import json
import re

import pytest

from ronkyo import cli
from ronkyo.editors import names
from ronkyo.report import chapters

CHAPTER = "chapters/01_least_squares.md.j2"
HOLE = re.compile(r"\$\{\d+(?::((?:\\.|[^}\\])*)|\|([^,|]*)[^}]*)?\}")


@pytest.fixture(scope="module")
def found(small):
    return names.collect(small)


@pytest.mark.parametrize(
    ("kind", "name", "detail", "file"),
    [
        ("metrics", "least_squares.plain.steps_needed", "mean of 5 seeds", "reports/seeds/least_squares.csv"),
        ("constants", "least_squares.least.loss", "0.", "reports/metrics/least_squares.json"),
        ("parameters", "least_squares.training.learning_rate", "0.3", "params.yaml"),
        ("parameters", "least_squares.variants.momentum.momentum", "0.8", "params.yaml"),
        ("figures", "least_squares/learning_curves", "", "reports/figures/least_squares/learning_curves.svg"),
        ("tables", "tab:least_squares", "Table", ""),
        ("references", "eq:momentum", "Equation", ""),
        ("references", "gradient-descent-with-momentum", "Gradient descent with momentum", ""),
        ("claims", "momentum-needs-fewer-steps", "supported: With momentum", f"report_templates/{CHAPTER}:"),
        ("functions", "mean", "(key, spec='') Without a format", ""),
        ("functions", "higher", "(metric, than, margin=0", ""),
        ("functions", "compared", "condition: begins the hypothesis and the sentence.", ""),  # the end of its docstring
        ("tags", "background", "", ""),
    ],
)
def test_names_of_each_kind_tell_what_they_are(found, kind, name, detail, file):
    (entry,) = [entry for entry in found.entries[kind] if entry.name == name]
    assert detail in entry.detail
    assert entry.file.startswith(file)


def test_functions_are_all_that_templates_can_call(found, small):
    called = set(re.findall(r"\{\{ (\w+)\(", (small.templates / CHAPTER).read_text(encoding="utf-8")))
    assert called
    assert called <= {entry.name for entry in found.entries["functions"]}


def test_terms_are_told_with_the_words_that_they_replace(small_copy):
    (small_copy.templates / "terms.yaml").write_text("terms: {momentum: [inertia]}\n", encoding="utf-8")
    assert names.collect(small_copy).entries["terms"] == [
        names.Entry("momentum", "not inertia", "report_templates/terms.yaml")
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{{ mean('least_squares.plain.step_needed') }}", "nearest: steps_needed"),
        ("{% if %}", "Expected an expression"),
        ("[it](#eq:momentun)", "eq:momentun"),
        ("With momentum it is faster.", "comparison"),
    ],
)
def test_what_is_wrong_has_its_line_and_the_results_are_named_all_the_same(small_copy, line, problem):
    file = small_copy.templates / CHAPTER
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\n[^polyak1964]:", f"\n{line}\n\n[^polyak1964]:"), encoding="utf-8")
    found = names.collect(small_copy)
    (told,) = found.problems
    assert problem in told.message
    written = file.read_text(encoding="utf-8").splitlines()
    assert (told.file, told.line) == (f"report_templates/{CHAPTER}", written.index(line) + 1)
    assert "least_squares.plain.steps_needed" in {entry.name for entry in found.entries["metrics"]}


def test_wrong_parameter_is_a_problem_of_params_yaml(small_copy):
    text = small_copy.params_file.read_text(encoding="utf-8")
    small_copy.params_file.write_text(text.replace("points: 200", "points: many"), encoding="utf-8")
    assert {problem.file for problem in names.collect(small_copy).problems} == {"params.yaml"}


def test_command_prints_json_for_editors_and_lines_for_people(small, capsys, found):
    assert cli.main(["-C", str(small.root), "names", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found.document()
    assert cli.main(["-C", str(small.root), "names"]) == 0
    assert "figures  least_squares/learning_curves" in capsys.readouterr().out


@pytest.mark.usefixtures("nothing_imported")
@pytest.mark.parametrize("language", ["small", "small_japanese"])
def test_each_snippet_of_a_new_project_renders_as_it_comes(language, request, tmp_path):
    project = request.getfixturevalue(language)
    snippets = json.loads((project.root / ".vscode/ronkyo.code-snippets").read_text(encoding="utf-8"))
    assert {"figure", "table", "claim", "findings", "full"} <= snippets.keys()
    text = "\n\n".join("\n".join(map(filled, snippet["body"])) for snippet in snippets.values())
    report = project.templates / "report.md.j2"
    kept = report.read_text(encoding="utf-8")
    place = kept.index("{% include")
    end = kept.index("\n", place)
    own = project.templates / "with_snippets.md.j2"
    own.write_text(f"{kept[:end]}\n\n{text}\n{kept[end:]}", encoding="utf-8")
    try:
        rendered = chapters.draft(project, own.name)
    finally:
        own.unlink()
    assert rendered.problems == []
    assert "my-claim" in rendered.claims.by_id


def filled(line: str) -> str:
    """A line of a snippet, each of its holes with what it holds at first."""
    return HOLE.sub(lambda hole: re.sub(r"\\(.)", r"\1", hole[1] or hole[2] or ""), line)
