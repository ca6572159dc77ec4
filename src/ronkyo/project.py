"""Where a project's things are: one object, found from `[tool.ronkyo]` in pyproject.toml and passed on."""

from __future__ import annotations

import ast
import json
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel, ValidationError

from ronkyo import params, pins
from ronkyo.editions import Edition
from ronkyo.errors import MANIFEST, UserError, nearest, not_python, shown
from ronkyo.labels import variant_label
from ronkyo.numerics import Choice
from ronkyo.params import Name, Section, Seeds

TABLE = "tool.ronkyo"  # in it
DEFAULTS = {"numerics": "portable"}  # what params.yaml need not say


class ProjectError(UserError):
    """There is no project here, or its `[tool.ronkyo]` or its code is not as it should be."""


class NoProject(ProjectError):  # noqa: N818
    """No folder here or above is a project."""


def _parse_date(value: Any) -> date:
    """From text, since DVC does not take YAML's own dates."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError('expected a date in quotes ("YYYY-MM-DD")') from None


class Report(Section):
    """The `report` section of params.yaml: what the front page says, and in which language the report speaks."""

    language: Literal["ja", "en"]
    title: str = Field(min_length=1)
    course: str
    author: str
    number: str = ""  # of the student or of the assignment
    date: Annotated[date, BeforeValidator(_parse_date)]  # of the report and of the PDF itself: no clock is read
    code_url: str  # where links to code lead: an http(s) address of a repository; else there are none
    edition: Edition = "full"  # of reports/<name>.pdf


class Numerics(RootModel[Choice]):
    """`numerics` in params.yaml, the one key that is no section."""


class Manifest(Section):
    """`[tool.ronkyo]`: what a project is called, and what its report has that others have not."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]  # of the files: reports/<name>.pdf
    package: Name  # src/<package>/experiments
    boxes: dict[str, str] = {}  # how a section's heading begins -> the class of the box around it
    results: list[str] = []  # words in headings of the sections in which the lint looks for results
    labels: dict[str, str] = {}  # a key of `training` -> how a variant's label tells it: "{} epochs"
    versions: list[str] = []  # distributions that the table of versions shows
    original: str = ""  # what the report calls the earlier one that it answers to; "": as its language does


class ExperimentSettings(Section):
    """What settings.json says of an experiment."""

    settings: dict[str, Any]  # its section of params.yaml, every key of every variant written out
    labels: dict[str, str]  # what each variant is called
    title: str


