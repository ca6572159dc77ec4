"""The tree of somebody else's report -> one that the engine can number and set.

The steps stand in `arrange` in their order; each is a small pass over the lxml tree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.foreign import pictures
from ronkyo.foreign.dialect import Warn
from ronkyo.typeset.mathematics import Drawing
from ronkyo.typeset.tree import HEADINGS, Slugs

HtmlElement = html.HtmlElement

KEPT = {  # element -> attributes, besides those of every element
    "a": ("href",),
    "img": ("src", "alt", "title"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "ol": ("start", "reversed", "type"),
    "li": ("value",),
    "details": ("open",),
}
PLAIN = (
    "main div section article p span br hr h1 h2 h3 h4 h5 h6 ul dl dt dd table caption thead tbody tfoot tr colgroup col "
    "blockquote pre code kbd samp var b strong i em u s del ins sub sup small mark q cite abbr ruby rt rp rb figure "
    "figcaption summary"
)
ALLOWED = {*KEPT, *PLAIN.split()}
KEPT_EVERYWHERE = ("id", "class", "style", "title", "data-line", "data-display", "data-markdown", "lang")
OWN_CLASSES = ("highlight", "arithmatex", "footnote", "footnote-ref", "footnote-backref", "lineno", "linenos")
OWN_CLASSES = (*OWN_CLASSES, "admonition", "admonition-title", "warning")
REMOVED_WHOLE = {"script", "style", "template", "object", "iframe", "noscript", "select", "textarea", "audio", "video"}
BLOCKS = ("div", "p", "figure", "table", "ul", "ol", "dl", "blockquote", "pre", "details", "hr", "section", "article")
BLOCKS = (*BLOCKS, *HEADINGS)
INLINE = (
    "a",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "del",
    "ins",
    "sub",
    "sup",
    "small",
    "mark",
    "q",
    "code",
    "kbd",
)
WHOLES = {
    "tr": ("table", "thead", "tbody", "tfoot"),
    "td": ("tr",),
    "th": ("tr",),
    "thead": ("table",),
    "tbody": ("table",),
    "tfoot": ("table",),
    "caption": ("table",),
    "colgroup": ("table",),
    "col": ("colgroup",),
    "li": ("ul", "ol"),
    "dt": ("dl", "div"),
    "dd": ("dl", "div"),
    "figcaption": ("figure",),
    "summary": ("details",),
}
RENAMED = {
    "center": "div",
    "font": "span",
    "tt": "code",
    "strike": "s",
    "big": "span",
    "header": "div",
    "footer": "div",
}
KEPT_STYLE = {
    "text-align": r"left|right|center|justify|start|end",
    "color": r"[a-zA-Z]+|#[0-9a-fA-F]{3,8}|rgb\([\d ,.%]+\)",
    "font-weight": r"bold|bolder|normal|[1-9]00",
    "text-decoration": r"underline|line-through|none",
    "page-break-before": r"always|avoid|auto",
    "page-break-after": r"always|avoid|auto",
    "break-before": r"page|avoid|auto",
    "break-after": r"page|avoid|auto",
}
ID = re.compile(r"(?:fn|fnref|line):[\d-]+|[^\s:\"'<>&]+")  # ids with a colon are the engine's own
OWN_LABEL = re.compile(
    r"\s*((?:図|表|Fig(?:ure)?\.?|Table)\s*[\d０-９]+(?:[-.‐－．][\d０-９]+)*)[\s\u3000.:：．、)）]*"
)
OWN_NUMBER = re.compile(
    r"\s*(?:(第\s*[\d０-９一二三四五六七八九十]+\s*[章節部回])|([\d０-９]+(?:[-.．‐][\d０-９]+)*)(?:[.．、:：)）]|(?=\s)))[\s\u3000]*(?=\S)"
)
NO_ALT = re.compile(
    r"(|image|img|alt|alt[ _-]?text|picture|画像|図|[\w .()-]+\.(png|jpe?g|svg|gif|webp))", re.IGNORECASE
)
QUESTION = re.compile(r"\s*((?:Q|Ｑ|設?問題?)\s*(?:\d*\s*[:：.．]|\d+(?:[)）、]|(?=[\s\u3000]))))[\s\u3000]*")
LINE, SHORT = 17.5, 240  # pt: of the text; the height of a box that a page does not break
DATE = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})")
ADDRESS = re.compile(r"https?://[\w\-./?%&=~#:+,;@!*'()\[\]]*[\w\-/=&#]")
_PICTURES = etree.XPath('descendant-or-self::img | descendant-or-self::span[@class="missing"]')


@dataclass
class Arranged:
    root: HtmlElement
    title: str
    front: str  # the text before the first chapter
    places: dict[str, tuple[int, str]]  # data: address of a picture -> line and address in the report


def arrange(root: HtmlElement, folder: Path, name: str, warn: Warn) -> Arranged:
    """Changes the tree. `folder`: what may be read; `name`: a title for a report that has none."""
    _make_safe(root, warn)
    _mend_nesting(root)
    places = _read_pictures(root, folder, warn)
    _split_paragraphs(root)
    _make_figures(root)
    _make_captioned_tables(root)
    title = _settle_headings(root, name)
    _tidy_lists(root)
    _tidy_paragraphs(root)
    _drop_rules(root)
    _mend_nesting(root)
    _resolve_links(root, warn)  # now that no target goes any more
    _link_addresses(root)
    front = " ".join(element.text_content() for element in root.xpath("./h2[1]/preceding-sibling::*"))
    _forget_lines(root)
    return Arranged(root, title, front, places)


def _elements(root: HtmlElement, *names: str) -> list[HtmlElement]:
    return list(root.iter(*names))


def _pictures(element: HtmlElement) -> list[HtmlElement]:
    """Images and the placeholders of those that are missing."""
    return list(_PICTURES(element))  # pyright: ignore[reportArgumentType]


def _line(element: HtmlElement) -> int:
    for one in (element, *element.iterancestors()):
        if found := one.get("data-line"):
            return int(found)
    return 0


# -- safe -------------------------------------------------------------------------------------------------------------


def _make_safe(root: HtmlElement, warn: Warn) -> None:
    """Only elements and attributes that a report needs: nothing that runs, loads or covers the page."""
    ids: set[str] = set()
    for element in _elements(root):
        if not isinstance(element.tag, str):
            element.drop_tree()
            continue
        if element.getparent() is None and element is not root:
            continue  # went with its parent
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", element.tag):  # lxml reads such names, but does not take them
            element.drop_tag()
            continue
        element.tag = element.tag.lower()
        if element.tag in REMOVED_WHOLE:
            warn(_line(element), f"<{element.tag}> is left out")
            element.drop_tree()
            continue
        align = (element.get("align") or ("center" if element.tag == "center" else "")).strip().lower()
        color = element.get("color") if element.tag == "font" else None
        anchor = element.get("name") if element.tag == "a" else None
        layout = _layout(element)
        element.tag = RENAMED.get(element.tag, element.tag)
        if element.tag not in ALLOWED:
            if element.tag not in ("input", "button", "label", "form"):
                warn(_line(element), f"<{element.tag}> is left out, what it holds stays")
            element.drop_tag()
            continue
        width = _width(element) if element.tag == "img" else None
        style = _safe_style(element, align, color)
        classes = [one for one in (element.get("class") or "").split() if _is_own(one)]
        kept = (*KEPT.get(element.tag, ()), *KEPT_EVERYWHERE)
        for key in list(element.attrib):
            if key not in kept or key in ("style", "class"):
                del element.attrib[key]
        for key in ("colspan", "rowspan", "start", "value"):
            if key in element.attrib and not re.fullmatch(r"\d{1,3}", element.get(key)):
                del element.attrib[key]
        if width:
            style = f"width: {width}"
        if style:
            element.set("style", style)
        if classes and element.tag in ("div", "span", "a", "pre", "code"):
            element.set("class", " ".join(classes))
        for key, value in layout.items():
            element.set(key, value)
        id = element.get("id") or anchor
        if id and element.tag not in HEADINGS:
            element.attrib.pop("id", None)
            if id not in ids and ID.fullmatch(id):
                element.set("id", id)
            ids.add(id)


def _mend_nesting(root: HtmlElement) -> None:
    """Parts of tables, lists and figures only inside their wholes; no block inside a paragraph or a heading."""
    for element in _elements(root, *WHOLES):
        wholes = WHOLES[element.tag]
        if element.getparent().tag not in wholes:
            element.tag = "div" if element.tag in ("li", "td", "th", "figcaption", "summary") else element.tag
            if element.tag != "div":
                element.drop_tag()
            else:
                for key in ("colspan", "rowspan", "value", "scope"):
                    element.attrib.pop(key, None)
    inside = etree.XPath("|".join(f".//{name}" for name in BLOCKS))
    for element in _elements(root, *INLINE):
        if inside(element):  # it was not closed
            if id := element.get("id"):
                element.addprevious(html.Element("span", {"id": id}))
            element.drop_tag()
    for element in _elements(root, "p", *HEADINGS):
        blocks = list(inside(element))  # pyright: ignore[reportArgumentType]
        if blocks and element.tag == "p":
            element.tag = "div"
        for block in blocks if element.tag in HEADINGS else ():
            block.drop_tag()


def _is_own(name: str) -> bool:
    return name in OWN_CLASSES or name.startswith("language-") or len(name) <= 3  # Pygments' names are short


def _safe_style(element: HtmlElement, align: str, color: str | None) -> str:
    found: dict[str, str] = {}
    if align in ("left", "right", "center", "justify") and element.tag != "img":
        found["text-align"] = align
    if color:
        found["color"] = color
    for declaration in (element.get("style") or "").split(";"):
        key, _, value = declaration.partition(":")
        found[key.strip().lower()] = value.replace("!important", "").strip()
    kept = [
        f"{key}: {value}" for key, value in found.items() if key in KEPT_STYLE and re.fullmatch(KEPT_STYLE[key], value)
    ]
    return "; ".join(kept)


def _layout(element: HtmlElement) -> dict[str, str]:
    """What a pair of floating divs was meant to be: its width in % of the text."""
    style = element.get("style") or ""
    if element.tag not in ("div", "p", "figure", "span"):
        return {}
    side_by_side = re.search(r"float\s*:\s*(left|right)|display\s*:\s*inline-(block|flex)", style)
    if side_by_side is None and not re.search(r"float-?(left|right)|(^|\s)col", element.get("class") or ""):
        return {}
    width = re.search(r"(?<![\w-])width\s*:\s*([\d.]{1,8})%", style)
    try:
        return {"data-cell": f"{float(width[1]) if width else 50:.0f}"}
    except ValueError:
        return {"data-cell": "50"}


# -- pictures ---------------------------------------------------------------------------------------------------------


def _read_pictures(root: HtmlElement, folder: Path, warn: Warn) -> dict[str, tuple[int, str]]:
    """Each picture inside the page; a placeholder with the path where one cannot be shown."""
    places: dict[str, tuple[int, str]] = {}
    for image in _elements(root, "img"):
        address = image.get("src") or ""
        line = _line(image)
        shown = address if len(address) <= 120 else address[:119] + "…"
        try:
            source = pictures.load(folder, address, _with_place(warn, line, f"image '{shown}': "))
        except pictures.PictureError as error:
            warn(line, f"image '{shown}': {error}; a placeholder stands for it")
            put_placeholder(image, shown)
            continue
        places.setdefault(source, (line, shown))
        image.set("src", source)
        image.set("data-name", address)
    return places


def put_placeholder(image: HtmlElement, address: str) -> None:
    tail, alt, markdown = image.tail, image.get("alt") or "", image.get("data-markdown")
    image.clear()
    image.tag, image.tail = "span", tail
    image.set("class", "missing")
    image.set("data-alt", alt)
    if markdown:
        image.set("data-markdown", markdown)
    image.text = f"画像なし：{address}"


def _with_place(warn: Warn, line: int, before: str) -> Callable[[str], None]:
    return lambda message: warn(line, before + message)


def _width(image: HtmlElement) -> str | None:
    """width=70%, width=300 or a style's, never above the column."""
    style = re.search(r"(?<![\w-])(?:width|zoom)\s*:\s*([\d.]+\s*(?:%|px|cm|mm|em)?)", image.get("style") or "")
    wanted = (style[1] if style else image.get("width") or "").replace(" ", "")
    match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)(%|px|cm|mm|em)?", wanted)
    if match is None or float(match[1]) == 0:
        return None
    if match[2] == "%":
        return f"{min(float(match[1]), 100):g}%"
    return f"{match[1]}{match[2] or 'px'}"


