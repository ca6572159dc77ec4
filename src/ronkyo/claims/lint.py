"""No result typed by hand, no comparison outside a claim: a lint for the prose of the report's templates.

What is not prose (Jinja, code, formulas, links, names, …) is masked: overwritten at the same length, so that an offset
in a masked text is an offset in the source. A word broken by the end of a line is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import jinja2

from ronkyo.errors import UserError

MASK = "\ufffc"
Span = tuple[int, int]
Token = tuple[int, str, str]  # offset, kind, value
Table = tuple[tuple[str, str], ...]  # pattern, what it is or why it is left out

# -- vocabulary -------------------------------------------------------------------------------------------------------

RESULT_SECTIONS = ("考察", "実装演習", "結果", "フレームワーク演習")  # a heading's first word
RESULT_CALLS = re.compile("(mean|median|interval|plus_minus|constant|metrics_table|query_table)\\(|claim[.(]")
SHELLS = {"bash", "sh", "shell", "zsh", "console"}
PRINTED = SHELLS | {"", "none", "text", "txt", "output", "log"}  # a block in any other language is source code
COMMAND = re.compile(  # a line of a shell's block that was typed, not printed
    r"\s*([$%>#] |#|\.{0,2}/[\w.]|[A-Z_]+=\S+ [a-z]|(sudo|make|dvc|git|python3?|pip3?|uv|pytest|day3|head|tail|apt|"
    r"apt-get|docker|curl|wget|pdftoppm|sleep|seq|cd|export)( |$))"
)
KANJI = "[〇零一二三四五六七八九十百千万億]"
COUNTER = (
    "(?:つ|個|回|件|倍|割|点|層|段|種類?|語|枚|本|人|秒|分|時間|日|年|組|行|列|桁|番目|通り|位|[%％]|パーセント|"
    "ステップ|エポック|ユニット|シード|モデル|クラス)"
)
NUMBERS: Table = (
    (r"[-+−±]?\d+(?:[,，]\d{3})*(?:[.．]\d+)?(?:[eE][-+−]?\d+)?(?:/\d+)?(?:[ \t]*[%％])?", "digits of either width"),
    (f"{KANJI}+(?:[・．]|分の){KANJI}+|{KANJI}{{2,}}{COUNTER}?", "〇・五, 十分の一, 二十"),
    (f"(?!一){KANJI}{COUNTER}|(?:ふた|みっ|よっ)つ", "三つ, 五割"),
    ("一[つ個回件倍割枚本秒]", "with fewer counters, since 一 begins many words"),
)
NOT_NUMBERS: Table = (
    (r"^[ \t>]*\(?\d+[.)](?=[\s.])", "a list's marker"),
    (r"(?<![A-Za-z0-9_.])[A-Za-z_]+[-_]?\d+(?:[-_]?[A-Za-z][A-Za-z0-9_]*)*(?![.,]?\d)", "a name: word2vec, SHA-256"),
    (r"\d+_[A-Za-z]\w*|(?<![\d.])[123]D(?![A-Za-z])", "a name: 01_rnn, 2D"),
    (r"(?<![A-Za-z0-9])[A-Za-z0-9_][A-Za-z0-9_./-]*\.[A-Za-z][A-Za-z0-9]{0,5}(?![A-Za-z0-9])", "a file's name"),
    (r"(?<![\d.])\d+(?:\.\d+){2,}", "a version"),
    (rf"第\s*(?:\d+|{KANJI}+)(?!\d|{KANJI}|\s*位)", "a place in an order, unless it is a rank"),
    (r"\d+\s*(?:乗|次関数|次式|進数|進法|値分類)", "a term of mathematics, as 二乗"),
    (rf"[統唯同単均逐画専随択]一|万一|〇〇+|四分位|百分率|(?<!{KANJI})(?:十分(?!の{KANJI})|二分(?!の))", "a word"),
    (r"一つ一つ|(?<![\d.])[一1]\s*[一-龠ァ-ヶーつ]{1,4}ずつ", "each: nothing is counted"),
    (r"もう ?[一1] ?つ|の ?[一1] ?つ(?=[はがでにと、。])", "another, one of"),
)
COMPARISONS: Table = (
    ("最も|もっとも(?!らし|な)|一番(?!目)|いちばん|最[良善悪高低速長短多少強弱上大小]|首位", "superlatives"),
    (r"(?:より)?(?:[速早遅高低多長短良悪軽重強弱]|大き|小さ|少な)(?:い|く(?:な[らりるれっ])?|かっ|けれ|め|すぎ)", ""),
    (r"大きな|小さな|良好|(?:より|(?<=[がはもど]))よ(?:い|く|かっ|けれ)|(?:やす|にく|づら)くな[らりるれっ]", "degree"),
    (r"(?<!に)よりも|(?<!に)より(?=\s*(?:[一-龠]+[いくになき]|[ァ-ヶー]+[にな]))", "より"),
    (r"[のるた](?:ほう|方)が|むしろ|(?<!相)次いで|逆に", "words that set two things against each other"),
    ("優れ|優っ|劣[るっらり]|勝[るっらり]|上回|下回|しのぐ|凌|及ば[なず]|匹敵|遜色|互角", "verbs of rank"),
    ("改善|悪化|向上|低下|上昇|増[えやしす加大]|減[るりっらす少]|[低軽削]減|緩和|短縮", "change"),
    (r"[高強弱早速広縮]ま[るりっ]|(?<![りちみきび仕来])[上下]が[るりっら]", "change"),
    (
        "(?:差|違い)[がはも](?:あ[るっり]|な[いかくし]|見[らえ]|認め|生じ|出[るたて])|大差|僅差|有意(?!水準)",
        "difference",
    ),
    ("半[分数]|優位|トップ(?!ダウン)|最適(?!化)|引き離|届か(?:な|ず)", "rank"),
    ("遅れ(?!て届)|落ち[るた]|縮[むん]|伸び[るた]", "change"),
    ("同等|同程度|ほぼ同じ|と変わらな|と区別でき[なず]", "no difference"),
    ("不?安定", "of a run, compared with another"),
)
NOT_COMPARISONS: Table = (
    (r"最[大小](?=[一-龠ァ-ヶ])|(?<=の)最[大小](?=[をはが])", "a term, a noun: 最大特異値, the maximum of"),
    (r"最低限|水増[しす]|加減|不?安定性|有意義|\[最小, 最大\]", "a term, a noun, a word"),
    ("少なくとも|少なからず", "at least; not a little"),
    (r"(?<!より)多く(?=[のはがをにで])|数多く|(?:こと|場合)[がも]多[いくか]", "many, often: of nothing that ran"),
    (r"(?<!より)よく(?=[一-龠]|ある|わか)|[てで]も[よ良][いく]|[るた]のがよい", "often; may; should"),
    (r"よりも?(?=[先前後右左])|逆に(?=[しすなさ並読た])|大きく(?=分け|分かれ)", "a place, a time, to reverse, broadly"),
    (r"[誤段格時較偏階]差(?=[がはも])", "an error, a deviation: no difference of two things"),
)
NOT_PROSE: Table = (
    (r"\A---\n(?s:.*?)^---$", "front matter"),
    (r"<!--\s*code_chunk_output\s*-->(?s:.*?)<!--\s*/code_chunk_output\s*-->|<!--(?s:.*?)-->", "contents, comments"),
    (r"^ {0,3}\[\^[^\]\n]+\]:.*(?:\n[ \t]+\S.*)*|^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*", "a footnote, a link's definition"),
    (r"(?<!`)(`+)(?!`)(?:[^`\n]|\n(?!\s*\n)|(?!\1(?!`))`)+?\1(?!`)", "inline code"),
    (r"^[ \t]*///[^|\n]*(?:\n[ \t]+[\w-]+:.*)*", "a block's fence and options"),
    (r"!\[[^\]\n]*\]\([^)\n]*\)|(?<=\])(?:\([^)\n]*\)|\[[^\]\n]*\])|\[\^[^\]\n]+\]", "an image, a link's target"),
    (r"https?://[^\s)、。」]+|&#?\w+;", "an address, a character"),
    (r"</?[A-Za-z][\w-]*(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*\s*/?>", "a tag"),
    (r"\{:[^}\n]*\}|\{[ \t]*[#.][A-Za-z][^}\n]*\}", "an attribute list"),
)
FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^\n`]*\n((?s:.*?))(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)", re.M)
FORMULA = re.compile(
    r"(?<!\\)\$\$[^$]+\$\$|\\\[(?s:.+?)\\\]|\\\(.+?\\\)|(?<![\\$])\$(?!\s)(?:\\.|[^\\$\n]|\n(?!\s*\n))+?(?<!\s)\$"
)
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*)$", re.M)
PARAGRAPH_END = re.compile(r"\n(?=[ \t]*(?:\n|[-*+][ \t]|\d+[.)][ \t]|\||:[ \t]|>|///))")

ADVICE = {
    "number": 'typed by hand: write it with mean(), param(), … or mark it {% background "reason" %}',
    "comparison": 'outside a claim: state it in a {% claim %} or mark it {% background "reason" %}',
    "reason": "a mark that does not say why: name the source or what the text is about",
    "unneeded mark": "nothing in it would be found: remove the mark",
}

# -- findings ---------------------------------------------------------------------------------------------------------


class LintError(UserError):
    """A file that the lint cannot read: which, where, and why."""


@dataclass(frozen=True)
class Finding:
    file: Path
    line: int
    kind: str  # a key of ADVICE
    words: str
    context: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} {self.words}, {ADVICE[self.kind]} ({self.context})"


def lint(text: str, file: Path) -> list[Finding]:
    """The findings of a template or a Markdown text, by line. Raises jinja2.TemplateSyntaxError."""
    source = _newlines(text)
    template = _read(source)
    prose, printed = _split_fences(template.text)
    prose = _keep_decimals(_mask(NOT_PROSE, prose))
    results = [*_result_sections(prose), *_result_paragraphs(prose, template.calls), *template.spans("claim")]
    prose = HEADING.sub(_masked, prose)
    found = [("number", span) for shown in (prose, printed) for span in _search(NUMBERS, NOT_NUMBERS, shown)]
    compared = _search(COMPARISONS, NOT_COMPARISONS, prose)
    found += [("comparison", span) for span in compared if not _within(span, template.spans("claim"))]
    found = [(kind, span) for kind, span in found if _within(span, results)]
    reported = [(kind, span) for kind, span in found if not _within(span, template.spans("background"))]
    for block in template.blocks:
        if block.name == "background" and not block.reason:
            reported.append(("reason", block.tag))
        if block.name == "background" and not any(_within(span, [block.span]) for _, span in found):
            reported.append(("unneeded mark", block.tag))
    readable = "".join(b if a == MASK else a for a, b in zip(prose, printed, strict=True))
    return [
        Finding(file, source.count("\n", 0, span[0]) + 1, kind, _line(source[slice(*span)]), _context(readable, span))
        for kind, span in sorted(reported, key=lambda entry: entry[1])
    ]


def lint_files(files: Iterable[Path], root: Path | None = None) -> list[Finding]:
    """The findings of files, named from `root` if given. Raises LintError for one that cannot be read."""
    found: list[Finding] = []
    for path in files:
        file = path.relative_to(root) if root else path
        try:
            found += lint(path.read_text(encoding="utf-8"), file)
        except jinja2.TemplateSyntaxError as error:
            raise LintError(f"{file}:{error.lineno}: {error.message}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise LintError(f"{file}: expected a text in UTF-8, found {error}") from error
    return found


def lint_folder(templates: Path, root: Path | None = None) -> list[Finding]:
    """The findings of every template below a folder."""
    return lint_files(sorted(templates.rglob("*.md.j2")), root)


def marks(text: str) -> int:
    """How many background marks a template has."""
    return len(_read(_newlines(text)).spans("background"))


# -- Jinja ------------------------------------------------------------------------------------------------------------


@dataclass
class _Block:
    """{% claim … %} … {% endclaim %} or {% background … %} … {% endbackground %}"""

    name: str
    reason: str
    tag: Span
    end: int

    @property
    def span(self) -> Span:
        return (self.tag[0], self.end)


@dataclass
class _Template:
    """What of a template is text, and where its result calls, claims and background marks stand."""

    text: str = ""
    calls: list[int] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)

    def spans(self, name: str) -> list[Span]:
        return [block.span for block in self.blocks if block.name == name]


def _read(source: str) -> _Template:
    """Jinja is masked with the newlines inside it: a tag or a comment on a line of its own ends no paragraph."""
    template = _Template()
    opened: list[_Block] = []
    for tokens in _constructs(source):
        start, end = tokens[0][0], tokens[-1][0] + len(tokens[-1][2].rstrip())
        template.text += source[len(template.text) : start]
        if tokens[-1][1] == "data":
            continue
        shown = [*_captions(tokens), *_literals(tokens)]
        template.text += "".join(source[i] if _within((i, i + 1), shown) else MASK for i in range(start, end))
        words = [value for _, kind, value in tokens if kind != "whitespace"]
        if any(RESULT_CALLS.fullmatch(a + b) for a, b in pairwise(words)):
            template.calls.append(start)
        name = words[1] if tokens[0][1] == "block_begin" else ""
        if name in ("claim", "background"):
            reason = "".join(value[1:-1] for _, kind, value in tokens if kind == "string").strip()
            opened.append(_Block(name, reason, (start, end), len(source)))
            template.blocks.append(opened[-1])
        elif opened and name == f"end{opened[-1].name}":
            opened.pop().end = end
    template.text += source[len(template.text) :]
    return template


def _constructs(source: str) -> Iterator[list[Token]]:
    """The tokens of each piece of data, and of each {% %}, {{ }} and {# #} from its begin to its end."""
    offset = 0
    held: list[Token] = []
    for _, kind, value in jinja2.Environment(keep_trailing_newline=True).lex(source):
        offset = max(offset, source.find(value, offset))  # blanks that {%- takes away are in no token
        held.append((offset, kind, value))
        offset += len(value)
        if kind in ("data", "raw_begin") or kind.endswith("_end"):
            yield held
            held = []


def _captions(tokens: list[Token]) -> list[Span]:
    """Where the strings of caption= stand, without the arguments of functions called inside."""
    spans: list[Span] = []
    depth, inside, before = 0, None, ("", "")
    for offset, kind, value in tokens:
        depth += (value in "([{") - (value in ")]}") if kind == "operator" else 0
        if before == ("caption", "="):
            inside = depth
        elif inside is not None and (depth < inside or (depth == inside and value == ",")):
            inside = None
        if inside == depth and kind == "string":
            spans.append((offset + 1, offset + len(value) - 1))
        if kind != "whitespace":
            before = (before[1], value)
    return spans


def _literals(tokens: list[Token]) -> list[Span]:
    """Where {{ 0.5 }} or {{ "0.5" }} prints a literal: it is typed by hand all the same."""
    inside = [token for token in tokens[1:-1] if token[1] != "whitespace"]
    if tokens[0][1] != "variable_begin" or any(kind not in ("integer", "float", "string") for _, kind, _ in inside):
        return []
    return [(offset, offset + len(value)) for offset, _, value in inside]


# -- Markdown ---------------------------------------------------------------------------------------------------------


def _newlines(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text)


def _masked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", MASK, match[0])


def _mask(table: Table, text: str) -> str:
    for pattern, _ in table:
        text = re.sub(pattern, _masked, text, flags=re.M)
    return text


def _split_fences(text: str) -> tuple[str, str]:
    """The text without its code blocks; and nothing but what its code blocks show as printed."""
    printed = list(re.sub(r"[^\n]", MASK, text))
    for fence in FENCE.finditer(text):
        typed = False
        for line in re.finditer(r".+", fence[3]) if fence[2].lower() in PRINTED else ():
            typed = typed or (fence[2].lower() in SHELLS and bool(COMMAND.match(line[0])))
            if not typed:
                printed[fence.start(3) + line.start() : fence.start(3) + line.end()] = line[0]
            typed = typed and line[0].endswith("\\")  # then the next line belongs to it
    return FENCE.sub(_masked, text), "".join(printed)


def _keep_decimals(text: str) -> str:
    """Formulas are masked but for their decimals: an integer or a fraction is mathematics, a decimal is a result."""
    return FORMULA.sub(lambda formula: re.sub(r"(\d+\.\d+)|[^\n]", lambda part: part[1] or MASK, formula[0]), text)


def _result_sections(text: str) -> list[Span]:
    """What precedes all headings; and from a heading of results to the next heading of its level or above."""
    headings = [(match.start(), len(match[1]), match[2]) for match in HEADING.finditer(text)]
    spans = [(0, headings[0][0] if headings else len(text))]
    for index, (start, level, title) in enumerate(headings):
        if title.startswith(RESULT_SECTIONS):
            ends = (other for other, other_level, _ in headings[index + 1 :] if other_level <= level)
            spans.append((start, next(ends, len(text))))
    return spans


def _result_paragraphs(text: str, calls: list[int]) -> list[Span]:
    ends = [0, *(match.start() for match in PARAGRAPH_END.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(ends) if any(start <= call < end for call in calls)]


# -- words ------------------------------------------------------------------------------------------------------------


def _search(wanted: Table, exceptions: Table, text: str) -> list[Span]:
    pattern = "|".join(pattern for pattern, _ in wanted)
    return [match.span() for match in re.finditer(pattern, _mask(exceptions, text))]


def _within(span: Span, spans: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _line(text: str) -> str:
    return " ".join(text.split())


def _context(text: str, span: Span, reach: int = 30) -> str:
    """The sentence around a finding, shortened; what was masked is shown as …"""
    before = re.split(r"。|\n\s*\n", text[: span[0]])[-1]
    after = re.split(r"(?<=。)|\n\s*\n", text[span[1] :])[0]
    before = "…" + before[-reach:] if len(before) > reach else before
    after = after[:reach] + "…" if len(after) > reach else after
    return re.sub(f"[{MASK}…]+", "…", _line(before + text[slice(*span)] + after))
