"""dvc.lock merged by Git through ronkyo's driver: in repositories with real merges, and against what DVC then says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import revisions
from dvc.utils.serialize import dumps_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ronkyo.git.merge import EMPTY, merge
from ronkyo.lock import Lock
from ronkyo.new import project as new
from ronkyo.project import MANIFEST

SOURCE, PARAM = "src/train.py", "params.yaml"


def entry(deps: dict[str, str], outs: dict[str, str], **params: Any) -> dict[str, Any]:
    """A stage's entry, its digests short."""

    def items(digests: dict[str, str]) -> list[dict[str, Any]]:
        return [{"path": path, "hash": "md5", "md5": md5 * 8, "size": 12} for path, md5 in digests.items()]

    return {
        "cmd": "python stages/train.py",
        "deps": items(deps),
        **({"params": {PARAM: params}} if params else {}),
        "outs": items(outs),
    }


def text(stages: dict[str, Any]) -> str:
    """As DVC writes it."""
    return dumps_yaml({"schema": "2.0", "stages": stages})


def merged(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    done = merge(*(text(stages).encode() for stages in (base, ours, theirs)))
    document = Lock.from_text(done.text.encode(), "dvc.lock").document["stages"]
    assert done.text == (text(document) if document else EMPTY)
    return dict(document), dict(done.again)


PLAIN = entry({SOURCE: "aaaa"}, {"runs/plain": "0001"}, plain=1)
WIDE = entry({SOURCE: "aaaa"}, {"runs/wide": "0002"}, wide=1)
SUMMARY = entry({"runs": "000a"}, {"metrics.json": "0003"})
BASE = {"plain": PLAIN, "wide": WIDE, "summary": SUMMARY}
OTHER_PLAIN = entry({SOURCE: "aaaa"}, {"runs/plain": "1001"}, plain=2)
OTHER_WIDE = entry({SOURCE: "aaaa"}, {"runs/wide": "1002"}, wide=2)
AFTER_PLAIN = entry({"runs": "100a"}, {"metrics.json": "1003"})
AFTER_WIDE = entry({"runs": "200a"}, {"metrics.json": "2003"})


def test_a_stage_that_one_side_changed_is_that_side_s():
    ours, theirs = BASE | {"plain": OTHER_PLAIN, "summary": AFTER_PLAIN}, BASE
    assert merged(BASE, ours, theirs) == (ours, {})
    assert merged(BASE, theirs, ours) == (ours, {})


def test_a_stage_that_both_sides_changed_alike_stays():
    both = BASE | {"plain": OTHER_PLAIN, "summary": AFTER_PLAIN}
    assert merged(BASE, both, both) == (both, {})


def test_a_stage_that_both_sides_changed_otherwise_must_run_again():
    ours = BASE | {"plain": OTHER_PLAIN, "summary": AFTER_PLAIN}
    theirs = BASE | {"wide": OTHER_WIDE, "summary": AFTER_WIDE}
    stages, again = merged(BASE, ours, theirs)
    assert stages == {"plain": OTHER_PLAIN, "wide": OTHER_WIDE}
    assert again == {"summary": ["changed on both sides: runs"]}


def test_other_outputs_from_the_same_inputs_are_named():
    theirs = {"plain": entry({SOURCE: "aaaa"}, {"runs/plain": "9999"}, plain=2)}
    _, again = merged({"plain": PLAIN}, {"plain": OTHER_PLAIN}, theirs)
    assert again == {"plain": ["changed on both sides: outputs, from the same inputs"]}


def test_the_command_is_one_of_what_both_sides_changed():
    ours, theirs = ({"plain": PLAIN | {"cmd": f"python {name}.py"}} for name in ("one", "two"))
    assert merged({"plain": PLAIN}, ours, theirs)[1] == {"plain": ["changed on both sides: command"]}


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_stage_of_one_side_that_reads_what_the_other_changed_must_run_again(mirrored):
    added = entry({SOURCE: "aaaa"}, {"runs/new": "0009"})
    changed = entry({SOURCE: "bbbb"}, {"runs/plain": "1001"}, plain=1)
    sides = {"plain": PLAIN, "new": added}, {"plain": changed}
    stages, again = merged({"plain": PLAIN}, *(reversed(sides) if mirrored else sides))
    assert (stages, again) == ({"plain": changed}, {"new": [f"{SOURCE} changed"]})


@pytest.mark.parametrize("read", ["runs/plain", "runs", "runs/plain/loss.npy"])
def test_a_stage_of_one_side_whose_upstream_is_the_other_side_s_must_run_again(read):
    added = entry({read: "0001"}, {"figures": "0009"})
    ours, theirs = {"plain": PLAIN, "draw": added}, {"plain": OTHER_PLAIN}
    stages, again = merged({"plain": PLAIN}, ours, theirs)
    assert (stages, again) == ({"plain": OTHER_PLAIN}, {"draw": ["runs/plain changed"]})


def test_what_a_stage_needs_that_must_run_again_must_run_again_too():
    theirs = {"plain": entry({SOURCE: "aaaa"}, {"runs/plain": "2001"}, plain=3)}
    added = entry({"runs/plain": "1001"}, {"figures": "0009"})
    last = entry({"figures": "0009"}, {"report.md": "0010"})
    _, again = merged({"plain": PLAIN}, {"plain": OTHER_PLAIN, "draw": added, "report": last}, theirs)
    assert again["draw"] == ["plain must run again"]
    assert again["report"] == ["draw must run again"] or again["report"] == ["figures changed"]


def test_outputs_that_are_the_same_on_both_sides_leave_what_reads_them():
    ours, theirs = ({"plain": entry({SOURCE: md5}, {"runs/plain": "0001"})} for md5 in ("bbbb", "cccc"))
    added = entry({"runs/plain": "0001"}, {"figures": "0009"})
    stages, again = merged({"plain": PLAIN}, ours | {"draw": added}, theirs)
    assert (stages, [*again]) == ({"draw": added}, ["plain"])


@pytest.mark.parametrize("recorded", ["net", "net.size"])
@pytest.mark.parametrize(("read", "is_read"), [("net", True), ("net.size", True), ("net.width", False)])
def test_a_parameter_that_the_other_side_changed_is_seen_from_its_section_and_in_it(recorded, read, is_read):
    def values(key: str, size: int) -> dict[str, Any]:
        return {key: {"net": {"size": size, "width": 1}, "net.size": size, "net.width": 1}[key]}

    before, after = ({"plain": entry({}, {"runs/plain": str(size) * 4}, **values(recorded, size))} for size in (1, 2))
    added = entry({}, {"figures": "0009"}, **values(read, 1))
    stages, again = merged(before, before | {"draw": added}, after)
    assert again == ({"draw": [f"{PARAM}:net.size changed"]} if is_read else {})
    assert ("draw" in stages) is not is_read


def test_a_whole_file_of_parameters_is_read_where_one_of_them_changed():
    added = entry({PARAM: "0005"}, {"report.md": "0009"})
    assert merged({"plain": PLAIN}, {"plain": PLAIN, "report": added}, {"plain": OTHER_PLAIN})[1] == {
        "report": [f"{PARAM}:plain changed"]
    }


def test_a_stage_removed_on_one_side_is_gone_and_one_that_the_other_changed_must_run_again():
    ours = {"plain": PLAIN}
    assert merged({"plain": PLAIN, "wide": WIDE}, ours, {"plain": PLAIN, "wide": WIDE}) == (ours, {})
    stages, again = merged({"plain": PLAIN, "wide": WIDE}, ours, {"plain": PLAIN, "wide": OTHER_WIDE})
    assert (stages, again) == (ours, {"wide": ["removed on one side, changed on the other"]})


def test_a_stage_that_theirs_adds_stands_where_it_stands_there():
    theirs = {"first": WIDE | {"cmd": "x"}, "plain": PLAIN, "wide": WIDE, "summary": SUMMARY}
    ours = {"plain": PLAIN, "summary": SUMMARY}
    assert [*merged(ours, ours, theirs)[0]] == ["first", "plain", "wide", "summary"]


def test_without_a_base_each_side_s_stages_are_there():
    done = merge(b"<<<<<<< marks of a merge", text({"plain": PLAIN}).encode(), text({"wide": WIDE}).encode())
    assert done.text == text({"wide": WIDE, "plain": PLAIN})


def test_a_folder_that_a_stage_of_the_other_side_will_write_into_is_not_as_it_was_read():
    first = {"a": entry({"src/a.py": "1"}, {"runs/a": "1"})}
    ours = first | {"b": entry({"src/b.py": "1"}, {"runs/b": "1"})}
    other = {"c": entry({"src/b.py": "2"}, {"c": "2"})}
    theirs = first | other | {"all": entry({"runs": "1"}, {"all": "1"})}
    stages, again = merged(
        first | {"c": entry({"src/b.py": "1"}, {"c": "1"})}, ours | {"c": entry({"src/b.py": "1"}, {"c": "1"})}, theirs
    )
    assert stages == first | other
    assert again == {"b": ["src/b.py changed"], "all": ["b must run again"]}


LAST_RUN = 5


@st.composite
def projects(draw) -> tuple[list[dict[str, int]], list[list[str]], list[set[int]]]:
    """Sources on the base, on ours and on theirs; what each stage reads; which stages there are on each of the three.

    Every source has a stage that reads it alone, the others read sources, what earlier stages wrote, or a folder of these.
    """
    names = [f"src/{number}.py" for number in range(3)]
    base = dict.fromkeys(names, 0)
    sides = [base, *(base | draw(st.dictionaries(st.sampled_from(names), st.integers(1, 2))) for _ in range(2))]
    reads = [[name] for name in names]
    for number in range(3, 8):
        earlier = [path(maker) for maker in range(number)]
        choices = [*names, *earlier, "src", *(["runs"] if number > LAST_RUN else [])]
        reads.append(draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2, unique=True)))
    some = st.sets(st.integers(3, 7))
    added = [draw(some), *draw(st.just([set(), set()]) | st.lists(some, min_size=2, max_size=2))]
    there = [{0, 1, 2} | added[0], {0, 1, 2} | added[0] | added[1], {0, 1, 2} | added[0] | added[2]]
    return sides, reads, [with_upstream(stages, reads) for stages in there]


