"""What the engine says in English."""

# What a formula's symbols, marks above and below letters, and styles of letters are called.
_SYMBOLS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "=": "equals", "≠": "is not equal to", "≈": "is about", "≃": "is about", "≡": "is identical to",
    "∝": "is proportional to", "∼": "is distributed as", "<": "is less than", ">": "is greater than",
    "≤": "is at most", "≥": "is at least", "≪": "is much less than", "≫": "is much greater than",
    "+": "plus", "−": "minus", "±": "plus or minus", "×": "times", "⋅": "times", "÷": "divided by", "/": "over",
    "⊙": "elementwise times", "∘": "composed with", "∗": "star", "⊕": "direct sum", "⊗": "tensor product",
    "!": "factorial", "⊤": "transposed",
    "∂": "partial", "∇": "nabla", "∞": "infinity",
    "∑": "sum", "∏": "product", "∫": "integral", "⋃": "union", "⋂": "intersection", "lim": "limit",
    "…": "dots", "⋯": "dots", "⋮": "vertical dots", "⋱": "diagonal dots", ",": "comma", ":": "colon", ";": "semicolon",
    "(": "open parenthesis", ")": "close parenthesis", "[": "open bracket", "]": "close bracket",
    "{": "open brace", "}": "close brace", "⟨": "open angle bracket", "⟩": "close angle bracket",
    "⌊": "open floor", "⌋": "close floor", "⌈": "open ceiling", "⌉": "close ceiling",
    "|": "vertical bar", "∣": "given", "‖": "double bar", "∥": "double bar",
    "∈": "in", "∉": "not in", "⊂": "subset of", "∪": "union", "∩": "intersection", "∀": "for all", "∃": "there is",
    "→": "to", "←": "left arrow", "↔": "left right arrow", "⇒": "implies", "⇔": "if and only if", "↦": "maps to",
    "′": "prime", "″": "double prime", "‴": "triple prime",
}  # fmt: skip
_ACCENTS = {
    "^": "hat", "~": "tilde", "¯": "bar", "―": "bar", "˙": "dot", "¨": "double dot",
    "→": "with an arrow to the right", "←": "with an arrow to the left", "⏞": "with a brace above",
    "⏟": "with a brace below",
}  # fmt: skip
_LETTERS = {"bold": "bold", "bold-italic": "bold", "double-struck": "double-struck", "script": "script"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

TEXTS: dict[str, str] = {
    # -- page: headings, captions, contents, dates --
    "page.figure": "Figure {number}",
    "page.table": "Table {number}",
    "page.listing": "Listing {number}",
    "page.equation": "Equation ({number})",
    "page.appendix": "Appendix {letter}",
    "page.blank": "\u00a0 ",  # behind a label, and between the author and the date
    "page.reference": "see",  # the text of a link that gets its target's label
    "page.contents": "Contents",
    "page.summary": "Summary",
    "page.skip": "Skip to the text",
    "page.enlarge": "Enlarge {name}",
    "page.close": "Close",
    "page.back_to_note": "Back to note {} in the text",
    "page.image": "figure",
    "page.date": "{day.day} {month} {day.year}",
    **{f"page.month.{number}": month for number, month in enumerate(_MONTHS, start=1)},
    # -- speech: formulas --
    "speech.formula": "formula {formula}",
    "speech.capital": "capital {letter}",
    "speech.stack": "{above} above {below}",
    "speech.fraction": "{above} over {below}",
    "speech.fraction_long": "fraction {above} over {below} end fraction",
    "speech.root": "square root of {radicand}",
    "speech.root_long": "square root of {radicand} end root",
    "speech.root_of_degree": "root of degree {degree} of {radicand} end root",
    "speech.power": "to the power {over}",
    "speech.power_long": "to the power {over} end power",
    "speech.transposed": "transposed",
    "speech.superscript": "superscript {over}",
    "speech.subscript": "{base} sub {under}",
    "speech.subscript_long": "{base} sub {under} end sub",
    "speech.above": "{base} with {over} above",
    "speech.below": "{base} over {under}",
    "speech.limit": "limit as {under} of",
    "speech.over": "{operator} over {bound} of",
    "speech.from_to": "{operator} from {under} to {over} of",
    "speech.row": "row {number} {cells}",
    "speech.comma": ", ",
    "speech.matrix": "matrix {rows} end matrix",
    "speech.cases": "cases {rows} end cases",
    **{f"speech.symbol.{symbol}": name for symbol, name in _SYMBOLS.items()},
    **{f"speech.accent.{mark}": name for mark, name in _ACCENTS.items()},
    **{f"speech.letters.{style}": name for style, name in _LETTERS.items()},
    # -- claims: verdicts, reasons, the ledger --
    "claims.supported": "supported",
    "claims.equal": "equal",
    "claims.undecided": "undecided",
    "claims.contradicted": "contradicted",
    "claims.reason.one value": "one seed tells nothing of the spread",
    "claims.reason.no spread": "every seed gives the same value, which tells nothing of the spread",
    "claims.reason.not finite": "a value is not finite",
    "claims.reason.not positive": "a value is not positive, so there is no ratio",
    "claims.reason.no value": "the two never differ in any seed",
    "claims.reason.not zeros and ones": "a value is neither 0 nor 1",
    "claims.why_undecided": " (It cannot be decided: {reason}.)",
    "claims.joiner": ", ",
    "claims.stop": ".",
    "claims.line_break": " ",  # between two lines of a sentence
    "claims.sentence": r"\S.*?(?:[.!?](?=\s+[A-Z(])|$)",  # a pattern: each sentence of a text
    "claims.changes.two_seeds": "with two seeds or more",
    "claims.changes.reason": "when that is no longer so: {reason}",
    "claims.changes.computed": "when the formula or its implementation changes and the value passes {bound}",
    "claims.changes.never": "the estimate is so near to {bound} that no realistic number of seeds decides",
    "claims.changes.seeds": "with about {count} seeds, if the estimate and the spread stay as they are",
    "claims.changes.items": "with about {count} items, if the estimate and the spread stay as they are",
    "claims.changes.discordant": "with about {count} seeds in which just one of the two is 1, if the estimate stays as it is",
    "claims.changes.moved": "when the estimate moves by {gap} towards {bound}, so that the interval's end reaches {bound}",
    "claims.changes.divided": "when the estimate is divided by {factor}, so that the interval's end reaches {bound}",
    "claims.changes.multiplied": "when the estimate is multiplied by {factor}, so that the interval's end reaches {bound}",
    # -- report: tables and listings of the appendix --
    "report.interval": "{mean} ({level} confidence interval {interval})",
    "report.claim": "Claim {number}",
    "report.mark": "Claim {number} {verdict}",
    "report.before_mark": "\u00a0",
    "report.back": "to the text",
    "report.sentence": "Sentence",
    "report.comparisons": "Compared",
    "report.changes_if": "Changes",
    "report.evidence": "Evidence",
    "report.wanted": "Claimed: {quantity} {bounds}. ",
    "report.and": " and ",
    "report.share": "the share of {metric}",
    "report.discordant": "of the seeds in which just one of {metric} and {other} is 1, the share in which the first is",
    "report.over_items": " (over the items tried)",
    "report.computed": "{wanted}The value is {value}: {verdict}",
    "report.without_interval": "{wanted}Estimate {value}, $n$ = {n}; {reason}: {verdict}",
    "report.estimated": "{wanted}Estimate {value}, {level} interval {interval}, $n$ = {n}: {verdict}",
    "report.original": "the earlier report",
    "report.original.effects": (
        "{said} From the numbers of the single runs of {original}, the same comparison is {effects}. {note}"
    ),
    "report.original.effect": "{value} (inside the interval or not: {where})",
    "report.original.other_data": "The data are others, so that the two cannot be compared directly.",
    "report.inside": "inside",
    "report.outside": "outside",
    "report.agrees": "agrees",
    "report.disagrees": "disagrees",
    "report.variant": "Variant",
    "report.data": "Experiment|Data|SHA-256",
    "report.data.caption": "Where the data come from, and the SHA-256 of their content (first 16 digits)",
    "report.versions": "Software|Version",
    "report.versions.caption": "Versions with which this report was made",
    "report.parameters.caption": "Parameters of the runs (the whole of `{file}`)",
    "report.claims": "Claim|Name|Verdict|Kind|Estimate|Interval|$n$",
    "report.claims.caption": "Verdicts of the claims ({counts})",
    "report.method.t + BCa": "difference",
    "report.method.log t + BCa": "ratio",
    "report.method.Clopper–Pearson": "share",
    "report.method.exact": "computed",
    "report.original_claims": "Claim of {original}|Verdict|Claim",
    "report.original_claims.caption": "What {original} claimed, and the verdicts",
    "report.original_numbers": "Value|Earlier|Mean and confidence interval|Inside|Prediction interval|Inside",
    "report.original_numbers.caption": r"Numbers of {original} beside ours; \* marks those whose data are others",
    # -- compare --
    "compare.and_more": "{names} and others ({n} in all)",
    "compare.side": "{name} ({short})",
    "compare.workspace": "the working folder",
    "compare.title": "Comparison: {old} → {new}",
    "compare.none": "none",
    "compare.ratio": "{ratio} times",
    "compare.n": "{estimate}, n = {n}",
    "compare.reference.fig": "figure",
    "compare.reference.tab": "table",
    "compare.reference.lst": "listing",
    "compare.reference.eq": "equation",
    "compare.note.lacking": "{side} has no {file}.",
    "compare.note.outdated": (
        "The results of {side} are not those of its own params.yaml (stages out of date: {stages})."
    ),
    "compare.note.outdated_workspace": (
        "The results of {side} are not those of its parameters and code as they are now (stages out "
        "of date: {stages}). Run dvc repro."
    ),
    "compare.note.alone": "Experiments that only {side} has: {experiments}.",
    "compare.note.seeds": (
        "{experiment} has {old} seeds in A and {new} in B; differences and ratios are of the {common} that both have."
    ),
    "compare.stage.alone": "only {side} has it",
    "compare.stage.command": "its command changed",
    "compare.stage.parameter": "parameter {name}",
    "compare.stage.dependency": "dependency {path}",
    "compare.stage.chance": "the same inputs gave other outputs",
    "compare.standing.alone": "on one side only",
    "compare.standing.exact": "without seeds",
    "compare.standing.unknown": "cannot be told",
    "compare.standing.moved": "yes",
    "compare.standing.within": "undecided",
    "compare.same": "No difference was found between {old} and {new}.",
    "compare.summary.parameters": "From {old} (A below) to {new} (B below), these parameters changed: {names}.",
    "compare.summary.no_parameter": "From {old} (A below) to {new} (B below), no parameter changed.",
    "compare.summary.no_ledger": "Claims cannot be compared, since {sides} has no ledger.",
    "compare.summary.flipped": "Claims whose verdict changed: {names}.",
    "compare.summary.none_flipped": "No claim's verdict changed.",
    "compare.summary.only_moved": "Claims with the same verdict whose estimate moved: {n}.",
    "compare.summary.moved": "Metrics that differ, going by their intervals over seeds: {n}; the clearest are {names}.",
    "compare.summary.none_moved": "No metric differs, going by its interval over seeds ({n} are undecided).",
    "compare.summary.no_metric": "No metric changed.",
    "compare.summary.exact": "Numbers without seeds that changed: {n}.",
    "compare.summary.unknown": (
        "Metrics of which nothing can be told, for one seed only or a value that is not finite: {n}."
    ),
    "compare.parameters": "Changed parameters",
    "compare.conclusions": "Changed conclusions",
    "compare.metrics": "Changed metrics",
    "compare.figures": "Learning curves and figures",
    "compare.text": "Changed text",
    "compare.execution": "Runs and code",
    "compare.stages": "Stages that ran again",
    "compare.code": "Changed code",
    "compare.data": "Data and versions",
    "compare.way_back": "The way back to each state",
    "compare.parameters.key": "Parameter",
    "compare.parameters.variants": "Variants concerned",
    "compare.parameters.whole": "all of {experiment}",
    "compare.parameters.caption": "Parameters with different values",
    "compare.parameters.none": "No parameter changed.",
    "compare.conclusions.no_ledger": "Conclusions cannot be compared, since {sides} has no ledger of claims ({file}).",
    "compare.conclusions.none": "No claim changed its verdict or its estimate.",
    "compare.conclusions.counts": (
        "Claims whose verdict changed: {flipped}; with the same verdict and another estimate: "
        "{moved}; on one side only: {alone}. The values are the estimate and interval that decided "
        "the verdict, at the claim's own level of confidence."
    ),
    "compare.conclusions.sentence": "Sentence",
    "compare.conclusions.sentence_of": "Sentence {side}",
    "compare.conclusions.value_of": "Value {side}",
    "compare.metrics.none": "No metric changed.",
    "compare.metrics.about": (
        "Means of the differences B − A between the same seeds, with 95 % intervals. Where all "
        "values are positive and the largest is ten times the smallest or more, as with errors, "
        "geometric means of the ratios B ÷ A (“times”); the values of both sides together decide "
        "which. A metric differs (“yes”) if the interval leaves out 0, or 1 for a ratio, and is "
        "undecided otherwise."
    ),
    "compare.metrics.uncorrected": (
        "Each interval is for one metric alone, not corrected for their number; and since metrics "
        "are not independent, it cannot be told from here how many differ by chance."
    ),
    "compare.metrics.name": "Metric",
    "compare.metrics.change": "Difference or ratio, interval",
    "compare.metrics.differs": "Differs",
    "compare.metrics.caption": "Metrics of {experiment}",
    "compare.metrics.unchanged": "Unchanged metrics: {n}",
    "compare.figures.none": "No learning curve and no figure changed.",
    "compare.figures.curves": "Learning curves of {experiment}: A and B in one panel for each variant.",
    "compare.figures.curves_caption": (
        "Learning curves of {experiment}: A dashed, B solid. Lines are medians over seeds, bands "
        "their range (from low to high in {folder}). Only variants whose curve changed: {variants}."
    ),
    "compare.figures.undeclared": (
        "The learning curves of {experiment} changed too; they are not drawn, since the plots of "
        "dvc.yaml do not say what to draw (y)."
    ),
    "compare.figures.changed": "Changed figures",
    "compare.figures.others": "Other changed figures",
    "compare.figures.ranges": "The axes of A and B may have different ranges.",
    "compare.figures.alt": "{name} ({side})",
    "compare.figures.absent": "It has no such figure.",
    "compare.text.lacking": "The text cannot be compared, since {sides} has no {file}.",
    "compare.text.none": "The text did not change.",
    "compare.text.marks": (
        "{inserted} words came with B, {deleted} words are in A only. Tables, code and the ledger "
        "are left out: other chapters compare them."
    ),
    "compare.text.underlined": "Underlined",
    "compare.text.struck": "struck",
    "compare.text.beginning": "Beginning",
    "compare.stages.name": "Stage",
    "compare.stages.reasons": "Reasons",
    "compare.stages.none": "No stage ran again.",
    "compare.code.file": "File",
    "compare.code.added": "Lines added",
    "compare.code.deleted": "Lines deleted",
    "compare.code.unknown": "{file} (not in Git)",
    "compare.code.none": "Unchanged: {names}.",
    "compare.data.name": "Item",
    "compare.data.none": "Origins and digests of the data and versions of libraries are the same.",
    "compare.way_back.workspace": (
        "# as it is now: put changes aside with git stash before you leave, and git stash pop brings them back"
    ),
    "compare.comment.same": "No difference was found.",
    "compare.comment.conclusions": (
        "**Conclusions**: {flipped} with another verdict, {moved} with the same verdict and another "
        "estimate, {alone} on one side only."
    ),
    "compare.comment.claim": "{id}: {old} → {new}",
    "compare.comment.sentence": "{side}: {sentence} ({effect})",
    "compare.comment.metrics": (
        "**Metrics**: {moved} differ, {within} are undecided, {exact} without seeds changed, "
        "{unknown} cannot be told or are on one side only, {unchanged} are unchanged."
    ),
    "compare.comment.change": "Difference or ratio, 95 % interval",
    "compare.comment.more": "And {n} more.",
    "compare.comment.text": "Changed text: {n} paragraphs",
    "compare.comment.paragraph": "{chapter}: {text}",
    "compare.comment.stages": "Stages that ran again: {names}.",
    "compare.sweep.title": "Comparison of {n} experiments",
    "compare.sweep.varied": "{sides} side by side. Parameters that differ between them: {names}.",
    "compare.sweep.confounded": (
        "Since more than one parameter differs, a difference cannot be put down to one of them."
    ),
    "compare.sweep.heading": "Parameters and metrics",
    "compare.sweep.about": (
        "The numbers are means over seeds, with the 95 % confidence interval of the mean in brackets."
    ),
    "compare.sweep.same": "No metric differs.",
    "compare.sweep.experiment": "Experiment",
    "compare.sweep.caption": "Parameters that differ, and metrics",
    "compare.sweep.continued": "Parameters that differ, and metrics (continued)",
    "compare.sweep.figures": "Metrics against parameters",
    "compare.sweep.alt": "Metrics against {parameter}.",
    "compare.sweep.figure": (
        "Metrics against {parameter}. Rings are single seeds, diamonds their mean, bars its 95 % confidence interval."
    ),
    "compare.sweep.colors": "Experiments of one colour have the same values of the other parameters.",
    # -- foreign --
    "foreign.no_picture": "No picture: {address}",
    "foreign.meaning": " ({text})",
    "foreign.image": "Image",
    "foreign.box.note": "Note",
    "foreign.box.info": "Info",
    "foreign.box.tip": "Tip",
    "foreign.box.hint": "Hint",
    "foreign.box.important": "Important",
    "foreign.box.warning": "Warning",
    "foreign.box.caution": "Caution",
    "foreign.box.attention": "Attention",
    "foreign.box.danger": "Danger",
    "foreign.box.error": "Error",
    "foreign.box.bug": "Bug",
    "foreign.box.failure": "Failure",
    "foreign.box.success": "Success",
    "foreign.box.example": "Example",
    "foreign.box.question": "Question",
    "foreign.box.quote": "Quote",
    "foreign.box.abstract": "Abstract",
    "foreign.box.summary": "Summary",
    "foreign.box.todo": "To do",
}
