"""params.yaml as a JSON schema, from the models that check it: what an editor needs to complete the file and to find a typo."""

from __future__ import annotations

import ast
import inspect
import json
import tokenize
from copy import deepcopy
from functools import cache
from io import StringIO
from textwrap import dedent
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from ronkyo import files
from ronkyo.params import Seeds
from ronkyo.project import DEFAULTS, Numerics, Project

FILE = "params.schema.json"  # beside params.yaml, whose first line names it
INSIDE = "#/$defs/"
COUNT = {"type": "integer", "minimum": 1}
# As Seeds reads it, in validators that pydantic cannot tell of.
SEEDS = {
    "description": "How many seeds, or at which numbers of them claims are looked at",
    "anyOf": [
        COUNT,
        {
            "type": "object",
            "properties": {
                "looks": {"type": "array", "items": COUNT, "minItems": 1, "description": "rising"},
                "taken": {
                    "type": "object",
                    "additionalProperties": COUNT,
                    "description": "variants that are further than the first look",
                },
                "matters": {
                    "type": "object",
                    "description": "by metric: the smallest difference or ratio that matters",
                    "additionalProperties": {
                        "anyOf": [
                            {"type": "number", "exclusiveMinimum": 0},
                            {
                                "type": "object",
                                "properties": {"ratio": {"type": "number", "exclusiveMinimum": 1}},
                                "required": ["ratio"],
                                "additionalProperties": False,
                            },
                        ]
                    },
                },
            },
            "required": ["looks"],
            "additionalProperties": False,
        },
    ],
}


def document(project: Project) -> dict[str, Any]:
    """The schema. Raises ProjectError for settings that cannot be loaded."""
    models = {"numerics": Numerics, **project.schemas}
    references, generated = models_json_schema(
        [(model, "validation") for model in models.values()], schema_generator=_Generator
    )
    definitions = generated["$defs"]
    for definition in list(definitions.values()):
        _free_variants(definition, definitions)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"params.yaml of {project.name}",
        "type": "object",
        "properties": {name: references[model, "validation"] for name, model in models.items()},
        "required": [name for name in models if name not in DEFAULTS],
        "additionalProperties": False,
        "$defs": definitions,
    }


def write(project: Project) -> bool:
    """Whether the file was not up to date."""
    outdated = not is_current(project)
    if outdated:
        files.write_text(project.root / FILE, _text(project))
    return outdated


def is_current(project: Project) -> bool:
    """Whether the file is as it would be written."""
    file = project.root / FILE
    return file.is_file() and file.read_text(encoding="utf-8") == _text(project)


def _text(project: Project) -> str:
    return json.dumps(document(project), ensure_ascii=False, indent=1) + "\n"


class _Generator(GenerateJsonSchema):
    """With the comments of fields as descriptions, and no titles, which would say the names again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        model = schema["cls"]
        if model is Seeds:
            return deepcopy(SEEDS)
        made = super().model_schema(schema)
        for name, comment in comments(model).items():
            if name in made.get("properties", {}):
                made["properties"][name].setdefault("description", comment)
        return made


@cache
def comments(model: type[BaseModel]) -> dict[str, str]:
    """Of each field the comment at the end of its line, its own or of the class that it is inherited from."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base is BaseModel or not issubclass(base, BaseModel):
            continue
        try:
            source = dedent(inspect.getsource(base))
        except OSError:  # made by pydantic, as RootModel[…]
            continue
        tokens = tokenize.generate_tokens(StringIO(source).readline)
        lines = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
        for node in ast.parse(source).body[0].body:  # pyright: ignore[reportAttributeAccessIssue]
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.end_lineno in lines:
                found[node.target.id] = lines[node.end_lineno]
    return found


def _free_variants(definition: dict[str, Any], definitions: dict[str, Any]) -> None:
    """A variant says only how it differs from `training`: nothing of it is required."""
    properties = definition.get("properties", {})
    if not {"training", "variants"} <= properties.keys():
        return
    properties["variants"].setdefault("additionalProperties", False)  # names that are none
    for reference in _references(properties["variants"]):
        name = reference["$ref"].removeprefix(INSIDE)
        if f"{name}-changes" not in definitions:
            whole = definitions[name]
            changes = definitions[f"{name}-changes"] = dict(whole)
            required = changes.pop("required", [])
            whole.clear()
            whole.update(allOf=[{"$ref": f"{INSIDE}{name}-changes"}], required=required)
        reference["$ref"] += "-changes"


def _references(schema: Any) -> list[dict[str, Any]]:
    """Every {"$ref": …} inside."""
    if isinstance(schema, list):
        return [found for item in schema for found in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "$ref" in schema else []
    return own + [found for value in schema.values() for found in _references(value)]
