"""What of a chapter's text would not be printed as it is meant, or would reach outside the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ronkyo.errors import nearest
from ronkyo.project import Layout
from ronkyo.report.places import Places
from ronkyo.typeset.pieces import NOTE
from ronkyo.typeset.tree import Tree

PLAIN = "a number in code or in an alternative text needs | plain"
UNCLOSED = "expected the end of a formula, found a dollar that nothing closes; one that is meant is \\$"
ACTIVE = ("script", "iframe", "frame", "object", "embed", "link", "meta", "base", "form")
LOADED = ("src", "srcset", "poster", "data", "background")
SCRIPTS = ("javascript", "vbscript")
FROM_ELSEWHERE = re.compile(r"@import|url\(\s*[\"']?(?!data:|#)", re.IGNORECASE)
DOLLAR = re.compile(r"\$\$\s*[^$\n]*|\$(?=[A-Za-z\\({|])\S*")
MEANT = r"(?<![\\`])"  # as a dollar that begins a formula, before it
CITED = re.compile(r"\[\^([^\]\s]+)\]")
TEXTS = ".//text()[not(ancestor::code or ancestor::pre or ancestor::script or ancestor::style)]"


class Fault(NamedTuple):
    """What is wrong, a text that stands there in the Markdown, and the pattern of what stands before it."""

    message: str
    text: str
    before: str = ""


def faults(built: Tree, places: Places, layout: Layout) -> Iterator[tuple[str, list[str]]]:
    """(message, places) of each."""
    for fault in (*_bare(built.root), *_reaching(built.root), *_lacking(built.root, layout)):
        yield fault.message, places.of_text(fault.text, fault.before)
    for message, text in _unread(built.root, NOTE.findall(places.text)):
        if re.search(MEANT + re.escape(text), places.text):
            yield message, places.of_text(text, MEANT)


def _bare(root: HtmlElement) -> Iterator[Fault]:
    """Where the mark of a number would be printed as letters."""
    for code in root.iter("code"):
        for line in code.text_content().splitlines():
            if "<data value=" in line:
                yield Fault(PLAIN, line.strip(), "" if code.getparent().tag == "pre" else "`+ ?")
    for image in root.iter("img"):
        if "<data value=" in image.get("alt", ""):
            yield Fault(PLAIN, image.get("alt"), r"!\[")


def _reaching(root: HtmlElement) -> Iterator[Fault]:
    """What runs, or loads something from elsewhere: a report is one file."""
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag in ACTIVE:
            yield Fault(f"expected text and pictures, found <{tag}>, which runs or loads something", f"<{tag}")
            continue
        for name, value in element.attrib.items():
            scheme = re.sub(r"\s", "", value).partition(":")[0].lower()
            if name.startswith("on"):
                yield Fault(f"expected nothing that runs, found {name}=", name)
            elif name in ("href", "src") and scheme in SCRIPTS:
                yield Fault(f"expected an address, found {scheme}:", value.strip())
            elif name in LOADED and tag != "img" and urlsplit(value).scheme not in ("", "data"):
                yield Fault(f"expected what is in the project, found {name}={value!r}", value)
            elif name == "style" and FROM_ELSEWHERE.search(value):
                yield Fault("expected a style that loads nothing, found url()", value)
        if tag == "style" and FROM_ELSEWHERE.search(element.text_content()):
            yield Fault("expected a style that loads nothing, found @import or url()", "<style")


def _lacking(root: HtmlElement, layout: Layout) -> Iterator[Fault]:
    """Pictures that are not in the project."""
    top = layout.root.resolve()
    for image in root.iter("img"):
        source = image.get("src", "")
        if source.startswith("data:"):
            continue
        if urlsplit(source).scheme:
            yield Fault(f"picture {source!r}: expected a file of the project, found an address", source)
            continue
        file = (layout.reports / source).resolve()
        if not file.is_relative_to(top):
            yield Fault(f"picture {source!r}: expected a file of the project, found one outside", source)
        elif not file.is_file():
            beside = [each.name for each in file.parent.glob("*.*")]
            yield Fault(
                f"picture {source!r}: expected a file of the project, found none{nearest(file.name, beside)}", source
            )


def _unread(root: HtmlElement, notes: list[str]) -> Iterator[tuple[str, str]]:
    """(message, text) of what would be printed as its source: dollars that begin a formula and do not end one, with what
    follows them, and marks of notes that are not there."""
    for text in root.xpath(TEXTS):
        yield from ((UNCLOSED, found) for found in DOLLAR.findall(text))
        for found in CITED.finditer(text):
            yield f"note {found[1]!r}: no such note{nearest(found[1], notes)}", found[0]
