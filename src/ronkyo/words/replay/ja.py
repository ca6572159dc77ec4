"""What the report of a replay says in Japanese."""

TEXTS: dict[str, str] = {
    "replay.title": "再計算の記録：{title}",
    "replay.what": "何を計算し直したか",
    "replay.of": "入力は、{day}のコミット {commit} のファイルである。",
    "replay.of_workspace": "入力は、{day}の作業フォルダーのファイルである。",
    "replay.computed.all": "レポートの作成を含むすべてのステージを実行し直した。",
    "replay.computed.claims": (
        "主張 {names} が比べている実験を、すべてのシードで実行し直した。ほかの主張の根拠は、コミットされたままである。"
    ),
    "replay.computed.seeds": (
        "各条件のシードから無作為に {number} 個（条件の中で最も少ないシード数まで）を選んだ。"
        "<code>--draw {draw}</code> とすれば同じものが選ばれる。"
    ),
    "replay.other_numerics": "数値計算の基準は、レポートの {old} に対して {new} とした。",
    "replay.clone": (
        "実行した場所は、パイプラインが入力と宣言しているファイルだけを置いたフォルダーであり、"
        "キャッシュも実行結果の保管庫も空にしたので、以前の実行から引き継いだものはない。"
    ),
    "replay.statement": (
        "全 {total} 回の実行のうち選んだ {drawn} 回は、すべてバイト単位で一致した。信頼度 {level} で、"
        "一致しない実行は全体のうち多くても {bound} 回（{share}）である。一致しない実行がどの条件に偏っていても成り立つ上限で、"
        "条件ごとの超幾何分布から厳密に計算した。"
    ),
    "replay.statement.differ": (
        "全 {total} 回の実行のうち選んだ {drawn} 回の中で、{differ} 回がバイト単位では一致しなかった。全体について述べるには、"
        "すべてを計算し直す必要がある。"
    ),
    "replay.variant": "条件",
    "replay.drawn_seeds": "シード",
    "replay.of_seeds": "全体",
    "replay.drawn": "選んだ実行",
    "replay.grades": "評価",
    "replay.grades.caption": "評価ごとの個数",
    "replay.best": (
        "それぞれに、成り立つもののうち最もよい評価を付けた。実行はシード一つの指標、項目は判定した項目についての指標、"
        "数は本文に印刷されたもの、出力はダイジェストだけが記録されたもの（データ、配列、ページ）である。"
    ),
    "replay.grade": "評価",
    "replay.grade.bytes": "バイト単位で一致",
    "replay.grade.number": "印刷される数が一致",
    "replay.grade.interval": "区間が丸めの範囲で一致",
    "replay.grade.verdict": "判定が一致",
    "replay.grade.other": "判定が異なる",
    "replay.grade.unchecked": "確かめられない",
    "replay.meaning": "{grade}：{meaning}",
    "replay.meaning.bytes": "記録されている最後の桁まで、コミットされたものと同じである。",
    "replay.meaning.number": (
        "平均とその 95 % 区間を、シードが支える桁で印刷すると同じになる。実行と曲線では、すべての値が 6 桁まで等しい。主張では、"
        "文と印刷される推定値が同じである。"
    ),
    "replay.meaning.interval": (
        "平均と区間の両端の差が、印刷される最後の桁の 1 以内である。曲線では、すべての値の差が 6 桁目の 1 以内である。"
    ),
    "replay.meaning.verdict": (
        "主張では、判定が同じである。判定をもたない指標では、どちらの区間も他方の平均を含む。"
        "実行は、その値をコミットされた値と入れ替えたときの指標で評価する。"
    ),
    "replay.meaning.other": "主張の判定が異なる。または、区間が他方の平均を含まない。",
    "replay.meaning.unchecked": "計算されなかったか、差に意味があるかを決めるものがない。理由を添えた。",
    "replay.kind.runs": "実行",
    "replay.kind.metrics": "指標",
    "replay.kind.items": "項目",
    "replay.kind.curves": "曲線",
    "replay.kind.figures": "図",
    "replay.kind.numbers": "数",
    "replay.kind.claims": "主張",
    "replay.kind.outputs": "出力",
    "replay.differences": "丸めを超えて異なるもの",
    "replay.none": "計算し直したもののうち、丸めを超えて異なるものはない。",
    "replay.rounding": "丸めの範囲で異なるもの（{n:,} 個）の名前は replay.json にある。",
    "replay.space": "",
    "replay.name": "名前",
    "replay.detail": "レポート → 再計算",
    "replay.more": "ほか {n} 個",
    "replay.because": "{detail}（{why}）",
    "replay.why.missing": "計算されなかった",
    "replay.why.no_interval": "差に意味があるかを決める区間がない",
    "replay.why.curves": "曲線には区間がない",
    "replay.why.figures": "図形が異なる。描いた値は別に評価した",
    "replay.why.other_numbers": "本文がそこに別の数を書いている（判定が変わると文も変わる）",
    "replay.why.printed_otherwise": "指標は一致するが、本文での書き方が異なる",
    "replay.why.digest_alone": "記録されているのはダイジェストだけである。これから作られたものは別に評価した",
    "replay.inputs": "入力",
    "replay.inputs.how": (
        "ステージの Python プロセスごとに、開いたファイルを記録し、ステージの宣言と照らし合わせた。"
        "Python とそのライブラリ、システムのファイル、ライブラリのキャッシュと設定は除いた。"
    ),
    "replay.all_declared": "宣言していないファイルを開いたステージはなかった。",
    "replay.undeclared": "宣言されずに開かれたファイル",
    "replay.file": "ファイル",
    "replay.where": "場所",
    "replay.inside": "プロジェクト内",
    "replay.outside": "プロジェクト外",
    "replay.opened_by": "開いたステージ",
    "replay.failed": "失敗したステージ",
    "replay.stage": "ステージ",
    "replay.said": "出力の末尾",
    "replay.sides": "両者の条件",
    "replay.sides.caption": "レポートと再計算の条件",
    "replay.condition": "条件",
    "replay.report": "レポート",
    "replay.replay": "再計算",
    "replay.side.numerics": "選んだ数値計算の基準",
    "replay.side.baseline": "その内容",
    "replay.side.processor": "プロセッサー",
    "replay.side.machine": "計算機",
    "replay.side.python": "Python",
    "replay.not_recorded": "記録がない",
    "replay.machine": "{name}（{n} 回の実行）",
    "replay.same_versions": "パイプラインのロックが記録する {n} 個のライブラリは、ここでも同じ版である。",
    "replay.other_versions": "パイプラインのロックが記録する {n} 個のライブラリのうち、ここでは版が異なるもの",
    "replay.library": "ライブラリ",
    "replay.durations": "所要時間",
    "replay.seconds": "秒",
    "replay.took": "再計算には {minutes} 分かかった。",
    "replay.took_before": "保管庫の記録によれば、レポートの実行は合計 {minutes} 分であった。",
    "replay.limits": "この再計算では確かめられないこと",
    "replay.limit.code": "コードが、レポートの述べるとおりのことをしているか。同じ誤りからは同じバイト列が得られる。",
    "replay.limit.data": "データが、述べられているとおりのものであり、問いにふさわしいか。",
    "replay.limit.seeds": "シード、設定、主張が、結果を見たあとで、より多くの候補から選ばれたものでないか。",
    "replay.limit.hardware": "ほかのプロセッサー、システム、版のライブラリでも同じになるか。",
    "replay.limit.compiled": (
        "コンパイルされたコードや、ステージが起動するプログラムが、宣言していないファイルを開いていないか。"
        "記録できるのは Python が開いたファイルだけである。"
    ),
    "replay.limit.words": "主張の外にある文が、数から導かれるか。",
    "replay.limit.rest": "計算し直さなかったものについてのすべて。",
}
