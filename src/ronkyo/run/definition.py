"""dvc.yaml, written from the experiments that there are, what their modules import, and which libraries these need."""

from __future__ import annotations

import io
import re
import textwrap
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

import ronkyo
from ronkyo import files, imports, params, pins, versions
from ronkyo.params import Section
from ronkyo.project import Project, ProjectError
from ronkyo.run.stage import MODULES

HEAD = """\
# Written by `ronkyo pipeline`: run it again after adding an experiment or an import, do not edit.
#
# prepare → train (one stage a variant, all its seeds) → summarize → draw → report. A stage depends on the files that its
# code imports, the parameters that it reads, and the versions of the libraries that it computes with; the report, which
# carries all of these, on all of them.
"""
ASKED = ("settings", "tables")  # the modules of an experiment that the report runs
LINK = "stages/pipeline.yaml"  # = dvc.yaml, which DVC takes as a dependency under no name of its own
NEEDED = rf"(?<={pins.FILE}: )\[([^]]*)\]"  # the list of a stage's libraries, in one line or more


class Curves(Section):
    """CURVES of summarize.py: how the learning curves are drawn, in `dvc plots` and in comparisons."""

    title: str
    y: str  # the column; the other is "step"
    x_label: str
    y_label: str


def check(project: Project) -> list[str]:
    """A line for each committed file that is not what `write` would write, but for what cannot be told: which libraries
    the stages need, where one that they name is not installed."""
    blank = NEEDED if not_installed(project) else "(?!)"
    return [
        f"{project.relative(file)}: expected what `ronkyo pipeline` writes, found another text; run it"
        for file, text in _outdated(project).items()
        if not file.is_file() or re.sub(blank, "", text) != re.sub(blank, "", file.read_text(encoding="utf-8"))
    ]


def not_installed(project: Project) -> list[str]:
    """The distributions that the stages of dvc.yaml name and that are not here."""
    file = project.pipeline_file
    lists = re.findall(NEEDED, file.read_text(encoding="utf-8")) if file.is_file() else []
    named = {name for listed in lists for name in re.findall(r"[\w.-]+", listed)}
    return sorted(named - {canonicalize_name(found.name) for found in distributions()} - {"ronkyo"})


def write(project: Project) -> list[Path]:
    """Write dvc.yaml and versions.yaml where they are not up to date; returns those written."""
    outdated = _outdated(project)
    for file, text in outdated.items():
        files.write_text(file, text)
    return list(outdated)


def _outdated(project: Project) -> dict[Path, str]:
    texts = _texts(project).items()
    return {file: text for file, text in texts if not file.is_file() or file.read_text(encoding="utf-8") != text}


def _texts(project: Project) -> dict[Path, str]:
    pinned = pins.read(project.requirements_file)
    head = f"# The pins of {project.requirements_file.name}, written by `ronkyo pipeline`: stages depend on them.\n"
    return {
        project.pipeline_file: Definition(project).text(),
        project.root / pins.FILE: head + "".join(f'{name}: "{version}"\n' for name, version in pinned.items()),
    }


