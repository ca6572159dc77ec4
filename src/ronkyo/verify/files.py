"""Whether a report carries just the files that it lists, as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ronkyo.errors import UserError
from ronkyo.verify.check import Check

CRATE = "ro-crate-metadata.json"
UNLISTED = (CRATE, "pages.json")  # the second is made after the list, of the pages that carry it


def listed(carried: Mapping[str, bytes]) -> dict[str, str | None]:
    """The sha256 of each file by its name; None of one that is listed without. carried: content of each file by its name.
    Raises UserError where nothing lists them."""
    try:
        entities = json.loads(carried[CRATE])["@graph"]
        return {entity["@id"]: entity.get("sha256") for entity in entities if "File" in entity["@type"]}
    except KeyError as error:
        raise UserError(f"{CRATE}: expected it, with its entities, found no {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{CRATE}: expected a list of files, found: {error}") from None


def missing(carried: Mapping[str, bytes], listed: Mapping[str, str | None]) -> list[str]:
    """What is listed and not carried. A file without a digest need not be there: one form of the report adds it to itself."""
    return [name for name, digest in listed.items() if digest is not None and name not in carried]


def check(carried: Mapping[str, bytes], listed: Mapping[str, str | None]) -> Check:
    """A line for each file that is missing, another, or too much."""
    lines = [f"{name}: expected it, as {CRATE} lists it, found nothing" for name in missing(carried, listed)]
    for name, content in carried.items():
        found = hashlib.sha256(content).hexdigest()
        if name not in (*UNLISTED, *listed):
            lines.append(f"{name}: expected no other files than {CRATE} lists, found this one")
        elif listed.get(name) not in (None, found):
            lines.append(f"{name}: expected what {CRATE} lists (sha256 {listed[name]}), found another content")
    return Check("files", f"{len(listed)} files and their digests", lines)
