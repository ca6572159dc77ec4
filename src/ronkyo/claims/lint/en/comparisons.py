"""Where an English text compares: stems of words of degree, rank and change, and what stands around them.

A comparative counts where it is said of something ("is faster") or of an outcome ("better results"); not where it describes
what somebody chose ("larger batches"). A verb of change counts unless it is a condition, a purpose, or done to a setting.
"""

from __future__ import annotations

import re

from ronkyo.claims.lint.vocabulary import Span, Table, joined, mask


def _words(*alternatives: str) -> str:
    return rf"(?i:\b(?:{'|'.join(alternatives)})\b)"


# -- what results are about, and what somebody chose ------------------------------------------------------------------

_OUTCOME = (
    r"(?:accurac(?:y|ies)|loss(?:es)?|errors?|results?|performances?|scores?|convergence|generali[sz]ation|perplexit(?:y|ies)|"
    r"quality|precision|recall|f1|bleu|rouge|auc|rmse|mse|mae|ppl|metrics?|values?|times?|speeds?|throughput|latency|"
    r"variances?|variations?|prices?|margins?|gaps?|differences?|drops?|gains?|improvements?|effects?|impacts?|changes?|decreases?|increases?|"
    r"overfitting|gradients?(?! (?:steps?|descent|clip))|rewards?|predictions?|costs?|stability|overlap|correlations?|"
    r"outcomes?|levels?|(?:error|success|detection|win|hit|acceptance)[ -]rates?)"
)
_SETTING = (
    r"(?:(?:mini-?)?batch(?:es|[- ]?sizes?)?|layers?|(?:learning[- ])?rates?|models?|networks?|nets?|data(?:sets?)?|numbers?|"
    r"amounts?|sizes?|epochs?|units?|neurons?|parameters?|depths?|widths?|dimensions?|windows?|sequences?|contexts?|kernels?|"
    r"filters?|features?|hidden|samples?|steps?|architectures?|weights?|penalt(?:y|ies)|dropout|sets?|inputs?|images?|"
    r"sentences?|words?|texts?|tokens?|functions?|patterns?|structures?|values? of|types?|kinds?|methods?|approach(?:es)?|"
    r"parts?|ones?|seeds?|runs?|classes|tasks?|problems?|vocabular(?:y|ies)|states?|variants?)"
)
_SETTLED = (  # what follows a word that describes no noun
    r"(?:\s*(?:[^\w\s]|\Z)|\s+(?:than|by|in|on|at|for|to|from|of|with|without|when|while|if|as|and|or|but|so|because|since|"
    r"after|before|during|over|across|between|under|despite|though|although|is|was|are|were|has|had|that|which|each|every|"
    r"this|the|an?|it|they|we|through|throughout|until|here|there|again|due|compared|towards?|given|still|too|also|not|only|"
    r"even|once|w\.r\.t|wrt)\b)"
)

# -- words ------------------------------------------------------------------------------------------------------------

