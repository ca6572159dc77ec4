"""`ronkyo verify --replay`: a project computed again in a clean clone. Real Git, real DVC, real processes."""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from test_repro import change, run, start

from ronkyo import cli, results
from ronkyo.claims import estimates
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.verify.replay import grades, sample
from ronkyo.verify.replay.clone import cloned
from ronkyo.verify.replay.grades import Grade

PACKAGE, NAME = "replayed", "least_squares"
RONKYO = (sys.executable, "-m", "ronkyo.cli")
TRAIN = f"src/{PACKAGE}/experiments/{NAME}/train.py"
SEEDS = f"reports/seeds/{NAME}.csv"
CLAIM = "momentum-needs-fewer-steps"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A repository with everything run and committed, at small settings."""
    parent = tmp_path_factory.mktemp("template")
    new.create(PACKAGE, "en", parent)
    root = parent / PACKAGE
    change(root, "steps: 200", "steps: 40")
    run(root, *RONKYO, "repro", "-j", "2")
    for name, value in (("user.name", "a"), ("user.email", "a@example.org")):
        run(root, "git", "config", name, value)
    commit(root)
    return root


@pytest.fixture
def root(template, tmp_path) -> Path:
    return Path(shutil.copytree(template, tmp_path / PACKAGE, symlinks=True))


def commit(root: Path) -> None:
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "-m", "a state")


def replay(root: Path, *options: str, expected: int = 0) -> dict:
    return json.loads(run(root, *RONKYO, "verify", "--replay", "--json", *options, expected=expected)[0])


def things(told: dict, kind: str) -> dict[str, str]:
    """name -> grade of what is not the same bytes."""
    return {thing["name"]: thing["grade"] for thing in told["things"] if thing["kind"] == kind}


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Of all files, Git's and DVC's own, too: when each was changed, and what is in it."""
    return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """Where a replay has its clone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_what_was_committed_comes_out_again_and_the_project_stays_as_it_is(root, tmp_path, temporary):
    shutil.rmtree(
        next((root / ".dvc/cache/ronkyo").glob("??"))
    )  # a store that has not every run gets none from a replay
    before = state(root)
    told = replay(root, "--all", "--output", str(tmp_path / "told"))
    assert told["things"] == told["undeclared"] == []
    assert told["failed"] == {}
    kinds = {"runs", "metrics", "curves", "figures", "numbers", "claims", "outputs"}
    assert set(told["grades"]) == kinds
    assert {grade for row in told["grades"].values() for grade, count in row.items() if count} == {"same bytes"}
    assert told["grades"]["runs"]["same bytes"] == 10
    assert state(root) == before
    assert [*temporary.iterdir()] == []
    assert {file.name for file in (tmp_path / "told").iterdir()} == {
        f"replay.{end}" for end in ("md", "html", "pdf", "json")
    }
    text = (tmp_path / "told/replay.md").read_text(encoding="utf-8")
    assert "Nothing that was computed differs beyond rounding." in text
    assert "is named in replay.json" not in text
    assert "No stage opened a file that it does not declare." in text
    assert "| Machine |" in text
    assert "That the code does what the report says." in text


def test_without_more_words_a_seed_of_each_variant_is_drawn_and_the_same_draw_can_be_had_again(root):
    told = replay(root)
    assert {variant: len(seeds) for variant, seeds in told["drawn"][NAME].items()} == {"plain": 1, "momentum": 1}
    assert told["grades"]["runs"]["same bytes"] == 2
    assert told["statement"] == {"differ": 0, "runs": 10, "drawn": 2, "at_most": 7, "level": 0.95}
    assert told["undeclared"] == []
    assert replay(root, "--draw", str(told["draw"]))["drawn"] == told["drawn"]


def test_an_unknown_claim_is_one_line(root):
    _, errors = run(root, *RONKYO, "verify", "--replay", "--claims", "momentum-needs-less", expected=1)
    expected = f"expected the claim momentum-needs-less, found none; nearest: {CLAIM}"
    assert errors == f"reports/claims.json: {expected}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seeds", "2"], "verify --seeds: expected --replay with it"),
        (["--replay", "--all", "--draw", "2"], "verify --draw: expected --seeds with it, since all seeds are computed"),
    ],
)
def test_options_that_would_do_nothing_are_one_line(root, capsys, options, message):
    assert cli.main(["-C", str(root), "verify", *options]) == 1
    assert capsys.readouterr().err == f"{message}\n"


def test_without_a_commit_there_is_nothing_to_replay(tmp_path):
    new.create(PACKAGE, "en", tmp_path)
    _, errors = run(tmp_path / PACKAGE, *RONKYO, "verify", "--replay", expected=1)
    assert errors.startswith(f"{tmp_path / PACKAGE}: expected a Git repository with a commit, found: ")
    assert errors.count("\n") == 1


def test_files_that_a_stage_opens_and_does_not_declare_are_named_and_the_replay_goes_on(root, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("0")
    (root / "notes.txt").write_text("0")
    lines = f"float(open('notes.txt').read()) + float(open({str(outside)!r}).read())"
    file = root / TRAIN
    text = file.read_text(encoding="utf-8")
    head, define, body = text.partition("def train(")
    signature, quotes, rest = body.partition('"""')
    docstring, end, rest = rest.partition('"""')
    file.write_text(
        f"{head}{define}{signature}{quotes}{docstring}{end}\n    assert {lines} == 0{rest}", encoding="utf-8"
    )
    run(root, *RONKYO, "repro", "-j", "2")
    commit(root)
    told = replay(root, "--claims", CLAIM, expected=1)
    found = {one["file"]: one for one in told["undeclared"]}
    assert set(found) == {"notes.txt", str(outside)}
    assert found["notes.txt"]["inside"]
    assert not found[str(outside)]["inside"]
    assert found["notes.txt"]["stages"] == [f"train_{NAME}@momentum", f"train_{NAME}@plain"]
    assert told["failed"] == {}
    assert told["things"] == []
    assert {kind: row["same bytes"] for kind, row in told["grades"].items() if kind in ("runs", "claims")} == {
        "runs": 10,
        "claims": 1,
    }
    assert "report" not in told["stages"]  # claims are decided from what their experiments computed


