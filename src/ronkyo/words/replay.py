"""What the report of a replay says, in both languages."""

EN: dict[str, str] = {
    "replay.title": "Replay: {title}",
    "replay.what": "What was computed again",
    "replay.of": "The files of the commit {commit} were the input. ",
    "replay.of_workspace": "The files of the working folder were the input. ",
    "replay.computed.all": "Every stage ran again, the report too. ",
    "replay.computed.claims": (
        "The experiments that the claims {names} compare ran again, with all their seeds; "
        "what other claims stand on is as committed. "
    ),
    "replay.computed.seeds": (
        "Of every variant, {number} of its seeds were drawn at random, or as many as the variant with the fewest seeds has; "
        "<code>--draw {draw}</code> draws the same ones again. "
    ),
    "replay.other_numerics": "The numerical baseline was {new}, where the report says {old}. ",
    "replay.clone": (
        "It ran in an empty folder that had only the files which the pipeline declares as inputs, with an empty cache and an "
        "empty store of runs, so that nothing was taken from an earlier run."
    ),
    "replay.statement": (
        "All {drawn} drawn runs of {total} give the same bytes. With {level} confidence, at most {bound} of all runs "
        "({share}) do not. This holds for runs that lie in any way among the variants; it is computed exactly, from the "
        "hypergeometric distribution of each variant."
    ),
    "replay.statement.differ": (
        "Of the {drawn} drawn runs of {total}, {differ} do not give the same bytes. "
        "For a statement on all runs, compute them all."
    ),
    "replay.drawn": "Drawn were {runs}.",
    "replay.grades": "Grades",
    "replay.grades.caption": "How many things got which grade",
    "replay.best": "Each thing has the best grade that holds, from left to right.",
    "replay.thing": "What",
    "replay.grade": "Grade",
    "replay.grade.bytes": "same bytes",
    "replay.grade.number": "same printed number",
    "replay.grade.interval": "same interval within rounding",
    "replay.grade.verdict": "same verdict",
    "replay.grade.other": "other verdict",
    "replay.grade.unchecked": "could not be checked",
    "replay.meaning.bytes": "as committed, to the last digit that is kept.",
    "replay.meaning.number": (
        "the mean and its 95 % interval are printed in the same way, to the digits that the seeds support; of a run or a "
        "curve, all values are the same to six digits; of a claim, its sentences and its printed estimate are the same."
    ),
    "replay.meaning.interval": (
        "the mean and both bounds of its interval differ by no more than one unit of the last printed digit."
    ),
    "replay.meaning.verdict": (
        "of a claim, the verdict is the same; of a metric, which has none, neither interval excludes the other mean. A run is "
        "judged by what the metrics are when its values stand in place of the committed ones."
    ),
    "replay.meaning.other": "the claim has another verdict; or an interval excludes the other mean.",
    "replay.meaning.unchecked": (
        "it was not computed, or nothing decides whether its difference matters. The reason stands beside it."
    ),
    "replay.kind.runs": "Runs (metrics of a seed)",
    "replay.kind.metrics": "Metrics",
    "replay.kind.items": "Metrics over items",
    "replay.kind.curves": "Curves",
    "replay.kind.figures": "Figures",
    "replay.kind.numbers": "Numbers in the text",
    "replay.kind.claims": "Claims",
    "replay.kind.outputs": "Data, arrays, pages",
    "replay.differences": "What is not the same bytes",
    "replay.none": "Everything that was computed is the same bytes.",
    "replay.name": "Name",
    "replay.detail": "Report → replay",
    "replay.more": "{n} more",
    "replay.why.missing": "not computed",
    "replay.why.no_interval": "it has no interval that says whether the difference matters",
    "replay.why.curves": "a curve has no interval",
    "replay.why.figures": "the drawing is another; what it draws is graded by itself",
    "replay.why.other_numbers": "the text has other numbers, or in another order",
    "replay.why.printed_otherwise": "the metric agrees, the text prints it otherwise",
    "replay.why.digest_alone": "only its digest is recorded; what is made from it is graded by itself",
    "replay.inputs": "Inputs",
    "replay.inputs.how": (
        "Each Python process of a stage told which files it opened. What a stage opened is compared with what it declares. "
        "Left out are Python and its libraries, the system's files, and caches and settings of libraries."
    ),
    "replay.all_declared": "No stage opened a file that it does not declare.",
    "replay.undeclared": "Files that were opened and are not declared",
    "replay.file": "File",
    "replay.where": "Where",
    "replay.inside": "in the project",
    "replay.outside": "outside",
    "replay.opened_by": "Opened by",
    "replay.failed": "Stages that failed",
    "replay.stage": "Stage",
    "replay.said": "The end of what it printed",
    "replay.sides": "Conditions on both sides",
    "replay.sides.caption": "Under what the report and the replay were computed",
    "replay.condition": "Condition",
    "replay.report": "Report",
    "replay.replay": "Replay",
    "replay.side.numerics": "Chosen numerical baseline",
    "replay.side.baseline": "What it meant",
    "replay.side.processor": "Processor",
    "replay.side.machine": "Machine",
    "replay.side.python": "Python",
    "replay.not_recorded": "not recorded",
    "replay.machine": "{name} ({n} runs)",
    "replay.same_versions": "The {n} libraries that the pipeline's lock records have the same versions here.",
    "replay.other_versions": "Of the {n} libraries that the pipeline's lock records, these have another version here",
    "replay.library": "Library",
    "replay.durations": "Durations",
    "replay.seconds": "Seconds",
    "replay.took": "The replay took {minutes} minutes.",
    "replay.took_before": " The store notes {minutes} minutes for the report's runs, one after the other.",
    "replay.limits": "What this does not establish",
    "replay.limit.code": "That the code does what the report says. The same mistake gives the same bytes.",
    "replay.limit.data": "That the data are what they claim to be, or fit the question.",
    "replay.limit.seeds": (
        "That the seeds, the settings and the claims were not chosen among more, after their results were seen."
    ),
    "replay.limit.hardware": "That other processors, systems or versions of libraries give the same.",
    "replay.limit.compiled": (
        "That compiled code and programs that a stage starts open no undeclared file: only files that Python opens are seen."
    ),
    "replay.limit.words": "That sentences outside claims follow from the numbers.",
    "replay.limit.rest": "Anything about what was not computed again.",
}

