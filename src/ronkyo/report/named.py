"""What templates name of experiments, before there are results: experiments, variants, parameters, figures, chapters."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import jinja2
from jinja2 import nodes

from ronkyo import imports, params, results
from ronkyo.claims.tags import ClaimTags, syntax
from ronkyo.errors import ReportError, nearest
from ronkyo.project import Project
from ronkyo.report import prose
from ronkyo.report.functions import figure_file, named_figures
from ronkyo.report.places import Marks

KEY = re.compile(r"[a-z]\w*(\.\w+)+")
NUMBERS = {
    "mean",
    "median",
    "interval",
    "constant",
    "param",
    "higher",
    "lower",
    "equal",
}  # whose first argument is a key
EXPERIMENTS = {"count", "seeds", "label", "source", "metrics_table"}  # whose first argument is one
GIVEN = {"report", "numerics"}  # sections of params.yaml that are no experiments


def problems(project: Project) -> Iterator[str]:
    """A line, with template and line, for each name in a call that nothing will have, whatever the runs give. Names that are
    put together from parts are left to the report. Raises ReportError, ParamsError, CodeError."""
    names, environment = _Names(project), jinja2.Environment(extensions=[ClaimTags, Marks])
    if not (report := project.templates / "report.md.j2").is_file():
        yield f"{project.relative(report)}: expected the report's template, found nothing"
    files = prose.templates(project)
    chapters = [file.relative_to(project.templates).as_posix() for file in files]
    for file in files:
        shown = project.relative(file)
        try:
            tree = environment.parse(file.read_text(encoding="utf-8"), filename=shown)
        except jinja2.TemplateSyntaxError as error:
            raise ReportError(f"{shown}:{error.lineno}: {syntax(error)}") from None
        for include in tree.find_all(nodes.Include):
            chapter = include.template
            if isinstance(chapter, nodes.Const) and not (project.templates / str(chapter.value)).is_file():
                close = nearest(chapter.value, chapters)
                yield f"{shown}:{include.lineno}: expected the template {chapter.value}, found nothing{close}"
        for call in tree.find_all(nodes.Call):
            function = call.node.name if isinstance(call.node, nodes.Name) else ""
            given = [("" if place else function, argument) for place, argument in enumerate(call.args)]
            given += [("figure" if each.key == "figure" else "", each.value) for each in call.kwargs]
            for role, text in ((role, text) for role, argument in given for text in _texts(argument)):
                for problem in names.problems(role, text):
                    yield f"{shown}:{call.lineno}: {problem}"


def _texts(argument: Any) -> Iterator[str]:
    if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, nodes.List | nodes.Tuple):
        for item in argument.items:
            yield from _texts(item)


class _Names:
    def __init__(self, project: Project) -> None:
        self._project = project
        sections = project.load_params()
        dumped = {name: json.loads(section.model_dump_json()) for name, section in sections.items()}
        self._parameters: dict[str, Any] = dumped
        self._variants = {name: list(getattr(section, "variants", {})) for name, section in sections.items()}

    def problems(self, function: str, text: str) -> Iterator[str]:
        """Of a text that a function is given first, or figure= of another; function: "" of all other arguments."""
        known = self._project.experiments
        first, _, rest = text.partition(".")
        if function == "figure":
            if figure_file(self._project, text) is None and text not in (named := named_figures(self._project)):
                yield f"figure {text!r}: no such figure{nearest(text, named)}"
        elif function in EXPERIMENTS:
            if text not in known:
                yield f"{function} {text!r}: no such experiment{nearest(text, known)}"
        elif not KEY.fullmatch(text):
            return
        elif first not in known:
            if function in NUMBERS and first not in GIVEN:
                yield f"{text}: expected an experiment, found {first!r}{nearest(first, known)}"
        elif function == "param":
            if params.value_of(self._parameters, text) is None:
                keys = [f"{first}.{key}" for key in _leaves(self._parameters.get(first))]
                yield f"param {text!r}: no such parameter{nearest(text, keys)}"
        elif rest.count(".") == 1 and not self._is_group(first, variant := rest.partition(".")[0]):
            close = nearest(variant, self._variants.get(first, []))
            yield f"{text}: expected a variant of {first} or a group of its constants, found {variant!r}{close}"

    def _is_group(self, experiment: str, name: str) -> bool:
        """Whether it is a variant, or may be a group of constants: of those that there are, or of those that summarize.py
        spells or puts together."""
        if name in self._variants.get(experiment, ()) or name in results.read_constants(self._project, experiment):
            return True
        file = self._project.experiments_folder / experiment / "summarize.py"
        return file.is_file() and any(_spells(node, name) for node in ast.walk(imports.tree(file)))


def _spells(node: ast.AST, name: str) -> bool:
    """As a string, as the name of an argument, or as what an f-string with letters of its own may give."""
    if isinstance(node, ast.JoinedStr):
        own = [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
        pattern = "".join(re.escape(text) or r"\w+" for text in own)
        return re.search("[a-z]", "".join(own)) is not None and re.fullmatch(pattern, name) is not None
    return getattr(node, "value" if isinstance(node, ast.Constant) else "arg", None) == name


def _leaves(section: Any, key: str = "") -> Iterator[str]:
    if isinstance(section, dict):
        for name, value in section.items():
            yield from _leaves(value, f"{key}.{name}" if key else name)
    else:
        yield key
