"""Whether what a report carries hangs together: parameters -> what the stages recorded -> what they wrote -> means, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ronkyo import files, lock, params, pins, results
from ronkyo.errors import few
from ronkyo.lock import Lock
from ronkyo.numbers import six_digits
from ronkyo.params import Seeds
from ronkyo.project import Layout
from ronkyo.report.evidence import attachment_name
from ronkyo.verify.check import Check
from ronkyo.verify.differences import differences

FIGURES = "figures.json"
CARRIED = "reports/"  # what else stages write, as data and runs, no report carries


def check(layout: Layout) -> Check:
    """layout: of what a report carries. A line for each parameter, file or mean that is not what another file says of it.
    Raises UserError for a file that is none of a report's."""
    return Chain(layout).check()


class Chain:
    """The files that a report carries, each beside those that tell of it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.settings = layout.settings()
        self.experiments = [name for name, told in self.settings.items() if "labels" in told]
        self.written = params.read_document(layout.params_file, layout.params_file.name)

    def check(self) -> Check:
        lines = [*self.set_to(), *(line for name in self.experiments for line in self.means(name))]
        file = self.layout.root / lock.FILE
        if not file.is_file():
            unknown = f"parameters and files by what the stages recorded: the report carries no {lock.FILE}"
            return Check("chain", "settings and means", lines, [unknown])
        recorded = Lock.read(file)
        here = {path for path in recorded.outs if path.startswith(CARRIED)}
        lines = [*self.parameters(recorded), *handed_on(recorded), *self.outputs(recorded, here), *lines]
        told = f"parameters and {len(here)} outputs of {len(recorded.stages)} stages, means, settings"
        return Check("chain", told, lines)

    def parameters(self, recorded: Lock) -> Iterator[str]:
        """Parameters and versions that are not those which the stages ran with, each once."""
        versions = self.layout.versions_file
        given = {self.layout.params_file.name: self.written}
        if versions.is_file():
            given[pins.FILE] = params.read_document(versions, pins.FILE)
        told: dict[str, list[str]] = {}
        for stage in recorded.stages.values():
            for file, values in stage.params.items():
                for key, value in values.items():
                    for found in differences(value, params.value_of(given.get(file, {}), key), key):
                        told.setdefault(f"{file}: {found}", []).append(stage.name)
        for line, stages in told.items():
            yield f"{line}; {lock.FILE} has the expected one, for {few(stages, 1)}"

    def outputs(self, recorded: Lock, expected: set[str]) -> Iterator[str]:
        """Files and figures that are not what the stages wrote, and results that no stage wrote."""
        drawn = self._drawn()
        for path in sorted(expected):
            found = drawn.get(path) or self._digest(path)
            if found != recorded.outs[path]:
                told = "another content" if found else "nothing"
                yield f"{self._called(path, drawn)}: expected what {lock.FILE} records (md5 {recorded.outs[path]}), found {told}"
        for path in sorted((self._results() | drawn.keys()) - expected):
            yield f"{self._called(path, drawn)}: expected it among the outputs in {lock.FILE}, found none"

    def _called(self, path: str, drawn: Mapping[str, str]) -> str:
        """Where a report carries a path of the project; figures are there by their digests."""
        figures = {self.layout.relative(self.layout.figures_folder(name)) for name in self.experiments}
        return f"{FIGURES}: {path}" if path in figures | drawn.keys() else attachment_name(path)

    def _digest(self, path: str) -> str | None:
        file = self.layout.root / path
        return lock.digest(file) if file.exists() else None

    def _results(self) -> set[str]:
        """Files and folders with results of experiments."""
        layout = self.layout
        given = [
            of(name)
            for name in self.experiments
            for of in (
                layout.provenance_file,
                layout.metrics_file,
                layout.seeds_file,
                layout.items_file,
                layout.curves_folder,
            )
        ]
        return {layout.relative(path) for path in given if path.exists()}

    def _drawn(self) -> dict[str, str]:
        """Of each folder of figures its digest, from the digests of its figures."""
        file = self.layout.root / FIGURES
        folders: dict[str, dict[str, str]] = {}
        for figure in files.read_json(file).values() if file.is_file() else ():
            folder, _, name = figure["path"].rpartition("/")
            if folder.startswith(CARRIED):
                folders.setdefault(folder, {})[name] = figure["md5"]
        return {folder: lock.folder_digest(figures) for folder, figures in folders.items()}

    def means(self, experiment: str) -> Iterator[str]:
        """Metrics that are not the means over the seeds."""
        seeds, source = results.read_seeds(self.layout, experiment), self.layout.seeds_file(experiment)
        file = self.layout.metrics_file(experiment)
        metrics = results.read_metrics(self.layout, experiment)
        expected = {
            variant: {metric: six_digits(float(np.mean(values))) for metric, values in table.items()}
            for variant, table in seeds.items()
        }
        for found in differences(expected, {variant: metrics.get(variant) for variant in expected}):
            if not found.is_rounding:
                names = (attachment_name(self.layout.relative(path)) for path in (file, source))
                yield f"{next(names)}: {found}; {next(names)} has the mean"

    def set_to(self) -> Iterator[str]:
        """Settings that are not those of params.yaml. Where that says nothing, a default stands; which edition a PDF is of
        may be another."""
        for name, told in self.settings.items():
            if name not in self.written:
                continue
            settings = told["settings"] if name in self.experiments else told
            written = completed(self.written[name], settings)
            if name == "report":
                written |= {key: settings[key] for key in ("edition",) if key in settings}
            for found in differences(written, settings, name):
                yield f"{self.layout.settings_file.name}: {found}; {self.layout.params_file.name} has the expected one"


def completed(written: Any, settings: Any) -> Any:
    """A section of params.yaml with what it need not say: what variants inherit, a plan of seeds, and defaults, which
    only the settings know."""
    if not isinstance(written, Mapping) or not isinstance(settings, Mapping):
        return written
    section = dict(written)
    if {"training", "variants"} <= section.keys():
        section["variants"] = {
            name: {**section["training"], **(own or {})} for name, own in section["variants"].items()
        }
    if "looks" in (settings.get("seeds") or ()):
        section["seeds"] = Seeds.model_validate(section["seeds"]).model_dump(mode="json")
    return with_defaults(section, settings)


def with_defaults(written: Any, settings: Any) -> Any:
    if not isinstance(written, Mapping) or not isinstance(settings, Mapping):
        return written
    return {name: with_defaults(written.get(name, value), value) for name, value in settings.items()} | {
        name: value for name, value in written.items() if name not in settings
    }


def handed_on(recorded: Lock) -> Iterator[str]:
    """What a stage read that is not what another one wrote, or not what the others read."""
    read: dict[str, dict[str, list[str]]] = {}
    for stage in recorded.stages.values():
        for path, md5 in stage.deps.items():
            read.setdefault(path, {}).setdefault(md5, []).append(stage.name)
    for path, contents in read.items():
        expected, how = recorded.outs.get(path), "as it was written"
        if expected is None:
            expected, how = next(iter(contents)), f"as {next(iter(contents.values()))[0]} read it"
        for md5, stages in contents.items():
            if md5 != expected:
                yield f"{lock.FILE}: {few(stages, 1)}: {path}: expected md5 {expected}, {how}, found {md5}"
