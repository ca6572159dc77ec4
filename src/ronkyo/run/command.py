"""The commands `ronkyo why` and `ronkyo runs …`: where runs come from, and the store of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ronkyo.errors import UserError, counted
from ronkyo.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    why = commands.add_parser("why", help="where the runs of a variant come from, or why they are to be computed")
    why.add_argument("name", metavar="EXPERIMENT.VARIANT[.SEED]")
    why.set_defaults(run=_why)
    runs = commands.add_parser("runs", help="the store of runs: list, prune, push to and pull from a DVC remote")
    runs.set_defaults(run=_runs)
    actions = runs.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="what the store has of this project (without ACTION: this)")
    listing.set_defaults(run=_runs)
    prune = actions.add_parser(
        "prune", help="remove runs that params.yaml, the code and the data as they are do not use"
    )
    prune.add_argument("--older-than", type=float, default=0, metavar="DAYS", help="only those computed before that")
    prune.add_argument("-y", "--yes", action="store_true", help="do not ask")
    prune.set_defaults(run=_prune)
    for action, text in ("push", "copy runs in use to a DVC remote"), ("pull", "copy runs in use from a DVC remote"):
        copying = actions.add_parser(action, help=text)
        copying.add_argument("-r", "--remote", metavar="NAME", help="default: DVC's default remote")
        copying.set_defaults(run=_copy_runs, action=action)


def _why(name: str, directory: Path) -> int:
    from ronkyo.run import runs

    print("\n".join(runs.explanations(Project.find(directory), name)))
    return 0


def _runs(directory: Path) -> int:
    from ronkyo.run import runs

    print("\n".join(runs.listing(Project.find(directory))))
    return 0


def _prune(older_than: float, yes: bool, directory: Path) -> int:
    """Exit status 1 when somebody is asked and does not agree."""
    from ronkyo.run import runs

    project = Project.find(directory)
    unused = runs.unused(project, older_than)
    found, size = counted(len(unused), "run"), runs.shown(sum(run.size for run in unused))
    if not yes and unused:
        if not sys.stdin.isatty():
            raise UserError(f"prune: {found}, {size}: expected --yes where nobody can be asked")
        if input(f"Remove {found}, {size}? [y/N] ").strip().lower() not in ("y", "yes"):
            return 1
    runs.remove(project, unused)
    print(f"{found} removed, {size} freed")
    return 0


def _copy_runs(action: str, remote: str | None, directory: Path) -> int:
    from ronkyo.run import remote as remotes

    count = {"push": remotes.push, "pull": remotes.pull}[action](Project.find(directory), remote)
    print(f"{action}: {counted(count, 'run')} copied")
    return 0
