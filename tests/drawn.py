"""What figures are drawn from, without files."""

from pathlib import Path

from ronkyo.project import Project
from ronkyo.results import Results, Summary

PROJECT = Project.find(Path(__file__).parent)


def results_of(experiment, settings, data, runs, summary: Summary) -> Results:
    labels = {variant: PROJECT.label(experiment, settings, variant) for variant in settings.variants}
    return Results(settings, data, runs, summary.seeds, summary.constants, summary.curves, labels)
