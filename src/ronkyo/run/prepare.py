"""The stage that makes or fetches the data of one experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ronkyo import files
from ronkyo.errors import nearest
from ronkyo.files import Arrays
from ronkyo.project import Project
from ronkyo.run.contract import ContractError, expect_arrays, kind


def run(project: Project, experiment: str) -> None:
    prepare = project.function(experiment, "data", "prepare")
    made = prepare(project.load_params()[experiment].data, project.downloads)
    arrays, provenance = checked(f"{project.file_of(experiment, 'data')}: prepare", made)
    files.write_arrays(project.data_folder(experiment), arrays)
    files.write_json(project.provenance_file(experiment), provenance)


def checked(place: str, made: Any) -> tuple[Arrays, dict[str, Any]]:
    """Arrays, of any numbers, and their provenance, which the report prints. Raises ContractError."""
    if not (isinstance(made, tuple) and len(made) == 2 and isinstance(made[1], Mapping)):
        raise ContractError(f"{place}: expected (arrays, provenance), two mappings, found {kind(made)}")
    arrays, provenance = made
    expect_arrays(place, arrays)
    for key in ("name", "digest"):
        if not isinstance(provenance.get(key), str):
            found = kind(provenance[key]) if key in provenance else f"nothing{nearest(key, provenance)}"
            raise ContractError(f"{place}: provenance: {key}: expected text, found {found}")
    return arrays, provenance
