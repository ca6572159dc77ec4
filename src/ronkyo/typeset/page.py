"""The tree inside a whole page: front, contents, style and fonts. One page for the browser, one for the PDF."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import jinja2
from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.errors import UserError
from ronkyo.typeset import compact, edition, letters
from ronkyo.typeset.front import Front
from ronkyo.typeset.mathematics import Drawing
from ronkyo.typeset.tree import Heading, Tree
from ronkyo.words import Words

FONT_FACES = (  # file, family, weight, style
    ("NotoSansJP-Regular", "Noto Sans JP", 400, "normal"),
    ("NotoSansJP-Bold", "Noto Sans JP", 700, "normal"),
    ("IBMPlexMono-Regular", "IBM Plex Mono", 400, "normal"),
    ("IBMPlexMono-SemiBold", "IBM Plex Mono", 700, "normal"),
)
INK = "#1b1f24"  # a formula's colour on paper: that of the report's text
OPENING_BRACKETS = "「『（【〈《〔［｛"  # of Japanese; WeasyPrint keeps others with what follows
SHORT_CONTENTS = 12  # entries that need no page of their own
STYLE = Path(__file__).parent / "style"

# Not what the machine's tables say: they differ.
MEDIA_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png", ".gif": "image/gif"}
MEDIA_TYPES |= {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@dataclass
class Chapter:
    id: str
    number: str
    text: str
    sections: list[Heading] = field(default_factory=list)


class Printable(NamedTuple):
    """A page for WeasyPrint; its addresses `formula:n` mean the SVG file formulas[n]."""

    html: str
    formulas: Sequence[bytes] = ()


class Origin(NamedTuple):
    """What a number or a figure leads to."""

    href: str
    title: str


class Sources(Protocol):
    """What a page carries with it, and where on the page that is told."""

    def archive(self) -> bytes:
        """All of it as one file, for `archive:` links of the page for the browser."""
        ...

    def of_number(self, recipe: str) -> Origin | None: ...

    def of_figure(self, id: str) -> Origin | None: ...

    def of_file(self, path: str) -> str | None:
        """`#id` for a path from the project's root that is carried."""
        ...


def for_browser(
    tree: Tree,
    front: Front,
    pictures: Path,
    more_style: str = "",
    sources: Sources | None = None,
    known: frozenset[str] = frozenset(),
) -> str:
    """One file that opens offline: fonts and figures are inside.

    pictures: the folder that images are relative to; more_style: what browsers know, behind the engine's own;
    known: letters that its fonts have besides those of the page
    """
    style = "\n".join([_sheet("report.css"), more_style, _sheet("screen.css")])
    words = Words(front.language)
    root = _body(tree, front, sources)
    drawings = _put_images_inside(root, pictures)
    _set_formulas_inside(root, tree.formulas)
    summary = _summary(root, words)
    for part in (summary, root):
        if sources:
            _link_archive(part, sources)
            _link_numbers(part, sources)
            _link_figures(part, sources)
        _let_figures_open_large(part, words)
        _let_tables_scroll(part)
    faces = _faces("woff2", lambda file: f"font:{file}")
    page = _fill(tree, front, words, style, faces, summary, root, for_browser=True)
    page = re.sub(r'<svg data-drawing="(\d+)"></svg>', lambda slot: drawings[int(slot[1])], page)
    read = frozenset(page) | known
    return re.sub(
        r'"font:([\w-]+)\.woff2"', lambda name: f'"{_data_address("font/woff2", letters.face(name[1], read))}"', page
    )


def for_print(tree: Tree, front: Front, more_style: str = "", sources: Sources | None = None) -> Printable:
    """The page that WeasyPrint sets, of the front's edition; pictures, formulas and fonts are addresses that only pdf's
    fetcher resolves."""
    words = Words(front.language)
    tree = edition.printed(tree, front.edition, words)
    style = "\n".join([_sheet("report.css"), _sheet("print.css"), more_style])
    root = _body(tree, front, sources)
    for image in root.iter("img"):
        if not image.get("src").startswith("data:"):
            image.set("src", f"picture:{image.get('src')}")
    for link in root.xpath('.//a[starts-with(@href, "archive:")]'):
        _unlink(link)
    for number in root.xpath(".//data[not(ancestor::td)]"):  # whose value nobody can see on paper
        number.drop_tag()
    for link in root.xpath('.//*[@class="page"]'):  # the style prints the page's number
        link.text = None if link.tag == "a" else words("page.in_full")
    _set_formulas_as_images(root, tree.formulas)
    faces = _faces("ttf", lambda file: f"font:{file}")
    summary = _summary(root, words)
    for element in reversed(summary.xpath('./*[@class="conclusions long"]/following-sibling::*')):
        root.insert(0, element)  # behind the contents
    page = _fill(tree, front, words, style, faces, summary, root, for_browser=False)
    return Printable(page, [drawing.file(INK) for drawing in tree.formulas])


