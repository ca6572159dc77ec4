"""Jinja templates -> one Markdown text. Numbers, figures, tables and listings come in through functions.

An error names the template, its line and what was expected.
"""

from __future__ import annotations

import difflib
import inspect
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any, NamedTuple

import jinja2

from ronkyo.claims import ledger
from ronkyo.claims.predicates import Predicates
from ronkyo.claims.tags import WORDS, Claims, ClaimTags
from ronkyo.errors import ReportError, nearest
from ronkyo.numbers import ABSENT
from ronkyo.project import Project
from ronkyo.report import listings
from ronkyo.report.values import Value, Values
from ronkyo.words import Words

NUMBER = r"[\[(]?−?\d[\d,]*(\.\d+)?(\D.*)?|—"  # and what may follow it: ± 0.1, %, a power of ten; but not 1.2.3


@dataclass(frozen=True)
class Reference:
    """A ref() call, to be checked once every target is known."""

    target: str
    place: str


class Rendered(NamedTuple):
    """The report as Markdown, the cross-references that it makes, and the claims that it states."""

    text: str
    references: list[Reference]
    claims: Claims
    original: ledger.Original
    values: Values


def render(project: Project, name: str = "report.md.j2") -> Rendered:
    """Raises ReportError; every verdict that has no wording is told of at once."""
    templates, values = project.templates, Values(project)
    claims, original = Claims(project), ledger.Original.load(project)
    functions = _Functions(project, values, claims, original)
    environment = jinja2.Environment(
        loader=_Loader(project),
        extensions=[ClaimTags],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, not HTML
        finalize=lambda value: value.markup() if isinstance(value, Value) else value,
    )
    environment.filters["plain"] = str.__str__
    environment.globals.update(functions.table())
    environment.extend(claims=claims)
    try:
        text = environment.get_template(name).render()
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(f"{error.filename or name}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        raise ReportError(
            f"{project.relative(templates / name)}: expected the template {error.name}, found nothing"
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, jinja2.UndefinedError) as error:
        raise ReportError(f"{_place(traceback.extract_tb(error.__traceback__), project)}: {error}") from error
    if claims.problems:
        raise ReportError("\n".join(claims.problems))
    if claims.stated and not claims.closed_by:
        raise ReportError(
            f"{project.relative(templates / name)}: expected {{{{ ledger() }}}} after the claims, found none"
        )
    original.check(claims, values)
    return Rendered(text, functions.references, claims, original, values)


class _Loader(jinja2.FileSystemLoader):
    """Templates of a project; messages name them from its root."""

    def __init__(self, project: Project) -> None:
        super().__init__(project.templates)
        self._project = project

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_current = super().get_source(environment, template)
        return source, self._project.relative(Path(filename)), is_current


def _place(frames: Sequence[traceback.FrameSummary], project: Project) -> str:
    """template:line of the innermost frame that stands in a template (Jinja maps its code back to them)."""
    inside = [frame for frame in frames if frame.filename.endswith(".j2")]
    if not inside:
        return project.relative(project.templates)
    return f"{inside[-1].filename}:{inside[-1].lineno}"


def _calling_template(project: Project) -> str:
    """template:line of the call under way, from the frames that Jinja compiled."""
    frame = inspect.currentframe()
    while frame and "__jinja_template__" not in frame.f_globals:
        frame = frame.f_back
    if frame is None:
        return project.relative(project.templates)
    template = frame.f_globals["__jinja_template__"]
    return f"{template.filename}:{template.get_corresponding_lineno(frame.f_lineno)}"