# -- paragraphs -------------------------------------------------------------------------------------------------------


def _split_paragraphs(root: HtmlElement) -> None:
    """Displayed formulas and pictures on lines of their own leave the paragraph that they stand in; a paragraph that
    holds blocks is no paragraph."""
    for slot in root.xpath('.//*[@data-display="yes"]'):
        slot.tag = "div"
        del slot.attrib["data-display"]
        parent = slot.getparent()
        if parent.tag == "p":
            _lift(slot, parent)
    for image in _pictures(root):
        parent = image.getparent()
        centred = "center" in (parent.get("style") or "")  # what else stands in it is the caption
        if parent.tag == "p" and _stands_alone(image) and not centred and not _holds_only_pictures(parent):
            holder = html.Element("p")
            image.addprevious(holder)
            holder.tail, image.tail = image.tail, None
            holder.append(image)
            _lift(holder, parent)
    for paragraph in _elements(root, "p"):
        if any(child.tag in ("div", "table", "ul", "ol", "figure", "pre", "p") for child in paragraph):
            paragraph.tag = "div"
    for paragraph in _elements(root, "p"):
        for line_break in reversed(paragraph.findall("br")):
            if QUESTION.match(line_break.tail or ""):
                _lift(line_break, paragraph)
                line_break.drop_tree()
    for paragraph in _elements(root, "p"):
        if QUESTION.match(paragraph.text or ""):
            paragraph.text = re.sub(r"^\s*[QＱ]\s*[:：.．]\s*", "Q: ", paragraph.text)
            if (first := paragraph.find("br")) is not None and _has_content_after(first):
                _lift(first, paragraph)
                first.drop_tree()


