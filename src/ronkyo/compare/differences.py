"""Two sides -> what differs between them, and by how much more than seeds do."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from ronkyo.claims import estimates
from ronkyo.compare import words
from ronkyo.compare.revision import WORKSPACE, ComparisonError, Side, to_json
from ronkyo.run.pipeline import value_of
from ronkyo.seeds import generator

ABSENT = "—"
CODE = ("src", "stages", "report_templates", "dvc.yaml", "pyproject.toml", "requirements.lock", "Makefile")
RATIO_FROM = 10.0  # largest over smallest value of a metric's seeds: then one seed would rule a mean of differences


@dataclass(frozen=True)
class Parameter:
    key: str
    experiment: str
    variants: list[str]  # that train otherwise because of it; [] if it concerns none, or the whole experiment
    old: str
    new: str


@dataclass(frozen=True)
class ClaimChange:
    id: str
    old: dict[str, Any] | None  # as in claims.json
    new: dict[str, Any] | None

    @property
    def flipped(self) -> bool:
        return self.old is not None and self.new is not None and self.old["verdict"] != self.new["verdict"]


@dataclass(frozen=True)
class Metric:
    """The mean of a metric on both sides, and the mean difference or ratio between the same seeds."""

    experiment: str
    variant: str
    name: str
    old: float | None
    new: float | None
    old_half: float = math.nan  # half widths of the means' own intervals
    new_half: float = math.nan
    change: estimates.Estimate | None = None  # B − A or B ÷ A; None: the same for every seed, or a side has no seeds
    exact: bool = False  # no seed changes it: any difference is one
    alone: bool = False  # only one side has it

    @property
    def key(self) -> str:
        return f"{self.experiment}.{self.variant}.{self.name}"

    @property
    def is_ratio(self) -> bool:
        return self.change is not None and self.change.method.startswith("log")

    @property
    def standing(self) -> Literal["alone", "exact", "unknown", "moved", "within"]:
        """Whether the interval says that the sides differ: moved, within; or why there is none to ask."""
        if self.alone:
            return "alone"
        if self.exact:
            return "exact"
        found, same = self.change, 1.0 if self.is_ratio else 0.0
        if found is None or found.reason not in ("", "no spread"):  # one seed, or a mean that is not finite
            return "unknown"
        if found.reason:  # every seed differs by the same
            return "within" if found.value == same else "exact"
        return "within" if found.low <= same <= found.high else "moved"

    @property
    def moved(self) -> bool:
        return self.standing == "moved"


class StageChange(NamedTuple):
    """A stage that ran again, and why."""

    stage: str
    reasons: list[str]


class FileChange(NamedTuple):
    file: str
    added: int | None  # lines; None for a file that is not text, or that Git does not know
    deleted: int | None
    known: bool = True  # to Git


class Pair(NamedTuple):
    """One thing of both sides by name, e.g. a library's version."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Comparison:
    old: Side
    new: Side
    parameters: list[Parameter]
    claims: list[ClaimChange]
    metrics: list[Metric]  # those that differ
    unchanged: list[Metric]
    curves: list[tuple[str, str]]  # experiment, variant
    figures: list[str]
    text: list[words.Change]
    stages: list[StageChange]
    files: list[FileChange]
    data: list[Pair]
    versions: list[Pair]
    notes: list[str] = field(default_factory=list)  # what could not be compared

    @property
    def flipped(self) -> list[ClaimChange]:
        return [claim for claim in self.claims if claim.flipped]

    @property
    def moved(self) -> list[Metric]:
        """Those whose interval says that the sides differ, the clearest first."""
        return sorted((metric for metric in self.metrics if metric.moved), key=lambda metric: -strength(metric))

    def count(self, *standings: str) -> int:
        return sum(metric.standing in standings for metric in self.metrics)

    @property
    def only_moved(self) -> list[ClaimChange]:
        """Claims of both sides whose verdict stayed."""
        return [claim for claim in self.claims if claim.old and claim.new and not claim.flipped]

    @property
    def without_claims(self) -> list[str]:
        return [side.title for side in (self.old, self.new) if side.claims is None]

    @property
    def without_text(self) -> list[str]:
        return [side.title for side in (self.old, self.new) if side.text is None]

    @property
    def has_changes(self) -> bool:
        parts = (self.parameters, self.claims, self.metrics, self.curves, self.figures, self.text, self.stages)
        return any(parts) or bool(self.files or self.data or self.versions)


