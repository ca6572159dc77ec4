"""params.schema.json is of the settings as they are, and params.yaml validates by it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from ronkyo import params
from ronkyo.editors import schema
from ronkyo.project import Project

PROJECT = Project.find(Path(__file__).parent)


def test_schema_is_up_to_date_and_params_validate():
    assert schema.is_current(PROJECT), "run `ronkyo schema`"
    document = json.loads((PROJECT.root / schema.FILE).read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(document, format_checker=jsonschema.FormatChecker())
    sections = params.read_document(PROJECT.params_file)
    assert [error.message for error in validator.iter_errors(sections)] == []
    sections["gap"]["variants"]["rnn"]["cel"] = "rnn"
    assert not validator.is_valid(sections)