def with_upstream(stages: set[int], reads: list[list[str]]) -> set[int]:
    """And the stages that write what these read: without it DVC runs none of them."""
    makers = {path(number): number for number in range(8)}
    for number in range(7, -1, -1):
        stages = stages | ({makers[read] for read in reads[number] if read in makers} if number in stages else set())
    return stages


def path(number: int) -> str:
    """What a stage writes. Those after the last run may read the whole folder of runs."""
    return f"{'runs' if number <= LAST_RUN else 'figures'}/{number}"


def current(sources: dict[str, int], reads: list[list[str]], there: set[int]) -> dict[str, Any]:
    """The entries of all stages, up to date."""
    contents: dict[str, Any] = dict(sources)
    stages = {}
    for number in sorted(there):
        deps = {}
        for read in reads[number]:
            found = {name: value for name, value in contents.items() if name.startswith(read)}
            deps[read] = md5(repr(found).encode()).hexdigest()[:4]
        contents[path(number)] = md5(repr((number, deps)).encode()).hexdigest()[:4]
        stages[f"s{number}"] = entry(deps, {path(number): contents[path(number)]})
    return stages


@settings(max_examples=40, deadline=None)
@given(projects())
def test_what_stays_is_what_a_run_of_the_merged_sources_would_record(project):
    (base, ours, theirs), reads, there = project
    pairs = {name: {ours[name], theirs[name]} - {base[name]} or {base[name]} for name in base}
    merged_sources = {name: values.pop() if len(values) == 1 else 9 for name, values in pairs.items()}
    locks = [current(*side) for side in zip((base, ours, theirs), (reads,) * 3, there, strict=True)]
    truth = current(merged_sources, reads, there[1] | there[2])
    stages, again = merged(*locks)
    assert stages.keys() | again.keys() == truth.keys()
    assert not stages.keys() & again.keys()
    for name, recorded in stages.items():
        assert recorded == truth[name]
    if there[0] == there[1] == there[2]:  # else the base may not know what was changed
        for name in again:
            before, one, other = (lock.get(name) for lock in locks)
            assert before not in (one, other) or truth[name] not in (one, other)


