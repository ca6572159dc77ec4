"""Tables of this experiment, which chapters call by name."""

from __future__ import annotations

from collections.abc import Sequence

from ronkyo.report.blocks import caption, table
from ronkyo.report.values import Values

__all__ = ["perplexity_table", "query_table"]


def perplexity_table(values: Values) -> str:
    """Perplexity, accuracy and parameters of every variant, and of the trigram model below them."""
    rows = [
        [
            values.label("next_word", name),
            values.plus_minus(f"next_word.{name}.test_perplexity", ".1f"),
            values.plus_minus(f"next_word.{name}.top1_accuracy", ".3f"),
            values.plus_minus(f"next_word.{name}.parameters", ",.0f"),
        ]
        for name in values.variants("next_word")
    ]
    trigram = [
        values.constant(f"next_word.trigram.{metric}", spec)
        for metric, spec in {"perplexity": ".1f", "top1_accuracy": ".3f"}.items()
    ]
    rows.append(["トライグラム", *trigram, "—"])
    head = [values.words("report.variant"), "パープレキシティ", "正解率", "パラメータの数"]
    text = f"次の語の予測の結果。シードについての平均と、{values.level().markup()} 信頼区間の半幅。"
    file = values.project.relative(values.project.seeds_file("next_word"))
    return table(head, rows) + caption("table", "tab:next_word", text, file)


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
