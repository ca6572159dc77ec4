"""The labels of a matplotlib drawing, which are outlines, as text that nobody sees and everybody can find and copy.

matplotlib writes each label as a comment before the group of its outlines, whose transform is the label's place and size.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.typeset import fonts

FONT = "Noto Sans JP"
_SVG = "{http://www.w3.org/2000/svg}"
_UNITS_PER_EM = "100"  # of the group's outlines
_MARK = re.compile(r"\\(?:math|over)[a-z]+|\\[,;:! ]|[${}]")
_COMMAND = re.compile(r"\\([A-Za-z]+)")


def with_labels(svg: bytes) -> bytes:
    """The drawing with a text in the group of each label; as it was if it has none, or is not well-formed XML."""
    if b"<!--" not in svg:
        return svg
    try:
        root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return svg
    for comment in list(root.iter(etree.Comment)):
        group = comment.getnext()
        if group is None or group.tag != _SVG + "g" or "transform" not in group.attrib:
            continue
        if label := _plain(comment.text):
            etree.SubElement(group, _SVG + "text", {"transform": "scale(1 -1)", "fill": "none"}).text = label
    root.attrib.update({"font-family": FONT, "font-size": _UNITS_PER_EM})
    return etree.tostring(root)


def _plain(label: Any) -> str:
    """A label, escaped as in a comment, without the marks and accents of its mathematics and what the font lacks.

    >>> _plain(r" $\\mathdefault{10^{3}}$ ")
    '10^3'
    >>> _plain(r"$\\overrightarrow{h}_1$ &lt; $\\tanh\\hat{\\sigma}$")
    'h_1 < tanhσ'
    """
    text = _COMMAND.sub(_letter, _MARK.sub("", html.unescape(label)))
    known = fonts.letters("NotoSansJP-Regular")
    return " ".join("".join(letter for letter in text if letter.isspace() or letter in known).split())


def _letter(command: re.Match[str]) -> str:
    from matplotlib.mathtext import get_unicode_index

    try:
        letter = chr(get_unicode_index(command[0]))
    except ValueError:
        return command[1]  # the name of a function
    return "" if unicodedata.combining(letter) else letter
