"""A small project as `ronkyo new` writes it, and its stages without DVC."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ronkyo import files
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.run import draw, prepare, report, summarize, unit
from ronkyo.run.unit import Unit

PACKAGE = "small"
RONKYO = (sys.executable, "-m", "ronkyo.cli")


@contextmanager
def alone(package: str = PACKAGE) -> Iterator[None]:
    """Two projects may have a package of the same name, as a copy has: what was imported of it goes, before and after."""
    _forget(package)
    yield
    _forget(package)


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / package / "experiments").is_dir()]


def build(folder: Path, language: str) -> Project:
    """The project's files, then every stage, without DVC."""
    folder.mkdir()
    new.write_files(PACKAGE, PACKAGE, language, folder)
    project = Project.find(folder)
    with alone():
        for experiment in project.experiments:
            prepare.run(project, experiment)
            _train(project, experiment)
            summarize.run(project, experiment)
            draw.run(project, experiment)
        report.run(project)
    return project


def _train(project: Project, experiment: str) -> None:
    """As the stage does, but in this process: workers are started once, and keep the package that they imported."""
    settings = project.load_params()[experiment]
    data = files.read_arrays(project.data_folder(experiment))
    for variant, training in settings.variants.items():
        module = project.module(experiment, "train").__name__
        runs = [
            unit.compute(Unit(module, training, seed), data, lambda _: None)
            for seed in range(settings.seeds.of(variant))
        ]
        arrays = unit.stack(module, runs)
        files.write_arrays(project.run_folder(experiment, variant), arrays)
