"""The console command `day3`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from day3.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="day3", description="深層学習 DAY3 レポートを作る DVC プロジェクトの道具")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check params.yaml as a whole, without running anything")
    check.set_defaults(run=_check)
    stages = commands.add_parser("stages", help="each stage: up to date or why not, and how long its last run took")
    stages.set_defaults(run=_stages)
    options = parser.parse_args(arguments)
    try:
        return options.run()
    except UserError as error:
        print(error, file=sys.stderr)
        return 1


def _check() -> int:
    from day3 import params

    sections = params.load()
    print(f"{params.FILE}: {len(sections)} sections, no problem found")
    return 0


def _stages() -> int:
    """Exit status 1 when something is out of date, so that a script can ask."""
    from day3 import pipeline

    states = pipeline.states()
    width = max(map(len, states))
    total = 0.0
    for stage, reasons in states.items():
        seconds = pipeline.recorded_time(stage)
        total += seconds or 0
        took = f"{seconds:7.1f} s" if seconds is not None else "        –"
        print(f"{stage:<{width}}  {took}  {'; '.join(reasons) or 'up to date'}")
    print(f"{'total':<{width}}  {total:7.1f} s")
    return int(any(states.values()))
