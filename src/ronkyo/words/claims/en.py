"""What the engine says in English of comparisons, and in tables of findings and conclusions."""

TEXTS: dict[str, str] = {
    # -- compared: the usual words of a claim; a and b are variants, b may be a number --
    "compared.high": "higher",
    "compared.low": "lower",
    "compared.that": "that of {b}",
    "compared.other": "the {noun} of {b}",
    "compared.above": "The {noun} of {a} is {high} than {b}",
    "compared.below": "The {noun} of {a} is {low} than {b}",
    "compared.open": "{source} tell whether the {noun} of {a} is {high} or {low} than {b}",
    "compared.equal": "The {noun} of {a} differs from {other} by less than {matters}, either way",
    "compared.equal_ratio": "The {noun} of {a} is between {least} and {matters} times {other}",
    "compared.difference.above": "The {noun} of {a} minus {other} is more than {bound}",
    "compared.difference.below": "The {noun} of {a} minus {other} is less than {bound}",
    "compared.difference.open": "{source} tell whether the {noun} of {a} minus {other} is more or less than {bound}",
    "compared.ratio.above": "The ratio of the {noun} of {a} to {other} is more than {bound}",
    "compared.ratio.below": "The ratio of the {noun} of {a} to {other} is less than {bound}",
    "compared.ratio.open": "{source} tell whether the ratio of the {noun} of {a} to {other} is more or less than {bound}",
    "compared.difference.numbers": "difference {effect}, interval {interval}",
    "compared.ratio.numbers": "ratio {effect}, interval {interval}",
    "compared.source": "The {kinds} do not",
    "compared.both": "The {kinds} do not both",
    "compared.by": "{kind}: {verdict}, {numbers}",
    "compared.joiner": "; ",
    "compared.numbers": " ({numbers})",
    "compared.points": "{number} points",
    # -- report: findings --
    "report.findings": "Claim|Hypothesis|Effect [interval]|$n$|Verdict",
    "report.effect.difference": "difference",
    "report.effect.ratio": "ratio",
    "report.effect.share": "share",
    "report.effect.discordant": "share",
    # -- report: conclusions --
    "report.conclusions": "Exercise|Question|Answer|Effect [interval]|Verdict|{original}|Page",
    "report.conclusions.heading": "Conclusions",
    "report.conclusions.number": "{effect} ({n})",
    "report.conclusions.n": "n = {n}",
    "report.there": "text",
    "report.conclusions.note": (
        "The verdict is on the claim's hypothesis; beside what the {original} said stands the one on that."
    ),
}
