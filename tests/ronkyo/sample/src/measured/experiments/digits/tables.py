"""A table of the project's own."""

from ronkyo.report.blocks import caption, table

__all__ = ["best_words"]


def best_words(values, variants):
    rows = [[values.label("digits", name), values.mean(f"digits.{name}.accuracy", ".2f")] for name in variants]
    return table(["Model", "Accuracy"], rows) + caption("table", "tab:words", "The best", "reports/seeds/digits.csv")
