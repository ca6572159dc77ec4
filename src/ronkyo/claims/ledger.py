"""The ledger of all claims: reports/claims.json for DVC, an appendix for the reader, a table for the terminal; and the
original report's numbers beside ours.
"""

from __future__ import annotations

import html
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ronkyo import params
from ronkyo.claims import estimates
from ronkyo.claims.predicates import Comparison, Verdict
from ronkyo.claims.tags import REASONS, WORDS, Claim, Claims, Stated
from ronkyo.errors import UserError
from ronkyo.numbers import ABSENT, shown
from ronkyo.project import Project
from ronkyo.report.values import Value, Values

METHODS = {"t + BCa": "差", "log t + BCa": "比", "Clopper–Pearson": "割合", "exact": "計算値"}


class OriginalError(UserError):
    """The file of the original's statements is not as it should be: file, key, what was expected and what was found."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    claims: dict[str, str]
    numbers: dict[str, str]
    comparable: dict[str, Any]


@dataclass(frozen=True)
class Original:
    """What an earlier report stated: its sentences by claim, and the numbers of its single runs by metric, as printed."""

    file: Path
    claims: dict[str, str]
    numbers: dict[str, str]
    comparable: dict[str, Any]  # parameters whose values make our data the same as its: {key: value}

    @staticmethod
    def load(project: Project) -> Original:
        """A report that answers to no earlier one has no such file."""
        file = project.templates / "original.yaml"
        if not file.exists():
            return Original(file, {}, {}, {})
        try:
            found = _Document.model_validate(params.read_document(file))
        except ValidationError as error:
            problems = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
            raise OriginalError("\n".join(f"{file}: {key}: {message}" for key, message in problems)) from error
        return Original(file, found.claims, found.numbers, found.comparable)

    def check(self, claims: Claims, values: Values) -> None:
        """Raises OriginalError for a statement whose claim the report does not make, and for names that nothing has."""
        stated = {one.claim.id for one in claims.stated}
        for id in self.claims:
            if id not in stated:
                raise OriginalError(f"{self.file}: claims.{id}: no template states this claim")
        try:
            for metric, text in self.numbers.items():
                (values.over_seeds if values.is_metric(metric) else values.number)(metric)
                float(text)
            for key in self.comparable:
                values.setting(key)
        except ValueError as error:
            raise OriginalError(f"{self.file}: {error}") from error

    def is_comparable(self, values: Values, metric: str) -> bool:
        """Whether our data are those of the original, for the metric's experiment."""
        experiment = metric.split(".")[0]
        wanted = {key: value for key, value in self.comparable.items() if key.split(".")[0] == experiment}
        return all(values.setting(key) == value for key, value in wanted.items())

    def effect(self, comparison: Comparison) -> float | None:
        """The same difference or ratio between the original's numbers, where it printed both."""
        parts = re.fullmatch(r"(\S+) ([-/]) (\S+)", comparison.quantity)
        if not parts or parts[1] not in self.numbers or parts[3] not in self.numbers:
            return None
        a, b = float(self.numbers[parts[1]]), float(self.numbers[parts[3]])
        return a - b if parts[2] == "-" else a / b


# -- for DVC ----------------------------------------------------------------------------------------------------------


def document(claims: Claims, original: Original, values: Values) -> dict[str, Any]:
    """{id: verdict, effect, low, high, n, reason?, and lists}. DVC tells of single values and passes over lists, so that
    `dvc metrics diff` shows verdicts that flip and not every sentence."""
    return {one.claim.id: _entry(one, original, values) for one in claims.stated}


