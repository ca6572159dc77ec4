"""The differences of two texts: which words, which paragraphs, and what is compared elsewhere."""

from difflib import SequenceMatcher

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ronkyo.compare.text import SIMILAR, Change, Part, _pairs, changes, paragraphs, parts, split
from ronkyo.words import Words

JAPANESE = Words("ja")


def marked(old, new):
    """Of each change: the text with [-deleted-] and {+inserted+} words."""
    signs = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return ["".join(signs[part.kind].format(part.text) for part in one.parts) for one in changes(old, new, JAPANESE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("精度は高い。", ["精度", "は", "高", "い", "。"]),
        ("0.12 から 1,024 まで", ["0.12", " ", "から", " ", "1,024", " ", "まで"]),
        ("差は −0.025 である", ["差", "は", " ", "−0.025", " ", "である"]),
        ("binary_addition.hidden_16 の値", ["binary_addition.hidden_16", " ", "の", "値"]),
        ("It is high. So", ["It", " ", "is", " ", "high", ".", " ", "So"]),
        ("損失のグラフ々", ["損失", "の", "グラフ", "々"]),
        (r"重み \(W_{\text{in}} x_t\) は", ["重", "み", " ", r"\(W_{\text{in}} x_t\)", " ", "は"]),
        (r"\[ a = b + 1 \]", [r"\[ a = b + 1 \]"]),
    ],
)
def test_numbers_names_and_formulas_are_one_word_each_and_so_is_what_japanese_writes_in_one_script(text, expected):
    assert split(text) == expected


@given(st.text())
@example("損失は $L$、−3×10^{-4} で\n\\(x\\) だ。")
@settings(max_examples=40)
def test_the_words_of_a_text_put_together_are_the_text(text):
    assert "".join(split(text)) == text


@given(st.text(alphabet="高い低精度は1.0 ", max_size=20), st.text(alphabet="高い低精度は1.0 ", max_size=20))
@settings(max_examples=40)
def test_the_parts_hold_both_versions_whole(old, new):
    found = parts(split(old), split(new))
    assert "".join(part.text for part in found if part.kind != "inserted") == old
    assert "".join(part.text for part in found if part.kind != "deleted") == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("LSTM の精度は高い。", "LSTM の精度は低い。", "LSTM の精度は[-高-]{+低+}い。"),
        ("精度は 0.81 である。", "精度は 0.79 である。", "精度は [-0.81-]{+0.79+} である。"),
        ("反復は 1,024 回だった。", "反復は 1,025 回だった。", "反復は [-1,024-]{+1,025+} 回だった。"),
        ("差は 0.5 と小さい。", "差は −0.5 と小さい。", "差は [-0.5-]{+−0.5+} と小さい。"),
        (
            "損失は $L = 1$ のとき小さい。",
            "損失は $L = 2$ のとき小さい。",
            r"損失は [-\(L = 1\)-]{+\(L = 2\)+} のとき小さい。",
        ),
        ("学習は速く、安定した。", "学習は安定した。", "学習は[-速く、-]安定した。"),
        ("学習は安定した。", "学習はとても安定した。", "学習は{+とても+}安定した。"),
    ],
)
def test_exactly_the_changed_words_are_marked(old, new, expected):
    assert marked(old, new) == [expected]


def test_a_number_with_its_markup_is_read_as_printed():
    old = '精度は <data value="a.b">0.81</data> であり、[図](#fig:x/y) のとおりである。'
    assert marked(old, old.replace("0.81", "0.80")) == ["精度は [-0.81-]{+0.80+} であり、図 のとおりである。"]


ONE, TWO, THREE = "一つ目の段落は学習について述べる。", "図表は後ろに置いた。", "勾配が消えると困る。"


def text(*paragraphs):
    return "\n\n".join(paragraphs)


def test_paragraphs_that_come_or_go_are_whole_and_unchanged_ones_are_not_there():
    assert marked(text(ONE, THREE), text(ONE, TWO, THREE)) == [f"{{+{TWO}+}}"]
    assert marked(text(ONE, TWO, THREE), text(ONE, THREE)) == [f"[-{TWO}-]"]
    assert marked(text(ONE, TWO), text(ONE, TWO)) == []


