"""Which files of the project a stage's code reaches: its imports, followed to the end, without running anything."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULE_OF_STAGE = {"prepare": "data", "train": "train", "summarize": "summarize", "draw": "figures"}


def of_command(command: str) -> set[str]:
    """The files behind `python stages/<kind>.py [experiment [variant]]`, relative to the project's root."""
    _, script, *arguments = command.split()
    roots = [ROOT / script]
    if module := MODULE_OF_STAGE.get(Path(script).stem):
        folder = ROOT / "src/day3/experiments" / arguments[0]
        roots += [file for name in (module, "settings") if (file := folder / f"{name}.py").exists()]
    return {file.relative_to(ROOT).as_posix() for file in closure(roots)}


def closure(roots: list[Path]) -> set[Path]:
    found: set[Path] = set()
    waiting = list(roots)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += direct(file)
    return found


def direct(file: Path) -> set[Path]:
    """Files of this project that a file imports, at its top or inside functions, or names in a string (module or script)."""
    names: set[str] = set()
    scripts: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(r"day3(\.\w+)+", node.value):
                names.add(node.value)
            elif re.fullmatch(r"\w+\.py", node.value) and (beside := file.with_name(node.value)).is_file():
                scripts.add(beside)
    return scripts | {path for name in names if (path := _file_of(name))}


def _file_of(module: str) -> Path | None:
    candidates = [ROOT / "src" / Path(*module.split(".")).with_suffix(".py"), ROOT / "stages" / f"{module}.py"]
    return next((path for path in candidates if path.is_file()), None)
