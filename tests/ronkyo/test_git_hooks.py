"""`ronkyo git install` in a clone, and real commits through the hook that it writes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import revisions

CHAPTER = "report_templates/chapters/01_least_squares.md.j2"
METRICS = "reports/metrics/least_squares.json"
TYPED = "\n## Results\n\nThe loss is 0.42 at last.\n"


@pytest.fixture(scope="module")
def built(small, tmp_path_factory) -> Path:
    """`small` in the folder "a report" of a repository, its results recorded by DVC as they are, all committed, and then
    `ronkyo git install`."""
    top = tmp_path_factory.mktemp("hooks") / "top"
    root = top / "a report"
    shutil.copytree(small.root, root)
    for command in ("init -q -b main", "config user.name a", "config user.email a@example.org"):
        do(top, *command.split())
    (top / "other.txt").write_text("one\n")
    run(root, "dvc", "init", "-q", "--subdir")
    run(root, "dvc", "commit", "-f", "-q")
    do(top, "add", "-A")
    do(top, "commit", "-q", "-m", "first")
    run(root, "ronkyo", "git", "install")
    do(top, "add", "-A")
    do(top, "commit", "-q", "-m", "attributes")
    return top


@pytest.fixture
def repository(built, tmp_path) -> Path:
    """A copy, of which the project's folder is returned."""
    shutil.copytree(built, tmp_path / "top", symlinks=True)
    return tmp_path / "top" / "a report"


def run(root: Path, *command: str, status: int = 0) -> str:
    done = revisions.run(root, *command)
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def do(root: Path, *arguments: str, status: int = 0) -> str:
    return run(root, "git", *arguments, status=status)


def add(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def commit(root: Path, *options: str, status: int) -> list[str]:
    """What the hook says, without its last line."""
    told = do(root, "commit", "-q", "-m", "next", *options, status=status).splitlines()
    if status:
        assert told.pop() == "the commit is stopped; `git commit --no-verify` makes it all the same"
    return told


# -- commits ----------------------------------------------------------------------------------------------------------


def test_a_commit_that_touches_nothing_of_the_report_is_silent(repository):
    add(repository / CHAPTER, TYPED)  # in the workspace alone
    add(repository.parent / "other.txt", "two\n")
    add(repository / "README.md", "More.\n")
    do(repository.parent, "add", "other.txt", "a report/README.md")
    assert commit(repository, status=0) == []


def test_what_is_typed_into_a_staged_template_stops_the_commit(repository):
    add(repository / CHAPTER, TYPED)
    do(repository, "add", ".")
    finding, stale = commit(repository, status=1)
    assert finding.startswith(f"{CHAPTER}:")
    assert "number 0.42, typed by hand" in finding
    assert stale == "report_templates: other than when report ran, by dvc.lock: `ronkyo repro`"
    assert commit(repository, "--no-verify", status=0) == []


def test_what_is_staged_is_looked_at_and_not_the_workspace(repository):
    text = (repository / CHAPTER).read_text(encoding="utf-8")
    add(repository / CHAPTER, TYPED)
    do(repository, "add", CHAPTER)
    (repository / CHAPTER).write_text(text, encoding="utf-8")
    assert "number 0.42" in commit(repository, status=1)[0]
    do(repository, "add", CHAPTER)
    add(repository / CHAPTER, TYPED)
    assert commit(repository, "--allow-empty", status=0) == []


@pytest.mark.parametrize("options", [("-a",), ("--only", METRICS)])
def test_edited_metrics_stop_a_commit_of_all_and_of_some_paths(repository, options):
    change(repository / METRICS, r"\d(?=\.\d)", "7")
    line = f"{METRICS}: staged, and other than summarize_least_squares made it, by dvc.lock"
    assert commit(repository, *options, status=1) == [line]


def test_claims_that_are_removed_stop_the_commit(repository):
    do(repository, "rm", "-q", "reports/claims.json")
    assert commit(repository, status=1) == ["reports/claims.json: staged, and other than report made it, by dvc.lock"]


def test_results_that_are_left_out_of_the_commit_of_their_lock_are_told(repository):
    change(repository / METRICS, r"\d(?=\.\d)", "7")
    run(repository, "dvc", "commit", "-f", "-q")
    do(repository, "add", "dvc.lock")
    assert commit(repository, status=1) == [
        f"{METRICS}: not staged, and other than summarize_least_squares made it, by dvc.lock"
    ]
    do(repository, "add", METRICS)
    assert commit(repository, status=0) == []


def test_parameters_of_which_nothing_ran_stop_the_commit(repository):
    change(repository / "params.yaml", "steps: 200", "steps: 100")
    told = commit(repository, "-a", status=1)
    assert told == [
        "params.yaml: other than when report ran, by dvc.lock: `ronkyo repro`",
        "params.yaml: least_squares.training: other than when train_least_squares@plain and 1 more ran, by dvc.lock: "
        "`ronkyo repro`",
        "params.yaml: least_squares: other than when summarize_least_squares and 1 more ran, by dvc.lock: `ronkyo repro`",
    ]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (CHAPTER, "{% claim %}\n", f"{CHAPTER}:"),
        ("params.yaml", "  a: [\n", "params.yaml, as it is staged:"),
        ("dvc.lock", "  a: [\n", "dvc.lock:"),
    ],
)
def test_a_staged_file_that_cannot_be_read_stops_the_commit_with_one_line(repository, file, text, told):
    add(repository / file, text)
    (line,) = commit(repository, "-a", status=1)
    assert line.startswith(told)


