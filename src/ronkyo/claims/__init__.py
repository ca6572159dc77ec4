"""Sentences bound to statistics: predicates over metrics of seeded runs, verdicts, and the ledger of what was claimed.

    from ronkyo.claims import MetricsTable, Predicates

    metrics = MetricsTable({"digits": {"gru": {"accuracy": [0.8, 0.82, 0.81]}, "rnn": {"accuracy": [0.7, 0.71, 0.69]}}})
    verdict, comparisons = Predicates(metrics).higher("digits.gru.accuracy", than="digits.rnn.accuracy").decide()

The names below are public. Each module is loaded when first used: who wants an interval needs no Jinja, and a figure does
not depend on what a claim is.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "Claim": "statements",
    "ClaimTags": "tags",
    "Claims": "statements",
    "Comparison": "verdicts",
    "Estimate": "estimates",
    "Kind": "quantity",
    "Method": "estimates",
    "Metrics": "metrics",
    "MetricsTable": "metrics",
    "Predicate": "predicates",
    "Predicates": "predicates",
    "Quantity": "quantity",
    "Reason": "estimates",
    "Stated": "statements",
    "Verdict": "verdicts",
    "all_of": "predicates",
    "look_alpha": "looks",
    "mean_interval": "estimates",
    "prediction_interval": "estimates",
    "probability_of_a_decision": "power",
    "seeds_needed": "power",
    "standing": "false_discoveries",
    "visible": "power",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
