"""A report with every kind of number and of claim, what it carries, and what `verify` says once something of it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sample

from ronkyo import files
from ronkyo.project import Project
from ronkyo.report import chapters, evidence
from ronkyo.verify import evidence as verified
from ronkyo.verify.check import Check

METRICS = """\
metrics:
  accuracy: {noun: accuracy, better: higher, format: "%"}
  steps: {noun: steps, better: lower, ratio: true}
items: {digits: clips}
"""
ORIGINAL = """\
statements:
  - {says: BiLSTM is better., tested: 4 seeds, claims: [bilstm-accuracy-than-gru]}
  - {says: It is fast., tested: not}
numbers: {digits.gru.accuracy: "0.21", digits.bilstm.accuracy: "0.310", digits.chance.accuracy: "0.1"}
comparable: {digits.data.source: other}
"""
CONCLUSIONS = """\
conclusions:
  - {exercise: "#one", question: "Is it better?", claim: bilstm-accuracy-than-gru}
  - {exercise: "#one", question: "Is it the best?", claim: best}
"""
REPORT = """\
{{ conclusions() }}

## One

{{ count("digits") }}, {{ seeds("digits") }}, {{ level() }}, {{ param("digits.data.words") }}, {{ source("digits", "name") }},
{{ mean("digits.gru.accuracy", ".3f") }}, {{ mean("digits.gru.accuracy", "%") }}, {{ median("digits.gru.loss") }},
{{ interval("digits.bilstm.accuracy") }}, {{ constant("digits.chance.fifth", ".2f") }}, {{ param("report.date") }}.

{{ compared("digits.bilstm.accuracy", than="digits.gru.accuracy", figure="digits/confusion") }}
{{ compared("digits.lstm.accuracy", than="digits.bilstm.accuracy", over="both", matters=0.05, condition="Of four, ") }}
{{ compared("addition.hidden_64.steps", than="addition.hidden_16.steps") }}

{% claim "often", more_often("addition.hidden_16.converged", than="addition.hidden_64.converged"), hypothesis="it is" %}
{% supported %}
{{ claim.counted("In no seed", "In {k} of {n}", "In all {n}") }} it is{% if claim.close %}, nearly{% endif %}.
{% explanation %}
By chance.
{% undecided %}
Who knows.
{% endclaim %}

{% claim "half", share("addition.hidden_32.converged", more_than=0.5), hypothesis="most of them" %}
{% undecided %}
Half of {{ claim.n }}: {{ claim.effect() }}.
{% endclaim %}

{% claim "best", highest("digits.bilstm.accuracy", among=["gru", "simple_rnn"]), hypothesis="it is the best" %}
{% supported %}
The best by {{ claim.effect(".2f", part=1) }} {{ claim.interval(".1%", part=0) }}.
{% contradicted %}
Not {{ claim.names("contradicted") }}.
{% endclaim %}

{% claim "tenth", exact("digits.chance.accuracy", equals="digits.chance.tenth"), hypothesis="it is a tenth" %}
{% supported %}
It is a tenth.
{% endclaim %}

{% claim "one-value", higher("digits.gru.loss", than=1), hypothesis="it is more" %}
{% undecided %}
One is infinite.
{% endclaim %}

{% findings %}
{{ compared("digits.simple_rnn.accuracy", than="digits.gru.accuracy") }}
{% claim "third", exact("digits.chance.fifth", equals="digits.chance.tenth"), hypothesis="a fifth is a tenth" %}
{% contradicted %}
It is not.
{% endclaim %}
{% endfindings %}

{{ metrics_table("addition", columns={"steps": ("Steps", ".1f"), "converged": ("Converged", "", "count"),
                 "diverged": ("Range", ".2f", "range")}, caption="All") }}

{{ best_words(["gru"]) }}

## Two

{{ false_discoveries() }}

{{ claims_table() }}

{{ original_table() }}

{{ original_claims_table() }}

{{ data_table() }}

{{ ledger() }}
"""


def build(root: Path, language: str) -> Project:
    """The sample with that report."""
    project = sample.build(root, language)
    sample.write_results(project)
    files.write_text(project.templates / "metrics.yaml", METRICS)
    files.write_text(project.templates / "original.yaml", ORIGINAL)
    files.write_text(project.templates / "conclusions.yaml", CONCLUSIONS)
    files.write_json(project.provenance_file("digits"), {"name": "ten words, spoken", "digest": "0123456789abcdef"})
    sample.write_report(project, REPORT)
    return project


def by(project: Project) -> dict[str, bytes]:
    """What a report of the project carries, by name."""
    return {name: item.content for name, item in evidence.collect(project, chapters.render(project)).items()}


def changed(carried: Mapping[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    """With another text in one file, where the old one stands first."""
    text = carried[name].decode()
    assert old in text, f"{name}: {old}"
    return {**carried, name: text.replace(old, new, 1).encode()}


def check(carried: Mapping[str, bytes], name: str) -> Check:
    """One of the checks."""
    return next(check for check in verified.checks(carried) if check.name == name)
