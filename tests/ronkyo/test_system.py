"""The look for native libraries: what is missing, the line that installs it, and that it needs nothing installed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ronkyo import system

SOURCES = Path(__file__).parents[2] / "src"
ABSENT = {"libpangoft2-1.0.so.0": ("libpangoft2-1.0-0", "pango"), "qpdf": ("qpdf", "qpdf"), "x": ("qpdf", "qpdf")}


@pytest.fixture
def nothing_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "missing", lambda *_: ABSENT)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")


def test_nothing_is_missing_where_the_report_can_be_built() -> None:
    assert system.missing("venv") == {}


def test_a_library_a_program_and_a_module_that_are_not_there_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(system.LIBRARIES, ("libabsent.so.0", "libabsent.0.dylib"), "libabsent0")
    monkeypatch.setattr(system, "PROGRAMS", {"absent-program": ("absent-tools", "absent")})
    monkeypatch.setattr(system, "find_spec", lambda _: None)
    assert list(system.missing()) == ["libabsent.so.0"]
    venv = "python{}.{}-venv".format(*sys.version_info)
    assert [debian for debian, _ in system.missing("venv", "programs").values()] == ["libabsent0", venv, "absent-tools"]


def test_it_ends_with_one_line_for_the_system_at_hand_and_installs_nothing(nothing_there, monkeypatch) -> None:
    monkeypatch.setattr(system.subprocess, "call", lambda *_, **__: pytest.fail("nobody asked for an installation"))
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends libpangoft2-1.0-0 qpdf"
    with pytest.raises(SystemExit, match=re.escape(line) + "$") as ended:
        system.main()
    assert "\n" not in str(ended.value)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)  # root need not have sudo
    assert system.install_line(ABSENT) == line.replace("sudo ", "")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system.install_line(ABSENT) == "brew install pango qpdf"


def test_where_there_is_no_apt_it_names_the_packages(nothing_there, monkeypatch) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="in Debian: libpangoft2-1.0-0 qpdf$"):
        system.main()


def test_asked_to_install_it_runs_that_line_and_fails_as_it_does(nothing_there, monkeypatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(system.subprocess, "call", lambda line, shell: lines.append(line) or 100)
    with pytest.raises(SystemExit) as ended:
        system.main(["install"])
    assert ended.value.code == 100
    assert lines == [system.install_line(ABSENT)]


def test_it_runs_silently_on_the_bare_standard_library() -> None:
    program = "import sys, runpy; sys.path.insert(0, sys.argv[1]); runpy.run_module('ronkyo.system', None, '__main__')"
    command = [sys.executable, "-I", "-S", "-c", program, str(SOURCES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_checks_every_library_that_weasyprint_needs() -> None:
    import weasyprint.text.ffi as ffi

    source = Path(ffi.__file__).read_text(encoding="utf-8")
    needed = set(re.findall(r"^(\w+) = _dlopen\(", source, re.MULTILINE)) - {"harfbuzz_vector"}  # only for colour fonts
    assert needed == {re.sub(r"^lib|-[\d.]+so.*|\.so.*", "", linux).replace("-", "_") for linux, _ in system.LIBRARIES}
