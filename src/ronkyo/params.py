"""params.yaml -> frozen sections, read with DVC's own YAML parser and checked as a whole before anything runs."""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from ronkyo.errors import UserError, conflict, nearest, not_utf8

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]  # other names make DVC lose stages silently
Training = TypeVar("Training", bound="Section")
Checked = TypeVar("Checked", bound=BaseModel)
Variants = dict[Name, Training]
MOST_LEVELS, MOST_NODES = 100, 1_000_000  # of a YAML file, what aliases repeat counted each time

# What the parser says, in the words of who writes the file.
MISTAKES = {
    "mapping values are not allowed": "a text with a colon, which needs quotes, or in the line above a key that lacks its colon",
    "did not find expected key": "a line that is not as far in as those beside it, or a quote inside quotes",
    "did not find expected ','": "a bracket that is not closed",
    "did not find expected node": "a bracket that is not closed, or nothing before a comma",
    "unexpected end of stream": "a quote that is not closed",
    "character that cannot start": "a tab, or a text that needs quotes for its first sign",
    "could not find expected ':'": "a key that lacks its colon",
}


class ParamsError(UserError):
    """One line for each thing wrong in params.yaml: file, key, what was expected, what was found."""


class Section(BaseModel):
    """A mapping in params.yaml: immutable, no key missing, no key unknown, no value converted on the quiet."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _complete_variants(cls, section: Any) -> Any:
        """A variant says only how it differs: put its keys over those of `training`."""
        if not isinstance(section, Mapping) or not {"training", "variants"} <= section.keys():
            return section
        training, variants = section["training"], section["variants"]
        if not isinstance(training, Mapping) or not isinstance(variants, Mapping):
            return section
        merged = {
            name: {**training, **changes} if isinstance(changes, Mapping) else changes
            for name, changes in variants.items()
        }
        return {**section, "variants": merged}


def _smallest(value: Any) -> Any:
    """A number, a difference; {"ratio": number}, a ratio."""
    number, least = (value["ratio"], 1) if isinstance(value, Mapping) and [*value] == ["ratio"] else (value, 0)
    if isinstance(number, bool) or not isinstance(number, int | float) or not least < number < math.inf:
        raise ValueError("expected a number > 0, or {ratio: a number > 1}")
    return value


class Seeds(Section):
    """The seeds of an experiment: at which numbers of them its claims are looked at, and how far each variant is.

    A variant has the seeds 0 … of(variant) − 1. `seeds: 10` in params.yaml is a plan of one look.
    """

    looks: tuple[int, ...]  # rising
    taken: dict[str, int] = {}  # variants that are further than the first look
    matters: dict[str, Annotated[Any, AfterValidator(_smallest)]] = {}  # by metric: the smallest difference or ratio

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        if isinstance(written, Mapping):
            looks = written.get("looks")
            return {**written, "looks": tuple(looks)} if isinstance(looks, list) else written
        if type(written) is int and written > 0:
            return {"looks": (written,)}
        raise ValueError("expected a whole number ≥ 1, or a plan (looks: [5, 10, 20])")

    @field_validator("looks")
    @classmethod
    def _rise(cls, looks: tuple[int, ...]) -> tuple[int, ...]:
        least = 2 if len(looks) > 1 else 1  # one seed has no spread to look at
        if not looks or looks[0] < least or any(a >= b for a, b in pairwise(looks)):
            raise ValueError("expected whole numbers that rise, from 2 on, or one number ≥ 1")
        return looks

    @field_validator("taken")
    @classmethod
    def _of_the_plan(cls, taken: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        looks = info.data.get("looks", tuple(taken.values()))  # else they are wrong themselves
        if any(count not in looks for count in taken.values()):
            raise ValueError(f"expected numbers of the looks, {', '.join(map(str, looks))}")
        return taken

    @property
    def first(self) -> int:
        return self.looks[0]

    def of(self, variant: str) -> int:
        """How many seeds a variant has."""
        return self.taken.get(variant, self.first)


def load(
    file: Path, schemas: Mapping[str, type[BaseModel]], shown: str, defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every section of the file by name, each checked by its schema; `shown` is what errors call the file, `defaults` are
    the sections that it may leave out.

    Raises ParamsError when the file is not readable YAML or any section is not as its schema says.
    """
    document = {**(defaults or {}), **read_document(file, shown)}
    problems = [
        f"{shown}: {name}: unknown section; expected one of {', '.join(schemas)}{nearest(name, schemas)}"
        for name in document
        if name not in schemas
    ]
    sections = {}
    for name, schema in schemas.items():
        try:
            sections[name] = load_section(document, shown, name, schema)
        except ParamsError as error:
            problems.append(str(error))
    if problems:
        raise ParamsError("\n".join(problems))
    return sections