def _lift(element: HtmlElement, parent: HtmlElement) -> None:
    """Out of its paragraph, which goes on after it in a second one."""
    after = html.Element(parent.tag, dict(parent.attrib))
    after.text = (element.tail or "").lstrip("\n")
    element.tail = None
    after.extend(list(element.itersiblings()))
    tail, parent.tail = parent.tail, None
    parent.addnext(element)
    element.addnext(after)
    after.tail = tail
    _trim_breaks(parent)
    _trim_breaks(after)
    for one in (parent, after):
        if not len(one) and not (one.text or "").strip():
            one.drop_tree()


def _trim_breaks(paragraph: HtmlElement) -> None:
    while len(paragraph) and paragraph[0].tag == "br" and not (paragraph.text or "").strip():
        paragraph[0].drop_tag()
    while len(paragraph) and paragraph[-1].tag == "br" and not (paragraph[-1].tail or "").strip():
        paragraph[-1].drop_tag()
    if paragraph.text:
        paragraph.text = paragraph.text.lstrip("\n")


def _has_content_after(element: HtmlElement) -> bool:
    return bool((element.tail or "").strip()) or element.getnext() is not None


def _stands_alone(image: HtmlElement) -> bool:
    before = image.getprevious()
    text_before = (image.getparent().text if before is None else before.tail) or ""
    after = image.getnext()
    starts = not text_before.strip() and (before is None or before.tag == "br")
    return starts and not (image.tail or "").strip() and (after is None or after.tag == "br")


