"""Speak a formula in Japanese: MathML in, the words a screen reader says instead of the picture out.

Plain operands are named in the order a Japanese reader says them (b 分の a); where that would leave open what belongs
together, the end is said too (ルート … ルート終わり).
"""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_GREEK = {
    "α": "アルファ", "β": "ベータ", "γ": "ガンマ", "δ": "デルタ", "ε": "イプシロン", "ϵ": "イプシロン", "ζ": "ゼータ",
    "η": "イータ", "θ": "シータ", "ϑ": "シータ", "ι": "イオタ", "κ": "カッパ", "λ": "ラムダ", "μ": "ミュー",
    "ν": "ニュー", "ξ": "クサイ", "π": "パイ", "ρ": "ロー", "σ": "シグマ", "τ": "タウ", "υ": "ウプシロン",
    "φ": "ファイ", "ϕ": "ファイ", "χ": "カイ", "ψ": "プサイ", "ω": "オメガ",
}  # fmt: skip
_GREEK |= {letter.upper(): "大文字" + name for letter, name in _GREEK.items() if letter not in "ϵϑϕ"}
_SYMBOLS = {
    "=": "イコール", "≠": "ノットイコール", "≈": "ほぼ等しい", "≃": "ほぼ等しい", "≡": "合同", "∝": "比例", "∼": "従う",
    "<": "小なり", ">": "大なり", "≤": "小なりイコール", "≥": "大なりイコール",
    "≪": "はるかに小さい", "≫": "はるかに大きい",
    "+": "プラス", "−": "マイナス", "±": "プラスマイナス", "×": "かける", "⋅": "かける", "÷": "割る", "/": "割る",
    "⊙": "アダマール積", "∘": "合成", "∗": "アスタリスク", "⊕": "直和", "⊗": "テンソル積", "!": "階乗", "⊤": "転置",
    "∂": "パーシャル", "∇": "ナブラ", "∞": "無限大",
    "∑": "総和", "∏": "総乗", "∫": "積分", "⋃": "和集合", "⋂": "共通部分", "lim": "極限",
    "…": "点々", "⋯": "点々", "⋮": "縦の点々", "⋱": "斜めの点々", ",": "コンマ", ":": "コロン", ";": "セミコロン",
    "(": "かっこ", ")": "かっことじ", "[": "角かっこ", "]": "角かっことじ", "{": "波かっこ", "}": "波かっことじ",
    "⟨": "山かっこ", "⟩": "山かっことじ", "⌊": "床かっこ", "⌋": "床かっことじ",
    "⌈": "天井かっこ", "⌉": "天井かっことじ", "|": "縦棒", "∣": "縦棒", "‖": "二重縦棒", "∥": "二重縦棒",
    "∈": "属する", "∉": "属さない", "⊂": "含まれる", "∪": "または", "∩": "かつ", "∀": "すべての", "∃": "存在する",
    "→": "右矢印", "←": "左矢印", "↔": "両矢印", "⇒": "ならば", "⇔": "同値", "↦": "写す",
    "\u2061": "", "\u2062": "",  # invisible: function application, multiplication
}  # fmt: skip
_ACCENTS = {
    "^": "ハット", "~": "チルダ", "¯": "バー", "―": "バー", "˙": "ドット", "¨": "ツードット",
    "→": "右向きベクトル", "←": "左向きベクトル", "⏞": "上波かっこ", "⏟": "下波かっこ",
}  # fmt: skip
_PRIMES = {"′": "プライム", "″": "ツープライム", "‴": "スリープライム"}
_VARIANTS = {
    "bold": "太字",
    "bold-italic": "太字",
    "double-struck": "黒板太字",
    "script": "筆記体",
}
_WITH_LIMITS = {"∑", "∏", "∫", "⋃", "⋂"}
_GROUPS = {"math", "mrow", "mstyle", "mpadded", "mtd", "menclose"}


def speak(mathml: str) -> str:
    """The formula's Japanese words, separated by single blanks."""
    root = ElementTree.fromstring(mathml)
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    return " ".join(_speak(root).split())


