"""What templates can name, and what is wrong in them: as an editor wants it, in one look at the project."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ronkyo.claims.tags import ClaimTags
from ronkyo.claims.verdicts import Verdict
from ronkyo.errors import UserError, counted
from ronkyo.project import Project
from ronkyo.report import build, chapters, prose
from ronkyo.report.build import Problem
from ronkyo.report.chapters import Rendered
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.functions import all_functions, figure_ids
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Values


@dataclass(frozen=True)
class Entry:
    """A name. detail: its value, label, verdict or arguments; file: where it comes from, from the project's root, perhaps
    with :line."""

    name: str
    detail: str = ""
    file: str = ""


@dataclass
class Names:
    """Entries by kind. References and claims are missing where the templates cannot be rendered."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """What `ronkyo names --json` prints."""
        kinds = {kind: [asdict(entry) for entry in entries] for kind, entries in self.entries.items()}
        problems = [{"file": each.file, "line": each.line, "text": each.message} for each in self.problems]
        return {"names": kinds, "problems": problems}


def collect(project: Project) -> Names:
    """What is wrong is among the problems, and what it hides is left out."""
    names, told = Names(), []
    names.entries["tags"] = [Entry(tag) for tag in (*sorted(ClaimTags.tags), *Verdict, "explanation")]

    def attempt(part: Callable[..., Mapping[str, list[Entry]]], *arguments: Any) -> None:
        try:
            names.entries.update(part(*arguments))
        except UserError as error:
            told.extend(str(error).splitlines())

    def of_report() -> dict[str, list[Entry]]:
        rendered = chapters.draft(project)
        names.entries["claims"] = [
            Entry(stated.claim.id, f"{stated.claim.verdict}: {stated.text}", stated.claim.place)
            for stated in rendered.claims.stated
        ]
        told.extend(rendered.problems)
        return _references(project, rendered)

    attempt(_of_results, project)
    attempt(_terms, project)
    attempt(of_report)
    try:
        told += map(str, prose.lint(project))
    except UserError as error:  # a syntax error, which the report has told of
        told += [] if told else str(error).splitlines()
    names.problems = [Problem.read(line) for line in dict.fromkeys(told)]
    return names


def _of_results(project: Project) -> dict[str, list[Entry]]:
    values = Values(project)
    claims = MarkedClaims(Nouns.load(project, values), lambda _: None)
    original = Original.load(project, values)
    functions = all_functions(project, values, claims, original, Conclusions.load(project, claims, original))
    params_file = project.relative(project.params_file)
    return {
        "metrics": list(_metrics(values)),
        "constants": [
            Entry(f"{experiment}.{name}.{key}", str(value), project.relative(project.metrics_file(experiment)))
            for experiment, groups in values.constants.items()
            for name, group in groups.items()
            for key, value in group.items()
        ],
        "parameters": [Entry(key, str(value), params_file) for key, value in _leaves(values.parameters)],
        "figures": [Entry(id, "", project.relative(file)) for id, file in figure_ids(project).items()],
        "functions": [
            Entry(name, f"{_arguments(function)} {_first_paragraph(function)}".rstrip())
            for name, function in sorted(functions.items())
        ],
    }


def _metrics(values: Values) -> Iterator[Entry]:
    """With the mean over seeds of each."""
    for experiment, variants in values.seeds.items():
        file = values.project.relative(values.project.seeds_file(experiment))
        for variant, metrics in variants.items():
            for metric, numbers in metrics.items():
                mean = f"{np.mean(np.asarray(numbers, dtype=float)):.4g}"
                yield Entry(
                    f"{experiment}.{variant}.{metric}", f"{mean}, mean of {counted(len(numbers), 'seed')}", file
                )


def _leaves(section: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(section, Mapping):
        yield key, section
        return
    for name, value in section.items():
        yield from _leaves(value, f"{key}.{name}" if key else name)


def _arguments(function: Callable[..., Any]) -> str:
    """(key, spec='')"""
    empty = inspect.Parameter.empty
    parameters = inspect.signature(function).parameters.values()
    return f"({', '.join(str(parameter.replace(annotation=empty)) for parameter in parameters)})"


def _first_paragraph(function: Callable[..., Any]) -> str:
    told = inspect.getdoc(function.func if isinstance(function, partial) else function) or ""
    return " ".join(told.partition("\n\n")[0].split())


def _terms(project: Project) -> dict[str, list[Entry]]:
    file = project.templates / "terms.yaml"
    terms = prose.rules(project).terms
    return {
        "terms": [Entry(term, f"not {', '.join(others)}", project.relative(file)) for term, others in terms.items()]
    }


def _references(project: Project, rendered: Rendered) -> dict[str, list[Entry]]:
    """What links and ref() can lead to, with its label; tables, for themselves too."""
    references = [Entry(anchor, label) for anchor, label in build.parse(rendered).labels.items()]
    claims = (stated.claim for stated in rendered.claims.stated)
    references += [Entry(f"claim:{claim.id}", claim.verdict, claim.place) for claim in claims]
    return {"references": references, "tables": [entry for entry in references if entry.name.startswith("tab:")]}