def test_a_paragraph_moved_past_an_unchanged_one_is_gone_there_and_new_here():
    assert marked(text(ONE, TWO, THREE), text(TWO, THREE, ONE)) == [f"[-{ONE}-]", f"{{+{ONE}+}}"]


def test_a_paragraph_is_compared_with_the_one_like_it_and_not_with_its_neighbour():
    changed = THREE.replace("困る", "つらい")
    assert marked(text(ONE, THREE), text(ONE, TWO, changed)) == [f"{{+{TWO}+}}", "勾配が消えると[-困る-]{+つらい+}。"]


LSTM = "LSTM の検証の精度は 0.91 で、GRU を上回った。"
GRU = "GRU の検証の精度は 0.88 で、RNN を上回った。"


def test_a_paragraph_is_compared_with_the_one_most_like_it_and_not_with_the_first_that_is_similar():
    changed = GRU.replace("RNN", "RNN よりもずっと高く、RNN")
    assert SequenceMatcher(None, split(LSTM), split(changed)).ratio() > SIMILAR
    assert marked(text(LSTM, GRU), changed) == [
        f"[-{LSTM}-]",
        "GRU の検証の精度は 0.88 で、RNN {+よりもずっと高く、RNN +}を上回った。",
    ]
    assert marked(GRU, text(LSTM, changed))[0] == f"{{+{LSTM}+}}"


def test_paragraphs_are_paired_so_that_all_together_are_most_alike():
    old, new = text(LSTM, THREE, GRU), text(LSTM.replace("0.91", "0.92"), GRU.replace("0.88", "0.87"))
    assert marked(old, new) == [
        LSTM.replace("0.91", "[-0.91-]{+0.92+}"),
        f"[-{THREE}-]",
        GRU.replace("0.88", "[-0.88-]{+0.87+}"),
    ]


@st.composite
def blocks(draw):
    one = st.lists(st.sampled_from("abcd"), min_size=1, max_size=5)
    return draw(st.lists(one, max_size=4)), draw(st.lists(one, max_size=4))


@given(blocks())
def test_no_other_pairing_that_keeps_the_order_is_more_alike(block):
    before, after = block

    def ratio(old, new):
        return SequenceMatcher(None, before[old], after[new], autojunk=False).ratio()

    def best(old, new):
        if old == len(before) or new == len(after):
            return 0.0
        paired = ratio(old, new) + best(old + 1, new + 1) if ratio(old, new) >= SIMILAR else 0.0
        return max(paired, best(old + 1, new), best(old, new + 1))

    pairs = list(_pairs(before, after))
    assert pairs == sorted(pairs)
    assert len({old for old, _ in pairs}) == len({new for _, new in pairs}) == len(pairs)
    assert all(ratio(*pair) >= SIMILAR for pair in pairs)
    assert sum(ratio(*pair) for pair in pairs) == pytest.approx(best(0, 0))


@given(st.lists(st.sampled_from([ONE, TWO, THREE, LSTM, GRU]), max_size=5), st.lists(st.sampled_from([ONE, GRU, LSTM])))
@settings(max_examples=40)
def test_the_changes_hold_every_changed_paragraph_of_both_versions_once_and_in_order(old, new):
    found = changes(text(*old), text(*new), JAPANESE)
    for versions, other in ((old, "inserted"), (new, "deleted")):
        left = iter(versions)
        sides = ["".join(part.text for part in one.parts if part.kind != other) for one in found]
        assert all(side in left for side in sides if side)


def test_paragraphs_that_have_nothing_to_do_with_each_other_are_not_compared_slowly(monkeypatch):
    """So that hundreds of changed paragraphs take seconds."""
    compared = []
    slowly = SequenceMatcher.ratio
    monkeypatch.setattr(SequenceMatcher, "ratio", lambda self: compared.append(1) or slowly(self))
    old = [[f"{letter}{i}" for letter in "abcdefgh"] + list("はがをに。") for i in range(40)]
    new = [[*one, "よ"] for one in old] + [["は", *["ながい"] * 40]]
    assert list(_pairs(old, new)) == [(i, i) for i in range(len(old))]
    assert 0 < len(compared) < 2 * len(old) + len(old) ** 2 / 10


def test_a_change_names_its_chapter():
    old = f"## 序論\n\n{ONE}\n\n## 結果\n\n{TWO}\n\n### 考察\n\n{THREE}"
    assert [one.chapter for one in changes(old, old.replace("困る", "つらい"), JAPANESE)] == ["結果"]