def _holds_only_pictures(block: HtmlElement) -> bool:
    rest = (block.text or "") + "".join(child.tail or "" for child in block)
    return not rest.strip() and all(child.tag in ("img", "br") or child.get("class") == "missing" for child in block)


# -- figures ----------------------------------------------------------------------------------------------------------


def _make_figures(root: HtmlElement) -> None:
    for figure in _elements(root, "figure"):
        if not _pictures(figure):
            figure.tag = "div"
    done: set[HtmlElement] = set()
    for cell in root.xpath(".//*[@data-cell]"):
        if cell not in done and not cell.xpath("ancestor::figure"):
            group = list(_side_by_side(cell))
            done.update(group)
            if len(group) > 1:
                _make_grid(group, _columns(group))
    for image in _pictures(root):
        block = _block_of(image)
        if block is not None and block.getparent() is not None:
            found = _pictures(block)
            if len(found) > 1:
                _make_grid(_cells_of(block, found), min(len(found), 2 if len(found) != 3 else 3), block)
            elif found:
                _make_single(block, image)
    _settle_captions(root)


def _side_by_side(cell: HtmlElement) -> Iterator[HtmlElement]:
    """The cell and what stands beside it; rules that only end the row go."""
    one: HtmlElement | None = cell
    while one is not None and one.get("data-cell") and _pictures(one):
        after = one.getnext()
        text = (one.tail or "").strip()
        yield one
        while after is not None and after.tag in ("br", "div", "p") and _is_empty(after) and not text:
            empty, after = after, after.getnext()
            empty.drop_tree()
        one = after if not text else None


def _is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and not element.xpath(".//img") and not (element.tail or "").strip()


def _columns(group: Sequence[HtmlElement]) -> int:
    widest = max(float(cell.get("data-cell")) for cell in group) or 50
    return max(2, min(4, round(100 / widest)))


def _block_of(image: HtmlElement) -> HtmlElement | None:
    """The element that becomes the figure: it holds pictures and at most what may be their caption."""
    if image.xpath(
        'ancestor::figure[@data-kind] | ancestor::table | ancestor::a[@href] | ancestor::*[@class="footnote"]'
    ):
        return None
    if found := image.xpath("ancestor::figure"):
        return found[0]
    parent = image.getparent()
    parent_of_pictures = parent if parent.tag in ("p", "span", "a") and _holds_only_pictures(parent) else None
    if parent_of_pictures is not None:
        image, parent = parent_of_pictures, parent_of_pictures.getparent()
    set_apart = "center" in (parent.get("style") or "") or parent.get("data-cell")
    if parent.tag in ("div", "p") and set_apart and _may_be_captioned(parent):
        return parent
    if image is parent_of_pictures:
        return image
    if parent.tag in ("main", "div", "li", "blockquote", "td", "section", "dd", "details") and _between_blocks(image):
        holder = html.Element("p")
        holder.tail, image.tail = image.tail, None
        image.addprevious(holder)
        holder.append(image)
        return holder
    return None


def _may_be_captioned(block: HtmlElement) -> bool:
    """Pictures and a line or two, not a whole part of the report that happens to be centred."""
    blocks = block.xpath(".//table | .//ul | .//ol | .//pre | .//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6")
    return not blocks and len(block.text_content().strip()) <= 200


def _between_blocks(image: HtmlElement) -> bool:
    before, after = image.getprevious(), image.getnext()
    text = (image.getparent().text if before is None else before.tail) or ""
    return (
        not text.strip()
        and not (image.tail or "").strip()
        and all(
            one is None or one.tag not in ("b", "strong", "em", "code", "a", "sub", "sup", "i")
            for one in (before, after)
        )
    )


