"""Patches of WeasyPrint 70.0 (see `weasyprint_70`, which puts them in place) without which long input takes time that grows
with the square of its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

_PIECE = 64  # characters in which a line's first break is looked for at first


def patches() -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Owner, name, and what makes the replacement of what stood there."""
    targets = import_module("weasyprint.css.targets").TargetCollector
    return [
        # Each part of a line that can break nowhere was tried anew for each part after it. Upstream: no issue known.
        (import_module("weasyprint.layout.inline"), "_break_waiting_children", _of_untried),
        # A cell without blanks was laid out anew from each of its characters on. Upstream: as for other widths, a piece first.
        (import_module("weasyprint.layout.preferred"), "split_first_line", _in_pieces),
        # Each heading's page was told to each entry of the contents, each page's styles were looked for among all elements',
        # each tag wrote the numbers of all pages. Upstream: no issue known.
        (targets, "check_pending_targets", _indexing),
        (targets, "cache_target_page_counters", _telling),
        (import_module("weasyprint.layout.page"), "set_page_type_computed_styles", _of_one_page),
        (import_module("pydyf").PDF, "page_references", _remembered),
    ]


def _in_pieces(split: Any) -> Any:
    def split_first_line(text: str, style: Any, context: Any, max_width: Any, *rest: Any, **named: Any) -> Any:
        length = _PIECE
        while max_width == 0 and length < len(text):
            piece = split(text[:length], style, context, max_width, *rest, **named)
            if piece[2] is not None and piece[2] < len(text[: length // 2].encode()):
                return piece
            length *= 4
        return split(text, style, context, max_width, *rest, **named)

    return split_first_line


def _of_untried(break_waiting: Any) -> Any:
    def break_untried(*given: Any) -> Any:
        *others, children, waiting, letter_style, line_style = given
        first = waiting[0][1] if waiting else SimpleNamespace()
        line, tried = getattr(first, "tried", (None, 0))
        tried *= line == id(waiting)
        before = len(children)
        resume_at = break_waiting(*others, children, waiting[tried:], letter_style, line_style)
        if len(children) > before:  # it is broken in one of them
            children[before:before] = waiting[:tried]
        first.tried = id(waiting), len(waiting)
        return resume_at

    return break_untried


class _Lookups(dict[Any, Any]):
    """Those of texts by the anchor whose page they show; the others are what is left to be gone through."""

    def __init__(self, lookups: dict[Any, Any]) -> None:
        super().__init__(lookups)
        self._others = [(key, lookup) for key, lookup in lookups.items() if key[1] != "content"]
        self.of: dict[str, dict[Any, Any]] = defaultdict(dict)
        for key, lookup in lookups.items():
            for anchor in lookup.missing_target_counters if key[1] == "content" else ():
                self.of[anchor][key] = lookup

    def items(self) -> Any:
        return self._others


def _indexing(check: Any) -> Any:
    def check_and_index(collector: Any) -> None:
        check(collector)
        collector.counter_lookup_items = _Lookups(collector.counter_lookup_items)

    return check_and_index


def _telling(cache: Any) -> Any:
    def cache_and_tell(collector: Any, anchor: str, *rest: Any) -> None:
        lookups = collector.counter_lookup_items
        if isinstance(lookups, _Lookups):
            collector.counter_lookup_items = lookups.of.get(anchor, {})
        try:
            cache(collector, anchor, *rest)
        finally:
            collector.counter_lookup_items = lookups

    return cache_and_tell


def _of_one_page(set_styles: Any) -> Any:
    def set_styles_of_page(page_type: Any, html: Any, style_for: Any) -> None:
        styles, style_for._cascaded_styles = style_for._cascaded_styles, {}
        try:
            set_styles(page_type, html, style_for)
        finally:
            styles |= style_for._cascaded_styles
            style_for._cascaded_styles = styles

    return set_styles_of_page


def _remembered(references: Any) -> Any:
    def page_references(pdf: Any) -> tuple[bytes, ...]:
        known = pdf.__dict__.setdefault("known_references", ())
        if 3 * len(known) != len(pdf.pages["Kids"]):
            pdf.known_references = references.fget(pdf)
        return pdf.known_references

    return property(page_references)
