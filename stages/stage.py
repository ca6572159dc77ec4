"""How every stage starts and ends."""

import os
import sys
import time
from collections.abc import Callable

from day3 import pipeline
from day3.errors import UserError


def run(main: Callable[..., None], arguments: list[str]) -> None:
    """Run a stage. An error that the user can mend is one line; inputs that changed meanwhile fail the stage, since DVC
    would record them as if the outputs came from them."""
    stage, started = os.environ.get("DVC_STAGE"), time.monotonic()
    try:
        before = pipeline.fingerprint(stage) if stage else {}
        main(*arguments)
        after = pipeline.fingerprint(stage) if stage else {}
    except UserError as error:
        sys.exit(str(error))
    if changed := [name for name in before if before[name] != after[name]]:
        sys.exit(f"{stage}: {', '.join(changed)}: changed while the stage ran; run dvc repro again")
    if stage:
        pipeline.record_time(stage, time.monotonic() - started)