def test_code_that_changed_after_the_report_gives_another_verdict(root):
    change(root, "momentum: 0.8", "momentum: 0.0")
    commit(root)
    told = replay(root, "--claims", CLAIM, expected=1)
    assert things(told, "claims") == {CLAIM: "other verdict"}
    assert "other verdict" in things(told, "runs").values()
    assert {name.split(".")[1] for name in things(told, "runs")} == {"momentum"}


def test_a_seed_and_a_mean_that_were_edited_by_hand_are_named_and_nothing_else(root):
    lines = (root / SEEDS).read_text(encoding="utf-8").splitlines()
    variant, seed, *values = lines[3].split(",")
    lines[3] = ",".join([variant, seed, *(repr(float(value) * 3 + 1) for value in values)])
    (root / SEEDS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = root / f"reports/metrics/{NAME}.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    metric = next(iter(document["momentum"]))
    document["momentum"][metric] *= 1.5
    file.write_text(json.dumps(document), encoding="utf-8")
    commit(root)
    told = replay(root, "--claims", CLAIM, expected=1)
    assert variant == "plain"
    assert set(things(told, "runs")) == {f"{NAME}.plain.{seed}"}
    of_momentum = {name: grade for name, grade in things(told, "metrics").items() if ".momentum." in name}
    assert of_momentum == {f"{NAME}.momentum.{metric}": "other verdict"}
    assert things(told, "claims") == {}  # claims.json was not edited


def test_the_workspace_is_replayed_when_told(root):
    change(root, "momentum: 0.8", "momentum: 0.7")
    assert replay(root, "--seeds", "1")["grades"]["runs"]["same bytes"] == 2
    told = replay(root, "--seeds", "1", "--workspace")
    assert {name.split(".")[1] for name in things(told, "runs")} == {"momentum"}
    assert told["of"] == "workspace"


def test_a_stage_that_fails_is_told_of_and_what_it_makes_could_not_be_checked(root):
    change(root, "def train(", "def trained(", TRAIN)
    commit(root)
    told = replay(root, "--claims", CLAIM, expected=1)
    assert set(told["failed"]) == {f"train_{NAME}@plain", f"train_{NAME}@momentum"}
    assert f"{TRAIN}: expected a function train, found none" in told["failed"][f"train_{NAME}@plain"]
    assert set(things(told, "runs").values()) == {"could not be checked"}
    assert len(things(told, "runs")) == 10


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="elsewhere the baselines may be the same"
)
def test_another_numerical_baseline_is_graded_by_what_it_changes(root):
    told = replay(root, "--seeds", "5", "--numerics", "native")
    assert [told["sides"][side]["numerics"] for side in ("report", "replay")] == ["portable", "native"]
    assert told["sides"]["replay"]["baselines"][0].startswith("native: ")
    count = {"same bytes", "same printed number", "same interval within rounding"}
    row = told["grades"]["runs"]
    assert sum(row[grade] for grade in count) == sum(row.values()) == 10


def test_ctrl_c_leaves_nothing_behind(root, temporary):
    before = state(root)
    process = start(root, *RONKYO, "verify", "--replay", "--all", start_new_session=True)
    for line in process.stderr:
        if "train_" in line:
            assert len([*temporary.iterdir()]) == 1
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "interrupted: nothing of a replay is kept"
    assert [*temporary.iterdir()] == []
    assert state(root) == before


def test_a_clone_has_no_output_and_nothing_that_no_stage_declares(root):
    (root / "notes.txt").write_text("mine")
    commit(root)
    with cloned(Project.find(root)) as clone:
        names = {file.relative_to(clone.project.root).as_posix() for file in clone.project.root.rglob("*")}
    assert {"params.yaml", "dvc.yaml", TRAIN, "stages/train.py"} <= names
    assert not {"notes.txt", "dvc.lock", "reports", "data", "runs", "tests"} & names


# -- the draw ---------------------------------------------------------------------------------------------------------


