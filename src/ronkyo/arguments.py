"""The parser of the console command: argparse, and the nearest name where one is not known."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from ronkyo.errors import nearest

CHOICE = re.compile(r"(.*invalid choice: '(.*?)') \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """Wrong use ends with exit status 2, as argparse has it."""

    def error(self, message: str) -> NoReturn:
        if (found := CHOICE.fullmatch(message)) and (hint := nearest(found[2], re.findall(r"[\w-]+", found[3]))):
            message = found[1] + hint
        super().error(message)