def test_headings_lists_captions_and_displayed_formulas_are_text():
    old = (
        "## 結果と考察\n\n- 学習は速い。\n- 検証は遅い。\n\n![図の説明](a.svg)\n\n"
        "/// figure-caption\n\n損失の曲線を示す。\n///\n\n"
        "$$\na = b + 1\n\\label{eq:a}\n$$\n"
    )
    assert marked(old, old.replace("考察", "課題")) == ["結果と[-考察-]{+課題+}"]
    assert marked(old, old.replace("検証は遅い", "検証は速い")) == ["検証は[-遅-]{+速+}い。"]
    assert marked(old, old.replace("損失の", "精度の")) == ["[-損失-]{+精度+}の曲線を示す。"]
    formula = marked(old, old.replace("b + 1", "b + 2"))
    assert formula
    assert "b + 1" in formula[0]
    assert "b + 2" in formula[-1]


def test_numbers_in_tables_code_and_the_ledger_are_left_to_their_own_comparisons():
    old = (
        "文は同じ。\n\n| 列 | 値 |\n|:--|--:|\n| 条件 | 0.5 |\n\n```python\nx = 1\n```\n\n"
        '<div class="ledger supported" id="ledger:a" markdown="1">\n\n文\n:   差は 0.5 である。\n\n</div>\n\n'
        '主張は<span class="claim" id="claim:a">正しい。\u00a0'
        '<a class="badge supported" href="#ledger:a">主張 1「正しい」\u00a0<b>支持</b>（4 シード）</a></span>\n'
    )
    new = old.replace("0.5", "0.6").replace("x = 1", "x = 2").replace("主張 1「正しい」", "主張 2「違う」")
    assert new != old
    assert changes(old, new, JAPANESE) == []


def test_a_reference_without_its_number_reads_as_a_word():
    old = (
        "モデルを[参照](#lst:a) に示す。[参照](#eq:b) による勾配は、[参照](#fig:c) と[参照](#tab:d) のとおり、"
        "[参照](#eq:e) $x$ や[参照](#fig:f) RNN より高い。"
    )
    expected = r"モデルをコードに示す。式による勾配は、図と表のとおり、式 \(x\) や図 RNN より[-高-]{+低+}い。"
    assert marked(old, old.replace("高い", "低い")) == [expected]


def test_an_english_paragraph_is_compared_by_its_words():
    old = "The accuracy in [](#fig:a) and [see](#tab:b) is higher. It rose by 0.12, as [told](#c) above."
    (change,) = changes(old, old.replace("higher", "lower").replace("0.12", "0.13"), Words("en"))
    assert "".join(part.text for part in change.parts if part.kind != "inserted") == (
        "The accuracy in figure and table is higher. It rose by 0.12, as told above."
    )
    assert [part.text for part in change.parts if part.kind != "same"] == ["higher", "lower", "0.12", "0.13"]


def test_a_blank_that_the_author_put_after_another_link_stays():
    assert [one.text for one in paragraphs("[LSTM](#lstm) の結果。", JAPANESE)] == ["LSTM の結果。"]


@pytest.mark.parametrize("kind", ["table", "figure", "listing"])
def test_the_caption_of_a_table_is_left_out_with_it_and_other_captions_are_not(kind):
    content = {
        "table": "| 列 | 値 |\n|:--|--:|\n| 条件 | 0.5 |",
        "figure": "![図](a.svg)",
        "listing": "```python\nx = 1\n```",
    }
    caption = f'/// {kind}-caption\n    attrs: {{data-id: "x:claims"}}\n\n主張の判定（支持 38）\n///'
    old = f"## 主張の台帳\n\n判定は次の規則による。\n\n{content[kind]}\n\n{caption}\n"
    changed = [] if kind == "table" else ["主張の判定（支持 [-38-]{+36+}）"]
    assert marked(old, old.replace("38", "36")) == changed
    assert marked(old, old.replace("次の", "別の")) == ["判定は[-次-]{+別+}の規則による。"]


def test_one_side_without_text_is_all_new():
    assert changes("", ONE, JAPANESE) == [Change("", [Part("inserted", ONE)])]
