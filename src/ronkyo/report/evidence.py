"""What a report carries: the files that its numbers stand on, by names without folders, and back in a project's layout."""

from __future__ import annotations

import html
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ronkyo import cache, files, params, pins
from ronkyo import lock as dvc_lock
from ronkyo.claims import ledger
from ronkyo.editions import BEGIN, END, Edition
from ronkyo.errors import UserError
from ronkyo.project import Project
from ronkyo.report import crate
from ronkyo.report.chapters import Rendered
from ronkyo.report.crate import Item
from ronkyo.typeset import drawn
from ronkyo.words import Words

REPORT = "report"  # the stage that the lock in a report cannot have: it ends after the report is written
KINDS = {  # what a file is, as words("evidence.<kind>") says it: name in the report, and where its parts stand in a project
    "text": (r"[A-Za-z0-9][\w.-]*\.md", r"reports/\g<0>"),
    "claims": (r"claims\.json", r"reports/\g<0>"),
    "metrics": (r"metrics-(\w+\.json)", r"reports/metrics/\1"),
    "seeds": (r"seeds-(\w+\.csv)", r"reports/seeds/\1"),
    "items": (r"items-(\w+\.csv)", r"reports/items/\1"),
    "curves": (r"curves-(\w+)-(\w+\.csv)", r"reports/curves/\1/\2"),
    "data": (r"data-(\w+\.json)", r"reports/data/\1"),
    "figures": (r"figures\.json", r"\g<0>"),  # which no project has as a file, nor those below without a folder of it
    "params": (r"params\.yaml", r"\g<0>"),
    "settings": (r"settings\.json", r"\g<0>"),
    "original": (r"templates-(original\.yaml)", r"report_templates/\1"),
    "nouns": (r"templates-(metrics\.yaml)", r"report_templates/\1"),
    "conclusions": (r"templates-(conclusions\.yaml)", r"report_templates/\1"),
    "versions": (r"versions\.yaml", r"\g<0>"),
    "pipeline": (r"dvc\.yaml", r"\g<0>"),
    "lock": (r"dvc\.lock", r"\g<0>"),
    "pages": (r"pages\.json", r"\g<0>"),  # of the PDF alone: it is written when all else is
    "crate": (r"ro-crate-metadata\.json", r"\g<0>"),
}
ANCHOR = "evidence:"  # and a file's name: where the page says what it is


def collect(project: Project, rendered: Rendered, edition: Edition | None = None) -> dict[str, Item]:
    """Everything that the numbers, claims and figures of a rendered report stand on, by its name in the report, in the
    order of KINDS; edition: of the PDF, if not that of params.yaml. No clock and no commit: the same results give the same
    bytes. Raises LockError."""
    given = {file: file.read_bytes() for file in _given(project) if file.is_file()}
    given[project.report_file("md")] = rendered.text.encode()
    given[project.claims_file] = ledger.text(rendered.ledger()).encode()
    if (lock := _lock(project)) is not None:
        given[project.root / dvc_lock.FILE] = lock
    paths = {project.relative(file): content for file, content in given.items()}
    items = {(name := attachment_name(path)): Item(paths[path], path, kind_of(name)) for path in paths}
    settings = project.settings()
    settings["report"]["edition"] = edition or settings["report"]["edition"]
    items["settings.json"] = Item(_json(settings), None, "settings")
    items["figures.json"] = Item(_json(_figures(project, rendered.text)), None, "figures")
    items = {name: items[name] for name in sorted(items, key=place_of)}
    metadata = crate.metadata(project.load_report(), rendered.values.words, items)
    return items | {crate.NAME: Item(metadata, None, "crate")}


def attachment_name(path: str) -> str:
    """The name in a report of a file of a project, whose path is from its root."""
    folder, _, rest = path.partition("/")
    if folder == "reports":
        return rest.replace("/", "-")
    return f"templates-{rest}" if folder == "report_templates" else path


def kind_of(name: str) -> str:
    """Which of KINDS a name is of. Raises UserError for one that no report gives."""
    for kind, (pattern, _) in KINDS.items():
        if re.fullmatch(pattern, name, re.ASCII):
            return kind
    raise UserError(f"{name!r}: expected a file that a report carries, as seeds-EXPERIMENT.csv")


def place_of(name: str) -> tuple[int, str]:
    """What files are sorted by. Raises UserError for a name that no report gives."""
    return list(KINDS).index(kind_of(name)), name


def unpack(carried: Mapping[str, bytes], folder: Path) -> None:
    """Write what a report carries below a folder, in a project's layout. Raises UserError, before anything is written, for
    a name that no report gives."""
    placed = {_place(name): content for name, content in carried.items()}
    for path, content in placed.items():
        files.write_bytes(folder / path, content)


