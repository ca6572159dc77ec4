"""What a PDF has that ronkyo never writes and that a viewer runs, shows or hides by. It runs where `confined` runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ronkyo.typeset.drawn import has_area

SIGNED = {"/AcroForm", "/Version", "/Extensions"}  # where a signature is
CATALOG = SIGNED | {"/Type", "/Pages", "/Outlines", "/Lang", "/Names", "/StructTreeRoot", "/ViewerPreferences"}
CATALOG |= {"/MarkInfo", "/OutputIntents", "/AF", "/Metadata"}
NAMES = {"/EmbeddedFiles", "/Dests"}
FORM = {"/Fields", "/SigFlags"}
PAGE = {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources", "/Tabs", "/StructParents", "/Annots", "/TrimBox"}
PAGE |= {"/BleedBox"}
LINK = {"/Type", "/Subtype", "/Rect", "/BS", "/Contents", "/Dest", "/A", "/StructParent", "/F"}


def read(reader: Any) -> list[str]:
    """Of a pypdf.PdfReader, a line for each thing."""
    root = reader.trailer["/Root"]
    lines = [
        *_others("the catalog", root, CATALOG),
        *_others("the names", root.get("/Names", {}), NAMES),
        *_others("the form", root.get("/AcroForm", {}), FORM),
    ]
    for number, page in enumerate(reader.pages, start=1):
        lines += _others(f"page {number}", page, PAGE)
        for annotation in page.get("/Annots", []):
            one = annotation.get_object()
            if not (_is_link(one) or _is_signature(one)):
                kind = str(one.get("/Subtype", "/")).removeprefix("/")
                lines.append(f"page {number}: expected no annotations but plain links, found one ({kind})")
    return lines


def _others(place: str, found: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for key in sorted(found.keys() - known):
        yield f"{place}: expected nothing that a viewer runs, shows or hides by, found {key}"


def _is_link(annotation: Mapping[str, Any]) -> bool:
    """One that draws nothing, and leads into the file or to an address."""
    leads = annotation.get("/A", {"/S": "/URI"})
    draws = annotation.get("/BS", {}).get("/W", 1) != 0
    is_plain = annotation.get("/Subtype") == "/Link" and annotation.keys() <= LINK and not draws
    return is_plain and leads.get("/S") == "/URI" and "/Next" not in leads


def _is_signature(annotation: Mapping[str, Any]) -> bool:
    """One that is not shown."""
    return annotation.get("/FT") == "/Sig" and "/AA" not in annotation and not has_area(annotation)