def load_section(document: Mapping[str, Any], shown: str, name: str, schema: type[Checked]) -> Checked:
    """One section of a document. Raises ParamsError."""
    if name not in document:
        raise ParamsError(f"{shown}: {name}: expected a section, found nothing")
    try:
        section = schema.model_validate(document[name])
    except ValidationError as error:
        raise ParamsError("\n".join(describe(error, shown, name, schema, document[name]))) from error
    _expect_variants(section, f"{shown}: {name}.seeds.taken")
    return section


def _expect_variants(section: Any, place: str) -> None:
    """Only variants that there are have taken looks. (No validator of Section, whose code is part of a run's key.)"""
    seeds, variants = getattr(section, "seeds", None), getattr(section, "variants", {})
    for name in seeds.taken if isinstance(seeds, Seeds) else ():
        if name not in variants:
            known = f"a variant, one of {', '.join(variants)}" if variants else "no variant, since there is none"
            raise ParamsError(f"{place}: expected {known}, found {name!r}{nearest(name, variants)}")


def load_whole(file: Path, shown: str, schema: type[Checked]) -> Checked:
    """A file that is one section as a whole. Raises ParamsError."""
    document = read_document(file, shown)
    try:
        return schema.model_validate(document)
    except ValidationError as error:
        raise ParamsError("\n".join(describe(error, shown, "", schema, document))) from error


def read_document(file: Path, shown: str | None = None) -> dict[str, Any]:
    """The file as plain dicts, lists and scalars (YAML 1.2, as DVC reads it)."""
    shown = shown or str(file)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise ParamsError(f"{shown}: expected a file, found nothing") from None
    except OSError as error:
        raise ParamsError(f"{shown}: expected a file that can be read, found {error.strerror}") from None
    return parse_document(content, shown)