def test_a_draw_is_without_replacement_and_reaches_every_seed():
    counts = {"a": {"short": 5, "long": 12}, "b": {"only": 3}}
    seen = {"short": set(), "long": set()}
    for seed in range(200):
        drawn = sample.draw(counts, 4, seed)
        assert drawn == sample.draw(counts, 4, seed)
        assert [len(set(drawn["a"][name])) for name in counts["a"]] == [4, 4]
        assert len(set(drawn["b"]["only"])) == 3
        for name in seen:
            seen[name] |= set(drawn["a"][name])
    assert seen == {"short": set(range(5)), "long": set(range(12))}


@pytest.mark.parametrize(
    ("sizes", "drawn"), [([10], [3]), ([5, 10, 20], [2, 2, 2]), ([4, 4, 6], [1, 2, 3]), ([3], [3])]
)
def test_the_bound_is_the_largest_number_that_a_draw_may_miss(sizes, drawn):
    def most_likely_missed(others: int) -> float:
        """The probability, where they lie as is worst."""
        ways = (way for way in itertools.product(*(range(size + 1) for size in sizes)) if sum(way) == others)
        return max(np.prod([missed(*one) for one in zip(sizes, drawn, way, strict=True)]) for way in ways)

    def missed(size: int, taken: int, others: int) -> float:
        draws = list(itertools.combinations(range(size), taken))
        return sum(min(draw) >= others for draw in draws) / len(draws)

    bound = sample.most_others(sizes, drawn)
    assert most_likely_missed(bound) > 0.05
    assert bound == sum(sizes) or most_likely_missed(bound + 1) <= 0.05


def test_more_others_than_the_bound_are_found_in_95_of_100_draws():
    sizes, taken = {"a": 10, "b": 20, "c": 40}, 3
    bound = sample.most_others([*sizes.values()], [taken] * 3)
    rng = np.random.default_rng(0)
    for _ in range(10):  # however they lie
        others = {name: set() for name in sizes}
        runs = [(name, seed) for name, size in sizes.items() for seed in range(size)]
        for place in rng.choice(len(runs), bound + 1, replace=False):
            others[runs[place][0]].add(runs[place][1])
        found = sum(
            any(others[name] & set(seeds) for name, seeds in sample.draw({"x": sizes}, taken, seed)["x"].items())
            for seed in range(300)
        )
        assert found / 300 > 0.92  # 0.95, less three standard errors of 300 draws


# -- grades -----------------------------------------------------------------------------------------------------------

VALUES = np.random.default_rng(1).normal(5.0, 1.0, 12)  # half the interval's width is about 0.5, so printed to 0.01


@pytest.mark.parametrize(
    ("new", "grade"),
    [
        (VALUES.copy(), Grade.BYTES),
        (VALUES + 1e-9, Grade.NUMBER),
        (VALUES + 0.006, Grade.INTERVAL),
        (VALUES + 0.2, Grade.VERDICT),
        (VALUES + 2.0, Grade.OTHER),
        (VALUES[:-1], Grade.OTHER),
        (np.where(VALUES[0] == VALUES, np.nan, VALUES), Grade.VERDICT),
        (np.full_like(VALUES, np.nan), Grade.OTHER),
    ],
    ids=["same", "rounding", "digit", "within", "beyond", "fewer", "one-not-finite", "none-finite"],
)
def test_the_grades_of_a_mean(new, grade):
    assert 0.1 < estimates.mean_interval(VALUES).half_width < 1.0
    assert grades.of_values(VALUES, new) == grade


def test_numbers_of_a_text_are_graded_by_what_they_are_printed_from():
    old = '<data value="a.b.c mean">1.0</data> <data value="a.b.d">2</data> <data value="report.n">3</data>'
    known = {"a.b.c": Grade.VERDICT, "a.b.d": Grade.NUMBER}

    def found(new: str) -> dict[str, Grade]:
        return {thing.name: thing.grade for thing in grades.numbers(old, new, known)}

    assert found(old) == {"1: a.b.c": Grade.NUMBER, "2: a.b.d": Grade.NUMBER, "3: report.n": Grade.BYTES}
    changed = found(old.replace("1.0", "1.1").replace(">3<", ">4<"))
    assert changed == {"1: a.b.c": Grade.VERDICT, "2: a.b.d": Grade.NUMBER, "3: report.n": Grade.UNCHECKED}
    another_sentence = {"1: a.b.c": Grade.NUMBER, "2: a.b.d": Grade.UNCHECKED, "3: report.n": Grade.BYTES}
    assert found(old.replace("a.b.d", "a.b.e")) == another_sentence
    assert [*found("").values()] == [Grade.UNCHECKED]


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (1.234561, Grade.NUMBER),
        (1.23457, Grade.INTERVAL),
        (1.23458, Grade.UNCHECKED),
        (float("nan"), Grade.UNCHECKED),
    ],
)
def test_a_curve_is_compared_to_the_digits_that_it_is_kept_to(tmp_path, value, grade):
    for name, number in (("old", 1.23456), ("new", value)):
        results.write_table(tmp_path / name, {"step": np.array([0, 1]), "loss": np.array([number, np.nan])})
    assert grades._curve(tmp_path / "old", tmp_path / "new")[0] == grade
