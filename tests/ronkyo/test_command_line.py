"""What holds for every command: exit statuses, what goes where, quiet, terminals and files."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios

import pytest
from new_project import RONKYO

from ronkyo import arguments, cli
from ronkyo.run.view import View

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def status(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    return ended.value.code


@pytest.mark.parametrize(
    ("words", "nearest"),
    [(("repo",), "repro"), (("runs", "prun"), "prune"), (("completion", "bsh"), "bash")],
)
def test_wrong_word_is_status_2_and_one_line_with_the_nearest(words, nearest, capsys):
    assert status(*words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith(f"invalid choice: '{words[-1]}'; nearest: {nearest}")


@pytest.mark.parametrize(
    ("words", "command"),
    [(("names", "--jsn"), "ronkyo names"), (("runs", "prune", "--ys"), "ronkyo runs prune"), (("--quit",), "ronkyo")],
)
def test_an_unknown_option_is_told_by_its_command_with_the_nearest(words, command, capsys):
    assert status(*words) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith(f"{command}: error: unrecognized arguments: {words[-1]}; nearest: --")


def test_where_no_word_is_near_all_are_told(capsys):
    assert status("completion", "xyzzy") == 2
    assert "fish" in capsys.readouterr().err


def test_what_a_project_lacks_is_status_1_on_the_error_stream(tmp_path, capsys):
    assert cli.main(["-C", str(tmp_path), "check"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "expected a project" in err
    assert "ronkyo new NAME makes one" in err


def test_help_of_a_command_in_both_ways_and_exit_statuses(capsys):
    assert status("help", "stages") == status("stages", "--help") == 0
    asked, told = capsys.readouterr().out.split("usage: ")[1:]
    assert asked == told
    assert "each stage: up to date or why not" in told
    assert status("help") == 0
    assert "Exit status: 0 done; 1" in capsys.readouterr().out.replace("\n", " ")


def test_quiet_prints_errors_only(small_copy, capsys):
    assert cli.main(["-C", str(small_copy.root), "-q", "check"]) == 0
    assert capsys.readouterr() == ("", "")
    text = small_copy.params_file.read_text(encoding="utf-8")
    small_copy.params_file.write_text(text.replace("momentum: 0.0", "momentum: none"), encoding="utf-8")
    assert cli.main(["-C", str(small_copy.root), "-q", "check"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "momentum" in err


def test_quiet_shows_no_progress_of_stages_but_what_fails(capsys):
    view = View({"a": 1, "b": 1}, progress=False)
    view.begin("a")
    view.end("a")
    view.begin("b")
    view.fail("b", "b: it failed")
    view.close()
    assert capsys.readouterr() == ("", "b: it failed\n")


def test_progress_of_runs_is_shown_on_a_terminal_only(small_copy, tmp_path):
    """Of the script of a stage, as `dvc repro` runs it."""
    command = [sys.executable, "stages/train.py", "least_squares", "plain"]
    environment = os.environ | {"RONKYO_STORE": str(tmp_path / "one"), "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(command, cwd=small_copy.root, env=environment, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    environment["RONKYO_STORE"] = str(tmp_path / "two")
    shown = on_terminal(command, environment, small_copy.root)
    assert "least_squares" in shown
    assert "1000/1000" in shown, "five seeds of 200 steps"


@pytest.mark.parametrize("words", [("--help",), ("repo",), ("help", "repro")])
def test_no_colour_into_a_file_and_none_where_it_is_not_wanted(words, tmp_path):
    command = [*RONKYO, *words]
    told = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"FORCE_COLOR": ""}, check=False)
    assert not COLOUR.search(told.stdout + told.stderr)
    assert not COLOUR.search(on_terminal(command, os.environ | {"NO_COLOR": "1"}))


def on_terminal(command, environment, folder=None):
    main, other = pty.openpty()
    termios.tcsetwinsize(other, (24, 80))
    with subprocess.Popen(command, stdout=other, stderr=other, stdin=other, env=environment, cwd=folder) as process:
        os.close(other)
        shown = b""
        try:
            while block := os.read(main, 4096):
                shown += block
        except OSError:  # the other end is closed
            pass
        finally:
            os.close(main)
            process.wait(20)
    assert shown
    return shown.decode()


def test_parser_of_a_command_is_of_the_same_kind():
    command = arguments.parser("", "")
    assert type(command.add_subparsers().add_parser("one")) is type(command)


def test_module_runs_as_the_command():
    told = subprocess.run([sys.executable, "-m", "ronkyo.cli", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("ronkyo ")
