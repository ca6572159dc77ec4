"""Jinja templates -> one Markdown text. Numbers, figures, tables and listings come in through functions.

An error names the template, its line and what was expected.
"""

from __future__ import annotations

import functools
import marshal
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2

from ronkyo import cache, results
from ronkyo.claims import ledger
from ronkyo.claims.history import History, Look
from ronkyo.claims.statements import Claims
from ronkyo.claims.tags import ClaimTags
from ronkyo.errors import ReportError, nearest
from ronkyo.files import DataError
from ronkyo.project import Project
from ronkyo.report import places, plans
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.functions import all_functions, figure_file
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.places import Marks, Places
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Value, Values

REPORT = "report.md.j2"


@dataclass(frozen=True)
class Rendered:
    """The report as Markdown, the claims that it states, and what is wrong."""

    places: Places
    claims: Claims
    original: Original
    values: Values
    problems: list[str]  # claims without a wording, names that nothing has

    @property
    def text(self) -> str:
        return self.places.text

    def ledger(self) -> dict[str, Any]:
        """What claims.json holds."""
        earlier = {stated.claim.id: self.original.entry(stated.claim) for stated in self.claims.stated}
        return ledger.document(self.claims, earlier)


def render(project: Project, name: str = REPORT) -> Rendered:
    """Raises ReportError; everything that is wrong is told of at once."""
    rendered = draft(project, name)
    if rendered.problems:
        raise ReportError("\n".join(rendered.problems))
    return rendered


def draft(project: Project, name: str = REPORT) -> Rendered:
    """The same, with what is wrong as far as it does not end the rendering. Raises ReportError for what does."""
    values = Values(project)
    history = History(values, _looks_taken(project), functools.cache(partial(plans.first_commit, project)))
    claims = MarkedClaims(Nouns.load(project, values), _figures(project), history)
    original = Original.load(project, values)
    conclusions = Conclusions.load(project, claims, original)
    environment = _Environment(
        loader=_Loader(project),
        extensions=[ClaimTags, Marks],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, not HTML
        finalize=lambda value: value.markup() if isinstance(value, Value) else value,
    )
    environment.filters["plain"] = str.__str__
    environment.globals.update(all_functions(project, values, claims, original, conclusions))
    environment.extend(claims=claims)
    report = project.relative(project.templates / name)
    try:
        text = environment.get_template(name).render()
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(
            f"{error.filename or name}:{error.lineno}: {_hinted(error.message or '', environment)}"
        ) from error
    except jinja2.TemplateNotFound as error:
        raise ReportError(f"{report}: expected the template {error.name}, found nothing") from error
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        jinja2.TemplateError,
    ) as error:
        hint = "" if values.seeds or values.constants else "; there are no results yet: make report makes them"
        message = _hinted(str(error), environment)
        raise ReportError(f"{places.of_error(error) or report}: {message}{hint}") from error
    problems = list(claims.problems)
    if claims.stated and not claims.closed_by:
        problems.append(f"{report}: expected {{{{ ledger() }}}} after the claims, found none")
    problems += values.problems([stated.claim for stated in claims.stated])
    problems += [*original.problems(claims.by_id), *conclusions.problems()]
    problems += claims.nouns.problems([stated.claim for stated in claims.stated])
    return Rendered(Places(conclusions.filled(text)), claims, original, values, problems)


def _hinted(message: str, environment: jinja2.Environment) -> str:
    """Jinja's message about an unknown name, with the nearest known one."""
    for pattern, known in (
        (r"'(\w+)' is undefined", environment.globals),
        (r"No filter named '(\w+)'", environment.filters),
        (r"unknown tag '(\w+)'", (*ClaimTags.tags, "if", "for", "set", "include", "raw")),
    ):
        if match := re.search(pattern, message):
            return message.rstrip(".") + nearest(match[1], known)
    return message


def _looks_taken(project: Project) -> dict[str, list[Look]]:
    """At each claim, as the ledger of the last report has them."""
    try:
        document = results.read_claims(project)
        return {id: [Look.read(look) for look in entry.get("looks", [])] for id, entry in document.items()}
    except (DataError, TypeError) as error:
        shown = project.relative(project.claims_file)
        told = error if isinstance(error, DataError) else f"{shown}: looks: expected those at each claim, found {error}"
        raise ReportError(f"{told}; no command knows the looks so far, Git may") from None


def _figures(project: Project) -> Callable[[str], str | None]:
    def file_of(id: str) -> str | None:
        file = figure_file(project, id)
        return project.relative(file) if file else None

    return file_of


class _Environment(jinja2.Environment):
    """Keeps what templates compile to, which follows from their names and texts."""

    def compile(self, source: str, name: str, filename: str) -> CodeType:  # pyright: ignore[reportIncompatibleMethodOverride]
        def compiled() -> bytes:
            return marshal.dumps(super(_Environment, self).compile(source, name, filename))

        return marshal.loads(cache.get("template", "\0".join([name, filename, source]).encode(), compiled))


class _Loader(jinja2.FileSystemLoader):
    """Templates of a project; messages name them from its root."""

    def __init__(self, project: Project) -> None:
        super().__init__(project.templates)
        self._project = project

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_current = super().get_source(environment, template)
        return source, self._project.relative(Path(filename)), is_current
