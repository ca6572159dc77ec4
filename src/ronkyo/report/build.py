"""Templates and results -> reports/<name>.md, .html and .pdf."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from lxml.html import HtmlElement

from ronkyo import files, lock
from ronkyo.editions import Edition
from ronkyo.errors import ReportError, UserError
from ronkyo.project import MANIFEST, Layout, Project, Report
from ronkyo.report import chapters, evidence, markup, prose
from ronkyo.report.chapters import Rendered
from ronkyo.report.crate import Item
from ronkyo.report.origins import Origins
from ronkyo.report.places import Places
from ronkyo.typeset import chapter, drawn, page, pdf, tree
from ronkyo.typeset.edition import PartedSection
from ronkyo.typeset.equations import FormulaError
from ronkyo.typeset.front import Front
from ronkyo.typeset.page import Printable, Screen
from ronkyo.typeset.pdf import Attachment
from ronkyo.typeset.placement import Placement

PLACE = re.compile(r"([^\s:]+\.\w+(?::\d+)?): ")  # file, or file:line, at the start of a message
TRACED = (FormulaError, PartedSection, tree.MissingTarget)
RELATIONSHIPS = {"text": "Source"} | dict.fromkeys(("params", "settings", "pipeline", "versions"), "Supplement")


class Problem(NamedTuple):
    """Something to be mended: where, as template:line ("" where it has no place), and what."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def file(self) -> str:
        """From the project's root; "" where it is not told."""
        return self.place.partition(":")[0]

    @property
    def line(self) -> int:
        """0 where it is not told."""
        return int(self.place.partition(":")[2] or 0)

    @staticmethod
    def read(line: str) -> Problem:
        """Of a line of an error.

        >>> Problem.read("report_templates/a.md.j2:3: reference 'x': no such target")
        Problem(place='report_templates/a.md.j2:3', message="reference 'x': no such target")
        """
        found = PLACE.match(line)
        return Problem(found[1], line[found.end() :]) if found else Problem("", line)

    @staticmethod
    def each(lines: Iterable[str]) -> list[Problem]:
        return [Problem.read(line) for line in dict.fromkeys(lines)]


class Page(NamedTuple):
    """The report for the browser in blocks, none where something ended its making, and everything that is wrong."""

    blocks: list[str]
    problems: list[Problem]

    @property
    def html(self) -> str:
        return "".join(self.blocks)


class Builder:
    """The report of a project as its files are at each call. What did not change since the last one is not made again; the
    result is that of a build from nothing."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.built: tuple[Draft, Screen] | None = None  # of the last page that was made

    def html(self) -> Page:
        """The page as it stands in reports/<name>.html. What an author can write wrong is among the problems; only what the
        lint finds, and does not end the page."""
        problems: list[str] = []
        blocks: list[str] = []
        try:
            problems += map(str, prose.lint(self.project))
        except UserError as error:
            problems += str(error).splitlines()
        try:
            draft = Draft.of(self.project)
            self.built = draft, draft.on_screen()
            blocks = self.built[1].blocks
        except UserError as error:
            problems += str(error).splitlines()
        return Page(blocks, Problem.each(problems))

    def pdf(self, edition: Edition | None = None) -> bytes:
        """The PDF, of params.yaml's edition or of another. Raises UserError for what ends it; not for what the lint finds."""
        return Draft.of(self.project, edition).printed()

    def sources(self) -> list[Path]:
        """The folders and files that the report is made from, those that are not there too."""
        project = self.project
        results = ("metrics", "seeds", "items", "curves", "data", "figures")
        files = (project.params_file, project.pipeline_file, project.versions_file, project.claims_file)
        folders = (project.templates, project.source / project.manifest.package)
        others = (MANIFEST, lock.FILE, ".git/logs/HEAD")  # commits are the looks at claims
        return [
            *files,
            *(project.root / name for name in others),
            *folders,
            *(project.reports / name for name in results),
        ]


@dataclass(frozen=True)
class Draft:
    """A report whose templates are rendered and parsed, and what it carries."""

    project: Project
    front: Front
    rendered: Rendered
    more: str  # Markdown behind it: what the report carries
    carried: dict[str, Item]
    tree: tree.Tree
    sources: Origins | None

    @staticmethod
    def of(project: Project, edition: Edition | None = None) -> Draft:
        """edition: of the PDF, if not that of params.yaml. Raises ReportError or ParamsError."""
        front = front_of(project.load_report())
        front = replace(front, edition=edition or front.edition)
        rendered = chapters.draft(project)
        carried = evidence.collect(project, rendered, edition)
        contents = {name: item.content for name, item in carried.items()}
        words = rendered.values.words
        more = evidence.section(contents, words, f"{project.name}.crate.zip")
        built = parse(rendered, more)
        place_pictures(built.root, project)
        return Draft(project, front, rendered, more, carried, built, Origins(contents, words))

    def of_chapter(self, number: str) -> Draft:
        """One chapter, with the numbers of the whole; it carries nothing. Raises UserError where there is none."""
        return replace(self, tree=chapter.only(self.tree, number), carried={}, sources=None)

    def browser(self) -> str:
        return self.on_screen().html

    def on_screen(self) -> Screen:
        return page.for_browser(self.tree, self.front, self.project.root, sources=self.sources)

    def printed(self) -> bytes:
        words = self.rendered.values.words
        inside = [
            Attachment(name, item.content, words(f"evidence.{item.kind}"), RELATIONSHIPS.get(item.kind, "Data"))
            for name, item in self.carried.items()
        ]
        if inside:
            inside.append(Attachment(drawn.NAME, b"", words("evidence.pages"), "Data"))

        def printable(placed: Placement) -> Printable:
            return page.for_print(self.tree, self.front, sources=self.sources, placed=placed)

        return pdf.write(printable, self.front.day, self.project.root, inside)

    def text(self, file: Path) -> bytes:
        """What the report carries of a file of the project."""
        return self.carried[evidence.attachment_name(self.project.relative(file))].content


