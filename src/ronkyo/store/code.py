"""The code that a run executes, definition by definition, found without running anything."""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ronkyo import imports

# Code that uses one of these may find things by names that are not written there: all that it can import counts.
DYNAMIC = {"globals", "locals", "vars", "eval", "exec", "import_module", "__import__", "__getattr__", "__dict__"}
DYNAMIC |= {"__subclasses__", "__init_subclass__", "metaclass", "sys.modules"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Code:
    """The digests and the texts of definitions, by dotted name. A digest leaves out what changes no result: comments,
    docstrings, layout, and what local variables are called."""

    digests: dict[str, str]
    texts: dict[str, str]


def reached(roots: Iterable[str], tops: Mapping[str, Path], files: Iterable[Path]) -> Code:
    """What the roots ("package.module.name") reach by name in the packages `tops` {name: the folder around it}.

    Of a module on the way, what runs when it is imported counts, and those definitions that are reached. files: all that
    the roots can import; it counts as a whole where code looks up names itself. Raises CodeError.
    """
    search = _Search(tops, list(files), list(roots))
    while search.waiting:
        search.follow(search.waiting.pop())
    digests, texts = {}, {}
    for dotted, (module, statements) in sorted(search.found.items()):
        bare = [_without_docstrings(statement) for statement in statements]
        texts[dotted] = "\n\n".join(map(ast.unparse, bare)) + "\n"
        canonical = "\n".join(_canonical(statement, set(module.bound)) for statement in bare)
        digests[dotted] = hashlib.sha256(canonical.encode()).hexdigest()[:32]
    return Code(digests, texts)


@dataclass
class _Module:
    """body: the statements at the top, an import split into one for each name; bound: those that bind a name."""

    name: str
    body: list[ast.stmt] = field(default_factory=list)
    bound: dict[str, list[ast.stmt]] = field(default_factory=dict)
    is_package: bool = True

    @staticmethod
    def read(name: str, file: Path) -> _Module:
        module = _Module(name, is_package=file.name == "__init__.py")
        for node in imports.tree(file).body:
            if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
                module.body += node.orelse
            elif isinstance(node, Import):
                module.body += [_alone(node, alias) for alias in node.names]
            else:
                module.body.append(node)
        for node in module.body:
            for bound in _bound(node):
                module.bound.setdefault(bound, []).append(node)
        return module

    def bindings(self, statement: ast.stmt) -> Iterator[tuple[str, str]]:
        """What imports inside a statement bind: (name, full dotted name of what it means); ("*", "a.b.*") is all of a
        module, and ("a.b", "a.b") what `import a.b` loads beside binding a."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name, alias.name
                    if not alias.asname:
                        yield (first := alias.name.partition(".")[0]), first
            elif isinstance(node, ast.ImportFrom):
                parts = self.name.split(".")
                around = parts[: len(parts) - node.level + self.is_package] if node.level else []
                start = ".".join([*around, *filter(None, [node.module])])
                yield from ((alias.asname or alias.name, f"{start}.{alias.name}") for alias in node.names)

    @cached_property
    def top(self) -> list[tuple[str, str]]:
        """What imports at the top bind."""
        outside = [node for node in self.body if not isinstance(node, Function | ast.ClassDef)]
        return [binding for node in outside for binding in self.bindings(node)]

    def meanings(self, name: str, inside: Iterable[tuple[str, str]] = ()) -> list[str]:
        """What imports at the top, and those inside some code, may mean by a name: full dotted names."""
        found = [*inside, *self.top]
        direct = [target for bound, target in found if bound == name]
        return direct + [f"{target.removesuffix('.*')}.{name}" for bound, target in found if bound == "*" != name]


@dataclass
class _Search:
    tops: Mapping[str, Path]
    files: list[Path]
    waiting: list[str]  # dotted names
    seen: set[str] = field(default_factory=set)
    found: dict[str, tuple[_Module, list[ast.stmt]]] = field(default_factory=dict)  # of a module: what runs on import
    modules: dict[str, _Module | None] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)

    def module(self, name: str) -> _Module | None:
        """None: none of our packages, or no module of theirs."""
        if name not in self.modules:
            folder = self.tops.get(name.partition(".")[0])
            path = folder / Path(*name.split(".")) if folder else None
            files = (path / "__init__.py", path.with_suffix(".py")) if path else ()
            file = next((file for file in files if file.is_file()), None)
            without_file = _Module(name) if path and path.is_dir() else None
            self.modules[name] = _Module.read(name, file) if file else without_file
        return self.modules[name]

    def follow(self, dotted: str) -> None:
        """dotted: a module ("a.b", "a.b.*"), which counts as a whole, or something in one ("a.b.name", "a.b.name.more")."""
        dotted = dotted.removesuffix(".*")
        if dotted in self.seen:
            return
        self.seen.add(dotted)
        parts = dotted.split(".")
        for depth in range(1, len(parts) + 1):
            module = self.module(".".join(parts[:depth]))
            if module is None:
                return
            self.run(module)
            if depth == len(parts):
                self.waiting += [f"{dotted}.{name}" for name in module.bound if name != "*"]
                self.waiting += module.meanings("*")
            else:
                self.use(module, parts[depth], parts[depth + 1 :])

    def use(self, module: _Module, name: str, attributes: list[str]) -> None:
        """A name of a module: its definition, and what it stands for where that is something imported."""
        is_module = self.module(f"{module.name}.{name}") is not None
        rest = [] if is_module else attributes  # those of a module are followed as such
        for target in module.meanings(name):
            if self.is_ours(target):
                self.waiting.append(".".join([target, *rest]))
        self.count(module, f"{module.name}.{name}", module.bound.get(name, []))
        if not is_module and name not in module.bound and "__getattr__" in module.bound:
            self.waiting.append(f"{module.name}.__getattr__")

    def is_ours(self, dotted: str) -> bool:
        """Whether it is one of our modules or may be something in one."""
        return bool(self.module(dotted) or self.module(dotted.rpartition(".")[0]))

    def run(self, module: _Module) -> None:
        """What runs when a module is imported."""
        if module.name not in self.imported:
            self.imported.add(module.name)
            self.count(module, module.name, [node for node in module.body if self.acts(module, node)])
            for node in module.body:
                self.run_imports(module, node)

    def run_imports(self, module: _Module, statement: ast.stmt) -> None:
        for _, target in module.bindings(statement):
            parts = target.split(".")
            for depth in range(1, len(parts) + 1):
                if inner := self.module(".".join(parts[:depth])):
                    self.run(inner)

    def acts(self, module: _Module, node: ast.stmt) -> bool:
        """Whether a statement at the top of a module does more than give something a name."""
        if isinstance(node, Function | ast.ClassDef):  # a decorator of ours, or itself, may register it somewhere
            names = {_chain(inner).partition(".")[0] for item in node.decorator_list for inner in ast.walk(item)}
            defined = [statement for name in names for statement in module.bound.get(name, [])]
            imported = [target for name in names for target in module.meanings(name)]
            calls = isinstance(node, ast.ClassDef) and any(map(_is_expression, node.body))
            return calls or any(map(self.is_ours, imported)) or not all(isinstance(item, Import) for item in defined)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            calls = any(isinstance(inner, ast.Call) for inner in ast.walk(node))
            return calls or not all(isinstance(target, ast.Name) for target in targets)
        return not isinstance(node, Import | ast.Pass) and not _is_docstring(node)

    def count(self, module: _Module, dotted: str, statements: list[ast.stmt]) -> None:
        """Statements that run, and all that they name."""
        if dotted in self.found or not statements:
            return
        self.found[dotted] = module, statements
        for statement in statements:
            if isinstance(statement, Import):
                continue
            self.run_imports(module, statement)
            words, inside = (
                {word for node in ast.walk(statement) for word in _words(node)},
                list(module.bindings(statement)),
            )
            for chain in set(_chains(statement)):
                first, _, more = chain.partition(".")
                meant = [f"{target}.{more}".rstrip(".") for target in module.meanings(first, inside)]
                self.waiting += [f"{module.name}.{chain}", *meant]
                words |= {chain, *meant, *(name.rpartition(".")[2] for name in meant)}
            self.waiting += [word for word in words if re.fullmatch(r"\w+(\.\w+)+", word) and self.is_ours(word)]
            if words & DYNAMIC:
                self.waiting += [self.name_of(file) for file in self.files if file.suffix == ".py"]
                self.files.clear()  # once is enough

    def name_of(self, file: Path) -> str:
        folder = next(folder for folder in self.tops.values() if file.is_relative_to(folder))
        parts = file.relative_to(folder).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _alone(node: Import, alias: ast.alias) -> ast.stmt:
    """An import of one of its names."""
    alone = copy.copy(node)
    alone.names = [alias]
    return alone


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds at the top of a module."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        waiting += ast.iter_child_nodes(node)


def _chain(node: ast.AST) -> str:
    """A name and its attributes, as in a.b.c; "" of anything else."""
    if isinstance(node, ast.Attribute):
        start = _chain(node.value)
        return start and f"{start}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _chains(statement: ast.stmt) -> Iterator[str]:
    """The longest ones that code names: of `a.b.c(d)`, a.b.c and d."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if chain := _chain(node):
            yield chain
        else:
            waiting += ast.iter_child_nodes(node)


def _words(node: ast.AST) -> Iterator[str]:
    """Names and short texts that a node has itself."""
    for _, value in ast.iter_fields(node):
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))


