"""Raw HTML of a report -> only what a report needs: nothing that runs, loads, covers the page or takes names of the
engine's own, which are its classes and its attributes (data-*) and ids with a colon.

nh3 is the border. It reads the whole page as browsers do, with what Markdown's renderer wrote, and keeps the elements and
attributes that are listed here. Each tag of raw HTML goes through it with a number, by which it is known afterwards: which
line it stood in, that it is not the engine's own, and which are gone. Those that take their content with them are read
before, since one that is never closed would take the rest of the page.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from html import escape

import nh3
from lxml import html
from lxml.html import defs
from PIL import ImageColor

from ronkyo.typeset.tree import HEADINGS

Warn = Callable[[int, str], None]

BEGIN, LINE, END = "\ufdd0", "\ufdd1", "\ufdd2"  # noncharacters: `decode` lets none through
DEEPEST = 100
MOST_PLACES = 999  # of a table, that a cell covers
NAMES = {  # of elements
    "allowed": "a img br hr div section article p span h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody "
    "tfoot tr colgroup col td th blockquote pre code kbd samp var b strong i em u s del ins sub sup small mark q cite abbr "
    "ruby rt rp rb figure figcaption details summary",
    "div": "center header footer aside nav address",
    "span": "font big picture time bdi bdo acronym label dfn",
    "silent": "html head body main meta base link source wbr form button",  # nobody misses them
    "whole": "script style template textarea title svg math object iframe noscript noframes noembed select audio video canvas "
    "xmp plaintext",  # go with what they hold
    "uncounted": "br wbr hr img col source input link meta base p li dt dd tr td th thead tbody tfoot colgroup rt rp rb option",
    "read": "align valign color bgcolor width height style class id name hidden",  # attributes, for what they mean
}
ALLOWED, SILENT, WHOLE, UNCOUNTED, READ = (
    set(NAMES[kind].split()) for kind in ("allowed", "silent", "whole", "uncounted", "read")
)
RENAMED = {name: tag for tag in ("div", "span") for name in NAMES[tag].split()}
RENAMED |= {"tt": "code", "strike": "s", "rtc": "rt"}
NESTING = {"svg", "math", "object", "template"}
BLOCKS = ("div", "p", "table", "ul", "ol", "dl", "blockquote", "pre", "figure", "details", *HEADINGS)
AROUND_BLOCKS = {  # what an inline element says of the blocks in it
    "b": "font-weight: bold",
    "strong": "font-weight: bold",
    "i": "font-style: italic",
    "em": "font-style: italic",
    "u": "text-decoration: underline",
    "s": "text-decoration: line-through",
    "del": "text-decoration: line-through",
    "span": "",
}
KEPT = {  # element -> attributes, besides those of every element
    "a": ("href",),
    "img": ("src", "alt"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "ol": ("start", "reversed", "type"),
    "li": ("value",),
    "details": ("open",),
}
KEPT_EVERYWHERE = ("title", "lang")
NUMBERS = ("colspan", "rowspan", "start", "value")
ATTRIBUTES = {*READ, *KEPT_EVERYWHERE, *(name for names in KEPT.values() for name in names)}
KEPT_STYLE = {
    "text-align": r"left|right|center|justify|start|end",
    "vertical-align": r"top|middle|bottom|baseline|sub|super",
    "color": r".+",
    "background-color": r".+",
    "font-weight": r"bold|bolder|normal|[1-9]00",
    "font-style": r"italic|normal",
    "text-decoration": r"underline|line-through|none",
    "page-break-before": r"always|avoid|auto",
    "page-break-after": r"always|avoid|auto",
    "break-before": r"page|avoid|auto",
    "break-after": r"page|avoid|auto",
}
SCHEMES = {"http", "https", "mailto", "data", "file"} | set(string.ascii_lowercase)  # c: is a drive, for warnings
HIDDEN = re.compile(r"(?<![\w-])(display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(%|px|cm|mm|in|pt|em|rem)?", re.ASCII)
ID = re.compile(r"[^\s:\"'<>&]+")
COMMENT = r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>"  # and declarations
TAG = re.compile(COMMENT + r"|<(/?)([A-Za-z][\w:-]*+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>", re.DOTALL)
UNMISSED = re.compile(r"<style[^>]*>\s*\.dataframe\b")  # how pandas aligns its tables
RAW = re.compile(f"{BEGIN}(.*?){LINE}(.*?){END}", re.DOTALL)
VOID = re.compile(r"(<(?:br|hr|img|col)\b[^>]*)>")
ATTRIBUTE = re.compile(r"([^\s=\"'<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?")


def raw(source: str, line: int) -> str:
    """Raw HTML that begins in `line`, as it stands among what the renderer writes for `tree`."""
    return f"{BEGIN}{line}{LINE}{source}{END}"


def tree(rendered: str, warn: Warn) -> html.HtmlElement:
    """`main` with the page; of raw HTML what is allowed, whose pictures and links carry their line as data-line."""
    tags = _Tags(rendered, warn)
    clean = nh3.clean(
        "".join(tags.marked()),
        tags=ALLOWED | RENAMED.keys(),
        clean_content_tags=WHOLE,
        attributes={"*": ATTRIBUTES},
        generic_attribute_prefixes={"data-"},
        url_schemes=SCHEMES,
        link_rel=None,
    )
    root = parsed(clean, "main")
    lost = set(range(len(tags.read)))
    ids = set(root.xpath("//*[@id][not(@data-raw)]/@id"))
    for element in list(root.iter()):
        if (address := element.attrib.pop("data-src", None)) is not None:
            element.set("src", address)
        if (number := element.attrib.pop("data-raw", None)) is not None:
            lost.discard(int(number))
            if element.get("hidden") is not None or HIDDEN.search(element.get("style", "")):
                warn(tags.read[int(number)][0], f"what <{element.tag}> hides is left out")
                element[:], element.text = [], None
            _settle(element, ids)
            if int(element.get("colspan", "1")) * int(element.get("rowspan", "1")) > MOST_PLACES:
                warn(tags.read[int(number)][0], f"a cell of more than {MOST_PLACES} places: its spans are left out")
                del element.attrib["colspan"], element.attrib["rowspan"]
    for line, name in (tags.read[number] for number in sorted(lost)):
        if name not in SILENT and ":" not in name:  # <o:p> of Word
            warn(line, f"<{name}> is left out{'' if name == 'input' else ', what it holds stays'}")
    return root


def parsed(clean: str, holder: str) -> html.HtmlElement:
    """What nh3 wrote, in an element. As XML: libxml2 would read HTML in a way of its own."""
    clean = VOID.sub(r"\1/>", clean).replace("&nbsp;", "\xa0")
    return html.fragment_fromstring(
        f"<{holder}>{clean}</{holder}>", parser=html.XHTMLParser(huge_tree=True, recover=True)
    )


class _Tags:
    """The tags of raw HTML in the order of the page. `read`: line and name of each start tag, by its number."""

    def __init__(self, rendered: str, warn: Warn) -> None:
        self.read: list[tuple[int, str]] = []
        self._warn = warn
        self._first, *pieces = RAW.split(rendered)
        self._pieces = list(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))
        ends = (tag[2] for _, source, _ in self._pieces for tag in TAG.finditer(source) if tag[1])
        self._ends = Counter(map(str.lower, ends))
        self._hidden: list[str] = []  # the element of WHOLE that is open, once for each level
        self._open: list[str] = []
        self._too_deep: Counter[str] = Counter()

    def marked(self) -> Iterator[str]:
        """The page; each start tag of raw HTML has its number as data-raw, a `<` that begins no tag is text."""
        yield self._first
        for line, source, written in self._pieces:
            yield from self._piece(source, int(line))
            if not self._hidden:
                yield written

    def _piece(self, source: str, line: int) -> Iterator[str]:
        place = 0
        for match in TAG.finditer(source):
            line += source.count("\n", place, match.start())
            if not self._hidden:
                yield source[place : match.start()].replace("<", "&lt;")
            if (name := (match[2] or "").lower()) and not _is_element(name):
                yield "" if self._hidden else escape(match[0])
            elif name:
                yield self._end(name) if match[1] else self._start(match, line)
            line += match[0].count("\n")
            place = match.end()
        if not self._hidden:
            yield source[place:].replace("<", "&lt;")
        elif not self._ends[self._hidden[0]]:  # it is closed nowhere
            self._hidden.clear()

    def _start(self, tag: re.Match[str], line: int) -> str:
        name, attributes = tag[2].lower(), tag[3]
        empty = attributes.endswith("/")
        if self._hidden:
            self._hidden += [name] * (name == self._hidden[0] and name in NESTING and not empty)
            return ""
        if name in WHOLE:
            if not UNMISSED.match(tag.string, tag.start()):
                self._warn(line, f"<{name}> is left out")
            self._hidden += [name] * (not empty)
            return ""
        if name not in UNCOUNTED and not empty:
            if len(self._open) == DEEPEST:
                if not self._too_deep.total():
                    self._warn(
                        line, f"more than {DEEPEST} elements in each other: <{name}> is left out, what it holds stays"
                    )
                self._too_deep[name] += 1
                return ""
            self._open.append(name)
        self.read.append((line, name))
        given = [f' data-line="{line}"'] if name in ("table", "img") else []
        for key, *values in ATTRIBUTE.findall(attributes):
            key = key.lower()
            if key.startswith("on"):
                self._warn(line, f"{key} of <{name}> is left out")
            if key in ATTRIBUTES:
                key = "data-src" if key == "src" else key  # which `pictures` judges
                given.append(f' {key}="{"".join(values).replace(chr(34), "&quot;")}"')
            if key == "href":
                given.append(f' data-line="{line}"')
        if name not in ALLOWED and name not in RENAMED:  # nh3 would take some of the text with it
            return ""
        end = f"</{name}>" if empty and name not in UNCOUNTED else ""
        return f'<{name} data-raw="{len(self.read) - 1}"{"".join(given)}>{end}'

    def _end(self, name: str) -> str:
        self._ends[name] -= 1
        if self._hidden:
            if name == self._hidden[0]:
                self._hidden.pop()
            return ""
        if self._too_deep[name]:
            self._too_deep[name] -= 1
            return ""
        if name in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(name) :]
        return f"</{name}>"


def _is_element(name: str) -> bool:
    """Of HTML, a custom one or Word's; the names in List<int> and <T> are text."""
    return name in defs.tags | ALLOWED | WHOLE | SILENT | RENAMED.keys() or bool(re.search("[-:]", name))


