"""ronkyo compare, on the repository of revisions.py: the workspace, broken revisions, clones, folders."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import revisions
from lxml import html
from markdown_it import MarkdownIt
from revisions import edited

import ronkyo
from ronkyo import params
from ronkyo.compare import write
from ronkyo.errors import UserError

# -- the workspace ----------------------------------------------------------------------------------------------------


def test_by_default_the_last_commit_is_compared_with_the_workspace(compare, compared):
    status, told, _ = compare("--json")
    assert status == 0
    document = json.loads(told)
    assert (document["old"]["name"], document["new"]["name"]) == ("HEAD", "workspace")
    assert document["files"] == []
    file = compared / revisions.CODE
    with edited(file, file.read_text(encoding="utf-8") + "# three\n"), edited(compared / "src/new.py", "x = 1\n"):
        files = json.loads(compare("--json")[1])["files"]
        back = json.loads(compare("workspace", "HEAD", "--json")[1])["files"]
    assert {one["file"]: (one["added"], one["deleted"]) for one in files} == {
        revisions.CODE: (1, 0),
        "src/new.py": (None, None),
    }
    assert [one["known"] for one in files] == [True, False]
    assert (back[0]["file"], back[0]["added"], back[0]["deleted"]) == (revisions.CODE, 0, 1)


def test_parameters_that_were_edited_but_not_run_make_a_note(compare, compared):
    file = compared / "params.yaml"
    text = file.read_text(encoding="utf-8")
    with edited(file, text.replace("learning_rate: 0.4", "learning_rate: 0.45", 1)):
        document = json.loads(compare("--json")[1])
        status, told, _ = compare("--md")
    assert status == 0
    assert [one["key"] for one in document["parameters"]] == ["least_squares.variants.quick.learning_rate"]
    assert "作業中のフォルダー の結果は、今のパラメータやコードによるものではない" in document["notes"][0]
    assert "train_least_squares@quick、summarize_least_squares" in document["notes"][0]
    assert document["notes"][0] in told
    assert not [one for one in document["stages"]]


def test_stages_that_the_pipeline_no_longer_has_are_not_out_of_date_though_the_lock_keeps_them(compare, compared):
    text = (compared / "params.yaml").read_text(encoding="utf-8")
    fewer = re.sub(r"\n +quick:\n +learning_rate: 0.4|\n +quick: \{.*\}", "", text, count=1)
    assert fewer != text
    revisions.commit(compared, "fewer", {"params.yaml": fewer})
    (note,) = json.loads(compare("main", "fewer", "--json")[1])["notes"]
    assert "（古いステージ：summarize_least_squares）" in note


def test_a_library_of_another_version_than_the_one_that_ran_makes_a_note(compare, compared):
    lock = params.read_document(compared / "dvc.lock")
    for stage in lock["stages"].values():  # where the engine is installed, they record its libraries
        stage.setdefault("params", {}).pop("versions.yaml", None)
    lock["stages"][revisions.STAGE]["params"]["versions.yaml"] = {"numpy": "2.0"}
    for name, versions in ("pinned", 'numpy: "2.0"\n'), ("newer", 'numpy: "9.9.9"\n'), ("before", None):
        revisions.commit(compared, name, {"dvc.lock": revisions.to_json(lock), "versions.yaml": versions})
    (note,) = json.loads(compare("pinned", "newer", "--json")[1])["notes"]
    assert f"（古いステージ：{revisions.STAGE}）" in note
    assert json.loads(compare("pinned", "before", "--json")[1])["notes"] == []  # as projects were that had none


def test_a_library_that_is_pinned_for_several_versions_of_python_is_told_with_all(compare, compared):
    pins = "numpy==2 ; python_version >= '3.12'\nnumpy==1 ; python_version < '3.12'\n"
    revisions.commit(compared, "several", {"requirements.lock": pins})
    told = {one["name"]: one["new"] for one in json.loads(compare("main", "several", "--json")[1])["versions"]}
    assert told["numpy"] == "1 or 2"


# -- what is wrong is one line ----------------------------------------------------------------------------------------


@pytest.fixture
def earlier(compared):
    """A comparison that was written before."""
    files = [compared / "reports" / f"comparison.{kind}" for kind in ("html", "pdf")]
    for file in files:
        file.write_text("earlier", encoding="utf-8")
    yield files
    for file in files:
        file.unlink()


def test_a_name_that_nothing_has_is_one_line_with_the_nearest(compare, earlier):
    line = "ligter: expected a Git revision, a DVC experiment or workspace, found none of that name; nearest: lighter\n"
    for arguments in (("ligter", "main"), ("main", "ligter"), ("main", "ligter", "--md")):
        assert compare(*arguments) == (1, "", line)
    assert compare("main", "0123456789abcdef")[2].startswith("0123456789abcdef: expected a Git revision")
    assert [file.read_text() for file in earlier] == ["earlier", "earlier"]


BROKEN = {
    "dvc.yaml that is no YAML": ({"dvc.yaml": "stages: [\n"}, "dvc.yaml"),
    "dvc.yaml of another schema": ({"dvc.yaml": "stages:\n  a:\n    command: b\n"}, "dvc.yaml"),
    "dvc.yaml over variants that are not there": (
        {"dvc.yaml": "vars: [params.yaml]\nstages:\n  a:\n    foreach: ${nothing.variants}\n    do: {cmd: b}\n"},
        "nothing",
    ),
    "params.yaml that is no YAML": ({"params.yaml": "a: [\n"}, "params.yaml"),
    "params.yaml without sections": ({"params.yaml": "- a\n"}, "params.yaml"),
    "claims.json cut off": ({"reports/claims.json": '{"a": {"verdict": "suppo'}, "reports/claims.json"),
    "claims.json as a list": ({"reports/claims.json": "[]"}, "reports/claims.json"),
    "a claim without a verdict": ({"reports/claims.json": '{"a": {"effect": 1.0}}'}, "reports/claims.json"),
    "a claim of an unknown verdict": (
        {"reports/claims.json": revisions.to_json({"a": revisions.claim("maybe", "a", 1.0, 0.0, 2.0)})},
        "reports/claims.json",
    ),
    "metrics cut off": (
        {"reports/metrics/least_squares.json": '{"heavy": {'},
        "reports/metrics/least_squares.json",
    ),
    "a metric that is a text": (
        {"reports/metrics/least_squares.json": '{"heavy": {"excess_loss": "low"}}'},
        "reports/metrics/least_squares.json",
    ),
    "metrics as a list": ({"reports/metrics/least_squares.json": "[1]"}, "reports/metrics/least_squares.json"),
    "an empty table of seeds": ({"reports/seeds/least_squares.csv": ""}, "reports/seeds/least_squares.csv"),
    "a table of seeds cut off": (
        {"reports/seeds/least_squares.csv": "variant,seed,loss\nnarrow,0\n"},
        "reports/seeds/least_squares.csv",
    ),
    "a curve of words": (
        {"reports/curves/least_squares/heavy.csv": "step,loss_median\n1,low\n"},
        "reports/curves/least_squares/heavy.csv",
    ),
    "dvc.lock of another schema": ({"dvc.lock": "schema: '2.0'\n"}, "dvc.lock"),
    "data cut off": ({revisions.DATA: "{"}, revisions.DATA),
    "without dvc.yaml": ({"dvc.yaml": None}, "expected a revision of this project, found none of its dvc.yaml"),
    "without params.yaml": ({"params.yaml": None}, "params.yaml"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_revision_or_workspace_is_one_line_that_says_where(compare, compared, earlier, what):
    changes, place = BROKEN[what]
    revisions.commit(compared, "broken", changes)
    status, out, error = compare("broken", "main")
    assert (status, out) == (1, "")
    assert re.fullmatch(r"broken: [^\n]+\n", error), error
    assert place in error
    assert ("found none" in error) == (what == "without dvc.yaml"), error
    ((file, text),) = changes.items()
    with edited(compared / file, text):
        status, out, error = compare("workspace", "main", "--md")
    assert (status, out) == (1, "")
    assert re.fullmatch(r"(workspace|params.yaml)(:\d+)?: [^\n]+\n", error), error
    assert place in error
    assert [one.read_text() for one in earlier] == ["earlier", "earlier"]


def test_a_file_that_the_lock_of_a_revision_names_and_git_does_not_keep_is_not_read(compare, compared, tmp_path):
    (tmp_path / "a.yaml").write_text("[", encoding="utf-8")
    lock = (compared / "dvc.lock").read_text(encoding="utf-8")
    for name in (str(tmp_path / "a.yaml"), "x" * 400):
        changed = lock.replace("    params:\n", f"    params:\n      {name}: {{a: 1}}\n")
        assert changed != lock
        revisions.commit(compared, "locked", {"dvc.lock": changed})
        status, _, error = compare("locked", "main", "--md")
        assert (status, error) == (0, "")


def test_revisions_compare_while_the_workspace_is_broken(compare, compared):
    with edited(compared / "dvc.yaml", "stages: [\n"):
        status, told, error = compare("first", "second", "--json")
    assert (status, error) == (0, "")
    assert json.loads(told)["new"]["name"] == "second"


def test_a_commit_of_another_project_is_one_line(compare, compared, earlier):
    revisions.commit(compared, "stranger", {"README.md": "another project\n"}, parent=None)
    assert compare("main", "stranger") == (
        1,
        "",
        "stranger: expected a revision of this project, found none of its dvc.yaml and params.yaml\n",
    )
    assert [one.read_text() for one in earlier] == ["earlier", "earlier"]


def test_two_sides_without_results_are_an_error_and_one_is_told_of(compare, compared, earlier):
    revisions.commit(compared, "empty", {"reports": None})
    status, out, error = compare("empty", "empty")
    assert (status, out) == (1, "")
    assert error == "empty and empty: expected results in reports/, found none on either side\n"
    assert [one.read_text() for one in earlier] == ["earlier", "earlier"]
    document = json.loads(compare("empty", "main", "--json")[1])
    assert len(document["notes"]) == 7
    assert all("empty（" in note for note in document["notes"])
    assert all(metric["alone"] and not metric["moved"] for metric in document["metrics"])


def test_other_experiments_than_the_other_side_are_noted(compare, compared):
    text = (compared / "params.yaml").read_text(encoding="utf-8")
    revisions.commit(compared, "more", {"params.yaml": text + "\nbeyond:\n  seeds: 2\n"})
    document = json.loads(compare("main", "more", "--json")[1])
    assert [note.partition("だけにある")[2] for note in document["notes"]] == ["実験：beyond。"]
    assert [one["key"] for one in document["parameters"]] == ["beyond.seeds"]


def test_an_error_while_the_pages_are_made_leaves_the_earlier_ones(compare, earlier, monkeypatch):
    def fail(*_):
        raise UserError("no PDF today")

    monkeypatch.setattr(write.pdf, "write", fail)
    status, _, error = compare("main", "third")
    assert (status, error) == (1, "no PDF today\n")
    assert [one.read_text() for one in earlier] == ["earlier", "earlier"]


# -- a fresh clone ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clone(compared, tmp_path):
    """`git clone`: no cache of DVC, no remote storage, no experiments, nothing built."""
    root = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(compared), str(root)], check=True, capture_output=True)
    assert not (root / ".dvc/cache").exists()
    return root


def test_a_fresh_clone_compares_everything_that_is_committed(compare, clone):
    status, told, error = compare("origin/main", "origin/third", "--json", folder=clone)
    assert (status, error) == (0, "")
    here = json.loads(compare("main", "third", "--json")[1])
    there = json.loads(told)
    for document in (here, there):
        del document["old"]["name"], document["new"]["name"]
    assert there == here
    assert there["notes"] == []
    assert compare("main", "lighter", folder=clone) == (
        1,
        "",
        "lighter: expected a Git revision, a DVC experiment or workspace, found none of that name\n",
    )


def test_code_that_was_edited_but_not_run_makes_a_note(compare, compared):
    file = compared / "src/small/experiments/least_squares/train.py"
    with edited(file, file.read_text(encoding="utf-8") + "# edited\n"):
        notes = json.loads(compare("--json")[1])["notes"]
    assert any("古いステージ：train_least_squares@heavy" in note for note in notes)


def test_nothing_that_a_revision_holds_is_markup(compare, compared, tmp_path):
    name = "feat<svg/onload=alert(1)>"
    subprocess.run(["git", "branch", name, "third"], cwd=compared, check=True)
    try:
        assert compare("second", name, "-o", str(tmp_path))[0] == 0
        assert (
            "&lt;svg/onload" in compare("second", name, "--md")[1] or "&#60;svg" in compare("second", name, "--md")[1]
        )
    finally:
        subprocess.run(["git", "branch", "-D", name], cwd=compared, check=True)
    text = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert "<svg/onload" not in text
    assert not re.search(r"<[^>]*\bonload", text)


EVIL = (
    "a `` b ` <img src=x> **bold** [link](http://127.0.0.1/) ![picture](http://127.0.0.1/x.png) | c\n\n# Heading\n\n- d"
)


def test_no_forge_renders_what_a_title_or_a_claim_of_a_revision_says(compare, compared):
    texts = {
        "reports/claims.json": revisions.to_json(
            {
                revisions.CLAIM: revisions.claim("contradicted", EVIL, 1.0, 0.5, 1.5),
                EVIL: revisions.claim("supported", "", 1.0, 0.5, 1.5),
            }
        )
    }
    title = (compared / "params.yaml").read_text(encoding="utf-8")
    texts["params.yaml"] = re.sub(r"(?m)^  title: .*$", f"  title: {json.dumps(EVIL)}", title)
    revisions.commit(compared, "evil", texts)
    comment = compare("second", "evil", "--md")[1]
    assert "bold" in comment
    page = html.fromstring(MarkdownIt("gfm-like", {"linkify": False}).render(comment))
    assert not page.xpath("//img | //a | //strong | //h1 | //em")
    assert "<img src=x>" in page.text_content()
    assert len({len(row.xpath("./*")) for row in page.xpath("//tr[contains(., 'report.title')]/../../*/tr")}) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["", "HEAD"], "found an empty name"),
        (["a" * 300, "HEAD"], f"{'a' * 300}: expected a Git revision"),
        (["HEAD", "HEAD:params.yaml"], "HEAD:params.yaml: expected a revision that DVC can read"),
        (["HEAD", "--sweep", "a", "b", "c"], "expected A and B, or --sweep"),
        (["--metric", "a.b.c"], "--metric: expected it beside --sweep"),
    ],
)
def test_arguments_that_say_nothing_are_one_line(compare, arguments, message):
    status, told, error = compare(*arguments)
    assert status == 1
    assert told == ""
    assert message in error
    assert error.count("\n") == 1


def test_from_a_folder_inside_the_project_it_is_the_same_project(compare, compared):
    for arguments in (("main", "third", "--json"), ("--json",)):
        assert compare(*arguments, folder=compared / "src" / "small") == compare(*arguments)


def test_two_comparisons_at_the_same_time_do_not_disturb_each_other_whatever_the_locale(compared, tmp_path):
    """And a file's name is what Git knows, also where the locale has no such characters."""
    command = [sys.executable, "-X", "utf8=0", "-m", "ronkyo.cli", "compare"]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"PYTHONPATH": str(Path(ronkyo.__file__).parents[1]), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    environment["PYTHONIOENCODING"] = "utf-8"
    pairs = (("third", "workspace"), ("lighter", "slow"))
    with edited(compared / "src/図.py", "x = 1\n"):
        running = [
            subprocess.Popen(
                [*command, *pair, "-o", str(tmp_path / pair[0])],
                cwd=compared,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for pair in pairs
        ]
        told = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    pages = [(tmp_path / pair[0] / "comparison.html").read_text(encoding="utf-8") for pair in pairs]
    assert "third（" in pages[0]
    assert "作業中のフォルダー" in pages[0]
    assert "src/図.py" in pages[0]
    assert "lighter（" in pages[1]
    assert "slow（" in pages[1]
    assert not (compared / "build/comparison").exists()


def test_a_project_in_a_folder_of_a_larger_repository_is_compared_like_any_other(compare, compared, tmp_path):
    root = tmp_path / "all"
    shutil.copytree(compared, root / "reports of mine", ignore=shutil.ignore_patterns(".git", ".dvc"))
    project = root / "reports of mine"
    for folder, *command in (
        (root, "git", "init", "-q"),
        (root, "git", "config", "user.name", "a"),
        (root, "git", "config", "user.email", "a@example.org"),
        (project, "dvc", "init", "-q", "--subdir"),
    ):
        assert revisions.run(folder, *command).returncode == 0
    for name in ("one", "two"):
        (project / "src" / "図.py").write_text(name, encoding="utf-8")
        (root / "elsewhere.py").write_text(name, encoding="utf-8")
        assert revisions.run(root, "git", "add", "-A").returncode == 0
        assert revisions.run(root, "git", "commit", "-q", "-m", name).returncode == 0
    status, told, error = compare("HEAD~1", "HEAD", "--json", folder=project)
    assert (status, error) == (0, "")
    document = json.loads(told)
    assert [one["file"] for one in document["files"]] == ["src/図.py"]
    assert "least_squares.heavy.excess_loss" in document["unchanged_metrics"]
