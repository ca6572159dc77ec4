"""What a template can call, besides predicates: numbers, figures, listings, tables."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from platform import python_version
from typing import Any

from ronkyo import imports, pins
from ronkyo.claims.predicates import Predicates
from ronkyo.errors import ReportError, nearest
from ronkyo.numbers import ABSENT
from ronkyo.project import MANIFEST, Project
from ronkyo.report import listings
from ronkyo.report.blocks import caption as caption_of
from ronkyo.report.blocks import table
from ronkyo.report.claim_tables import ClaimTables
from ronkyo.report.compared import Compared
from ronkyo.report.conclusions import Conclusions
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Value, Values
from ronkyo.words import Words

NUMBERS = ("param", "mean", "median", "interval", "constant", "source", "label", "count", "level")  # methods of Values
RESULTS = ("mean", "median", "interval", "constant", "metrics_table")


def all_functions(
    project: Project, values: Values, claims: MarkedClaims, original: Original, conclusions: Conclusions
) -> dict[str, Callable[..., Any]]:
    """By name. Raises ReportError where a project's own function has a name that is taken."""
    functions = {name: getattr(values, name) for name in NUMBERS} | {"seeds": values.number_of_seeds}
    functions |= Content(project, values.words).functions() | Tables(project, values).functions()
    functions |= ClaimTables(values, claims, original).functions() | Predicates(values).table()
    functions["compared"] = Compared(claims.nouns, claims).compared
    functions["conclusions"] = conclusions.conclusions
    for name, (module, function) in _tables(project).items():
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


def figure_ids(project: Project) -> dict[str, Path]:
    """ "experiment/figure" -> the SVG, of all figures and drawings that there are."""
    folders = (project.figures_folder(""), project.templates / "drawings")
    files = [path for folder in folders for path in sorted(folder.glob("*/*.svg"))]
    return {f"{path.parent.name}/{path.stem}": path for path in files}


def figure_file(project: Project, id: str) -> Path | None:
    """The SVG of "experiment/figure": a committed drawing beside the templates, or what an experiment drew."""
    files = (project.templates / "drawings" / f"{id}.svg", project.figure_file(id))
    return next((file for file in files if file.is_file()), None)


def named_figures(project: Project) -> list[str]:
    """ "experiment/figure", of those that figures.py of an experiment names, drawn or not. Raises CodeError."""
    files = {name: project.experiments_folder / name / "figures.py" for name in project.experiments}
    named = {name: imports.constant(file, "__all__") for name, file in files.items() if file.is_file()}
    return [f"{name}/{each}" for name, all in named.items() if isinstance(all, list | tuple) for each in all]


def drawn_figure(project: Project, id: str) -> Path:
    """Its SVG. Raises ValueError where there is none yet, and where there will be none."""
    if file := figure_file(project, id):
        return file
    if id in (named := named_figures(project)):
        raise ValueError(f"figure {id!r}: not drawn yet; `ronkyo repro` draws it")
    raise ValueError(f"figure {id!r}: no such figure{nearest(id, [*figure_ids(project), *named])}")


class Content:
    """Figures, listings, references."""

    def __init__(self, project: Project, words: Words) -> None:
        self.project = project
        self.words = words

    def functions(self) -> dict[str, Callable[..., str]]:
        methods = (self.figure, self.listing, self.parameters_listing, self.ref)
        return {method.__name__: method for method in methods}

    def figure(self, id: str, caption: str, alt: str) -> str:
        """A drawn figure with its number, caption, alternative text and the function that drew it."""
        file = drawn_figure(self.project, id)
        source = self.project.relative(file)
        if file == self.project.figure_file(id):
            experiment, _, name = id.partition("/")
            function = listings.find(self.project, f"experiments/{experiment}/figures.py", name)
            source = f"{function.path}#L{function.line}"
        if told := re.search(r' data-not-drawn="([^"]*)"', file.read_text(encoding="utf-8")):
            caption += self.words("report.not_drawn", values=told[1])
        address = Path(os.path.relpath(file, self.project.reports)).as_posix()
        return f"![{_attribute(alt)}]({address})" + caption_of("figure", f"fig:{id}", caption, source, id)

    def listing(self, path: str, name: str | Sequence[str], caption: str, since: str = "") -> str:
        """Source of an object that ran, or of several, or the lines of each from the one that begins with `since`."""
        names = [name] if isinstance(name, str) else name
        sources = [listings.find(self.project, path, each, since) for each in names]
        code = "\n\n".join(source.code for source in sources)
        link = f"{sources[0].path}#L{sources[0].line}"
        shown = f"{path}:{', '.join(names)}"
        return f"```python\n{code}\n```" + caption_of("listing", f"lst:{path}:{names[0]}", caption, link, shown)

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

    def __init__(self, project: Project, values: Values) -> None:
        self.values = values
        self.project = project
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
        entry "range" makes them median [smallest, largest], "count" 8/10 seeds; a dash where a variant has no such metric."""
        rows = [
            [self.values.label(experiment, name)]
            + [self._cell(f"{experiment}.{name}.{metric}", *how) for metric, (_, *how) in columns.items()]
            for name in variants or self.values.variants(experiment)
        ]
        head = [self.words("report.variant"), *(column[0] for column in columns.values())]
        file = self.project.relative(self.project.seeds_file(experiment))
        return table(head, rows) + caption_of("table", f"tab:{id or experiment}", caption, file)

    def _cell(self, key: str, spec: str, how: str = "mean") -> Value | str:
        if self.values.is_absent(key):
            return ABSENT
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
            name = self.values.source(experiment, "name")
            rows.append([f"`{experiment}`", name, f"`{fields['digest'][:16]}…`"])
        folder = self.project.relative(self.project.provenance_file("").parent)
        head = self.words("report.data").split("|")
        return table(head, rows) + caption_of("table", "tab:data", self.words("report.data.caption"), folder)

    def versions_table(self) -> str:
        """Versions of Python and of what the project's `versions` names."""
        rows = [["Python", Value(python_version(), "python")]]
        rows += [[name, Value(_version(name), name, "version")] for name in self.project.manifest.versions]
        head = self.words("report.versions").split("|")
        return table(head, rows) + caption_of("table", "tab:versions", self.words("report.versions.caption"), pins.FILE)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        known = [distribution.name for distribution in distributions()]
        message = f"{MANIFEST}: tool.ronkyo.versions: expected what is installed, found {name!r}{nearest(name, known)}"
        raise ValueError(message) from None


def _attribute(text: str) -> str:
    return text.replace("[", "［").replace("]", "］").replace("\n", "")