def _settle(element: html.HtmlElement, ids: set[str]) -> None:
    """In the engine's few looks and with no name of its own."""
    name, given = str(element.tag), {str(key): str(value) for key, value in element.attrib.items()}
    tag = RENAMED.get(name, name)
    kept = {key: given[key] for key in (*KEPT.get(tag, ()), *KEPT_EVERYWHERE) if key in given}
    for key in NUMBERS:
        if not re.fullmatch(r"\d{1,3}", kept.get(key, "0"), re.ASCII):
            del kept[key]
    style = size_style(given) if tag == "img" else _style(name, given)
    if tag == "img" and not style and (zoom := re.search(r"zoom\s*:\s*([\d.]+%?)", given.get("style", ""))):
        kept["data-zoom"] = f"{_zoom(zoom[1]):g}"  # of its own size, which is not known yet
    if tag == "img" and (align := given.get("align", "").lower()) in ("left", "right"):
        style = "; ".join(filter(None, (style, f"float: {align}")))
    if tag in AROUND_BLOCKS and any(child.tag in BLOCKS for child in element):
        style = "; ".join(filter(None, (AROUND_BLOCKS[tag], style)))
        tag = "div"
    if style:
        kept["style"] = style
    if "data-line" in given:
        kept["data-line"] = given["data-line"]
    if tag in ("div", "p", "figure", "span") and (
        cell := _cell(given, element.getparent().get("data-flex") is not None)
    ):
        kept["data-cell"] = cell
    if re.search(r"display\s*:\s*(inline-)?(flex|grid)", given.get("style", "")):
        kept["data-flex"] = "yes"
    id = given.get("id") or (given.get("name", "") if tag == "a" else "")
    if ID.fullmatch(id) and (tag in HEADINGS or id not in ids):  # a heading's are made to differ later
        kept["id"] = id
        if tag not in HEADINGS:
            ids.add(id)
    element.tag = tag
    element.attrib.clear()
    element.attrib.update(kept)


