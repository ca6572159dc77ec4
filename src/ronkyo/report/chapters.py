"""Jinja templates -> one Markdown text. Numbers, figures, tables and listings come in through functions.

An error names the template, its line and what was expected.
"""

from __future__ import annotations

import functools
import inspect
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
from ronkyo.claims.tags import ClaimTags, syntax
from ronkyo.errors import ReportError, conflict, nearest, not_utf8, own_place, told
from ronkyo.project import Project
from ronkyo.report import places, plans
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.functions import all_functions, drawn_figure
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.places import Marks, Places
from ronkyo.report.sentences import MarkedClaim, MarkedClaims
from ronkyo.report.values import Value, Values

REPORT = "report.md.j2"
MOST_TURNS = 1_000_000  # of all loops over range()


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
    return Templates(project).draft(name)


class Templates:
    """The templates of a project, with the results as they are now."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.values = values = Values(project)
        history = History(values, _looks_taken(project), functools.cache(partial(plans.first_commit, project)))
        self.claims = MarkedClaims(Nouns.load(project, values), partial(_figure, project), history)
        self._original = Original.load(project, values)
        self._conclusions = Conclusions.load(project, self.claims, self._original)
        self._environment = _Environment(
            loader=_Loader(project),
            extensions=[ClaimTags, Marks],
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # Markdown, not HTML
            finalize=lambda value: value.markup() if isinstance(value, Value) else value,
        )
        self._environment.filters["plain"] = str.__str__
        functions = all_functions(project, values, self.claims, self._original, self._conclusions)
        self._environment.globals.update(functions)
        self._environment.extend(claims=self.claims)

    def draft(self, name: str) -> Rendered:
        """All of the report, once."""
        text, claims, values = self._rendered(name), self.claims, self.values
        problems = list(claims.problems)
        if claims.stated and not claims.closed_by:
            expected = "expected {{ ledger() }} after the claims, found none"
            problems.append(f"{self._file(name)}: {expected}")
        problems += values.problems([stated.claim for stated in claims.stated])
        problems += [*self._original.problems(claims.by_id), *self._conclusions.problems()]
        problems += claims.nouns.problems([*claims.wordless, *(stated.claim for stated in claims.stated)])
        return Rendered(Places(self._conclusions.filled(text)), claims, self._original, values, problems)

    def again(self, name: str) -> tuple[str, list[str]]:
        """After `draft`, one template with its marks, between the claims that the others stated, and what is wrong with its
        own. Raises ReportError."""
        claims, place = self.claims, f"{self._file(name)}:"
        own = [number for number, stated in enumerate(claims.stated) if stated.claim.place.startswith(place)]
        begin, end = (own[0], own[-1] + 1) if own else [len(claims.stated)] * 2
        stated, wordless = claims.stated, [claim for claim in claims.wordless if not claim.place.startswith(place)]
        claims.stated, claims.wordless = stated[:begin], list(wordless)
        claims.closed_by = claims.counted_by = claims.open = None
        claims.in_findings = False
        try:
            text = self._rendered(name)
            return text, [problem for problem in claims.problems if problem.startswith(place)]
        except ReportError:
            claims.stated = stated[:end]
            raise
        finally:
            claims.stated += stated[end:]

    def _rendered(self, name: str) -> str:
        file, environment = self._file(name), self._environment
        environment.globals["range"] = _Turns(MOST_TURNS)
        try:
            return environment.get_template(name).render()
        except jinja2.TemplateSyntaxError as error:
            message = _hinted(syntax(error), environment)
            raise ReportError(f"{error.filename or name}:{error.lineno}: {message}") from error
        except jinja2.TemplateNotFound as error:
            message = (
                f"expected the template {error.name}, found nothing{nearest(error.name, environment.list_templates())}"
            )
            raise ReportError(f"{places.of_error(error) or file}: {message}") from error
        except (
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            ArithmeticError,
            OSError,
            RecursionError,
            SyntaxError,  # of what Jinja compiles to, as an argument given twice
            jinja2.TemplateError,
        ) as error:
            message = _hinted(told(error) or str(error), environment)
            if own := own_place(error):
                message = f"{own}: {type(error).__name__}: {message}"
            without = {*self._project.experiments} - {*self.values.seeds, *self.values.constants}
            is_new = any(re.search(rf"'{name}\b", message) for name in without)
            hint = "; it has no results yet; run: ronkyo repro" if is_new else ""
            raise ReportError(f"{places.of_error(error) or file}: {message}{hint}") from error

    def _file(self, name: str) -> str:
        return self._project.relative(self._project.templates / name)


def _hinted(message: str, environment: jinja2.Environment) -> str:
    """Jinja's message about an unknown name, with the nearest known one."""
    message = re.sub(r"'ronkyo\S+ object' has no attribute", "claim has no", message)
    if match := re.match(r"\w+\.(\w+)\(\) got an unexpected keyword argument '(\w+)'", message):
        called = environment.globals.get(match[1], MarkedClaims.state)
        return f"no argument {match[2]!r}{nearest(match[2], inspect.signature(called).parameters)}"
    for pattern, known in (
        (r"'(\w+)' is undefined", environment.globals),
        (r"No filter named '(\w+)'", environment.filters),
        (r"claim has no '(\w+)'", dir(MarkedClaim)),
    ):
        if match := re.search(pattern, message):
            return message + nearest(match[1], known)
    return message


def _figure(project: Project, id: str) -> str:
    return project.relative(drawn_figure(project, id))


def _looks_taken(project: Project) -> dict[str, list[Look]]:
    """At each claim, as the ledger of the last report has them."""
    try:
        document = results.read_claims(project)
        return {id: [Look.read(look) for look in entry.get("looks", [])] for id, entry in document.items()}
    except TypeError as error:
        shown = project.relative(project.claims_file)
        raise ReportError(f"{shown}: looks: expected those at each claim, found {error}; Git may have them") from None


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
        try:
            source, filename, is_current = super().get_source(environment, template)
        except UnicodeDecodeError as error:
            raise ReportError(
                f"{self._project.relative(self._project.templates / template)}{not_utf8(error)}"
            ) from None
        shown = self._project.relative(Path(filename))
        if line := conflict(source.encode()):
            raise ReportError(f"{shown}:{line}: expected a template, found an unsolved conflict of a merge")
        if not source.strip():
            raise ReportError(f"{shown}: expected text, found a blank file")
        return source, shown, is_current


class _Turns:
    """`range` of templates, with so many turns in all."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self, *arguments: int) -> range:
        """Raises ValueError."""
        turns = range(*arguments)
        self._left -= len(turns)
        if self._left < 0:
            raise ValueError(f"expected loops of at most {MOST_TURNS:,} turns in all, found more")
        return turns
