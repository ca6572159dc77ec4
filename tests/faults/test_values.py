"""Values that are absurd, equal or lacking are told of before anything is computed."""

from __future__ import annotations

import pytest
import smallest
from smallest import DVC, NAME, RONKYO, change, run

from ronkyo import cli
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import capacity, train

SETTINGS = f"src/{smallest.PACKAGE}/experiments/{NAME}/settings.py"
CHAPTER = "report_templates/chapters/01_least_squares.md.j2"
MEMORY = '\n\ndef memory(training: Training) -> int:\n    """Bytes."""\n    return 8 * training.steps**2\n'


@pytest.fixture
def check(root, capsys):
    """`ronkyo check`: exit status, and its lines on the error stream."""

    def checked() -> tuple[int, list[str]]:
        status = cli.main(["check"])
        return status, capsys.readouterr().err.splitlines()

    return checked


@pytest.mark.parametrize(
    ("steps", "bytes_"), [(10**8, "80,000,000.0 GB"), (10**30, "10^60 bytes"), (10**9, "10^18 bytes")]
)
def test_a_size_that_no_memory_holds_is_refused_with_its_bytes(root, check, steps, bytes_):
    change(root, "    return f", "    return f", SETTINGS)
    (root / SETTINGS).write_text((root / SETTINGS).read_text(encoding="utf-8") + MEMORY, encoding="utf-8")
    change(root, "steps: 20", f"steps: {steps}")
    status, lines = check()
    there = f"{capacity.memory() / 1e9:,.1f} GB"
    assert status == 1
    assert lines[0] == (f"params.yaml: {NAME}.variants.plain: a run takes {bytes_} of memory at least, found {there}")
    with pytest.raises(UserError, match="a run takes .* of memory at least"):
        train.run(Project.find(), NAME, "plain")


def test_repro_refuses_it_before_anything_runs_and_not_where_its_runs_are_there(root):
    (root / SETTINGS).write_text((root / SETTINGS).read_text(encoding="utf-8") + MEMORY, encoding="utf-8")
    before = (root / "dvc.lock").read_bytes()
    change(root, "momentum: {momentum: 0.8}", "momentum: {momentum: 0.8, steps: 1000000000}")
    _, errors = run(root, *RONKYO, "repro", expected=1)
    assert len(errors.splitlines()) == 1
    assert f"{NAME}.variants.momentum: a run takes 10^18 bytes of memory at least" in errors
    assert (root / "dvc.lock").read_bytes() == before


def test_what_memory_returns_is_checked(root, check):
    text = (root / SETTINGS).read_text(encoding="utf-8")
    (root / SETTINGS).write_text(text + MEMORY.replace("8 *", "0.5 *"), encoding="utf-8")
    assert check() == (1, [f"{SETTINGS}: memory: expected a whole number of bytes ≥ 0, found float 200.0"])


def test_more_seeds_than_the_store_has_room_for_are_refused_with_their_bytes(root, check):
    change(root, "seeds: 2 ", f"seeds: {10**12} ")
    status, lines = check()
    assert status == 1
    told = f"params.yaml: {NAME}.seeds: the runs of 1,000,000,000,000 seeds take 12,288,000.0 GB at least, found "
    assert [line for line in lines if line.startswith(told)] == lines
    assert run(root, *RONKYO, "repro", expected=1)[1].startswith(told)


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf"])
def test_a_rate_that_is_not_finite_is_refused(root, check, value):
    change(root, "learning_rate: 0.3", f"learning_rate: {value}")
    assert check()[0] == 1