class _Functions:
    """What a template can call."""

    def __init__(self, project: Project, values: Values, claims: Claims, original: ledger.Original) -> None:
        self.project = project
        self.values = values
        self.claims = claims
        self.original = original
        self.references: list[Reference] = []

    def table(self) -> dict[str, Callable[..., Any]]:
        values = self.values
        return {
            "param": values.param,
            "mean": values.mean,
            "median": values.median,
            "interval": values.interval,
            "constant": values.constant,
            "source": values.source,
            "label": values.label,
            "count": values.count,
            "level": values.level,
            "figure": self.figure,
            "listing": self.listing,
            "metrics_table": self.metrics_table,
            "query_table": self.query_table,
            "parameters_listing": self.parameters_listing,
            "data_table": self.data_table,
            "versions_table": self.versions_table,
            "ref": self.ref,
            "claims_table": self.claims_table,
            "original_table": self.original_table,
            "original_claims_table": self.original_claims_table,
            "ledger": self.ledger,
            **Predicates(values).table(),
        }

    def figure(self, id: str, caption: str, alt: str) -> str:
        """A drawn figure with its number, caption, alternative text and the function that drew it."""
        experiment, _, name = id.partition("/")
        if (drawing := self.project.templates / "drawings" / f"{id}.svg").is_file():
            path = self.project.relative(drawing)
            return f"![{_attribute(alt)}](../{path})" + _caption("figure", f"fig:{id}", caption, path, id)
        if not self.project.figure_file(id).is_file():
            drawn = sorted(self.project.figures_folder("").glob("*/*.svg"))
            known = [f"{path.parent.name}/{path.stem}" for path in drawn]
            raise ValueError(f"figure {id!r}: no such figure{nearest(id, known)}")
        drawn = listings.find(self.project, f"experiments/{experiment}/figures.py", name)
        image = f"![{_attribute(alt)}](figures/{id}.svg)"
        return image + _caption("figure", f"fig:{id}", caption, f"{drawn.path}#L{drawn.line}", id)

    def listing(self, path: str, name: str, caption: str) -> str:
        """Source of an object that ran."""
        found = listings.find(self.project, path, name)
        code = f"```python\n{found.code}\n```"
        return code + _caption(
            "listing", f"lst:{path}:{name}", caption, f"{found.path}#L{found.line}", f"{path}:{name}"
        )

    def metrics_table(
        self,
        experiment: str,
        columns: dict[str, tuple[str, ...]],
        caption: str,
        variants: Sequence[str] | None = None,
        id: str | None = None,
    ) -> str:
        """Rows: variants; cells: mean ± half the 95 % interval over seeds. columns: {metric: (heading, format)}; a third
        entry "range" makes them median [smallest, largest], "count" 8/10 seeds."""
        names = variants or list(self.values.variants(experiment))
        rows = [
            [self.values.label(experiment, name)]
            + [self._cell(f"{experiment}.{name}.{metric}", *how) for metric, (_, *how) in columns.items()]
            for name in names
        ]
        head = ["条件", *(column[0] for column in columns.values())]
        file = self.project.relative(self.project.seeds_file(experiment))
        return _table(head, rows) + _caption("table", f"tab:{id or experiment}", caption, file, file)

    def _cell(self, key: str, spec: str, how: str = "mean") -> Value:
        ways = {"mean": self.values.plus_minus, "range": self.values.median_and_range}
        if how == "count":
            return self.values.count_of_seeds(key)
        if how not in ways:
            raise ValueError(f"columns: expected mean, range or count, found {how!r}")
        return ways[how](key, spec)

    def query_table(self, variants: Sequence[str]) -> str:
        """The most likely next words for the query, a pair of columns for each variant."""
        words = {name: self.values.names("next_word", f"query_{name}") for name in variants}
        head = ["順位", *(text for name in variants for text in (self.values.label("next_word", name), "確率"))]
        rows = [
            [str(rank + 1)]
            + [
                cell
                for name in variants
                for word in [words[name][rank]]
                for cell in (f"`{word}`", self.values.constant(f"next_word.query_{name}.{word}", ".3f"))
            ]
            for rank in range(min(len(found) for found in words.values()))
        ]
        query = self.values.param("next_word.data.query")
        file = self.project.relative(self.project.metrics_file("next_word"))
        caption = f"「{query.markup()}」に続く単語の上位候補と予測確率（シード平均）"
        return _table(head, rows) + _caption("table", "tab:query", caption, file, file)

    def parameters_listing(self) -> str:
        """params.yaml as it stands."""
        text = self.project.params_file.read_text(encoding="utf-8").strip()
        caption = "実行時のパラメータ（`params.yaml` の全文）"
        return f"```yaml\n{text}\n```" + _caption("listing", "lst:params.yaml", caption, "params.yaml", "params.yaml")

    def data_table(self) -> str:
        """Where each experiment's data come from, and the digest of their content."""
        rows = []
        for experiment, fields in self.values.provenance.items():
            digest = Value(fields["digest"][:16], f"{experiment}.digest")
            rows.append([f"`{experiment}`", Value(fields["name"], f"{experiment}.name"), f"`{digest}…`"])
        folder = self.project.relative(self.project.provenance_file("").parent)
        caption = "データの出典と内容の SHA-256（先頭 16 桁）"
        return _table(["実験", "データ", "SHA-256"], rows) + _caption("table", "tab:data", caption, folder, folder)

    def versions_table(self) -> str:
        rows = [["Python", Value(python_version(), "python")]]
        rows += [[name, Value(version(name), name)] for name in self.project.manifest.versions]
        caption = "レポートを組んだ環境の版"
        return _table(["ソフトウェア", "版"], rows) + _caption(
            "table", "tab:versions", caption, "requirements.lock", "requirements.lock"
        )

    def claims_table(self) -> str:
        """A row for each claim stated so far: number, id, verdict, what is estimated, its value with interval, n."""
        rows = []
        for claim in (one.claim for one in self.claims.stated):
            found = claim.deciding.estimate
            between = claim.interval(".3g") if found.n else ABSENT
            n = claim.n if found.n else ABSENT
            link = f"[{claim.number}](#ledger:{claim.id})"
            name, kind = f"`{claim.id}`", ledger.METHODS[found.method]
            rows.append([link, name, ledger.mark(claim.verdict), kind, claim.effect(".3g"), between, n])
        file = self.project.relative(self.project.claims_file)
        counts = "、".join(
            f"{word} {Value(str(sum(one.claim.verdict == verdict for one in self.claims.stated)), 'claims').markup()}"
            for verdict, word in WORDS.items()
        )
        head = ["主張", "名前", "判定", "種類", "推定値", "区間", "$n$"]
        return _table(head, rows) + _caption("table", "tab:claims", f"主張の判定（{counts}）", file, file)

    def original_claims_table(self) -> str:
        """What the original report concluded, and the verdicts of our claims about the same things."""
        head = ["原レポートの主張", "判定", "主張"]
        rows = [
            [said, ledger.mark(claim.verdict), f"[{claim.number}](#ledger:{claim.id})"]
            for claim in (one.claim for one in self.claims.stated)
            if (said := self.original.claims.get(claim.id))
        ]
        file = self.project.relative(self.original.file)
        return _table(head, rows) + _caption("table", "tab:original-claims", "原レポートの主張と判定", file, file)

    def original_table(self) -> str:
        """The numbers that the original report printed, beside ours."""
        head = ["値", "原", "平均と信頼区間", "内外", "予測区間", "内外"]
        file = self.project.relative(self.original.file)
        caption = "原レポートの数値（原）との照合。\\* は、データが原レポートと異なる値"
        rows = ledger.original_rows(self.original, self.values)
        return _table(head, rows) + _caption("table", "tab:original", caption, file, file)

    def ledger(self) -> str:
        """All claims with their evidence; it stands after the last of them."""
        self.claims.closed_by = _calling_template(self.project)
        return ledger.appendix(self.claims, self.original, self.values)

    def ref(self, target: str) -> str:
        """A link whose text becomes the target's label: Figure 3, Table 1, Listing 2 or Equation (4)."""
        self.references.append(Reference(target, _calling_template(self.project)))
        marker = Words(self.values.sections["report"].language)("page.reference")
        return f"[{marker}](#{target})"


