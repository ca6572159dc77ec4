"""The sum in full, as a table."""

from __future__ import annotations

from ronkyo.report.blocks import caption, table
from ronkyo.report.values import Value, Values

__all__ = ["worked_sum"]


def worked_sum(values: Values) -> str:
    """Numbers, outputs, predicted and true sum, a column for each digit as they are written: the most significant first."""
    count = int(values.param("held_out_sums.training.digits"))
    numbers = {name: values.constant(f"held_out_sums.example.{name}", "d") for name in ("a", "b", "sum", "predicted")}
    outputs = [values.constant(f"held_out_sums.example_output.{digit}", ".3f") for digit in range(count, 0, -1)]

    def row(name: str, number: Value) -> list[str]:
        return [f"{name}（{number.markup()}）", *f"{int(number):0{count}b}"]

    rows = [
        row("$a$", numbers["a"]),
        row("$b$", numbers["b"]),
        ["出力 $y_t$", *outputs],
        row("予測（Pred）", numbers["predicted"]),
        row("正解（True）", numbers["sum"]),
    ]
    a, b, predicted = (numbers[name].markup() for name in ("a", "b", "predicted"))
    text = f"学習に使わなかった 1 組の和。左が上の桁で、右から順に読む。予測は {a} + {b} = {predicted} である。"
    file = values.project.relative(values.project.metrics_file("held_out_sums"))
    return table(["時刻 $t$", *(str(digit) for digit in range(count, 0, -1))], rows) + caption(
        "table", "tab:worked_sum", text, file
    )
