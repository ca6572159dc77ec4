"""Links that lead somewhere."""

from __future__ import annotations

import copy
import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote

from lxml import html

from ronkyo.foreign.passes.elements import HtmlElement, elements
from ronkyo.foreign.patterns import ADDRESS
from ronkyo.foreign.safe import Warn
from ronkyo.typeset.code import unwrap

WEB = re.compile(r"(https?://|mailto:)\S", re.IGNORECASE)


def resolve(root: HtmlElement, warn: Warn) -> None:
    """Links inside the report lead to headings whatever way their anchors are written; links to the web and to files beside
    the report stay; others become text with a warning."""
    targets = set(root.xpath(".//@id"))
    loose: dict[str, list[str]] = {}
    for target in targets:
        loose.setdefault(_loose(target), []).append(target)
    targets |= set(re.findall(r"\\label\{([^{}]*)\}", "".join(root.xpath('.//*[@class="arithmatex"]//text()'))))
    for link in elements(root, "a"):
        address = (link.get("href") or "").strip()
        if not link.get("class"):
            link.attrib.pop("title", None)
        line = int(link.get("data-line") or 0)
        if address.startswith("#"):
            wanted = unquote(address[1:])
            near = loose.get(_loose(wanted), [])
            target = wanted if wanted in targets else near[0] if len(near) == 1 else None
            if target is None and wanted in ("", "top"):
                root.set("id", target := "page:main")
            place = target and f"#{target}"
            said = f"link {address!r}: no such heading or anchor"
        else:
            place = address if WEB.match(address) else _beside(address)
            said = f"link {address!r}: expected a web address or a path from the report's folder"
        if place:
            link.set("href", place)
        else:
            if not address:
                said = (
                    "a link without an address" if "href" in link.attrib else "a link to an address that is not allowed"
                )
            if line:
                warn(line, f"{said}; it becomes text")
            link.tag = "span"
            link.attrib.pop("href", None)
        for part in link.xpath(".//*[@id]") if link.tag == "a" else ():
            link.addprevious(html.Element("span", {"id": part.attrib.pop("id")}))
        for part in link.xpath(".//a"):
            part.tag = "plain"
        unwrap(link, "plain")


def _beside(address: str) -> str | None:
    """The path from the report's folder as an address, when it is one."""
    path = address.replace("\\", "/")
    return None if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", path) else quote(path, safe="/#?=&%:@!$'()*+,;~")


def flattened(root: HtmlElement) -> HtmlElement:
    """For the PDF: links hold text, as PDF/UA wants it, formulas and pictures; readings stand in parentheses."""
    root = copy.deepcopy(root)
    for link in root.xpath(".//a[not(.//img)]"):
        for reading in link.xpath(".//rt[not(preceding-sibling::*[1][self::rp])]"):
            reading.text = f"({reading.text_content()})"
            reading[:] = []
        for part in link.xpath(".//*[not(@data-formula or @class='missing')]"):
            part.tag = "plain"
        unwrap(link, "plain")
    return root


def rebase(root: HtmlElement, folder: Path, output: Path) -> None:
    """Links to files beside the report, for a page in another folder."""
    way = Path(os.path.relpath(folder.resolve(), output.resolve())).as_posix()
    for link in elements(root, "a") if way != "." else ():
        address = link.get("href") or "#"
        if not address.startswith("#") and _beside(address) == address:
            link.set("href", f"{quote(way)}/{address}")


def _loose(anchor: str) -> str:
    """Anchors that other tools make of the same heading: other width, other punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", anchor).casefold())


def link_addresses(root: HtmlElement) -> None:
    """Bare addresses become links."""
    for text in root.xpath("descendant::text()[not(ancestor::a or ancestor::pre or ancestor::code)]"):
        owner = text.getparent()
        if text.is_text and owner.get("class") in ("arithmatex", "missing"):
            continue
        addresses = list(ADDRESS.finditer(text))
        if not addresses:
            continue
        ends = [match.start() for match in addresses[1:]] + [len(text)]
        links = []
        for match, end in zip(addresses, ends, strict=True):
            scheme = "" if "://" in match[0] else "http://" if match[0].lower().startswith("www.") else "mailto:"
            link = html.Element("a", {"href": scheme + match[0]})
            link.text, link.tail = match[0], text[match.end() : end]
            links.append(link)
        before = text[: addresses[0].start()]
        if text.is_text:
            owner.text = before
            owner[:0] = links
        else:
            owner.tail = None
            for link in reversed(links):
                owner.addnext(link)
            owner.tail = before
