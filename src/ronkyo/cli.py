"""The console command `ronkyo`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext, redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias, get_args

from ronkyo import arguments, ending
from ronkyo.compare import command as compare
from ronkyo.editions import Edition
from ronkyo.editors import command as editors
from ronkyo.errors import UserError, counted, mistake, told
from ronkyo.git import command as git
from ronkyo.numerics import Choice
from ronkyo.preview import command as preview
from ronkyo.project import NoProject, Project
from ronkyo.run import command as runs
from ronkyo.verify import command as verify

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(words: Sequence[str] | None = None) -> int:
    command = parser()
    if "_ARGCOMPLETE" in os.environ:
        from ronkyo.editors import completion

        completion.answer(command)
    given = list(sys.argv[1:] if words is None else words)
    options = vars(command.parse_args([*given[1:], "--help"] if given[:1] == ["help"] else given))
    if "run" not in options:
        command.print_help()
        return 0
    try:
        with ending.by_signals():
            if not options["directory"].is_dir():
                raise UserError(f"-C {options['directory']}: expected a folder, found none")
            return _run(**options)
    except ending.Ended as signal:
        return ending.say("interrupted: what is finished is kept; the same call goes on", signal.status)
    except BrokenPipeError:  # `ronkyo … | head` has read enough
        return int(not ending.drop_output())
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:
            ending.drop_output()
        return ending.say(told(error) or mistake(error), 1)


def _run(run: Callable[..., int], quiet: bool, **options: Any) -> int:
    """Quiet: what a command prints is dropped, and it shows no progress; errors remain."""
    if "progress" in options:
        options["progress"] = not quiet
    with open(os.devnull, "w", encoding="utf-8") as nothing, redirect_stdout(nothing) if quiet else nullcontext():
        status = run(**options)
        if not sys.stdout.closed:
            sys.stdout.flush()
    return status


def parser() -> argparse.ArgumentParser:
    command = arguments.parser(
        description="Reports whose figures, numbers and conclusions are bound to runs that anyone can repeat",
        epilog="Exit status: 0 done; 1 something was found or failed, or the project is not as it should be; 2 wrong use of "
        "the command; 130 interrupted.",
    )
    command.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    place = "as if started in DIR; a project is looked for there and above (default: the current folder)"
    command.add_argument("-C", dest="directory", type=Path, default=Path(), metavar="DIR", help=place)
    command.add_argument("-q", "--quiet", action="store_true", help="print errors only")
    commands = command.add_subparsers(metavar="COMMAND")
    _add_new(commands)
    _add_project_commands(commands)
    runs.add(commands)
    _add_render(commands)
    preview.add(commands)
    compare.add(commands)
    verify.add(commands)
    git.add(commands)
    editors.add(commands)
    return command


def _version() -> str:
    try:
        return version("ronkyo")
    except PackageNotFoundError:
        return "(not installed)"


def _add_new(commands: Commands) -> None:
    new = commands.add_parser(
        "new",
        usage="ronkyo new NAME [--language en|ja] | ronkyo new experiment NAME | ronkyo new chapter NAME",
        help="a project that works at once, or one more experiment or chapter of a project",
    )
    new.add_argument("words", nargs="+", metavar="NAME", help="of the new folder; or experiment NAME, chapter NAME")
    new.add_argument("--language", choices=("en", "ja"), default="en", help="of a new project's report (default: en)")
    new.set_defaults(run=_new)


def _add_project_commands(commands: Commands) -> None:
    check = commands.add_parser("check", help="check params.yaml and what templates name, without running anything")
    check.set_defaults(run=_check)
    doctor = commands.add_parser("doctor", help="what this machine lacks or has otherwise, each with its cure")
    doctor.set_defaults(run=_doctor)
    stages = commands.add_parser("stages", help="each stage: up to date or why not, and how long its last run took")
    stages.set_defaults(run=_stages)
    repro = commands.add_parser(
        "repro",
        help="run what is out of date, as `dvc repro` does, with stages and runs side by side",
        description="Run what is out of date of the targets and of what they need. What comes out, dvc.lock too, is as by "
        "`dvc repro`; stages and single runs go on side by side. Ctrl-C loses no run that is finished.",
    )
    repro.add_argument("targets", nargs="*", metavar="TARGET", help="a stage, or a group of them (default: all)")
    repro.add_argument("-j", "--jobs", type=_whole, metavar="N", help="how many processes (default: one a core)")
    repro.add_argument("-f", "--force", action="store_true", help="also what is up to date; runs come from the store")
    repro.add_argument("-s", "--single-item", action="store_true", help="the targets alone, not what they need")
    repro.add_argument("--on", default="", metavar="CLUSTER", help="compute runs there: dask://HOST:PORT, slurm:JOBS")
    repro.set_defaults(run=_repro, progress=True)
    worker = commands.add_parser("worker", help="a worker of a Dask cluster, which computes what `repro --on` sends")
    worker.add_argument("scheduler", metavar="SCHEDULER", help="tcp://HOST:PORT")
    worker.add_argument("--numerics", choices=("portable", "native"), default="portable", help="as in params.yaml")
    worker.add_argument("options", nargs=argparse.REMAINDER, metavar="…", help="of `dask worker`, as --nworkers 4")
    worker.set_defaults(run=_worker)
    _add_decide(commands)
    pipeline = commands.add_parser("pipeline", help="write dvc.yaml from the experiments and what their code imports")
    pipeline.add_argument("--check", action="store_true", help="write nothing, say what is not as it would be written")
    pipeline.set_defaults(run=_pipeline)
    _add_build(commands)
    editions = commands.add_parser(
        "editions", help="the PDF of the edition that params.yaml does not choose, beside the report"
    )
    editions.set_defaults(run=_editions)
    claims = commands.add_parser("claims", help="verdicts of the report's claims, from the results as they are")
    claims.add_argument("--json", action="store_true", help="the whole ledger, as in reports/claims.json")
    claims.set_defaults(run=_claims)
    lint = commands.add_parser("lint", help="numbers typed by hand and comparisons outside claims in the templates")
    lint.add_argument("files", nargs="*", metavar="FILE", help="Markdown or templates (default: all of the report's)")
    lint.set_defaults(run=_lint)


def _add_build(commands: Commands) -> None:
    build = commands.add_parser(
        "build",
        help="the report from the results that are there, without running anything else",
        description="Write what the stage of the report writes, from the templates and results as they are; dvc.lock stays. "
        "A line tells when parameters or code changed since the results were made.",
    )
    forms = build.add_mutually_exclusive_group()
    forms.add_argument("--html", dest="form", action="store_const", const="html", help="only the page for the browser")
    forms.add_argument("--pdf", dest="form", action="store_const", const="pdf", help="only the PDF")
    forms.add_argument("--chapter", metavar="N", help="only a chapter (3, A), as HTML and PDF beside the report")
    build.set_defaults(run=_build)


def _add_decide(commands: Commands) -> None:
    decide = commands.add_parser(
        "decide",
        help="the seeds that undecided claims lack, up to the next planned look",
        description="Computes the seeds that are missing, of the variants that the claims compare. A claim ends when it is "
        "decided, at its last planned look, or when a decision there is unlikely.",
    )
    decide.add_argument("claims", nargs="+", metavar="CLAIM", help="its id, as `ronkyo claims` lists it")
    decide.add_argument("--until", type=_whole, metavar="N", help="look by look to N seeds, one of the planned numbers")
    decide.add_argument("-j", "--jobs", type=_whole, metavar="N", help="how many processes (default: one a core)")
    decide.set_defaults(run=_decide, progress=True)


def _add_render(commands: Commands) -> None:
    render = commands.add_parser(
        "render",
        help="set a Markdown report of your own as HTML and PDF",
        description="Set FILE.md, written for VS Code's Markdown Preview Enhanced, as FILE.html and FILE.pdf. Pictures are "
        "read from the report's own folder only; what is missing is a warning and a placeholder.",
    )
    render.add_argument("file", type=Path, metavar="FILE.md")
    render.add_argument("-o", "--output", type=Path, metavar="DIR", help="where to write (default: beside FILE.md)")
    render.add_argument("--force", action="store_true", help="overwrite outputs that ronkyo did not write")
    render.add_argument("--report", action="store_true", help="tell also of differences that a warning explains")
    render.set_defaults(run=_render)


def _check(directory: Path) -> int:
    """Exit status 1 when something is wrong."""
    from ronkyo.report import named
    from ronkyo.run import capacity

    project = Project.find(directory)
    project.settings()  # with labels, which else would be made after all training
    problems = [line for *_, line in capacity.problems(project)] + list(named.problems(project))
    for line in capacity.same(project):
        print(f"warning: {line}", file=sys.stderr)
    if problems:
        raise UserError("\n".join(dict.fromkeys(problems)))
    print(f"{project.relative(project.params_file)}: {counted(len(project.schemas), 'section')}, no problem found")
    return 0


def _doctor(directory: Path) -> int:
    """Exit status 1 when something is found."""
    from ronkyo.check import doctor

    found = list(doctor.findings(directory))
    print("\n".join(found) or "nothing is missing")
    return int(bool(found))


def _build(form: str | None, chapter: str | None, directory: Path) -> int:
    from ronkyo.report import build, current

    project = Project.find(directory)
    if stale := current.told(project):
        print(stale, file=sys.stderr)
    if chapter:
        written = build.write_chapter(project, chapter)
    elif form:
        written = build.write_only(project, form)
    else:
        build.build(project, lambda step: None)
        written = [project.claims_file, *(project.report_file(suffix) for suffix in ("md", "html", "pdf"))]
    for file in written:
        print(f"{project.relative(file)}: written")
    return 0


def _claims(json: bool, directory: Path) -> int:
    """Exit status 1 when a verdict has no wording or the lint finds something."""
    from json import dumps

    from ronkyo.claims import ledger
    from ronkyo.decide.cost import Cost
    from ronkyo.report import chapters, prose

    project = Project.find(directory)
    rendered = chapters.render(project)
    findings = prose.lint(project)
    if json:
        print(dumps(rendered.ledger(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        print(ledger.terminal(rendered.claims, Cost(project).of))
    for finding in findings:
        print(finding, file=sys.stderr)
    return int(bool(findings))


def _editions(directory: Path) -> int:
    from ronkyo.report import build

    project = Project.find(directory)
    other = next(edition for edition in get_args(Edition) if edition != project.load_report().edition)
    build.build(project, lambda step: None, other)
    print(f"{project.relative(project.edition_file(other))}: written")
    return 0


def _lint(files: Sequence[str], directory: Path) -> int:
    """Exit status 1 when it finds something."""
    from ronkyo.claims import lint
    from ronkyo.report import prose

    project = Project.find(directory)
    if files:
        chosen = [directory / file for file in files]
        findings = lint.lint_files(chosen, prose.rules(project))
    else:
        chosen, findings = prose.templates(project), prose.lint(project)
    for finding in findings:
        print(finding)
    marks = sum(lint.marks(file.read_text(encoding="utf-8")) for file in chosen)
    read = f"{counted(len(findings), 'finding')} in {counted(len(chosen), 'file')}"
    print(f"{read}; marked as background: {counted(marks, 'passage')}", file=sys.stderr)
    return int(bool(findings))


def _render(file: Path, output: Path | None, force: bool, report: bool, directory: Path) -> int:
    from ronkyo.foreign import render

    try:
        boxes = Project.find(directory).manifest.boxes
    except NoProject:
        boxes = {}
    folder = None if output is None else directory / output
    for warning in render.render(directory / file, folder, boxes=boxes, force=force, report=report):
        print(f"warning: {warning}", file=sys.stderr)
    return 0


def _new(words: Sequence[str], language: str, directory: Path) -> int:
    from ronkyo.new import parts, project

    match words:
        case [name] if name not in ("experiment", "chapter"):
            done = project.create(name, language, directory)
            next_step = f"cd {shlex.quote(str(directory / name))} && make report"
        case ["experiment", name]:
            done, next_step = parts.create_experiment(Project.find(directory), name), "make report"
        case ["chapter", name]:
            done, next_step = (
                parts.create_chapter(Project.find(directory), name),
                f"ronkyo preview {name} while you write, then ronkyo build",
            )
        case _:
            raise UserError(f"new: expected NAME, experiment NAME or chapter NAME, found {' '.join(words)}")
    for line in done:
        print(line)
    print(f"next: {next_step}")
    return 0


def _stages(directory: Path) -> int:
    """Exit status 1 when something is out of date, so that a script can ask."""
    from ronkyo.run import states

    project = Project.find(directory)
    told = states.states(project)
    print("\n".join(states.listing(project, told)))
    return int(any(state.reasons for state in told.values()))


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number ≥ 1, found {text!r}")
    return int(text)


def _worker(scheduler: str, numerics: Choice, options: Sequence[str], directory: Path) -> int:
    from ronkyo.run.cluster import worker

    worker.become(scheduler, numerics, options)


def _repro(
    targets: Sequence[str], jobs: int | None, force: bool, single_item: bool, on: str, progress: bool, directory: Path
) -> int:
    """Exit status 1 when a stage failed."""
    from ronkyo.run import unchanged

    project, on = Project.find(directory), on or os.environ.get("RONKYO_CLUSTER", "")
    if not targets and not force and unchanged.since_last_time(project.root):
        print("everything is up to date")
        return 0
    from ronkyo.run import workers

    with workers.Workers(project, jobs or workers.available()) as local:  # they load while DVC does
        from ronkyo.run import repro

        done = repro.reproduce(project, targets, local, force, single_item, on, progress)
    if done is not None:
        print(done.summary())
    return int(done is None)


def _decide(claims: Sequence[str], until: int | None, jobs: int | None, progress: bool, directory: Path) -> int:
    """Exit status 1 when a stage failed."""
    from ronkyo.run import workers

    project = Project.find(directory)
    with workers.Workers(project, jobs or workers.available()) as local:
        from ronkyo.decide import looks

        return int(not looks.decide(project, claims, local, until, progress))


def _pipeline(check: bool, directory: Path) -> int:
    """Exit status 1 when a file is to be checked and is not as it would be written."""
    from ronkyo.run import definition

    project = Project.find(directory)
    if check:
        problems = definition.check(project)
        print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
        return int(bool(problems))
    for file in definition.write(project):
        print(f"{project.relative(file)}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
