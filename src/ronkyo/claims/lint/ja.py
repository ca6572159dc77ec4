"""Japanese numbers and comparisons."""

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
)
_NOT_NUMBERS: Table = (
    *NAMES,
    (rf"第\s*(?:\d+|{_KANJI}+)(?!\d|{_KANJI}|\s*位)", "a place in an order, unless it is a rank"),
    (r"\d+\s*(?:乗|次関数|次式|進数|進法|値分類)", "a term of mathematics, as 二乗"),
    (rf"[統唯同単均逐画専随択]一|万一|〇〇+|四分位|百分率|(?<!{_KANJI})(?:十分(?!の{_KANJI})|二分(?!の))", "a word"),
    (r"一つ一つ|(?<![\d.])[一1]\s*[一-龠ァ-ヶーつ]{1,4}ずつ", "each: nothing is counted"),
    (r"もう ?[一1] ?つ|の ?[一1] ?つ(?=[はがでにと、。])", "another, one of"),
)
_COMPARISONS: Table = (
    ("最も|もっとも(?!らし|な)|一番(?!目)|いちばん|最[良善悪高低速長短多少強弱上大小]|首位", "superlatives"),
    (r"(?:より)?(?:[速早遅高低多長短良悪軽重強弱]|大き|小さ|少な)(?:い|く(?:な[らりるれっ])?|かっ|けれ|め|すぎ)", ""),
    (r"大きな|小さな|良好|(?:より|(?<=[がはもど]))よ(?:い|く|かっ|けれ)|(?:やす|にく|づら)くな[らりるれっ]", "degree"),
    (r"(?<!に)よりも|(?<!に)より(?=\s*(?:[一-龠]+[いくになき]|[ァ-ヶー]+[にな]))", "より"),
    (r"[のるた](?:ほう|方)が|むしろ|(?<!相)次いで|逆に", "words that set two things against each other"),
    ("優れ|優っ|劣[るっらり]|勝[るっらり]|上回|下回|しのぐ|凌|及ば[なず]|匹敵|遜色|互角", "verbs of rank"),
    ("改善|悪化|向上|低下|上昇|増[えやしす加大]|減[るりっらす少]|[低軽削]減|緩和|短縮", "change"),
    (r"[高強弱早速広縮]ま[るりっ]|(?<![りちみきび仕来])[上下]が[るりっら]", "change"),
    (
        "(?:差|違い)[がはも](?:あ[るっり]|な[いかくし]|見[らえ]|認め|生じ|出[るたて])|大差|僅差|有意(?!水準)",
        "difference",
    ),
    ("半[分数]|優位|トップ(?!ダウン)|最適(?!化)|引き離|届か(?:な|ず)", "rank"),
    ("遅れ(?!て届)|落ち[るた]|縮[むん]|伸び[るた]", "change"),
    ("同等|同程度|ほぼ同じ|と変わらな|と区別でき[なず]", "no difference"),
    ("不?安定", "of a run, compared with another"),
)
_NOT_COMPARISONS: Table = (
    (r"最[大小](?=[一-龠ァ-ヶ])|(?<=の)最[大小](?=[をはが])", "a term, a noun: 最大特異値, the maximum of"),
    (r"最低限|水増[しす]|加減|不?安定性|有意義|\[最小, 最大\]", "a term, a noun, a word"),
    ("少なくとも|少なからず", "at least; not a little"),
    (r"(?<!より)多く(?=[のはがをにで])|数多く|(?:こと|場合)[がも]多[いくか]", "many, often: of nothing that ran"),
    (r"(?<!より)よく(?=[一-龠]|ある|わか)|[てで]も[よ良][いく]|[るた]のがよい", "often; may; should"),
    (r"よりも?(?=[先前後右左])|逆に(?=[しすなさ並読た])|大きく(?=分け|分かれ)", "a place, a time, to reverse, broadly"),
    (r"[誤段格時較偏階]差(?=[がはも])", "an error, a deviation: no difference of two things"),
)
VOCABULARY = Vocabulary(_NUMBERS, _NOT_NUMBERS, _COMPARISONS, _NOT_COMPARISONS, sentence_end="(?<=。)")