def _place(name: str) -> str:
    pattern, place = KINDS[kind_of(name)]
    return re.sub(pattern, place, name, flags=re.ASCII)


def section(carried: Mapping[str, bytes], words: Words, archive: str) -> str:
    """The last chapter of the page, as Markdown: for the full edition how many files of each kind there are, and of every
    file how many bytes it has. It is not in the Markdown that the report carries, whose own size it tells.

    archive: the name of all files as one, which only the page for the browser has
    """
    listed: dict[str, list[str]] = {}
    for name, content in carried.items():
        code = f'<code id="{ANCHOR}{html.escape(name)}">{html.escape(name)}</code>'
        listed.setdefault(kind_of(name), []).append(words("evidence.file", name=code, size=f"{len(content):,}"))
    rows = [
        words("evidence.row", kind=words(f"evidence.{kind}"), files=words("claims.joiner").join(names))
        for kind, names in listed.items()
    ]
    counts = [
        words("evidence.count", kind=words(f"evidence.{kind}"), count=len(names)) for kind, names in listed.items()
    ]
    kinds = words("evidence.kinds", kinds=words("evidence.between").join(counts))
    name = f'<code id="{ANCHOR}{drawn.NAME}">{drawn.NAME}</code>'
    rows.append(words("evidence.row", kind=words("evidence.pages"), files=words("evidence.only_pdf", name=name)))
    opening = words("evidence.opening", archive=f"[{archive}](archive:{archive})")
    rows_text = "\n".join(f"- {row}" for row in rows)
    return (
        f"\n\n## {words('evidence.title')} {{.appendix}}\n\n{opening}\n\n<!--{BEGIN}-->\n\n{kinds}\n\n"
        f'<div class="evidence" markdown="1">\n\n{rows_text}\n\n</div>\n\n<!--{END}-->\n'
    )


def archive(carried: Mapping[str, bytes]) -> bytes:
    """All files as one, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(carried.items()):
            entry = zipfile.ZipInfo(name)  # of 1980
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(entry, content)
    return stream.getvalue()


# -- what there is ----------------------------------------------------------------------------------------------------


def _given(project: Project) -> Iterator[Path]:
    """What the report reads, and what tells how that came about; not all of it is there."""
    yield from (project.params_file, project.pipeline_file, project.root / pins.FILE)
    yield from (project.templates / f"{name}.yaml" for name in ("original", "metrics", "conclusions"))
    for name in project.experiments:
        yield from (project.provenance_file(name), project.metrics_file(name))
        yield from (project.seeds_file(name), project.items_file(name))
        yield from project.curves_folder(name).glob("*.csv")


def _lock(project: Project) -> bytes | None:
    """dvc.lock without the report's own stage, and without stages that dvc.yaml has no more, in the order of dvc.yaml."""
    file = project.root / dvc_lock.FILE
    if not file.is_file() or not project.pipeline_file.is_file():
        return None
    content, names = file.read_bytes(), list(_stages(project))
    return cache.get("lock", json.dumps(names).encode() + content, lambda: _selected(content, names))


def _selected(content: bytes, names: Sequence[str]) -> bytes:
    lock = dvc_lock.Lock.from_text(content, dvc_lock.FILE).document
    stages = {name: lock["stages"][name] for name in names if name in lock["stages"]}
    yaml, stream = YAML(typ="safe"), io.StringIO()
    yaml.default_flow_style, yaml.width = False, 4096
    yaml.sort_base_mapping_type_on_output = False  # pyright: ignore[reportAttributeAccessIssue]
    yaml.dump({**lock, "stages": stages}, stream)
    return stream.getvalue().encode()


def _stages(project: Project) -> Iterator[str]:
    """What is before the report, by the names in dvc.lock."""
    document = params.read_document(project.params_file)
    for name, stage in params.read_document(project.pipeline_file)["stages"].items():
        over = re.fullmatch(r"\$\{(.+)\}", str(stage.get("foreach", "")))
        if over:
            yield from (f"{name}@{key}" for key in params.value_of(document, over[1]))
        elif name != REPORT:
            yield name


def _figures(project: Project, text: str) -> dict[str, dict[str, str | None]]:
    """Every drawing by "experiment/name"; alt: what the report says in its place, None where it does not show it."""
    shown = {path: alt for alt, path in re.findall(r"!\[([^\]]*)\]\((\S+?)\)", text)}
    folders = (project.figures_folder(""), project.templates / "drawings")
    return {
        f"{file.parent.name}/{file.stem}": {
            "path": project.relative(file),
            "md5": dvc_lock.digest(file),
            "alt": shown.get(Path(os.path.relpath(file, project.reports)).as_posix()),
        }
        for folder in folders
        for file in sorted(folder.glob("*/*.svg"))
    }


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
