"""What a report carries: the files that its numbers stand on, by names without folders, and back in a project's layout."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ronkyo import files, params, pins
from ronkyo.claims import ledger
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.report import crate
from ronkyo.report.chapters import Rendered
from ronkyo.report.crate import Item

LOCK = "dvc.lock"
REPORT = "report"  # the stage that the lock in a report cannot have: it ends after the report is written
PLACES = (  # of names: where their parts stand in a project
    (r"params\.yaml|dvc\.yaml|dvc\.lock|versions\.yaml", r"\g<0>"),
    (r"settings\.json|figures\.json|pages\.json|ro-crate-metadata\.json", r"\g<0>"),  # of which a project has none
    (r"templates-(original\.yaml|metrics\.yaml)", r"report_templates/\1"),
    (r"(metrics|data)-(\w+\.json)", r"reports/\1/\2"),
    (r"(seeds|items)-(\w+\.csv)", r"reports/\1/\2"),
    (r"curves-(\w+)-(\w+\.csv)", r"reports/curves/\1/\2"),
    (r"claims\.json|[A-Za-z0-9][\w.-]*\.md", r"reports/\g<0>"),
)


def collect(project: Project, rendered: Rendered) -> dict[str, Item]:
    """Everything that the numbers, claims and figures of a rendered report stand on, by the name in the report. Neither
    a clock nor a commit: the same results give the same bytes."""
    found = dict(_written(project, rendered))
    found |= {
        attachment_name(path): Item((project.root / path).read_bytes(), path, kind) for path, kind in _of(project)
    }
    if (lock := _lock(project)) is not None:
        found[LOCK] = Item(lock, LOCK, "lock")
    found["settings.json"] = Item(_json(project.settings()), None, "settings")
    found["figures.json"] = Item(_json(_figures(project, rendered.text)), None, "figures")
    found[crate.NAME] = Item(crate.metadata(project.load_report(), rendered.values.words, found), None, "crate")
    return found


def attachment_name(path: str) -> str:
    """The name in a report of a file of a project, whose path is from its root."""
    folder, _, rest = path.partition("/")
    if folder == "reports":
        return rest.replace("/", "-")
    return f"templates-{rest}" if folder == "report_templates" else path


def unpack(carried: Mapping[str, bytes], folder: Path) -> None:
    """Write what a report carries below a folder, in a project's layout. Raises UserError, before anything is written, for
    a name that no report gives."""
    placed = {_place(name): content for name, content in carried.items()}
    for path, content in placed.items():
        files.write_bytes(folder / path, content)


def _place(name: str) -> str:
    for pattern, place in PLACES:
        if match := re.fullmatch(pattern, name, re.ASCII):
            return match.expand(place)
    raise UserError(f"{name!r}: expected a file that a report carries, as seeds-EXPERIMENT.csv")


def _written(project: Project, rendered: Rendered) -> Iterator[tuple[str, Item]]:
    """What the report's stage itself writes."""
    text, claims = rendered.text.encode(), ledger.text(rendered.ledger()).encode()
    for file, content, kind in (project.report_file("md"), text, "text"), (project.claims_file, claims, "claims"):
        path = project.relative(file)
        yield attachment_name(path), Item(content, path, kind)


def _of(project: Project) -> Iterator[tuple[str, str]]:
    """(path, kind) of the files that are there."""
    given = [
        (project.params_file, "params"),
        (project.pipeline_file, "pipeline"),
        (project.root / pins.FILE, "versions"),
        (project.templates / "original.yaml", "original"),
        (project.templates / "metrics.yaml", "nouns"),
    ]
    for name in project.experiments:
        given += [
            (project.provenance_file(name), "data"),
            (project.metrics_file(name), "metrics"),
            (project.seeds_file(name), "seeds"),
            (project.items_file(name), "items"),
            *((file, "curves") for file in sorted(project.curves_folder(name).glob("*.csv"))),
        ]
    return ((project.relative(file), kind) for file, kind in given if file.is_file())


def _lock(project: Project) -> bytes | None:
    """dvc.lock without the report's own stage, and without stages that dvc.yaml has no more, in the order of dvc.yaml."""
    file = project.root / LOCK
    if not file.is_file() or not project.pipeline_file.is_file():
        return None
    yaml, stream = YAML(typ="safe"), io.StringIO()
    lock = yaml.load(file.read_text(encoding="utf-8"))
    lock["stages"] = {name: lock["stages"][name] for name in _stages(project) if name in lock["stages"]}
    yaml.default_flow_style, yaml.width = False, 4096
    yaml.sort_base_mapping_type_on_output = False  # pyright: ignore[reportAttributeAccessIssue]
    yaml.dump(lock, stream)
    return stream.getvalue().encode()


def _stages(project: Project) -> Iterator[str]:
    """What is before the report, by the names in dvc.lock."""
    document = params.read_document(project.params_file)
    for name, stage in params.read_document(project.pipeline_file)["stages"].items():
        over = re.fullmatch(r"\$\{(.+)\}", str(stage.get("foreach", "")))
        if over:
            yield from (f"{name}@{key}" for key in params.value_of(document, over[1]))
        elif name != REPORT:
            yield name


def _figures(project: Project, text: str) -> dict[str, dict[str, str | None]]:
    """Every drawing by "experiment/name"; alt: what the report says in its place, None where it does not show it."""
    shown = {path: alt for alt, path in re.findall(r"!\[([^\]]*)\]\((\S+?)\)", text)}
    folders = (project.figures_folder(""), project.templates / "drawings")
    return {
        f"{file.parent.name}/{file.stem}": {
            "path": project.relative(file),
            "md5": hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
            "alt": shown.get(Path(os.path.relpath(file, project.reports)).as_posix()),
        }
        for folder in folders
        for file in sorted(folder.glob("*/*.svg"))
    }


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
