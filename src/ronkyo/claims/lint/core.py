"""No result typed by hand, no comparison outside a claim: a lint for the prose of the report's templates.

What is not prose (Jinja, code, formulas, links, names, …) is masked: overwritten at the same length, so that an offset
in a masked text is an offset in the source. A number or an English word broken by the end of a line is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import jinja2

from ronkyo.claims.lint import en, ja
from ronkyo.claims.lint.sections import HEADING, result_paragraphs, result_sections
from ronkyo.claims.lint.terms import Terms, others
from ronkyo.claims.lint.vocabulary import MASK, Span, Table, mask, masked, search
from ronkyo.claims.tags import ClaimTags, syntax
from ronkyo.errors import UserError, nearest, not_utf8

VOCABULARIES = {"ja": ja.VOCABULARY, "en": en.VOCABULARY}
Token = tuple[int, str, str]  # offset, kind, value

SHELLS = {"bash", "sh", "shell", "zsh", "console"}
PRINTED = SHELLS | {"", "none", "text", "txt", "output", "log"}  # a block in any other language is source code
COMMAND = re.compile(  # a line of a shell's block that was typed, not printed
    r"\s*([$%>#] |#|\.{0,2}/[\w.]|[A-Z_]+=\S+ [a-z]|(sudo|make|dvc|git|python3?|pip3?|uv|pytest|ronkyo|head|tail|apt|"
    r"apt-get|docker|curl|wget|pdftoppm|sleep|seq|cd|export)( |$))"
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

PARSER = jinja2.Environment(extensions=[ClaimTags])

ADVICE = {
    "number": 'typed by hand: write it with mean(), param(), … or mark it {% background "reason" %}',
    "comparison": 'outside a claim: state it in a {% claim %} or mark it {% background "reason" %}',
    "reason": "a mark that does not say why: name the source or what the text is about",
    "term": "write that",
    "unneeded mark": "nothing in it would be found: remove the mark",
}

# -- findings ---------------------------------------------------------------------------------------------------------


class LintError(UserError):
    """A file that the lint cannot read: which, where, and why."""


@dataclass(frozen=True)
class Rules:
    """What a project's prose is measured by.

    sections: words in the headings under which results are told; calls: functions that print a result: the paragraph
    around a call tells of results too. Claims do so wherever they stand, and so does what precedes all headings.
    terms: words, each with others that mean the same and are not to be used.
    """

    language: str
    sections: Sequence[str]
    calls: Collection[str] = ()
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    file: Path
    line: int
    kind: str  # a key of ADVICE
    words: str
    context: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} {self.words}, {ADVICE[self.kind]} ({self.context})"


def lint(text: str, file: Path, rules: Rules) -> list[Finding]:
    """The findings of a template or a Markdown text, by line. Raises jinja2.TemplateSyntaxError."""
    vocabulary = VOCABULARIES[rules.language]
    source = _newlines(text)
    template = _read(source, rules.calls)
    prose, printed = _split_fences(template.text)
    prose = _keep_decimals(mask(NOT_PROSE, prose))
    claims = template.spans("claim")
    languages = [other for other in VOCABULARIES.values() if other is not vocabulary]
    results = result_sections(prose, printed, rules.sections, [vocabulary, *languages])
    results += [*result_paragraphs(prose, template.calls), *claims]
    prose = HEADING.sub(masked, prose)
    spans = [
        ("number", span)
        for text in (prose, printed)
        for span in search(vocabulary.numbers, vocabulary.not_numbers, text)
    ]
    spans = [(kind, span) for kind, span in spans if _within(span, results)]
    spans += [("comparison", span) for span in vocabulary.comparisons(_between(prose, results, claims))]
    reported = [(kind, span) for kind, span in spans if not _within(span, template.spans("background"))]
    for block in template.blocks:
        if block.name == "background" and not block.reason:
            reported.append(("reason", block.tag))
        if block.name == "background" and not any(_within(span, [block.span]) for _, span in spans):
            reported.append(("unneeded mark", block.tag))
    told = _visible_too(prose, source, template.strings)
    wrong = {span: f", for which terms.yaml has {word}" for span, word in others(told, rules.terms)}
    reported += [("term", span) for span in wrong]
    readable = "".join(b if a == MASK else a for a, b in zip(prose, printed, strict=True))
    return [
        Finding(
            file,
            source.count("\n", 0, span[0]) + 1,
            kind,
            _line(source[slice(*span)]) + (wrong[span] if kind == "term" else ""),
            _context(readable, span, vocabulary.sentence_end),
        )
        for kind, span in sorted(reported, key=lambda entry: entry[1])
    ]


def lint_files(files: Sequence[Path], rules: Rules, root: Path | None = None) -> list[Finding]:
    """The findings of files, named from `root` if given. Raises LintError for one that cannot be read, and for none."""
    if not files:
        raise LintError("lint: expected files, found none")
    findings: list[Finding] = []
    for path in files:
        file = path.relative_to(root) if root else path
        try:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".j2":
                PARSER.parse(text)
            findings += lint(text, file, rules)
        except FileNotFoundError:
            beside = [each.name for each in path.parent.glob("*.md*")]
            raise LintError(f"{file}: expected a file, found nothing{nearest(path.name, beside)}") from None
        except jinja2.TemplateSyntaxError as error:
            raise LintError(f"{file}:{error.lineno}: {syntax(error)}") from error
        except UnicodeDecodeError as error:
            raise LintError(f"{file}{not_utf8(error)}") from None
        except OSError as error:
            raise LintError(f"{file}: expected a text in UTF-8, found {error}") from error
    return findings


def marks(text: str) -> int:
    """How many background marks a template has."""
    return len(_read(_newlines(text), ()).spans("background"))


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
    strings: list[Span] = field(default_factory=list)  # that are printed, but tell no results

    def spans(self, name: str) -> list[Span]:
        return [block.span for block in self.blocks if block.name == name]


def _read(source: str, calls: Collection[str]) -> _Template:
    """Jinja is masked with the newlines inside it: a tag or a comment on a line of its own ends no paragraph."""
    template = _Template()
    opened: list[_Block] = []
    for tokens in _constructs(source):
        start, end = tokens[0][0], tokens[-1][0] + len(tokens[-1][2].rstrip())
        template.text += source[len(template.text) : start]
        if tokens[-1][1] == "data":
            continue
        visible = [*_arguments(tokens, ["caption"]), *_literals(tokens)]
        template.strings += _arguments(tokens, ["hypothesis", "condition", "alt"])
        template.text += "".join(source[i] if _within((i, i + 1), visible) else MASK for i in range(start, end))
        words = [value for _, kind, value in tokens if kind != "whitespace"]
        if any((a in calls and b == "(") or (a == "claim" and b in ".(") for a, b in pairwise(words)):
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


def _arguments(tokens: list[Token], names: Collection[str]) -> list[Span]:
    """Where the strings of caption= stand, or of arguments of other names, without the arguments of functions called inside."""
    spans: list[Span] = []
    depth, inside, before = 0, None, ("", "")
    for offset, kind, value in tokens:
        depth += (value in "([{") - (value in ")]}") if kind == "operator" else 0
        if before[1] == "=" and before[0] in names:
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
    return FENCE.sub(masked, text), "".join(printed)


def _keep_decimals(text: str) -> str:
    """Formulas are masked but for their decimals: an integer or a fraction is mathematics, a decimal is a result."""
    return FORMULA.sub(lambda formula: re.sub(r"(\d+\.\d+)|[^\n]", lambda part: part[1] or MASK, formula[0]), text)


def _visible_too(text: str, source: str, spans: Iterable[Span]) -> str:
    """A masked text in which some spans of the source are not masked."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = source[start:end]
    return "".join(letters)


# -- words ------------------------------------------------------------------------------------------------------------


def _within(span: Span, spans: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _between(text: str, spans: Iterable[Span], exceptions: Iterable[Span]) -> str:
    """What of a text lies in the spans and not in the exceptions; the rest is masked."""
    kept = bytearray(len(text))
    for value, chosen in ((1, spans), (0, exceptions)):
        for start, end in chosen:
            kept[start:end] = bytes([value]) * (end - start)
    return "".join(a if keep or a == "\n" else MASK for a, keep in zip(text, kept, strict=True))


def _line(text: str) -> str:
    return " ".join(text.split())


def _context(text: str, span: Span, sentence_end: str, reach: int = 30) -> str:
    """The sentence around a finding, shortened; what was masked is shown as …"""
    far = 20 * reach
    before = re.split(rf"{sentence_end}|\n\s*\n", text[max(0, span[0] - far) : span[0]])[-1]
    after = re.split(rf"{sentence_end}|\n\s*\n", text[span[1] : span[1] + far])[0]
    before = "…" + before[-reach:] if len(before) > reach else before
    after = after[:reach] + "…" if len(after) > reach else after
    return re.sub(f"[{MASK}…]+", "…", _line(before + text[slice(*span)] + after))
