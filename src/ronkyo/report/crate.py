"""The files in a report as a Workflow Run RO-Crate: what each of them is, its digest, and which came out of which.

https://www.researchobject.org/workflow-run-crate/profiles/workflow_run_crate (0.5, of RO-Crate 1.1)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from ronkyo.project import Report
from ronkyo.typeset.pdf.archive import MEDIA_TYPES
from ronkyo.words import Words

NAME = "ro-crate-metadata.json"
RO_CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = ("https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5", WORKFLOW_CRATE)
SHA256 = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}  # RO-Crate 1.1 has no word of its own
WORKFLOW = "dvc.yaml"
GIVEN = ("params", "versions", "original", "nouns", "data")  # kinds of files that the results were made from
MADE = ("metrics", "seeds", "items", "curves", "figures", "claims", "text")


class Item(NamedTuple):
    """A file that a report carries."""

    content: bytes
    path: str | None  # from the project's root; None for what no project has as a file
    kind: str  # what it is: words("evidence.<kind>") says it


def metadata(report: Report, words: Words, items: Mapping[str, Item]) -> bytes:
    """ro-crate-metadata.json of the files. No commit and no time of a run is in it: the report was made before its commit,
    and is the same bytes wherever it is made."""
    parts = [_file(name, item, words) for name, item in items.items()]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": report.title,
        "description": words("evidence.crate.description"),
        "datePublished": report.date.isoformat(),
        "license": words("evidence.crate.license"),
        **({"author": report.author} if report.author else {}),
        "hasPart": _links(items),
    }
    about = {"@id": NAME, "@type": "CreativeWork", "conformsTo": {"@id": RO_CRATE}, "about": {"@id": "./"}}
    entities = [about, root, *parts]
    if WORKFLOW in items:
        about["conformsTo"] = _links([RO_CRATE, WORKFLOW_CRATE])
        root |= {"conformsTo": _links(PROFILES), "mainEntity": {"@id": WORKFLOW}, "mentions": {"@id": "#run"}}
        entities += [*_profiles(), _language(), _run(words, items)]
    document = {"@context": [f"{RO_CRATE}/context", SHA256], "@graph": entities}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _file(name: str, item: Item, words: Words) -> dict[str, Any]:
    kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow"] if name == WORKFLOW else "File"
    return {
        "@id": name,
        "@type": kinds,
        "name": words(f"evidence.{item.kind}"),
        **({"alternateName": item.path} if item.path else {}),
        **({"programmingLanguage": {"@id": "#dvc"}} if name == WORKFLOW else {}),
        "contentSize": str(len(item.content)),
        "encodingFormat": MEDIA_TYPES.get(PurePath(name).suffix, "text/plain"),
        "sha256": hashlib.sha256(item.content).hexdigest(),
    }


def _profiles() -> list[dict[str, Any]]:
    return [
        {"@id": id, "@type": "CreativeWork", "name": id.split("/")[-2], "version": id.split("/")[-1]} for id in PROFILES
    ]


def _language() -> dict[str, Any]:
    return {"@id": "#dvc", "@type": "ComputerLanguage", "name": "DVC", "url": {"@id": "https://dvc.org/"}}


def _run(words: Words, items: Mapping[str, Item]) -> dict[str, Any]:
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": words("evidence.crate.run"),
        "instrument": {"@id": WORKFLOW},
        "object": _links(name for name, item in items.items() if item.kind in GIVEN),
        "result": _links(name for name, item in items.items() if item.kind in MADE),
    }


def _links(ids: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": id} for id in ids]