_MEASURE = (
    "high|low|fast|slow|strong|weak|short|long|quick|deep|steep|near|cheap|light|great|small|rough|smooth|sharp|hard|tight|"
    "clear|few|poor|rich|broad|narrow|soon|bright|dark|warm|cold|tough|mild|close|large|wide|simple|loose|fine|dense|coarse|rare|safe"
)
_ADJECTIVE = (
    r"\w+(?:ate|ent|ant|al|ive|ous|ful|able|ible|ed|ly|ing|ic|ary|ory|id|less|ust|ble|se|ex|ar|rn|ete|ise|ect|pt|ure)"
)
_DEGREE = _words(
    rf"(?:{_MEASURE})(?:e?r|e?st)",
    "bigger|biggest|(?:eas|nois|heav|earl|tin|cost|stead|risk|bulk)(?:ier|iest)",
    "better|worse|superior|inferior|comparable|similar|identical|equal",
    rf"(?:more|less|most|least|equally|comparably|similarly|so much)\s+{_ADJECTIVE}",
    rf"too (?:{_MEASURE})",
    "more|less|fewer|same|most",
)
_RANKED = _words(
    "best|worst|fastest|slowest|optimal|sub-?optimal|most often",
    r"(?:out|under|over)perform\w*|surpass\w*|exceed\w*|beats?|beaten|w[io]ns?|won|outweigh\w*|outclass\w*|overtak\w+|overtook",
    r"(?:fall|fell)s? short|lags?|lagged|lagging|on (?:a )?par|rivals?|rivall?ed|dominat\w+|ahead of|(?:far|well|just) behind",
    "advantages? over",
    "comparably|equivalent(?:ly)?|indistinguishabl[ey]|similarly|equally (?=well|good|bad|fast)|matches|(?<!-)matched|alike",
    "as (?:good|bad|high|low|fast|slow|accurate|often|large|small|strong|stable|well|much|long|many|quickly|easily) as(?! well)",
    r"(?:un|in)?stable|(?:in)?stability|unstably|unchanged|no different|differently|\w{3,}er than",
    r"compared (?:to|with)|in comparison (?:to|with)|in contrast to|(?:relative to|unlike)(?= the (?:base|other|previous|first))",
    r"(?:differences?|gaps?|discrepanc(?:y|ies))(?! (?:equation|quotient|operator|schem)\w*)|differs?|differed",
    "significantly|(?:is|was|not|were|are|statistically) significant|significant(?= (?:difference|gain|gap))",
    r"(?:no|little|any|an?|small|large|negligible|minor|major|strong|clear|noticeable|positive|negative|significant|limited)"
    r" (?:\w+ )?(?:effects?|impacts?|influence|change)(?= (?:on|in|of|was|is|were)|\s*[.,;])",
    r"(?:not|n't|never|hardly|barely|strongly|greatly|significantly|slightly) (?:affect|influenc|chang|matter)\w*",
    r"(?:is|was|are|were|stays?) (?:well |far )?\*?(?:above|below)|unfavou?rable",
    r"(?:go|goes|went|going|creep|creeps|crept|shoots?|shot|edges?|ticks?) (?:up|down)",
    r"(?:down|up)(?:ward)?[- ]?trend\w*|trend(?:s|ed|ing)? (?:up|down)\w*",
    rf"(?:different|max(?:imum|imal)?|min(?:imum|imal)?|peak|top)(?= (?:\w+ )?{_OUTCOME})",
    r"plateau\w*|saturat(?:es?|ed|ing)|stabili[sz]\w+|stagnat\w*|level(?:s|ed|led)? (?:off|out)",
    r"(?:converg|learn|train|overfit|decreas|drop|improv)\w*(?: \w+)? "
    "(?:quickly|slowly|rapidly|earlier|sooner|later|well|poorly|badly)",
    r"perform\w* (?:\w+ )?(?:well|poorly|badly)|(?:is|was|are|were|be|very|more|not|proved|highly|most|less) (?:in)?effective",
)
_MEASURED = (  # high accuracy; the loss was low
    rf"\b(?i:high|low|good|bad|poor|large|small|big|slow|fast)(?= (?:\w+ )?{_OUTCOME}\b)|"
    r"(?<=[a-z] )(?i:is|was|are|were|remains?|remained|stays?|stayed|seems?|looks?) "
    r"(?:(?:also|still|very|quite|relatively|rather|pretty|extremely|fairly|much|too|not|so|only|just|already) )*"
    r"(?:high|low|good|bad|poor|slow|fast|small|close|far)\b(?! (?:enough|that|to note))"
)
_CHANGE = _words(
    r"improv\w+|(?:in|de)creas(?:e[sd]?|ing)|degrad\w+|deteriorat\w+|worsen\w*|reduc(?:es?|ed|ing|tions?)",
    "drop(?:s|ped|ping)?",
    r"fall(?:s|en|ing)?|fell|ris(?:es?|en|ing)|rose|gr[eo]w(?:s|n|ing)?|growth|shr[iau]nk\w*|accelerat\w+|sp(?:eed|ed)s?[ -]?up",
    "slow(?:s|ed|ing)? down|slows|slowed|halv(?:es?|ed|ing)|doubl(?:es?|ed|ing)|tripl(?:es?|ed|ing)|hurt(?:s|ing)?|harm(?:s|ed)",
    r"help(?:s|ed)?|benefit(?:s|ed)?|gain(?:s|ed)?|boost\w*|declin\w+|diminish\w*|climb(?:s|ed|ing)?|jump(?:s|ed)?",
    r"lower(?:s|ed|ing)|rais(?:es?|ed|ing)|suffer(?:s|ed)?|alleviat\w+|mitigat\w+|enhanc\w+|lessen\w*|collaps\w+|soar\w*",
    r"spik(?:es?|ed|ing)|narrow(?:s|ed)|widen(?:s|ed)?|shorten(?:s|ed)?|lengthen\w*|strengthen\w*|weaken\w*",
)
_NOT_COMPARISONS: Table = (
    (
        _words("at (?:least|most|best|worst|the latest)", "more or less", "once more", "no longer", "any ?more"),
        "at least",
    ),
    (
        _words(
            r"(?:more|less|fewer) than (?:once|sufficient|enough|half|~?\d[\d.,%]*)",
            "the most (?:important|common|popular)",
            "most of",
            "as well as",
            "(?:rather|other) than",
        ),
        "no comparison",
    ),
    (_words("(?:less|greater|more) than or equal", "more generally", "(?:more|most) importantly"), "no comparison"),
    (_words("further(?:more)?", "at the same time", "(?:see|told|described) (?:later|below)"), "a connection, a place"),
    (
        _words("same[- ](?:sized?|padding)", "best[- ](?:practices?|effort|known)", "nearest[- ]neighbou?rs?"),
        "a term",
    ),
    (
        _words("least[- ]squares", "shortest paths?", "(?:longest|greatest) common", "(?:higher|lower)[- ]order"),
        "a term",
    ),
    (
        _words(
            "lower[- ]?case", "lower (?:bounds?|triangular|ends?)", "long short", "longer[- ]term", "loss functions?"
        ),
        "a term",
    ),
    (_words("(?:monotonically|strictly) (?:in|de)creasing", "(?:in|de)creasing (?:functions?|order)"), "a term"),
    (
        _words("dimensionality reductions?", "numerical(?:ly)? (?:un|in)?stab(?:le|ility)", "finite differences?"),
        "a term",
    ),
    (_words("differences? (?:equations?|quotients?)", "significant (?:digits?|figures?)", "early stopping"), "a term"),
    (_words(r"gradient[- ](?:boost|des)\w*", "data reductions?", "learning (?:rate )?(?:decay|schedule)s?"), "a term"),
    (_words("to better", "(?:falls?|fell) (?:into|under)", "an? too"), "how, where"),
    (_words("more (?:details?|information|examples?|likely that)", "for (?:more|better understanding)"), "of the text"),
)

