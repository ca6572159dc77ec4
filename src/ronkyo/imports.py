"""Which files and distributions some code reaches: its imports, followed to the end, without running anything."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from packaging.utils import canonicalize_name

from ronkyo.errors import UserError, not_python, not_utf8, shown

SHORT = r"[\w ./*+(),-]{1,80}"  # what may be the name of a file or of a module


class CodeError(UserError):
    """Code that cannot be read: file:line, what was expected, what was found."""


@dataclass
class Reached:
    """files: absolute paths; modules: top-level names imported from elsewhere; names: what files that look up installed
    distributions have as strings, in canonical form. Not all that strings name is there."""

    files: set[Path] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def closure(roots: Iterable[Path], packages: Iterable[Path]) -> Reached:
    """What the roots import from the packages (folders, or single modules), scripts also from beside themselves, at the
    top or inside functions, or name in a string: a module ("a.b"), a file or folder of data beside the module, by the
    end of its name too (".csv"), or a file of data in the module's package by the end of its path ("tables/x.csv").

    Of a package around an imported module, the `__init__.py` counts with what it imports at its top, and only if it is
    more than a docstring."""
    reached, seen = Reached(), set()
    packages = list(packages)
    data = {package: _data(package) for package in packages}
    waiting = [(root, True) for root in roots]
    while waiting:
        file, whole = item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        reached.files.add(file)
        if file.suffix != ".py":
            continue
        parsed = tree(file)
        names, strings = _named(parsed, whole)
        if (
            whole
            and file.name == "__init__.py"
            and any(getattr(node, "name", "") == "__getattr__" for node in parsed.body)
        ):
            waiting += [(module, True) for module in file.parent.glob("[!_]*.py")]  # any of which it may load
        tops = {package.stem: package.parent for package in packages}
        inside = next((package for package in packages if file.is_relative_to(package)), None)
        if inside is None:
            tops = {module.stem: file.parent for module in file.parent.glob("*.py")} | tops
        for name in names:
            if (files := _files_of(name, file, tops)) is not None:
                waiting += files
            elif (top := name.partition(".")[0]) not in sys.stdlib_module_names:
                reached.modules.add(top)
        for text in strings:
            waiting += [(path, True) for path in _files_beside(text, file)]
            waiting += [(path, True) for path in (data[inside] if inside else []) if _is_named(path, text, file)]
            if re.fullmatch(r"[a-z]\w+(\.\w+)+", text):
                if text.partition(".")[0] in tops:
                    waiting += _files_of(text, file, tops) or []
                elif _is_installed(text):
                    reached.modules.add(text.partition(".")[0])
        if any(name.startswith(("importlib.metadata", "importlib.resources")) for name in names):
            reached.names |= {canonicalize_name(text) for text in strings}
    return reached


def is_empty(file: Path) -> bool:
    """Whether a module has no code: nothing, comments or a docstring."""
    body = tree(file).body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def constant(file: Path, name: str) -> object:
    """The literal that a module gives a name at its top, None if it gives none. Raises CodeError for what is no literal."""
    for node in tree(file).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            try:
                return ast.literal_eval(getattr(node, "value", None) or "None")
            except ValueError:
                raise CodeError(
                    f"{shown(file)}:{node.lineno}: {name}: expected a literal, found an expression"
                ) from None
    return None


def keywords(file: Path, function: str) -> set[str]:
    """The keyword arguments with which a module calls a function."""
    calls = [node for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    called = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", None)) == function]
    return {keyword.arg for call in called for keyword in call.keywords if keyword.arg}


def tree(file: Path) -> ast.Module:
    """Not to be changed, since others get the same. Raises CodeError."""
    try:
        return _parsed(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CodeError(not_python(error, file)) from None
    except FileNotFoundError:
        raise CodeError(f"{shown(file)}: expected a file, found nothing") from None
    except UnicodeDecodeError as error:
        raise CodeError(f"{shown(file)}{not_utf8(error)}") from None


_parsed = cache(ast.parse)  # by the text, which a file may get anew


@cache
def _named(tree: ast.Module, whole: bool) -> tuple[frozenset[str], frozenset[str]]:
    """The modules that code imports (a.b.c of `from a.b import c`, which may be none), and its short strings; without
    `whole`, those that count when it is only imported."""
    names, strings = set(), set()
    for node in _nodes(tree, whole):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (f"{node.module}." if node.module else "")
            names |= {f"{start}{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(SHORT, node.value):
            strings.add(node.value)
    return frozenset(names), frozenset(strings)


def _nodes(tree: ast.Module, whole: bool) -> Iterator[ast.AST]:
    """What is run; without `whole`, only outside functions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            waiting += node.orelse
        elif whole or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            waiting += ast.iter_child_nodes(node)


def _files_of(name: str, file: Path, tops: Mapping[str, Path]) -> list[tuple[Path, bool]] | None:
    """The files behind an imported name, whose last part may be something inside a module, and whether all of each
    counts; None if it is from elsewhere. tops: where each package or module
    lies that is ours."""
    level = len(name) - len(name.lstrip("."))
    parts = name[level:].split(".")
    folder = file.parents[level - 1] if level else tops.get(parts[0])
    if folder is None:
        return None
    paths = [folder.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    if not _exists(paths[-1]):
        paths.pop()
    packages = [(init, path == paths[-1]) for path in paths if (init := path / "__init__.py").is_file()]
    itself = paths[-1].with_suffix(".py")
    return [item for item in packages if not is_empty(item[0])] + ([(itself, True)] if itself.is_file() else [])


def _exists(module: Path) -> bool:
    return (module / "__init__.py").is_file() or module.with_suffix(".py").is_file() or any(module.rglob("*.py"))


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
        return _data(beside)
    return [beside] if beside.is_file() else []


def _data(folder: Path) -> list[Path]:
    """The files in it that are no code, compiled or not."""
    return sorted(path for path in folder.rglob("*") if path.suffix not in (".py", ".pyc") and path.is_file())


def _is_named(path: Path, text: str, file: Path) -> bool:
    """Whether a string in a module names a file of data by the end of its path, or one beside it by the end of its name."""
    ending = text.lstrip("*")
    return "." in ending and (
        path.as_posix().endswith(f"/{ending}") or (path.parent == file.parent and path.name.endswith(ending))
    )