def _cells_of(block: HtmlElement, found: Sequence[HtmlElement]) -> list[HtmlElement]:
    """A cell for each picture; its alternative text, when it is one, is the sub-caption. What is left is the caption."""
    cells = []
    for image in found:
        _take_out(image)
        cell = html.Element("div")
        alt = image.get("alt") or image.get("data-alt") or ""
        if image.get("data-markdown") and not NO_ALT.fullmatch(alt):
            cell.text = alt
        cell.append(image)
        cells.append(cell)
    return cells


def _make_grid(cells: Sequence[HtmlElement], columns: int, block: HtmlElement | None = None) -> None:
    """figure > div.cells > div.cell > picture and (a) sub-caption."""
    figure = html.Element("figure", {"data-kind": "figure"})
    grid = etree.SubElement(figure, "div", {"class": f"cells columns-{columns}"})
    if block is None:
        cells[0].addprevious(figure)
        figure.tail = cells[-1].tail
    else:
        block.addprevious(figure)
        caption = _words(block)
        figure.tail = block.tail
        block.tail = None
        block.getparent().remove(block)
        if caption is not None:
            figure.append(caption)
    for index, cell in enumerate(cells):
        box = etree.SubElement(grid, "div", {"class": "cell"})
        for part in _pictures(cell):
            _take_out(part)
            part.attrib.pop("style", None)
            box.append(part)
        words = _words(cell)
        if words is not None:
            words.text = re.sub(r"^\s*[(（]([a-z]|\d)[)）]\s*", "", words.text or "")
        if cell.getparent() is not None:
            cell.getparent().remove(cell)
        sub = etree.SubElement(box, "div", {"class": "sub"})
        sub.text = f"({chr(ord('a') + index)})" if index < 26 else f"({index + 1})"
        if words is not None:
            sub.text += f" {words.text or ''}"
            sub.extend(list(words))


def _take_out(element: HtmlElement) -> None:
    """Without its tail, which stays."""
    holder = element.getparent()
    previous = element.getprevious()
    if previous is None:
        holder.text = (holder.text or "") + (element.tail or "")
    else:
        previous.tail = (previous.tail or "") + (element.tail or "")
    element.tail = None
    holder.remove(element)


def _make_single(block: HtmlElement, image: HtmlElement) -> None:
    figure = html.Element("figure", {"data-kind": "figure"})
    block.addprevious(figure)
    figure.tail, block.tail = block.tail, None
    if (link := image.getparent()).tag == "a" and not link.get("href"):
        image = link
    _take_out(image)
    figure.append(image)
    caption = _words(block)
    if id := block.get("id"):
        figure.set("id", id)
    block.getparent().remove(block)
    if caption is not None:
        figure.append(caption)


def _words(block: HtmlElement) -> HtmlElement | None:
    """What a block says besides its pictures, as a figcaption without blocks inside."""
    caption = html.Element("figcaption")
    caption.text = block.text
    caption.extend(list(block))
    for part in _elements(caption, "img"):
        part.drop_tree()
    for part in _elements(caption, "div", "p", "figure", "figcaption"):
        if part is not caption:
            part.drop_tag()
    for part in _elements(caption, "br"):
        part.tail = " " + (part.tail or "")
        part.drop_tag()
    if not caption.text_content().strip():
        return None
    caption.text = (caption.text or "").lstrip()
    return caption


def _settle_captions(root: HtmlElement) -> None:
    """A caption and an alternative text for each figure: the report's own, or what the figure stands under.

    Reports that number their figures by hand keep their numbers; the engine then numbers none.
    """
    figures = [figure for figure in _elements(root, "figure") if figure.get("data-kind") == "figure"]
    for figure in figures:
        if figure.find("figcaption") is None:
            _take_neighbour(figure, "図|Fig")
    own = any(_own_label(figure.find("figcaption")) for figure in figures if figure.find("figcaption") is not None)
    for figure in figures:
        images = _pictures(figure)
        caption = figure.find("figcaption")
        alts = [image.get("alt") or image.get("data-alt") or "" for image in images]
        if caption is None:
            said = alts[0] if len(images) == 1 and not NO_ALT.fullmatch(alts[0].strip()) else images[0].get("title")
            caption = etree.SubElement(figure, "figcaption")
            caption.text = said or ("" if own else _what_stands_above(figure))
        if own:
            figure.set("data-label", _own_label(caption, take=True) or "")
        text = " ".join(caption.text_content().split()) or _what_stands_above(figure) or "図"
        subs = [" ".join(sub.text_content().split()) for sub in figure.xpath('.//*[@class="sub"]')]
        for index, image in enumerate(images):
            image.attrib.pop("title", None)
            image.attrib.pop("data-alt", None)
            if image.tag == "img" and NO_ALT.fullmatch((image.get("alt") or "").strip()):
                image.set("alt", f"{text} {subs[index]}" if len(subs) == len(images) else text)
        if not caption.text_content().strip() and not figure.get("data-label") and own:
            caption.drop_tree()
    for image in root.xpath('.//span[@class="missing"][@data-alt]'):  # in no figure: nothing else says it
        if not NO_ALT.fullmatch(alt := image.get("data-alt").strip()):
            image.text += f"（{alt}）"
    for image in root.xpath(".//img"):
        if NO_ALT.fullmatch((image.get("alt") or "").strip()):
            image.set("alt", image.get("title") or f"画像 {Path(image.get('data-name', '')).stem}".strip())


