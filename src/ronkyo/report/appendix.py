"""The ledger for the reader: every claim as a block of Markdown and HTML."""

from __future__ import annotations

import math

from ronkyo.claims import estimates, ledger
from ronkyo.claims.estimates import Method
from ronkyo.claims.quantity import Kind, Quantity
from ronkyo.claims.statements import Claim, Stated
from ronkyo.claims.verdicts import Comparison
from ronkyo.numbers import shown
from ronkyo.report.badges import mark
from ronkyo.report.nouns import Nouns
from ronkyo.report.original import Original
from ronkyo.report.sentences import MarkedClaims
from ronkyo.report.values import Value


def appendix(claims: MarkedClaims, original: Original) -> str:
    """Of each claim its hypothesis, verdict, sentence, numbers, evidence, and what would change it."""
    return "\n\n".join(block(stated, claims.nouns, original) for stated in claims.stated)


def block(stated: Stated, nouns: Nouns, original: Original) -> str:
    claim, words = stated.claim, stated.claim.words
    notes = [words("claims.close")] if claim.close else []
    head = " ".join(
        [
            f"<b>{words('report.claim', number=claim.number)}</b>",
            claim.hypothesis,
            mark(claim.verdict, words),
            *notes,
            f'<span class="name">{claim.id}</span>',
            f'<a class="back" href="#claim:{claim.id}">{words("report.back")}</a>',
        ]
    )
    links = [f"[{file}](code:{file})" for file in claim.evidence]
    links += [f"[{words('page.reference')}](#fig:{claim.figure})"] if claim.figure else []
    rows = {
        words("report.sentence"): [stated.sentence],
        words("report.comparisons"): [
            _compared(comparison, claim, nouns) + _keys(comparison.quantity, nouns) for comparison in claim.comparisons
        ],
        words("report.looks"): _looks(claim),
        words("report.changes_if"): ledger.changes_if(claim, _data),
        original.name[0].upper() + original.name[1:]: _against_original(claim, original),
        words("report.evidence"): [words("claims.joiner").join(links)],
    }
    items = "\n".join(
        "\n".join([name, *(f":   {text}" for text in texts), ""]) for name, texts in rows.items() if texts
    )
    opening = f'<div class="ledger {claim.verdict}" id="ledger:{claim.id}" markdown="1">'
    return f"{opening}\n\n{head}\n{{: .claim-head }}\n\n{items}\n</div>"


def _compared(comparison: Comparison, claim: Claim, nouns: Nouns) -> str:
    """正解率：a − b < 0 を主張。推定値 −0.1、95 % 区間 [−0.2, −0.05]、n = 5：支持"""
    words, estimate = claim.words, comparison.estimate
    verdict = words(f"claims.{comparison.verdict}")
    sides = ((">", comparison.low), ("<", comparison.high))
    bounds = words("report.and").join(f"{sign} {_number(bound)}" for sign, bound in sides if math.isfinite(bound))
    wanted = words("report.wanted", quantity=_quantity(comparison.quantity, claim, nouns), bounds=bounds)
    value, n = _number(estimate.value), _data(str(estimate.n))
    if estimate.method == Method.EXACT:
        return words("report.computed", wanted=wanted, value=value, verdict=verdict)
    if estimate.reason:
        reason = words(f"claims.reason.{estimate.reason}")
        return words("report.without_interval", wanted=wanted, value=value, n=n, reason=reason, verdict=verdict)
    if comparison.matters is not None:
        matters = "report.matters_ratio" if comparison.quantity.kind == Kind.RATIO else "report.matters"
        wanted += words(matters, matters=_number(comparison.matters))
    level = _data(shown(comparison.level, ".2%" if comparison.level > estimates.LEVEL else ".0%"))
    interval = _data(f"[{ledger.four_digits(estimate.low)}, {ledger.four_digits(estimate.high)}]")
    return words("report.estimated", wanted=wanted, value=value, level=level, interval=interval, n=n, verdict=verdict)


def _quantity(quantity: Quantity, claim: Claim, nouns: Nouns) -> str:
    """In the reader's words, or as code where a metric has no noun."""
    words, sign = claim.words, "÷" if quantity.kind == Kind.RATIO else "−"
    keys = [key for key in (quantity.metric, quantity.other) if key is not None]
    metric, *others = (_metric(key, nouns) for key in keys)
    if quantity.kind == Kind.SHARE:
        text = words("report.share", metric=metric)
    elif quantity.kind == Kind.DISCORDANT:
        text = words("report.discordant", metric=metric, other=others[0])
    else:
        noun, other = nouns.of(quantity.metric), others[0]
        if noun and nouns.of(quantity.other) == noun:
            other = nouns.label(str(quantity.other))
        text = f"{metric} {sign} {other}"
    return text + (words("report.over_items", items=claim.items) if quantity.over == "items" else "")


def _keys(quantity: Quantity, nouns: Nouns) -> str:
    """The names of the metrics, where the reader's words do not have them."""
    keys = [key for key in (quantity.metric, quantity.other) if isinstance(key, str) and nouns.of(key)]
    return f" <small>{' '.join(f'`{key}`' for key in keys)}</small>" if keys else ""


def _metric(key: str | float, nouns: Nouns) -> str:
    if noun := nouns.of(key):
        return nouns.values.words("report.metric", noun=noun.noun, label=nouns.label(str(key)))
    return f"`{key}`" if isinstance(key, str) else _number(key)


def _looks(claim: Claim) -> list[str]:
    """At how many seeds the claim was looked at, where that was more than once, with which plan, and that the level is not
    corrected for it."""
    words, taken, matters = claim.words, {}, {part.matters for part in claim.comparisons}
    for look in claim.looks if len(claim.looks) > 1 else ():
        same = look.matters is None or matters.issuperset(look.matters)
        taken.setdefault((look.level, look.plan, same), []).append(look.n)
    told = [
        words(
            "report.looks.taken",
            counts=_data(words("claims.joiner").join(map(str, counts))),
            level=_data(shown(level, ".2%")),
            plan=words("report.looks.plan", commit=plan) if plan else "",
            matters="" if same else words("report.looks.matters"),
        )
        for (level, plan, same), counts in taken.items()
    ]
    return [*told, words("claims.uncorrected", count=claim.uncorrected)] if claim.uncorrected else told


def _against_original(claim: Claim, original: Original) -> list[str]:
    words, says = claim.words, original.says(claim.id)
    if not says:
        return []
    stop = words("claims.stop")
    said = words("claims.line_break").join(f"{text.rstrip(stop)}{stop}" for text in says)
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