class Definition:
    """What dvc.yaml says of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.pinned = pins.read(project.requirements_file)
        self.installed = [] if (project.source / "ronkyo").is_dir() else [Path(ronkyo.__file__).parent]

    @cached_property
    def document(self) -> dict[str, Any]:
        """params.yaml as it is written."""
        return params.read_document(self.project.params_file, self.project.relative(self.project.params_file))

    @cached_property
    def experiments(self) -> list[str]:
        """In the order of params.yaml, then those that have no parameters."""
        known = self.project.experiments
        return [name for name in self.document if name in known] + [name for name in known if name not in self.document]

    def text(self) -> str:
        stages = {name: stage for experiment in self.experiments for name, stage in self.stages(experiment).items()}
        stages["report"] = self.report()
        body = "\n".join(textwrap.indent(_yaml({name: stage}), "  ") for name, stage in stages.items())
        document = f"{HEAD}vars:\n  - {self.project.params_file.name}\n\nstages:\n{body}"
        plots = [{f"reports/curves/{name}": axes} for name in self.experiments if (axes := self.curves(name))]
        return document + (f"\n{_yaml({'plots': plots})}" if plots else "")

    def stages(self, experiment: str) -> dict[str, dict[str, Any]]:
        """Every entry of one experiment by its name in dvc.yaml."""
        kinds = [kind for kind in MODULES if self.project.has(experiment, MODULES[kind])]
        return {f"{kind}_{experiment}": getattr(self, f"_{kind}")(experiment) for kind in kinds}

    def _prepare(self, name: str) -> dict[str, Any]:
        outs = [f"data/{name}", {f"reports/data/{name}.json": {"cache": False}}]
        return self._stage("prepare", name, f"prepare.py {name}", [f"{name}.data"], []) | {"outs": outs}

    def _train(self, name: str) -> dict[str, Any]:
        keys = [f"{name}.{key}" for key in ("seeds", "training", "variants.${key}")]
        stage = self._stage("train", name, f"train.py {name} ${{key}}", keys, self._data(name))
        return {"foreach": f"${{{name}.variants}}", "do": stage | {"outs": [f"runs/{name}/${{key}}"]}}

    def _summarize(self, name: str) -> dict[str, Any]:
        stage = self._stage("summarize", name, f"summarize.py {name}", [name], self._data(name) + self._runs(name))
        metrics, *tables = self.summary(name)
        plots = {"plots": [{path: {"cache": False}} for path in tables]} if tables else {}
        return stage | {"metrics": [{metrics: {"cache": False}}]} | plots

    def _draw(self, name: str) -> dict[str, Any]:
        made = [path for path in self.summary(name) if not path.startswith("reports/items")]
        keys = [name] if self.project.has(name, "settings") else []
        if self.draws_pipeline(name):
            keys += [f"{other}.variants" for other in self.experiments if self.project.has(other, "train")]
            packages = [self.project.experiments_folder / other / "__init__.py" for other in self.experiments]
            made += [*(self.project.relative(file) for file in packages if file.is_file()), LINK]
            if (self.project.root / LINK).resolve() != self.project.pipeline_file.resolve():
                raise ProjectError(f"{LINK}: expected a link to ../dvc.yaml, since a figure reads the pipeline")
        stage = self._stage("draw", name, f"draw.py {name}", keys, self._data(name) + self._runs(name) + made)
        return stage | {"plots": [{f"reports/figures/{name}": {"cache": False}}]}

    def report(self) -> dict[str, Any]:
        """The report may print any code of the project's package, so it depends on the whole of that. It carries what
        dvc.lock says of the stages before it, so it depends on all of their code, and on the whole of what it carries."""
        parts = {*MODULES.values(), *ASKED}
        modules = [(name, part) for name in self.experiments for part in sorted(parts) if self.project.has(name, part)]
        scripts = sorted(kind for kind, part in MODULES.items() if part in {part for _, part in modules})
        code, _ = self._code(
            [self.project.root / "stages" / f"{script}.py" for script in ("report", *scripts)]
            + [self.project.experiments_folder / name / f"{part}.py" for name, part in modules]
        )
        package = self.project.relative(self.project.source / self.project.manifest.package)
        made = [path for name in self.experiments for path in self.summary(name)]
        made += ["reports/data/" for name in self.experiments if self.project.has(name, "data")]
        made += ["reports/figures/" for name in self.experiments if self.project.has(name, "figures")]
        folders = dict.fromkeys("/".join(path.split("/")[:2]) for path in sorted(made))
        linked = [LINK] if (self.project.root / LINK).is_file() else []
        given = ["params.yaml", pins.FILE, *linked, self.project.relative(self.project.templates), package]
        deps = [*given, *(file for file in code if not file.startswith(f"{package}/")), *folders]
        outs = [*(f"reports/{self.project.name}.{suffix}" for suffix in ("html", "pdf"))]
        return {
            "cmd": "python stages/report.py",
            "deps": deps,
            "metrics": [{"reports/claims.json": {"cache": False, "persist": True}}],
            "outs": [*outs, {f"reports/{self.project.name}.md": {"cache": False}}],
        }

    # -- what an experiment declares ----------------------------------------------------------------------------------

    def summary(self, name: str) -> list[str]:
        """What summarize writes: the metrics, and the tables that it names where it calls Summary(…)."""
        file = self.project.experiments_folder / name / "summarize.py"
        if not file.is_file():
            return []
        given = imports.keywords(file, "Summary")
        paths = {"seeds": f"seeds/{name}.csv", "items": f"items/{name}.csv", "curves": f"curves/{name}"}
        return [f"reports/{path}" for path in (f"metrics/{name}.json", *(paths[key] for key in paths if key in given))]

    def curves(self, name: str) -> dict[str, str] | None:
        file = self.project.experiments_folder / name / "summarize.py"
        given = imports.constant(file, "CURVES") if file.is_file() else None
        if given is None:
            return None
        axes = params.load_section({"CURVES": given}, self.project.file_of(name, "summarize"), "CURVES", Curves)
        return {"title": axes.title, "x": "step", "y": axes.y, "x_label": axes.x_label, "y_label": axes.y_label}

    def draws_pipeline(self, name: str) -> bool:
        file = self.project.experiments_folder / name / "figures.py"
        return file.is_file() and imports.constant(file, "READS_PIPELINE") is True

    def _data(self, name: str) -> list[str]:
        return [f"data/{name}"] if self.project.has(name, "data") else []

    def _runs(self, name: str) -> list[str]:
        return [f"runs/{name}"] if self.project.has(name, "train") else []

    # -- stages -------------------------------------------------------------------------------------------------------

    def _stage(self, kind: str, experiment: str, arguments: str, keys: list[str], made: list[str]) -> dict[str, Any]:
        folder = self.project.experiments_folder / experiment
        modules = [folder / f"{part}.py" for part in (MODULES[kind], "settings") if self.project.has(experiment, part)]
        code, libraries = self._code([self.project.root / "stages" / f"{kind}.py", *modules])
        baseline = ["numerics"] if "numerics" in self.document else []  # DVC refuses a parameter that is not there
        read = [*keys, *baseline, *libraries]
        return {"cmd": f"python stages/{arguments}", **({"params": read} if read else {}), "deps": [*code, *made]}

    def _code(self, roots: list[Path]) -> tuple[list[str], list[Any]]:
        """The project's files that the roots reach, and the versions that they depend on as an entry of `params`. An
        engine that is installed is one of these; its own requirements are those that its reached files import."""
        for root in roots:
            if not root.is_file():
                raise ProjectError(f"{self.project.relative(root)}: expected a stage's script, found nothing")
        reached = imports.closure(roots, [*self.project.packages, *self.installed])
        installed = {file for file in reached.files for folder in self.installed if file.is_relative_to(folder)}
        inside = [file for file in reached.files - installed if file.is_relative_to(self.project.root)]
        needed = versions.distributions(reached.modules, reached.names - {"ronkyo"}, self.pinned)
        libraries = sorted({*needed, *({"ronkyo"} & self.pinned.keys() if self.installed else ())})
        read = [{pins.FILE: libraries}] if libraries else []
        return sorted(map(self.project.relative, inside)), read


def _yaml(document: Any) -> str:
    yaml, stream = YAML(), io.StringIO()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.dump(document, stream)
    return re.sub(rf"( *- {pins.FILE}:)((\n +- \S+)+)", _in_few_lines, stream.getvalue())


def _in_few_lines(block: re.Match[str]) -> str:
    """A list of names as [a, b, …]."""
    start, names = block[1], ", ".join(re.findall(r"- (\S+)", block[2]))
    after = " " * (len(start) - len(start.lstrip()) + 4)
    return textwrap.fill(f"{start} [{names}]", 116, subsequent_indent=after, break_on_hyphens=False)
