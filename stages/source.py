"""Stages run the sources that lie beside them: also in a copy of the project, as DVC makes for queued experiments."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
