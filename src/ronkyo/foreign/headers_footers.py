"""The YAML front matter of Markdown Preview Enhanced: puppeteer's header and footer templates -> what stands at the head
and foot of each page."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import nh3
from lxml import html
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ronkyo.foreign import page_setup, pictures, safe
from ronkyo.foreign.page_setup import PageSetup

COUNTERS = ("pageNumber", "totalPages")
FILLED = ".//img | " + " | ".join(f'.//*[contains(@class, "{name}")]' for name in (*COUNTERS, "title", "date", "url"))
OWN_NUMBER = 'counter(page) "/" counter(pages)'
SIDES = ("left", "center", "right")
ELEMENTS = "div p span b strong i em u s small sub sup br hr img table tbody tr td h1 h2 h3 h4 h5 h6 ul li a font"
PROPERTIES = (
    "display flex flex-grow flex-direction justify-content align-items gap width max-width min-width height margin margin-top "
    "margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom padding-left text-align "
    "vertical-align float color background-color border border-top border-bottom border-left border-right font-size "
    "font-weight font-style line-height letter-spacing white-space text-decoration"
)
LONGEST = 50_000  # characters of front matter


class FrontMatterError(Exception):
    """The line, counted from the first of the file, and what is wrong in it."""


@dataclass(frozen=True)
class Furniture:
    """HTML templates as written; None: the report has none with a text."""

    header: str | None = None
    footer: str | None = None
    shown: bool = True
    language: str | None = None  # "ja" or "en", where the report names one of them
    page: PageSetup = PageSetup()
    title: str | None = None
    author: str = ""
    date: str = ""

    @property
    def templates(self) -> dict[str, str | None]:
        return {"top": self.header, "bottom": self.footer}


def split(text: str, warn: Callable[[int, str], None]) -> tuple[Furniture, str]:
    """What the front matter says of the page, and the text with blank lines in its place."""
    match = re.match(r"---[ \t]*\n(.*?)^(---|\.\.\.)[ \t]*$", text, re.DOTALL | re.MULTILINE)
    if match is None or not re.match(r"(\s*#.*\n)*\s*[\w\"'-]+\s*:(\s|$)", match[1]):  # two rules, no front matter
        return Furniture(), text
    try:
        furniture = _front_matter(match[1], warn)
    except FrontMatterError as error:
        line, message = error.args
        warn(line, f"{message}; all of it is left out")
        furniture = Furniture()
    return furniture, "\n" * match[0].count("\n") + text[match.end() :]


def _front_matter(source: str, warn: Callable[[int, str], None]) -> Furniture:
    document = _loaded(source)
    lang = document.get("lang")
    language = lang[:2].lower() if isinstance(lang, str) and re.match(r"(ja|en)\b", lang, re.IGNORECASE) else None
    name = next((name for name in ("puppeteer", "chrome") if name in document), None)
    options = document.get(name) if name else None
    title, date = (_text_of(document.get(key)) for key in ("title", "date"))
    author = _text_of(document.get("author") or document.get("authors"))
    told = Furniture(language=language, title=title or None, author=author, date=date)
    if options is None:
        return told
    if not isinstance(options, dict):
        raise FrontMatterError(_line(source, name), f"front matter: {name}: expected keys, found {_kind(options)}")
    texts = {}
    for key in ("headerTemplate", "footerTemplate"):
        value = options.get(key)
        if value is not None and not isinstance(value, str):
            message = f"front matter: {name}.{key}: expected HTML in quotes, found {_kind(value)}"
            raise FrontMatterError(_line(source, key), message)
        texts[key] = value if value and _has_text(value) else None
    shown = options.get("displayHeaderFooter") is not False
    page = page_setup.read(options, lambda key, said: warn(_line(source, key), f"front matter: {name}.{key}: {said}"))
    return replace(told, header=texts["headerTemplate"], footer=texts["footerTemplate"], shown=shown, page=page)


def _loaded(source: str) -> dict[str, Any]:
    if len(source) > LONGEST:
        raise FrontMatterError(1, f"front matter: expected at most {LONGEST} characters, found {len(source)}")
    try:
        with warnings.catch_warnings(action="ignore"):
            document = _yaml().load(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context).split())
        raise FrontMatterError((mark.line if mark else 0) + 2, f"front matter: expected YAML: {problem}") from error
    except (YAMLError, ValueError, RecursionError, OverflowError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FrontMatterError(1, f"front matter: expected YAML: {problem}") from error
    if not isinstance(document, dict):
        raise FrontMatterError(1, f"front matter: expected keys with values, found {_kind(document)}")
    return document


def _yaml() -> YAML:
    """As lenient as what these files are written for: of keys that are there twice the first counts, !r code is text."""

    class Lenient(SafeConstructor):
        pass

    Lenient.add_multi_constructor("!", lambda _constructor, _tag, node: node.value if node.id == "scalar" else None)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor, yaml.allow_duplicate_keys = Lenient, True
    return yaml


def _text_of(value: Any) -> str:
    """As it is written; names with commas, each alone or as `name:` among what is said of somebody."""
    if isinstance(value, list | dict):
        each = [
            one.get("name") if isinstance(one, dict) else one for one in (value if isinstance(value, list) else [value])
        ]
        return ", ".join(name for name in each if isinstance(name, str))  # not what is in them: aliases, again
    return " ".join(str(value).split()) if isinstance(value, str | int | float | datetime.date) else ""


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)  # not its text: aliases can make that endless


def _line(source: str, key: str | None) -> int:
    lines, begin = source.split("\n"), rf"\s*['\"]?{re.escape(str(key))}(?!\w)"
    return next((number for number, line in enumerate(lines, start=2) if re.match(begin, line)), 1)


def style(furniture: Furniture, title: str) -> str:
    """CSS of the page; a template without text leaves the engine's own running head or page number."""
    own = {"top": [quoted(title), "none", "string(chapter, start)"], "bottom": ["none", "none", OWN_NUMBER]}
    looks = {
        "top": 'font: 7.6pt "Noto Sans JP"; color: #59636e; vertical-align: bottom; padding-bottom: 4mm',
        "bottom": 'font: 9pt "Noto Sans JP"; color: #1b1f24; vertical-align: top; padding-top: 6mm',
    }
    boxes, first = [], []
    for edge, template in furniture.templates.items():
        contents = own[edge] if furniture.shown else ["none"] * 3
        if furniture.shown and template:
            below = furniture.page.raised / furniture.page.scale if edge == "top" else 0
            whole = f"element({edge}); width: 100%; vertical-align: middle; padding: 0 0 {below:g}mm"
            contents = ["none", whole, "none"]
        rules = [
            f"@{edge}-{side} {{ {looks[edge]}; content: {content} }}"
            for side, content in zip(SIDES, contents, strict=True)
        ]
        boxes += rules
        first += rules if template or edge == "bottom" else [f"@{edge}-{side} {{ content: none }}" for side in SIDES]
    page = "\n".join(boxes)
    first += ["@top-center { padding: 0 }"] if furniture.header else []
    rules = f"@page {{\n{page}\n}}\n@page :first {{ {' '.join(first)} }}"
    return f"@media print {{\n{rules}\n{page_setup.style(furniture.page)}\n}}"


