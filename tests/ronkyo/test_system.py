"""The check for native libraries: what it finds, what it advises, and that it needs nothing installed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ronkyo.check import system

SOURCES = Path(__file__).parents[2] / "src"
ABSENT = system.Library("libabsent.so.0", "libabsent.0.dylib", "libabsent0")


def test_nothing_is_missing_where_the_report_can_be_built() -> None:
    assert system.missing_libraries() == []


def test_a_library_that_cannot_be_loaded_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.LIBRARIES, "absent", ABSENT)
    assert system.missing_libraries() == ["absent"]


def test_the_hint_is_one_line_for_the_system_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ["pangoft2", "gobject", "pango", "harfbuzz-subset"]
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    packages = "libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0"
    assert system.install_hint(missing) == f"sudo apt-get install -y {packages}"
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    assert packages in system.install_hint(missing)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system.install_hint(missing) == "brew install pango"


def test_without_the_right_to_install_it_ends_with_the_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.LIBRARIES, "absent", ABSENT)
    monkeypatch.setattr(system, "_may_use_apt", lambda: False)
    with pytest.raises(SystemExit, match="libabsent0"):
        system.main()


def test_with_the_right_to_install_it_updates_then_installs_then_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.LIBRARIES, "absent", ABSENT)
    monkeypatch.setattr(system, "_may_use_apt", lambda: True)
    commands: list[list[str]] = []

    def pretend_to_run(command: list[str], **_: object) -> None:
        commands.append(command)
        if "install" in command:
            monkeypatch.delitem(system.LIBRARIES, "absent")

    monkeypatch.setattr(system.subprocess, "run", pretend_to_run)
    system.main()
    assert [command[2] for command in commands] == ["update", "install"]
    assert commands[1][-1] == "libabsent0"


def test_a_program_that_apt_could_not_install_is_still_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(system.PROGRAMS, "absent", system.Program("absent-tools", "absent"))
    monkeypatch.setattr(system, "_may_use_apt", lambda: True)
    monkeypatch.setattr(system.subprocess, "run", lambda *_, **__: None)
    with pytest.raises(SystemExit, match="absent-tools"):
        system.main(["checks"])


def test_it_runs_silently_on_the_bare_standard_library() -> None:
    program = (
        "import sys, runpy; sys.path.insert(0, sys.argv[1]); runpy.run_module('ronkyo.check.system', None, '__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(SOURCES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_checks_every_library_that_weasyprint_needs() -> None:
    import weasyprint.text.ffi as ffi

    source = Path(ffi.__file__).read_text(encoding="utf-8")
    needed = set(re.findall(r"^(\w+) = _dlopen\(", source, re.MULTILINE)) - {"harfbuzz_vector"}  # only for colour fonts
    assert needed == {name.replace("-", "_") for name in system.LIBRARIES}
