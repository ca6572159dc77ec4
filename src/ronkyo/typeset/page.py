"""The tree inside a whole page: front, contents, style and fonts. One page for the browser, one for the PDF."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple, Protocol

import jinja2
from lxml import html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.typeset import contents, edition, inside, interaction, letters, placement, ruby, supplement
from ronkyo.typeset.blocks import SLOT, in_blocks, written
from ronkyo.typeset.front import Front
from ronkyo.typeset.mathematics import Drawing
from ronkyo.typeset.placement import AS_WRITTEN, Placement
from ronkyo.typeset.tree import Tree
from ronkyo.words import Words

FONT_FACES = (  # file, family, weight, style
    ("NotoSansJP-Regular", "Noto Sans JP", 400, "normal"),
    ("NotoSansJP-Bold", "Noto Sans JP", 700, "normal"),
    ("IBMPlexMono-Regular", "IBM Plex Mono", 400, "normal"),
    ("IBMPlexMono-SemiBold", "IBM Plex Mono", 700, "normal"),
)
INK = "#1b1f24"  # a formula's colour on paper: that of the report's text
OPENING_BRACKETS = "「『（【〈《〔［｛"  # of Japanese; WeasyPrint keeps others with what follows
STYLE = Path(__file__).parent / "style"
MORE_FONTS = "/* more fonts */\n"  # in page.html.j2


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


class Screen(NamedTuple):
    """A page for the browser, letter by letter, in blocks: what stands before the summary, the summary, the contents, the
    body, what stands behind it; summary, body and boxes as their start, each element in them, and their end.

    outlines: the names of the letters' outlines that its formulas use
    """

    blocks: list[str]
    outlines: set[str]

    @property
    def html(self) -> str:
        return "".join(self.blocks)


def for_browser(
    tree: Tree,
    front: Front,
    pictures: Path,
    more_style: str = "",
    sources: Sources | None = None,
    known: frozenset[str] = frozenset(),
) -> Screen:
    """One file that opens offline: fonts and figures are inside.

    pictures: the folder that images are relative to; more_style: what browsers know, behind the engine's own;
    known: letters that its fonts have besides those of the page
    """
    outlines: set[str] = set()
    title, summary, body, of_claims, entries = _for_screen(tree, front, pictures, sources, outlines)
    words = Words(front.language)
    style = "\n".join([_sheet("report.css"), more_style, _sheet("screen.css")]) + of_claims
    faces = _faces("woff2", lambda file: f"font:{file}")
    page = _fill(tree, front, words, style, faces, title, SLOT, SLOT, entries, for_browser=True)
    before, between, after = page.split(SLOT)
    texts = [before, *summary, between, *body, after]
    read = frozenset().union(*map(supplement.beyond_ascii, texts)) | known
    before = before.replace(MORE_FONTS, supplement.style([*texts, *known], for_browser=True), 1)
    before = re.sub(
        r'"font:([\w-]+)\.woff2"',
        lambda name: f'"{inside.data_address("font/woff2", letters.face(name[1], read))}"',
        before,
    )
    return Screen([before, *summary, between, *body, after], outlines)


def blocks(tree: Tree, front: Front, pictures: Path, sources: Sources, outlines: set[str]) -> list[str]:
    """The blocks of `for_browser` alone, with nothing before, between and behind; outlines: those that the page has, to which
    those come that it has not."""
    _, summary, body, *_ = _for_screen(tree, front, pictures, sources, outlines)
    return ["", *summary, "", *body, ""]


def _for_screen(
    tree: Tree, front: Front, pictures: Path, sources: Sources | None, outlines: set[str]
) -> tuple[str, list[str], list[str], str, dict[str, str]]:
    """The title, the blocks of the summary and of the body, the style of the latter's claims, and `contents.labels`."""
    words = Words(front.language)
    root = _body(tree, front, sources)
    drawings = inside.put_images(root, pictures)
    inside.give_fonts(root)
    inside.set_formulas(root, _formula_slots(root), tree.formulas, outlines)
    entries = contents.labels(root)
    summary = _summary(root, words)
    for part in (summary, root):
        if sources:
            _link_archive(part, sources)
            _link_numbers(part, sources)
            _link_figures(part, sources)
        interaction.let_figures_open_large(part, words)
        interaction.let_conclusions_be_stacked(part)
        interaction.let_tables_scroll(part)
    interaction.let_marks_open_the_ledger(root, (summary, root), words)
    of_claims = interaction.let_claims_be_filtered(root, words)
    title = [_title(front, summary, root)]
    first, second, third = (
        [re.sub(r'<svg data-drawing="(\d+)"></svg>', lambda slot: drawings[int(slot[1])], block) for block in part]
        for part in (title, in_blocks(summary) if len(summary) else [], in_blocks(root))
    )
    return first[0], second, third, of_claims, entries


