"""The parser of the console command: argparse, and the nearest name where one is not known."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from ronkyo.errors import nearest

CHOICE = re.compile(r"(.*invalid choice: '(.*?)') \(choose from (.*)\)")


def parser(description: str, epilog: str) -> argparse.ArgumentParser:
    """Of `ronkyo`; those of its commands are of the same kind. Wrong use ends with exit status 2."""
    return _Parser(prog="ronkyo", description=description, epilog=epilog)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.register("action", "parsers", _Commands)

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """What is not known is told by the command that does not know it."""
        found, others = super().parse_known_args(args, namespace)
        if others:
            self.error(f"unrecognized arguments: {' '.join(others)}{nearest(others[0], self._option_string_actions)}")
        return found, others

    def error(self, message: str) -> NoReturn:
        if (found := CHOICE.fullmatch(message)) and (hint := nearest(found[2], re.findall(r"[\w-]+", found[3]))):
            message = found[1] + hint
        super().error(message)


class _Commands(argparse._SubParsersAction):
    def add_parser(self, name: str, **options: Any) -> Any:
        """What the list says of a command, its own help says too."""
        return super().add_parser(name, **{"description": options.get("help"), **options})