def test_a_project_without_a_lock_is_linted(repository):
    do(repository, "rm", "-q", "dvc.lock")
    add(repository / CHAPTER, TYPED)
    (line,) = commit(repository, "-a", status=1)
    assert "number 0.42" in line


def test_the_hook_works_in_another_worktree(repository):
    do(repository, "worktree", "add", "-q", "-b", "side", "../../side")
    root = repository.parents[1] / "side" / repository.name
    change(root / METRICS, r"\d(?=\.\d)", "7")
    assert commit(root, "-a", status=1) == [
        f"{METRICS}: staged, and other than summarize_least_squares made it, by dvc.lock"
    ]


def test_a_branch_without_the_project_is_committed_to(repository):
    do(repository.parent, "checkout", "-q", "--orphan", "empty")
    do(repository.parent, "rm", "-q", "-r", "-f", repository.name)
    assert commit(repository.parent, status=0) == []


def test_a_hook_whose_ronkyo_is_gone_says_so_and_lets_the_commit_be(repository):
    change(repository.parent / ".git" / "hooks" / "pre-commit", r"/\S+/python\S*", "/gone/python")
    add(repository / CHAPTER, TYPED)
    (line,) = commit(repository, "-a", status=0)
    assert (
        line
        == "ronkyo is gone from /gone/python (`ronkyo git install` sets it up anew): nothing is checked before this commit"
    )


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    changed = re.sub(old, new, text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")


# -- set up -----------------------------------------------------------------------------------------------------------


def state(root: Path) -> tuple[str, str, str]:
    hook = root.parent / ".git" / "hooks" / "pre-commit"
    attributes = root / ".gitattributes"
    return do(root, "config", "--local", "--list"), attributes.read_text(), hook.read_text() if hook.exists() else ""


def test_to_install_it_again_changes_nothing(repository):
    before = state(repository)
    told = run(repository, "ronkyo", "git", "install").splitlines()
    assert state(repository) == before
    assert told[1:] == [
        ".gitattributes: has `dvc.lock merge=ronkyo-lock`",
        f"{repository.parent}/.git/hooks/pre-commit: has the hook",
    ]


def test_lines_of_others_stay_in_gitattributes(repository):
    file = repository / ".gitattributes"
    file.write_text("*.svg -diff")
    assert "`dvc.lock merge=ronkyo-lock` added; commit it" in run(repository, "ronkyo", "git", "install")
    assert file.read_text() == "*.svg -diff\ndvc.lock merge=ronkyo-lock\n"


def test_two_projects_of_a_repository_are_both_checked_and_another_python_takes_the_place_of_one(repository):
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    line = hook.read_text().splitlines()[-1]
    hook.write_text(hook.read_text().replace("/python", "/old-python") + line.replace("a report", "b") + "\n")
    run(repository, "ronkyo", "git", "install")
    assert hook.read_text().splitlines()[2:] == [line.replace("a report", "b"), line]


def test_a_hook_of_others_is_left_and_the_line_to_add_works_in_it(repository):
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho mine >&2\n")
    told = run(repository, "ronkyo", "git", "install").splitlines()
    assert hook.read_text() == "#!/bin/sh\necho mine >&2\n"
    assert told[2].endswith("pre-commit: a hook of yours, left as it is; this line in it checks what is staged:")
    add(hook, told[3].strip() + "\n")
    change(repository / METRICS, r"\d(?=\.\d)", "7")
    assert commit(repository, "-a", status=1)[0] == "mine"
    assert run(repository, "ronkyo", "git", "install").splitlines()[2].endswith("has the hook")


def test_hooks_of_the_repository_s_own_folder_are_used_and_one_outside_is_left(repository, tmp_path):
    do(repository, "config", "core.hooksPath", "own-hooks")
    run(repository, "ronkyo", "git", "install")
    assert (repository.parent / "own-hooks" / "pre-commit").stat().st_mode & 0o111
    do(repository, "config", "core.hooksPath", str(tmp_path / "all"))
    told = run(repository, "ronkyo", "git", "install").splitlines()
    assert "pre-commit: a folder that other repositories use, too, left as it is" in told[2]
    assert not (tmp_path / "all").exists()


def test_without_a_repository_install_says_so_in_one_line(small, tmp_path):
    shutil.copytree(small.root, tmp_path / "small")
    told = run(tmp_path / "small", "ronkyo", "git", "install", status=1)
    assert re.fullmatch(r"git rev-parse: fatal: not a git repository.*\n", told)


def test_git_alone_says_what_there_is(tmp_path):
    assert {"install", "merge-lock", "pre-commit"} <= {*run(tmp_path, "ronkyo", "git").split()}
