"""The stage that fills the templates and writes the report."""

from __future__ import annotations

import sys

from ronkyo.project import Project
from ronkyo.report import build


def run(project: Project) -> None:
    build.build(project, print if sys.stdout.isatty() else lambda step: None)