def for_print(
    tree: Tree, front: Front, more_style: str = "", sources: Sources | None = None, placed: Placement = AS_WRITTEN
) -> Printable:
    """The page that WeasyPrint sets, of the front's edition; pictures, formulas and fonts are addresses that only pdf's
    fetcher resolves. Raises placement.MoveError for moves that figures may not make."""
    words = Words(front.language)
    tree = edition.printed(tree, front.edition, words)
    style = "\n".join([_sheet("report.css"), _sheet("print.css"), more_style])
    root = _body(tree, front, sources)
    placement.apply(root, placed)
    ruby.set_apart(root)
    for image in root.iter("img"):
        if not image.get("src").startswith("data:"):
            image.set("src", f"picture:{image.get('src')}")
    for link in root.xpath('.//a[starts-with(@href, "archive:")]'):
        interaction.unlink(link)
    for number in root.xpath(".//data[not(ancestor::td)]"):  # whose value nobody can see on paper
        number.drop_tag()
    for link in root.xpath('.//*[@class="page"]'):  # the style prints the page's number
        link.text = None if link.tag == "a" else words("page.full")
    _set_formulas_as_images(root, tree.formulas)
    faces = _faces("ttf", lambda file: f"font:{file}")
    entries = contents.labels(root)
    summary = _summary(root, words)
    for element in reversed(summary.xpath('./*[@class="conclusions long"]/following-sibling::*')):
        root.insert(0, element)  # behind the contents
    title = _title(front, summary, root)
    above = written(summary) if len(summary) else ""
    page = _fill(tree, front, words, style, faces, title, above, written(root), entries, for_browser=False)
    formulas = [drawing.file(INK) for drawing in tree.formulas]
    texts = [*map(unescape, [page, *inside.drawings(root).values()]), *(formula.decode() for formula in formulas)]
    return Printable(page.replace(MORE_FONTS, supplement.style(texts, for_browser=False), 1), formulas)


def _sheet(name: str) -> str:
    return (STYLE / name).read_text(encoding="utf-8")


def _body(tree: Tree, front: Front, sources: Sources | None) -> html.HtmlElement:
    """`code:` links lead to what the page carries, or else into the repository; a path that a lone reader has not is text."""
    root = copy.deepcopy(tree.root)
    root.set("id", "page:main")  # no heading's id has a colon
    ids = set(root.xpath(".//@id"))  # an edition may leave out what is said of a file
    online = front.code_url.startswith(("https://", "http://"))
    for link in root.xpath('.//a[starts-with(@href, "code:")]'):
        source = link.get("href").removeprefix("code:")
        if sources and (place := sources.of_file(source)) and place[1:] in ids:
            link.set("href", place)
        elif online:
            link.set("href", f"{front.code_url}/{source}")
        else:
            interaction.unlink(link)
            link.set("title", source)
    return root


def _summary(root: html.HtmlElement, words: Words) -> html.HtmlElement:
    """What stands before the first chapter."""
    summary = html.Element("section", {"class": "summary", "aria-label": words("page.summary")})
    summary.extend(list(root.xpath("./h2[1]/preceding-sibling::*")))
    return summary


def _title(front: Front, *parts: html.HtmlElement) -> str:
    """h1: div.title, where a report from elsewhere has one, or the front's title."""
    heading = next((title for part in parts for title in part.xpath("./div[@class='title']")), None)
    if heading is None:
        heading = html.Element("h1")
        heading.text = front.title
    else:
        heading.getparent().remove(heading)
        heading.tag = "h1"
        del heading.attrib["class"]
    heading.tail = None
    return written(heading)


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
    title: str,
    summary: str,
    body: str,
    labels: Mapping[str, str],
    for_browser: bool,
) -> str:
    listed = sum(heading.level in (2, 3) for heading in tree.headings)
    short = listed <= contents.SHORT
    chapters = contents.chapters(tree.headings, (2, 3, 4) if for_browser else (2, 3))
    return (
        _templates()
        .get_template("page.html.j2")
        .render(
            front=front,
            title=title,
            words=words,
            fonts=faces,
            css=css,
            for_browser=for_browser,
            chapters=chapters,
            labels=labels,
            second_column=None if for_browser or short else contents.second_column(chapters),
            short_contents=short,
            long_contents=listed > contents.LONG,
            cover=bool(front.edition) and not for_browser and not short,
            left_out=tree.left_out,
            summary=summary,
            body=body,
        )
    )


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(STYLE), undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
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


def _link_archive(root: html.HtmlElement, sources: Sources) -> None:
    for link in root.xpath('.//a[starts-with(@href, "archive:")]'):
        link.set("download", link.get("href").removeprefix("archive:"))
        link.set("href", inside.data_address("application/zip", sources.archive()))


def _link_numbers(root: html.HtmlElement, sources: Sources) -> None:
    """Each number leads to what the page says of the file that it comes from; inside the ledger, whose entries name their
    files, and in a row that leads there already, the claims' numbers stay bare."""
    for number in list(root.iter("data")):
        recipe = number.get("value", "")
        of_ledger = recipe.startswith(("claim", "ledger:")) and _is_in_ledger(number)
        if of_ledger or next(number.iterancestors("a", "button"), None) is not None:
            continue
        origin = sources.of_number(recipe)
        if origin is None or (recipe.startswith("claim") and _leads_to(number.iterancestors("tr"), origin.href)):
            continue
        link = html.Element("a", {"class": "origin", "href": origin.href, "title": origin.title})
        link.tail, number.tail = number.tail, None
        number.addprevious(link)
        link.append(number)


def _is_in_ledger(number: html.HtmlElement) -> bool:
    return any(above.get("id", "").startswith("ledger:") for above in number.iterancestors())


def _leads_to(rows: Iterable[html.HtmlElement], href: str) -> bool:
    return any(link.get("href") == href for row in rows for link in row.iter("a"))


def _link_figures(root: html.HtmlElement, sources: Sources) -> None:
    """Beside the code that drew a figure, the data that it shows."""
    for figure in root.xpath('.//figure[starts-with(@id, "fig:")]'):
        source = figure.xpath('./figcaption/*[@class="source"]')
        if source and (origin := sources.of_figure(figure.get("id").removeprefix("fig:"))):
            link = html.Element("a", {"class": "source", "href": origin.href})
            link.text = origin.title
            source[-1].addnext(link)
