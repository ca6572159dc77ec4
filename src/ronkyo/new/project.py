"""`ronkyo new NAME`: a project that works at once."""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
import sys
from datetime import date
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from packaging.utils import canonicalize_name

from ronkyo import files, versions
from ronkyo.errors import UserError
from ronkyo.new.templates import Templates
from ronkyo.project import Project
from ronkyo.run import definition

EXPERIMENT = "least_squares"
LOCK_HEAD = "# What this report was made with: pip install -r requirements.lock; then ronkyo pipeline.\n"
LOCK_END = (
    "# Beside the engine: what the experiments need, by your hand; .ci/report installs nothing below this line.\n"
)
DVC_CONFIG = "[core]\n    analytics = false\n    check_update = false\n"


class NewError(UserError):
    """The name cannot be had, or something with that name is there already."""


def create(name: str, language: str, parent: Path) -> list[str]:
    """Write the project `parent`/`name`, with a git and a DVC repository where there is none around it.

    Returns what was done, a line for each thing. Raises NewError; then nothing was written.
    """
    package = package_name(name)
    target = parent / name
    if not parent.is_dir():
        raise NewError(f"{parent}: expected a folder, found nothing")
    if target.exists():
        raise NewError(f"{target}: expected a new folder, found one")
    if shutil.which("git") is None:
        raise NewError("git: expected the program, found none; in Debian: sudo apt-get install -y git")
    with files.replacing(target) as folder:
        folder.mkdir()
        written = write_files(name, package, language, folder)
        repositories = _start_repositories(folder)
    return [f"{target}: {written} files, in {'English' if language == 'en' else 'Japanese'}", *repositories]


def write_files(name: str, package: str, language: str, folder: Path) -> int:
    """The files alone, without repositories. Returns how many."""
    values = {
        "name": name,
        "package": package,
        "experiment": EXPERIMENT,
        "label": {"en": "Least squares", "ja": "最小二乗法"}[language],
        "title": {"en": "A report of my own", "ja": "自分のレポート"}[language],
        "date": date.today().isoformat(),
    }
    templates = Templates(language, values)
    templates.values["section"] = templates.text("section/params.yaml.j2").rstrip()
    source = folder / "src" / package
    written = templates.write("project", folder) + templates.write(language, folder)
    written += write_experiment(templates, source / "experiments" / EXPERIMENT)
    for package_folder in (source, source / "experiments"):
        files.write_text(package_folder / "__init__.py", "")
    engine = "".join(f"{pin}\n" for pin in pins())
    files.write_text(folder / "requirements.lock", LOCK_HEAD + engine + LOCK_END)
    definition.write(Project.find(folder))
    return len(written)


def pins(name: str = "ronkyo") -> list[str]:
    """`name==version` of a distribution and of all that it requires, as installed here; empty if it is not installed."""
    installed: dict[str, str] = {canonicalize_name(found.name): found.version for found in distributions()}
    return [f"{needed}=={installed[needed]}" for needed in versions.distributions((), [name], installed)]


def write_experiment(templates: Templates, folder: Path) -> list[Path]:
    """The modules of an experiment, in its folder."""
    files.write_text(folder / "__init__.py", f'"""{templates.values["label"]}"""\n')
    return templates.write("experiment", folder)


def package_name(name: str) -> str:
    """The Python package of a project: "My-report" -> "my_report". Raises NewError for what cannot be one."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name):
        raise NewError(f"{name!r}: expected a name of letters, digits, '-', '_' and '.' that begins with a letter")
    package = re.sub(r"[^a-z0-9]+", "_", name.lower()).rstrip("_")
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise NewError(f"{name!r}: expected another name, since Python has {package!r} itself")
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        raise NewError(f"{name!r}: expected another name, since the package {package!r} is installed")
    return package


def _start_repositories(folder: Path) -> list[str]:
    """git init unless the folder is in a work tree already, then dvc init. Returns what was done."""
    inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], cwd=folder, capture_output=True, text=True)
    done = []
    if inside.stdout.strip() != "true":
        _run(folder, "git", "init", "-q", "-b", "main")
        done.append("git init: a repository, nothing committed yet")
    _run(folder, sys.executable, "-m", "dvc", "init", "-q", *([] if done else ["--subdir"]))
    files.write_text(folder / ".dvc" / "config", DVC_CONFIG)
    if done:
        _run(folder, "git", "add", ".dvc/config")  # as dvc init did with its own
    else:  # the folder gets its name later, and what to commit is the outer repository's business
        _run(folder, "git", "rm", "-r", "-q", "-f", "--cached", ".")
    return [*done, "dvc init: the pipeline's own folder, .dvc"]


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        shown = " ".join(["dvc", *command[3:]] if command[0] == sys.executable else command)
        raise NewError(f"{folder.name}: {shown}: {' '.join(done.stderr.split()) or 'it failed'}")
