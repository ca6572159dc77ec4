"""The command `ronkyo compare`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser(
        "compare",
        help="what changed between two revisions or experiments, conclusions included",
        description="Compare A with B: parameters, claims, metrics, learning curves, figures, text, code. Each is a Git "
        "revision, the name of a DVC experiment, or `workspace`. Nothing is checked out and nothing is trained.",
    )
    compare.add_argument("old", nargs="?", metavar="A", help="default: HEAD")
    compare.add_argument("new", nargs="?", metavar="B", help="default: workspace")
    compare.add_argument(
        "--sweep", nargs="+", metavar="EXP", help="three or more in one table, and figures of metric against parameter"
    )
    compare.add_argument(
        "--metric", action="append", default=[], metavar="KEY", help="experiment.variant.metric for --sweep (repeat it)"
    )
    form = compare.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="print Markdown for a pull request, write no report")
    form.add_argument("--json", action="store_true", help="print JSON for programs, write no report")
    compare.add_argument("-o", "--output", type=Path, metavar="DIR", help="where to write (default: reports)")
    compare.add_argument("--language", choices=("en", "ja"), help="of what is written (default: the report's)")
    compare.set_defaults(run=run)


def run(
    old: str | None,
    new: str | None,
    sweep: Sequence[str] | None,
    metric: Sequence[str],
    md: bool,
    json: bool,
    output: Path | None,
    language: str | None,
    directory: Path,
) -> int:
    from json import dumps

    from ronkyo.compare import sweep as sweeps
    from ronkyo.compare import write
    from ronkyo.compare.differences import Comparison
    from ronkyo.words import Words

    if sweep is not None and old is not None:
        raise UserError("compare: expected A and B, or --sweep EXP…, found both")
    if sweep is None and metric:
        raise UserError("compare: --metric: expected it beside --sweep")
    project = Project.find(directory)
    words = Words(language or project.load_report().language)
    if sweep is None:
        old, new = "HEAD" if old is None else old, "workspace" if new is None else new
        found, form = write.load(project, old, new, words), write
    else:
        found, form = sweeps.load(project, sweep, words, metric), sweeps
    if json:
        print(dumps(form.document(found), ensure_ascii=False, indent=2, allow_nan=False))
    elif md:
        print(form.markdown(found, words))
    else:
        files = form.write(project, found, words, directory / output if output else project.reports)
        shown = (project.relative(file) if file.is_relative_to(project.root) else str(file) for file in files)
        print(f"compare: {' and '.join(shown)} are ready")
        if isinstance(found, Comparison) and (told := found.machine.sentence(Words("en"))):
            print(f"compare: {told}")
    return 0
