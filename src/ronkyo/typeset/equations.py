"""The formulas of a tree: set, numbered line by line as amsmath does, and referred to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from ronkyo.errors import UserError
from ronkyo.typeset import edition
from ronkyo.typeset.mathematics import BLANK, Drawing, Formula, MathError, Row, typeset_all
from ronkyo.words import Words

SHOWN = 80  # characters of a formula in a message
_FORMULAS = '//*[contains(concat(" ", @class, " "), " arithmatex ")]'
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_LABEL = re.compile(r"\\label\{([^{}]*)\}")
_TAG = re.compile(r"\\tag(\*?)\{([^{}]*)\}")
_REFERENCE = re.compile(r"\\(eqref|ref)\s*\{([^{}]*)\}")
_NUMBERED = re.compile(
    r"\\begin\{(?:(?:fl)?align(?:at)?|gather|equation|eqnarray|multline|(?:sub)?numcases|empheq)\*?\}"
)


class FormulaError(UserError):
    """A formula that cannot be typeset. `all` has every one of the document, this one first.

    line: of the source, where the tree was made with data-line
    """

    def __init__(self, tex: str, problem: str, line: str | None = None) -> None:
        shown = " ".join(tex.split())
        shown = shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"
        super().__init__(f"formula '{shown}': {' '.join(problem.split())}")
        self.tex, self.problem, self.line = tex, problem, line
        self.all: list[FormulaError] = [self]


class Number(NamedTuple):
    """Of a line. place: as a Row has it."""

    place: str
    shown: str
    label: str | None

    @property
    def bare(self) -> str:
        return self.shown[1:-1] if re.fullmatch(r"\(.*\)", self.shown) else self.shown


@dataclass
class _Slot:
    """The place of a formula, and its TeX in one line."""

    element: html.HtmlElement
    source: str
    display: bool

    @classmethod
    def read(cls, element: html.HtmlElement) -> _Slot:
        written = (element.text or "").strip()
        source = " ".join(_COMMENT.sub(r"\1", written[2:-2]).split())
        return cls(element, source, written.startswith(r"\["))

    def clear(self) -> None:
        element = self.element
        tail, kept = element.tail, {key: element.get(key) for key in (edition.LEFT_OUT, "data-line")}
        element.clear()
        element.tail = tail
        element.attrib.update({key: value for key, value in kept.items() if value is not None})
        element.set("class", "equation" if self.display else "formula")

    @property
    def tex(self) -> str:
        """What is to be read: without labels and tags."""
        return " ".join(_TAG.sub("", _LABEL.sub("", self.source)).split())

    def problem(self, numbers: Mapping[str, Number]) -> str:
        """Why it is not to be set: HTML stands in it, or it refers to a label that no line has."""
        if tag := re.search(r"</(\w+)>", self.source):
            return "a number in a formula needs | plain" if tag[1] == "data" else f"expected TeX, found {tag[0]}"
        lost = [label for _, label in _REFERENCE.findall(self.source) if label not in numbers]
        return f"no equation has the label {lost[0]!r}" if lost else ""

    def rows(self) -> list[Row]:
        """Of a formula whose lines have no numbers of their own."""
        tag, label = _TAG.search(self.source), _LABEL.search(self.source)
        shown = tag and (tag[2] if tag[1] else f"({tag[2]})")
        return [Row("", shown, label and label[1])] if self.display and (tag or label) else []


def typeset(
    root: html.HtmlElement,
    labels: dict[str, str],
    words: Words,
    drawn: bool,
    unset: Callable[[FormulaError], None] | None,
) -> list[Drawing]:
    """Each formula's place gets data-formula, the number of its drawing; its numbers stand there at the right, and `labels`
    learns of their labels. What cannot be set is shown as its source and told to `unset`; without one it is an error.

    drawn: whether formulas are typeset, or are blank. Raises FormulaError.
    """
    for forged in root.xpath("//*[@data-formula]"):
        del forged.attrib["data-formula"]
    slots = [_Slot.read(element) for element in root.xpath(_FORMULAS)]
    formulas = _set(slots, {}, words.language, drawn)
    numbers = list(_numbers(slots, formulas))
    labelled = {number.label: number for lines in reversed(numbers) for number in reversed(lines) if number.label}
    if any(_REFERENCE.search(slot.source) for slot in slots):
        formulas = _set(slots, labelled, words.language, drawn)
    places: dict[Drawing, int] = {}
    bad: list[FormulaError] = []
    for slot, formula, lines in zip(slots, formulas, numbers, strict=True):
        line = slot.element.get("data-line")
        slot.clear()
        if problem := slot.problem(labelled) or (str(formula) if isinstance(formula, MathError) else ""):
            bad.append(FormulaError(slot.tex, problem, line))
            slot.element.set("class", f"{slot.element.get('class')} unset")
            etree.SubElement(slot.element, "code").text = slot.source
        elif reference := _REFERENCE.fullmatch(slot.source):
            _refer(slot.element, labelled[reference[2]], reference[1])
        elif isinstance(formula, Formula):
            drawing = formula.drawing._replace(tex=slot.tex)
            if drawn and drawing == BLANK._replace(tex=slot.tex):  # a definition
                _drop(slot.element)
                continue
            slot.element.set("data-formula", str(places.setdefault(drawing, len(places))))
            if not slot.display and (reference := _REFERENCE.search(slot.source)):
                slot.element.tag = "a"
                slot.element.set("href", f"#{reference[2]}")
            _print_numbers(slot.element, lines, labels, words)
    if bad and unset is None:
        bad[0].all = bad
        raise bad[0]
    for error in bad:
        unset(error)  # pyright: ignore[reportOptionalCall]
    return list(places)


def _set(
    slots: Sequence[_Slot], numbers: Mapping[str, Number], language: str, drawn: bool
) -> list[Formula | MathError]:
    """With the numbers where the formulas refer to them."""

    def referred(found: re.Match[str]) -> str:
        number = numbers.get(found[2], Number("", "(0)", None))
        return rf"\textup{{{number.shown if found[1] == 'eqref' else number.bare}}}"

    told = [(_REFERENCE.sub(referred, slot.source), slot.display) for slot in slots]
    if drawn:
        return typeset_all(told, language)
    found = iter(typeset_all([one for one in told if _NUMBERED.search(one[0])], language))
    return [
        next(found) if _NUMBERED.search(source) else Formula(BLANK, tuple(slot.rows()))
        for slot, (source, _) in zip(slots, told, strict=True)
    ]


def _numbers(slots: Sequence[_Slot], formulas: Sequence[Formula | MathError]) -> Iterator[list[Number]]:
    """One for each row; those without a tag are counted, past the tags before them."""
    last, used = 0, set()
    for slot, formula in zip(slots, formulas, strict=True):
        lines = []
        for place, tag, label in formula.rows if slot.display and isinstance(formula, Formula) else ():
            if tag is None:
                last = next(free for free in count(last + 1) if f"({free})" not in used)
                tag = f"({last})"
            used.add(tag)
            lines.append(Number(place, tag, label))
        yield lines


def _drop(element: html.HtmlElement) -> None:
    """With the paragraph that has nothing else."""
    parent = element.getparent()
    element.drop_tree()
    if parent.tag == "p" and not len(parent) and not (parent.text or "").strip():
        parent.drop_tree()


def _refer(element: html.HtmlElement, number: Number, command: str) -> None:
    element.tag = "a"
    element.set("href", f"#{number.label}")
    element.set("class", "reference")
    element.text = number.shown if command == "eqref" else number.bare


def _print_numbers(element: html.HtmlElement, lines: Sequence[Number], labels: dict[str, str], words: Words) -> None:
    for number in lines:
        mark = etree.SubElement(element, "span", {"class": "equation-number"})
        mark.text = number.shown
        if number.place:
            mark.set("style", f"margin-top:{float(number.place.removesuffix('em')) - 0.85:g}em")
        if number.label and number.label not in labels:
            (mark if number.place else element).set("id", number.label)
            labels[number.label] = words("page.equation", number=number.bare)