# -- in a repository --------------------------------------------------------------------------------------------------

Git = Callable[..., Any]


@pytest.fixture
def repository(tmp_path) -> Path:
    """A project with dvc.lock alone, in a folder of a repository that has the driver."""
    root = tmp_path / "all" / "project"
    root.mkdir(parents=True)
    do(root.parent, "git", "init", "-q", "-b", "main")
    do(root.parent, "git", "config", "user.name", "a")
    do(root.parent, "git", "config", "user.email", "a@example.org")
    (root / MANIFEST).write_text('[tool.ronkyo]\nname = "project"\npackage = "project"\n')
    do(root, "ronkyo", "git", "install")
    commit(root, BASE)
    return root


def do(root: Path, *command: str, status: int = 0) -> str:
    done = revisions.run(root, *command)
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def commit(root: Path, stages: dict[str, Any], branch: str = "", start: str = "main") -> None:
    if branch:
        do(root, "git", "checkout", "-q", "-b", branch, start)
    (root / "dvc.lock").write_text(text(stages), encoding="utf-8")
    do(root, "git", "add", "-A", ".")
    do(root, "git", "commit", "-q", "--no-verify", "-m", branch or "base")


CHANGED_PLAIN, CHANGED_WIDE = (
    {"plain": OTHER_PLAIN, "summary": AFTER_PLAIN},
    {"wide": OTHER_WIDE, "summary": AFTER_WIDE},
)
TOLD = "project/dvc.lock: merged stage by stage; 1 stage must run again (`ronkyo repro`):\n  summary: changed on both sides"


