"""Finding one's way: page numbers, running heads, bookmarks, contents, links and references."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from ronkyo.check.report import LEFT, RIGHT, TOP, Outcome, Report, bare, links_of, listed, plain


def pages_end_with_their_number(report: Report) -> Outcome:
    bad = [
        str(number)
        for number, text in enumerate(report.texts, start=1)
        if text.strip().rsplit("\n", 1)[-1].strip() != f"{number}/{len(report.texts)}"
    ]
    return Outcome(bool(report.texts) and not bad, f"{len(report.texts)} pages" + listed(bad))


def heads_name_the_chapter(report: Report) -> Outcome:
    """The report's title at the left; at the right the chapter that is current where the page begins, none over the contents
    and what follows them. The first page, which is the title itself, has no head."""
    title = plain(report.html.xpath("string(//h1)"))
    chapters, contents = [mark for mark in report.outline if mark.level == 1], report.words("page.contents")
    with_chapter, bad = 0, []
    for number, sheet in enumerate(report.sheets):
        begun = [mark.title for mark in chapters if (mark.page, mark.top) < (number, TOP + 30)]
        chapter = plain(begun[-1]) if begun and begun[-1] != contents else ""
        wanted = f"{title} {chapter}".strip() if number else ""
        printed = " ".join(text for _, _, text in sheet.head)
        with_chapter += bool(number and chapter)
        lefts, rights = [left for left, _, _ in sheet.head], [right for _, right, _ in sheet.head]
        astray = wanted and printed and (abs(min(lefts) - LEFT) > 1 or (chapter and abs(max(rights) - RIGHT) > 1))
        if printed != wanted or astray:
            bad.append(f"p. {number + 1}: {printed or 'none'}")
    return Outcome(
        not bad,
        f"{len(report.sheets) - 1} with the report's title, {with_chapter} of them with a chapter's" + listed(bad[:5]),
    )


def outline_is_the_headings(report: Report) -> Outcome:
    wanted = [plain(f"{heading.get('data-number') or ''} {heading.get('data-text')}") for heading in _headings(report)]
    titles = [plain(title) for _, title, _, _ in report.outline if title != report.words("page.contents")]
    if report.edition != "full":
        wanted = [title for title in wanted if title in titles]
    bad = [mark.title for mark in report.outline if bare(mark.title) not in report.sheets[mark.page].body]
    return Outcome(
        titles == wanted and not bad,
        f"{len(titles)} bookmarks, {len(wanted)} headings, {len(bad)} on another page" + listed(bad),
    )


def links_resolve(report: Report) -> Outcome:
    links = [link for sheet in report.reader.pages for link in links_of(sheet)]
    bad = sorted({str(link["/Dest"]) for link in links if link.get("/Dest") is not None} - set(report.targets))
    ids = set(report.html.xpath("//@id"))
    inside = {unquote(href) for href in report.html.xpath("//a/@href") if href.startswith("#")}
    dead = sorted(href for href in inside if href[1:] not in ids)
    return Outcome(not bad + dead, f"{len(links)} in the PDF" + listed(bad + dead))


def contents_print_the_right_page(report: Report) -> Outcome:
    """Every chapter and section that the edition has, with the page on which it begins."""
    headings = {heading.get("id"): heading for heading in _headings(report) if heading.tag != "h4"}
    if report.edition != "full":
        headings = {name: heading for name, heading in headings.items() if name in report.targets}
    chapters = [mark for mark in report.outline if mark.level == 1]
    place = [mark.title for mark in chapters].index(report.words("page.contents"))
    first, last = (mark.page for mark in chapters[place : place + 2])
    printed: dict[str, int] = {}
    for sheet, seen in list(zip(report.reader.pages, report.sheets, strict=True))[first : max(last, first + 1)]:
        height = float(sheet.mediabox.height)
        for link in sorted(
            links_of(sheet), key=lambda link: link["/Rect"][2] - link["/Rect"][0]
        ):  # the last: a whole line
            name = str(link.get("/Dest"))
            left, low, right, high = map(float, link["/Rect"])
            middle = height - (low + high) / 2
            level = [word for word in seen.words if word.top < middle < word.bottom]
            beside = [word.text for word in level if left - 1 < word.left and word.right < right + 1]
            if name in headings and beside and (number := re.search(r"(\d+)$", beside[-1])):
                printed[name] = int(number[1])
    bad = [name for name, number in printed.items() if not _is_on(report, name, number - 1, headings[name])]
    bad += [f"{name} is missing" for name in headings if name not in printed]
    return Outcome(not bad, f"{len(printed)} of {len(headings)} headings" + listed(bad))


def _is_on(report: Report, name: str, page: int, heading: Any) -> bool:
    return report.targets.get(name) == page and bare(heading.get("data-text")) in report.sheets[page].body


def references_say_what_they_lead_to(report: Report) -> Outcome:
    """図 3, 式 (2), Claim 5: the number is the one printed there, in the HTML and on the PDF's page that the link leads to."""
    numbers = {element.get("id"): number for element in report.html.xpath("//*[@id]") if (number := _number(element))}
    labels = {name: _label(number, report) for name, number in numbers.items()}
    bad = []
    references = [
        link for link in report.html.xpath("//*[@class]") if {"reference", "badge"} & set(link.get("class").split())
    ]
    for link in references:
        name = unquote(link.get("href", "#"))[1:] or link.xpath("string(descendant-or-self::button/@popovertarget)")
        if name not in labels or not bare(link.text_content()).lstrip("[").startswith(bare(labels[name])):
            bad.append(f"{plain(link.text_content())} -> {labels.get(name, name)}")
    linked = [str(link.get("/Dest")) for sheet in report.reader.pages for link in links_of(sheet)]
    followed = [name for name in linked if name in labels]
    for name in sorted(set(followed)):
        page = report.targets.get(name)
        if page is None or not _says(report, page, name, numbers[name]):
            bad.append(f"{labels[name]} is not on p. {(page or 0) + 1}")
    return Outcome(
        (report.edition != "full" or len(followed) >= len(references)) and not bad,
        f"{len(references)} in the HTML, {len(followed)} links to what has a number in the PDF" + listed(bad[:8]),
    )


def _says(report: Report, page: int, name: str, number: str) -> bool:
    """Whether the number is printed there. In a submission the row of a claim, which begins with its bare number, stands for
    the entry of the ledger."""
    if report.edition != "full" and name.startswith("ledger:"):
        return re.sub(r"\D", "", number) in {word.text for word in report.sheets[page].words}
    return bare(number) in bare(report.texts[page])


def _headings(report: Report) -> list[Any]:
    """Of the summary and the chapters."""
    return report.html.xpath("//*[self::main or @class='summary']//*[self::h2 or self::h3 or self::h4][@data-text]")


def _number(element: Any) -> str:
    """What stands at what can be referred to: a caption's label, an equation's "(2)", a claim's head, a numbered heading."""
    if element.get("data-number"):
        return f"{element.get('data-number')} {element.get('data-text')}"
    if element.get("class") == "equation":
        return element.xpath("string(span[@class='equation-number'])")
    return element.xpath("string(figcaption/b | p[@class='claim-head']/b)")


def _label(number: str, report: Report) -> str:
    """How a reference to it reads."""
    return report.words("page.equation", number=number[1:-1]) if number.startswith("(") else number
