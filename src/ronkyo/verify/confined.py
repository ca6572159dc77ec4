"""What reads a file of unknown origin runs here: in a process with limits, that is given bytes and hands back plain data.

That process gets the file on its standard input and writes JSON on its standard output. It can open no connection and no
program, and nothing for writing but in a folder of its own, which is gone afterwards.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from importlib import import_module
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from ronkyo import cache
from ronkyo.errors import UserError

MEMORY = 1 << 30  # bytes of address space, where the system can limit it
SECONDS = 60  # of a processor
WAIT = 120  # seconds by the clock
MOST_FILES = 500
LARGEST, ALL = 32 << 20, 64 << 20  # bytes, of one that a report carries and of all together
ANSWER = 128 << 20  # bytes of JSON
TOO_MUCH = f"reading it may take {MEMORY >> 20} MB"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each one more takes address space
START = f"import sys; from {__name__} import main; main(*sys.argv[1:])"
CONNECTS = ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.send")
RUNS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


class Refused(Exception):  # noqa: N818
    """What is wrong with the file, said by the function that reads it; its name is added outside."""


def call(function: Callable[..., Any], content: bytes, name: object, **options: Any) -> Any:
    """What `function(content, **options)` returns, computed apart: a value of JSON, or bytes in its place anywhere.

    Raises UserError with one line about the file `name`, whatever the bytes do to the process.
    """
    # -B, since Python would write bytecode where a library has none yet; -P, since modules are not those of this folder.
    command = [sys.executable, "-BPc", START, function.__module__, function.__qualname__, json.dumps(options)]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with TemporaryDirectory(prefix="ronkyo-") as folder:
        environment = os.environ | ONE_THREAD | path | {"TMPDIR": os.path.realpath(folder)}
        try:
            done = subprocess.run(
                command, input=content, capture_output=True, env=environment, timeout=WAIT, check=False
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"{name}: refused: reading it took more than {WAIT} seconds") from None
    if done.returncode != 0:
        raise UserError(f"{name}: refused: {_end(done)}")
    answer = unpacked(done.stdout)
    if "refused" in answer:
        raise UserError(f"{name}: {answer['refused']}")
    return answer["answer"]


def _end(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why a process gave no answer."""
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"reading it took more than {SECONDS} seconds of the processor"
    if done.returncode < 0:
        return f"it ended the process that read it ({signal.Signals(-done.returncode).name}; {TOO_MUCH})"
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the process that read it ended with exit status {done.returncode}{': ' * bool(last)}{last[:200]}"


def main(module: str, function: str, options: str) -> None:
    """What the process does."""
    content = sys.stdin.buffer.read()
    read = getattr(import_module(module), function)
    _limit()
    logging.disable()  # of libraries: what is wrong is told in one line
    try:
        answer = {"answer": read(content, **json.loads(options))}
    except Refused as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": f"refused: {TOO_MUCH}, and it takes more"}
    except RecursionError:
        answer = {"refused": "refused: its parts are nested too deeply"}
    text = packed(answer)
    if len(text) > ANSWER:
        text = json.dumps({"refused": f"refused: what it holds is more than {ANSWER >> 20} MB"}).encode()
    sys.stdout.buffer.write(text)


def _limit() -> None:
    with suppress(ImportError, ValueError, OSError):  # what the system lacks or forbids
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    cache.leave_folder_alone()
    sys.addaudithook(partial(_guard, gettempdir() + os.sep))


def _guard(own: str, event: str, arguments: tuple[Any, ...]) -> None:
    """own: how paths begin that may be written."""
    if event.startswith(CONNECTS + RUNS):
        raise Refused(f"refused: reading it asked for {event}")
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes and not os.path.realpath(str(arguments[0])).startswith(own):
        raise Refused("refused: reading it asked for a file to write to")


def limited(entries: Iterable[tuple[str, Callable[[int], bytes]]]) -> dict[str, bytes]:
    """The files that a report carries, name -> content, of (name, what reads at most so many bytes of it). Raises Refused
    beyond a limit."""
    found: dict[str, bytes] = {}
    room = ALL
    for name, read in entries:
        if name in found:
            raise Refused(f"refused: it carries two files {name!r}")
        if len(found) == MOST_FILES:
            raise Refused(f"refused: it carries more than {MOST_FILES} files")
        most = min(LARGEST, room)
        found[name] = read(most + 1)
        if len(found[name]) > most:
            raise Refused(f"refused: {name!r} is larger than {LARGEST >> 20} MB, or all together than {ALL >> 20} MB")
        room -= len(found[name])
    return found


def inflated(content: bytes, most: int) -> bytes:
    """At most so many bytes of what zlib packed."""
    return zlib.decompressobj().decompress(content, most)


def packed(value: Any) -> bytes:
    """Plain data as JSON, with bytes in Base64 anywhere but in names."""

    def encoded(content: Any) -> dict[str, str]:
        if isinstance(content, bytes):
            return {"base64": base64.b64encode(content).decode()}
        raise TypeError(f"expected plain data, found {type(content)}")

    return json.dumps(value, default=encoded).encode()


def unpacked(text: bytes) -> Any:
    """What was packed; a file may have the name that stands for bytes here."""

    def decoded(value: dict[str, Any]) -> Any:
        is_bytes = value.keys() == {"base64"} and isinstance(value["base64"], str)
        return base64.b64decode(value["base64"]) if is_bytes else value

    return json.loads(text, object_hook=decoded)
