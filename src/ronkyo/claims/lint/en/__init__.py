"""English: numbers, and headings that lead results."""

from ronkyo.claims.lint.en.comparisons import comparisons
from ronkyo.claims.lint.vocabulary import DIGITS, NAMES, Table, Vocabulary


def _words(*alternatives: str) -> str:
    return rf"(?i:\b(?:{'|'.join(alternatives)})\b)"


_CARDINAL = (
    "(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|"
    "forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?)"
)
_FRACTION = "(?:half|halves|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?|hundredths?|thousandths?)"
_COUNTED = "(?:time|seed|run|model|unit|layer|epoch|step|item|word|class|point|percent|example|case|variant)"
_NUMBERS: Table = (
    (DIGITS, "digits of either width"),
    (
        _words(rf"{_CARDINAL}(?:[- ](?:and )?{_CARDINAL})*(?:[- ]?fold|[- ]times|[- ]per ?cent|[- ]{_FRACTION})?"),
        "three times",
    ),
    (_words("twice", "thrice", "half", rf"(?:an?|one)[- ]{_FRACTION}", rf"an?[- ]{_CARDINAL}"), "twice, a third"),
    (_words(rf"one(?=[- ]{_COUNTED})"), "only where something is counted: one is also a pronoun"),
)
_NOT_NUMBERS: Table = (
    *NAMES,
    (r"\b\d+(?:st|nd|rd|th)\b(?!\s+(?:place|rank))", "a place in an order, unless it is a rank"),
    (_words(rf"(?:one|{_CARDINAL})-(?:dimensional|hot|sided|tailed|way|shot|point|hop)"), "a term"),
    (r"(?i:between|from)? ?(?<![\d.])0 (?:and|to) 1(?![\d.])|\[0, ?1\]", "a term, an interval"),
    (_words(rf"few {_CARDINAL}"), "nobody counted"),
    (
        _words("half[- ](?:precision|width|widths|open|life)", "one by one", "one at a time"),
        "a term; nothing is counted",
    ),
)
# Words of headings that lead results.
_HEADINGS: Table = (
    (
        r"\b(?:results?|findings?|observations?|discussion|conclusions?|summary|lessons|takeaways?|insights?|interpretations?|outcomes?|decisions?|verdict)\b",
        "what came out",
    ),
    (
        r"\b(?:experiments?|experimental|evaluation|ablations?|comparisons?|analysis|benchmarks?|performance)\b",
        "what was done",
    ),
)
VOCABULARY = Vocabulary(
    _NUMBERS,
    _NOT_NUMBERS,
    comparisons,
    _HEADINGS,
    told=r"\b(?:(?:can|could|we) see|(?:show|indicate|suggest)s? that|was|were|did|got|gave|took|became|found|fell|rose|"
    r"(?:reach|achiev|improv|dropp|(?:in|de)creas|converg|diverg|obtain|observ|(?:out)?perform|learn|train|stay|remain|"
    r"result)ed)\b",
    outcomes=r"\b(?:accurac(?:y|ies)|loss(?:es)?(?! functions?)|errors?|scores?|perplexity|performance|r2|auc|f1|bic|aic|rmse|"
    r"mse|mae|precision|recall|bleu|fid|than (?:the|that|those))\b",
    measured=r"\b(?:train|training|test|val|validation|dev|held[- ]out)[ -](?:acc|accuracy|loss|error|score|perplexity)\b|"
    r"\b(?:models?|networks?|runs?|variants?)\b[^.\n]{0,30}\b(?:is|was|are|were|perform\w*|produced|achieved?s?)\b[^.\n]{0,25}"
    r"\b(?:better|worse|faster|slower|higher|lower|smaller|larger|stronger|best|worst)\b",
    sentence_end=r"(?<=[.!?])(?=\s)",
)