@dataclass(frozen=True)
class Layout:
    """A folder with a project's files, perhaps without its code: a project, or what a report carries of one. Its paths are
    below `root`; what is printed is relative to it."""

    root: Path
    name: str  # of the files: reports/<name>.pdf

    @property
    def settings_file(self) -> Path:
        """Only where there is no code that could tell."""
        return self.root / "settings.json"

    @property
    def versions_file(self) -> Path:
        return self.root / pins.FILE

    def settings(self) -> dict[str, Any]:
        """{"tool.ronkyo": Manifest, "report": section, "numerics": choice, experiment: ExperimentSettings}, as JSON. Raises
        ProjectError, or ParamsError for what is not so."""
        shown = self.relative(self.settings_file)
        try:
            document = json.loads(self.settings_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ProjectError(f"{shown}: expected JSON, found {error}") from None
        schemas = {TABLE: Manifest, "report": Report, "numerics": Numerics}
        if not isinstance(document, dict):
            raise ProjectError(f"{shown}: expected what experiments were set to, found {document!r}")
        for name in {**schemas, **document}:
            params.load_section(document, shown, name, schemas.get(name, ExperimentSettings))
        return document

    def relative(self, path: Path) -> str:
        """How a path below the root is printed."""
        return path.relative_to(self.root).as_posix()

    @property
    def params_file(self) -> Path:
        return self.root / "params.yaml"

    @property
    def pipeline_file(self) -> Path:
        return self.root / "dvc.yaml"

    @property
    def requirements_file(self) -> Path:
        return self.root / "requirements.lock"

    @property
    def templates(self) -> Path:
        return self.root / "report_templates"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def claims_file(self) -> Path:
        return self.reports / "claims.json"

    def report_file(self, suffix: str) -> Path:
        """reports/<name>.md, .html or .pdf"""
        return self.reports / f"{self.name}.{suffix}"

    def edition_file(self, edition: Edition) -> Path:
        """reports/<name>-<edition>.pdf, beside the report's own"""
        return self.reports / f"{self.name}-{edition}.pdf"

    def chapter_file(self, number: str, suffix: str) -> Path:
        """reports/<name>-chapter-<number>.html or .pdf, beside the report"""
        return self.reports / f"{self.name}-chapter-{number}.{suffix}"

    @property
    def downloads(self) -> Path:
        return self.root / "data" / "downloads"

    def data_folder(self, experiment: str) -> Path:
        return self.root / "data" / experiment

    def run_folder(self, experiment: str, variant: str) -> Path:
        return self.root / "runs" / experiment / variant

    def provenance_file(self, experiment: str) -> Path:
        return self.reports / "data" / f"{experiment}.json"

    def metrics_file(self, experiment: str) -> Path:
        return self.reports / "metrics" / f"{experiment}.json"

    def seeds_file(self, experiment: str) -> Path:
        return self.reports / "seeds" / f"{experiment}.csv"

    def items_file(self, experiment: str) -> Path:
        return self.reports / "items" / f"{experiment}.csv"

    def curves_folder(self, experiment: str) -> Path:
        return self.reports / "curves" / experiment

    def figures_folder(self, experiment: str) -> Path:
        return self.reports / "figures" / experiment

    def figure_file(self, id: str) -> Path:
        """The SVG of "experiment/figure"."""
        return self.reports / "figures" / f"{id}.svg"


@dataclass(frozen=True)
class Project(Layout):
    """A folder with experiments, parameters, templates and reports."""

    name: str = field(init=False)
    manifest: Manifest
    source: Path  # the folder that the project's package is imported from

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.manifest.name)

    @staticmethod
    def find(start: Path | None = None) -> Project:
        """The project around a folder (default: the current one). Raises ProjectError where there is none."""
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            file = folder / MANIFEST
            if file.is_file() and (table := _table(file)) is not None:
                return Project(folder, _manifest(file, table), folder / "src")
        raise NoProject(
            f"{start}: expected a project ({MANIFEST} with [tool.ronkyo]) here or above, found none; ronkyo new NAME makes one"
        )

    @property
    def experiments_folder(self) -> Path:
        return self.source / self.manifest.package / "experiments"

    @property
    def packages(self) -> list[Path]:
        """The packages (folders) and single modules of src."""
        entries = sorted(self.source.glob("[!.]*"))
        return [entry for entry in entries if entry.suffix == ".py" or (entry.is_dir() and entry.name.isidentifier())]

    @cached_property
    def experiments(self) -> list[str]:
        """The folders of src/<package>/experiments."""
        folder = self.experiments_folder
        return sorted(entry.name for entry in folder.glob("[!_.]*") if entry.is_dir()) if folder.is_dir() else []

    def module(self, experiment: str, part: str) -> ModuleType:
        """<package>.experiments.<experiment>.<part> from this project's own source.

        Raises ProjectError where the file is not there, or where another folder's package is loaded already: results
        would be recorded as if this project's code had made them.
        """
        name = f"{self.manifest.package}.experiments.{experiment}.{part}"
        self.expect_experiment(experiment)
        if not self.has(experiment, part):
            raise ProjectError(f"{self.file_of(experiment, part)}: expected it, found nothing")
        if str(self.source) not in sys.path:
            sys.path.insert(0, str(self.source))
        try:
            module = import_module(name)
        except SyntaxError as error:
            raise ProjectError(not_python(error, error.filename or self.file_of(experiment, part))) from error
        except ImportError as error:
            raise ProjectError(f"{self.file_of(experiment, part)}: expected its imports, found: {error}") from error
        self.expect_own(module)
        return module

    def expect_experiment(self, name: str) -> None:
        """Raises ProjectError where there is no experiment of that name."""
        if name not in self.experiments:
            folder = self._shown(self.experiments_folder)
            raise ProjectError(f"{name}: expected an experiment, a folder in {folder}{nearest(name, self.experiments)}")

    def function(self, experiment: str, part: str, name: str) -> Any:
        """A function or class of an experiment's module. Raises ProjectError where it has none of that name."""
        module = self.module(experiment, part)
        if not callable(getattr(module, name, None)):
            names = [known for known in vars(module) if not known.startswith("_")]
            kind = "class" if name[0].isupper() else "function"
            place = self.file_of(experiment, part)
            raise ProjectError(f"{place}: expected a {kind} {name}, found none{nearest(name, names)}")
        return getattr(module, name)

    def expect_own(self, module: ModuleType) -> None:
        """Raises ProjectError where a module was loaded from another folder than this project's sources."""
        if not Path(module.__file__ or "").resolve().is_relative_to(self.source.resolve()):
            raise ProjectError(f"{module.__name__}: expected the code in {self.source}, found {module.__file__}")

    def file_of(self, experiment: str, part: str) -> str:
        """How the file <part>.py of an experiment is printed."""
        return self._shown(self.experiments_folder / experiment / f"{part}.py")

    def has(self, experiment: str, part: str) -> bool:
        """Whether the experiment has the file <part>.py"""
        return (self.experiments_folder / experiment / f"{part}.py").is_file()

    def _shown(self, path: Path) -> str:
        return self.relative(path) if path.is_relative_to(self.root) else str(path)

    @cached_property
    def schemas(self) -> dict[str, type[Section]]:
        """The sections that params.yaml must have: `report`, and one for each experiment with a settings module."""
        with_settings = [name for name in self.experiments if self.has(name, "settings")]
        schemas: dict[str, type[Section]] = {"report": Report}
        return schemas | {name: self._settings(name) for name in with_settings}

    def _settings(self, experiment: str) -> type[Section]:
        schema = self.function(experiment, "settings", "Settings")
        if self.has(experiment, "train"):
            field = getattr(schema, "model_fields", {}).get("seeds")
            if (found := field and field.annotation) is not Seeds:
                place = self.file_of(experiment, "settings")
                raise ProjectError(f"{place}: Settings: expected seeds: Seeds, of ronkyo.params, found {found}")
        return schema

    def label(self, experiment: str, settings: Any, variant: str) -> str:
        """What a variant is called in tables and figures."""
        return variant_label(settings, variant, self.function(experiment, "settings", "label"), self.manifest.labels)

    def title(self, experiment: str) -> str:
        """What an experiment is called: the first line of its package's docstring, or its id."""
        file = self.experiments_folder / experiment / "__init__.py"
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) if file.is_file() else None
        return docstring.splitlines()[0] if docstring else experiment

    def load_params(self) -> dict[str, Any]:
        """Every section of params.yaml by name. Raises ParamsError."""
        schemas = {**self.schemas, "numerics": Numerics}
        return params.load(self.params_file, schemas, self.relative(self.params_file), DEFAULTS)

    @property
    def numerics(self) -> Choice:
        """The numerical baseline that params.yaml chooses. Raises ParamsError."""
        shown = self.relative(self.params_file)
        document = DEFAULTS | params.read_document(self.params_file, shown)
        return params.load_section(document, shown, "numerics", Numerics).root

    def settings(self) -> dict[str, Any]:
        """As the project's code reads params.yaml now. Raises ParamsError or ProjectError."""
        sections = self.load_params()
        told = {TABLE: self.manifest, "report": sections["report"], "numerics": sections["numerics"]}
        told = {name: section.model_dump(mode="json") for name, section in told.items()}
        return told | {name: self._told(name, sections.get(name)) for name in self.experiments}

    def _told(self, experiment: str, section: Section | None) -> dict[str, Any]:
        variants = getattr(section, "variants", ())
        return {
            "settings": section.model_dump(mode="json") if section else {},
            "labels": {variant: self.label(experiment, section, variant) for variant in variants},
            "title": self.title(experiment),
        }

    def load_report(self) -> Report:
        """The `report` section alone. Raises ParamsError."""
        file, shown = self.params_file, self.relative(self.params_file)
        document = params.read_document(file, shown)
        return params.load_section(document, shown, "report", Report)


def _table(file: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("ronkyo")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{shown(file)}: expected TOML, found {error}") from error


def _manifest(file: Path, table: dict[str, Any]) -> Manifest:
    try:
        return Manifest.model_validate(table)
    except ValidationError as error:
        raise ProjectError("\n".join(params.describe(error, file.name, TABLE, Manifest, table))) from error
