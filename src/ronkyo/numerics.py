"""The numerical baseline: which code of numpy's and torch's libraries computes, so that other processors give the same
bits. It is set in the environment, before these libraries load; docs/numerics.md says what each setting changes."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from ronkyo.errors import UserError

Choice: TypeAlias = Literal["portable", "native"]  # `numerics` in params.yaml
NAME = "RONKYO_NUMERICS"  # the variable that holds the baseline's name

# A sum that threads share depends on how many there are.
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
X86_64 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",  # the one mode that is documented for processors of other makers than Intel
    "NUMBA_CPU_NAME": "x86-64-v3",
    "NUMBA_CPU_FEATURES": "",
}
AARCH64 = {
    "OPENBLAS_CORETYPE": "ARMV8",
    "NPY_DISABLE_CPU_FEATURES": "ASIMDHP ASIMDFHM SVE",
    "ATEN_CPU_CAPABILITY": "default",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
}
REQUIRED = {"avx2", "fma"}  # what the portable baseline's code on x86-64 is made of


class NumericsError(UserError):
    """The baseline is set too late: a library that computes is loaded already."""


def name(choice: Choice) -> str:
    """Of the baseline that a choice means on this machine: "x86-64-v3-linux", "native: AMD EPYC 7763"."""
    return environment(choice)[NAME]


def environment(choice: Choice) -> dict[str, str]:
    """The variables that a process must have before it loads numpy or torch."""
    if choice == "native":
        return {**THREADS, NAME: f"native: {_processor()}"}
    settings, level = _portable()
    return {**THREADS, **settings, NAME: level}


def apply(choice: Choice) -> str:
    """Set the baseline of this process and of those that it starts. Returns its name. Raises NumericsError where numpy or
    torch were loaded under another."""
    wanted = environment(choice)
    if not _has(wanted):
        if loaded := sorted({"numpy", "torch"} & sys.modules.keys()):
            raise NumericsError(f"numerics: {choice}: expected to set it before {loaded[0]} is loaded, found it loaded")
        os.environ.update(wanted)
        if choice == "portable" and (missing := _missing()):
            expected = f"expected a processor with {' and '.join(missing)}, found {_processor()}"
            print(f"numerics: portable: {expected}; its results are its own", file=sys.stderr)
    return wanted[NAME]


def current() -> str:
    """The name of the baseline under which this process computes; "none" where it has none."""
    return next((name(choice) for choice in get_args(Choice) if _has(environment(choice))), "none")


def _has(wanted: Mapping[str, str]) -> bool:
    return all(os.environ.get(variable) == value for variable, value in wanted.items())


def _portable() -> tuple[dict[str, str], str]:
    """The settings, and their name."""
    machine, system = platform.machine().lower(), platform.system().lower()
    if machine in ("x86_64", "amd64"):
        missing = _missing()
        return X86_64, f"x86-64 without {', '.join(missing)}: {_processor()}" if missing else f"x86-64-v3-{system}"
    return (AARCH64 if machine in ("aarch64", "arm64") else {}), f"{machine}-{system}"


def _missing() -> list[str]:
    """What an x86-64 processor lacks of the instructions that the portable baseline uses."""
    flags = _cpuinfo().get("flags")  # nothing elsewhere than on Linux for x86-64
    return sorted(REQUIRED - set(flags.split())) if flags else []


def _processor() -> str:
    return _cpuinfo().get("model name") or platform.processor() or platform.machine()


@cache
def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").split("\n\n")[0].splitlines() if file.is_file() else []
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
