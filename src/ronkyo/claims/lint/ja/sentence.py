"""Japanese sentences as words with their parts of speech and dictionary forms (janome), and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ronkyo.claims.lint.ja import words as w
from ronkyo.claims.lint.vocabulary import MASK, Span

if TYPE_CHECKING:
    from janome.tokenizer import Token

SENTENCE = re.compile(r"(?:[^。．！？!?|\n]|\n(?![ \t]*(?:\n|[-*+>#|:]|\d+[.)])))+[。．！？!?]?")
JAPANESE = re.compile("[\u3040-\u9fff]")
DROPPED = re.compile(
    rf"[ \t　]*\n\s*|\*+|(?<=\d)[.,，．](?=\d)|(?<=[^\x00-\x7f])[ \t　]+|[ \t　]+(?=[^\x00-\x7f])|(?<={MASK}){MASK}"
)
MARKS = {"括弧開": "([（［「『【〔", "括弧閉": ")]）］」』】〕", "読点": ",，、", "句点": "。．!?！？"}


@dataclass(frozen=True)
class Word:
    """surface: as written; base: dictionary form; kind: 品詞; form: 活用形; span: where it stands in the text."""

    surface: str = ""
    base: str = ""
    kind: str = ""
    form: str = ""
    span: Span = (0, 0)
    begins_line: bool = False

    @property
    def is_noun(self) -> bool:
        return self.kind.startswith(("名詞", "接頭詞")) or MASK in self.surface

    @property
    def is_mark(self) -> bool:
        return self.kind.startswith("記号") and MASK not in self.surface

    @property
    def is_auxiliary(self) -> bool:
        return self.kind.startswith(("助動詞", "動詞,接尾"))

    @property
    def ends(self) -> bool:
        """Whether a predicate without a verb may stand before it: 精度が向上。"""
        return not self.surface or self.is_mark or self.kind.startswith("助動詞")


def sentences(text: str) -> Iterator[Sentence]:
    for match in SENTENCE.finditer(text):
        if JAPANESE.search(match[0]):
            yield Sentence(_words(text, *match.span()))


@cache
def _tokenize() -> Callable[[str], Iterator[Token]]:
    """janome's dictionary is opened for the first Japanese sentence."""
    from janome.tokenizer import Tokenizer

    return Tokenizer().tokenize  # pyright: ignore[reportReturnType]  # without wakati it yields tokens


def _words(text: str, start: int, end: int) -> list[Word]:
    """The words of text[start:end]. Line breaks, emphasis, blanks beside Japanese and decimal points are in none."""
    dropped = {i for match in DROPPED.finditer(text, start, end) for i in range(*match.span())}
    places = [i for i in range(start, end) if i not in dropped]
    words: list[Word] = []
    at = 0
    while places and text[places[0]].isspace():  # janome strips what it reads
        places.pop(0)
    for surface, base, kind, form in _tokens("".join(text[i] for i in places)):
        if not surface.isspace():
            span = (places[at], places[at + len(surface) - 1] + 1)
            begins_line = bool(words) and "\n" in text[words[-1].span[1] : span[0]]
            words.append(Word(surface, base, kind, form, span, begins_line=begins_line))
        at += len(surface)
    return words


@lru_cache(maxsize=4096)
def _tokens(text: str) -> list[tuple[str, str, str, str]]:
    """(as written, dictionary form, 品詞, 活用形) of each."""
    return [(token.surface, token.base_form, _kind(token), token.infl_form) for token in _tokenize()(text)]


def _kind(token: Token) -> str:
    """The dictionary has "(" and "." as nouns."""
    if re.search(rf"[\w{MASK}]", token.surface):
        return token.part_of_speech
    return "記号," + next((kind for kind, marks in MARKS.items() if token.surface in marks), "一般")