def _take_neighbour(figure: HtmlElement, kind: str) -> None:
    """A paragraph 図 1 … just below or above is the caption: below first for figures, above first for tables."""
    below, above = figure.getnext(), figure.getprevious()
    for neighbour in (above, below) if figure.get("data-kind") == "table" else (below, above):
        if neighbour is None or neighbour.tag not in ("p", "div") or neighbour.xpath(".//img | .//table | .//pre"):
            continue
        text = neighbour.text_content().strip()
        if (
            re.match(kind, text)
            and (label := OWN_LABEL.match(text))
            and len(text) <= 120
            and _is_title(text, label.end())
        ):
            tail = neighbour.tail
            caption = _words(neighbour)
            neighbour.getparent().remove(neighbour)
            figure.tail = (figure.tail or "") + (tail or "")
            if caption is not None:
                figure.append(caption)
            return


def _is_title(text: str, after: int) -> bool:
    """図 1 学習曲線, not: 図 1 に示すように…。"""
    rest = text[after:]
    return not text.endswith(("。", "．")) and not re.match(r"[にのをはがよかとで]", rest)


def _own_label(caption: HtmlElement | None, take: bool = False) -> str | None:
    if caption is None or not (match := OWN_LABEL.match(caption.text or "")):
        return None
    if take:
        caption.text = caption.text[match.end() :]
    return " ".join(match[1].split())


def _what_stands_above(figure: HtmlElement) -> str:
    """The term of the list's item, or the nearest heading."""
    if items := figure.xpath("ancestor::li[1]"):
        first = re.sub(r"\s+", " ", _first_line(items[-1]))
        if 0 < len(first) <= 40:
            return first
    if headings := figure.xpath("|".join(f"preceding::{name}[1]" for name in HEADINGS)):
        return " ".join(headings[-1].text_content().split())
    return ""


def _first_line(item: HtmlElement) -> str:
    holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    text = holder.text or ""
    for child in holder:
        if child.tag in ("br", "div", "p", "ul", "ol", "figure", "pre", "table"):
            break
        text += child.text_content() + (child.tail or "")
    return text.strip()


def _make_captioned_tables(root: HtmlElement) -> None:
    """A table with a paragraph 表 1 … above or below, or a <caption>, is a numbered table that keeps its own number."""
    for table in root.xpath(".//table[not(ancestor::table) and not(ancestor::figure)]"):
        for cell in table.xpath(".//td | .//th"):
            if len(blocks := cell.xpath("./p | ./div[not(@class)]")) == 1:
                blocks[0].drop_tag()
        if table.find("thead") is None:  # so that it comes again on the next page
            rows = list(takewhile(lambda row: all(cell.tag == "th" for cell in row), table.xpath("./tr | ./tbody/tr")))
            if rows:
                head = html.Element("thead")
                table.insert(0, head)
                head.extend(rows)
        if table.xpath("./thead//*[@rowspan or @colspan]"):  # WeasyPrint maps such heads wrongly: let rows have theirs
            for row in table.xpath("./tr[not(th)][td] | ./tbody/tr[not(th)][td]"):
                row[0].tag = "th"
                row[0].set("scope", "row")
        figure = html.Element("figure", {"data-kind": "table"})
        table.addprevious(figure)
        figure.tail, table.tail = table.tail, None
        figure.append(table)
        if (caption := table.find("caption")) is not None:
            caption.tag = "figcaption"
            caption.tail = None
            figure.append(caption)
        else:
            _take_neighbour(figure, "表|Table")
        caption = figure.find("figcaption")
        figure.set("data-label", _own_label(caption, take=True) or "")


# -- headings and links -----------------------------------------------------------------------------------------------


