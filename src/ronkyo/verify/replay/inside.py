"""What runs inside the clone, with the clone's own engine, after its stages: python inside.py seeds|claims FILE"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from ronkyo import numerics
from ronkyo.project import Project


def seeds(project: Project, file: Path) -> None:
    """The drawn runs {experiment: {variant: seeds}} of the file, and the tables that summarize makes of these alone."""
    from ruamel.yaml import YAML

    from ronkyo.run import summarize, train, workers

    drawn = json.loads(file.read_text(encoding="utf-8"))
    for experiment, variants in drawn.items():
        for variant, numbers in variants.items():
            planned = train.plan(project, experiment, variant)
            chosen = [task for task in planned.tasks if task.unit.seed in numbers]
            print(f"Running '{experiment}.{variant}'", flush=True)
            workers.compute_all(project, chosen, workers.available(), f"{experiment} {variant}")
            train.finish(project, replace(planned, tasks=chosen, missing=[]))
    yaml = YAML()
    document = yaml.load(project.params_file)
    for experiment, variants in drawn.items():
        document[experiment]["seeds"] = len(next(iter(variants.values())))
    yaml.dump(document, project.params_file)
    for experiment in drawn:
        summarize.run(project, experiment)


def claims(project: Project, file: Path) -> None:
    """The ledger, from the results as they are, into the file."""
    from ronkyo import files
    from ronkyo.report import chapters

    files.write_json(file, chapters.render(project).ledger())


if __name__ == "__main__":
    here = Project.find()
    numerics.apply(here.numerics)
    {"seeds": seeds, "claims": claims}[sys.argv[1]](here, Path(sys.argv[2]))
