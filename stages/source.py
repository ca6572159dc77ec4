"""Stages run the sources that lie beside them, also in a copy of the project, as DVC makes for queued experiments; and they
compute under the project's numerical baseline, which is set before the libraries load."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from ronkyo import numerics  # noqa: E402
from ronkyo.errors import UserError  # noqa: E402
from ronkyo.project import Project  # noqa: E402

try:
    numerics.apply(Project.find(ROOT).numerics)
except UserError as error:
    sys.exit(str(error))
