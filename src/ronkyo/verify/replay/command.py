"""The options of `ronkyo verify` that compute again."""

from __future__ import annotations

import argparse
import json as json_text
import sys
from pathlib import Path
from typing import Any

from ronkyo.errors import UserError


def add(verify: argparse.ArgumentParser) -> None:
    group = verify.add_argument_group("with --replay")
    verify.add_argument("--replay", action="store_true", help="compute again in a clean clone of HEAD, and grade it")
    extent = group.add_mutually_exclusive_group()
    extent.add_argument("--seeds", type=_whole, metavar="K", help="K drawn seeds of each variant (default: 1)")
    extent.add_argument("--claims", nargs="+", default=[], metavar="ID", help="the experiments of these claims")
    extent.add_argument("--all", action="store_true", help="everything, the report too")
    group.add_argument("--draw", type=_whole, metavar="N", help="draw as the replay did that told N")
    group.add_argument("--workspace", action="store_true", help="the files as they are, not HEAD's")
    group.add_argument("--numerics", choices=("portable", "native"), help="under this numerical baseline")
    told = "the folder for replay.md, .html, .pdf, .json; with --sign: the signed PDF (default: NAME-signed.pdf)"
    group.add_argument("-o", "--output", type=Path, metavar="PATH", help=told)


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number ≥ 1, found {text!r}")
    return int(text)


def is_asked(options: dict[str, Any]) -> bool:
    """Whether to compute again. Raises UserError for options that say how, and nothing that says so."""
    given = [name for name in ("seeds", "claims", "all", "draw", "workspace", "numerics", "output") if options[name]]
    if given and not options["replay"] and not (options["sign"] and given == ["output"]):
        raise UserError(f"verify --{given[0]}: expected --replay with it")
    if options["draw"] and (options["claims"] or options["all"]):
        raise UserError("verify --draw: expected --seeds with it, since all seeds are computed")
    return options["replay"]


def run(directory: Path, json: bool, options: dict[str, Any]) -> int:
    """Exit status 1 where a thing has another verdict or could not be checked, or a file is not declared."""
    from ronkyo.project import Project
    from ronkyo.verify.replay import document
    from ronkyo.verify.replay.rerun import Chosen, replay

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    project = Project.find(directory)
    seeds = options["seeds"] or (None if options["all"] or options["claims"] else 1)
    given = {name: options[name] for name in ("draw", "workspace", "numerics")}
    try:
        done = replay(project, Chosen(options["claims"], seeds, **given), say)
    except KeyboardInterrupt:
        say("interrupted: nothing of a replay is kept")
        return 130
    if options["output"]:
        for file in document.publish(project, done, directory / options["output"]):
            say(str(file))
    told = document.document(done)
    print(json_text.dumps(told, ensure_ascii=False, indent=2) if json else document.listing(done))
    return int(not done.is_confirmed)
