"""What the stages of a pipeline do: each reads its inputs, calls one function of the experiment, and writes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from ronkyo import files, plotting, results
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.run import pipeline, workers


def prepare(project: Project, experiment: str) -> None:
    """Make or fetch the data of one experiment."""
    data = project.module(experiment, "data")
    arrays, provenance = data.prepare(project.load_params()[experiment].data, project.downloads)
    files.write_arrays(project.data_folder(experiment), arrays)
    files.write_json(project.provenance_file(experiment), provenance)


def train(project: Project, experiment: str, variant: str) -> None:
    """Train every seed of one variant."""
    settings = project.load_params()[experiment]
    arrays = workers.train(
        project,
        experiment,
        data=files.read_arrays(project.data_folder(experiment)),
        training=settings.variants[variant],
        seeds=range(settings.seeds),
        workers=workers.available(),
        title=f"{experiment} {variant}",
    )
    files.write_arrays(project.run_folder(experiment, variant), arrays)


def summarize(project: Project, experiment: str) -> None:
    """From the runs of one experiment to its metrics and curves."""
    settings = project.load_params()[experiment]
    data = files.read_arrays(project.data_folder(experiment))
    variants = getattr(settings, "variants", {})
    trained = {variant: files.read_arrays(project.run_folder(experiment, variant)) for variant in variants}
    summary = project.module(experiment, "summarize").summarize(data, trained, settings)
    results.write_summary(project, experiment, summary)


def draw(project: Project, experiment: str) -> None:
    """Draw every figure of one experiment."""
    figures = project.module(experiment, "figures")
    drawn_from = results.read_results(project, experiment, project.load_params().get(experiment))
    with files.replacing(project.figures_folder(experiment)) as folder, plotting.style():
        folder.mkdir()
        for name in figures.__all__:
            drawing = getattr(figures, name)(drawn_from)
            (folder / f"{name}.svg").write_bytes(plotting.to_svg(drawing, f"{experiment}/{name}"))


def report(project: Project) -> None:
    """Fill the templates and write the report."""
    from ronkyo.report import build

    build.build(project)


def run(stage: Callable[..., None], arguments: list[str]) -> None:
    """Run a stage. An error that the user can mend is one line; inputs that changed meanwhile fail the stage, since DVC
    would record them as if the outputs came from them."""
    name, started = os.environ.get("DVC_STAGE"), time.monotonic()
    try:
        project = Project.find()
        before = pipeline.fingerprint(project, name) if name else {}
        stage(project, *arguments)
        after = pipeline.fingerprint(project, name) if name else {}
    except UserError as error:
        sys.exit(str(error))
    if changed := [key for key in before if before[key] != after[key]]:
        sys.exit(f"{name}: {', '.join(changed)}: changed while the stage ran; run dvc repro again")
    if name:
        pipeline.record_time(project, name, time.monotonic() - started)
