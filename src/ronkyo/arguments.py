"""The parser of the console command: argparse, and the nearest name where one is not known."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from ronkyo.errors import nearest

CHOICE = re.compile(r"(.*invalid choice: '(.*?)') \(choose from (.*)\)")


def parser(description: str, epilog: str) -> argparse.ArgumentParser:
    """Of `ronkyo`; those of its commands are of the same kind. Wrong use ends with exit status 2."""
    return _Parser(prog="ronkyo", description=description, epilog=epilog)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if (found := CHOICE.fullmatch(message)) and (hint := nearest(found[2], re.findall(r"[\w-]+", found[3]))):
            message = found[1] + hint
        super().error(message)