def write_only(project: Project, form: str) -> list[Path]:
    """Write one form of the report, "html" or "pdf", as `build` writes it. Raises what it raises."""
    draft = _faultless(project)
    file = project.report_file(form)
    files.write_bytes(file, draft.browser().encode() if form == "html" else draft.printed())
    return [file]


def write_chapter(project: Project, number: str) -> list[Path]:
    """Write one chapter, 3 or A, beside the report. Raises what `build` raises, and UserError where there is none."""
    draft = _faultless(project).of_chapter(number)
    forms = {"html": draft.browser().encode(), "pdf": draft.printed()}
    written = {project.chapter_file(number, form): content for form, content in forms.items()}
    files.write_all(written)
    return list(written)


def _faultless(project: Project, edition: Edition | None = None) -> Draft:
    if findings := prose.lint(project):
        raise ReportError("\n".join(map(str, findings)))
    return Draft.of(project, edition)


def build(project: Project, say: Callable[[str], None] = print, edition: Edition | None = None) -> None:
    """Write the three forms of the report and the ledger of its claims; with an edition only its PDF, beside the report's
    own. Raises ReportError or ParamsError, also for what the lint finds; then nothing of the old is lost."""
    say("report: templates -> Markdown -> HTML")
    draft = _faultless(project, edition)
    browser = "" if edition else draft.browser()
    say("report: HTML -> PDF")
    printed = draft.printed()
    if edition:
        files.write_bytes(project.edition_file(edition), printed)
        return
    texts = {file: draft.text(file) for file in (project.claims_file, project.report_file("md"))}
    made = {project.report_file("html"): browser.encode(), project.report_file("pdf"): printed}
    files.write_all(texts | made)


def front_of(report: Report) -> Front:
    told = report.model_dump()
    return Front(day=told.pop("date"), **told)


def parse(rendered: Rendered, more: str = "") -> tree.Tree:
    """The tree of a rendered text, and of Markdown behind it. Raises ReportError with everything that is wrong, traced back
    to the templates."""
    values, claims = rendered.values, rendered.claims
    try:
        built = tree.build(rendered.text + more, values.words, values.manifest.boxes)
    except TRACED as error:
        problems = [*rendered.problems, *traced(error, rendered.places, claims.closed_by)]
        raise ReportError("\n".join(dict.fromkeys(problems))) from error
    if problems := [*rendered.problems, *faulty(built, rendered.places, claims.closed_by, values.project)]:
        raise ReportError("\n".join(dict.fromkeys(problems)))
    return built


def traced(error: UserError, places: Places, ledger: str | None) -> list[str]:
    """What is wrong in a text, traced back to the templates; ledger: its place, if there is one."""
    if isinstance(error, FormulaError):
        return [line for each in error.all for line in _told(each, places.of_formula(each.tex), ledger)]
    if isinstance(error, PartedSection):
        return _told(error, places.of_text(error.heading, "^#+ +"), ledger)
    if isinstance(error, tree.MissingTarget):
        marks = "" if ledger else "ledger:"  # of claims: without it they all lead nowhere
        links = [link for link in error.all if not marks or not link.target.startswith(marks)]
        return [line for link in links for line in _told(link, places.of_link(link.target), ledger)]
    return [str(error)]


def faulty(built: tree.Tree, places: Places, ledger: str | None, layout: Layout) -> list[str]:
    """What `markup` finds in a text."""
    return [line for message, where in markup.faults(built, places, layout) for line in _told(message, where, ledger)]


def _told(error: Exception | str, places: list[str], ledger: str | None) -> list[str]:
    """Without the ledger, which says every sentence again."""
    return [f"{place}: {error}" for place in places if place != ledger or len(places) == 1]


def place_pictures(root: HtmlElement, project: Project) -> None:
    """The Markdown stands in reports/, drawings beside the templates."""
    for image in root.iter("img"):
        if not image.get("src").startswith("data:"):
            image.set("src", os.path.normpath(f"{project.relative(project.reports)}/{image.get('src')}"))