def _style(name: str, given: Mapping[str, str]) -> str:
    wanted = {}
    align = given.get("align", "center" if name == "center" else "").strip().lower()
    if align in ("left", "right", "center", "justify") and name != "table":
        wanted["text-align"] = align
    wanted["vertical-align"] = given.get("valign", "").strip().lower()
    if name == "font":
        wanted["color"] = given.get("color", "")
    for declaration in given.get("style", "").split(";"):
        key, _, value = declaration.partition(":")
        wanted[key.strip().lower()] = value.replace("!important", "").strip()
    wanted.setdefault("background-color", wanted.get("background", given.get("bgcolor", "")))
    for key in ("color", "background-color"):
        wanted[key] = _color(wanted.get(key, ""))
    kept = [key for key, value in wanted.items() if key in KEPT_STYLE and re.fullmatch(KEPT_STYLE[key], value)]
    return "; ".join(f"{key}: {wanted[key]}" for key in kept)


def _color(text: str) -> str:
    """As CSS has it; `font` and `bgcolor` may leave the # away."""
    for value in (text, f"#{text}") if text else ():
        with suppress(ValueError):
            ImageColor.getrgb(value)
            return "" if value.startswith("hs") else value  # hsv is no colour of CSS
    return ""


def size_style(image: Mapping[str, str]) -> str:
    """width=70%, height=300 or a style's, zoomed as the style says; never above the column."""
    style = dict(re.findall(r"(?:^|[;\s])(width|height|zoom)\s*:\s*([\d.]+ *[%\w]*)", image.get("style", "")))
    zoom = _zoom(style.get("zoom", ""))
    sizes = {}
    for name in ("width", "height"):
        match = LENGTH.fullmatch(style.get(name, image.get(name, "")).replace(" ", ""))
        if match and float(match[1]) and (name == "width" or match[2] != "%"):  # of a height that nobody knows
            size = float(match[1]) * zoom
            sizes[name] = f"{min(size, 100):g}%" if match[2] == "%" else f"{size:g}{match[2] or 'px'}"
    return "; ".join(f"{name}: {size}" for name, size in sizes.items())


def _zoom(text: str) -> float:
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,3})?)(%?)", text, re.ASCII)
    return (float(match[1]) / (100 if match[2] else 1) if match else 0) or 1


def _cell(given: Mapping[str, str], flex: bool) -> str | None:
    """What a pair of floating divs was meant to be, or those of a flex box: its width in % of the text."""
    style = given.get("style", "")
    side_by_side = re.search(r"float\s*:\s*(left|right)|display\s*:\s*inline-(block|flex)", style)
    if not flex and side_by_side is None and not re.search(r"float-?(left|right)|(^|\s)col", given.get("class", "")):
        return None
    width = re.search(r"(?<![\w-])width\s*:\s*(\d{1,3}(?:\.\d{1,4})?)%", style, re.ASCII)
    return f"{float(width[1]) if width else 50:.0f}"