JA: dict[str, str] = {
    "replay.title": "再計算の記録：{title}",
    "replay.what": "何を計算し直したか",
    "replay.of": "入力はコミット {commit} のファイルである。",
    "replay.of_workspace": "入力は作業フォルダーのファイルである。",
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
    "replay.drawn": "選んだ実行は {runs} である。",
    "replay.grades": "評価",
    "replay.grades.caption": "評価ごとの個数",
    "replay.best": "それぞれに、成り立つもののうち最も左の評価を付けた。",
    "replay.thing": "対象",
    "replay.grade": "評価",
    "replay.grade.bytes": "バイト単位で一致",
    "replay.grade.number": "印刷される数が一致",
    "replay.grade.interval": "区間が丸めの範囲で一致",
    "replay.grade.verdict": "判定が一致",
    "replay.grade.other": "判定が異なる",
    "replay.grade.unchecked": "確かめられない",
    "replay.meaning.bytes": "記録されている最後の桁まで、コミットされたものと同じである。",
    "replay.meaning.number": (
        "平均とその 95 % 区間を、シードが支える桁で印刷すると同じになる。実行と曲線では、すべての値が 6 桁まで等しい。主張では、"
        "文と印刷される推定値が同じである。"
    ),
    "replay.meaning.interval": "平均と区間の両端の差が、印刷される最後の桁の 1 以内である。",
    "replay.meaning.verdict": (
        "主張では、判定が同じである。判定をもたない指標では、どちらの区間も他方の平均を含む。"
        "実行は、その値をコミットされた値と入れ替えたときの指標で評価する。"
    ),
    "replay.meaning.other": "主張の判定が異なる。または、区間が他方の平均を含まない。",
    "replay.meaning.unchecked": "計算されなかったか、差に意味があるかを決めるものがない。理由を添えた。",
    "replay.kind.runs": "実行（シードごとの指標）",
    "replay.kind.metrics": "指標",
    "replay.kind.items": "項目についての指標",
    "replay.kind.curves": "曲線",
    "replay.kind.figures": "図",
    "replay.kind.numbers": "本文の数",
    "replay.kind.claims": "主張",
    "replay.kind.outputs": "データ、配列、ページ",
    "replay.differences": "バイト単位では一致しないもの",
    "replay.none": "計算し直したものは、すべてバイト単位で一致した。",
    "replay.name": "名前",
    "replay.detail": "レポート → 再計算",
    "replay.more": "ほか {n} 個",
    "replay.why.missing": "計算されなかった",
    "replay.why.no_interval": "差に意味があるかを決める区間がない",
    "replay.why.curves": "曲線には区間がない",
    "replay.why.figures": "図形が異なる。描いた値は別に評価した",
    "replay.why.other_numbers": "本文の数、またはその順序が異なる",
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