# -- what stands around them ------------------------------------------------------------------------------------------

_TO_DO = re.compile(  # before a change: it should happen, or is a condition
    r"(?:\b(?:should|could|must|might|may|would|will|let's|need(?:s|ed)?|want(?:s|ed)?|tr(?:y|ies|ied|ying)|aim(?:s|ed)?|order|"
    r"hop(?:es?|ed|ing)|designed|used|attempt(?:s|ed)?|ways?|possible|idea|goal|how|necessary|important|required|techniques?|"
    r"methods?|chance|potential(?:ly)?|plan)(?: to| of| for)?(?: be| have| further| also| help)?|(?:^ *|, *|\band )to|"
    r"\b(?:by|for|without|if|when|as|whether|whenever|once)(?: we| i| you| the| a)?(?: \w+){0,3})\s*$",
    re.IGNORECASE,
)
_SEEMS = re.compile(
    r"\b(?:seem|appear|found|shown|tend|led|lead|start|continu|began|begin|prov|happen|able|used)\w* (?:\w+ )?to\s*$",
    re.I,
)
_ACTED = re.compile(
    r"(?:\b(?:we|i|you|then|and|to|by|of|when|after|with)(?: also| then| further| have| just)?\s*|[.:;,(]\s*|^\s*)$",
    re.I,
)
_OF_OUTCOME = re.compile(
    r"(?:\W+(?:the|an?|its|our|their|of|in|my|overall|final|test|training|validation|val|train|models?'?s?|mean|average)\b)*"
    rf"\W+(?:\w+\W+)?{_OUTCOME}\b",
    re.I,
)
_WANTED = re.compile(
    r"\bto (?:get|find|achieve|obtain|reach|produce|identify|choose|select|pick)(?: the| an?)?\s*\Z", re.I
)
_CLAUSE_END = re.compile(r"[.;:!?,](?=\s)|\n\s*\n|\n(?=\s*[-*|])")


