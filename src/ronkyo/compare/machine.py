"""Two sides -> what is another because the project changed, and what is another because another machine computed it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ronkyo.compare.execution import StageChange
from ronkyo.compare.metrics import Metric
from ronkyo.compare.revision import Side
from ronkyo.numbers import rounded
from ronkyo.project import Project
from ronkyo.words import Words

Texts = tuple[str | None, str | None]
PRINTED = re.compile(r'<data value="([^"]*)">(.*?)</data>', re.DOTALL)


@dataclass(frozen=True)
class Machine:
    """Of stages that gave other outputs. `most` and `metric`: the largest relative difference of a metric that the
    stages of `other` gave, and which one that is; `printed`: numbers of the text that are printed otherwise."""

    own: Sequence[str] = ()
    other: Sequence[str] = ()
    most: float = 0.0
    metric: str = ""
    printed: Sequence[str] = ()
    flipped: Sequence[str] = ()

    def sentence(self, words: Words) -> str:
        """What of it a reader is told, without marks; "" where no stage of `other` is."""
        if not self.other:
            return ""
        measured = words("compare.machine.same")
        if self.most:
            measured = words("compare.machine.most", share=_plain(self.most), metric=self.metric)
        counts = {"own": self.own, "other": self.other, "printed": self.printed, "flipped": self.flipped}
        return words("compare.machine", measured=measured, **{name: len(value) for name, value in counts.items()})


def told_apart(
    project: Project,
    new: Side,
    stages: Sequence[StageChange],
    metrics: Iterable[Metric],
    text: Texts,
    flipped: Sequence[str],
) -> Machine:
    """text: the Markdown of both sides; flipped: the claims with another verdict."""
    own, other = ([stage.stage for stage in stages if stage.own is own] for own in (True, False))
    written = {path for name in other for path in new.stages[name].outs}
    computed = {name for name in new.metrics if project.relative(project.metrics_file(name)) in written}
    shares = {metric.key: _share(metric) for metric in metrics if metric.experiment in computed}
    key = max(shares, key=lambda key: shares[key], default="")
    return Machine(own, other, shares.get(key, 0.0), key, _printed_otherwise(*text), flipped)


def _printed_otherwise(old: str | None, new: str | None) -> list[str]:
    """The numbers that both texts have, by what they are of, and that one of them prints otherwise."""
    before, after = {}, {}
    for text, found in (old, before), (new, after):
        for of, printed in PRINTED.findall(text or ""):
            found.setdefault(of, []).append(printed)
    return [of for of in after if of in before and before[of] != after[of]]


def _share(metric: Metric) -> float:
    """The difference of the means by the larger of them; 0 where one of them is not a number."""
    if metric.old is None or metric.new is None or metric.old == metric.new:
        return 0.0
    share = abs(metric.new - metric.old) / max(abs(metric.old), abs(metric.new))
    return share if math.isfinite(share) else 0.0


def _plain(share: float) -> str:
    return re.sub("</?su[pb]>", "", rounded(share))
