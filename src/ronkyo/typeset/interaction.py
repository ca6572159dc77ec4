"""What a reader of the page for the browser can do with it, without a script."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.words import Words


def unlink(link: html.HtmlElement) -> None:
    link.tag = "span"
    del link.attrib["href"]


def let_figures_open_large(root: html.HtmlElement, words: Words) -> None:
    """The image's own box is a popover, which the style shows in its place while it is closed: so the image is in the
    file once, no script is needed, and Escape, a click beside it and its button close it."""
    images = [
        (image, figure)
        for image in root.xpath('.//*[self::img or @class="drawing"]')
        if (figure := next(image.iterancestors("figure"), None)) is not None
        and next(image.iterancestors("a", "button"), None) is None
    ]
    for number, (image, figure) in enumerate(images, start=1):
        name = next((b.text for b in figure.xpath("./figcaption/b") if b.text), words("page.image"))
        id = f"large:{(figure.get('id') or root.get('id') or 'summary').removeprefix('fig:')}:{number}"
        plate = html.Element("span", {"class": "plate", "id": id, "popover": "auto"})
        button = etree.SubElement(plate, "button", {"type": "button", "popovertarget": id})
        for kind, text in (("open", words("page.enlarge", name=name)), ("close", words("page.close"))):
            etree.SubElement(button, "span", {"class": kind}).text = text
        plate.tail, image.tail = image.tail, None
        image.addprevious(plate)
        plate.insert(0, image)


def let_conclusions_be_stacked(root: html.HtmlElement) -> None:
    """Each cell knows the head of its column, which the style shows beside it in a narrow window."""
    for table in root.xpath('.//*[starts-with(@class, "conclusions")]/table'):
        heads = [head.text_content() for head in table.xpath("./thead//th")]
        for row in table.xpath("./tbody/tr"):
            for head, cell in zip(heads, row, strict=True):
                cell.set("data-head", head)


def let_tables_scroll(root: html.HtmlElement) -> None:
    for table in list(root.iter("table")):
        box = html.Element("div", {"class": "scroll"})
        box.tail, table.tail = table.tail, None
        table.addprevious(box)
        box.append(table)


def let_marks_open_the_ledger(root: html.HtmlElement, parts: Sequence[html.HtmlElement], words: Words) -> None:
    """The ledger's entry of a claim is a popover, which the style shows in its place while it is closed, as it does with
    figures; the claim's number opens it wherever it stands. Numbers still lead to the entry's place."""
    entries = root.xpath('.//*[@class and starts-with(@id, "ledger:")]')
    marks: dict[str, list[html.HtmlElement]] = {}
    for link in (link for part in parts for link in part.xpath(".//a[@href][not(@class='origin')]")):
        marks.setdefault(link.get("href"), []).append(link)
    for entry in entries:
        target = {"type": "button", "popovertarget": entry.get("id")}
        entry.set("popover", "auto")
        button = html.Element("button", {**target, "popovertargetaction": "hide", "class": "close"})
        button.text = words("page.close")
        entry.insert(0, button)
        for link in marks.get(f"#{entry.get('id')}", ()):
            name = link.find("span")  # of a long mark, which goes over lines, as a button does not
            unlink(link)
            button = link if name is None else name
            button.tag = "button"
            button.attrib.update(target)


def let_claims_be_filtered(root: html.HtmlElement, words: Words) -> str:
    """Above the table of the claims, choices of a verdict and of a chapter; the style that makes them choose."""
    rows = root.xpath('.//figure[@id="tab:claims"]//tbody/tr[.//button[@popovertarget]]')
    if not rows:
        return ""
    verdicts: dict[str, str] = {}
    chapters: dict[str, str] = {}
    named = {element.get("id"): element for element in root.xpath(".//*[@id]")}
    for row in rows:
        name = row.xpath("string(.//button/@popovertarget)").replace("ledger:", "claim:", 1)
        (verdict,) = row.xpath('.//*[starts-with(@class, "verdict ")]')[:1]
        kind = verdict.get("class").removeprefix("verdict ")
        chapter = _chapter_of(named[name]) if name in named else None
        place = "" if chapter is None else chapter.get("data-number")
        verdicts[kind] = verdict.text
        chapters[f"in-{place}"] = "" if chapter is None else f"{place} {chapter.get('data-text')}"
        row.set("class", f"{kind} in-{place}")
    box = next(rows[0].iterancestors("figure"))
    box.set("class", f"{box.get('class')} filtered")
    caption = box.find("figcaption")
    for name, choices in (("chapter", chapters), ("verdict", verdicts)):
        caption.addnext(_choices(name, choices, words))
    return "".join(
        f'\n.filtered:has([value="{value}"]:checked) tbody tr:not([class~="{value}"]) {{ display: none }}'
        for value in (*verdicts, *chapters)
    )


def _chapter_of(element: html.HtmlElement) -> html.HtmlElement | None:
    """The heading of the chapter that an element stands in."""
    around = (element, *element.iterancestors())
    return next((heading for each in around for heading in each.itersiblings("h2", preceding=True)), None)


def _choices(name: str, choices: dict[str, str], words: Words) -> html.HtmlElement:
    group = html.Element("fieldset", {"class": "choices"})
    etree.SubElement(group, "legend").text = words(f"page.choose.{name}")
    for value, text in {"": words("page.choose.all"), **choices}.items():
        label = etree.SubElement(group, "label")
        checked = {"checked": ""} if not value else {}
        button = etree.SubElement(
            label, "input", {"type": "radio", "name": f"choose:{name}", "value": value, **checked}
        )
        button.tail = text
    return group
