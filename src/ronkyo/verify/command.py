"""The command `ronkyo verify`."""

from __future__ import annotations

import argparse
import json as json_text
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ronkyo.verify.check import Check


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser(
        "verify",
        help="is a report what its evidence says? from the file alone, in a project, or by running it again",
        description="Check a report (PDF or HTML) against what it carries: every number, every verdict, every page. Without "
        "REPORT: is what a project has committed what its sources say? Exit status 1, and a line for each difference.",
    )
    verify.add_argument("report", nargs="?", type=Path, metavar="REPORT", help="a PDF or an HTML that ronkyo wrote")
    verify.add_argument("--signer", type=Path, metavar="CERT.pem", help="of REPORT: whose signature it is to have")
    verify.add_argument("--sign", type=Path, metavar="KEY.p12", help="sign REPORT if it is what its evidence says")
    verify.add_argument(
        "--current",
        action="store_true",
        help="what a project has committed, against its sources (default without REPORT)",
    )
    verify.add_argument("--json", action="store_true", help="the same for programs")
    verify.add_argument("--badge", type=Path, metavar="FILE.svg", help="write a badge about --current for a README")
    verify.add_argument("--language", choices=("en", "ja"), help="of the badge (default: the report's)")
    _add_replay(verify)
    verify.set_defaults(run=run)


def _add_replay(verify: argparse.ArgumentParser) -> None:
    verify.add_argument(
        "--replay", action="store_true", help="compute again in a clean clone of HEAD, and grade the results"
    )
    extent = verify.add_mutually_exclusive_group()
    extent.add_argument(
        "--seeds", type=_whole, metavar="K", help="with --replay: K drawn seeds of each variant (default: 1)"
    )
    extent.add_argument(
        "--claims", nargs="+", default=[], metavar="ID", help="with --replay: the experiments of these claims"
    )
    extent.add_argument("--all", action="store_true", help="with --replay: everything, the report too")
    verify.add_argument(
        "--draw", type=_whole, metavar="N", help="with --seeds: the same draw as the replay that told N"
    )
    verify.add_argument("--workspace", action="store_true", help="with --replay: the files as they are, not HEAD's")
    verify.add_argument(
        "--numerics", choices=("portable", "native"), help="with --replay: under this numerical baseline"
    )
    verify.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="with --replay: the folder for replay.md, .html, .pdf, .json; with --sign: the PDF (default: NAME-signed.pdf)",
    )


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number ≥ 1, found {text!r}")
    return int(text)


def run(
    report: Path | None,
    current: bool,
    json: bool,
    badge: Path | None,
    language: str | None,
    directory: Path,
    **options: Any,
) -> int:
    """Exit status 1 where something is not as it should be."""
    if options["replay"]:
        return _replay(directory, json, options)
    from ronkyo.verify.check import listing

    checks: list[Check] = []
    if report:
        from ronkyo.verify import alone

        checks += (found := alone.checks(directory / report, options["signer"] and directory / options["signer"]))
        if options["sign"] and not any(check.differences for check in found):
            _sign(directory, report, options["sign"], options["output"])
    if current or badge or report is None:
        from ronkyo.project import Project
        from ronkyo.verify import badge as badges
        from ronkyo.verify import current as currency

        project = Project.find(directory)
        checks += (found := currency.check(project))
        if badge:
            badges.write(directory / badge, project, found, language)
    print(json_text.dumps([check.row for check in checks], ensure_ascii=False, indent=2) if json else listing(checks))
    return int(any(check.differences for check in checks))


def _sign(directory: Path, report: Path, key: Path, output: Path | None) -> None:
    from ronkyo.verify import signature

    output = output or report.with_name(f"{report.stem}-signed.pdf")
    signed_by = signature.sign(directory / report, directory / key, directory / output)
    print(f"{output}: signed by {signed_by}", file=sys.stderr)


def _replay(directory: Path, json: bool, options: dict[str, Any]) -> int:
    """Exit status 1 where a thing has another verdict or could not be checked, or a file is not declared."""
    from ronkyo.project import Project
    from ronkyo.verify.replay import Chosen, document, replay

    project = Project.find(directory)
    seeds = options["seeds"] or (None if options["all"] or options["claims"] else 1)
    given = {name: options[name] for name in ("draw", "workspace", "numerics")}
    done = replay(
        project, Chosen(options["claims"], seeds, **given), lambda line: print(line, file=sys.stderr, flush=True)
    )
    if options["output"]:
        for file in document.publish(project, done, directory / options["output"]):
            print(file, file=sys.stderr)
    told = document.document(done)
    print(json_text.dumps(told, ensure_ascii=False, indent=2) if json else document.listing(done))
    return int(not done.is_confirmed)