def _sheet(name: str) -> str:
    return (STYLE / name).read_text(encoding="utf-8")


def _body(tree: Tree, front: Front, sources: Sources | None) -> html.HtmlElement:
    """`code:` links lead to what the page carries, or else into the repository; a path that a lone reader has not is text."""
    root = copy.deepcopy(tree.root)
    root.set("id", "page:main")  # no heading's id has a colon
    online = front.code_url.startswith(("https://", "http://"))
    for link in root.xpath('.//a[starts-with(@href, "code:")]'):
        source = link.get("href").removeprefix("code:")
        if sources and (inside := sources.of_file(source)):
            link.set("href", inside)
        elif online:
            link.set("href", f"{front.code_url}/{source}")
        else:
            _unlink(link)
            link.set("title", source)
    return root


def _unlink(link: html.HtmlElement) -> None:
    link.tag = "span"
    del link.attrib["href"]


def _summary(root: html.HtmlElement, words: Words) -> html.HtmlElement:
    """What stands before the first chapter."""
    summary = html.Element("section", {"class": "summary", "aria-label": words("page.summary")})
    summary.extend(list(root.xpath("./h2[1]/preceding-sibling::*")))
    return summary


def _formula_slots(root: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, int]]:
    for slot in root.xpath(".//*[@data-formula]"):
        yield slot, int(slot.attrib.pop("data-formula"))


def _faces(font_format: str, url_of: Callable[[str], str]) -> list[dict[str, object]]:
    return [
        {"family": family, "weight": weight, "style": style, "url": url_of(f"{name}.{font_format}")}
        for name, family, weight, style in FONT_FACES
    ]


def _fill(
    tree: Tree,
    front: Front,
    words: Words,
    css: str,
    faces: list[dict[str, object]],
    summary: html.HtmlElement,
    body: html.HtmlElement,
    for_browser: bool,
) -> str:
    short = sum(heading.level in (2, 3) for heading in tree.headings) <= SHORT_CONTENTS
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(STYLE), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        front=front,
        words=words,
        fonts=faces,
        css=css,
        for_browser=for_browser,
        chapters=_chapters(tree.headings),
        short_contents=short,
        cover=bool(front.edition) and not for_browser and not short,
        left_out=tree.left_out,
        summary=html.tostring(summary, encoding="unicode") if len(summary) else "",
        body=html.tostring(body, encoding="unicode"),
    )


def _set_formulas_as_images(root: html.HtmlElement, formulas: Sequence[Drawing]) -> None:
    """An opening bracket moves into the box of the formula that it stands before, or a line might end after it."""
    for slot, number in _formula_slots(root):
        formula = formulas[number]
        image = {"src": f"formula:{number}", "alt": formula.spoken, "style": formula.style, "data-tex": formula.tex}
        slot.insert(0, html.Element("img", {"class": "math", **image}))
        if slot.get("class") != "formula":
            continue
        before, parent = slot.getprevious(), slot.getparent()
        text = (parent.text if before is None else before.tail) or ""
        kept = text.rstrip(OPENING_BRACKETS)
        if kept == text:
            continue
        slot.text = text[len(kept) :]
        slot.set("style", "display:inline-block;text-indent:0")
        if before is None:
            parent.text = kept
        else:
            before.tail = kept


# -- only for the browser ---------------------------------------------------------------------------------------------


def _put_images_inside(root: html.HtmlElement, pictures: Path) -> list[str]:
    """The drawings for the places `<svg data-drawing="n">`, letter by letter as their files have them, whose digests a
    reader can compare; a file that is more than a drawing, or whose ids the page has, becomes an address, which keeps it
    apart from the page."""
    drawings, taken = [], set()
    for image in list(root.iter("img")):
        if image.get("src").startswith("data:"):
            continue
        file = _picture(pictures, image.get("src"))
        content = file.read_bytes() if file.suffix.lower() == ".svg" else b""
        if content and not taken & (own := compact.ids(content)) and compact.stands_inside(content):
            taken |= own
            image.append(html.Element("svg", {"data-drawing": str(len(drawings))}))
            image.tag = "span"
            image.attrib.pop("src")
            image.attrib.update({"class": "drawing", "role": "img", "aria-label": image.attrib.pop("alt", "")})
            drawings.append(content.decode())
        else:
            image.set("src", _data_url(file))
            if content and b"<image" not in content:
                image.set("class", "lines")
    return drawings


