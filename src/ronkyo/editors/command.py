"""The commands for shells and editors: completion, schema, names, language-server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    completion = commands.add_parser("completion", help="print the script that completes ronkyo's words in a shell")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(run=_completion)
    schema = commands.add_parser(
        "schema", help="write the JSON schema of params.yaml, by which editors complete and check it"
    )
    schema.add_argument("--check", action="store_true", help="write nothing, say whether it is as it would be written")
    schema.set_defaults(run=_schema)
    names = commands.add_parser("names", help="what templates can name: metrics, figures, references, functions, …")
    names.add_argument("--json", action="store_true", help="for editors, and what is wrong in the templates")
    names.set_defaults(run=_names)
    server = commands.add_parser("language-server", help="a language server for templates, on stdin and stdout")
    server.set_defaults(run=_language_server)


def _completion(shell: str, directory: Path) -> int:
    from ronkyo.editors import completion

    print(completion.script(shell))
    return 0


def _schema(check: bool, directory: Path) -> int:
    """Exit status 1 when the file is to be checked and is not as it would be written."""
    from ronkyo.editors import schema

    project = Project.find(directory)
    if not check:
        print(f"{schema.FILE}: {'written' if schema.write(project) else 'up to date'}")
        return 0
    if schema.is_current(project):
        return 0
    print(f"{schema.FILE}: expected the settings as they are, found others; ronkyo schema writes it", file=sys.stderr)
    return 1


def _names(json: bool, directory: Path) -> int:
    from json import dumps

    from ronkyo.editors import names

    found = names.collect(Project.find(directory))
    if json:
        print(dumps(found.document(), ensure_ascii=False, indent=2))
        return 0
    for problem in found.problems:
        print(problem, file=sys.stderr)
    for kind, entries in found.entries.items():
        for entry in entries:
            print(f"{kind}  {entry.name}  {entry.detail}".rstrip())
    return int(bool(found.problems))


def _language_server(directory: Path) -> int:
    try:
        from ronkyo.editors import server
    except ModuleNotFoundError as error:
        raise UserError(
            f"language-server: expected {error.name}, found none; pip install 'ronkyo[editors]' installs it"
        ) from None
    server.serve()
    return 0
