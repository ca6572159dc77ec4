"""Where a Japanese text compares: by parts of speech and dictionary forms, not by what stands on the paper.

A word of degree counts where it is said of something (精度が高い) or of an outcome (高い精度); not where it picks out what is
spoken of (短い文章), in a condition (長くなると), or in what is to be done (増やす必要がある).
"""

from __future__ import annotations

import re
from itertools import takewhile

from ronkyo.claims.lint.ja import words as w
from ronkyo.claims.lint.ja.sentence import Sentence, sentences
from ronkyo.claims.lint.vocabulary import Span, joined


def comparisons(text: str) -> list[Span]:
    """Where the text compares: each predicate with its auxiliaries, each construction; what touches is one."""
    spans: list[Span] = []
    for sentence in sentences(text):
        i = 0
        while i < len(sentence):
            size = next((size for rule in RULES if (size := rule(sentence, i))), 0)
            if size:
                last = i + size - 1
                behind = takewhile(
                    lambda word: word.is_auxiliary and word.base not in w.TO_DO, sentence.words[last + 1 :]
                )
                last += sum(1 for _ in behind)
                spans.append((sentence[i].span[0], sentence[last].span[1]))
                i = last
            i += 1
    return joined(spans, text)


# Each rule says how many words from i on compare.


def _than(s: Sentence, i: int) -> int:
    """より"""
    if s[i].surface != "より" or not s[i].kind.startswith(("助詞", "副詞")):
        return 0
    size = 1 + (s[i + 1].surface == "も")
    before, after = s[i - 1], s[i + size]
    if not (before.is_noun or before.kind.startswith(("動詞", "助動詞", "形容詞", "記号,括弧閉"))):
        return size * s.of_a_result(i + size)  # an adverb: より高い
    if before.surface in ("いう", "という") or after.base in w.BESIDE | w.TAKEN:
        return 0
    rest = s.words[i + size :]
    if any(word.base in w.PREFERRED for word in rest):
        return 0
    if (
        size == 1
        and w.SOURCES.search(before.surface)
        and (after.is_mark or any(word.base in w.TAKEN for word in rest[-4:]))
    ):
        return 0
    if after.is_mark:  # AよりBの方が, AよりBが速い; but 不足よりも、Bが原因
        return size * (after.kind != "記号,句点" and any(word.base in w.MEASURES | {"方", "ほう"} for word in rest))
    return size * bool(after.surface)


def _beside(s: Sentence, i: int) -> int:
    """に比べて, のほうが"""
    word, following, before = s[i], s[i + 1], s[i - 1].surface
    if word.base in ("比べる", "比較") and before in ("に", "と") and not s.to_do(i):
        form = s[i + 1 + (following.base == "する")]
        goes_on = form.surface in ("て", "と", "ても") or (form.is_mark and not form.kind.startswith("記号,句点"))
        return int(goes_on and not any(after.base in w.LOOKED_AT for after in s.clause(i + 1)))
    described = before in ("の", "な") or s[i - 1].kind.startswith(("動詞", "助動詞", "形容詞"))
    if word.surface in ("ほう", "方") and following.surface in ("が", "は") and described:
        advice = before == "た" and s[i + 2].base in w.PERMITTED
        return 0 if advice else 2
    return 0


def _same(s: Sentence, i: int) -> int:
    """同じくらい, 同程度, と区別できない, 次いで"""
    word, following, before = s[i], s[i + 1], s[i - 1]
    if word.base == "同じ":
        if following.surface == "よう":
            return int(s[i + 2].surface == "な" and bool(w.RESULTS.search(s.noun(i + 3))))
        alike = following.ends or following.kind.startswith("助詞,副助詞") or following.surface in ("程度", "に")
        quoting = following.kind.startswith("記号,括弧開") and following.surface not in "(（"
        end = s.behind(i + 1)
        reached = s[end].surface in ("と", "が", "は", "も", "で") or s[end + 1].base in w.SHOWN | {"なる"}
        named = bool(w.RESULTS.search(s.noun(i + 1))) and (s[end].ends or reached)
        named = named or (before.surface in w.NEARLY and following.is_noun)
        return int((named or (alike and not quoting)) and not s.ends_in_condition(i))
    if word.surface == "同" and word.kind.startswith("接頭詞"):
        return 2 * (following.surface in ("程度", "等", "水準", "レベル", "性能", "精度"))
    if word.surface == "区別" and following.base in ("できる", "する", "つく"):
        return 2 * (s[i - 1].surface == "と" and s.negated(i + 1))
    return int(word.surface == "次いで")