def _set_formulas_inside(root: html.HtmlElement, formulas: Sequence[Drawing]) -> None:
    """Each letter's outline is in the page once, behind everything, and the formulas use it."""
    outlines: dict[str, str] = {}

    def used(path: re.Match[str]) -> str:
        name = outlines.setdefault(path[1], f"outline:{len(outlines):x}")
        return f'<use href="#{name}"{path[2]}></use>'

    slots = list(_formula_slots(root))
    for slot, number in slots:
        markup = re.sub(r'<path d="([^"]*)"([^>]*)></path>', used, formulas[number].inline())
        slot.insert(0, html.fragment_fromstring(markup))
    if slots:
        paths = "".join(f'<path id="{name}" d="{outline}"></path>' for outline, name in outlines.items())
        root.append(html.fragment_fromstring(f'<svg class="outlines" aria-hidden="true"><defs>{paths}</defs></svg>'))


def _link_archive(root: html.HtmlElement, sources: Sources) -> None:
    for link in root.xpath('.//a[starts-with(@href, "archive:")]'):
        link.set("download", link.get("href").removeprefix("archive:"))
        link.set("href", _data_address("application/zip", sources.archive()))


def _link_numbers(root: html.HtmlElement, sources: Sources) -> None:
    """Each number leads to what the page says of the file that it comes from; inside the ledger, whose entries name their
    files, and in a row that leads there already, the claims' numbers stay bare."""
    for number in list(root.iter("data")):
        recipe = number.get("value", "")
        of_ledger = recipe.startswith(("claim", "ledger:")) and number.xpath('ancestor::*[starts-with(@id, "ledger:")]')
        if of_ledger or number.xpath("ancestor::a | ancestor::button"):
            continue
        origin = sources.of_number(recipe)
        if origin is None or (recipe.startswith("claim") and number.xpath("ancestor::tr//a[@href=$x]", x=origin.href)):
            continue
        link = html.Element("a", {"class": "origin", "href": origin.href, "title": origin.title})
        link.tail, number.tail = number.tail, None
        number.addprevious(link)
        link.append(number)


def _link_figures(root: html.HtmlElement, sources: Sources) -> None:
    """Beside the code that drew a figure, the data that it shows."""
    for figure in root.xpath('.//figure[starts-with(@id, "fig:")]'):
        source = figure.xpath('./figcaption/*[@class="source"]')
        if source and (origin := sources.of_figure(figure.get("id").removeprefix("fig:"))):
            link = html.Element("a", {"class": "source", "href": origin.href})
            link.text = origin.title
            source[-1].addnext(link)


def _let_figures_open_large(root: html.HtmlElement, words: Words) -> None:
    """The image's own box is a popover, which the style shows in its place while it is closed: so the image is in the
    file once, no script is needed, and Escape, a click beside it and its button close it."""
    images = root.xpath('.//figure//*[self::img or @class="drawing"][not(ancestor::a or ancestor::button)]')
    for number, image in enumerate(images, start=1):
        figure = next(image.iterancestors("figure"))
        name = next((b.text for b in figure.xpath(".//figcaption/b") if b.text), words("page.image"))
        id = f"large:{(figure.get('id') or root.get('id') or 'summary').removeprefix('fig:')}:{number}"
        plate = html.Element("span", {"class": "plate", "id": id, "popover": "auto"})
        button = etree.SubElement(plate, "button", {"type": "button", "popovertarget": id})
        for kind, text in (("open", words("page.enlarge", name=name)), ("close", words("page.close"))):
            etree.SubElement(button, "span", {"class": kind}).text = text
        plate.tail, image.tail = image.tail, None
        image.addprevious(plate)
        plate.insert(0, image)


def _let_tables_scroll(root: html.HtmlElement) -> None:
    for table in list(root.iter("table")):
        box = html.Element("div", {"class": "scroll"})
        box.tail, table.tail = table.tail, None
        table.addprevious(box)
        box.append(table)


# -- parts of both pages ----------------------------------------------------------------------------------------------


def _chapters(headings: list[Heading]) -> list[Chapter]:
    chapters: list[Chapter] = []
    for heading in headings:
        if heading.level == 2:
            chapters.append(Chapter(heading.id, heading.number, heading.text))
        elif heading.level == 3 and chapters:
            chapters[-1].sections.append(heading)
    return chapters


def _picture(folder: Path, source: str) -> Path:
    file = (folder / source).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise UserError(f"picture {source!r}: expected a file below {folder}, found none")
    return file


def _data_url(file: Path) -> str:
    return _data_address(MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"), file.read_bytes())


def _data_address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
