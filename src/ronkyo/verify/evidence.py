"""What a report carries, checked without the project: its files, how they hang together, its numbers, its claims."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ronkyo.errors import UserError, counted
from ronkyo.verify import confined
from ronkyo.verify.check import WRONG, Check
from ronkyo.verify.container import Report

if TYPE_CHECKING:
    from ronkyo.project import Layout

AFTER_FILES = ("chain", "numbers", "claims")
CRATE = "ro-crate-metadata.json"
UNLISTED = (CRATE, "pages.json")  # the second is made after the list, of the pages that carry it


def check(report: Report) -> list[Check]:
    """Raises UserError, one line, where what it carries is too much to check."""
    return [Check(*row) for row in confined.call(rows, confined.packed(report.files), report.path)]


def rows(content: bytes) -> list[tuple[Any, ...]]:
    """`checks` of packed files, where `confined` runs it."""
    return [astuple(check) for check in checks(confined.unpacked(content))]


def checks(carried: Mapping[str, bytes]) -> list[Check]:
    """carried: content of each file by its name. Where one is missing, the first check tells of it and the others that they
    could not look. Nothing that is carried is executed."""
    from ronkyo.project import Layout
    from ronkyo.report import evidence
    from ronkyo.verify import chain

    try:
        listed = _listed(carried)
    except UserError as error:
        return [Check("files", f"{len(carried)} files", [str(error)]), *_blind(AFTER_FILES, "no list of files")]
    found = _files(carried, listed)
    if missing := _missing(carried, listed):
        return [found, *_blind(AFTER_FILES, f"{', '.join(missing)} missing")]
    texts = [name for name in listed if name.endswith(".md")]
    if len(texts) != 1:
        return [found, *_blind(AFTER_FILES, "no text of the report")]
    with TemporaryDirectory(prefix="ronkyo-") as folder:
        layout = Layout(Path(folder), texts[0].removesuffix(".md"))

        def unpacked() -> list[Check]:
            evidence.unpack({name: carried[name] for name in listed if name in carried}, layout.root)
            linked = _checked(("chain",), lambda: [chain.check(layout)])
            return [*linked, *recompute(layout)]

        return [found, *_checked(AFTER_FILES, unpacked)]


def recompute(layout: Layout) -> list[Check]:
    """Numbers printed and claims decided again, from a project or from what a report carries."""
    from ronkyo.verify import claims, numbers
    from ronkyo.verify.recomputed import Recomputed

    def made() -> list[Check]:
        recomputed = Recomputed.of(layout)
        return [numbers.check(recomputed), claims.check(recomputed)]

    return _checked(("numbers", "claims"), made)


def _blind(names: tuple[str, ...], why: str) -> list[Check]:
    return [Check(name, "nothing", (), [why]) for name in names]


def _checked(names: tuple[str, ...], check: Callable[[], list[Check]]) -> list[Check]:
    """What a file that is none of a report's leads to is a difference."""
    try:
        return check()
    except UserError as error:
        lines = str(error).splitlines()
    except WRONG as error:
        lines = [f"expected files as a report carries them, found {error!r}"]
    return [Check(names[0], "nothing", lines), *_blind(names[1:], lines[0])]


# -- files --------------------------------------------------------------------------------------------------------------


def _listed(carried: Mapping[str, bytes]) -> dict[str, str | None]:
    """The sha256 of each file by its name; None of one that is listed without. carried: content of each file by its name.
    Raises UserError where nothing lists them."""
    try:
        entities = json.loads(carried[CRATE])["@graph"]
        return {entity["@id"]: entity.get("sha256") for entity in entities if "File" in entity["@type"]}
    except KeyError as error:
        raise UserError(f"{CRATE}: expected it, with its entities, found no {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{CRATE}: expected a list of files, found: {error}") from None


def _missing(carried: Mapping[str, bytes], listed: Mapping[str, str | None]) -> list[str]:
    """What is listed and not carried. A file without a digest need not be there: one form of the report adds it to itself."""
    return [name for name, digest in listed.items() if digest is not None and name not in carried]


def _files(carried: Mapping[str, bytes], listed: Mapping[str, str | None]) -> Check:
    """A line for each file that is missing, another, or too much."""
    lines = [f"{name}: expected it, as {CRATE} lists it, found nothing" for name in _missing(carried, listed)]
    for name, content in carried.items():
        found = hashlib.sha256(content).hexdigest()
        if name not in (*UNLISTED, *listed):
            lines.append(f"{name}: expected no other files than {CRATE} lists, found this one")
        elif listed.get(name) not in (None, found):
            lines.append(f"{name}: expected what {CRATE} lists (sha256 {listed[name]}), found another content")
    return Check("files", f"{counted(len(listed), 'file')} and their digests", lines)
