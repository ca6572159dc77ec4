"""Tables of this experiment, which chapters call by name."""

from __future__ import annotations

from collections.abc import Sequence

from ronkyo.report.blocks import caption, table
from ronkyo.report.values import Values

__all__ = ["query_table"]


def query_table(values: Values, variants: Sequence[str], count: int) -> str:
    """The `count` most likely next words for the query, a pair of columns for each variant."""
    words = {name: values.names("next_word", f"query_{name}")[:count] for name in variants}
    head = ["順位", *(text for name in variants for text in (values.label("next_word", name), "確率"))]
    rows = []
    for rank, ranked in enumerate(zip(*words.values(), strict=False), start=1):
        row = [str(rank)]
        for name, word in zip(words, ranked, strict=True):
            row += [f"`{word}`", values.constant(f"next_word.query_{name}.{word}", ".3f")]
        rows.append(row)
    query = values.param("next_word.data.query").markup()
    file = values.project.relative(values.project.metrics_file("next_word"))
    text = f"「{query}」に続く語の上位の候補と予測確率（シードについての平均）。"
    return table(head, rows) + caption("table", "tab:query", text, file)
