"""The tree inside a whole page: front, contents, style and fonts. One page for the browser, one for the PDF."""

from __future__ import annotations

import base64
import copy
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from lxml import html

from day3 import runs
from day3.report.settings import Settings
from day3.report.tree import Heading, Tree

FONT_FACES = (  # file, family, weight, style
    ("NotoSansJP-Regular", "Noto Sans JP", 400, "normal"),
    ("NotoSansJP-Bold", "Noto Sans JP", 700, "normal"),
    ("IBMPlexMono-Regular", "IBM Plex Mono", 400, "normal"),
    ("IBMPlexMono-SemiBold", "IBM Plex Mono", 700, "normal"),
)


@dataclass
class Chapter:
    id: str
    number: str
    text: str
    sections: list[Heading] = field(default_factory=list)


def for_browser(tree: Tree, settings: Settings, templates: Path, more_style: str = "") -> str:
    """One file that opens offline: fonts and figures are inside. Links to code are relative to reports/."""
    sheets = [(templates / name).read_text(encoding="utf-8") for name in ("report.css", "screen.css")]
    style = "\n".join([*sheets, more_style])
    return _page(tree, settings, templates, style, "woff2", _data_url, lambda source: f"{settings.code_url}/{source}")


def for_print(tree: Tree, settings: Settings, templates: Path, more_style: str = "") -> str:
    """The page that WeasyPrint sets; files are `project:` addresses, which only pdf.py's fetcher resolves."""
    online = settings.code_url.startswith("https://")
    return _page(
        tree,
        settings,
        templates,
        "\n".join([(templates / "report.css").read_text(encoding="utf-8"), more_style]),
        "ttf",
        lambda file: f"project:{file.as_posix()}",
        lambda source: f"{settings.code_url}/{source}" if online else None,
    )


def _page(
    tree: Tree,
    settings: Settings,
    templates: Path,
    style: str,
    font_format: str,
    url_of: Callable[[Path], str],
    code_link: Callable[[str], str | None],
) -> str:
    root = copy.deepcopy(tree.root)
    summary = html.Element("div", {"class": "summary"})
    summary.extend(list(root.xpath("./h2[1]/preceding-sibling::*")))  # what stands before the first chapter
    for image in root.iter("img"):
        if not image.get("src").startswith("data:"):
            image.set("src", url_of(runs.REPORTS / image.get("src")))
    for link in root.iter("a"):
        if link.get("href", "").startswith("code:"):
            target = code_link(link.get("href").removeprefix("code:"))
            if target:
                link.set("href", target)
            else:
                link.tag = "span"
                del link.attrib["href"]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        settings=settings,
        date=f"{settings.date.year} 年 {settings.date.month} 月 {settings.date.day} 日",
        fonts=[
            {"family": family, "weight": weight, "style": style, "url": url_of(runs.FONTS / f"{name}.{font_format}")}
            for name, family, weight, style in FONT_FACES
        ],
        css=style,
        chapters=_chapters(tree.headings),
        summary=html.tostring(summary, encoding="unicode"),
        body=html.tostring(root, encoding="unicode"),
    )


def _chapters(headings: list[Heading]) -> list[Chapter]:
    chapters: list[Chapter] = []
    for heading in headings:
        if heading.level == 2:
            chapters.append(Chapter(heading.id, heading.number, heading.text))
        elif heading.level == 3 and chapters:
            chapters[-1].sections.append(heading)
    return chapters


def _data_url(file: Path) -> str:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
