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
    "compare.comma": "、",
    "compare.and_more": "{names} など {n} 個",
    "compare.side": "{name}（{short}）",
    "compare.workspace": "作業中のフォルダー",
    "compare.title": "実験の比較：{old} → {new}",
    "compare.none": "なし",
    "compare.ratio": "{ratio} 倍",
    "compare.n": "{estimate}、n = {n}",
    "compare.reference.fig": "図",
    "compare.reference.tab": "表",
    "compare.reference.lst": "コード",
    "compare.reference.eq": "式",
    "compare.verdict.supported": "支持",
    "compare.verdict.undecided": "未決",
    "compare.verdict.contradicted": "否定",
    "compare.note.lacking": "{side} には {file} がない。",
    "compare.note.outdated": "{side} の結果は、その版の params.yaml の値によるものではない（古いステージ：{stages}）。",
    "compare.note.outdated_workspace": (
        "{side} の結果は、今のパラメータやコードによるものではない（古いステージ：{stages}）。dvc "
        "repro で実行し直すとよい。"
    ),
    "compare.note.alone": "{side} だけにある実験：{experiments}。",
    "compare.note.seeds": (
        "{experiment} のシードの数は A で {old}、B で {new} なので、差と比は共通の {common} 個について求めた。"
    ),
    "compare.stage.alone": "{side} だけにある",
    "compare.stage.command": "コマンドが変わった",
    "compare.stage.parameter": "パラメータ {name}",
    "compare.stage.dependency": "依存 {path}",
    "compare.stage.chance": "同じ入力から出力が変わった",
    "compare.standing.alone": "片方だけ",
    "compare.standing.exact": "シードによらない",
    "compare.standing.unknown": "決められない",
    "compare.standing.moved": "あり",
    "compare.standing.within": "未決",
    "compare.same": "{old} と {new} とのあいだに、違いは見つからなかった。",
    "compare.summary.parameters": "{old}（以下、A）から {new}（以下、B）へ、パラメータは {names} が変わった。",
    "compare.summary.no_parameter": "{old}（以下、A）から {new}（以下、B）へ、パラメータは変わっていない。",
    "compare.summary.no_ledger": "主張は、{sides} に台帳がないので比べられない。",
    "compare.summary.flipped": "判定が変わった主張は {names} である。",
    "compare.summary.none_flipped": "判定が変わった主張はない。",
    "compare.summary.only_moved": "判定は同じで推定値が動いた主張が {n} 個ある。",
    "compare.summary.moved": (
        "シードについての区間から差があるといえる数値は {n} 個で、最もはっきり動いたのは {names} である。"
    ),
    "compare.summary.none_moved": "シードについての区間から差があるといえる数値はない（未決が {n} 個）。",
    "compare.summary.no_metric": "数値は動いていない。",
    "compare.summary.exact": "シードによらない数値は {n} 個変わった。",
    "compare.summary.unknown": "{n} 個の数値の差は、シードが 1 個であるか有限でない値があるので決められない。",
    "compare.parameters": "変わったパラメータ",
    "compare.conclusions": "結論の変化",
    "compare.metrics": "数値の変化",
    "compare.figures": "学習曲線と図",
    "compare.text": "本文の変化",
    "compare.execution": "実行とコード",
    "compare.stages": "実行し直されたステージ",
    "compare.code": "コードの変化",
    "compare.data": "データと版",
    "compare.way_back": "それぞれの状態に戻すには",
    "compare.parameters.key": "パラメータ",
    "compare.parameters.variants": "影響する条件",
    "compare.parameters.whole": "{experiment} の全体",
    "compare.parameters.caption": "値が異なるパラメータ",
    "compare.parameters.none": "変わったパラメータはない。",
    "compare.conclusions.no_ledger": "{sides} には主張の台帳（{file}）がないので、結論は比べられない。",
    "compare.conclusions.none": "主張の判定も推定値も変わっていない。",
    "compare.conclusions.counts": (
        "判定が変わった主張は {flipped} 個、判定は同じで推定値が動いた主張は {moved} 個、"
        "片方だけにある主張は {alone} 個である。値は、判定を決めた比較の推定値と区間であり、"
        "区間の信頼水準は主張による。"
    ),
    "compare.conclusions.sentence": "文",
    "compare.conclusions.sentence_of": "{side} の文",
    "compare.conclusions.value_of": "{side} の値",
    "compare.metrics.none": "変わった数値はない。",
    "compare.metrics.about": (
        "同じシードどうしの差（B − A）の平均と 95 % 区間を示す。どのシードでも正で、値が 10 "
        "倍以上にわたる数値（誤差など）では、比（B ÷ A）の幾何平均と区間を「倍」で示す。"
        "どちらにするかは、両方の値を合わせて決める。区間が 0（比では 1）を含まなければ差は「あり」、"
        "含めば「未決」である。"
    ),
    "compare.metrics.uncorrected": (
        "区間は数値ごとのもので、数値の多さについての補正はしていない。数値どうしは独立でないので、"
        "偶然「あり」となる数値がいくつ混じるかは、ここからはいえない。"
    ),
    "compare.metrics.name": "数値",
    "compare.metrics.change": "差または比と区間",
    "compare.metrics.differs": "差",
    "compare.metrics.caption": "{experiment} の数値",
    "compare.metrics.unchanged": "変わらなかった数値：{n} 個",
    "compare.figures.none": "変わった学習曲線も図もない。",
    "compare.figures.curves": "{experiment} の学習曲線。A と B を条件ごとに重ねた。",
    "compare.figures.curves_caption": (
        "{experiment} の学習曲線。破線は A、実線は B。線はシードの中央値、"
        "帯はシードのあいだの広がり（{folder} の low から high まで）。"
        "曲線が変わった条件（{variants}）だけを示す。"
    ),
    "compare.figures.undeclared": (
        "{experiment} の学習曲線も変わったが、dvc.yaml の plots に描き方（y）の宣言がないので描いていない。"
    ),
    "compare.figures.changed": "変わった図",
    "compare.figures.others": "ほかの変わった図",
    "compare.figures.ranges": "A と B とで軸の範囲が異なることがある。",
    "compare.figures.alt": "{name}（{side}）",
    "compare.figures.absent": "この図はない。",
    "compare.text.lacking": "{sides} には {file} がないので、本文は比べられない。",
    "compare.text.none": "本文は変わっていない。",
    "compare.text.marks": (
        "{inserted}は B で加わった語、{deleted}は A だけにある語である。表、コードの中身、"
        "主張ごとの根拠は、ほかの章で比べているので除いた。"
    ),
    "compare.text.underlined": "下線",
    "compare.text.struck": "取り消し線",
    "compare.text.beginning": "はじめに",
    "compare.stages.name": "ステージ",
    "compare.stages.reasons": "理由",
    "compare.stages.none": "実行し直されたステージはない。",
    "compare.code.file": "ファイル",
    "compare.code.added": "加わった行",
    "compare.code.deleted": "消えた行",
    "compare.code.unknown": "{file}（Git に未登録）",
    "compare.code.none": "{names} は変わっていない。",
    "compare.data.name": "項目",
    "compare.data.none": "データの由来とダイジェスト、ライブラリの版は同じである。",
    "compare.way_back.workspace": "# 今の状態。ほかへ移る前に git stash で変更をよけ、git stash pop で戻す",
    "compare.comment.same": "違いは見つからなかった。",
    "compare.comment.conclusions": (
        "**結論**：判定が変わった主張 {flipped} 個、推定値だけが動いた主張 {moved} 個、片方だけにある主張 {alone} 個。"
    ),
    "compare.comment.claim": "{id}：{old} → {new}",
    "compare.comment.sentence": "{side}：{sentence}（{effect}）",
    "compare.comment.metrics": (
        "**数値**：差があるといえるもの {moved} 個、未決 {within} 個、シードによらず変わったもの "
        "{exact} 個、決められないか片方だけのもの {unknown} 個、変わらないもの {unchanged} 個。"
    ),
    "compare.comment.change": "差または比と 95 % 区間",
    "compare.comment.more": "ほか {n} 個。",
    "compare.comment.text": "本文の変化：{n} 段落",
    "compare.comment.paragraph": "{chapter}：{text}",
    "compare.comment.stages": "実行し直されたステージ：{names}。",
    "compare.sweep.title": "{n} 個の実験の比較",
    "compare.sweep.varied": "{sides} を並べて比べる。実験のあいだで異なるパラメータは {names} である。",
    "compare.sweep.confounded": "複数のパラメータが異なるので、数値の差を 1 つのパラメータだけに帰することはできない。",
    "compare.sweep.heading": "パラメータと数値",
    "compare.sweep.about": "数値はシードについての平均であり、[ ] は平均の 95 % 信頼区間である。",
    "compare.sweep.same": "異なる数値はない。",
    "compare.sweep.experiment": "実験",
    "compare.sweep.caption": "異なるパラメータと数値",
    "compare.sweep.continued": "異なるパラメータと数値（続き）",
    "compare.sweep.figures": "パラメータに対する数値",
    "compare.sweep.alt": "{parameter} に対する数値。",
    "compare.sweep.figure": (
        "{parameter} に対する数値。丸は一つ一つのシード、菱形は平均、縦棒はその 95 % 信頼区間である。"
    ),
    "compare.sweep.colors": "色は、ほかのパラメータの値が同じ実験どうしで同じである。",
    # -- foreign --
}
