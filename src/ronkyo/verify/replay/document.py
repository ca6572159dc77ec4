"""A replay told: on the terminal, as a report (Markdown, HTML, PDF) in the report's language, as JSON for programs."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ronkyo import files
from ronkyo.compare.markup import literal, page_code
from ronkyo.errors import UserError, few
from ronkyo.numbers import ABSENT
from ronkyo.project import Project
from ronkyo.typeset import Front, write
from ronkyo.verify.replay.grades import Grade, Thing
from ronkyo.verify.replay.rerun import Replay
from ronkyo.verify.replay.sample import LEVEL, most_others
from ronkyo.verify.replay.sides import Side
from ronkyo.words import Words

KINDS = ("claims", "numbers", "metrics", "items", "runs", "curves", "figures", "outputs")
BEYOND_ROUNDING = (Grade.VERDICT, Grade.OTHER, Grade.UNCHECKED)
NAMES = {grade: grade.name.lower() for grade in Grade}  # in the tables of texts
SHOWN = 3  # of the metrics of a run that differ; JSON has all
LIMITS = ("code", "data", "seeds", "hardware", "compiled", "words")  # what no replay establishes


def publish(project: Project, done: Replay, folder: Path) -> list[Path]:
    """replay.md, .html, .pdf and .json in the folder. Raises UserError."""
    report = project.load_report()
    words = Words(report.language)
    text = markdown(done, words)
    front = Front(words("replay.title", title=report.title), done.began.date(), report.course, language=report.language)
    both = write(text, front, folder)
    targets = [folder / f"replay.{kind}" for kind in ("md", "html", "pdf", "json")]
    try:
        files.write_text(targets[0], f"# {front.title}\n\n{text}")
        files.write_text(targets[1], both.html)
        files.write_bytes(targets[2], both.pdf)
        files.write_json(targets[3], document(done))
    except OSError as error:
        raise UserError(f"{folder}: expected a folder that can be written, found: {error.strerror or error}") from error
    return targets


def listing(done: Replay) -> str:
    """For the terminal: a line for each kind and grade, and what differs beyond rounding by name."""
    lines = []
    for kind, row in _counts(done).items():
        told = ", ".join(f"{count} {grade}" for grade, count in row.items() if count)
        lines.append(f"{kind:<8}  {told}")
    alike: dict[str, list[str]] = {}
    for thing in _notable(done):
        alike.setdefault(f"  {thing.grade}: {thing.kind} {{}}{_plain(thing)}", []).append(thing.name)
    lines += [line.format(few(names)) for line, names in alike.items()]
    lines += [f"  failed: {stage}: {text.splitlines()[-1] if text else ''}" for stage, text in done.failed.items()]
    for found in done.undeclared:
        place = "in the project" if found.inside else "outside"
        lines.append(f"  not declared, {place}: {found.file}, opened by {', '.join(found.stages)}")
    if (statement := _statement(done)) is not None:
        differ, total, drawn, bound = statement
        if differ:
            lines.append(f"{differ} of {drawn} drawn runs ({total} in all) are not the same bytes")
        else:
            share = f"at most {bound} of all {total} ({bound / total:.0%}) are not"
            lines.append(f"all {drawn} drawn runs are the same bytes: with {LEVEL:.0%} confidence {share}")
    return "\n".join(lines)


def document(done: Replay) -> dict[str, Any]:
    """For programs: everything."""
    statement = _statement(done)
    names = ("differ", "runs", "drawn", "at_most")
    return {
        "confirmed": done.is_confirmed,
        "of": done.of or "workspace",
        "began": done.began.isoformat(timespec="seconds"),
        "seconds": round(done.seconds, 1),
        "computed": _mode(done),
        "numerics": done.chosen.numerics,
        "claims": list(done.chosen.claims),
        "draw": done.draw,
        "drawn": done.drawn,
        "statement": None if statement is None else {**dict(zip(names, statement, strict=True)), "level": LEVEL},
        "grades": {kind: {str(grade): count for grade, count in row.items()} for kind, row in _counts(done).items()},
        "things": [
            {key: _bare(str(value)) for key, value in asdict(thing).items() if value}
            for thing in done.things
            if thing.grade != Grade.BYTES
        ],
        "undeclared": [found._asdict() for found in done.undeclared],
        "failed": done.failed,
        "sides": asdict(done.sides),
        "stages": done.stages,
    }


def _mode(done: Replay) -> str:
    return "claims" if done.chosen.claims else "seeds" if done.chosen.seeds else "all"


def _counts(done: Replay) -> dict[str, dict[Grade, int]]:
    counts = Counter((thing.kind, thing.grade) for thing in done.things)
    kinds = [kind for kind in KINDS if any(found == kind for found, _ in counts)]
    return {kind: {grade: counts[kind, grade] for grade in Grade} for kind in kinds}


def _notable(done: Replay) -> list[Thing]:
    """What differs beyond rounding, the worst first."""
    order = [*Grade][::-1]
    found = [thing for thing in done.things if thing.grade in BEYOND_ROUNDING]
    return sorted(found, key=lambda thing: (order.index(thing.grade), KINDS.index(thing.kind)))


def _plain(thing: Thing) -> str:
    more = [f"{len(parts) - SHOWN} more"] if len(parts := thing.detail.split(", ")) > SHOWN else []
    detail = ", ".join([_bare(part) for part in parts[:SHOWN]] + more)
    text = "; ".join(filter(None, [detail, thing.why.replace("_", " ")])).replace("{", "{{").replace("}", "}}")
    return f": {text}" if text else ""


def _bare(text: str) -> str:
    """Without HTML: 10^−5."""
    return html.unescape(text.replace("<sup>", "^").replace("</sup>", ""))


def _statement(done: Replay) -> tuple[int, int, int, int] | None:
    """Of drawn runs: how many are not the same bytes, how many there are in all, how many were drawn, and how many of all
    may be others where none of those drawn is. None where nothing was drawn."""
    if done.drawn is None:
        return None
    runs = [thing for thing in done.things if thing.kind == "runs"]
    pairs = [(done.counts[name][one], len(seeds)) for name, of in done.drawn.items() for one, seeds in of.items()]
    sizes, drawn = [size for size, _ in pairs], [taken for _, taken in pairs]
    differ = sum(thing.grade != Grade.BYTES for thing in runs)
    return differ, sum(sizes), sum(drawn), most_others(sizes, drawn)


# -- the report -------------------------------------------------------------------------------------------------------


def markdown(done: Replay, words: Words) -> str:
    parts = [_what(done, words), _grades(done, words), *_by_name(done, words), _inputs(done, words)]
    parts += [_sides(done, words), _durations(done, words), _limits(done, words)]
    return "\n\n".join(parts) + "\n"


def _what(done: Replay, words: Words) -> str:
    day = words.date(done.began.date())
    of = (
        words("replay.of", commit=page_code(done.of[:10]), day=day)
        if done.of
        else words("replay.of_workspace", day=day)
    )
    computed = {
        "all": lambda: words("replay.computed.all"),
        "claims": lambda: words("replay.computed.claims", names=_named(done.chosen.claims, words)),
        "seeds": lambda: words("replay.computed.seeds", number=done.chosen.seeds, draw=done.draw),
    }[_mode(done)]()
    text = f"{of}{computed}"
    if done.chosen.numerics:
        choices = [page_code(side.numerics) for side in (done.sides.report, done.sides.replay)]
        text += words("replay.other_numerics", old=choices[0], new=choices[1])
    text += words("replay.clone")
    if (statement := _statement(done)) is not None:
        differ, total, drawn, bound = statement
        key = "replay.statement.differ" if differ else "replay.statement"
        share = f"{bound / total:.1%}".replace("%", " %")
        fields = {"drawn": drawn, "total": total, "differ": differ, "bound": bound, "share": share}
        text += f"\n\n{words(key, level=f'{LEVEL:.0%}'.replace('%', ' %'), **fields)}"
        text += f"\n\n{_drawn(done, words)}"
    return f"## {words('replay.what')}\n\n{text}"


def _drawn(done: Replay, words: Words) -> str:
    rows = [
        [page_code(f"{name}.{variant}"), ", ".join(map(str, seeds)), str(done.counts[name][variant])]
        for name, variants in (done.drawn or {}).items()
        for variant, seeds in variants.items()
    ]
    head = [words(f"replay.{name}") for name in ("variant", "drawn_seeds", "of_seeds")]
    return _table("drawn", words("replay.drawn"), head, rows, numbers=True)


def _grades(done: Replay, words: Words) -> str:
    counts = _counts(done)
    head = [words("replay.grade"), *(words(f"replay.kind.{kind}") for kind in counts)]
    rows = [
        [words(f"replay.grade.{NAMES[grade]}"), *(str(row[grade]) if row[grade] else ABSENT for row in counts.values())]
        for grade in Grade
    ]
    table = _table("grades", words("replay.grades.caption"), head, rows, numbers=True)
    meanings = [
        f"- {words('replay.meaning', grade=words(f'replay.grade.{name}'), meaning=words(f'replay.meaning.{name}'))}"
        for name in NAMES.values()
    ]
    return f"## {words('replay.grades')}\n\n{table}\n\n{words('replay.best')}\n\n" + "\n".join(meanings)


def _by_name(done: Replay, words: Words) -> Iterator[str]:
    """What differs beyond rounding, a table for each kind, and how much else is not the same bytes."""
    rounded = sum(thing.grade not in (Grade.BYTES, *BEYOND_ROUNDING) for thing in done.things)
    told = [words("replay.rounding", n=rounded)] if rounded else []
    told += [] if _notable(done) else [words("replay.none")]
    yield f"## {words('replay.differences')}\n\n{words('replay.space').join(told)}"
    for kind in KINDS:
        things = [thing for thing in _notable(done) if thing.kind == kind]
        if things:
            grades = [words(f"replay.grade.{NAMES[thing.grade]}") for thing in things]
            rows = [
                [page_code(one.name), grade, _detail(one, words)] for one, grade in zip(things, grades, strict=True)
            ]
            head = [words("replay.name"), words("replay.grade"), words("replay.detail")]
            yield _table(kind, words(f"replay.kind.{kind}"), head, rows)


def _detail(thing: Thing, words: Words) -> str:
    parts = thing.detail.split(", ")  # made of numbers and of names of metrics
    more = [words("replay.more", n=len(parts) - SHOWN)] if len(parts) > SHOWN else []
    detail = ", ".join([*parts[:SHOWN], *more])
    why = words(f"replay.why.{thing.why}") if thing.why else ""
    return words("replay.because", detail=detail, why=why) if detail and why else detail or why or ABSENT


def _inputs(done: Replay, words: Words) -> str:
    parts = [f"## {words('replay.inputs')}", words("replay.inputs.how")]
    rows = [
        [
            page_code(found.file),
            words("replay.inside" if found.inside else "replay.outside"),
            _named(found.stages, words),
        ]
        for found in done.undeclared
    ]
    if rows:
        head = [words("replay.file"), words("replay.where"), words("replay.opened_by")]
        parts.append(_table("undeclared", words("replay.undeclared"), head, rows))
    else:
        parts.append(words("replay.all_declared"))
    if done.failed:
        rows = [[page_code(stage), literal(" ".join(text.split())[-300:])] for stage, text in done.failed.items()]
        parts.append(_table("failed", words("replay.failed"), [words("replay.stage"), words("replay.said")], rows))
    return "\n\n".join(parts)


def _sides(done: Replay, words: Words) -> str:
    report, replay = done.sides.report, done.sides.replay
    rows = [
        [words(f"replay.side.{name}"), *(one or words("replay.not_recorded") for one in pair)]
        for name, pair in {
            "numerics": [page_code(side.numerics) for side in (report, replay)],
            "baseline": ["; ".join(map(literal, side.baselines)) for side in (report, replay)],
            "processor": [literal(side.processor) for side in (report, replay)],
            "machine": [_machines(side, words) for side in (report, replay)],
            "python": [", ".join(side.python) for side in (report, replay)],
        }.items()
    ]
    head = [words("replay.condition"), words("replay.report"), words("replay.replay")]
    text = f"## {words('replay.sides')}\n\n{_table('sides', words('replay.sides.caption'), head, rows)}\n\n"
    if not done.sides.other:
        return text + words("replay.same_versions", n=done.sides.libraries)
    rows = [[page_code(name), literal(old), literal(new) or ABSENT] for name, (old, new) in done.sides.other.items()]
    head = [words("replay.library"), words("replay.report"), words("replay.replay")]
    return text + _table("versions", words("replay.other_versions", n=done.sides.libraries), head, rows)


def _machines(side: Side, words: Words) -> str:
    told = [
        words("replay.machine", name=literal(name), n=n) if n else literal(name) for name, n in side.machines.items()
    ]
    return "; ".join(told)


def _durations(done: Replay, words: Words) -> str:
    rows = [[page_code(name), ABSENT if took is None else f"{took:.1f}"] for name, took in done.stages.items()]
    text = words("replay.took", minutes=f"{done.seconds / 60:.1f}")
    if (before := done.sides.report.seconds) is not None:
        text += words("replay.took_before", minutes=f"{before / 60:.1f}")
    head = [words("replay.stage"), words("replay.seconds")]
    table = _table("durations", words("replay.durations"), head, rows, numbers=True) if rows else ""
    return f"## {words('replay.durations')}\n\n{text}\n\n{table}".rstrip()


def _limits(done: Replay, words: Words) -> str:
    names = [*LIMITS, *(["rest"] if _mode(done) != "all" else [])]
    lines = [f"- {words(f'replay.limit.{name}')}" for name in names]
    return f"## {words('replay.limits')}\n\n" + "\n".join(lines)


def _named(names: Sequence[str], words: Words) -> str:
    return words("claims.joiner").join(page_code(name) for name in names)


def _table(name: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = False) -> str:
    """A Markdown table; numbers: all columns but the first are flush right."""
    marks = [":---", *(["---:" if numbers else ":---"] * (len(head) - 1))]
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    lines.insert(1, f"|{'|'.join(marks)}|")
    return "\n".join(lines) + f'\n\n/// table-caption\n    attrs: {{data-id: "tab:{name}"}}\n\n{caption}\n///'
