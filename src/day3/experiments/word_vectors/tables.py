"""Tables of this experiment, which chapters call by name."""

from __future__ import annotations

from collections.abc import Sequence

from ronkyo.report.blocks import caption, table
from ronkyo.report.values import Values

__all__ = ["nearest_table"]


def nearest_table(values: Values, queries: Sequence[str], variants: Sequence[str]) -> str:
    """The words nearest to each query, a column for each variant."""
    head = ["語", *(values.label("word_vectors", variant) for variant in variants)]
    rows = []
    for query in queries:
        nearest = [values.names("word_vectors", f"nearest_{variant}_{query}") for variant in variants]
        rows.append([f"`{query}`", *("、".join(f"`{word}`" for word in words) for words in nearest)])
    file = values.project.relative(values.project.metrics_file("word_vectors"))
    return table(head, rows) + caption("table", "tab:nearest", "最も近い語（余弦のシード平均の順）", file)
