"""How a program ends early: by a signal, with a line, or because nobody reads what it prints."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread, current_thread, main_thread
from traceback import clear_frames
from types import FrameType
from typing import Any

# Ctrl-C, a terminal that was closed, `kill`
SIGNALS = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


class Ended(KeyboardInterrupt):
    """A signal, after which the program cleans up and ends."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number  # as shells tell it


_came: list[Ended] = []  # while `by_signals` runs


@contextmanager
def by_signals() -> Iterator[None]:
    """The signals raise Ended while the block runs; those that are ignored, as under nohup, stay ignored."""
    if current_thread() is not main_thread():
        yield
        return
    before, hook = {number: signal.getsignal(number) for number in SIGNALS}, sys.unraisablehook

    def end(number: int, frame: FrameType | None) -> None:
        _came.append(Ended(number))
        raise _came[-1]

    def unraisable(lost: Any) -> None:
        """What an object that is half made says when it goes, is of no use."""
        if not _came:
            hook(lost)

    try:
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            if handler in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, end)
        yield
    except KeyboardInterrupt as error:
        clear_frames(error.__traceback__)  # objects that are half made go here
        raise error if isinstance(error, Ended) else Ended(signal.SIGINT) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook
        _came.clear()


def expect_none() -> None:
    """Raises Ended where a signal came whose error was lost, as in a library that catches all, or in an object's clean-up."""
    if _came:
        raise _came[-1]


@contextmanager
def postponed() -> Iterator[None]:
    """Signals that come while the block runs come at its end."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def with_parent() -> None:
    """From here on this process, with its group if it leads one, ends when the one that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.3)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def say(line: str, status: int) -> int:
    """The line on the error stream, if somebody can read it there; returns the status."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)
    return status


def drop_output() -> bool:
    """What is still to be printed is dropped. Returns whether that is because its reader left."""
    poll = select.poll()
    poll.register(1, select.POLLOUT)
    left = any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return left


if __name__ == "__main__":  # a command that ends with who started it
    with_parent()
    sys.exit(subprocess.call(sys.argv[1:]))
