"""What `ronkyo repro` shows of the whole: one live line on a terminal, elsewhere a line for each stage when it ends."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Of one stage that runs."""

    started: float = field(default_factory=time.monotonic)
    runs: int = 0  # that are to be computed
    stored: int = 0  # that the store has already
    done: int = 0
    steps: int = 0  # of a run
    steps_done: int = 0

    @property
    def part(self) -> float:
        whole = self.steps * self.runs
        return min(1.0, self.steps_done / whole if whole else self.done / self.runs if self.runs else 0.0)


class View:
    """weights: the stages, and how long each is expected to take, in any unit."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights, self._live = weights, sys.stderr.isatty()
        self._began, self._shown = time.monotonic(), 0.0
        self._running: dict[str, Progress] = {}
        self._ended: set[str] = set()
        self._passed = 0.0  # the weight of what needed no work
        self.counts = {"ran": 0, "from DVC's cache": 0, "up to date": 0}
        self.runs = self.runs_done = 0

    def begin(self, name: str, runs: int = 0, stored: int = 0) -> Progress:
        self._running[name] = Progress(runs=runs, stored=stored)
        self.runs += runs
        return self._running[name]

    def end(self, name: str, how: str = "") -> None:
        """how: why there was nothing to run."""
        progress = self._running.pop(name, Progress())
        self._ended.add(name)
        kind = how if how in self.counts else "ran"
        self.counts[kind] += 1
        self._passed += self._weights[name] if how else 0.0
        if kind != "up to date" and not self._live:
            self.say(f"{name}: {how or f'{time.monotonic() - progress.started:.1f} s'}{_runs(progress)}")

    def say(self, text: str) -> None:
        """A line of its own."""
        print(f"\r\x1b[K{text}" if self._live else text, file=sys.stderr, flush=True)
        self.show(now=True)

    def show(self, now: bool = False) -> None:
        """Draw the live line anew, a few times a second."""
        if self._live and (now or time.monotonic() - self._shown > 0.2):
            self._shown = time.monotonic()
            print(f"\r\x1b[K{self._line()[: shutil.get_terminal_size().columns - 1]}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _line(self) -> str:
        texts = [f"stages {len(self._ended)}/{len(self._weights)}"]
        if self.runs:
            texts.append(f"runs {self.runs_done}/{self.runs}")
        if (left := self._seconds_left()) is not None:
            texts.append(f"{left // 60:.0f}:{left % 60:02.0f} left")
        return " · ".join([*texts, ", ".join(self._running)])

    def _seconds_left(self) -> float | None:
        """From how much of what had to be done is done; None at the beginning."""
        running = list(self._running.items())
        done = sum(self._weights[name] for name in self._ended) - self._passed
        done += sum(self._weights[name] * progress.part for name, progress in running)
        left = sum(self._weights.values()) - self._passed - done
        elapsed = time.monotonic() - self._began
        return elapsed * left / done if done > 0 and elapsed > 2 else None


def _runs(progress: Progress) -> str:
    if not progress.runs + progress.stored:
        return ""
    computed = f"{progress.runs} run{'s' * (progress.runs != 1)} computed"
    return f", {computed}, {progress.stored} from the store" if progress.stored else f", {computed}"