class Sentence:
    """Words by number; beside them are words without a surface."""

    def __init__(self, words: Sequence[Word]):
        self.words = words

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, i: int) -> Word:
        return self.words[i] if 0 <= i < len(self.words) else Word()

    def noun(self, i: int) -> str:
        """The compound noun that begins at i."""
        return "".join(word.surface for word in self.words[i : self.behind(i)])

    def behind(self, i: int) -> int:
        """Where the compound noun that begins at i has ended."""
        while self[i].is_noun:
            i += 1
        return i

    def predicate_end(self, i: int) -> int:
        """Where the auxiliaries of the predicate at i have ended: 減っていない"""
        i += 1
        while self[i].is_auxiliary or self[i].kind.startswith("動詞,非自立") or self[i].surface in ("て", "で", "し"):
            i += 1
        return i

    def subject(self, i: int) -> str:
        """The noun of which the predicate at i says something: before the nearest が, は, も, を or の."""
        for j in range(i - 1, max(i - 10, -1), -1):
            if self[j].surface in ("が", "は", "も", "を", "の") and self[j].kind.startswith("助詞"):
                first = j
                while self[first - 1].is_noun:
                    first -= 1
                return self.noun(first)
        return ""

    def clause(self, i: int) -> list[Word]:
        """The words from i on to the next comma or the end."""
        ends = (j for j in range(i, len(self)) if self[j].kind.startswith(("記号,句点", "記号,読点")))
        return list(self.words[i : next(ends, len(self))])

    def negated(self, i: int) -> bool:
        return any(word.base in ("ない", "ぬ", "ん") for word in self.clause(i + 1)[:3])

    def told(self, i: int) -> bool:
        """Whether the predicate at i is in the past, goes on, or is negated: 影響した, している, しない"""
        return any(word.base in ("た", "ぬ", "ない", "いる") for word in self.clause(i + 1)[:4])

    def to_do(self, i: int) -> bool:
        """Whether the clause says what should be done: 増やす必要がある, 下げたい, 上げよう"""
        return any(word.base in w.TO_DO or word.form == "未然ウ接続" for word in self.clause(i + 1))

    def conditional(self, i: int) -> bool:
        """Whether the predicate at i is a condition: 長くなると, 下がれば, 大きい場合"""
        end = self.predicate_end(i)
        word, last = self[end], self[end - 1]
        if any(each.surface in ("たら", "だら", "なら") or each.form == "仮定形" for each in self.words[i:end]):
            return True
        if word.surface in ("ば", "か") or word.base in w.FOLLOWING:
            return True
        if word.base in w.CONDITION and word.kind.startswith(("名詞", "助詞")):
            return True
        if (
            word.surface != "と"
            or last.form not in ("基本形", "*")
            or self[end + 1].base in ("する", "なる", "ある", "の")
        ):
            return False
        return bool(self[end + 1].surface) and not any(
            w.QUOTING.match(each.base) for each in self.words[end + 1 : end + 4]
        )

    def ends_in_condition(self, i: int) -> bool:
        """Whether the clause of i ends as a condition: 差が同じときは、"""
        return any(
            (word.base in w.CONDITION and word.kind.startswith("名詞,非自立")) or word.surface in ("ば", "たら", "なら")
            for word in self.clause(i + 1)[-2:]
        )

    def describes(self, i: int) -> bool:
        """Whether the verb at i describes a noun that is no result: 改善したモデル, 縮小する方法"""
        end = self.predicate_end(i)
        noun = self[end]
        if not noun.is_noun or noun.begins_line or self[end - 1].surface in ("て", "し"):
            return False
        formal = noun.base in w.FORMAL | w.CONDITION or noun.kind.startswith("名詞,非自立")
        return not (formal or w.RESULTS.search(self.noun(end)))

    def of_a_result(self, i: int) -> bool:
        """Whether what begins at i is said of something, or describes an outcome: 精度が高い, 高い精度; not 短い文章"""
        while self[i].kind.startswith("副詞") or self[i].surface in ("に", "も"):
            i += 1
        word = self[i]
        described = i + 1
        if word.kind.startswith("名詞,形容動詞語幹") or (word.is_noun and self[self.behind(i)].surface == "な"):
            described = max(described, self.behind(i))
            if self[described].surface != "な":
                return True
            described += 1
        elif word.kind.startswith("名詞"):
            return bool(w.OUTCOMES.search(self.noun(i))) or self[described].surface in ("に", "で", "と")
        elif not word.kind.startswith(("連体詞", "接頭詞")) and word.form not in ("基本形", "体言接続"):
            return bool(word.surface)
        noun = self[described]
        if not noun.is_noun or noun.begins_line or noun.base in w.FORMAL | w.CONDITION:
            return True
        return bool(w.OUTCOMES.search(self.noun(described))) or self[described + 1].kind.startswith("助動詞")
