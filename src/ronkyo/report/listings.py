"""Source text of an object of the project's package, read without importing it (a report must not load torch)."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from functools import lru_cache

from ronkyo import imports
from ronkyo.errors import nearest
from ronkyo.project import Project


@dataclass(frozen=True)
class Listing:
    code: str
    path: str  # from the project's root
    line: int


def find(project: Project, path: str, name: str, since: str = "") -> Listing:
    """The definition of `name` ("forward", "GRU.forward", or a module's constant) in the file src/<package>/`path`, from
    its first line that begins with `since`.

    Raises ValueError naming the file, and the objects that it has.
    """
    folder = f"src/{project.manifest.package}"
    file = project.source / project.manifest.package / path
    if not file.is_file():
        raise ValueError(f"listing: expected a file below {folder}, found {path!r}")
    objects = _definitions(imports.tree(file))
    if name not in objects:
        raise ValueError(f"listing: {path} has no {name!r}{nearest(name, objects)}; it has {', '.join(objects)}")
    node = objects[name]
    first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
    lines = file.read_text(encoding="utf-8").splitlines()[first - 1 : node.end_lineno]
    skipped = next((number for number, line in enumerate(lines) if line.lstrip().startswith(since)), None)
    if skipped is None:
        raise ValueError(f"listing: expected a line of {name} in {path} that begins with {since!r}, found none")
    code = textwrap.dedent("\n".join(lines[skipped:]))
    return Listing(code, f"{folder}/{path}", first + skipped)


@lru_cache(maxsize=512)
def _definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    definitions: dict[str, ast.stmt] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                definitions[prefix + node.name] = node
                if isinstance(node, ast.ClassDef):
                    visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.Assign):
                definitions.update(
                    {prefix + target.id: node for target in node.targets if isinstance(target, ast.Name)}
                )

    visit(tree.body, "")
    return definitions
