"""The YAML front matter of Markdown Preview Enhanced: puppeteer's header and footer templates -> what stands at the head
and foot of each page."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lxml import html
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

COUNTERS = {"pageNumber": "counter(page)", "totalPages": "counter(pages)"}
SIDES = ("left", "center", "right")
FAR_RIGHT = {"cm": 9.0, "mm": 90.0, "px": 340.0, "pt": 255.0, "in": 3.5, "em": 28.0, "%": 55.0}  # past a page's middle
LONGEST = 50_000  # characters of front matter


class FrontMatterError(Exception):
    """`line` counts from the first line of the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Furniture:
    """HTML templates as written; None: the report says nothing about it."""

    header: str | None = None
    footer: str | None = None
    shown: bool = True
    language: str | None = None  # "ja" or "en", where the report names one of them
    title: str | None = None
    author: str = ""
    date: str = ""


def split(text: str) -> tuple[Furniture, str]:
    """The front matter's templates, and the text with blank lines in its place. Raises FrontMatterError."""
    match = re.match(r"---[ \t]*\n(.*?)^(---|\.\.\.)[ \t]*$", text, re.DOTALL | re.MULTILINE)
    if match is None or not re.match(r"(\s*#.*\n)*\s*[\w\"'-]+\s*:(\s|$)", match[1]):  # two rules, no front matter
        return Furniture(), text
    return _templates(match[1]), "\n" * match[0].count("\n") + text[match.end() :]


def _templates(source: str) -> Furniture:
    if len(source) > LONGEST:
        raise FrontMatterError(1, f"front matter: expected at most {LONGEST} characters, found {len(source)}")
    try:
        with warnings.catch_warnings(action="ignore"):
            document = YAML(typ="safe", pure=True).load(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context).split())
        raise FrontMatterError((mark.line if mark else 0) + 2, f"front matter: expected YAML: {problem}") from error
    except (YAMLError, ValueError, RecursionError, OverflowError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FrontMatterError(1, f"front matter: expected YAML: {problem}") from error
    if not isinstance(document, dict):
        raise FrontMatterError(1, f"front matter: expected keys with values, found {_kind(document)}")
    lang = document.get("lang")
    language = lang[:2].lower() if isinstance(lang, str) and re.match(r"(ja|en)\b", lang, re.IGNORECASE) else None
    name = next((name for name in ("puppeteer", "chrome") if name in document), None)
    options = document.get(name) if name else None
    said = {key: _text_of(document.get(key)) for key in ("title", "author", "date")}
    told = Furniture(language=language, title=said["title"] or None, author=said["author"], date=said["date"])
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
        texts[key] = value
    shown = options.get("displayHeaderFooter") is not False
    return replace(told, header=texts["headerTemplate"], footer=texts["footerTemplate"], shown=shown)


def _text_of(value: Any) -> str:
    """As it is written; the names of a list with commas."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text_of, value)))
    return " ".join(str(value).split()) if isinstance(value, str | int | float | datetime.date) else ""


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)  # not its text: aliases can make that endless


def _line(source: str, key: str | None) -> int:
    lines = source.split("\n")
    return next((number for number, line in enumerate(lines, start=2) if re.match(rf"\s*['\"]?{key}\b", line)), 1)


def style(furniture: Furniture, title: str, date: str) -> str:
    """CSS of the page's margins; a template without text leaves the engine's own running head or page number."""
    if not furniture.shown:
        top = bottom = dict.fromkeys(SIDES, "none")
    else:
        top = _boxes(furniture.header, title, date) or {
            "left": quoted(title),
            "center": "none",
            "right": "string(chapter, start)",
        }
        bottom = _boxes(furniture.footer, title, date) or {
            "left": "none",
            "center": "none",
            "right": 'counter(page) "/" counter(pages)',
        }
    head = 'font: 7.6pt "Noto Sans JP"; color: #59636e; vertical-align: bottom; padding-bottom: 4mm'
    foot = 'font: 9pt "Noto Sans JP"; color: #1b1f24; vertical-align: top; padding-top: 6mm'
    boxes = [f"@top-{side} {{ content: {top[side]}; {head} }}" for side in SIDES]
    boxes += [f"@bottom-{side} {{ content: {bottom[side]}; {foot} }}" for side in SIDES]
    first = " ".join(f"@top-{side} {{ content: none }}" for side in SIDES) if not furniture.header else ""
    own_head = bool(_boxes(furniture.header, title, date))
    return (
        "@media print {\n@page {\n" + "\n".join(boxes) + "\n}\n" + f"@page :first {{ {'' if own_head else first} }}\n}}"
    )


def _boxes(template: str | None, title: str, date: str) -> dict[str, str]:
    """What stands at the left, in the middle and at the right; nothing when the template has no text."""
    if not template or not template.strip():
        return {}
    try:
        root = html.fragment_fromstring(f"<div>{template}</div>")
    except (ValueError, html.etree.ParserError):  # pyright: ignore[reportAttributeAccessIssue]
        return {}
    boxes: dict[str, list[str]] = {side: [] for side in SIDES}
    for side, piece in _pieces(root, "left", title, date):
        boxes[side].append(piece)
    if not any(any(piece.strip('" ') for piece in pieces) for pieces in boxes.values()):
        return {}
    return {side: " ".join(pieces) or "none" for side, pieces in boxes.items()}


def _pieces(element: html.HtmlElement, side: str, title: str, date: str) -> Iterable[tuple[str, str]]:
    side = _side(element.get("style") or "") or side
    classes = (element.get("class") or "").split()
    if counter := next((COUNTERS[name] for name in classes if name in COUNTERS), None):
        yield side, counter
    elif "title" in classes:
        yield side, quoted(title)
    elif "date" in classes:
        if date:
            yield side, quoted(date)
    elif "url" not in classes and element.tag not in ("script", "style"):
        yield from _text(side, element.text)
        for child in element:
            if isinstance(child.tag, str):
                yield from _pieces(child, side, title, date)
            yield from _text(side, child.tail)


def _text(side: str, text: str | None) -> Iterable[tuple[str, str]]:
    if text and text.strip():
        yield side, quoted(re.sub(r"\s+", " ", text))


def _side(css: str) -> str | None:
    if match := re.search(r"(?:float|text-align)\s*:\s*(left|center|right)", css):
        return match[1]
    if match := re.search(r"(?:margin|padding)-left\s*:\s*([\d.]{1,9})\s*(cm|mm|px|pt|in|em|%)", css):
        try:
            return "right" if float(match[1]) > FAR_RIGHT[match[2]] else None
        except ValueError:
            return None
    if re.search(r"justify-content\s*:\s*center|margin\s*:[^;]*auto", css):
        return "center"
    if re.search(r"justify-content\s*:\s*(flex-)?end", css):
        return "right"
    return None


def quoted(text: str) -> str:
    """A CSS string; whatever could end it, or the style element around it, is written as a code."""
    return '"' + re.sub(r"[\"\\<>&\x00-\x1f\x7f]", lambda match: f"\\{ord(match[0]):06x}", text) + '"'
