"""What the engine says in Japanese of the files in a report, and of what it checks with them."""

TEXTS: dict[str, str] = {
    # -- compare: a change of the project, and another machine --
    "compare.machine": (
        "出力が変わったステージのうち、プロジェクトの変更によるものは {own} 個、別の計算機で実行したときのように入力が同じで"
        "出力だけが変わったものは {other} 個である。{measured}本文で表記が変わった数値は {printed} 個、判定が変わった主張は "
        "{flipped} 個である。"
    ),
    "compare.machine.most": "入力が同じだったものでは、数値の相対差は最大で {share}（{metric}）である。",
    "compare.machine.same": "入力が同じだったものでは、数値はすべて同じである。",
    # -- evidence: files in the report --
    "evidence.title": "このファイルに入っている証拠",
    "evidence.opening": (
        "数値、主張、図の根拠になったファイルは、PDF には添付ファイルとして、HTML には書庫 {archive} として入っている。"
        "データ、計算結果の配列、プログラムは入っていない。"
        "数値と判定がこれらから求められること、ページが元の Markdown の通りであることは、"
        "コマンド <code>ronkyo verify</code> にこのファイルを渡せば、ほかに何もなくても確かめられる。"
    ),
    "evidence.kinds": "ファイルの種類と個数は次の通りである。{kinds}。",
    "evidence.count": "{kind} {count}",
    "evidence.between": "；",
    "evidence.row": "**{kind}**：{files}",
    "evidence.file": "{name}（{size} B）",
    "evidence.only_pdf": "{name}（PDF だけ）",
    "evidence.place": "{number}：{file}",
    "evidence.line": "{number}：{file} の {line} 行目",
    "evidence.text": "ページの元になった Markdown",
    "evidence.claims": "主張の判定と、その根拠の数値",
    "evidence.params": "パラメータ",
    "evidence.settings": "既定値と継承を補ったパラメータと、条件の名前",
    "evidence.pipeline": "計算の段階",
    "evidence.lock": "各段階の入力と出力の MD5",
    "evidence.versions": "ライブラリの版",
    "evidence.original": "以前のレポートの数値と記述",
    "evidence.nouns": "指標の呼び名",
    "evidence.conclusions": "問いと、それに答える主張",
    "evidence.metrics": "指標の平均と定数",
    "evidence.seeds": "シードごとの値",
    "evidence.items": "項目ごとの値",
    "evidence.data": "データの出典と SHA-256",
    "evidence.curves": "学習曲線",
    "evidence.figures": "図の MD5 と代替テキスト",
    "evidence.pages": "各ページと図に描いたものの SHA-256",
    "evidence.crate": "このファイル群の説明（RO-Crate）",
    "evidence.crate.description": "レポートの数値、主張、図の根拠になるファイル",
    "evidence.crate.run": "dvc.yaml の実行",
    "evidence.crate.license": "プロジェクトのライセンスによる",
    # -- README のバッジ --
    "badge.report": "レポート",
    "badge.current": "最新、主張 {n} 個",
    "badge.current_one": "最新、主張 1 個",
    "badge.replayed": "{text}、{day} に再実行",
    "badge.stale": "最新でない",
    "badge.about": (
        "最新：コミットされた結果とレポートが、そのもとになったファイルと一致する。再実行：実行の一部または全部をやり直し、同じ判定を得た。"
    ),
}
