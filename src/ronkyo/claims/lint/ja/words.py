"""The Japanese words that the lint knows, in their dictionary forms."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# -- of degree and rank -----------------------------------------------------------------------------------------------

MEASURES = _set(  # 形容詞 that measure; the others, as 正しい, say what is, alone
    "高い 低い 大きい 大きな 小さい 小さな 多い 少ない 長い 短い 速い 早い 素早い 手早い 遅い 良い よい いい 悪い "
    "強い 弱い 軽い 重い 近い 遠い 程遠い 深い 浅い 広い 狭い 厚い 薄い 粗い 細かい 鋭い 鈍い 緩い 激しい 著しい "
    "甚だしい 目覚ましい 芳しい 乏しい 等しい 安い"
)
DEGREES = MEASURES - _set("深い 広い 近い 細かい 厚い 薄い 激しい")  # 大きく改善 says how much, 広く調べる how
PERMITTED = _set("よい 良い いい")
GRADES = _set(  # 形容動詞 and nouns
    "高速 低速 良好 優秀 顕著 有利 不利 有意 同等 対等 同様 優位 劣位 優勢 劣勢 互角 同着 同率 同点 同格 安定 不安定 "
    "最適 軽量 過大 過小 過少 大幅 急激 緩やか 滑らか 段違い 桁違い 圧倒的 効果的 効率的 限定的 僅差 大差 ダントツ "
    "頭打ち 横ばい アップ ダウン up UP down 高め 低め 大きめ 小さめ 多め 少なめ 長め 短め 早め 遅め 速め 強め 弱め"
)
MANNERS = _set("大幅 急激 緩やか 滑らか 段違い 桁違い")  # 大幅に says how, the verb behind it that
STATES = _set(
    "明確 明白 必要 可能 明らか 重要 大切 有名 一般 不要 不可能 問題 こと 別 同様"
)  # 必要になる is no change of a result
MORE = _set("最も もっとも もっと より一層 比較的 相対的")
PLACES = _set("上位 下位 首位 トップ 次点")
TOPS = PLACES | _set(
    "最高 最低 最大 最小 最良 最善 最悪 最速 最長 最短 最多 最少 最強 最弱 最上位 最下位 一番 いちばん ベスト ワースト"
)
MOST = _set("半数 過半数 大半 大多数")
RANKED = re.compile("モデル|手法|方法|条件|設定|組み?合わせ|構成|パラメータ")

# -- of change --------------------------------------------------------------------------------------------------------

VERBS = _set(
    "優れる すぐれる 優る 劣る 勝る まさる 勝つ 負ける 勝ち越す 負け越す 見劣り 上回る 下回る 超える 越える 超す 凌ぐ "
    "しのぐ 匹敵 肉薄 追いつく 追い越す 追い抜く 引き離す 迫る 逆転 増える 増やす 増す 減る 減らす 上がる 上げる "
    "下がる 下げる 跳ね上がる 落ちる 落とす 落ち込む 伸びる 伸ばす 伸び悩む 縮む 縮める 縮まる 広がる 狭まる 変わる "
    "速まる 早まる 遅れる 鈍る 衰える 和らぐ 和らげる 停滞 後退"
)
ADJECTIVAL = re.compile("[高低強弱早速深浅狭薄厚緩軽鈍細太弛](?:ま|め)る")  # verbs made of an adjective
NOUNS = re.compile(  # サ変名詞 by what they are written with: 微増, 激減, 短縮
    "増|減|縮|善|劣化|向上|上昇|下降|下落|低下|低迷|悪化|鈍化|加速|失速|拡大|促進|緩和|凌駕|圧倒|寄与|貢献"
)
OTHER_NOUNS = _set("加減 減算 減衰 減点 増幅 増設 増強 増分 水増し 割増 縮約 縮退 善処")
CHOICES = _set(  # done to a setting as well as to a result
    "増やす 増す 減らす 上げる 下げる 伸ばす 落とす 縮める 狭める 深める 高める 低める 強める 弱める 早める 速める"
)
NEGATED = _set("及ぶ 届く")  # compare when they are negated
DIFFERS = _set("異なる 違う")
SHOWN = _set(
    "示す 示せる 確認 見せる 達成 もたらす 得る 遂げる 実現 引き起こす 招く 認める 生む 与える 見出す"
)  # 改善を示す
REACHED = _set("成功 寄与 貢献 繋がる つながる 転じる 至る 役立つ なる 有効 効果")  # 改善につながる
FOUND = _set("ない ぬ ある 見る 認める")  # 改善は見られる
AMOUNT = re.compile("率$|幅|度$|傾向|効果|量$")  # 改善率

# -- of difference ----------------------------------------------------------------------------------------------------

GAPS = _set("優位 優位性 差 違い 差異 相違 開き 大差 僅差 優劣 格差 遜色 ギャップ")
EFFECTS = _set("影響 効果 効き目 恩恵 メリット 変化 変わり")
PRESENCE = _set("ない 無い なし 無し あり 有り")
PRESENT = PRESENCE | _set(  # what a difference or an effect does when it is told
    "ある ぬ 見る 見受ける 認める 確認 出る 生じる 生まれる 現れる 表れる 開く つく 付く 残る 得る 縮まる 広がる "
    "大きい 小さい 高い 低い 少ない 薄い 限定 顕著 明確 明らか 有意 僅か わずか 十分 絶大"
)

# -- what results are about -------------------------------------------------------------------------------------------

OUTCOMES = re.compile(
    "結果|成績|成果|精度|正確|(?<!学習)(?<!減衰)(?<!アウト)率$|数値|性能|能力|損失|誤差|ロス|エラー|スコア|時間|速度|速さ|差$|違い|影響|効果|"
    "傾向|変化|勾配|コスト|品質|汎化|収束|予測|学習$|度$|性$|量$|力$|分散|ばらつき|相関|改善|向上|低下|増加|減少|過学習|問題|消失|爆発|水準|"
    "程度|レベル|(?i:loss|acc|accuracy|error|score|f1|bleu|ppl|perplexity|rmse|mse|mae|auc|recall|precision)$"
)
RESULTS = re.compile(
    "結果|精度|性能|傾向|[確解答]率$|スコア|損失|誤差|水準|レベル|成績|(?i:loss|accuracy|error|score)$"
)
FORMAL = _set("こと の ため よう ほう 方 わけ はず ところ 点 まま 様 とおり そう 割 上")  # no adjective describes them

# -- what makes a statement of no result ------------------------------------------------------------------------------

CONDITION = _set("場合 とき 時 際 たび 度 限り うち 間 ほど ところ 中 以上")
FOLLOWING = _set("につれ につれて に従い にしたがって に従って に伴い に伴って にともなって ごと ほど")
QUOTING = re.compile(  # verbs behind と that make it a quotation, no condition
    "考え|思|言|いう|いえる|云|分か|わか|知|見|み(?:る|なす)|推[測察定]|予[想測]|考察|判断|結論|感じ|信じ|期待|述べ|確認|報告|書|想像|"
    "解釈|主張|認め|説明|仮定"
)
TO_DO = _set(
    "必要 べし たい 重要 望ましい 大切 課題 目的 目標 目指す 狙う 狙い ねらい 試みる 図る かどうか 余地 教える 促す "
    "求める 防ぐ"
)
LIKELIHOODS = _set("可能性 見込み 公算 確度 必要性 重要度 優先度 難易度 性")
LOOKED_AT = _set("確かめる 確認 調べる 見る みる 検証 検算")  # AをBと比べて確かめる
SOURCES = re.compile(  # 結果より、…が分かる
    "これ|それ|ここ|以上|上記|下記|結果|図|表|式|グラフ|ログ|出力|上|定義|定理|文献|論文|書|サイト|ページ|曲線|観点|前述|先述|行列$|\\d$"
)
TAKEN = _set("引用 抜粋 取得 参照 転載 作成 出力 読み取る 導く 求める 求まる 得る 始まる 分かる わかる 成る")
BESIDE = _set("先 前 後 右 左 上 下 以前 以後 むしろ")
PREFERRED = _set("重視 優先")
