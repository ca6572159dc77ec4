"""What `ronkyo repro` shows of the whole: one live line on a terminal, elsewhere a line for each stage when it ends."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from ronkyo.errors import counted


@dataclass
class Progress:
    """Of one stage that runs."""

    expected: float  # seconds
    started: float = field(default_factory=time.monotonic)
    runs: int = 0  # that are to be computed
    stored: int = 0  # that the store has already
    done: int = 0
    steps: int = 0  # of a run
    steps_done: int = 0

    def hear(self, kind: str, steps: int) -> None:
        """What a worker tells of a run."""
        if kind == "steps":
            self.started = time.monotonic() if not self.steps else self.started  # until here, runs waited for a worker
            self.steps = steps
        else:
            self.steps_done += steps

    @property
    def part(self) -> float:
        """How much of it is done, from 0 to 1; of what tells nothing, from the time that it takes."""
        if not self.runs:
            return min(0.9, (time.monotonic() - self.started) / self.expected)
        return self.steps_done / (self.steps * self.runs) if self.steps else self.done / self.runs


class View:
    """weights: the stages, and how long each is expected to take, in seconds; progress: whether it is shown, or only what
    fails and what the stages themselves print."""

    def __init__(self, weights: Mapping[str, float], progress: bool = True) -> None:
        self.weights, self._progress = weights, progress
        self._live = progress and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._began, self._shown = time.monotonic(), 0.0
        self._running: dict[str, Progress] = {}
        self._ended: set[str] = set()
        self._passed = 0.0  # the weight of what needed no work
        self.counts: Counter[str] = Counter()
        self.runs = self.runs_done = 0

    def begin(self, name: str, runs: int = 0, stored: int = 0) -> Progress:
        self._running[name] = Progress(self.weights[name], runs=runs, stored=stored)
        self.runs += runs
        return self._running[name]

    def end(self, name: str, how: str = "") -> None:
        """how: why there was nothing to run."""
        progress = self._running.pop(name, None)
        self._ended.add(name)
        self.counts[how or "ran"] += 1
        self._passed += self.weights[name] if how else 0.0
        if how != "up to date" and self._progress and not self._live:
            self.say(f"{name}: {_told(progress) if progress else how}")

    def fail(self, name: str, text: str) -> None:
        self._running.pop(name, None)
        self.say(text)

    def say(self, text: str) -> None:
        """A line of its own."""
        print(f"\r\x1b[K{text}" if self._live else text, file=sys.stderr, flush=True)
        self.show(now=True)

    def show(self, now: bool = False) -> None:
        """Draw the live line anew, a few times a second."""
        if self._live and (now or time.monotonic() - self._shown > 0.2):
            self._shown = time.monotonic()
            print(
                f"\r\x1b[K{self._line()[: shutil.get_terminal_size().columns - 1]}", end="", file=sys.stderr, flush=True
            )

    def summary(self) -> str:
        shown = [f"{count} {how}" for how, count in self.counts.items() if count]
        return f"stages: {', '.join(shown)}" if self.counts.keys() - {"up to date"} else "everything is up to date"

    def close(self) -> None:
        """Of a terminal that is gone there is nothing to clear."""
        with suppress(OSError):
            if self._live:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _line(self) -> str:
        texts = [f"stages {len(self._ended)}/{len(self.weights)}"]
        if self.runs:
            texts.append(f"runs {self.runs_done}/{self.runs}")
        if (left := self._seconds_left()) is not None:
            texts.append(f"{left // 60:.0f}:{left % 60:02.0f} left")
        return " · ".join([*texts, ", ".join(self._running)])

    def _seconds_left(self) -> float | None:
        """From how much of what had to be done is done; None at the beginning."""
        running = list(self._running.items())
        done = sum(self.weights[name] for name in self._ended) - self._passed
        done += sum(self.weights[name] * progress.part for name, progress in running)
        left = sum(self.weights.values()) - self._passed - done
        elapsed = time.monotonic() - self._began
        return elapsed * left / done if done > 0 and elapsed > 2 else None


def _told(progress: Progress) -> str:
    texts = [f"{time.monotonic() - progress.started:.1f} s"]
    if progress.runs or progress.stored:
        texts.append(f"{counted(progress.runs, 'run')} computed")
    if progress.stored:
        texts.append(f"{progress.stored} from the store")
    return ", ".join(texts)
