"""English numbers and comparisons."""

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
    (_words(rf"(?:one|{_CARDINAL})-(?:dimensional|hot|sided|tailed|way|shot|point)"), "a term"),
    (
        _words("half[- ](?:precision|width|widths|open|life)", "one by one", "one at a time"),
        "a term; nothing is counted",
    ),
)
_COMPARISONS: Table = (
    (
        _words(
            "(?:high|low|fast|slow|strong|weak|short|long|quick|deep|steep|near|cheap|light|great|small|rough|smooth|sharp|"
            "hard|tight|clear|few|poor|rich|broad|narrow|soon|bright|dark|warm|cold)(?:er|est)",
            "(?:larg|wid|simpl|clos|loos|fin|coars|rar|saf)(?:er|est)",
            "big(?:ger|gest)",
            "(?:eas|nois|heav|earl|tin|cost|stead)(?:ier|iest)",
        ),
        "comparatives and superlatives",
    ),
    (
        _words("better", "best", "worse", "worst", "more", "less", "fewer", "least", "superior", "inferior", "optimal"),
        "degree",
    ),
    (
        _words("the most", r"most(?= \w+(?:ate|ent|ant|al|ive|ous|ful|[ai]ble|ed|ly|ing)\b)", "most often"),
        "superlatives",
    ),
    (
        _words("outperform\\w*", "surpass\\w*", "exceed\\w*", "beats?", "beaten", "w[io]ns?", "outweigh\\w*"),
        "verbs of rank",
    ),
    (_words("(?:under|over)perform\\w*", "falls? short", "lags?", "lagged", "on par", "on a par", "rivals?"), "rank"),
    (
        _words(
            "improv\\w*",
            "(?:in|de)creas\\w*",
            "degrad\\w*",
            "deteriorat\\w*",
            "worsen\\w*",
            "reduc(?:es?|ed|ing|tions?)",
            "drop(?:s|ped)?",
            "falls?",
            "fell",
            "fallen",
            "rises?",
            "rose",
            "risen",
            "gr[eo]ws?",
            "grown",
            "shr[iau]nks?",
            "accelerat\\w*",
            "speeds? up",
            "sped up",
            "slow(?:s|ed)? down",
            "halv(?:es?|ed|ing)",
            "doubl(?:es?|ed|ing)",
            "tripl(?:es?|ed|ing)",
            "hurts?",
            "helps?",
            "helped",
            "benefits?",
            "gains?",
            "gained",
            "boost\\w*",
        ),
        "change",
    ),
    (_words("differences?", "differs?", "differed", "significant(?:ly)?", "no different"), "difference"),
    (
        _words(
            "comparabl[ey]",
            "equivalent(?:ly)?",
            "indistinguishabl[ey]",
            "equally",
            "as (?:good|bad|high|low|fast|slow|accurate|often|large|small|strong|stable|well) as",
        ),
        "no difference",
    ),
    (_words("(?:un|in)?stable", "(?:in)?stability", "unstably"), "of a run, compared with another"),
)
_NOT_COMPARISONS: Table = (
    (
        _words("at (?:least|most|best|worst|the latest)", "more or less", "once more", "no longer", "any ?more"),
        "at least, again",
    ),
    (
        _words("most of", "as well as", "rather than", "other than", "less than or equal", "more generally"),
        "no comparison",
    ),
    (
        _words("best[- ](?:practices?|effort|known)", "nearest neighbou?rs?", "least squares", "shortest paths?"),
        "a term",
    ),
    (_words("longest common", "greatest common", "higher[- ]order", "lower[- ]order", "lower[- ]?case"), "a term"),
    (
        _words("lower bounds?", "lower triangular", "lower ends?", "longer[- ]term", "(?:see|told|described) later"),
        "a term, a place",
    ),
    (_words("(?:monotonically|strictly) (?:in|de)creasing", "(?:in|de)creasing (?:functions?|order)"), "a term"),
    (_words("dimensionality reductions?", "numerical(?:ly)? (?:un|in)?stab(?:le|ility)"), "a term"),
    (
        _words("finite differences?", "differences? (?:equations?|quotients?)", "significant (?:digits?|figures?)"),
        "a term",
    ),
)
VOCABULARY = Vocabulary(_NUMBERS, _NOT_NUMBERS, _COMPARISONS, _NOT_COMPARISONS, sentence_end=r"(?<=[.!?])(?=\s)")
