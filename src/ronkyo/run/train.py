"""The stage that trains every seed of one variant."""

from __future__ import annotations

from ronkyo import files
from ronkyo.project import Project
from ronkyo.run import workers


def run(project: Project, experiment: str, variant: str) -> None:
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