def comparisons(text: str) -> list[Span]:
    """Where the text compares."""
    text = mask(_NOT_COMPARISONS, text)
    found = [match for match in re.finditer(rf"{_RANKED}|{_MEASURED}", text) if not _wanted(text, match)]
    found += [match for match in re.finditer(_DEGREE, text) if _of_a_result(text, match)]
    found += [match for match in re.finditer(_CHANGE, text) if _happened(text, match)]
    return joined([match.span() for match in found], text)


def _wanted(text: str, match: re.Match[str]) -> bool:
    """to get the best"""
    return bool(_WANTED.search(text, max(0, match.start() - 40), match.start()))


def _of_a_result(text: str, match: re.Match[str]) -> bool:
    """Whether a word of degree is said of something or describes an outcome: "is faster", "better results"."""
    after = text[match.end() : match.end() + 80]
    clause = _CLAUSE_END.split(after)[0]
    word = match[0].lower()
    if word.startswith("too") and re.match(r"\s+an?\b", after):  # too high a learning rate
        return False
    outcome = r"(?:accurac|performance|result|score|error)" if word == "same" else rf"{_OUTCOME}\b"
    if re.match(rf"\W+(?:\w+\W+){{0,2}}{outcome}", clause, re.I):
        return not _wanted(text, match)
    if word in ("more", "less", "most", "same", "fewer", "equal"):
        return bool(re.match(r"\s+(?:than|or less|w\.r\.t)\b|\s*[.;]" + (r"|\s+as\b" if word == "same" else ""), after))
    if re.match(r"(?:\W+[\w-]+){0,4}\W+than\b", clause) or re.match(_SETTLED, after, re.I):
        return True
    described = re.match(rf"\W+(?:(?!(?:for|of|to|in|on|at|by|the)\b)[\w-]+\W+){{0,3}}{_SETTING}\b", clause, re.I)
    if word.startswith(("most ", "least ")):
        return bool(re.match(r"\s+(?:models?|networks?|methods?|variants?|configurations?|settings?)\b", after, re.I))
    return not described and not word.startswith(("more ", "less "))


def _happened(text: str, match: re.Match[str]) -> bool:
    """Whether a change is told: not "to reduce", "as the depth increases", "we increased the batch size"."""
    before = _CLAUSE_END.split(text[max(0, match.start() - 60) : match.start()])[-1]
    after = text[match.end() : match.end() + 60]
    if re.search(r"\bto\s*$", before) and not _SEEMS.search(before):
        return False
    if _TO_DO.search(before) and not re.search(rf"{_OUTCOME}(?: \w+)?\s*$", before, re.I):
        return False
    transitive = match[0].lower().endswith(("ed", "ing", "se", "ce", "er", "lf", "ve")) and re.match(
        r"\s+(?!and\b|or\b)\w", after
    )
    described = match[0].lower().endswith("ed") and re.search(
        r"\b(?:the|an?|our|its|this|these|those)\s*$", before, re.I
    )
    chosen = re.search(rf"\b{_SETTING} (?:is|are|was|were)(?: then| also)?\s*$", before, re.I)
    if chosen or described or (transitive and _ACTED.search(before)):
        return bool(_OF_OUTCOME.match(after))
    return True
