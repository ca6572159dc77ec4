"""What WeasyPrint leaves out of a PDF that is to be PDF/A-3a and PDF/UA-1 at once, and files to go inside it.

WeasyPrint writes the marks of one variant. Before the file is written, `conform_to_ua` adds the other's and mends the tags
that PDF/UA is strict about, whatever markup they came from.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import Any, NamedTuple

MEDIA_TYPES = {".json": "application/json", ".md": "text/markdown", ".csv": "text/csv"}  # else plain text
MEDIA_TYPES |= dict.fromkeys((".yaml", ".lock"), "application/yaml")

# PDF/A wants every property that it does not define itself to be described: here the one of PDF/UA.
UA_IDENTIFICATION = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class Attachment(NamedTuple):
    """A file to go inside the PDF."""

    name: str
    content: bytes
    description: str
    relationship: str  # to the report, in the words of PDF 2.0: Source, Data, Supplement


def embed(attachment: Attachment, moment: datetime) -> Any:
    """The attachment as WeasyPrint takes it."""
    import weasyprint

    return weasyprint.Attachment(
        file_obj=io.BytesIO(attachment.content),
        name=attachment.name,
        description=attachment.description,
        created=moment,
        modified=moment,
        relationship=attachment.relationship,
    )


def name_media_types(pdf: Any) -> None:
    """Give each file inside its media type; WeasyPrint asks the machine's own list for it, which differs."""
    for item in dictionaries(pdf, "/Filespec"):
        suffix = PurePath(item["UF"].string).suffix
        media_type = MEDIA_TYPES.get(suffix, "text/plain")
        indirect(pdf, item["EF"]["F"]).extra["Subtype"] = f"/{media_type.replace('/', '#2f')}"


def smooth_no_image(pdf: Any) -> None:
    """PDF/A forbids Interpolate, and what a pixel shows is a value; WeasyPrint asks for it unless a style says otherwise."""
    for item in pdf.objects:
        if getattr(item, "extra", {}).get("Subtype") == "/Image":
            item.extra["Interpolate"] = "false"


def conform_to_ua(pdf: Any) -> None:
    """Say that a PDF/A-3a is PDF/UA-1 too, and mend its tags. Upstream: issue #2783, several variants at once."""
    metadata = indirect(pdf, pdf.catalog["Metadata"])
    metadata.compress = False
    metadata.stream = [part.replace(b"</rdf:RDF>", UA_IDENTIFICATION + b"</rdf:RDF>") for part in metadata.stream]
    _tag_links(pdf)
    _give_bodies_to_list_items(pdf)


def _tag_links(pdf: Any) -> None:
    """What carries a link annotation is a Link, also where the link's text stands in an element of its own.

    Upstream: the same from WeasyPrint (no issue known).
    """
    for _, element in elements(pdf):
        if element["S"] in ("/Link", "/Form"):
            continue
        kids = [indirect(pdf, kid) for kid in element["K"] if not isinstance(kid, int)]
        if any(kid.get("Type") == "/OBJR" for kid in kids):
            element["S"] = "/Link"


def _give_bodies_to_list_items(pdf: Any) -> None:
    """What stands in a list item beside its label goes into one body. Upstream: issue #2497."""
    import pydyf

    for number, item in list(elements(pdf)):
        if item["S"] != "/LI":
            continue
        loose = [kid for kid in item["K"] if isinstance(kid, int) or not _is_part_of_item(indirect(pdf, kid))]
        if not loose:
            continue
        body = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": "/LBody",
                "K": pydyf.Array(loose),
                "Pg": item["Pg"],
                "P": f"{number} 0 R".encode(),
            }
        )
        pdf.add_object(body)
        for kid in loose:
            if not isinstance(kid, int):
                indirect(pdf, kid)["P"] = body.reference
        item["K"][:] = [kid for kid in item["K"] if kid not in loose] + [body.reference]


def _is_part_of_item(element: Any) -> bool:
    return element.get("S") in ("/Lbl", "/LBody") or element.get("Type") == "/OBJR"


def elements(pdf: Any) -> Iterator[tuple[int, Any]]:
    """(object number, structure element) of the whole tag tree of a pydyf.PDF, parents first."""
    waiting = list(indirect(pdf, pdf.catalog["StructTreeRoot"])["K"])
    while waiting:
        reference = waiting.pop()
        element = indirect(pdf, reference)
        if element.get("Type") == "/StructElem":
            yield number_of(reference), element
            waiting += [kid for kid in element["K"] if not isinstance(kid, int)]


def dictionaries(pdf: Any, kind: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == kind]


def indirect(pdf: Any, reference: bytes) -> Any:
    """The object that a reference (`12 0 R`) means."""
    return pdf.objects[number_of(reference)]


def number_of(reference: bytes) -> int:
    """The number of the object that a reference means."""
    return int(reference.split()[0])