def _table(head: list[str], rows: list[list[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        shown = [cell.markup() if isinstance(cell, Value) else cell for cell in cells]
        return "| " + " | ".join(shown) + " |"

    numeric = [all(re.fullmatch(NUMBER, row[index]) for row in rows) for index in range(len(head))]
    rule = "|" + "|".join("---:" if right else ":---" for right in numeric) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def _caption(kind: str, id: str, text: str, source: str, shown: str) -> str:
    attributes = f'{{data-id: "{id}", data-source: "{source}", data-shown: "{shown}"}}'
    return f"\n\n/// {kind}-caption\n    attrs: {attributes}\n\n{text}\n///\n"


def _attribute(text: str) -> str:
    return text.replace("[", "［").replace("]", "］").replace("\n", "")


def template_line(project: Project, text: str) -> str:
    """template:line where a piece of the rendered text most likely stands, for errors found after rendering."""
    wanted = text.strip().splitlines()[0] if text.strip() else ""
    lines = [
        (project.relative(file), number, line)
        for file in sorted(project.templates.rglob("*.j2"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    ]
    for file, number, line in lines:
        if wanted and wanted in line:
            return f"{file}:{number}"
    best = max(lines, key=lambda entry: difflib.SequenceMatcher(None, wanted, entry[2]).ratio())
    return f"{best[0]}:{best[1]}"