def test_a_variant_that_is_equal_to_another_is_a_warning_that_names_it(root, check):
    change(root, "    plain: {}", "    plain: {}\n    still: {momentum: 0.0}")
    assert check() == (0, [f"warning: params.yaml: {NAME}.variants.still: equal to plain: its runs are the same"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            'mean("least_squares.heavy.loss")',
            "least_squares.heavy.loss: expected a variant of least_squares or a group",
        ),
        (
            'mean("least_square.plain.loss")',
            "least_square.plain.loss: expected an experiment, found 'least_square'; nearest",
        ),
        ('param("least_squares.training.rate")', "param 'least_squares.training.rate': no such parameter"),
        (
            'figure("least_squares/learning_curve", "a", "b")',
            "figure 'least_squares/learning_curve': no such figure; nearest",
        ),
        (
            'compared("a", than=0, figure="least_squares/learning_curve")',
            "figure 'least_squares/learning_curve': no such figure; nearest",
        ),
        ('count("least_square")', "count 'least_square': no such experiment; nearest: least_squares"),
        (
            'higher("a", than="least_squares.plan.loss")',
            "least_squares.plan.loss: expected a variant of least_squares or",
        ),
    ],
)
def test_what_a_chapter_names_and_nothing_will_have_is_found_by_check(root, check, call, told):
    file = root / CHAPTER
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines, f"{{{{ {call} }}}}"]), encoding="utf-8")
    status, problems = check()
    assert status == 1
    assert len(problems) == 1
    assert problems[0].startswith(f"{CHAPTER}:{len(lines) + 1}: {told}")


def test_a_variant_that_was_renamed_is_found_in_the_chapters_that_name_it(root, check):
    change(root, "    momentum: {momentum: 0.8}", "    heavy: {momentum: 0.8}")
    status, problems = check()
    assert status == 1
    assert problems
    assert all(line.startswith(CHAPTER) and "found 'momentum'" in line for line in problems)


def test_a_chapter_that_is_not_there_is_found_by_check(root, check):
    (root / CHAPTER).rename(root / "elsewhere")
    status, problems = check()
    assert (status, len(problems)) == (1, 1)
    assert problems[0].endswith("expected the template chapters/01_least_squares.md.j2, found nothing")


def test_an_experiment_of_dvc_in_a_folder_of_its_own_has_a_chapter_that_git_does_not_know_or_does_not_begin(root):
    new, asked = "report_templates/chapters/02_more.md.j2", ("exp", "run", "--temp", "-S", f"{NAME}.data.noise=0.6")
    (root / new).write_text("## More\n", encoding="utf-8")
    include = '{% include "chapters/01_least_squares.md.j2" %}\n'
    change(root, include, include + include.replace("01_least_squares", "02_more"), "report_templates/report.md.j2")
    line = f"expected {new}, which Git does not know, so that `dvc exp run` leaves it out; run: git add {new}\n"
    assert line in run(root, *DVC, *asked, expected=255)[1]
    run(root, "git", "add", new)
    assert "Ran experiment(s)" in run(root, *DVC, *asked, f"prepare_{NAME}")[0]


def test_a_variant_that_is_gone_leaves_neither_runs_nor_an_entry_in_the_lock_here_or_in_a_clone(root, tmp_path):
    change(root, "    plain: {}", "    plain: {}\n    heavy: {momentum: 0.9}")
    run(root, *RONKYO, "repro", f"summarize_{NAME}")
    change(root, "    heavy: {momentum: 0.9}\n", "")
    run(root, *RONKYO, "repro")
    assert "heavy" not in (root / "dvc.lock").read_text(encoding="utf-8")
    assert not run(root, "git", "status", "--short")[0].replace(" M dvc.lock\n", "")
    run(root, *DVC, "remote", "add", "--default", "team", str(tmp_path / "remote"))
    run(root, "git", "commit", "--quiet", "--all", "--message", "gone")
    run(root, *DVC, "push")
    run(tmp_path, "git", "clone", "--quiet", str(root), "clone")
    run(tmp_path / "clone", *DVC, "pull")
    assert run(tmp_path / "clone", *RONKYO, "repro") == ("everything is up to date\n", "")
    for place in root, tmp_path / "clone":
        assert sorted(path.name for path in (place / "runs" / NAME).iterdir()) == ["momentum", "plain"]
        assert not run(place, "git", "status", "--short")[0]
