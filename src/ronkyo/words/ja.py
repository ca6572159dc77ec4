"""What the engine says in Japanese."""

# What a formula's symbols, marks above and below letters, and styles of letters are called.
_SYMBOLS = {
    "α": "アルファ", "β": "ベータ", "γ": "ガンマ", "δ": "デルタ", "ε": "イプシロン", "ϵ": "イプシロン", "ζ": "ゼータ",
    "η": "イータ", "θ": "シータ", "ϑ": "シータ", "ι": "イオタ", "κ": "カッパ", "λ": "ラムダ", "μ": "ミュー",
    "ν": "ニュー", "ξ": "クサイ", "π": "パイ", "ρ": "ロー", "σ": "シグマ", "τ": "タウ", "υ": "ウプシロン",
    "φ": "ファイ", "ϕ": "ファイ", "χ": "カイ", "ψ": "プサイ", "ω": "オメガ",
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
    "′": "プライム", "″": "ツープライム", "‴": "スリープライム",
}  # fmt: skip
_ACCENTS = {
    "^": "ハット", "~": "チルダ", "¯": "バー", "―": "バー", "˙": "ドット", "¨": "ツードット",
    "→": "右向きベクトル", "←": "左向きベクトル", "⏞": "上波かっこ", "⏟": "下波かっこ",
}  # fmt: skip
_LETTERS = {"bold": "太字", "bold-italic": "太字", "double-struck": "黒板太字", "script": "筆記体"}

TEXTS: dict[str, str] = {
    # -- page: headings, captions, contents, dates --
    "page.figure": "図 {number}",
    "page.table": "表 {number}",
    "page.listing": "コード {number}",
    "page.equation": "式 ({number})",
    "page.appendix": "付録 {letter}",
    "page.blank": "\u3000",  # behind a label, and between the author and the date
    "page.reference": "参照",  # the text of a link that gets its target's label
    "page.contents": "目次",
    "page.summary": "概要",
    "page.skip": "本文へ移動",
    "page.enlarge": "{name} を拡大",
    "page.close": "閉じる",
    "page.back_to_note": "本文の注 {} に戻る",
    "page.image": "図",
    "page.date": "{day.year} 年 {month} {day.day} 日",
    **{f"page.month.{month}": f"{month} 月" for month in range(1, 13)},
    # -- speech: formulas --
    "speech.formula": "数式 {formula}",
    "speech.capital": "大文字{letter}",
    "speech.stack": "上 {above} 下 {below}",
    "speech.fraction": "{below} 分の {above}",
    "speech.fraction_long": "分数 {below} 分の {above} 分数終わり",
    "speech.root": "ルート {radicand}",
    "speech.root_long": "ルート {radicand} ルート終わり",
    "speech.root_of_degree": "{degree} 乗根 {radicand} 乗根終わり",
    "speech.power": "の {over} 乗",
    "speech.power_long": "の {over} 乗",
    "speech.transposed": "の転置",
    "speech.superscript": "上付き {over}",
    "speech.subscript": "{base} 下付き {under}",
    "speech.subscript_long": "{base} 下付き {under} 下付き終わり",
    "speech.above": "{base} の上に {over}",
    "speech.below": "{under} についての {base}",
    "speech.limit": "{under} のときの極限",
    "speech.over": "{bound} についての{operator}",
    "speech.from_to": "{under} から {over} までの{operator}",
    "speech.row": "{number} 行目 {cells}",
    "speech.comma": "、",
    "speech.matrix": "行列 {rows} 行列終わり",
    "speech.cases": "場合分け {rows} 場合分け終わり",
    **{f"speech.symbol.{symbol}": name for symbol, name in _SYMBOLS.items()},
    **{f"speech.accent.{mark}": name for mark, name in _ACCENTS.items()},
    **{f"speech.letters.{style}": name for style, name in _LETTERS.items()},
    # -- claims: verdicts, reasons, the ledger --
    # -- report: tables and listings of the appendix --
    # -- compare --
    # -- foreign --
}
