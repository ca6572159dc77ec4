"""The ledger for the reader: every claim as a block of Markdown and HTML."""

from __future__ import annotations

import math

from ronkyo.claims import estimates, ledger
from ronkyo.claims.estimates import Method
from ronkyo.claims.predicates import Comparison
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.statements import Claim, Claims, Stated
from ronkyo.numbers import shown
from ronkyo.report.original import Original
from ronkyo.report.sentences import mark
from ronkyo.report.values import Value
from ronkyo.words import Words


def appendix(claims: Claims, original: Original) -> str:
    """Of each claim its sentence, verdict, numbers, evidence, and what would change it."""
    return "\n\n".join(_block(stated, claims.words, original) for stated in claims.stated)


def _block(stated: Stated, words: Words, original: Original) -> str:
    claim = stated.claim
    head = (
        f"<b>{words('report.claim', number=claim.number)}</b> {mark(claim.verdict, words)} "
        f'<span class="name">{claim.id}</span> <a class="back" href="#claim:{claim.id}">{words("report.back")}</a>'
    )
    links = [f"[{file}](code:{file})" for file in claim.evidence]
    links += [f"[{words('page.reference')}](#fig:{claim.figure})"] if claim.figure else []
    rows = {
        words("report.sentence"): [stated.sentence],
        words("report.comparisons"): [_compared(comparison, words) for comparison in claim.comparisons],
        words("report.changes_if"): ledger.changes_if(claim, _data),
        original.name[0].upper() + original.name[1:]: _against_original(claim, original),
        words("report.evidence"): [words("claims.joiner").join(links)],
    }
    items = "\n".join(
        "\n".join([name, *(f":   {text}" for text in texts), ""]) for name, texts in rows.items() if texts
    )
    opening = f'<div class="ledger {claim.verdict}" id="ledger:{claim.id}" markdown="1">'
    return f"{opening}\n\n{head}\n{{: .claim-head }}\n\n{items}\n</div>"


def _compared(comparison: Comparison, words: Words) -> str:
    """`a` − `b` < 0 を主張。推定値 −0.1、95 % 区間 [−0.2, −0.05]、n = 5：支持"""
    estimate, verdict = comparison.estimate, words(f"claims.{comparison.verdict}")
    sides = ((">", comparison.low), ("<", comparison.high))
    bounds = words("report.and").join(f"{sign} {_number(bound)}" for sign, bound in sides if math.isfinite(bound))
    wanted = words("report.wanted", quantity=_quantity(comparison.quantity, words), bounds=bounds)
    value, n = _number(estimate.value), _data(str(estimate.n))
    if estimate.method == Method.EXACT:
        return words("report.computed", wanted=wanted, value=value, verdict=verdict)
    if estimate.reason:
        reason = words(f"claims.reason.{estimate.reason}")
        return words("report.without_interval", wanted=wanted, value=value, n=n, reason=reason, verdict=verdict)
    level = _data(shown(comparison.level, ".2%" if comparison.level > estimates.LEVEL else ".0%"))
    interval = _data(f"[{ledger.four_digits(estimate.low)}, {ledger.four_digits(estimate.high)}]")
    return words("report.estimated", wanted=wanted, value=value, level=level, interval=interval, n=n, verdict=verdict)


def _quantity(quantity: Quantity, words: Words) -> str:
    """In the reader's words, with code for the metrics' names."""
    metric, other = f"`{quantity.metric}`", f"`{quantity.other}`"
    if quantity.kind == Kind.SHARE:
        return words("report.share", metric=metric)
    if quantity.kind == Kind.DISCORDANT:
        return words("report.discordant", metric=metric, other=other)
    sign = "÷" if quantity.kind == Kind.RATIO else "−"
    return f"{metric} {sign} {other}{words('report.over_items') if quantity.over == 'items' else ''}"


def _against_original(claim: Claim, original: Original) -> list[str]:
    if claim.id not in original.claims:
        return []
    words = claim.words
    stop = words("claims.stop")
    said = f"{original.claims[claim.id].rstrip(stop)}{stop}"
    effects = original.effects(claim)
    if not effects:
        return [said]
    told = words("claims.joiner").join(
        words("report.original.effect", value=_number(effect), where=original.where(effect, comparison.estimate))
        for comparison, effect in effects
    )
    same_data = original.is_comparable(effects[0][0].quantity.metric)
    note = "" if same_data else words("report.original.other_data")
    return [words("report.original.effects", said=said, original=original.name, effects=told, note=note)]


def _number(value: float) -> str:
    return _data(ledger.four_digits(value))


def _data(text: str) -> str:
    return Value(text, "claims").markup()
