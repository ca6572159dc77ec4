"""Japanese: numbers, and headings that lead results."""

from ronkyo.claims.lint.ja.comparisons import comparisons
from ronkyo.claims.lint.vocabulary import DIGITS, NAMES, Table, Vocabulary

_KANJI = "[〇零一二三四五六七八九十百千万億]"
_COUNTER = (
    "(?:つ|個|回|件|倍|割|点|層|段|種類?|語|枚|本|人|秒|分|時間|日|年|組|行|列|桁|番目|通り|位|[%％]|パーセント|"
    "ステップ|エポック|ユニット|シード|モデル|クラス)"
)
_NUMBERS: Table = (
    (DIGITS, "digits of either width"),
    (f"{_KANJI}+(?:[・．]|分の){_KANJI}+|{_KANJI}{{2,}}{_COUNTER}?", "〇・五, 十分の一, 二十"),
    (f"(?!一){_KANJI}{_COUNTER}|(?:ふた|みっ|よっ)つ", "三つ, 五割"),
    ("一[つ個回件倍割枚本秒]", "with fewer counters, since 一 begins many words"),
    ("(?<![上下前後左右])半[分々]", "half"),
)
_NOT_NUMBERS: Table = (
    *NAMES,
    (rf"第\s*(?:\d+|{_KANJI}+)(?!\d|{_KANJI}|\s*位)", "a place in an order, unless it is a rank"),
    (r"\d+\s*(?:乗|次関数|次式|進数|進法|値分類)", "a term of mathematics, as 二乗"),
    (rf"[統唯同単均逐画専随択]一|万一|〇〇+|四分位|百分率|(?<!{_KANJI})(?:十分(?!の{_KANJI})|二分(?!の))", "a word"),
    (r"数[十百千万億]+|一つ前|一つ一つ|(?<![\d.])[一1]\s*[一-龠ァ-ヶーつ]{1,4}ずつ", "each: nothing is counted"),
    (
        r"(?:図|表|式|節|章|問題|課題|演習|手順|付録|手法|パターン)[ \t]?"
        r"\(?\d+\)?(?:[-–~〜・,、]\d+)*(?![\d.]*\d)(?!\s*[%％個回件倍割点秒])",
        "which",
    ),
    (r"\d+(?:-\d+)+(?=\s*(?:節|章|の))", "a section"),
    (
        r"\d+\s*(?:章|節|番目|[つ回層枚行列本目]目|年(?!間)|月(?!間)|次元|変数|クラス分類|項分布|対\s*\d)",
        "a place in an order, a date, a term",
    ),
    (
        rf"(?:上記|下記|以下|上述|前述|次|これら|この|その|残り)の?\s*(?:\d+|{_KANJI}+)\s*(?:つ|個|点|種類?|通り)",
        "listed in the text",
    ),
    (
        rf"(?:\d+|{_KANJI}+)\s*(?:つ|種類?|通り)の(?:モデル|手法|方法|条件|層|関数|ゲート|設定|パターン|実験|"
        "要素|点|理由|特徴|種類|場合|指標)",
        "as many as were planned",
    ),
    (
        r"(?<![\d.])[0０ゼ]ロ?\s*(?:割り|除算|で割|埋め|パディング|クリア|ベクトル|行列)|(?<![\d.])0\s*(?:から|[~〜～]|と|か)\s*1(?![\d.])",
        "of mathematics",
    ),
    (r"もう ?[一1] ?つ|の ?[一1] ?つ(?=[はがでにと、。])", "another, one of"),
)
# Words of headings that lead results.
_HEADINGS: Table = (
    (
        "結果|実験|考察|結論|まとめ|おわりに|総括|所感|感想|観察|学び|教訓|気づき|所見|解釈|総評|議論|判定|学習曲線|してみ[るた]|[分わ]かったこと",
        "what came out",
    ),
    ("実装|実践|演習|検証|試行|評価|比較|分析|効果", "what was done to see it"),
)
VOCABULARY = Vocabulary(
    _NUMBERS,
    _NOT_NUMBERS,
    comparisons,
    _HEADINGS,
    told=r"(?:た|でした|ました|て(?:い|きて)(?:る|ます|た))[。．！!\s*）)]*\Z|(?:こと|の)が(?:[分わ]か|見て取れ|確認|読み取れ)",
    outcomes="精度|正[解答]率|損失|誤差|スコア|性能|パフォーマンス|エラー|ロス(?!ト)|収束|学習時間|学習が進|結果[はにと]|(?i:loss|accuracy)",
    measured="(?:訓練|学習|検証|テスト|評価|バリデーション)(?:データ)?(?:の|における|に対する)?(?:精度|正[解答]率|誤差|損失|ロス|エラー|スコア)|学習曲線|"
    "(?:精度|正[解答]率|性能|速度)[がはもに][^。、]{0,9}(?:[落下上]|[高低良悪速遅]|変わら|向上|改善|増|減|差|[劣優])",
    sentence_end="(?<=[。．！!])",
)