@pytest.mark.parametrize("command", [("merge", "-q", "theirs"), ("rebase", "-q", "theirs"), ("cherry-pick", "theirs")])
def test_merge_rebase_and_cherry_pick_merge_stage_by_stage(repository, command):
    commit(repository, BASE | CHANGED_WIDE, "theirs")
    commit(repository, BASE | CHANGED_PLAIN, "ours")
    told = do(repository, "git", *command)
    assert told.count(TOLD) == 1
    assert (repository / "dvc.lock").read_text() == text({"plain": OTHER_PLAIN, "wide": OTHER_WIDE})
    assert do(repository, "git", "status", "--porcelain") == ""


def test_a_criss_cross_tells_of_the_merge_alone_not_of_that_of_its_bases(repository):
    commit(repository, BASE | CHANGED_WIDE, "theirs")
    commit(repository, BASE | CHANGED_PLAIN, "ours")
    do(repository, "git", "tag", "before")
    do(repository, "git", "merge", "-q", "theirs")
    do(repository, "git", "checkout", "-q", "theirs")
    do(repository, "git", "merge", "-q", "before")
    both = {"plain": OTHER_PLAIN, "wide": OTHER_WIDE}
    third = entry({SOURCE: "aaaa"}, {"runs/wide": "3002"}, wide=3)
    commit(repository, both | {"wide": third}, "last", "theirs")
    commit(repository, both | {"summary": AFTER_WIDE | {"cmd": "new"}}, "next", "ours")
    told = do(repository, "git", "merge", "-q", "last")
    assert told.count("stage by stage") == 1
    assert "summary: runs/wide changed" in told
    assert (repository / "dvc.lock").read_text() == text({"plain": OTHER_PLAIN, "wide": third})


def test_a_lock_that_is_no_yaml_on_one_side_is_git_s_conflict(repository):
    commit(repository, BASE | CHANGED_WIDE, "theirs")
    commit(repository, BASE | CHANGED_PLAIN, "ours")
    (repository / "dvc.lock").write_text("stages: [\n" + text(BASE | CHANGED_PLAIN))
    do(repository, "git", "commit", "-q", "-a", "--no-verify", "-m", "broken")
    told = do(repository, "git", "merge", "theirs", status=1)
    assert "project/dvc.lock: ours:" in told
    assert "is left as Git merges a text" in told
    assert "CONFLICT (content)" in told
    lines = (repository / "dvc.lock").read_text().splitlines()
    assert [line for line in lines if re.match("[<=>]{7}", line)][:3] == ["<<<<<<< ours", "=======", ">>>>>>> theirs"]


@pytest.mark.parametrize(
    "lock", ["schema: '2.0'\ndatasets: []\nstages: {}\n", "stages: {}\n", "schema: '2.0'\nstages:\n# mine\n  a: 3\n"]
)
def test_a_lock_that_is_not_as_dvc_lays_it_out_is_not_merged(tmp_path, lock):
    for name in ("base", "ours", "theirs"):
        (tmp_path / name).write_text(lock if name == "theirs" else text(BASE))
    told = do(tmp_path, "ronkyo", "git", "merge-lock", "base", "ours", "theirs", "dvc.lock", status=1)
    assert told.startswith("dvc.lock: theirs: ")