def _top(s: Sentence, i: int) -> int:
    """最も, 最速, 比較的, もっと"""
    word, following = s[i], s[i + 1]
    if word.kind.startswith("副詞") and word.base in w.MORE:
        return int(s.of_a_result(i + 1) or _ranked(s, i + 2))
    if word.base in w.MOST:
        return 1
    if word.base not in w.TOPS or (following.is_mark and s[i - 1].is_mark):
        return 0
    if word.surface in ("一番", "いちばん") and following.kind.startswith(
        ("形容詞", "副詞", "動詞", "名詞,形容動詞語幹")
    ):
        return int(s.of_a_result(i + 1) or _ranked(s, i + 2))
    if following.surface == "の" or following.is_noun:
        first = i + 1 + (following.surface == "の")
        named = w.OUTCOMES.search(s.noun(first)) or _ranked(s, first)
        return int(bool(named) and word.base not in w.PLACES and not re.search("値|化|量|限", s.noun(first)))
    if following.surface == "で":
        after = s[i + 2]
        ends = after.base in ("ある", "ない") or after.is_mark or following.kind.startswith("助動詞")
        return int(after.surface != "も" and ends)
    topic = following.surface in ("は", "が") and word.base not in ("最大", "最小")
    return int(following.ends or topic or following.surface in ("に", "と"))


def _ranked(s: Sentence, i: int) -> bool:
    """最も高いモデルは, 最良の設定だった: that one is the first is said; 最良の設定で only refers to it"""
    behind = s[s.behind(i)]
    became = s[s.behind(i) + 1].base == "なる"
    return bool(w.RANKED.search(s.noun(i))) and (became or behind.ends or behind.surface in ("は", "が", "も"))


def _gap(s: Sentence, i: int) -> int:
    """差がある, 違いは見られない, 影響していない, 効果なさそう"""
    word, following, after = s[i], s[i + 1], s[i + 2]
    if not word.is_noun or word.base not in w.GAPS | w.EFFECTS:
        return 0
    if following.base in w.PRESENCE:
        return 2
    if following.surface == "性":
        i, following, after = i + 1, after, s[i + 3]
    if following.surface in ("が", "は", "も"):
        clause = list(takewhile(lambda word: word.surface != "を", s.clause(i + 2)))
        open_end = after.ends and not after.kind.startswith("記号,読点")  # 差が..
        told = open_end or any(word.base in w.PRESENT for word in clause)
        return 2 * (told and not s.to_do(i) and not s.ends_in_condition(i))
    if following.base == "する" and word.kind.startswith("名詞,サ変"):
        caused = after.base in ("せる", "させる")
        told = s.told(i + 1) or (word.base == "変化" and bool(w.OUTCOMES.search(s.subject(i))))
        return 2 * (not caused and told and not s.conditional(i + 1) and not s.describes(i + 1))
    return 2 * (following.surface == "を" and after.base in w.SHOWN and s.told(i + 2))


def _measure(s: Sentence, i: int) -> int:
    """高い, 小さく, 多すぎる, やすくなる"""
    word, following, before = s[i], s[i + 1], s[i - 1]
    if word.kind.startswith("形容詞,非自立") and word.base in ("やすい", "にくい", "づらい"):
        return 2 * (following.base == "なる" and not s.conditional(i + 1))
    if (
        word.base not in w.MEASURES
        or not word.kind.startswith(("形容詞", "連体詞"))
        or following.surface in ("さ", "み")
    ):
        return 0
    if following.surface == "なるほど":  # how the dictionary reads 長くなるほど
        return 0
    if word.base in w.PERMITTED and word.form in ("基本形", "仮定形") and _permitted(s, i):
        return 0
    if following.base == "すぎる":
        return 2 * (not s.conditional(i + 1))
    if word.form == "連用テ接続" and following.base in ("なる", "する", "できる"):
        chosen = following.base != "なる" and not w.OUTCOMES.search(s.subject(i))
        return 2 * (not chosen and not s.conditional(i + 1) and not s.to_do(i))
    if word.form == "連用テ接続" and following.kind.startswith(("動詞", "名詞", "副詞", "形容詞")):
        how = word.base not in w.DEGREES or following.base in ("分ける", "分かれる", "用いる", "使う", "なるほど")
        verb = next((j for j in range(i + 1, i + 5) if s[j].kind.startswith("動詞")), i)
        condition = s.conditional(verb) or s.ends_in_condition(i)
        return int((not how or following.base in w.DIFFERS) and not condition)
    likely = before.surface in ("が", "は", "も") and s[i - 2].base in w.LIKELIHOODS
    often = word.base == "多い" and before.surface in ("が", "も") and s[i - 2].base in ("こと", "場合", "もの")
    return int(s.of_a_result(i) and not (likely or often or s.conditional(i) or s.to_do(i)))