def _speak(node: Element) -> str:
    node = _core(node)
    match node.tag:
        case "mi" | "mo" | "mn" | "mtext":
            return _token(node)
        case "mfrac":
            numerator, denominator = node
            if node.get("linethickness") == "0":
                return f"上 {_speak(numerator)} 下 {_speak(denominator)}"
            if _plain(numerator) and _plain(denominator):
                return f"{_speak(denominator)} 分の {_speak(numerator)}"
            return f"分数 {_speak(denominator)} 分の {_speak(numerator)} 分数終わり"
        case "msqrt":
            return f"ルート {_sequence(node)}" + ("" if all(map(_plain, node)) else " ルート終わり")
        case "mroot":
            radicand, index = node
            return f"{_speak(index)} 乗根 {_speak(radicand)} 乗根終わり"
        case "msup" | "mover":
            base, over = node
            return _limits(base, None, over) or _raised(node.tag, base, over)
        case "msub" | "munder":
            base, under = node
            return _limits(base, under, None) or _lowered(node.tag, base, under)
        case "msubsup" | "munderover":
            base, under, over = node
            if spoken := _limits(base, under, over):
                return spoken
            lowered = _lowered("msub", base, under)
            return f"{lowered} {_exponent(over)}"
        case "mtable":
            return _rows(node, cell_separator=" ")
        case "mspace" | "mphantom" | "none":
            return ""
        case _:
            return _sequence(node)


def _sequence(nodes: Iterable[Element]) -> str:
    """Siblings from left to right; a table between fences is a matrix, behind one brace a list of cases."""
    words: list[str] = []
    siblings: Sequence[Element] = [_core(node) for node in nodes]
    for before, node, after in zip([None, *siblings], siblings, [*siblings[1:], None], strict=False):
        if node.tag == "mtable" and _fence(before, "OPEN"):
            words.pop()
            kind = "行列" if after is not None and _fence(after, "CLOSE") and _text(after) else "場合分け"
            words.append(f"{kind} {_rows(node, '、' if kind == '行列' else ' ')} {kind}終わり")
        elif not (before is not None and before.tag == "mtable" and _fence(node, "CLOSE")):
            words.append(_speak(node))
    return " ".join(words)


def _rows(table: Element, cell_separator: str) -> str:
    rows = [cell_separator.join(_speak(cell) for cell in row) for row in table]
    return rows[0] if len(rows) == 1 else "、".join(f"{number} 行目 {row}" for number, row in enumerate(rows, 1))


def _limits(base: Element, under: Element | None, over: Element | None) -> str:
    """A big operator with its bounds, or "" when the base is none."""
    symbol = _text(_core(base))
    if symbol == "lim" and under is not None:
        return f"{_speak(under)} のときの極限"
    if symbol not in _WITH_LIMITS:
        return ""
    if under is None or over is None:
        bound = under if under is not None else over
        return f"{'' if bound is None else _speak(bound)} についての{_speak(base)}"
    return f"{_speak(under)} から {_speak(over)} までの{_speak(base)}"


def _lowered(tag: str, base: Element, under: Element) -> str:
    if tag == "munder":
        accent = _ACCENTS.get(_text(_core(under)))
        return f"{_speak(base)} {accent}" if accent else f"{_speak(under)} についての {_speak(base)}"
    return f"{_speak(base)} 下付き {_speak(under)}" + ("" if _plain(under) else " 下付き終わり")


def _raised(tag: str, base: Element, over: Element) -> str:
    if tag == "mover":
        return f"{_speak(base)} {_ACCENTS.get(_text(_core(over))) or f'の上に {_speak(over)}'}"
    return f"{_speak(base)} {_exponent(over)}"


def _exponent(over: Element) -> str:
    over = _core(over)
    symbol = _text(over)
    if symbol in _PRIMES:
        return _PRIMES[symbol]
    if symbol == "⊤" or (symbol == "T" and over.get("mathvariant") in ("normal", "sans-serif")):
        return "の転置"
    named = over.tag == "mtext" or (over.tag == "mi" and len(symbol) > 1) or symbol in ("∗", "+", "−", "†")
    bracketed = len(over) > 0 and _text(_core(over[0])) in ("(", "[")
    if named or bracketed:  # an index, not a power
        return f"上付き {_speak(over)}"
    return f"の {_speak(over)} 乗"


def _token(node: Element) -> str:
    text = _text(node)
    if node.tag == "mtext":
        return text
    word = _GREEK.get(text) or _SYMBOLS.get(text, text)
    variant = _VARIANTS.get(node.get("mathvariant", "")) if node.tag == "mi" else None
    return f"{variant} {word}" if variant else word


def _core(node: Element) -> Element:
    """The only child of a group stands for the group."""
    while node.tag in _GROUPS and len(node) == 1:
        node = node[0]
    return node


def _plain(node: Element) -> bool:
    """Whether the node is letters and numbers only, so that its end can be heard."""
    return {inner.tag for inner in node.iter()} <= {"mi", "mn", "mtext", "mrow", "msub"}


def _text(node: Element) -> str:
    return (node.text or "").strip().replace("\u00a0", " ") if not len(node) else ""


def _fence(node: Element | None, side: str) -> bool:
    return node is not None and node.tag == "mo" and node.get("data-mjx-texclass") == side