def _is_expression(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and not _is_docstring(node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _without_docstrings(statement: ast.stmt) -> ast.stmt:
    statement = copy.deepcopy(statement)
    for node in ast.walk(statement):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [inner for inner in body if not _is_docstring(inner)] or [ast.Pass()]  # type: ignore
    return statement


def _canonical(statement: ast.stmt, module_names: set[str]) -> str:
    """A text that is the same for statements that differ in layout and the names of local variables alone; the statement
    changes."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            _rename_locals(node, module_names | set(dir(builtins)))
        else:
            waiting += ast.iter_child_nodes(node)
    return ast.dump(statement)


def _rename_locals(function: ast.FunctionDef | ast.AsyncFunctionDef, kept: set[str]) -> None:
    """Numbers in place of the names of variables that a function binds; those that stay are names of anything else there,
    as of parameters, so that no two programs become the same."""
    inside = [node for statement in function.body for node in ast.walk(statement)]
    body = set(map(id, inside))
    others = [node for node in ast.walk(function) if not isinstance(node, ast.Attribute | ast.keyword | ast.Constant)]
    outside = [node for node in others if id(node) not in body or not isinstance(node, ast.Name)]
    of_classes = [inner for node in inside if isinstance(node, ast.ClassDef) for inner in ast.walk(node)]
    kept = kept | {word for node in (*outside, *of_classes) for word in _words(node)}
    stored = [node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    numbers = {name: f"${number}" for number, name in enumerate(dict.fromkeys(stored)) if name not in kept}
    for node in inside:
        if isinstance(node, ast.Name):
            node.id = numbers.get(node.id, node.id)
