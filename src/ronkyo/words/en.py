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
    # -- report: tables and listings of the appendix --
    # -- compare --
    # -- foreign --
}