def running(furniture: Furniture, fields: Mapping[str, str], warn: Callable[[str], None]) -> list[html.HtmlElement]:
    """The templates as elements that stand on each page. `fields`: texts for the spans of class title, date and url."""
    elements = []
    for edge, template in furniture.templates.items():
        if not furniture.shown or not template:
            continue
        element = _read(template)
        if re.search("<style", template, re.IGNORECASE):
            warn("<style> of the page's head or foot is left out: expected style attributes")
        styles = ";".join(element.xpath(".//@style"))
        apart = re.search(r"(margin|padding)(-[a-z]+)?\s*:[^;:]*[1-9]", styles)
        element.set("class", f"running {edge}" if apart else f"running {edge} inside")  # inside: in line with the text
        for part in element.xpath(".//*[@class]"):
            names = part.get("class").split()
            part.set("class", " ".join(name for name in names if name in COUNTERS))
            if field := next((name for name in (*fields, *COUNTERS) if name in names), None):
                part[:] = []
                part.text = fields.get(field)
        if element.xpath("./*[contains(@style, 'auto')]"):
            element.set("style", "display: flex")  # as a browser has it
        for part in element.xpath("./*[@style][not(self::table)]"):  # which a browser shrinks by its margins
            part.set("style", re.sub(r"(?<![-\w])width:100%", "width:auto", part.get("style")))
        for image in element.xpath(".//img"):
            try:  # without an address: it was not embedded
                image.set("src", pictures.load(Path(), image.get("src") or "data:", warn).address)
            except pictures.PictureError as error:
                warn(f"an image of the page's head or foot is left out: {error}")
                image.drop_tree()
        elements.append(element)
    return elements


def _read(template: str) -> html.HtmlElement:
    clean = nh3.clean(
        template,
        tags=set(ELEMENTS.split()),
        clean_content_tags={"script", "style", "title"},
        attributes={"*": {"class", "style"}, "img": {"src", "alt"}},
        filter_style_properties=set(PROPERTIES.split()),
        url_schemes={"data"},
        url_relative="deny",
        link_rel=None,
    )
    root = safe.parsed(clean, "div")
    for element in list(root.iter()):
        if next(islice(element.iterancestors(), safe.DEEPEST, None), None) is not None:
            element.drop_tag()
    return root


def _has_text(template: str) -> bool:
    element = _read(template)
    return bool(element.text_content().strip() or element.xpath(FILLED))


def quoted(text: str) -> str:
    """A CSS string; whatever could end it, or the style element around it, is written as a code."""
    return '"' + re.sub(r"[\"\\<>&\x00-\x1f\x7f]", lambda match: f"\\{ord(match[0]):06x}", text) + '"'
