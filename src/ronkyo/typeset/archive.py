"""What WeasyPrint leaves out of a PDF that is to be PDF/A-3a and PDF/UA-1 at once, and files to go inside it.

WeasyPrint writes the marks of one variant; `finish` runs before the file is written and adds the other's, and mends the
tags that PDF/UA is strict about, whatever markup they came from.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import PurePath
from typing import Any, NamedTuple

MEDIA_TYPES = {".json": "application/json", ".md": "text/markdown", ".yaml": "application/yaml"}  # else plain text

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


def finish(_document: Any, pdf: Any) -> None:
    """A finisher for WeasyPrint's PDF/A-3a: see the top of this file."""
    _identify_as_ua(pdf)
    _name_media_types(pdf)
    _take_running_heads_out_of_the_text(pdf)
    _tag_links(pdf)
    _give_bodies_to_list_items(pdf)
    _compress(pdf)


def _identify_as_ua(pdf: Any) -> None:
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.compress = False
    metadata.stream = [part.replace(b"</rdf:RDF>", UA_IDENTIFICATION + b"</rdf:RDF>") for part in metadata.stream]


def _name_media_types(pdf: Any) -> None:
    """WeasyPrint asks the machine's own list of media types."""
    for item in _dictionaries(pdf, "/Filespec"):
        suffix = PurePath(item["UF"].string).suffix
        media_type = MEDIA_TYPES.get(suffix, "text/plain")
        _object(pdf, item["EF"]["F"]).extra["Subtype"] = f"/{media_type.replace('/', '#2f')}"


def _take_running_heads_out_of_the_text(pdf: Any) -> None:
    """WeasyPrint tags running heads and page numbers, but hangs their tags nowhere: they become artifacts."""
    import pydyf

    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    contents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    reached = {number for number, _ in _elements(pdf)}
    for index, page in enumerate(pdf.pages["Kids"][::3]):
        stream = _object(pdf, pdf.objects[page]["Contents"]).stream
        marks = {
            content["MCID"]: position
            for position, content in enumerate(stream)
            if isinstance(content, pydyf.Dictionary)
        }
        for mark, reference in enumerate(contents[index]):
            if _number(reference) not in reached:
                stream[marks[mark] - 1] = "/Artifact"
                stream[marks[mark]] = pydyf.Dictionary({"Type": "/Pagination"})
                contents[index][mark] = "null"


def _tag_links(pdf: Any) -> None:
    """What carries a link annotation is a Link, also where the link's text stands in an element of its own."""
    for _, element in _elements(pdf):
        if element["S"] in ("/Link", "/Form"):
            continue
        kids = [_object(pdf, kid) for kid in element["K"] if not isinstance(kid, int)]
        if any(kid.get("Type") == "/OBJR" for kid in kids):
            element["S"] = "/Link"


def _give_bodies_to_list_items(pdf: Any) -> None:
    import pydyf

    for number, item in list(_elements(pdf)):
        if item["S"] != "/LI":
            continue
        loose = [kid for kid in item["K"] if isinstance(kid, int) or not _is_part_of_item(_object(pdf, kid))]
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
                _object(pdf, kid)["P"] = body.reference
        item["K"][:] = [kid for kid in item["K"] if kid not in loose] + [body.reference]


def _compress(pdf: Any) -> None:
    """Compress streams here: pydyf would do it twice, once for the file's identifier.

    A stream that ends in a carriage return would seem to be one byte shorter, since a line feed follows it.
    """
    import pydyf

    contents = {_number(pdf.objects[page]["Contents"]) for page in pdf.pages["Kids"][::3]}

    def compress(item: Any) -> None:
        content = b"\n".join(part if isinstance(part, bytes) else pydyf._to_bytes(part) for part in item.stream)
        packed = zlib.compress(content)
        if packed.endswith(b"\r") and item.number in contents:
            packed = zlib.compress(content + b"\n")
        if not packed.endswith(b"\r"):
            content, item.extra["Filter"] = packed, "/FlateDecode"
        item.stream, item.compress = [content], False

    with ThreadPoolExecutor() as threads:  # zlib lets other threads run
        list(threads.map(compress, [item for item in pdf.objects if isinstance(item, pydyf.Stream) and item.compress]))


def _is_part_of_item(element: Any) -> bool:
    return element.get("S") in ("/Lbl", "/LBody") or element.get("Type") == "/OBJR"


def _elements(pdf: Any) -> Iterator[tuple[int, Any]]:
    """(object number, structure element) of the whole tag tree, parents first."""
    waiting = list(_object(pdf, pdf.catalog["StructTreeRoot"])["K"])
    while waiting:
        reference = waiting.pop()
        element = _object(pdf, reference)
        if element.get("Type") == "/StructElem":
            yield _number(reference), element
            waiting += [kid for kid in element["K"] if not isinstance(kid, int)]


def _dictionaries(pdf: Any, kind: str) -> list[Any]:
    return [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == kind]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
