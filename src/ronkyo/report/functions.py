"""What a template can call, besides predicates: numbers, figures, listings, tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from platform import python_version
from typing import Any

from ronkyo.claims.predicates import Predicates, Verdict
from ronkyo.claims.statements import Claims
from ronkyo.errors import ReportError, nearest
from ronkyo.numbers import ABSENT
from ronkyo.project import MANIFEST, Project
from ronkyo.report import listings, places
from ronkyo.report.appendix import appendix
from ronkyo.report.blocks import caption as caption_of
from ronkyo.report.blocks import table
from ronkyo.report.original import Original
from ronkyo.report.sentences import mark
from ronkyo.report.values import Value, Values

NUMBERS = ("param", "mean", "median", "interval", "constant", "source", "label", "count", "level")  # methods of Values
RESULTS = ("mean", "median", "interval", "constant", "metrics_table")


def all_functions(values: Values, claims: Claims, original: Original) -> dict[str, Callable[..., Any]]:
    """By name. Raises ReportError where a project's own function has a name that is taken."""
    functions = {name: getattr(values, name) for name in NUMBERS} | {"seeds": values.number_of_seeds}
    functions |= Content(values).functions() | Tables(values).functions()
    functions |= ClaimTables(values, claims, original).functions() | Predicates(values).table()
    for name, (module, function) in _tables(values.project).items():
        if name in functions:
            raise ReportError(f"{module}: {name}: expected a name that no function of templates has")
        functions[name] = partial(function, values)
    return functions


def result_functions(project: Project) -> set[str]:
    """The names of those that print what came out of runs. Raises ReportError."""
    return {*RESULTS, *_tables(project)}


def _tables(project: Project) -> dict[str, tuple[str, Callable[..., str]]]:
    """The public functions of experiments' tables.py, which are called with the Values first, and their modules."""
    functions = {}
    for experiment in project.experiments:
        if not project.has(experiment, "tables"):
            continue
        module = project.module(experiment, "tables")
        if not hasattr(module, "__all__"):
            raise ReportError(f"{module.__name__}: expected __all__, the functions for templates, found none")
        for name in module.__all__:
            if not hasattr(module, name):
                raise ReportError(f"{module.__name__}: {name}: in __all__, but not there")
            functions[name] = (module.__name__, getattr(module, name))
    return functions


def figure_file(project: Project, id: str) -> Path | None:
    """The SVG of "experiment/figure": a committed drawing beside the templates, or what an experiment drew."""
    files = (project.templates / "drawings" / f"{id}.svg", project.figure_file(id))
    return next((file for file in files if file.is_file()), None)


class Content:
    """Figures, listings, references."""

    def __init__(self, values: Values) -> None:
        self.project = values.project
        self.words = values.words

    def functions(self) -> dict[str, Callable[..., str]]:
        methods = (self.figure, self.listing, self.parameters_listing, self.ref)
        return {method.__name__: method for method in methods}

    def figure(self, id: str, caption: str, alt: str) -> str:
        """A drawn figure with its number, caption, alternative text and the function that drew it."""
        file = figure_file(self.project, id)
        if file is None:
            folders = (self.project.figures_folder(""), self.project.templates / "drawings")
            known = [f"{path.parent.name}/{path.stem}" for folder in folders for path in sorted(folder.glob("*/*.svg"))]
            raise ValueError(f"figure {id!r}: no such figure{nearest(id, known)}")
        source = self.project.relative(file)
        if file == self.project.figure_file(id):
            experiment, _, name = id.partition("/")
            function = listings.find(self.project, f"experiments/{experiment}/figures.py", name)
            source = f"{function.path}#L{function.line}"
        address = Path(os.path.relpath(file, self.project.reports)).as_posix()
        return f"![{_attribute(alt)}]({address})" + caption_of("figure", f"fig:{id}", caption, source, id)

    def listing(self, path: str, name: str, caption: str) -> str:
        """Source of an object that ran."""
        source = listings.find(self.project, path, name)
        code = f"```python\n{source.code}\n```"
        link = f"{source.path}#L{source.line}"
        return code + caption_of("listing", f"lst:{path}:{name}", caption, link, f"{path}:{name}")

    def parameters_listing(self) -> str:
        """params.yaml as it stands."""
        text = self.project.params_file.read_text(encoding="utf-8").strip()
        file = self.project.relative(self.project.params_file)
        caption = self.words("report.parameters.caption", file=file)
        return f"```yaml\n{text}\n```" + caption_of("listing", f"lst:{file}", caption, file)

    def ref(self, target: str) -> str:
        """A link whose text becomes the target's label: Figure 3, Table 1, Listing 2 or Equation (4)."""
        return f"[{self.words('page.reference')}](#{target})"