def compare(old: Side, new: Side) -> Comparison:
    """Raises ComparisonError when neither side has anything to compare."""
    notes = [f"{side.title} には {file} がない。" for side in (old, new) for file in side.lacking]
    for side in (old, new):
        if side.outdated:
            stages = "、".join(side.outdated[:5]) + ("、…" if len(side.outdated) > 5 else "")
            what = "今のパラメータやコード" if side.kind == WORKSPACE else "その版の params.yaml の値"
            hint = "dvc repro で実行し直すとよい。" if side.kind == WORKSPACE else ""
            notes.append(f"{side.title} の結果は、{what}によるものではない（古いステージ：{stages}）。{hint}")
    for side, other in ((old, new), (new, old)):
        if alone := [name for name in side.experiments if name not in other.experiments]:
            notes.append(f"{side.title} だけにある実験：{'、'.join(alone)}。")
    if not old.metrics and not new.metrics and old.text is None and new.text is None:
        raise ComparisonError(f"{old.name} and {new.name}: expected results in reports/, found none on either side")
    for experiment in new.seeds:
        counts = [_seed_count(side, experiment) for side in (old, new)]
        if 0 not in counts and counts[0] != counts[1]:
            notes.append(
                f"{experiment} のシードの数は A で {counts[0]}、B で {counts[1]} なので、"
                f"差と比は共通の {min(counts)} 個について求めた。"
            )
    metrics = list(_metrics(old, new))
    differ = [metric for metric in metrics if metric.old != metric.new or metric.change or metric.alone]
    return Comparison(
        old,
        new,
        parameters(old.params, new.params),
        _claims(old.claims or {}, new.claims or {}) if old.claims is not None and new.claims is not None else [],
        differ,
        [metric for metric in metrics if metric not in differ],
        _curves(old, new),
        changed(old.figures, new.figures),
        words.changes(old.text, new.text) if old.text is not None and new.text is not None else [],
        list(_stages(old, new)),
        _files(old, new),
        list(_data(old, new)),
        [
            Pair(name, old.versions.get(name, ABSENT), new.versions.get(name, ABSENT))
            for name in changed(old.versions, new.versions)
        ],
        notes,
    )


# -- parameters -------------------------------------------------------------------------------------------------------


def parameters(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Parameter]:
    """The parameters that differ, by dotted key."""
    before, after = dict(leaves(old)), dict(leaves(new))
    return [
        Parameter(
            key,
            key.split(".")[0],
            _variants(key, new if key in after else old),
            to_json(before[key]) if key in before else ABSENT,
            to_json(after[key]) if key in after else ABSENT,
        )
        for key in changed_leaves(old, new)
    ]


