"""Which files and distributions some code reaches: its imports, followed to the end, without running anything."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from packaging.utils import canonicalize_name


@dataclass
class Reached:
    """files: absolute paths; modules: top-level names imported from elsewhere; names: what files that look up installed
    distributions have as strings, in canonical form. Not all that strings name is there."""

    files: set[Path] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def closure(roots: Iterable[Path], sources: Sequence[Path]) -> Reached:
    """What the roots import from the folders or packages `sources` or from beside themselves, at the top or inside functions, or
    name in a string: a module ("a.b"), or a file or folder of data beside the module. A package's `__init__.py` with
    nothing but a docstring is left out."""
    reached, waiting = Reached(), list(roots)
    while waiting:
        file = waiting.pop()
        if file in reached.files:
            continue
        reached.files.add(file)
        if file.suffix != ".py":
            continue
        names, strings = _named(file.read_text(encoding="utf-8"))
        for name in names:
            if (files := _files_of(name, file, sources)) is not None:
                waiting += files
            elif (top := name.partition(".")[0]) not in sys.stdlib_module_names:
                reached.modules.add(top)
        for text in strings:
            files = _files_beside(text, file)
            if not files and re.fullmatch(r"[a-z]\w+(\.\w+)+", text):
                files = _files_of(text, file, sources)
                if files is None and _is_installed(text):
                    reached.modules.add(text.partition(".")[0])
            waiting += files or []
        if names & {"importlib.metadata", "importlib.resources"}:
            reached.names |= {canonicalize_name(text) for text in strings}
    return reached


def is_empty(file: Path) -> bool:
    """Whether a module has no code: nothing, comments or a docstring."""
    body = _tree(file).body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def constant(file: Path, name: str) -> object:
    """The literal that a module gives a name at its top; None if it gives none. Raises ValueError for no literal."""
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            return ast.literal_eval(node.value)
    return None


def keywords(file: Path, function: str) -> set[str]:
    """The keyword arguments with which a module calls a function."""
    calls = [node for node in ast.walk(_tree(file)) if isinstance(node, ast.Call)]
    called = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", None)) == function]
    return {keyword.arg for call in called for keyword in call.keywords if keyword.arg}


def _tree(file: Path) -> ast.Module:
    return _parsed(file.read_text(encoding="utf-8"))


_parsed = cache(ast.parse)  # by the text, which a file may get anew


@cache
def _named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The modules that a text imports (and, of `from a import b`, a.b, which may be one), and its short strings."""
    names, strings = set(), set()
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            stop = "." if node.module else ""
            names |= {start, *(f"{start}{stop}{alias.name}" for alias in node.names)} - {"." * node.level}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w./-]+", node.value):
            strings.add(node.value)
    return frozenset(names), frozenset(strings)


def _files_of(module: str, file: Path, sources: Sequence[Path]) -> list[Path] | None:
    """The file of a module that `file` names, and the packages around it that have code; None if it is from elsewhere."""
    level = len(module) - len(module.lstrip("."))
    parts = module[level:].split(".")
    for folder in [file.parents[level - 1]] if level else [*sources, file.parent]:
        if not level and (folder / "__init__.py").is_file():  # one package among others that are not meant
            if parts[0] != folder.name:
                continue
            folder = folder.parent
        if (folder / parts[0]).is_dir() or (folder / f"{parts[0]}.py").is_file():
            paths = [folder.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
            packages = [init for path in paths if (init := path / "__init__.py").is_file() and not is_empty(init)]
            return packages + ([itself] if (itself := paths[-1].with_suffix(".py")).is_file() else [])
    return None


def _is_installed(module: str) -> bool:
    """Whether an installed package has the module "a.b"; nothing is imported."""
    top, *parts = module.split(".")
    spec = find_spec(top)
    folders = [Path(folder).joinpath(*parts) for folder in (spec and spec.submodule_search_locations) or ()]
    return any(folder.is_dir() or folder.with_suffix(".py").is_file() for folder in folders)


def _files_beside(text: str, file: Path) -> list[Path]:
    """What a string names: a file beside the module, or the files of a folder of data there."""
    if text[0] in "./-" or "/." in text or text == "__init__.py":
        return []
    beside = file.parent / text
    if beside.is_dir() and not any(beside.rglob("*.py")):
        return sorted(path for path in beside.rglob("*") if path.is_file())
    return [beside] if beside.is_file() else []