def _permitted(s: Sentence, i: int) -> bool:
    """してもよい, すればよい, したほうがよい: nothing is good"""
    before, first = s[i - 1].surface, s[i - 2].surface
    if before in ("も", "が"):
        return first in ("て", "で") or (first in ("ほう", "方") and s[i - 3].surface == "た")
    return before in ("て", "で", "ば", "と", "たら")


def _grade(s: Sentence, i: int) -> int:
    """高速な, 安定する, 同様に, 効率的に, 正確になる, 高精度である"""
    word, following, after = s[i], s[i + 1], s[i + 2]
    if word.surface in ("高", "低") and word.kind.startswith("接頭詞"):
        return 2 * (bool(w.OUTCOMES.search(following.surface)) and after.ends and bool(after.surface))
    if following.surface == "的" and f"{word.base}的" in w.GRADES:
        return 2 * (after.surface != "な" or s.of_a_result(i + 1))
    if word.base == "同様" and following.surface == "に":
        return int(not any(word.surface == "を" for word in s.clause(i + 1)))
    if word.base == "同様" and following.surface == "の":
        return int(bool(w.OUTCOMES.search(s.noun(i + 2))))
    if word.base in w.GRADES and word.is_noun:
        if following.surface == "化":
            return 2 * (after.kind.startswith(("動詞", "助動詞")) and word.base != "最適" and not s.conditional(i + 2))
        if following.surface == "に" and (after.base == "する" or (after.base != "なる" and word.base in w.MANNERS)):
            return 0
        said = following.ends or following.kind.startswith("動詞") or following.surface in ("に", "と")
        return int(said and not (s.conditional(i) or s.conditional(i + 1) or s.to_do(i)))
    if word.kind.startswith("名詞,形容動詞語幹") and following.surface == "に" and after.base == "なる":
        return 3 * (word.base not in w.STATES and not s.conditional(i + 2))
    return 0


def _verb(s: Sentence, i: int) -> int:
    """減っている, 上回る, 高まらない, 変わらない, 及ばない"""
    word = s[i]
    if not word.kind.startswith("動詞,自立"):
        return 0
    if word.base in w.NEGATED:
        return int(s.negated(i))
    if word.base in w.DIFFERS:
        return int(s.told(i) and not s.conditional(i))
    if word.base not in w.VERBS and not w.CHANGING.fullmatch(word.base):
        return 0
    of_outcome = bool(w.OUTCOMES.search(s.subject(i)))
    if (word.base in w.CHOICES and not of_outcome) or (word.base == "変わる" and not (of_outcome or s.told(i))):
        return 0
    return int(not (s.conditional(i) or s.to_do(i) or s.describes(i)))


def _noun(s: Sentence, i: int) -> int:
    """改善した, 向上。, 半減している"""
    word = s[i]
    if not word.kind.startswith("名詞,サ変") or word.base in w.OTHER_NOUNS:
        return 0
    if word.base not in w.VERBS and not w.NOUNS.search(word.base):
        return 0
    verb = i + (s[i + 1].base == "する")
    return int(_happens(s, i) and not (s.conditional(verb) or s.to_do(i) or s.describes(verb)))


def _happens(s: Sentence, i: int) -> bool:
    """Whether a noun of change is a predicate: 改善した, 改善が見られる; not 改善案, 改善の余地, 改善により"""
    following, after = s[i + 1], s[i + 2]
    if following.base in ("する", "できる", "せる", "させる"):
        return after.base not in ("せる", "させる") or bool(w.OUTCOMES.search(s.subject(i)))
    if following.is_noun:
        return bool(w.AMOUNT.search(following.surface)) and after.surface in ("が", "は", "も", "で", "に")
    if following.surface == "を":
        return after.base in w.SHOWN
    if following.surface == "に":
        return after.base in w.REACHED or after.surface == "は"
    if following.surface == "は":
        return any(word.base in w.FOUND for word in s.clause(i + 2))
    return following.ends or following.surface in ("が", "も", "のみ", "だけ")


RULES = (_than, _beside, _same, _top, _gap, _measure, _grade, _verb, _noun)
