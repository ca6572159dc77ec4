"""A Builder makes again only what changed, and what it makes is what a build from nothing makes."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from ronkyo import cache, cli
from ronkyo.preview.renderers import OfProject
from ronkyo.report import build
from ronkyo.report.build import Builder, Page

LINES = (
    "A word more, with $x^2 + y_1$.",
    r"\[ a + b \label{eq:another} \]",
    "A note again[^polyak1964], and another[^another].",
    "[^another]: What it says.",
    "## Another chapter",
    "<div>",
    "</div>",
    "<!-- a comment",
    "-->",
    "```",
    "$\\frac{1$",
    "{{ ref('fig:nowhere') }}",
    "{{ mean('least_squares.plain.excess_loss', '.4f') }}",
    "{% background",
    "The loss is 0.123, which is lower.",
    "{{ figure('least_squares/learning_curve', caption='c', alt='a') }}",
)


def forget(monkeypatch, folder) -> None:
    """As a new process on a machine where nothing was built."""
    monkeypatch.setattr(cache, "folder", lambda: folder)
    monkeypatch.setattr(cache, "_MEMORY", cache._Memory())
    for name, module in list(sys.modules.items()):
        if name.startswith("ronkyo.") and name != "ronkyo.typeset.fonts":
            for item in list(vars(module).values()):
                if hasattr(item, "cache_clear"):
                    item.cache_clear()


def edited(lines: list[str], rng: random.Random) -> list[str]:
    place = rng.randrange(len(lines))
    kind = rng.choice(("insert", "insert", "delete", "double"))
    if kind == "delete":
        return lines[:place] + lines[place + 1 :]
    return [*lines[:place], "", lines[place] if kind == "double" else rng.choice(LINES), "", *lines[place:]]


@pytest.fixture(autouse=True)
def kept(monkeypatch, tmp_path):
    forget(monkeypatch, tmp_path / "kept")


def test_random_edits_give_what_a_build_from_nothing_gives(small_copy, monkeypatch, tmp_path):
    rng, builder = random.Random(15), Builder(small_copy)
    (chapter,) = small_copy.templates.glob("chapters/*.md.j2")
    original = chapter.read_text().splitlines()
    pages: list[tuple[str, Page]] = []
    lines = original
    for number in range(16):
        lines = original if number % 4 == 3 else edited(lines, rng)
        chapter.write_text("\n".join(lines) + "\n")
        pages.append((chapter.read_text(), builder.html()))
    for number, (text, page) in enumerate(pages):
        chapter.write_text(text)
        forget(monkeypatch, tmp_path / f"nothing-{number}")
        assert Builder(small_copy).html() == page
    assert any(page.html and not page.problems for _, page in pages)
    assert any(page.problems for _, page in pages)


def test_an_edit_of_parameters_and_results_is_seen(small_copy, monkeypatch, tmp_path):
    builder = Builder(small_copy)
    before = builder.html()
    params = small_copy.params_file
    params.write_text(params.read_text().replace("title:", "title: Other words than before #"))
    seeds = small_copy.seeds_file("least_squares")
    head, first, *rest = seeds.read_text().splitlines()
    seeds.write_text("\n".join([head, *rest, first]) + "\n")
    after = builder.html()
    assert "<title>Other words than before" in after.html
    assert after.html != before.html
    forget(monkeypatch, tmp_path / "nothing")
    assert Builder(small_copy).html() == after


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{% if %}", "Expected an expression"),
        ("{{ nowhere() }}", "'nowhere' is undefined"),
        ("$\\frac{1$", "formula '\\frac{1'"),
        ("{{ figure('least_squares/nowhere', caption='c', alt='a') }}", "no such figure"),
        ("{{ ref('fig:nowhere') }}", "no such target"),
        ("{% include 'reports.md.j2' %}", "expected the template reports.md.j2, found nothing; nearest: report.md.j2"),
        ("{% claim 'a', b %}{% suported %}{% endclaim %}", "closed is 'claim'; nearest: supported"),
        ("{% include 'report.md.j2' %}", "recursion"),
    ],
)
def test_what_ends_the_page_is_a_problem_with_its_place(small_copy, line, message):
    report = small_copy.templates / "report.md.j2"
    report.write_text(f"{line}\n\n{report.read_text()}")
    page = Builder(small_copy).html()
    assert page.html == ""
    (problem,) = page.problems
    assert message in problem.message
    assert problem.place == "report_templates/report.md.j2:1"


def test_a_figure_that_is_named_and_not_drawn_yet_is_no_wrong_name(small_copy):
    figure = "least_squares/learning_curves"
    small_copy.figure_file(figure).unlink()
    told = f"figure '{figure}': not drawn yet; `ronkyo repro` draws it"
    assert [str(problem).partition(": ")[2] for problem in Builder(small_copy).html().problems] == [told]
    (file,) = small_copy.templates.glob("chapters/*.md.j2")
    text = file.read_text()
    file.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("{{ figure(")))
    assert [str(problem).partition(": ")[2] for problem in Builder(small_copy).html().problems] == [
        told
    ]  # of its claim
    file.write_text(text.replace(figure, figure.removesuffix("s")))
    (problem,) = Builder(small_copy).html().problems
    assert problem.message == f"figure '{figure.removesuffix('s')}': no such figure; nearest: {figure}"


def test_a_mistake_is_told_once_at_the_line_where_it_is_mended(small_copy):
    (chapter,) = small_copy.templates.glob("chapters/*.md.j2")
    figures = small_copy.experiments_folder / "least_squares" / "figures.py"
    for file, old, new, line, message in (
        (chapter, b"### Results", b"### Caf\xe9", 15, "expected a text in UTF-8, found byte 0xe9"),
        (chapter, b"{% supported %}", b"{% equal %}", 22, "claim 'momentum-needs-fewer-steps' is supported"),
        (figures, b"axes.legend()", b"axes.legend(", 24, "expected Python, found an error: '(' was never closed"),
    ):
        before = file.read_bytes()
        assert old in before
        file.write_bytes(before.replace(old, new, 1))
        (problem,) = Builder(small_copy).html().problems
        assert problem.place == f"{small_copy.relative(file)}:{line}"
        assert problem.message.startswith(message)
        file.write_bytes(before)
    (figures.parent / "tables.py").write_text("__all__ = ['mine']\n\n\ndef mine(values):\n    return {}['a']\n")
    chapter.write_bytes(chapter.read_bytes() + b"\n{{ mine() }}\n")
    (problem,) = Builder(small_copy).html().problems
    assert problem.place == f"{small_copy.relative(chapter)}:38"
    assert problem.message == "src/small/experiments/least_squares/tables.py:5: KeyError: 'a'"


def test_what_the_lint_finds_is_a_problem_of_a_page_that_is_there(small_copy):
    report = small_copy.templates / "report.md.j2"
    text = report.read_text()
    report.write_text(f"The loss is 0.123.\n\n{text}")
    page = Builder(small_copy).html()
    assert "The loss is 0.123." in page.html
    assert [problem.place for problem in page.problems] == ["report_templates/report.md.j2:1"]


def test_build_writes_what_the_stage_writes_and_nothing_else(small_copy, capsys):
    lock = small_copy.root / "dvc.lock"
    files = {file: file.read_bytes() for file in small_copy.reports.iterdir() if file.is_file()}
    before = lock.read_bytes() if lock.exists() else None
    for file in files:
        file.unlink()
    small_copy.claims_file.write_bytes(files[small_copy.claims_file])
    assert cli.main(["-C", str(small_copy.root), "build"]) == 0
    assert {file: file.read_bytes() for file in small_copy.reports.iterdir() if file.is_file()} == files
    assert (lock.read_bytes() if lock.exists() else None) == before
    assert f"reports/{small_copy.name}.pdf: written" in capsys.readouterr().out


def test_one_form_or_one_chapter(small_copy):
    page = small_copy.report_file("html").read_bytes()
    small_copy.report_file("html").unlink()
    assert cli.main(["-C", str(small_copy.root), "build", "--html"]) == 0
    assert small_copy.report_file("html").read_bytes() == page
    assert cli.main(["-C", str(small_copy.root), "build", "--chapter", "1"]) == 0
    chapter = small_copy.chapter_file("1", "html").read_text()
    assert "Gradient descent follows the slope" in chapter
    assert 'id="claims"' not in chapter
    assert small_copy.chapter_file("1", "pdf").read_bytes().startswith(b"%PDF")


def test_a_chapter_that_there_is_not_is_one_line(small_copy, capsys):
    assert cli.main(["-C", str(small_copy.root), "build", "--chapter", "7"]) == 1
    assert capsys.readouterr().err.startswith("chapter '7': expected one of 1, A, B, C")


def test_results_that_are_older_than_parameters_are_told(small_copy, capsys):
    stage = {"cmd": "x", "params": {"params.yaml": {"report.title": "what it was"}}}
    (small_copy.root / "dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": {"prepare": stage}}))
    assert cli.main(["-C", str(small_copy.root), "build", "--html"]) == 0
    told = "results are older than parameters or code: prepare; `ronkyo repro` makes them"
    assert capsys.readouterr().err == f"{told}\n"
    assert OfProject(small_copy.root).html().problems == [("", told)]
    (small_copy.root / "dvc.lock").write_text("none")
    assert [problem.file for problem in OfProject(small_copy.root).html().problems] == ["dvc.lock"]


def test_build_imports_no_dvc(small_copy):
    script = (
        f"import sys; from ronkyo import cli; status = cli.main(['-C', {str(small_copy.root)!r}, 'build', '--html']); "
    )
    script += "sys.exit(status or 'dvc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_problems_have_places():
    assert build.Problem.read("a/b.md.j2:3: what: why") == ("a/b.md.j2:3", "what: why")
    assert build.Problem.read("PDF: no glyph") == ("", "PDF: no glyph")
