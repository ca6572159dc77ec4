"""`ronkyo decide`: the seeds that undecided claims lack, from one planned look to the next and no further."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ronkyo.claims import ledger, power
from ronkyo.claims.estimates import Reason
from ronkyo.claims.metrics import split
from ronkyo.claims.statements import Claim
from ronkyo.claims.verdicts import Comparison, Verdict
from ronkyo.decide import taken
from ronkyo.decide.cost import Cost
from ronkyo.errors import UserError, counted, nearest
from ronkyo.project import Project
from ronkyo.report import chapters
from ronkyo.run import repro
from ronkyo.run.workers import Workers

UNLIKELY = 0.1  # a decision at the last planned look, as the seeds so far predict it: then no more are computed


def decide(
    project: Project,
    ids: Sequence[str],
    workers: Workers,
    until: int | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> bool:
    """Go with the claims that are undecided to their next planned look, or look by look to `until` seeds: write how far their
    variants are into params.yaml, run what is lacking, and make the report at last. Returns whether no stage failed.

    A claim ends when it is decided, at its last planned look, or when a decision there is unlikely. Raises UserError for
    a claim that there is not, that rests on no seeds, or for which no further look is planned.
    """
    claims = _claims(project, ids)
    goals = {id: _goal(project, claim, until) for id, claim in claims.items()}
    experiments = list(dict.fromkeys(_experiment(part) for claim in claims.values() for part in claim.comparisons))
    summaries = [f"summarize_{name}" for name in experiments]
    on = os.environ.get("RONKYO_CLUSTER", "")
    run = partial(repro.reproduce, project, workers=workers, on=on, progress=progress)
    while goals:
        if run(summaries) is None:  # the first time, what is out of date, or an earlier call has left
            return False
        claims = _claims(project, list(goals))
        for id, claim in claims.items():
            end = _end(claim, goals[id])
            say(f"{_told(claim)}; {end}" if end else _told(claim))
            if end:
                del goals[id]
        _take(project, [(claims[id], goal) for id, goal in goals.items()], say)
    drawn = [f"draw_{name}" for name in experiments if project.has(name, "figures")]
    return not (drawn and run(drawn) is None) and run(["report"], single_item=True) is not None


def _claims(project: Project, ids: Iterable[str]) -> dict[str, Claim]:
    """From the results as they are. Raises UserError for one that no template states."""
    known = chapters.draft(project).claims.by_id
    for id in ids:
        if id not in known:
            raise UserError(f"{id}: expected a claim of the report, found none of that id{nearest(id, known)}")
    return {id: known[id] for id in ids}


def _goal(project: Project, claim: Claim, until: int | None) -> int:
    """The number of seeds at which to stop; 0 for a claim that is decided. Raises UserError where there is no such look."""
    if claim.verdict != Verdict.UNDECIDED:
        return 0
    parts = _open(claim)
    if not parts:
        raise UserError(f"{claim.id}: expected a claim that is open to seeds, found it undecided {_because(claim)}")
    part = min(parts, key=lambda part: part.seeds)
    place = f"{project.relative(project.params_file)}: {_experiment(part)}.seeds"
    looks = ", ".join(map(str, part.looks))
    further = [n for n in part.looks if n > part.seeds]
    if len(part.looks) < 2:
        expected = "expected a plan, as seeds: {looks: [5, 10, 20]}, to go on with"
        raise UserError(f"{place}: {expected} {claim.id}, found {looks}: one look")
    if not further:
        raise UserError(f"{place}: expected a look beyond {part.seeds} to go on with {claim.id}, found {looks}")
    if until is not None and until not in further:
        left = " or ".join(map(str, further))
        raise UserError(f"--until {until}: expected a look planned for {claim.id}, {left}; {place} has {looks}")
    return further[0] if until is None else until


def _end(claim: Claim, goal: int) -> str:
    """Why no more seeds are computed for a claim; "" where some are."""
    if claim.verdict != Verdict.UNDECIDED:
        return "decided"
    parts = _open(claim)
    further = [n for part in parts for n in part.looks if n > part.seeds]
    if not parts:
        return f"undecided {_because(claim)}"
    if not further:
        return "this was the last planned look"
    if min(further) > goal:
        return f"the next planned look is at {min(further)}"
    unknown = any(part.estimate.reason == Reason.NO_SPREAD for part in parts)  # of which nothing can be predicted
    likely = power.probability_of_a_decision(claim.predicate, max(further))
    if likely < UNLIKELY and not unknown:
        also = "; it is open over items, too" if any(not part.seeds for part in _undecided(claim)) else ""
        return (
            f"stopped, a decision at {max(further)} seeds has the probability {likely:.0%}, below {UNLIKELY:.0%}{also}"
        )
    return ""


def _take(project: Project, claims: Sequence[tuple[Claim, int]], say: Callable[[str], None]) -> None:
    """Write into params.yaml that the variants of open comparisons have taken their next look, up to the goal of the claim."""
    cost = Cost(project)
    counts: dict[str, dict[str, int]] = {}
    for part, goal in ((part, goal) for claim, goal in claims for part in _open(claim)):
        look = min((n for n in part.looks if part.seeds < n <= goal), default=0)
        for experiment, variant in cost.variants(part):
            if cost.seeds(experiment, variant) < look:
                wanted = counts.setdefault(experiment, {})
                wanted[variant] = max(look, wanted.get(variant, 0))
    for experiment, wanted in counts.items():
        for variant, count in wanted.items():
            say(f"{experiment}.{variant}: {counted(count, 'seed')}{cost.told({(experiment, variant): count})}")
        taken.write(project, experiment, wanted)


def _told(claim: Claim) -> str:
    counts = sorted({part.seeds for part in claim.comparisons if part.seeds})
    seeds = f" at {'–'.join(map(str, dict.fromkeys((counts[0], counts[-1]))))} seeds" if counts else ""
    unplanned = f" (looked at {claim.uncorrected} times, the level not corrected)" if claim.uncorrected else ""
    return f"{claim.id}: {claim.verdict}{seeds}, {ledger.numbers(claim.deciding.estimate)}{unplanned}"


def _because(claim: Claim) -> str:
    """Of an undecided claim to whose open comparisons seeds add nothing."""
    for part in _undecided(claim):
        if part.estimate.reason == Reason.NOT_BINARY:
            return f"since {part.quantity} is of values other than 0 and 1"
    return "over items alone" if _undecided(claim) else "since seeds and items say different things"


def _undecided(claim: Claim) -> list[Comparison]:
    return [part for part in claim.comparisons if part.verdict == Verdict.UNDECIDED]


def _open(claim: Claim) -> list[Comparison]:
    """The undecided comparisons that more seeds may decide."""
    return [part for part in _undecided(claim) if part.seeds and part.estimate.reason != Reason.NOT_BINARY]


def _experiment(part: Comparison) -> str:
    return split(part.quantity.metric)[0]