def leaves(document: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """(dotted key, value) of everything in nested mappings that is not itself a mapping with entries."""
    if not isinstance(document, dict) or (not document and path):
        yield path, document
        return
    for key, value in document.items():
        yield from leaves(value, f"{path}.{key}" if path else str(key))


def changed_leaves(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The dotted keys that differ; an empty mapping that got entries, or lost them all, is told of by these."""
    before, after = dict(leaves(old)), dict(leaves(new))
    opened = {key for key in before if before[key] == {} and isinstance(value_of(new, key), dict)}
    opened |= {key for key in after if after[key] == {} and isinstance(value_of(old, key), dict)}
    return [key for key in changed(before, after) if key not in opened]


def _variants(key: str, document: Mapping[str, Any]) -> list[str]:
    """The variants that a parameter concerns: the one whose it is, or all that do not say otherwise."""
    experiment, *parts = key.split(".")
    if parts[:1] == ["variants"]:
        return parts[1:2]
    variants = value_of(document, f"{experiment}.variants")
    if parts[:1] != ["training"] or len(parts) < 2 or not isinstance(variants, dict):
        return []
    return [name for name, own in variants.items() if not isinstance(own, dict) or parts[1] not in own]


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys whose values differ: the new side's order, then what it no longer has."""
    missing = object()
    return [key for key in {**new, **old} if old.get(key, missing) != new.get(key, missing)]


# -- claims, metrics, curves ------------------------------------------------------------------------------------------


def _claims(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ClaimChange]:
    told = ("verdict", "effect", "low", "high", "n")
    return [
        ClaimChange(id, old.get(id), new.get(id))
        for id in {**new, **old}
        if id not in old or id not in new or any(old[id].get(name) != new[id].get(name) for name in told)
    ]


def _metrics(old: Side, new: Side) -> Iterable[Metric]:
    for experiment in {**new.metrics, **old.metrics}:
        before, after = old.metrics.get(experiment, {}), new.metrics.get(experiment, {})
        for variant in {**after, **before}:
            a, b = before.get(variant, {}), after.get(variant, {})
            for name in {**b, **a}:
                alone = (name in a) != (name in b)
                names = (experiment, variant, name)
                seeds = [side.over_seeds(*names) for side in (old, new)]
                yield _metric(names, (a.get(name), b.get(name)), seeds[0], seeds[1], alone)


def _seed_count(side: Side, experiment: str) -> int:
    return max(
        (len(values) for table in side.seeds.get(experiment, {}).values() for values in table.values()), default=0
    )


def _metric(
    names: tuple[str, str, str],
    means: tuple[float | None, float | None],
    old: np.ndarray | None,
    new: np.ndarray | None,
    alone: bool = False,
) -> Metric:
    change = None
    if old is not None and new is not None and not _equal(old, new):
        change = _change(old, new, ".".join(names))
    exact = old is None and new is None
    return Metric(*names, *means, _half_width(old), _half_width(new), change, exact, alone)


def _change(old: np.ndarray, new: np.ndarray, key: str) -> estimates.Estimate:
    """Of the seeds that both sides have, in pairs: the mean difference, or the geometric mean of the ratios where all
    values are positive and differ by orders of magnitude, as errors do."""
    n = min(len(old), len(new))
    old, new = old[:n], new[:n]
    rng = generator("comparison", 0, key)
    values = np.concatenate([old, new])
    if np.isfinite(values).all() and values.min() > 0 and values.max() / values.min() >= RATIO_FROM:
        return estimates.ratio_estimate(new, old, estimates.LEVEL, rng)
    with np.errstate(invalid="ignore"):  # of two seeds that never got there
        differences = new - old
    return estimates.mean_estimate(differences, estimates.LEVEL, rng)


def _half_width(seeds: np.ndarray | None) -> float:
    return math.nan if seeds is None else estimates.mean_interval(seeds).half_width


def _equal(old: np.ndarray, new: np.ndarray) -> bool:
    return np.array_equal(old, new, equal_nan=True)


def strength(metric: Metric) -> float:
    """How far a change lies from none, in half widths of its interval (on the scale of logarithms for a ratio)."""
    found = metric.change
    if found is None or found.reason or found.high == found.low:
        return 0.0
    value, low, high = found.value, found.low, found.high
    if metric.is_ratio:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return abs(value) / (high - low) * 2


def _curves(old: Side, new: Side) -> list[tuple[str, str]]:
    found = []
    for experiment in {**new.curves, **old.curves}:
        before, after = old.curves.get(experiment, {}), new.curves.get(experiment, {})
        found += [
            (experiment, variant)
            for variant in {**after, **before}
            if not _same_table(before.get(variant), after.get(variant))
        ]
    return found


def _same_table(old: Mapping[str, np.ndarray] | None, new: Mapping[str, np.ndarray] | None) -> bool:
    if old is None or new is None or old.keys() != new.keys():
        return False
    return all(_equal(old[name], new[name]) for name in old)


# -- what ran, code, data, versions -----------------------------------------------------------------------------------


def _stages(old: Side, new: Side) -> Iterable[StageChange]:
    stages = {**new.stages, **old.stages}
    for stage in sorted(stages, key=lambda stage: new.order.index(stage) if stage in new.order else len(new.order)):
        before, after = old.stages.get(stage), new.stages.get(stage)
        if before == after:
            continue
        if before is None or after is None:
            yield StageChange(stage, [f"{(new if before is None else old).title} だけにある"])
            continue
        reasons = ["コマンドが変わった"] if before.get("cmd") != after.get("cmd") else []
        for file in {**before.get("params", {}), **after.get("params", {})}:
            earlier, recorded = (one.get("params", {}).get(file, {}) for one in (before, after))
            reasons += [
                f"パラメータ {key}"
                for name in changed(earlier, recorded)
                for key in _within(name, earlier.get(name), recorded.get(name))
            ]
        digests = [{entry["path"]: entry.get("md5") for entry in side.get("deps", [])} for side in (before, after)]
        reasons += [f"依存 {path}" for path in changed(*digests)]
        if reasons:
            yield StageChange(stage, reasons)
        elif before.get("outs") != after.get("outs"):
            yield StageChange(stage, ["同じ入力から出力が変わった"])


def _within(key: str, old: Any, new: Any) -> list[str]:
    """A changed section is told of by the keys inside it that changed."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [key]
    return [f"{key}.{name}" for name in changed_leaves(old, new)]


def _files(old: Side, new: Side) -> list[FileChange]:
    """Changed files of code, from Git."""
    if WORKSPACE in (old.kind, new.kind):
        revision = old.revision or new.revision
        sides = [revision] if revision else []
        swap = old.kind == WORKSPACE
    else:
        sides, swap = [old.revision, new.revision], False
    if not sides:
        return []
    swapped = ["-R"] if swap else []
    listed = _git("diff", "--numstat", "-z", "--no-renames", *swapped, *map(str, sides), "--", *CODE)
    found = []
    for line in listed:
        added, deleted, file = line.split("\t", 2)
        found.append(FileChange(file, None if added == "-" else int(added), None if deleted == "-" else int(deleted)))
    if WORKSPACE in (old.kind, new.kind):
        others = _git("ls-files", "-z", "--others", "--exclude-standard", "--", *CODE)
        found += [FileChange(file, None, None, known=False) for file in others]
    return found


def _git(*arguments: str) -> list[str]:
    """The entries that a git command lists with -z."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ComparisonError(f"git {arguments[0]}: {done.stderr.strip()}")
    return [entry for entry in done.stdout.split("\0") if entry]


def _data(old: Side, new: Side) -> Iterable[Pair]:
    for experiment in changed(old.provenance, new.provenance):
        before, after = (side.provenance.get(experiment, {}) for side in (old, new))
        for name in changed(before, after):
            yield Pair(f"{experiment}.{name}", str(before.get(name, ABSENT)), str(after.get(name, ABSENT)))


# -- numbers ----------------------------------------------------------------------------------------------------------


def rounded(value: float | None, half_width: float = math.nan) -> str:
    """A number to the second digit of half its interval's width, so to what the seeds support; else to four digits. What
    is far from one is written with a power of ten, in HTML."""
    if value is None or not math.isfinite(value):
        return ABSENT
    known = math.isfinite(half_width) and half_width > 0
    exponent = _exponent(max(abs(value), half_width if known else 0.0))
    decimals = 1 - _exponent(half_width) if known else 3 - exponent
    if -4 <= exponent <= 6:
        text = _fixed(value, decimals)
        return text if known or "." not in text else text.rstrip("0").rstrip(".")
    return f"{_fixed(value / 10.0**exponent, decimals + exponent)}×10<sup>{exponent}</sup>".replace("-", "−")


def with_interval(value: float, low: float, high: float) -> str:
    """−0.8 [−1.0, −0.6], or (−0.8 [−1.0, −0.6])×10<sup>−5</sup>: to the second digit of half the interval's width."""
    half = (high - low) / 2
    if not half > 0:
        return rounded(value)
    exponent = _exponent(max(abs(value), abs(low), abs(high)))
    scale = 1.0 if -4 <= exponent <= 6 else 10.0**exponent
    decimals = 1 - _exponent(half / scale)
    shown = "{} [{}, {}]".format(*(_fixed(number / scale, decimals) for number in (value, low, high)))
    return (shown if scale == 1 else f"({shown})×10<sup>{exponent}</sup>").replace("-", "−")


def ratio_with_interval(value: float, low: float, high: float) -> str:
    """0.15 [0.021, 1.0]: each to two digits, since the interval of a ratio is even on the scale of logarithms."""
    numbers = ((number, 1 - _exponent(number)) for number in (value, low, high))
    shown = [_fixed(*number) if number[1] <= 6 else rounded(number[0]) for number in numbers]
    return "{} [{}, {}]".format(*shown)


def _exponent(number: float) -> int:
    """Of ten, once the number is rounded to four digits; 0 for 0."""
    return int(f"{number:.3e}".partition("e")[2])


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{max(0, decimals)}f}"
    return (text if float(text) else text.removeprefix("-")).replace("-", "−")  # no −0.0
