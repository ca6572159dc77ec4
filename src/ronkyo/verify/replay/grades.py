"""How far what was computed again is what was committed: each thing gets the best grade that holds."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ronkyo import lock, results
from ronkyo.claims import estimates
from ronkyo.lock import Lock
from ronkyo.numbers import ABSENT, ratio_with_interval, rounded, six_digits, with_interval
from ronkyo.project import Project
from ronkyo.report.values import Recipe
from ronkyo.verify.replay.sample import Drawn

NUMBER = re.compile(r'<data value="([^"]*)">(.*?)</data>')
METHOD_OF_RATIO = estimates.Method.RATIO


class Grade(StrEnum):
    """From the best to the worst."""

    BYTES = "same bytes"
    NUMBER = "same printed number"
    INTERVAL = "same interval within rounding"
    VERDICT = "same verdict"
    OTHER = "other verdict"
    UNCHECKED = "could not be checked"


RANK = {grade: place for place, grade in enumerate(Grade)}


@dataclass(frozen=True)
class Thing:
    """kind, why: names of texts; detail: what it was and what it is now."""

    kind: str
    name: str
    grade: Grade
    detail: str = ""
    why: str = ""


def worst(grades: Iterable[Grade]) -> Grade:
    return max(grades, key=RANK.__getitem__, default=Grade.BYTES)


# -- numbers ----------------------------------------------------------------------------------------------------------


def of_values(old: np.ndarray, new: np.ndarray) -> Grade:
    """Of the mean over seeds or items: the number is the mean to what the values support, with its 95 % interval; within
    rounding, they are no more than one unit of the last printed digit apart; the verdict is the same as long as neither
    interval excludes the other mean. What is not finite must be so on both sides, else only the verdict can be the same."""
    if old.shape != new.shape:
        return Grade.OTHER
    if np.array_equal(old, new, equal_nan=True):
        return Grade.BYTES
    same_kind = np.array_equal(np.isfinite(old), np.isfinite(new))
    if not (np.isfinite(old).any() and np.isfinite(new).any()):
        return Grade.OTHER
    a, b = (estimates.mean_interval(values[np.isfinite(values)]) for values in (old, new))
    if same_kind and _shown(a) == _shown(b):
        return Grade.NUMBER
    unit = 10.0 ** (math.floor(math.log10(a.half_width)) - 1) if a.half_width > 0 else 0.0
    apart = max(abs(a.mean - b.mean), abs(a.low - b.low), abs(a.high - b.high))
    if same_kind and apart <= unit * (1 + 1e-9):
        return Grade.INTERVAL
    return Grade.VERDICT if a.low <= b.mean <= a.high and b.low <= a.mean <= b.high else Grade.OTHER


def _shown(around: estimates.Interval) -> str:
    if math.isfinite(around.half_width) and around.half_width > 0:
        return with_interval(around.mean, around.low, around.high)
    return rounded(around.mean)


def told(old: np.ndarray, new: np.ndarray) -> str:
    finite = [values[np.isfinite(values)] for values in (old, new)]
    return _both(_shown(estimates.mean_interval(values)) if len(values) else ABSENT for values in finite)


def _both(texts: Iterable[str]) -> str:
    """What it was and what it is, once where they are alike."""
    return " → ".join(dict.fromkeys(texts))


def _constant(old: float | None, new: float | None) -> Grade:
    """A number without an interval."""
    if old == new:
        return Grade.BYTES
    return Grade.NUMBER if rounded(old) == rounded(new) else Grade.UNCHECKED


# -- tables -----------------------------------------------------------------------------------------------------------


def runs(given: Project, made: Project, drawn: Drawn) -> Iterator[Thing]:
    """The seeds {experiment: {variant: seeds}} that were computed, which the made tables have alone and in this order."""
    for name, variants in drawn.items():
        old, new = results.read_seeds(given, name), results.read_seeds(made, name)
        for variant, chosen in variants.items():
            yield from _runs(f"{name}.{variant}", old[variant], new.get(variant), chosen)


def constants(given: Project, made: Project, experiments: Iterable[str]) -> Iterator[Thing]:
    """Metrics that no seed changes."""
    for name in experiments:
        yield from _constants(name, results.read_constants(given, name), results.read_constants(made, name))


def tables(given: Project, made: Project, experiments: Iterable[str]) -> Iterator[Thing]:
    """What stands on all seeds: metrics, items, curves and figures."""
    for name in experiments:
        seeds = results.read_seeds(given, name), results.read_seeds(made, name)
        means = [results.read_metrics(project, name) for project in (given, made)]
        yield from _metrics("metrics", name, *seeds, *means)
        yield from _metrics("items", name, results.read_items(given, name), results.read_items(made, name))
        yield from _files("curves", given.curves_folder(name), made.curves_folder(name), name, _curve)
        yield from _files("figures", given.figures_folder(name), made.figures_folder(name), name, _figure)


def _runs(name: str, old: results.Table, new: results.Table | None, chosen: Iterable[int]) -> Iterator[Thing]:
    """Each seed, by what the metrics are when its values stand in the committed table in place of its own."""
    for place, seed in enumerate(chosen):
        if new is None or place >= len(next(iter(new.values()))):
            yield Thing("runs", f"{name}.{seed}", Grade.UNCHECKED, why="missing")
            continue
        grades, differing = [Grade.OTHER] * (old.keys() != new.keys()), []
        for metric in old.keys() & new.keys():
            before, after = float(old[metric][seed]), float(new[metric][place])
            if before == after or (math.isnan(before) and math.isnan(after)):
                continue
            replaced = old[metric].copy()
            replaced[seed] = after
            kept = six_digits(before) == six_digits(after) is not None
            grades.append(Grade.NUMBER if kept else worst([Grade.INTERVAL, of_values(old[metric], replaced)]))
            differing.append((-RANK[grades[-1]], f"{metric} {_moved(before, after)}"))
        yield Thing("runs", f"{name}.{seed}", worst(grades), ", ".join(text for _, text in sorted(differing)))


def _moved(before: float | None, after: float | None) -> str:
    """Both numbers, or the difference where they are printed alike."""
    texts = rounded(before), rounded(after)
    if before is None or after is None:
        return " → ".join(texts)
    return (
        " → ".join(texts)
        if texts[0] != texts[1]
        else f"{texts[0]} ({'+' if after > before else ''}{rounded(after - before)})"
    )


def _metrics(
    kind: str,
    name: str,
    old: Mapping[str, results.Table],
    new: Mapping[str, results.Table],
    *means: Mapping[str, Any],
) -> Iterator[Thing]:
    """means: of both sides, as they are written beside the seeds."""
    for variant, table in old.items():
        for metric, before in table.items():
            key, after = f"{name}.{variant}.{metric}", new.get(variant, {}).get(metric)
            if after is None:
                yield Thing(kind, key, Grade.UNCHECKED, why="missing")
                continue
            grade, detail = of_values(before, after), told(before, after)
            written = [mean.get(variant, {}).get(metric) for mean in means]
            if written and grade == Grade.BYTES and written[0] != written[1]:
                grade, detail = Grade.OTHER, " → ".join(map(rounded, written))
            yield Thing(kind, key, grade, "" if grade == Grade.BYTES else detail)


def _constants(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Thing]:
    for group, table in old.items():
        for metric, before in table.items():
            key, after = f"{name}.{group}.{metric}", new.get(group, {}).get(metric)
            if metric not in new.get(group, {}):
                yield Thing("metrics", key, Grade.UNCHECKED, why="missing")
                continue
            grade = _constant(before, after)
            detail = "" if grade == Grade.BYTES else _moved(before, after)
            yield Thing("metrics", key, grade, detail, "no_interval" if grade == Grade.UNCHECKED else "")


def _files(
    kind: str, old: Path, new: Path, name: str, grade: Callable[[Path, Path], tuple[Grade, str]]
) -> Iterator[Thing]:
    for file in sorted(old.glob("*.*")):
        if not (other := new / file.name).is_file():
            yield Thing(kind, f"{name}/{file.stem}", Grade.UNCHECKED, why="missing")
        elif file.read_bytes() == other.read_bytes():
            yield Thing(kind, f"{name}/{file.stem}", Grade.BYTES)
        else:
            found, detail = grade(file, other)
            yield Thing(kind, f"{name}/{file.stem}", found, detail, kind if found == Grade.UNCHECKED else "")


def _curve(old: Path, new: Path) -> tuple[Grade, str]:
    """The same to the six digits that curves are kept to, or to one unit of the sixth; else by how much they differ."""
    a, b = results.read_numbers(old), results.read_numbers(new)
    if a.keys() != b.keys() or any(a[name].shape != b[name].shape for name in a):
        return Grade.UNCHECKED, ""
    pairs = [pair for name in a for pair in zip(a[name].tolist(), b[name].tolist(), strict=True)]
    if all(six_digits(before) == six_digits(after) for before, after in pairs):
        return Grade.NUMBER, ""
    if all(_is_near(before, after) for before, after in pairs):
        return Grade.INTERVAL, ""
    with np.errstate(invalid="ignore"):
        largest = {name: float(np.nanmax(np.abs(a[name] - b[name]), initial=0.0)) for name in a}
    order = sorted(largest.items(), key=lambda item: -item[1])
    return Grade.UNCHECKED, ", ".join(f"{name} ± {rounded(value)}" for name, value in order if value > 0)


def _is_near(before: float, after: float) -> bool:
    """No more than one unit of the sixth digit apart."""
    if before == after or (math.isnan(before) and math.isnan(after)):
        return True
    return abs(before - after) <= 10.0 ** (math.floor(math.log10(abs(before))) - 5) * (1 + 1e-9) if before else False


def _figure(old: Path, new: Path) -> tuple[Grade, str]:
    return Grade.UNCHECKED, ""


# -- claims, the text, whole outputs ----------------------------------------------------------------------------------


def claims(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Thing]:
    """By the entries of the ledger."""
    for id, before in old.items():
        if (after := new.get(id)) is None:
            yield Thing("claims", id, Grade.UNCHECKED, why="missing")
            continue
        detail = _both(f"{entry['verdict']} {_effect(entry)}".rstrip() for entry in (before, after))
        yield Thing("claims", id, grade := _claim(before, after), "" if grade == Grade.BYTES else detail)


def _claim(old: Mapping[str, Any], new: Mapping[str, Any]) -> Grade:
    if old == new:
        return Grade.BYTES
    if old["verdict"] != new["verdict"]:
        return Grade.OTHER
    if _effect(old) == _effect(new) and old["sentences"] == new["sentences"]:
        return Grade.NUMBER
    numbers = [(old[name], new[name]) for name in ("effect", "low", "high")]
    if any(not isinstance(number, int | float) for pair in numbers for number in pair) or old["n"] != new["n"]:
        return Grade.VERDICT
    scale = math.log if _is_ratio(old) and min(min(pair) for pair in numbers) > 0 else float
    half = (scale(old["high"]) - scale(old["low"])) / 2
    unit = 10.0 ** (math.floor(math.log10(half)) - 1) if half > 0 else 0.0
    near = all(abs(scale(before) - scale(after)) <= unit * (1 + 1e-9) for before, after in numbers)
    return Grade.INTERVAL if near else Grade.VERDICT


def _is_ratio(entry: Mapping[str, Any]) -> bool:
    return {one["method"] for one in entry["comparisons"] if one["value"] == entry["effect"]} == {METHOD_OF_RATIO}


def _effect(entry: Mapping[str, Any]) -> str:
    value, low, high = (entry[name] for name in ("effect", "low", "high"))
    if value is None or low is None or high is None:
        return "" if value is None else rounded(value)
    return (ratio_with_interval if _is_ratio(entry) and low > 0 else with_interval)(value, low, high)


def numbers(old: str, new: str, metrics: Mapping[str, Grade]) -> Iterator[Thing]:
    """The numbers of a report's text. metrics: the grades of the metrics and claims that they are printed from, by key."""
    before, after = NUMBER.findall(old), NUMBER.findall(new)
    if not new:
        yield Thing("numbers", f"1–{len(before)}", Grade.UNCHECKED, why="missing")
        return
    keys, others = ([Recipe.read(html.unescape(value)).key for value, _ in numbers] for numbers in (before, after))
    matches = {
        old + step: new + step
        for old, new, size in SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks()
        for step in range(size)
    }
    for place, (key, (_, text)) in enumerate(zip(keys, before, strict=True)):
        name, known = f"{place + 1}: {key}", metrics.get(key)
        if place not in matches:  # another verdict prints another sentence
            yield Thing("numbers", name, Grade.UNCHECKED, text, "other_numbers")
        elif text == (now := after[matches[place]][1]):
            grade = Grade.NUMBER if known not in (None, Grade.BYTES) else Grade.BYTES
            yield Thing("numbers", name, grade)
        else:
            standing = known in (Grade.INTERVAL, Grade.VERDICT, Grade.OTHER)
            grade = known if standing and known else Grade.UNCHECKED
            why = "" if standing else "no_interval" if known is None else "printed_otherwise"
            yield Thing("numbers", name, grade, f"{text} → {now}", why)


def outputs(given: Project, made: Project) -> Iterator[Thing]:
    """What no other kind tells of: data, runs and pages, by the digests that both locks record."""
    old, new = (_digests(project) for project in (given, made))
    told_of = tuple(f"reports/{name}" for name in ("metrics", "seeds", "items", "curves", "figures", "claims.json"))
    for path, digest in old.items():
        if not path.startswith(told_of):
            why = "missing" if path not in new else "digest_alone"
            same = new.get(path) == digest
            yield Thing("outputs", path, Grade.BYTES if same else Grade.UNCHECKED, why="" if same else why)


def _digests(project: Project) -> Mapping[str, str]:
    file = project.root / lock.FILE
    return Lock.read(file).outs if file.is_file() else {}


def read_claims(project: Project) -> dict[str, Any]:
    return results.read_claims(project)
