"""What the engine says in Japanese of comparisons, and in tables of findings and conclusions."""

TEXTS: dict[str, str] = {
    # -- compared: the usual words of a claim; a and b are variants, b may be a number --
    "compared.high": "高い",
    "compared.low": "低い",
    "compared.that": "{b}",
    "compared.other": "{b}の{noun}",
    "compared.above": "{a}は{b}より{noun}が{high}",
    "compared.below": "{a}は{b}より{noun}が{low}",
    "compared.open": "{a}の{noun}が{b}より{high}とも{low}とも、{source}いえない",
    "compared.equal": "{a}の{noun}と{other}の差は、どちら向きにも{matters}より小さい",
    "compared.equal_ratio": "{a}の{noun}は、{other}の{least}倍から{matters}倍のあいだにある",
    "compared.difference.above": "{a}の{noun}から{other}を引いた差は、{bound}より大きい",
    "compared.difference.below": "{a}の{noun}から{other}を引いた差は、{bound}より小さい",
    "compared.difference.open": "{a}の{noun}から{other}を引いた差が{bound}より大きいとも小さいとも、{source}いえない",
    "compared.ratio.above": "{a}の{noun}の、{other}に対する比は、{bound}より大きい",
    "compared.ratio.below": "{a}の{noun}の、{other}に対する比は、{bound}より小さい",
    "compared.ratio.open": "{a}の{noun}の、{other}に対する比が{bound}より大きいとも小さいとも、{source}いえない",
    "compared.difference.numbers": "差 {effect}、区間 {interval}",
    "compared.ratio.numbers": "比 {effect}、区間 {interval}",
    "compared.source": "{kinds}からは",
    "compared.both": "{kinds}の両方については",
    "compared.by": "{kind}については{verdict}、{numbers}",
    "compared.joiner": "；",
    "compared.numbers": "（{numbers}）",
    "compared.points": "{number} ポイント",
    # -- report: findings --
    "report.findings": "主張|仮説|効果 [区間]|$n$|判定",
    "report.effect.difference": "差",
    "report.effect.ratio": "比",
    "report.effect.share": "割合",
    "report.effect.discordant": "割合",
    # -- report: conclusions --
    "report.conclusions": "演習|問い|答え|効果 [区間]|判定|{original}|頁",
    "report.conclusions.heading": "結論の一覧",
    "report.conclusions.number": "{effect}（{n}）",
    "report.conclusions.n": "n = {n}",
    "report.there": "本文",
    "report.conclusions.note": (
        "判定は、答えのもとになった主張の仮説についてのものである。{original}の欄には、その記述についての判定を添えた。"
    ),
}