def test_a_driver_whose_ronkyo_is_gone_merges_as_git_does(repository):
    driver = do(repository, "git", "config", "merge.ronkyo-lock.driver")
    do(
        repository,
        "git",
        "config",
        "merge.ronkyo-lock.driver",
        re.sub(r"/\S+/python\S*", "/gone/python", driver.strip()),
    )
    commit(repository, BASE | CHANGED_WIDE, "theirs")
    commit(repository, BASE | CHANGED_PLAIN, "ours")
    told = do(repository, "git", "merge", "theirs", status=1)
    assert (
        "ronkyo is gone from /gone/python (`ronkyo git install` sets it up anew): dvc.lock is merged as a text" in told
    )
    assert "<<<<<<<" in (repository / "dvc.lock").read_text()


# -- and DVC ----------------------------------------------------------------------------------------------------------


LATER = ("draw_least_squares", "report")  # which take longest


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    """A repository whose pipeline, without figures and report, is up to date on main."""
    root = tmp_path_factory.mktemp("merge") / "small"
    root.mkdir()
    new.write_files("small", "small", "en", root)
    revisions.change_yaml(root / "dvc.yaml", lambda pipeline: [pipeline["stages"].pop(name) for name in LATER])
    for command in ("git init -q -b main", "git config user.name a", "git config user.email a@example.org"):
        do(root, *command.split())
    do(root, "dvc", "init", "-q")
    do(root, "ronkyo", "git", "install")
    run_and_commit(root, "base")
    return root


def run_and_commit(root: Path, name: str) -> None:
    do(root, "ronkyo", "repro")
    do(root, "git", "add", "-A")
    do(root, "git", "commit", "-q", "-m", name)


def outdated(root: Path) -> list[str]:
    lines = revisions.run(root, "ronkyo", "stages").stdout.splitlines()[:-1]
    return [line.split()[0] for line in lines if not line.endswith("up to date")]


def branches_merged(ran: Path, root: Path, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """What is told when two branches with other variants, each of which ran, are merged; parameters are those of both,
    what is in conflict in reports is ours."""
    shutil.copytree(ran, root, symlinks=True)

    def change(variants: dict[str, Any]) -> None:
        revisions.change_yaml(root / PARAM, lambda document: document["least_squares"]["variants"].update(variants))

    for branch, variants in {"theirs": theirs, "ours": ours}.items():
        do(root, "git", "checkout", "-q", "-b", branch, "main")
        do(root, "dvc", "checkout", "-q")
        change(variants)
        run_and_commit(root, branch)
    told = revisions.run(root, "git", "merge", "theirs").stderr
    do(root, "git", "checkout", "--ours", "--", PARAM, "reports")
    change(theirs | ours)
    return told


PARAMS = {"plain": {"learning_rate": 0.2}, "momentum": {"momentum": 0.7}}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"plain": PARAMS["plain"]}, {"momentum": PARAMS["momentum"]}),
        ({"plain": PARAMS["plain"]}, {"plain": {"learning_rate": 0.1}}),
        ({"plain": PARAMS["plain"]}, {"third": {"learning_rate": 0.1}}),
    ],
    ids=["two variants", "the same variant", "a new variant"],
)
def test_dvc_says_that_just_the_stages_that_are_told_must_run_again(ran, tmp_path, ours, theirs):
    root = tmp_path / "small"
    told = branches_merged(ran, root, ours, theirs)
    do(root, "git", "add", "-A")
    revisions.run(root, "dvc", "checkout")  # its exit status tells of the runs that there are not yet
    announced = re.findall(r"^  (\S+): ", told, re.MULTILINE)
    assert outdated(root) == announced
    assert "summarize_least_squares" in announced
    assert ("train_least_squares@plain" in announced) is (ours.keys() == theirs.keys())


def test_after_conflicts_in_reports_are_set_aside_repro_makes_a_commit_that_is_up_to_date(ran, tmp_path):
    root = tmp_path / "small"
    branches_merged(ran, root, {"plain": PARAMS["plain"]}, {"momentum": PARAMS["momentum"]})
    assert "UU reports/seeds/least_squares.csv" in do(root, "git", "status", "--porcelain")
    run_and_commit(root, "merged")
    assert outdated(root) == []
    assert do(root, "git", "log", "-1", "--format=%p").count(" ") == 1
