"""`ronkyo verify --current`: a project's files against what its last runs recorded."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import revisions
from new_project import RONKYO
from revisions import change_yaml

from ronkyo import cli
from ronkyo.project import Project
from ronkyo.verify import current, stages

CODE = "src/small/experiments/least_squares"
TRAINED = "train_least_squares (all 2)"


def differences(root: Path) -> list[str]:
    return [line for check in current.check(Project.find(root)) for line in check.differences]


def append(file: Path, text: str) -> None:
    file.write_bytes(file.read_bytes() + text.encode())


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_project_whose_stages_just_ran_is_current(committed_copy, capsys):
    assert differences(committed_copy) == []
    assert cli.main(["-C", str(committed_copy), "verify"]) == 0
    assert "12 of 12 that the stages wrote" in capsys.readouterr().out


def test_a_clone_without_runs_data_and_pages_is_current(committed, tmp_path):
    revisions.do(tmp_path, "git", "clone", "-q", str(committed), "clone")
    clone = tmp_path / "clone"
    assert not (clone / "runs").exists()
    assert not (clone / "reports/small.pdf").exists()
    assert differences(clone) == []
    looked_at = {check.name: check.looked_at for check in current.check(Project.find(clone))}
    assert looked_at["outputs"] == "7 of 12 that the stages wrote, 5 not here (Git does not keep them)"


def test_a_deleted_file_that_git_keeps_is_told_and_not_counted_as_away(committed_copy):
    (committed_copy / "reports/claims.json").unlink()
    (found,) = (check for check in current.check(Project.find(committed_copy)) if check.name == "outputs")
    assert found.differences == ["reports/claims.json: expected what report wrote, found nothing"]
    assert found.looked_at == "12 of 12 that the stages wrote"


def test_the_answer_needs_neither_dvc_nor_torch(committed):
    code = "import json, sys; from pathlib import Path; from ronkyo.project import Project; from ronkyo.verify import "
    code += "current; assert current.check(Project.find(Path())); print(json.dumps(list(sys.modules)))"
    done = revisions.run(committed, sys.executable, "-c", code)
    assert not {"dvc", "torch"} & set(json.loads(done.stdout)), done.stderr


def test_an_edited_module_is_named_once_with_the_stages_that_are_stale(committed_copy):
    append(committed_copy / CODE / "train.py", "\nRATE = 1\n")
    assert differences(committed_copy) == [
        f"{CODE}/train.py: expected the content that its stages ran with, found another; "
        f"stale: {TRAINED}, report, and 2 after"
    ]


def test_a_changed_file_of_a_folder_is_named(committed_copy):
    append(committed_copy / "report_templates/chapters/01_least_squares.md.j2", "more\n")
    (committed_copy / "report_templates/new.md.j2").write_text("new\n")
    changed = "report_templates/chapters/01_least_squares.md.j2, report_templates/new.md.j2"
    assert differences(committed_copy) == [
        f"report_templates: expected the content that its stages ran with, found another (changed: {changed}); stale: report"
    ]


def test_an_edited_module_does_not_hide_another_one_in_the_same_folder(committed_copy):
    append(committed_copy / CODE / "train.py", "\nRATE = 1\n")
    append(committed_copy / "src/small/__init__.py", "\n")
    assert len(differences(committed_copy)) == 2


def test_a_module_that_is_gone_is_one_line(committed_copy):
    (committed_copy / CODE / "data.py").unlink()
    lines = differences(committed_copy)
    assert f"{CODE}/data.py: expected it, found nothing; stale: prepare_least_squares, and 5 after" in lines


def test_a_changed_parameter_is_told_with_both_values(committed_copy):
    replace(committed_copy / "params.yaml", "steps: 200", "steps: 300")
    assert differences(committed_copy) == [
        "params.yaml: least_squares.training.steps: expected 200, with which stages ran, found 300; "
        f"stale: {TRAINED}, summarize_least_squares, draw_least_squares, report"
    ]


def test_a_comment_in_the_parameters_makes_the_report_stale_alone(committed_copy):
    append(committed_copy / "params.yaml", "# a comment\n")
    assert differences(committed_copy) == [
        "params.yaml: expected the content that its stages ran with, found another; stale: report"
    ]


def test_a_changed_version_is_told(committed_copy):
    versions = committed_copy / "versions.yaml"
    (line,) = [line for line in versions.read_text().splitlines() if line.startswith("numpy:")]
    replace(versions, line, 'numpy: "9.9"')
    lines = differences(committed_copy)
    assert lines[0] == "versions.yaml: expected what `ronkyo pipeline` writes, found another text; run it"
    assert lines[1].startswith("versions.yaml: numpy: expected ")
    assert "found 9.9; stale: prepare_least_squares" in lines[1]


def test_a_variant_that_never_ran_is_told(committed_copy):
    replace(committed_copy / "params.yaml", "    plain: {}", "    plain: {}\n    wide: {momentum: 0.1}")
    lines = differences(committed_copy)
    assert (
        lines[0]
        == "dvc.lock: expected every stage of dvc.yaml, found none of: train_least_squares@wide; run: ronkyo repro"
    )
    assert len(lines) == 2


def test_an_edited_pipeline_is_told_with_what_it_would_run(committed_copy):
    change_yaml(
        committed_copy / "dvc.yaml", lambda document: document["stages"]["report"].update(cmd="python other.py")
    )
    assert differences(committed_copy) == [
        "dvc.yaml: expected what `ronkyo pipeline` writes, found another text; run it",
        "report: another command: expected `python other.py`, ran `python stages/report.py`",
    ]


def test_a_new_import_is_told_as_what_a_stage_did_not_read(committed_copy):
    (committed_copy / "src/small/more.py").write_text("X = 1\n")
    replace(
        committed_copy / CODE / "summarize.py", "from __future__", "from small.more import X  # noqa\nfrom __future__"
    )
    revisions.do(committed_copy, *RONKYO, "pipeline")
    assert "summarize_least_squares: reads now, and did not: src/small/more.py" in differences(committed_copy)


@pytest.mark.parametrize(
    "name",
    [
        "reports/metrics/least_squares.json",
        "reports/seeds/least_squares.csv",
        "reports/claims.json",
        "reports/small.md",
        "reports/small.pdf",
    ],
)
def test_an_edited_result_is_one_line_that_names_it(committed_copy, name):
    append(committed_copy / name, "\n")
    (line,) = differences(committed_copy)
    assert line.startswith(f"{name}: expected what ")
    assert line.endswith(" wrote, found another content")


def test_a_figure_replaced_by_anothers_is_told(committed_copy):
    figure = "reports/figures/least_squares/learning_curves.svg"
    (committed_copy / figure).write_text(revisions.drawing(40))
    assert differences(committed_copy) == [
        f"reports/figures/least_squares: expected what draw_least_squares wrote, found another content (changed: {figure})"
    ]


def test_a_result_that_git_keeps_and_that_is_gone_is_told(committed_copy):
    (committed_copy / "reports/seeds/least_squares.csv").unlink()
    assert differences(committed_copy) == [
        "reports/seeds/least_squares.csv: expected what summarize_least_squares wrote, found nothing"
    ]


def test_a_stage_that_ran_again_alone_leaves_the_next_ones_stale(committed_copy):
    replace(committed_copy / "params.yaml", "tolerance: 0.01", "tolerance: 0.5")
    revisions.do(committed_copy, *RONKYO, "repro", "summarize_least_squares")
    lines = differences(committed_copy)
    assert (
        "reports/metrics/least_squares.json: expected what summarize_least_squares wrote, another was read; "
        "stale: draw_least_squares, and 1 after"
    ) in lines
    assert "reports/metrics: expected what summarize_least_squares wrote, another was read; stale: report" in lines


def test_the_lock_of_another_commit_is_told(committed_twice):
    assert differences(committed_twice) == []
    revisions.do(committed_twice, "git", "checkout", "-q", "one", "--", "dvc.lock")
    lines = differences(committed_twice)
    revisions.do(committed_twice, "git", "checkout", "-q", "two", "--", "dvc.lock")
    assert lines[0].startswith("params.yaml: least_squares.data.noise: expected 0.5, with which stages ran, found 0.6")
    assert any(line.startswith("reports/metrics/least_squares.json: ") for line in lines)


def test_without_a_lock_nothing_is_current(committed_copy, capsys):
    (committed_copy / "dvc.lock").unlink()
    assert cli.main(["-C", str(committed_copy), "verify", "--current"]) == 1
    assert "dvc.lock: expected a file, found nothing; run: ronkyo repro" in capsys.readouterr().out


def test_without_git_the_same_is_found(committed_copy):
    shutil.rmtree(committed_copy / ".git")
    append(committed_copy / "report_templates/metrics.yaml", "\n")
    assert differences(committed_copy) == [
        "report_templates: expected the content that its stages ran with, found another; stale: report"
    ]


def test_a_pipeline_that_is_written_by_hand_is_one_more_line(committed_copy):
    change_yaml(committed_copy / "dvc.yaml", lambda document: document["stages"]["report"].update(wdir="."))
    assert differences(committed_copy) == [
        "dvc.yaml: expected what `ronkyo pipeline` writes, found another text; run it",
        "dvc.yaml: report: expected cmd, deps, metrics, outs, params, plots and foreach, found wdir",
    ]


def test_the_stages_of_a_pipeline_are_those_that_dvc_reads(committed):
    from dvc.dependency import ParamsDependency
    from dvc.repo import Repo

    with Repo(str(committed)) as repo:
        read = {stage.name: stage for stage in repo.index.stages}
    found = stages.declared(Project.find(committed))
    assert found.keys() == read.keys()
    for name, stage in found.items():
        files = {dep.def_path for dep in read[name].deps if not isinstance(dep, ParamsDependency)}
        keys = {dep.def_path: dep.params for dep in read[name].deps if isinstance(dep, ParamsDependency)}
        outs = {out.def_path: not out.use_cache for out in read[name].outs}
        assert (stage.cmd, set(stage.deps), stage.params, stage.outs) == (read[name].cmd, files, keys, outs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {foreach: [x, 1], do: {cmd: 'c ${item}'}}", {"a@x": "c x", "a@1": "c 1"}),
        ("a: {foreach: {k: {v: 2}}, do: {cmd: 'c ${key} ${item.v}'}}", {"a@k": "c k 2"}),
        ("a: {foreach: '${e.variants}', do: {cmd: 'c ${key} ${n}'}}", {"a@p": "c p 7", "a@q": "c q 7"}),
    ],
)
def test_each_stage_of_a_loop_is_one(small_files, text, expected):
    small_files.params_file.write_text("n: 7\ne: {variants: {p: {}, q: {}}}\n")
    small_files.pipeline_file.write_text(f"vars: [params.yaml]\nstages: {{{text}}}\n")
    assert {name: stage.cmd for name, stage in stages.declared(small_files).items()} == expected


def test_a_value_that_is_not_there_is_one_line(small_files):
    small_files.pipeline_file.write_text("vars: [params.yaml]\nstages: {a: {cmd: 'c ${nothing.here}'}}\n")
    with pytest.raises(stages.StageError, match=r"dvc\.yaml: a: expected a value of \$\{nothing\.here\}, found none"):
        stages.declared(small_files)


@pytest.mark.parametrize("option", ["--project", "--sign", "--signer"])
def test_what_is_of_a_report_is_not_asked_without_one(option, committed, capsys):
    assert cli.main(["-C", str(committed), "verify", option, "x"]) == 1
    assert capsys.readouterr().err == f"verify: {option}: expected a REPORT before it, found none\n"
