"""The console command `ronkyo`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ronkyo.errors import UserError
from ronkyo.project import Project


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="ronkyo",
        description="Reports whose figures, numbers and conclusions are bound to runs that anyone can repeat",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check params.yaml as a whole, without running anything")
    check.set_defaults(run=_check)
    stages = commands.add_parser("stages", help="each stage: up to date or why not, and how long its last run took")
    stages.set_defaults(run=_stages)
    pipeline = commands.add_parser("pipeline", help="write dvc.yaml from the experiments and what their code imports")
    pipeline.add_argument("--check", action="store_true", help="write nothing, say what is not as it would be written")
    pipeline.set_defaults(run=_pipeline)
    claims = commands.add_parser("claims", help="verdicts of the report's claims, from the results as they are")
    claims.add_argument("--json", action="store_true", help="the whole ledger, as in reports/claims.json")
    claims.set_defaults(run=_claims)
    lint = commands.add_parser("lint", help="numbers typed by hand and comparisons outside claims in the templates")
    lint.add_argument("files", nargs="*", metavar="FILE", help="Markdown or templates (default: all of the report's)")
    lint.set_defaults(run=_lint)
    render = commands.add_parser(
        "render",
        help="set a Markdown report of your own as HTML and PDF",
        description="Set FILE.md, written for VS Code's Markdown Preview Enhanced, as FILE.html and FILE.pdf. Pictures are "
        "read from the report's own folder only; what is missing is a warning and a placeholder.",
    )
    render.add_argument("file", type=Path, metavar="FILE.md")
    render.add_argument("-o", "--output", type=Path, metavar="DIR", help="where to write (default: beside FILE.md)")
    render.set_defaults(run=_render)
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
    compare.add_argument(
        "-o", "--output", type=Path, default=Path("reports"), metavar="DIR", help="where to write (default: reports)"
    )
    compare.set_defaults(run=_compare)
    new = commands.add_parser(
        "new",
        usage="%(prog)s NAME [--language en|ja] | %(prog)s experiment NAME | %(prog)s chapter NAME",
        help="a project that works at once, or one more experiment or chapter",
    )
    new.add_argument("words", nargs="+", metavar="NAME", help="of the new folder; or experiment NAME, chapter NAME")
    new.add_argument("--language", choices=("en", "ja"), default="en", help="of the report (default: en)")
    new.set_defaults(run=_new)
    options = vars(parser.parse_args(arguments))
    try:
        return options.pop("run")(**options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # `ronkyo … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _check() -> int:
    project = Project.find()
    print(f"{project.relative(project.params_file)}: {len(project.load_params())} sections, no problem found")
    return 0


def _claims(json: bool) -> int:
    """Exit status 1 when a verdict has no wording or the lint finds something."""
    from json import dumps

    from ronkyo.claims import ledger, lint
    from ronkyo.report import chapters

    project = Project.find()
    rendered = chapters.render(project)
    findings = lint.lint_folder(project.templates, project.root)
    if json:
        found = ledger.document(rendered.claims, rendered.original, rendered.values)
        print(dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        print(ledger.terminal(rendered.claims))
    for finding in findings:
        print(finding, file=sys.stderr)
    return int(bool(findings))


def _lint(files: Sequence[str]) -> int:
    """Exit status 1 when it finds something."""
    from ronkyo.claims import lint

    chosen = [Path(file) for file in files] or sorted(Project.find().templates.rglob("*.md.j2"))
    findings = lint.lint_files(chosen)
    for finding in findings:
        print(finding)
    marks = sum(lint.marks(file.read_text(encoding="utf-8")) for file in chosen)
    print(
        f"{len(findings)} findings in {len(chosen)} files; {marks} passages are marked as background", file=sys.stderr
    )
    return int(bool(findings))


def _render(file: Path, output: Path | None) -> int:
    from ronkyo.foreign import render

    for warning in render.render(file, output):
        print(f"warning: {warning}", file=sys.stderr)
    return 0


def _compare(
    old: str | None,
    new: str | None,
    sweep: Sequence[str] | None,
    metric: Sequence[str],
    md: bool,
    json: bool,
    output: Path,
) -> int:
    from json import dumps

    from ronkyo.compare import sweep as sweeps
    from ronkyo.compare import write

    if sweep is not None and old is not None:
        raise UserError("compare: expected A and B, or --sweep EXP…, found both")
    if sweep is None and metric:
        raise UserError("compare: --metric: expected it beside --sweep")
    if sweep is None:
        old, new = "HEAD" if old is None else old, "workspace" if new is None else new
        found, form = write.load(old, new), write
    else:
        found, form = sweeps.load(sweep, metric), sweeps
    if json:
        print(dumps(form.document(found), ensure_ascii=False, indent=2, allow_nan=False))
    elif md:
        print(form.markdown(found))
    else:
        files = form.write(found, output)
        print(f"compare: {' and '.join(map(str, files))} are ready")
    return 0


def _new(words: Sequence[str], language: str) -> int:
    from ronkyo.new import project

    if len(words) != 1:
        raise UserError(f"new: expected NAME, experiment NAME or chapter NAME, found {' '.join(words)}")
    for line in project.create(words[0], language, Path.cwd()):
        print(line)
    print(f"Next: cd {words[0]} && make report")
    return 0


def _stages() -> int:
    """Exit status 1 when something is out of date, so that a script can ask."""
    from ronkyo.run import states

    project = Project.find()
    reasons_of = states.states(project)
    width = max(map(len, reasons_of))
    total = 0.0
    for stage, reasons in reasons_of.items():
        seconds = states.recorded_time(project, stage)
        total += seconds or 0
        took = f"{seconds:7.1f} s" if seconds is not None else "        –"
        print(f"{stage:<{width}}  {took}  {'; '.join(reasons) or 'up to date'}")
    print(f"{'total':<{width}}  {total:7.1f} s")
    return int(any(reasons_of.values()))


def _pipeline(check: bool) -> int:
    """Exit status 1 when a file is to be checked and is not as it would be written."""
    from ronkyo.run import definition

    project = Project.find()
    if check:
        problems = definition.check(project)
        print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
        return int(bool(problems))
    for file in definition.write(project):
        print(f"{project.relative(file)}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
