"""Words of the command line for shells: commands and options by argcomplete, names of the project from its files."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import argcomplete
from argcomplete.completers import DirectoriesCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from ronkyo import params, results
from ronkyo.errors import UserError
from ronkyo.project import Project


def script(shell: str) -> str:
    """What makes bash, zsh or fish ask ronkyo itself."""
    return shellcode(["ronkyo"], shell=shell)


def answer(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for the words that can follow, and end the process."""
    argcomplete.autocomplete(parser, default_completer=_complete)  # pyright: ignore[reportArgumentType]


def _complete(prefix: str, action: argparse.Action, parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    kind = str(action.metavar)
    if kind in NAMES:
        try:
            return NAMES[kind](Project.find(parsed_args.directory))
        except (UserError, ValueError):  # what is wrong is told when the command runs
            return ()
    if kind == "DIR":
        return DirectoriesCompleter()(prefix)
    suffix = Path(kind).suffix
    return FilesCompleter((suffix,) if suffix else ())(prefix) if kind.startswith(("FILE", "REPORT", "KEY.")) else ()


def _stages(project: Project) -> list[str]:
    """Stages of dvc.yaml; of one with variants the group alone."""
    return list(params.read_document(project.pipeline_file)["stages"])


def _claims(project: Project) -> list[str]:
    """Of the last report."""
    return list(results.read_claims(project))


def _variants(project: Project) -> list[str]:
    sections = params.read_document(project.params_file)
    return [
        f"{name}.{variant}"
        for name, section in sections.items()
        if isinstance(section, dict)
        for variant in section.get("variants", {})
    ]


# By what the argument is called in its command's help.
NAMES: dict[str, Callable[[Project], list[str]]] = {
    "TARGET": _stages,
    "CLAIM": _claims,
    "ID": _claims,
    "EXPERIMENT.VARIANT[.SEED]": _variants,
}