def text(claims: Claims, original: Original, values: Values) -> str:
    """The document as claims.json holds it."""
    return json.dumps(document(claims, original, values), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(stated: Stated, original: Original, values: Values) -> dict[str, Any]:
    claim = stated.claim
    found = claim.deciding.estimate
    entry: dict[str, Any] = {"verdict": str(claim.verdict)}
    entry |= {
        name: _rounded(number) for name, number in (("effect", found.value), ("low", found.low), ("high", found.high))
    }
    entry["n"] = found.n
    if found.reason:
        entry["reason"] = found.reason
    return entry | {
        "sentences": re.findall(r"[^。]+。?", plain_text(stated.sentence)),
        "comparisons": [_comparison(one) for one in claim.comparisons],
        "changes_if": [plain_text(changes_if(claim))],
        "evidence": [*claim.evidence, *([claim.figure_file] if claim.figure_file else [])],
        "original": _original(claim, original, values),
        "place": [claim.place],
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    bounds = {name: bound for name, bound in (("above", one.low), ("below", one.high)) if math.isfinite(bound)}
    found = one.estimate
    return {
        "quantity": one.quantity,
        "verdict": str(one.verdict),
        **bounds,
        "value": _rounded(found.value),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "n": found.n,
        "level": round(one.level, 6),
        "method": found.method,
        **({"reason": found.reason} if found.reason else {}),
    }


def _original(claim: Claim, original: Original, values: Values) -> list[dict[str, Any]]:
    if claim.id not in original.claims:
        return []
    rows: list[dict[str, Any]] = [{"says": original.claims[claim.id]}]
    for one in claim.comparisons:
        if (effect := original.effect(one)) is not None:
            metric = one.quantity.split()[0]
            rows.append(
                {
                    "quantity": one.quantity,
                    "value": _rounded(effect),
                    "inside": None if one.estimate.reason else one.estimate.low <= effect <= one.estimate.high,
                    "same_data": original.is_comparable(values, metric),
                }
            )
    return rows


def _rounded(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def plain_text(sentence: str) -> str:
    """A sentence without markup: tags, links and line breaks off, formulas without their signs."""
    text = re.sub(r"<sup>(.*?)</sup>", r"^\1", sentence)
    text = html.unescape(re.sub(r"</?(?:data|span|a|b|code)\b[^>]*>", "", text))
    text = re.sub(r"\[([^\]]*)\]\(#([^)]*)\)", r"\2", text)
    return re.sub(r"\s*\n\s*", "", text.replace("$", ""))


# -- for the terminal -------------------------------------------------------------------------------------------------


def terminal(claims: Claims) -> str:
    """A line for each claim, then how many there are of each verdict."""
    width = max((len(one.claim.id) for one in claims.stated), default=0)
    lines = []
    for one in claims.stated:
        claim, found = one.claim, one.claim.deciding.estimate
        values = found.reason or f"{found.value:.4g} [{found.low:.4g}, {found.high:.4g}]"
        lines.append(f"{claim.verdict:<12}  {claim.id:<{width}}  {values:<36}  n={found.n:<4} {claim.place}")
    counts = [sum(one.claim.verdict == verdict for one in claims.stated) for verdict in Verdict]
    told = ", ".join(f"{count} {verdict}" for count, verdict in zip(counts, Verdict, strict=True))
    return "\n".join([*lines, f"{len(claims.stated)} claims: {told}"])


# -- for the reader ---------------------------------------------------------------------------------------------------


def appendix(claims: Claims, original: Original, values: Values) -> str:
    """Every claim as a block of Markdown and HTML: its sentence, verdict, numbers, evidence, and what would change it."""
    return "\n\n".join(_block(one, original, values) for one in claims.stated)


def mark(verdict: Verdict) -> str:
    return f'<span class="verdict {verdict}">{WORDS[verdict]}</span>'


def _block(stated: Stated, original: Original, values: Values) -> str:
    claim = stated.claim
    head = (
        f"<b>主張 {claim.number}</b> {mark(claim.verdict)} "
        f'<span class="name">{claim.id}</span> <a class="back" href="#claim:{claim.id}">本文へ</a>'
    )
    links = [f"[{file}](code:{file})" for file in claim.evidence]
    links += [f"[参照](#fig:{claim.figure})"] if claim.figure else []
    rows = {
        "文": [stated.sentence],
        "比較": [_compared(one) for one in claim.comparisons],
        "変わる条件": [changes_if(claim)],
        "原レポート": [_against_original(claim, original, values)] if claim.id in original.claims else [],
        "根拠": ["、".join(links)],
    }
    items = "\n".join(
        "\n".join([name, *(f":   {text}" for text in texts), ""]) for name, texts in rows.items() if texts
    )
    opening = f'<div class="ledger {claim.verdict}" id="ledger:{claim.id}" markdown="1">'
    return f"{opening}\n\n{head}\n{{: .claim-head }}\n\n{items}\n</div>"


def _compared(one: Comparison) -> str:
    """`a − b` < 0 を主張。推定値 −0.1、95 % 区間 [−0.2, −0.05]、n = 5：支持"""
    found = one.estimate
    wanted = " かつ ".join(
        f"{sign} {_number(bound)}" for sign, bound in ((">", one.low), ("<", one.high)) if math.isfinite(bound)
    )
    head = f"{_quantity(one.quantity)} {wanted} を主張。"
    if found.method == "exact":
        return f"{head}値は {_number(found.value)}：{WORDS[one.verdict]}"
    if found.reason:
        return f"{head}推定値 {_number(found.value)}、$n$ = {_data(str(found.n))}。{REASONS[found.reason]}：未決"
    level = shown(one.level, ".2%" if one.level > estimates.LEVEL else ".0%")
    between = _data(f"[{_shown(found.low)}, {_shown(found.high)}]")
    numbers = f"推定値 {_number(found.value)}、{_data(level)} 区間 {between}、$n$ = {_data(str(found.n))}"
    return f"{head}{numbers}：{WORDS[one.verdict]}"


def _quantity(text: str) -> str:
    """A comparison's quantity in the reader's words, with code for the metrics' names."""
    if match := re.fullmatch(r"share of (\S+)", text):
        return f"`{match[1]}` の割合"
    if match := re.fullmatch(r"(\S+) rather than (\S+)", text):
        return f"`{match[1]}` と `{match[2]}` の一方だけが 1 のシードのうち、前者が 1 の割合"
    a, sign, b, *over = text.split(" ", 3)
    return f"`{a}` {'−' if sign == '-' else '÷'} `{b}`{'（音声など、試した項目について）' if over else ''}"


def changes_if(claim: Claim) -> str:
    """What would turn the verdict, from the numbers: how many seeds, or how much less of an effect."""
    one = claim.deciding
    found = one.estimate
    if found.reason == "one value":
        return "シードを 2 個以上にしたとき"
    if found.reason:
        return f"{REASONS[found.reason]}ので、そうでなくなったとき"
    if found.method == "exact":
        return f"式または実装が変わり、値が {_number(one.bound)} を越えたとき"
    if claim.verdict == Verdict.UNDECIDED:
        needed = estimates.values_needed(found, one.bound, one.level)
        if needed is None:
            return f"推定値が {_number(one.bound)} にごく近いので、現実的な数のシードでは決まらない"
        what = "項目" if one.quantity.endswith("over items") else "シード"
        what = "一方だけが 1 のシード" if "rather than" in one.quantity else what
        return f"推定値とばらつきがこのままなら、{what}がおよそ {_data(str(needed))} 個になったとき"
    edge = found.low if found.value > one.bound else found.high
    gap = abs(edge - one.bound)
    return f"推定値が {_number(one.bound)} の側へ {_number(gap)} 動き、区間の端が {_number(one.bound)} に届いたとき"


def _against_original(claim: Claim, original: Original, values: Values) -> str:
    said = f"{original.claims[claim.id].rstrip('。')}。"
    effects = [(one, effect) for one in claim.comparisons if (effect := original.effect(one)) is not None]
    if not effects:
        return said
    told = "、".join(f"{_number(effect)}（区間の内外：{_where(effect, one.estimate)}）" for one, effect in effects)
    metric = effects[0][0].quantity.split()[0]
    note = "" if original.is_comparable(values, metric) else "データが異なるので、直接の比較はできない。"
    return f"{said}同じ差を原レポートの 1 回の実行の値で求めると {told}。{note}"


def original_rows(original: Original, values: Values) -> list[list[str]]:
    """For each number that the original printed: metric, its value (* where the data are others), our mean with its
    interval, whether the value lies inside, the interval of one more run, whether it lies inside."""
    rows = []
    for metric, printed in original.numbers.items():
        number, star = float(printed), "" if original.is_comparable(values, metric) else r"\*"
        if values.is_metric(metric):
            found = values.over_seeds(metric)
            mean, one_run = estimates.mean_interval(found), estimates.prediction_interval(found)
            ours = f"{_shown(mean.mean)} [{_shown(mean.low)}, {_shown(mean.high)}]"
            rest = [_where(number, mean), Value(f"[{_shown(one_run.low)}, {_shown(one_run.high)}]", metric)]
            rest.append(_where(number, one_run))
        else:
            ours = _shown(values.number(metric))
            rest = [
                "一致" if math.isclose(values.number(metric), number, rel_tol=1e-9) else "不一致",
                ABSENT,
                ABSENT,
            ]
        theirs = Value(printed + star, f"original:{metric}")
        rows.append([f"`{metric}`", theirs, Value(ours, metric), *rest])
    return rows


def _where(number: float, interval: estimates.Interval | estimates.Estimate) -> str:
    if not math.isfinite(interval.low):
        return ABSENT
    return "内" if interval.low <= number <= interval.high else "外"


def _shown(value: float) -> str:
    """Four digits, for any size of number."""
    return shown(value, ".4g" if abs(value) >= 0.001 or value == 0 else ".2e")


def _number(value: float) -> str:
    return _data(_shown(value))


def _data(text: str) -> str:
    return Value(text, "claims").markup()
