"""Write requirements.lock and requirements-cuda.lock from pyproject.toml: `make lock`, then commit both.

What the engine alone needs stands first in requirements.lock: no more than that is installed where nothing is trained.
What is pinned stays pinned while pyproject.toml allows it; `make lock UPGRADE="--upgrade-package weasyprint"` moves one pin,
`UPGRADE=--upgrade` all. uv must be on the path. See docs/decisions/009-one-lock-with-hashes.md.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
MAIN, CUDA = ROOT / "requirements.lock", ROOT / "requirements-cuda.lock"
HEADS = {
    MAIN: "# Every distribution that the project uses, pinned, with the digests of its files. `make lock` writes it.\n",
    CUDA: "# What PyTorch's CUDA build for Linux needs beside requirements.lock. `make lock` writes it.\n",
}
BESIDE = "# Beside the engine: what the project, checks, clusters and development need.\n"
PIN = re.compile(r"^(\S+)==(\S+)(?: ; (.+?))? \\\n((?:    --hash=.*\n)+)", re.MULTILINE)
ONLY_CUDA = re.compile(r"cuda-|nvidia-|triton$")
MACHINES = [
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.{patch}",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": platform,
        "platform_system": platform.capitalize(),
        "platform_machine": machine,
    }
    for minor in range(11, 15)
    for patch in (0, 20)
    for platform, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
]
# The CPU builds of torch 2.13.0 for Linux, which PyTorch's own index offers beside the CUDA builds of the same version
# on PyPI. In this order 3.11 to 3.14, for x86_64 and aarch64: the first as computed from the file, the others as published lock
# files quote that index. A digest that is wrong refuses its file, and the build of PyPI comes instead.
TORCH_CPU = {
    "2.13.0": (
        "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
        "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
        "4ca4a9394b0c771238a4f73590fdbbc4debad85ed0fa63d026ae1b085da7d6e2",
        "6f307c2c32d764ffc6ff6893b801fad6d4752f3e67966cb8abf1843427c02604",
        "3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",
        "0b8f7d0423027ae8b90c7977c627f3379f325363a08224dffad9b4b2d684a83d",
        "d20fa53ee744502fa4c69818a720b05ca0d37abd055d4f6e66cae155114bc691",
        "ca021f9eb2f8345c83fa03e3a04587308afb8df71bd472670b3ece00df58621c",
    ),
}


def main(options: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written, engine = Path(folder, "both.lock"), Path(folder, "engine.lock")
        written.write_text(
            "".join(file.read_text(encoding="utf-8") for file in HEADS if file.exists()), encoding="utf-8"
        )
        _resolve(
            written,
            "--extra",
            "check",
            "--extra",
            "editors",
            "--extra",
            "cluster",
            "--extra",
            "sign",
            "--group",
            "day3",
            "--group",
            "dev",
            *options,
        )
        _resolve(engine, "--constraint", str(written))
        pins = PIN.findall(written.read_text(encoding="utf-8"))
        needed = {name for name, *_ in PIN.findall(engine.read_text(encoding="utf-8"))}
    cuda = [pin for pin in pins if ONLY_CUDA.match(pin[0])]
    first = [pin for pin in pins if pin[0] in needed]
    rest = [pin for pin in pins if pin not in cuda and pin not in first]
    for file, parts in {MAIN: (first, rest), CUDA: (cuda,)}.items():
        texts = ("".join(_lines(*pin) for pin in part) for part in parts)
        file.write_text(HEADS[file] + BESIDE.join(texts), encoding="utf-8")


def _resolve(target: Path, *options: str) -> None:
    """Pins with digests, for all platforms; those that the file has stay while they can."""
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-annotate", "--no-header", "--quiet", "--output-file", str(target), *options]
    subprocess.run(command, cwd=ROOT, check=True)


def _lines(name: str, version: str, marker: str, digests: str) -> str:
    """A pin as it stands in the lock: nothing where no machine that is supported takes it."""
    taken = {not marker or Marker(marker).evaluate(machine) for machine in MACHINES}
    if taken == {False}:
        return ""
    if name == "torch":
        if version not in TORCH_CPU:
            sys.exit(
                f"torch {version}: expected the digests of its CPU builds in TORCH_CPU; PyTorch's CPU index has them"
            )
        files = sorted({*re.findall("[0-9a-f]{64}", digests), *TORCH_CPU[version]})
        digests = " \\\n".join(f"    --hash=sha256:{file}" for file in files) + "\n"
    return f"{name}=={version}{f' ; {marker}' if taken != {True} else ''} \\\n{digests}"


if __name__ == "__main__":
    main(sys.argv[1:])
