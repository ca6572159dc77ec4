"""The command `ronkyo verify`."""

from __future__ import annotations

import argparse
import json as json_text
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ronkyo.errors import UserError, counted
from ronkyo.verify.replay import command as replay

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
    verify.add_argument(
        "--current",
        action="store_true",
        help="what a project has committed, against its sources (default without REPORT)",
    )
    verify.add_argument(
        "--project", type=Path, metavar="DIR", help="which commit of that project is REPORT of, if any?"
    )
    verify.add_argument("--signer", type=Path, metavar="CERT.pem", help="whose signature is REPORT to have?")
    verify.add_argument("--sign", type=Path, metavar="KEY.p12", help="sign REPORT (a PDF) if nothing differs")
    verify.add_argument("--json", action="store_true", help="the same for programs")
    verify.add_argument("--badge", type=Path, metavar="FILE.svg", help="write a badge about --current for a README")
    verify.add_argument("--language", choices=("en", "ja"), help="of the badge (default: the report's)")
    replay.add(verify)
    verify.set_defaults(run=run)


def run(
    report: Path | None,
    current: bool,
    json: bool,
    project: Path | None,
    badge: Path | None,
    language: str | None,
    directory: Path,
    **options: Any,
) -> int:
    """Exit status 1 where something is not as it should be."""
    if replay.is_asked(options):
        return replay.run(directory, json, options)
    from ronkyo.verify.check import listing

    of_a_report = {"--project": project, "--signer": options["signer"], "--sign": options["sign"]}
    if report is None and (given := [name for name, value in of_a_report.items() if value]):
        raise UserError(f"verify: {given[0]}: expected a REPORT before it, found none")
    checks: list[Check] = []
    opened = None
    if report is not None:
        from ronkyo.verify import container, drawings, evidence, pages, signature

        opened = container.read(directory / report)
        checks += [*evidence.check(opened), pages.check(opened), drawings.check(opened)]
        checks += signature.check(opened, options["signer"] and directory / options["signer"])
    if current or badge or report is None:
        from ronkyo.project import Project
        from ronkyo.verify import badge as badges
        from ronkyo.verify import current as currency
        from ronkyo.verify import evidence

        place = Project.find(directory)
        checks += (found := [*currency.check(place), *evidence.recompute(place)])
        if badge:
            badges.write(directory / badge, place, found, language)
    if opened is not None and project:
        from ronkyo.project import Project
        from ronkyo.verify import commit

        checks.append(commit.check(Project.find(directory / project), opened))
    is_right = not any(check.differences for check in checks)
    print(json_text.dumps([check.row for check in checks], ensure_ascii=False, indent=2) if json else listing(checks))
    if report is not None and not json:
        print(_summary(report, checks))
    if report is not None and options["sign"]:
        if not is_right:
            raise UserError(f"{report}: not signed, since it is not what it carries")
        _sign(directory / report, directory / options["sign"], options["output"] and directory / options["output"])
    return int(not is_right)


def _summary(report: Path, checks: Sequence[Check]) -> str:
    """For who does not know what is looked at."""
    if number := sum(len(check.differences) for check in checks):
        return f"{report.name}: {counted(number, 'difference')}"
    told = "nothing differs from what it carries; whether that was computed so, only a replay in its project shows"
    return f"{report.name}: {told} (`ronkyo verify --replay`)"


def _sign(report: Path, key: Path, output: Path | None) -> None:
    from ronkyo.verify import signature

    output = output or report.with_name(f"{report.stem}-signed.pdf")
    print(f"{output}: signed by {signature.sign(report, key, output)}", file=sys.stderr)