def parse_document(content: bytes, shown: str) -> dict[str, Any]:
    """The same of a file's bytes; shown: how the file is called in errors. Raises ParamsError."""
    try:
        document = pickle.loads(_parsed(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise ParamsError(f"{shown}{not_utf8(error)}") from None
    except MarkedYAMLError as error:
        begun = re.search("flow|quoted|simple", error.context or "")  # its end is missing
        mark = error.context_mark if begun else error.problem_mark
        line, problem = mark.line + 1 if mark else 1, (error.problem or "").removeprefix("found ")
        problem = next((words for start, words in MISTAKES.items() if problem.startswith(start)), problem)
        if conflicting := conflict(content):
            line, problem = conflicting, "an unsolved conflict of a merge"
        raise ParamsError(f"{shown}:{line}: expected YAML, found {_first_line(problem)}") from None
    except ReaderError as error:  # a control character; its position is in bytes
        line = content[: error.position].count(b"\n") + 1
        raise ParamsError(f"{shown}:{line}: expected YAML, found {_first_line(str(error))}") from None
    except ValueError as error:  # a date or a number that is none
        raise ParamsError(f"{shown}: expected YAML, found {_first_line(str(error))}") from None
    if not isinstance(document, dict):
        found = "nothing" if document is None else repr(document)
        raise ParamsError(f"{shown}: expected sections (name: …), found {found}")
    return document


@cache
def _parsed(text: str) -> bytes:
    """The document, pickled: each reader gets one of its own. Raises ValueError for what would take all memory, or the
    parser down."""
    open_nodes, sizes, count = [], {}, 0  # sizes: of what has an anchor, in nodes
    for event in YAML(typ="safe").parse(text):
        kind, anchor = type(event).__name__, getattr(event, "anchor", None)
        if kind.endswith("EndEvent") and open_nodes:
            anchor, start = open_nodes.pop()
            sizes[anchor] = count - start
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            open_nodes.append((anchor, count))
        count += sizes.get(anchor, MOST_NODES) if kind == "AliasEvent" else 1
        if len(open_nodes) > MOST_LEVELS or count > MOST_NODES:
            raise ValueError(f"more than {MOST_LEVELS} levels or {MOST_NODES:,} values")
    return pickle.dumps(YAML(typ="safe").load(text))


def value_of(document: Any, key: str) -> Any:
    """What nested mappings have under a dotted key; None if they do not have it."""
    for part in key.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def describe(error: ValidationError, shown: str, section: str, schema: Any, document: Any) -> list[str]:
    """One line for each problem, except those that variants repeat from the base they inherit."""
    lines = []
    for problem in error.errors(include_url=False):
        location = list(problem["loc"])
        if location and location[-1] == "[key]":
            location = location[:-1]
        found, written = _look_up(document, location)
        if location[:1] == ["variants"] and len(location) > 2 and not written:
            continue
        key = ".".join(str(part) for part in ([section] if section else []) + location)
        line = f"{shown}: {key}: {_expectation(problem, found, written)}"
        if problem["type"] == "extra_forbidden":
            line += nearest(location[-1], _known_keys(schema, location[:-1]))
        lines.append(line)
    return lines or [f"{shown}: {section}: {_first_line(str(error))}"]


def _look_up(document: Any, location: Iterable[int | str]) -> tuple[Any, bool]:
    for part in location:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return None, False
    return document, True


def _known_keys(schema: Any, location: Iterable[int | str]) -> list[str]:
    """Of the section at a location; [] where the annotations do not say which one it is."""
    for part in location:
        fields = getattr(schema, "model_fields", None)
        if fields is None:  # list[schema], dict[name, schema]
            schema = next(iter(get_args(schema)[-1:]), None)
        else:
            schema = fields[part].annotation if part in fields else None
        if NoneType in get_args(schema):  # schema | None
            schema = next((choice for choice in get_args(schema) if choice is not NoneType), None)
    return list(getattr(schema, "model_fields", []))


def _expectation(problem: Any, found: Any, written: bool) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key, found {found!r}"
    expected = {
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "finite_number": "a finite number",
        "string_type": "text",
        "bool_type": "true or false",
        "list_type": "a list",
        "tuple_type": "a list",
        "dict_type": "a section (key: value)",
        "model_type": "a section (key: value)",
        "model_attributes_type": "a section (key: value)",
        "missing": "a value",
        "greater_than": f"a number > {context.get('gt')}",
        "greater_than_equal": f"a number ≥ {context.get('ge')}",
        "less_than": f"a number < {context.get('lt')}",
        "less_than_equal": f"a number ≤ {context.get('le')}",
        "literal_error": f"one of {context.get('expected')}",
        "string_pattern_mismatch": f"text like {context.get('pattern')}",
        "too_short": f"at least {context.get('min_length')} entries",
    }.get(kind)
    if kind == "value_error":
        expected = str(context["error"]).removeprefix("expected ")
    shown = repr(found) if written else "nothing"
    return f"expected {expected or _first_line(problem['msg'])}, found {shown}"


def _first_line(text: str | None) -> str:
    return (text or "something else").strip().splitlines()[0]