def _settle_headings(root: HtmlElement, name: str) -> str:
    """Levels without gaps from h2 down, GitHub's anchors; returns the title, which leaves the body."""
    headings = [heading for heading in _elements(root, *HEADINGS) if heading.text_content().strip()]
    for heading in _elements(root, *HEADINGS):
        if not heading.text_content().strip():
            heading.drop_tree()
    slugs = Slugs()
    for heading in headings:
        text = " ".join(heading.text_content().split())
        own = heading.get("id")
        slug = slugs.unique(own) if own else slugs(text)
        heading.set("data-slug", slug)
        heading.set("id", slug or "section")
        for part in heading.xpath(".//a | .//br | .//figure | .//img"):
            part.drop_tag()
    used = {heading.get("id") for heading in headings}
    for element in root.xpath(".//*[@id][not(@data-slug)]"):
        if element.get("id") in used:
            del element.attrib["id"]
    first_levels = [heading for heading in headings if heading.tag == "h1"]
    title = name
    if len(first_levels) == 1 and headings[0] is first_levels[0] and headings[0].getparent() is root:
        heading = headings.pop(0)
        title = " ".join(heading.text_content().split())
        anchor = html.Element("div", {"id": heading.get("id"), "data-slug": heading.get("data-slug")})
        anchor.tail = heading.tail
        heading.getparent().replace(heading, anchor)
    _keep_own_numbers(headings)
    above: list[int] = []
    for heading in headings:
        level = int(heading.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        heading.tag = HEADINGS[min(len(above), 5)]
        holder = heading.getparent()
        while holder is not root and holder.tag in ("div", "section", "article"):  # a chapter is a child of the body
            holder.drop_tag()
            holder = heading.getparent()
    return title


def _keep_own_numbers(headings: Sequence[HtmlElement]) -> None:
    """Where at least half of the two uppermost levels are numbered by hand, the engine numbers none."""
    levels = sorted({heading.tag for heading in headings})[:2]
    upper = [heading for heading in headings if heading.tag in levels]
    numbered = [heading for heading in upper if OWN_NUMBER.match(heading.text or "")]
    if len(numbered) < max(2, len(upper) / 2):
        return
    for heading in headings:
        match = OWN_NUMBER.match(heading.text or "")
        heading.set("data-own-number", match[1] or match[2] if match else "")
        if match:
            heading.text = heading.text[match.end() :]


def _resolve_links(root: HtmlElement, warn: Warn) -> None:
    """Links inside the report lead to headings whatever way their anchors are written; links to the web stay; others
    become text, since nothing that they lead to goes with the page."""
    targets: dict[str, str] = {}
    loose: dict[str, list[str]] = {}
    for element in root.iter():
        if id := element.get("id"):
            targets[element.get("data-slug") or id] = id
            loose.setdefault(_loose(element.get("data-slug") or id), []).append(id)
    for label in re.findall(r"\\label\{([^}]*)\}", "".join(root.xpath('.//*[@class="arithmatex"]//text()'))):
        targets.setdefault(label, label)
    for link in _elements(root, "a"):
        address = (link.get("href") or "").strip()
        link.attrib.pop("title", None) if not link.get("class") else None
        if not address:
            link.attrib.pop("href", None)
            link.tag = "span"
        elif address.startswith("#"):
            wanted = unquote(address[1:])
            near = loose.get(_loose(wanted), [])
            target = targets.get(wanted) or (near[0] if len(near) == 1 else None)
            if target is None:
                warn(_line(link), f"link {address!r}: no such heading or anchor; it becomes text")
                _as_text(link)
            else:
                link.set("href", f"#{target}")
        elif not re.match(r"(https?://|mailto:)\S", address, re.IGNORECASE):
            _as_text(link)
        if link.tag == "a" and not link.xpath(".//img"):
            for part in list(link.iterdescendants()):
                part.drop_tag()  # PDF/UA wants text in a link, not spans
    for element in root.xpath(".//*[@data-slug]"):
        del element.attrib["data-slug"]


def _as_text(link: HtmlElement) -> None:
    link.tag = "span"
    del link.attrib["href"]


def _loose(anchor: str) -> str:
    """Anchors that other tools make of the same heading: other width, other punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", anchor).casefold())


def _link_addresses(root: HtmlElement) -> None:
    """Bare addresses become links."""
    for text in root.xpath('.//text()[contains(., "://")][not(ancestor::a or ancestor::pre or ancestor::code)]'):
        owner = text.getparent()
        if text.is_text and owner.get("class") in ("arithmatex", "missing"):
            continue
        found = list(ADDRESS.finditer(text))
        if not found:
            continue
        ends = [match.start() for match in found[1:]] + [len(text)]
        links = []
        for match, end in zip(found, ends, strict=True):
            link = html.Element("a", {"href": match[0]})
            link.text, link.tail = match[0], text[match.end() : end]
            links.append(link)
        before = text[: found[0].start()]
        if text.is_text:
            owner.text = before
            owner[:0] = links
        else:
            owner.tail = before
            holder = owner.getparent()
            place = holder.index(owner) + 1
            holder[place:place] = links


# -- lists, paragraphs, rules -----------------------------------------------------------------------------------------


def _tidy_lists(root: HtmlElement) -> None:
    """Paragraphs in items are a level too many for a screen reader; tasks get a box; a term is set apart."""
    for item in _elements(root, "li"):
        if len(item) and item[0].tag == "p" and not (item.text or "").strip():
            item[0].drop_tag()
        for paragraph in item.findall("p"):
            paragraph.tag = "div"
            paragraph.set("class", "more")
        if item.text and (task := re.match(r"\s*\[([ xX])\]\s+", item.text)):
            box = html.Element("span", {"class": "task"})
            box.text = "□" if task[1] == " " else "✓"
            box.tail, item.text = item.text[task.end() :], None
            item.insert(0, box)
            item.set("class", "task-item")
        first = item.find("br")
        if first is not None and first.getprevious() is None and _is_term((item.text or "").strip()):
            term = html.Element("b", {"class": "term"})
            term.text, item.text = item.text.strip(), None
            item.insert(0, term)
            first.drop_tag()  # the style ends the line


def _is_term(text: str) -> bool:
    """Something short that is no sentence, in whichever letters: at most 30 of the full width."""
    width = sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
    return 0 < width <= 60 and not text.endswith(("。", "．"))


def _tidy_paragraphs(root: HtmlElement) -> None:
    for paragraph in _elements(root, "p", "div", "li", "td"):
        if paragraph.tag == "p" or paragraph.text and paragraph.text.strip():
            paragraph.text = re.sub(r"^[\s\u2003\u3000\xa0]+", "", paragraph.text or "")
        if paragraph.tag == "p" and paragraph.find("br") is not None:
            paragraph.set("class", "continued")  # lines of their own begin alike
    for element in root.iter():  # the font has no such blank
        for part in ("text", "tail"):
            text = getattr(element, part)
            if text and re.search("[\u2002-\u200a]", text):
                setattr(
                    element, part, text.replace("\u2003", "\u3000").translate(dict.fromkeys(range(0x2002, 0x200B), " "))
                )
    for block in _elements(root, "p", "div"):
        empty = not len(block) and not (block.text or "").strip() and not block.get("id")
        if empty and "break" not in (block.get("style") or ""):
            block.drop_tree()
    for block in root.xpath(".//div[not(@class) and not(@style) and not(@id)] | .//section | .//article"):
        block.drop_tag() if block.tag != "div" or not _has_bare_text(block) else None


def _has_bare_text(block: HtmlElement) -> bool:
    return bool(((block.text or "") + "".join(child.tail or "" for child in block)).strip())


def _drop_rules(root: HtmlElement) -> None:
    """Rules before the first chapter, before headings and at the end; the style has its own."""
    first = next(iter(root.xpath("./h2")), None)
    for rule in _elements(root, "hr"):
        after = rule.getnext()
        before_first = first is not None and rule.getparent() is root and root.index(rule) < root.index(first)
        if (rule.tail or "").strip():
            continue
        if before_first or after is None or after.tag in (*HEADINGS, "hr"):
            rule.drop_tree()


def settle_boxes(root: HtmlElement, formulas: Sequence[Drawing]) -> None:
    """Of a numbered tree: questions with numbers of their own (問1.) keep them; short boxes stay in one piece."""
    for paragraph in root.xpath('.//section[@class="test"]/p[not(@class="question")]'):
        if match := QUESTION.match(paragraph.text or ""):
            label = html.Element("span", {"class": "label"})
            label.text, label.tail = match[1], " " * match[1][-1].isascii() + paragraph.text[match.end() :]
            paragraph.text = None
            paragraph.insert(0, label)
            paragraph.set("class", "question own")
    tests, notes = './/section[@class="test"]', './/div[@class="admonition" or @class="admonition warning"]'
    for box in root.xpath(f"{tests} | {notes}"):
        if _height(box, formulas) <= SHORT:
            box.set("class", f"{box.get('class')} short")


def _height(box: HtmlElement, formulas: Sequence[Drawing]) -> float:
    """About how high it will be, in pt."""
    height = 20.0
    for block in box.iter("p", "li", "dt", "dd", "tr", "figcaption", "div", *HEADINGS):
        text = "".join(
            block.xpath("./text() | ./*[not(self::ul or self::ol)]//text()")
        )
        if not block.xpath("./p | ./div | ./figure | ./pre | ./table"):
            height += LINE * max(1, -(-len(text.strip()) // 38))
    height += 11 * len(box.xpath('.//pre//span[@class="line" or starts-with(@class, "line ")]'))
    height += 150 * len(box.xpath(".//img"))
    for number in box.xpath('.//div[@class="equation"]/@data-formula'):
        height += 10 * float(formulas[int(number)].height.removesuffix("em"))
    return height


def _forget_lines(root: HtmlElement) -> None:
    for element in root.iter():
        for key in ("data-markdown", "data-name", "data-cell", "data-alt"):
            element.attrib.pop(key, None)
        if "arithmatex" not in (element.get("class") or ""):
            element.attrib.pop("data-line", None)
