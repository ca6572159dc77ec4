"""`ronkyo decide` in a real project: which seeds are computed, and why it stops. Real DVC, real processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from test_repro import NAME, PACKAGE, run, stored

from ronkyo.decide import taken
from ronkyo.new import project as new
from ronkyo.project import Project
from ronkyo.run import definition

RONKYO = ("python", "-m", "ronkyo.cli")
# The noise of a variant is standard normal, and the same however far its value is away.
TRAIN = """
import numpy as np
from ronkyo.seeds import generator


def steps(data, training):
    return 1


def train(data, training, seed, progress):
    noise = generator("least_squares", seed, f"noise {training.momentum}").normal()
    progress(1)
    return {"excess_loss": np.array([1.0, training.learning_rate + noise])}
"""
VARIANTS = {
    "plain": {"learning_rate": 20.0},
    "same": {"learning_rate": 20.0, "momentum": 0.1},
    "below": {"learning_rate": BELOW, "momentum": 0.2},
    "far": {"learning_rate": 1.0, "momentum": 0.3},
}
CLAIMS = """
## Results

{% for name, other in (("far", "plain"), ("below", "plain"), ("same", "plain")) %}
{% claim name ~ "-is-lower", lower(NAME ~ name ~ ".excess_loss", NAME ~ other ~ ".excess_loss"), hypothesis=name %}
{% supported %}
It is.
{% undecided %}
It may be.
{% contradicted %}
It is not.
{% endclaim %}
{% endfor %}
"""