class Tables:
    """Tables of results and of what they were made with."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.project = values.project
        self.words = values.words

    def functions(self) -> dict[str, Callable[..., str]]:
        methods = (self.metrics_table, self.data_table, self.versions_table)
        return {method.__name__: method for method in methods}

    def metrics_table(
        self,
        experiment: str,
        columns: dict[str, tuple[str, ...]],
        caption: str,
        variants: Sequence[str] | None = None,
        id: str | None = None,
    ) -> str:
        """Rows: variants; cells: mean ± half the 95 % interval over seeds. columns: {metric: (heading, format)}; a third
        entry "range" makes them median [smallest, largest], "count" 8/10 seeds."""
        rows = [
            [self.values.label(experiment, name)]
            + [self._cell(f"{experiment}.{name}.{metric}", *how) for metric, (_, *how) in columns.items()]
            for name in variants or self.values.variants(experiment)
        ]
        head = [self.words("report.variant"), *(column[0] for column in columns.values())]
        file = self.project.relative(self.project.seeds_file(experiment))
        return table(head, rows) + caption_of("table", f"tab:{id or experiment}", caption, file)

    def _cell(self, key: str, spec: str, how: str = "mean") -> Value:
        ways = {"mean": self.values.plus_minus, "range": self.values.median_and_range}
        if how == "count":
            return self.values.count_of_seeds(key)
        if how not in ways:
            raise ValueError(f"columns: expected mean, range or count, found {how!r}")
        return ways[how](key, spec)

    def data_table(self) -> str:
        """Where each experiment's data come from, and the digest of their content."""
        rows = []
        for experiment, fields in self.values.provenance.items():
            digest = Value(fields["digest"][:16], f"{experiment}.digest")
            rows.append([f"`{experiment}`", Value(fields["name"], f"{experiment}.name"), f"`{digest}…`"])
        folder = self.project.relative(self.project.provenance_file("").parent)
        head = self.words("report.data").split("|")
        return table(head, rows) + caption_of("table", "tab:data", self.words("report.data.caption"), folder)

    def versions_table(self) -> str:
        """Versions of Python and of what the project's `versions` names."""
        rows = [["Python", Value(python_version(), "python")]]
        rows += [[name, Value(_version(name), name)] for name in self.project.manifest.versions]
        file = self.project.relative(self.project.requirements_file)
        head = self.words("report.versions").split("|")
        return table(head, rows) + caption_of("table", "tab:versions", self.words("report.versions.caption"), file)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        known = [distribution.name for distribution in distributions()]
        message = f"{MANIFEST}: tool.ronkyo.versions: expected what is installed, found {name!r}{nearest(name, known)}"
        raise ValueError(message) from None


class ClaimTables:
    """The claims, and what an earlier report said."""

    def __init__(self, values: Values, claims: Claims, original: Original) -> None:
        self.project = values.project
        self.words = values.words
        self.claims = claims
        self.original = original

    def functions(self) -> dict[str, Callable[..., str]]:
        methods = (self.claims_table, self.original_claims_table, self.original_table, self.ledger)
        return {method.__name__: method for method in methods}

    def claims_table(self) -> str:
        """A row for each claim stated so far: number, id, verdict, what is estimated, its value with interval, n."""
        claims = [stated.claim for stated in self.claims.stated]
        rows = []
        for claim in claims:
            estimate = claim.deciding.estimate
            interval = claim.interval(".3g") if estimate.n else ABSENT
            n = claim.n if estimate.n else ABSENT
            link = f"[{claim.number}](#ledger:{claim.id})"
            name, kind = f"`{claim.id}`", self.words(f"report.method.{estimate.method}")
            rows.append([link, name, mark(claim.verdict, self.words), kind, claim.effect(".3g"), interval, n])
        file = self.project.relative(self.project.claims_file)
        counts = {
            verdict: Value(str(sum(claim.verdict == verdict for claim in claims)), "claims") for verdict in Verdict
        }
        told = [f"{self.words(f'claims.{verdict}')} {count.markup()}" for verdict, count in counts.items()]
        caption = self.words("report.claims.caption", counts=self.words("claims.joiner").join(told))
        return table(self.words("report.claims").split("|"), rows) + caption_of("table", "tab:claims", caption, file)

    def original_claims_table(self) -> str:
        """What the original report concluded, and the verdicts of our claims about the same things."""
        rows = [
            [said, mark(claim.verdict, self.words), f"[{claim.number}](#ledger:{claim.id})"]
            for claim in (stated.claim for stated in self.claims.stated)
            if (said := self.original.claims.get(claim.id))
        ]
        return self._beside_original("original_claims", "tab:original-claims", rows)

    def original_table(self) -> str:
        """The numbers that the original report printed, beside ours."""
        return self._beside_original("original_numbers", "tab:original", self.original.rows())

    def _beside_original(self, name: str, id: str, rows: list[list[str]]) -> str:
        head = self.words(f"report.{name}", original=self.original.name).split("|")
        caption = self.words(f"report.{name}.caption", original=self.original.name)
        return table(head, rows) + caption_of("table", id, caption, self.original.file)

    def ledger(self) -> str:
        """All claims with their evidence; it stands after the last of them."""
        self.claims.closed_by = places.of_call()
        return appendix(self.claims, self.original)


def _attribute(text: str) -> str:
    return text.replace("[", "［").replace("]", "］").replace("\n", "")
