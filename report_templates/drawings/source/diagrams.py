"""Teaching drawings of the chapters. Lengths are centimetres on the page; nothing here depends on a result."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, Polygon, Rectangle
from more_shapes import GATE, LATENT, brace, circle, dot, funnel, panel, plus, times

from day3.experiments.diagrams.shapes import (
    BACKWARD,
    CONTEXT,
    FRAME,
    GREY,
    INPUT,
    LINE,
    OUTPUT,
    PLAIN,
    SMALL,
    STATE,
    SYMBOL,
    Role,
    Shape,
    arrow,
    box,
    canvas,
    line,
    text,
    tint,
)
from ronkyo.plotting import COLORS

__all__ = [
    "unrolled_rnn",
    "lstm_cell",
    "gru_cell",
    "bidirectional_rnn",
    "seq2seq",
    "hierarchical_dialogue",
    "reversed_and_peeky",
    "word2vec",
    "attention",
    "vae_and_vq_vae",
]

PAPER = "#ffffff"


def unrolled_rnn() -> Figure:
    """The recurrent network with its loop, and unrolled over three time steps that share their weights."""
    drawing, axes = canvas(4.0)
    drawing.patch.set_visible(False)  # it stands in a coloured box
    low, middle, high = 0.85, 2.2, 3.55

    def step(x: float, index: str) -> Shape:
        given = box(axes, x, low, f"$x_{index}$", INPUT)
        state = box(axes, x, middle, f"$z_{index}$", STATE)
        output = box(axes, x, high, f"$y_{index}$", OUTPUT)
        arrow(axes, given, state, color=INPUT.edge)
        arrow(axes, state, output, color=OUTPUT.edge)
        text(axes, x + 0.12, (low + middle) / 2, r"$W_{\mathrm{in}}$", SYMBOL, align="left")
        text(axes, x + 0.12, (middle + high) / 2, r"$W_{\mathrm{out}}$", SYMBOL, align="left")
        for name, target in (("in", state), ("out", output)):
            bias = circle(axes, x - 0.98, target.y - 0.8, rf"$b_{{\mathrm{{{name}}}}}$", PLAIN, diameter=0.72)
            arrow(axes, bias, (x - 0.27, target.bottom[1]), color=GREY)
        return state

    folded = step(1.75, "t")
    right, y = folded.right
    around = [(right + reach, y + side) for reach, side in ((0, 0.17), (0.7, 0.17), (0.7, -0.17), (0, -0.17))]
    arrow(axes, *around, color=STATE.edge)
    text(axes, right + 0.85, y, "$W$", SYMBOL, align="left")
    text(axes, 1.75, 0.25, "ループで表した RNN", SMALL)

    arrow(axes, (3.75, middle), (4.75, middle), width=1.6, color=GREY)
    text(axes, 4.2, middle + 0.32, "展開", SMALL)

    before = box(axes, 5.65, middle, "$z_0$", STATE)
    for t, x in enumerate((8.0, 10.5, 13.0), start=1):
        state = step(x, str(t))
        arrow(axes, before, state, color=STATE.edge)
        text(axes, before.right[0] + 0.42, middle + 0.25, "$W$", SYMBOL)
        text(axes, x, 0.25, f"時刻 $t = {t}$", SMALL)
        before = state
    end = before.right[0] + 0.45
    line(axes, before.right, (end, middle), color=STATE.edge)
    line(axes, (end + 0.06, middle), (end + 0.6, middle), color=STATE.edge, dash=":")
    return drawing


def lstm_cell() -> Figure:
    """One step of an LSTM: the cell state carries the memory, three gates decide what is kept, added and shown."""
    drawing, axes = canvas(7.4)
    cell, squashed, product, gate, bus = 6.05, 5.27, 4.5, 3.15, 2.05
    forget, entrance, candidate, exit_, last = 3.6, 5.75, 7.9, 10.05, 11.9
    box(axes, 7.4, 4.3, "", FRAME, 10.8, 5.7, behind=True)
    box(axes, 7.4, cell, "", _CARRIER, 10.8, 0.66, behind=True)
    text(axes, 2.2, cell + 0.68, "CEC：誤差を減らさずに運ぶ経路", SMALL, align="left")

    gates = {
        "f": _gate(axes, forget, gate, "忘却ゲート"),
        "i": _gate(axes, entrance, gate, "入力ゲート"),
        "c": _gate(axes, candidate, gate, "新しい候補", r"$\tanh$"),
        "o": _gate(axes, exit_, gate, "出力ゲート"),
    }
    keep, add = times(axes, forget, cell), plus(axes, candidate, cell)
    write, show = times(axes, candidate, product), times(axes, last, product)
    squash = box(axes, last, squashed, r"$\tanh$", PLAIN, 0.95, 0.46)

    arrow(axes, (1.1, cell), keep)
    arrow(axes, keep, add)
    arrow(axes, add, (13.75, cell))
    arrow(axes, dot(axes, last, cell), squash)
    arrow(axes, squash, show)
    arrow(axes, gates["f"].top, keep)
    arrow(axes, gates["i"].top, (entrance, product), write)
    arrow(axes, gates["c"].top, write)
    arrow(axes, write, add)
    arrow(axes, gates["o"].top, (exit_, product), show)
    arrow(axes, show, (last, bus), (13.75, bus))

    given = box(axes, 2.6, 0.75, "$x_t$", INPUT)
    line(axes, given.top, dot(axes, 2.6, bus))
    arrow(axes, (1.1, bus), (exit_, bus), gates["o"].bottom)
    for name in "fic":
        arrow(axes, dot(axes, gates[name].x, bus), gates[name].bottom)
    text(axes, 6.83, bus - 0.3, "$h_{t{-}1}$ と $x_t$ をつないだベクトル", SMALL)

    for name, symbol in {"f": "$f_t$", "i": "$i_t$", "c": r"$\tilde{c}_t$", "o": "$o_t$"}.items():
        text(axes, gates[name].x + 0.1, 3.86, symbol, SYMBOL, align="left")
    _ends(axes, cell, "c", "セル状態")
    _ends(axes, bus, "h", "隠れ状態")
    _cell_legend(axes, 0.75)
    return drawing


def gru_cell() -> Figure:
    """One step of a GRU: the update gate mixes old state and candidate, the reset gate masks the candidate's input."""
    drawing, axes = canvas(6.9)
    state, mix, masked, gate, bus, low = 5.85, 5.05, 4.3, 2.95, 1.95, 1.55
    reset, update, candidate, branch = 4.2, 7.0, 10.9, 2.6
    box(axes, 7.4, 3.9, "", FRAME, 10.8, 5.2, behind=True)
    r = _gate(axes, reset, gate, "リセットゲート", width=2.05)
    z = _gate(axes, update, gate, "更新ゲート")
    new = _gate(axes, candidate, gate, "新しい候補", r"$\tanh$")
    mask, keep = times(axes, reset, masked), times(axes, update, state)
    take, add = times(axes, candidate, mix), plus(axes, candidate, state)
    rest = box(axes, 8.95, mix, "$1 - z_t$", PLAIN, 1.25, 0.52)

    arrow(axes, (1.1, state), keep)
    arrow(axes, keep, add)
    arrow(axes, add, (13.75, state))
    arrow(axes, dot(axes, reset, state), mask)
    arrow(axes, r.top, mask)
    arrow(axes, z.top, keep)
    arrow(axes, mask, (8.95, masked), (8.95, gate), new.left, over=FRAME.fill)
    arrow(axes, dot(axes, update, mix), rest)
    arrow(axes, rest, take)
    arrow(axes, new.top, take)
    arrow(axes, take, add)

    given = box(axes, branch, 0.6, "$x_t$", INPUT)
    line(axes, given.top, dot(axes, branch, bus))
    line(axes, dot(axes, branch, state), (branch, bus))
    arrow(axes, (branch, bus), (update, bus), z.bottom)
    arrow(axes, dot(axes, reset, bus), r.bottom)
    arrow(axes, dot(axes, branch, low), (candidate, low), new.bottom)

    text(axes, reset + 0.1, 3.65, "$r_t$", SYMBOL, align="left")
    text(axes, update + 0.1, 3.65, "$z_t$", SYMBOL, align="left")
    text(axes, candidate + 0.1, 3.65, r"$\tilde{h}_t$", SYMBOL, align="left")
    text(axes, 5.6, masked + 0.26, r"$r_t \odot h_{t{-}1}$", SYMBOL)
    _ends(axes, state, "h", "隠れ状態")
    _cell_legend(axes, 0.6)
    return drawing


def bidirectional_rnn() -> Figure:
    """Two chains of states, one with time and one against it: an output at each step, or one for the whole sequence."""
    drawing, axes = canvas(6.7)
    given, forward, backward, joined, top = 0.75, 2.0, 3.15, 4.35, 5.45
    panel(axes, 0.1, 6.4, "(a) 時刻ごとに出力する")
    panel(axes, 8.5, 6.4, "(b) 系列全体を分類する")
    for left in (0.95, 9.35):
        columns = [left, left + 2.2, left + 4.4]
        ahead, back = [], []
        for t, x in enumerate(columns, start=1):
            ahead.append(box(axes, x - 0.42, forward, rf"$\overrightarrow{{h}}_{t}$", STATE, 0.78))
            back.append(box(axes, x + 0.42, backward, rf"$\overleftarrow{{h}}_{t}$", BACKWARD, 0.78))
        for before, after in zip(ahead, ahead[1:], strict=False):
            arrow(axes, before, after, color=STATE.edge, width=1.1)
        for after, before in zip(back, back[1:], strict=False):
            arrow(axes, before, after, color=BACKWARD.edge, dash="--", width=1.1)
        for t, x in enumerate(columns, start=1):
            source = box(axes, x, given, f"$x_{t}$", INPUT, 1.62)
            arrow(axes, (x - 0.42, source.top[1]), ahead[t - 1].bottom)
            arrow(axes, (x + 0.42, source.top[1]), back[t - 1].bottom, over=PAPER)
        if left < 7:
            for t, x in enumerate(columns, start=1):
                output = box(axes, x, top, f"$y_{t}$", OUTPUT, 1.62)
                arrow(axes, ahead[t - 1].top, (x - 0.42, output.bottom[1]), over=PAPER)
                arrow(axes, back[t - 1].top, (x + 0.42, output.bottom[1]))
            text(axes, left + 5.35, forward, "過去 → 未来", SMALL, align="left", color=STATE.edge)
            text(axes, left + 5.35, backward, "未来 → 過去", SMALL, align="left", color=BACKWARD.edge)
        else:
            middle = columns[1]
            box(axes, middle - 0.6, joined, r"$\overleftarrow{h}_1$", BACKWARD, 1.2, 0.6)
            box(axes, middle + 0.6, joined, r"$\overrightarrow{h}_3$", STATE, 1.2, 0.6)
            arrow(axes, back[0].top, (back[0].x, joined), (middle - 1.2, joined), color=BACKWARD.edge, dash="--")
            arrow(axes, ahead[2].top, (ahead[2].x, joined), (middle + 1.2, joined), color=STATE.edge, over=PAPER)
            output = box(axes, middle, top, "$y$", OUTPUT, 1.62)
            arrow(axes, (middle, joined + 0.3), output.bottom)
            text(axes, middle + 1.0, top, "各クラスの確率", SMALL, align="left")
    return drawing


def seq2seq() -> Figure:
    """The encoder folds the input into one vector; the decoder unfolds it, fed with what it has just said."""
    drawing, axes = canvas(4.5)
    low, middle, high = 1.35, 2.5, 3.7
    states = []
    for t, word in enumerate(["猫", "が", "好き"], start=1):
        x = -0.75 + 1.75 * t
        given, state = box(axes, x, low, word, INPUT, 1.15, size=SMALL), box(axes, x, middle, f"$h_{t}$", STATE)
        arrow(axes, given, state)
        states.append(state)
    context = box(axes, 6.35, middle, "$c$", CONTEXT, 0.8, 0.8)
    text(axes, 6.35, middle + 0.72, "文脈ベクトル", SMALL)

    said, said_words = None, ["I", "like", "cats"]
    for t, (heard, word) in enumerate(zip(["<BOS>", *said_words], [*said_words, "<EOS>"], strict=True), start=1):
        x = 6.35 + 1.95 * t
        given, state = box(axes, x, low, heard, INPUT, 1.15, size=SMALL), box(axes, x, middle, f"$s_{t}$", STATE)
        output = box(axes, x, high, word, OUTPUT, 1.15, size=SMALL)
        arrow(axes, given, state)
        arrow(axes, state, output)
        if said:
            between = (said.x + x) / 2
            arrow(axes, said.right, (between, high), (between, low), given.left, color=OUTPUT.edge, dash="--")
        states.append(state)
        said = output
    chain = [*states[:3], context, *states[3:]]
    for before, after in zip(chain, chain[1:], strict=False):
        arrow(axes, before, after, color=STATE.edge, width=1.1, over=PAPER)

    brace(axes, (5.05, 0.85), (0.45, 0.85), "エンコーダ")
    brace(axes, (14.7, 0.85), (7.75, 0.85), "デコーダ")
    line(axes, (0.45, 4.2), (1.15, 4.2), color=OUTPUT.edge, dash="--")
    text(axes, 1.3, 4.2, "推論では、出した語を次の入力にする。", SMALL, align="left")
    text(axes, 1.3, 3.8, "学習では、正解を 1 つずらして入れる。", SMALL, align="left")
    return drawing


def hierarchical_dialogue() -> Figure:
    """Two turns of a dialogue in three models: each adds one row to the one before."""
    drawing, axes = canvas(6.0)
    rows = {"発話": 0.5, "エンコーダ": 1.42, "文脈 RNN": 2.34, "潜在変数": 3.26, "デコーダ": 4.18, "応答": 5.1}
    for y, name in zip(rows.values(), rows, strict=True):
        text(axes, 0.1, y, name, SMALL, align="left")
        axes.hlines(y, 1.75, 14.7, color=FRAME.edge, linestyle=":", linewidth=0.5, zorder=0.5)
    heard, encoder, context, latent, decoder, answer = rows.values()
    for left, title in ((2.1, "(a) seq2seq"), (6.4, "(b) HRED"), (10.7, "(c) VHRED")):
        panel(axes, left, 5.75, title)
        remembers, varies = left > 6, left > 10
        box(axes, left + 1.95, (heard + answer) / 2, "", _GROUND, 4.05, 5.35, behind=True)
        before = None
        for turn, x in enumerate((left + 0.95, left + 2.95), start=1):
            given = box(axes, x, heard, f"$u_{turn}$", INPUT, 1.2, 0.6)
            encoded = box(axes, x, encoder, f"$h_{turn}$", STATE, 1.2, 0.6)
            decoded = box(axes, x, decoder, f"$s_{turn}$", STATE, 1.2, 0.6)
            output = box(axes, x, answer, rf"$\hat{{u}}_{turn + 1}$", OUTPUT, 1.2, 0.6)
            arrow(axes, given, encoded)
            arrow(axes, decoded, output)
            if not remembers:
                arrow(axes, encoded, decoded)
                continue
            memory = box(axes, x, context, f"$c_{turn}$", CONTEXT, 1.2, 0.6)
            arrow(axes, encoded, memory)
            if before:
                arrow(axes, before, memory, color=CONTEXT.edge, width=1.3)
            before = memory
            if varies:
                noise = circle(axes, x + 0.22, latent, f"$z_{turn}$", LATENT, diameter=0.56)
                arrow(axes, (noise.x, memory.top[1]), noise)
                arrow(axes, noise, (noise.x, decoded.bottom[1]))
                arrow(axes, (x - 0.3, memory.top[1]), (x - 0.3, decoded.bottom[1]))
            else:
                arrow(axes, memory, decoded)
    return drawing


def reversed_and_peeky() -> Figure:
    """Two improvements of seq2seq: the input reversed, and the encoder's state shown to every step of the decoder."""
    drawing, axes = canvas(6.9)
    panel(axes, 0.1, 6.6, "(a) 入力の反転")
    for y, words, letters, steps in ((4.6, "そのまま", "ABC", 3), (1.6, "反転", "CBA", 1)):
        columns = [0.75 + 1.12 * index for index in range(6)]
        states = [box(axes, x, y, "", STATE, 0.6, 0.5) for x in columns]
        for index, (before, after) in enumerate(zip(states, states[1:], strict=False)):
            on_the_way = 3 - steps <= index < 3
            color, width = (OUTPUT.edge, 2.0) if on_the_way else (STATE.edge, LINE)
            arrow(axes, before, after, color=color, width=width)
        for state, letter in zip(states[:3], letters, strict=True):
            arrow(axes, box(axes, state.x, y - 0.95, f"${letter}$", INPUT, 0.6, 0.55), state)
        for state, letter in zip(states[3:], ("alpha", "beta", "gamma"), strict=True):
            arrow(axes, state, box(axes, state.x, y + 0.95, rf"$\{letter}$", OUTPUT, 0.6, 0.55))
        text(axes, columns[1], y + 0.95, words, SMALL)
        text(axes, columns[4] + 0.4, y - 0.95, rf"$A$ から $\alpha$ まで {steps} ステップ", SMALL, color=OUTPUT.edge)

    panel(axes, 7.9, 6.6, "(b) のぞき見（peeky）デコーダ")
    low, recurrent, shared, affine, high = 0.65, 2.15, 3.1, 4.05, 5.5
    source = box(axes, 8.6, low, "エンコーダ", PLAIN, 1.6, 0.6, SMALL)
    state = box(axes, 8.6, recurrent, "$h$", CONTEXT, 0.8, 0.8)
    arrow(axes, source, state)
    before = state
    columns = [10.5, 12.25, 14.0]
    for t, x in enumerate(columns, start=1):
        given = box(axes, x, low, f"$y_{t - 1}$", INPUT, 1.1, 0.6)
        cell = box(axes, x, recurrent, "RNN", STATE, 1.1, 0.6, SMALL)
        layer = box(axes, x, affine, "全結合", PLAIN, 1.1, 0.6, SMALL)
        output = box(axes, x, high, f"$y_{t}$", OUTPUT, 1.1, 0.6)
        arrow(axes, given, cell)
        arrow(axes, cell, layer)
        arrow(axes, layer, output)
        arrow(axes, before, cell, color=STATE.edge)
        before = cell
        branch = dot(axes, x - 0.32, shared, CONTEXT.edge)
        arrow(axes, branch, (x - 0.32, recurrent + 0.3), color=CONTEXT.edge)
        arrow(axes, branch, (x - 0.32, affine - 0.3), color=CONTEXT.edge)
    line(axes, state.top, (8.6, shared), (columns[-1] - 0.32, shared), color=CONTEXT.edge, over=PAPER)
    return drawing


def word2vec() -> Figure:
    """CBOW predicts a word from its neighbours, skip-gram the neighbours from the word; both learn W, the vectors."""
    drawing, axes = canvas(5.3)
    words = ["猫", "が", "魚", "を", "食べる"]
    symbols = ["$w_{t{-}2}$", "$w_{t{-}1}$", "$w_t$", "$w_{t{+}1}$", "$w_{t{+}2}$"]
    rows = [3.85, 3.17, 2.49, 1.81, 1.13]
    for left, title, given in (
        (0.1, "(a) CBOW：前後から中央を予測する", (0, 1, 3, 4)),
        (7.7, "(b) skip-gram：中央から前後を予測する", (2,)),
    ):
        entry, middle, leave = left + 1.4, left + 3.5, left + 5.6
        panel(axes, left, 5.05, title)
        hidden = _vector(axes, middle, rows[2])
        for index, (y, word, symbol) in enumerate(zip(rows, words, symbols, strict=True)):
            level = rows[2] + (2 - index) * 0.16
            if index in given:
                shape = box(axes, entry, y, word, INPUT, 1.3, 0.56, SMALL)
                text(axes, entry - 0.78, y, symbol, SYMBOL, align="right")
                arrow(axes, shape.right, (hidden.left[0], level))
            else:
                shape = box(axes, leave, y, word, OUTPUT, 1.3, 0.56, SMALL)
                text(axes, leave + 0.78, y, symbol, SYMBOL, align="left")
                arrow(axes, (hidden.right[0], level), shape.left)
        many, one = rows[2] + 1.25, rows[2] + 0.3
        text(axes, middle - 0.75, many if len(given) > 1 else one, "$W$", SYMBOL)
        text(axes, middle + 0.75, one if len(given) > 1 else many, "$W'$", SYMBOL)
        for x, y, words_ in ((entry, 4.45, "入力"), (middle, 4.45, "中間層"), (leave, 4.45, "出力")):
            text(axes, x, y, words_, SMALL)
        text(axes, middle, 1.13, "分散表現の平均" if len(given) > 1 else "分散表現", SMALL)
    text(axes, 7.4, 0.35, "学習した $W$ の行が、各単語の分散表現になる。", SMALL)
    return drawing


def attention() -> Figure:
    """The decoder's state asks, every encoder state is weighted by how well it answers; beside it all the weights."""
    drawing, axes = canvas(6.3)
    source, target = ["私", "は", "猫", "が", "好き"], ["I", "like", "cats", "<EOS>"]
    scores = np.array([[32, 16, 2, 0, 4], [6, 1, 13, 10, 26], [3, 2, 34, 12, 6], [4, 8, 3, 9, 16]]) / 10  # made up
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    now = 1

    low, states, score, base, summed = 0.4, 1.25, 2.1, 2.8, 4.6
    panel(axes, 0.1, 6.05, "(a) 1 つの時刻の計算")
    panel(axes, 9.9, 6.05, "(b) すべての時刻の重み")
    columns = [0.75 + 1.25 * index for index in range(5)]
    centre = columns[2]
    context = box(axes, centre, summed, "$c_t$", CONTEXT, 0.8, 0.8)
    band = box(axes, centre, score, "内積をとり、softmax で重みにする", PLAIN, 6.1, 0.56, SMALL)
    before = None
    for x, word, weight, index in zip(columns, source, weights[now], range(1, 6), strict=True):
        given = box(axes, x, low, word, INPUT, 0.95, 0.56, SMALL)
        state = box(axes, x, states, f"$h_{index}$", STATE, 0.8, 0.6)
        arrow(axes, given, state)
        arrow(axes, state, (x, band.bottom[1]))
        if before:
            arrow(axes, before, state, color=STATE.edge)
        before = state
        height = 1.3 * weight
        bar = Rectangle((x - 0.26, base), 0.52, height, facecolor=_heat(weight), edgecolor=STATE.edge, linewidth=0.6)
        axes.add_patch(bar)
        text(axes, x, base - 0.22, rf"$\alpha_{{t{index}}}$", SMALL)
        line(axes, (x, base + height), context.edge((x, base + height)), color=STATE.edge, width=0.4 + 3.2 * weight)
    asks = box(axes, 8.1, score, "$s_{t{-}1}$", STATE)
    becomes = box(axes, 8.1, summed, "$s_t$", STATE)
    output = box(axes, 8.1, summed + 0.95, target[now], OUTPUT, 1.1, 0.6, SMALL)
    arrow(axes, asks, band, color=STATE.edge)
    arrow(axes, asks, becomes, color=STATE.edge)
    arrow(axes, context, becomes, color=CONTEXT.edge)
    arrow(axes, becomes, output)
    text(axes, 8.1, score - 0.62, "問い合わせ", SMALL)
    text(axes, 5.7, summed + 0.42, r"$c_t = \sum_i\, \alpha_{ti}\, h_i$", SYMBOL)

    size, left, top = 0.72, 11.05, 4.6
    for row, word in enumerate(target):
        y = top - (row + 0.5) * size
        text(axes, left - 0.15, y, word, SMALL, align="right")
        for column, weight in enumerate(weights[row]):
            corner = (left + column * size, y - size / 2)
            axes.add_patch(Rectangle(corner, size, size, facecolor=_heat(weight), edgecolor=PAPER, linewidth=0.8))
    for column, word in enumerate(source):
        text(axes, left + (column + 0.5) * size, top + 0.25, word, SMALL)
    corner = (left, top - (now + 1) * size)
    axes.add_patch(Rectangle(corner, 5 * size, size, fill=False, edgecolor=OUTPUT.edge, linewidth=1.3, zorder=4))
    text(axes, left + 2.5 * size, top - 4 * size - 0.35, "枠：左の図の時刻", SMALL)
    return drawing


def vae_and_vq_vae() -> Figure:
    """A VAE draws its latent variable from a normal distribution; a VQ-VAE takes the nearest vector of a codebook."""
    drawing, axes = canvas(7.3)
    upper, lower, centre, side = 5.5, 1.85, 7.4, 2.4
    panel(axes, 0.1, 7.05, "(a) VAE：潜在変数を正規分布から取り出す")
    panel(axes, 0.1, 3.4, "(b) VQ-VAE：潜在変数をコードブックの最も近いベクトルに置き換える")

    encoder, decoder = _autoencoder(axes, upper)
    _plane(axes, centre, upper, side)
    for sign, symbol in ((1, r"$\mu$"), (-1, r"$\sigma$")):
        parameter = box(axes, 4.75, upper + sign * 0.5, symbol, STATE, 0.7, 0.62)
        arrow(axes, (encoder.right[0], parameter.y), parameter)
        arrow(axes, parameter, (centre - side / 2, parameter.y))
    axes.add_patch(Circle((centre, upper), 1.12, fill=False, edgecolor=GREY, linestyle="--", linewidth=0.7, zorder=2))
    middle = (centre + 0.32, upper + 0.2)
    for spread, share in ((1.0, 0.2), (0.55, 0.42)):
        size = 1.25 * spread, 0.8 * spread
        axes.add_patch(
            Ellipse(middle, *size, facecolor=tint(COLORS[4], share), edgecolor=LATENT.edge, linewidth=0.6, zorder=2)
        )
    drawn = dot(axes, centre + 0.62, upper)
    latent = box(axes, 10.05, upper, "$z$", LATENT, 0.8, 0.8)
    arrow(axes, drawn, latent)
    arrow(axes, latent, (decoder.left[0], upper))
    text(axes, centre - 0.3, upper - 0.62, r"$N(0, I)$", SMALL, color=GREY)
    sampled = r"$z = \mu + \sigma \odot \epsilon, \quad \epsilon \sim N(0, I)$"
    text(axes, centre, upper - side / 2 - 0.3, sampled, SYMBOL)

    encoder, decoder = _autoencoder(axes, lower)
    _plane(axes, centre, lower, side)
    before = box(axes, 4.75, lower, "$z_e$", STATE, 0.8, 0.7)
    after = box(axes, 10.05, lower, "$z_q$", CONTEXT, 0.8, 0.8)
    codebook = np.array([[-0.85, 0.8], [0.35, 0.95], [-0.35, -0.05], [-0.9, -0.75], [0.2, -0.95], [1.0, -0.35]])
    encoded = np.array([0.62, 0.12])
    nearest = int(np.argmin(np.linalg.norm(codebook - encoded, axis=1)))
    for k, code in enumerate(codebook):
        cell = _cell(codebook, k, side / 2) + (centre, lower)
        fill = CONTEXT.fill if k == nearest else "none"
        axes.add_patch(Polygon(cell, facecolor=fill, edgecolor=FRAME.edge, linewidth=0.7, zorder=1))
        x, y = code + (centre, lower)
        dot(axes, x, y, CONTEXT.edge)
        text(axes, x, y - 0.22, f"$e_{k + 1}$", SMALL)
    x, y = encoded + (centre, lower)
    chosen = tuple(codebook[nearest] + (centre, lower))
    arrow(axes, (encoder.right[0], lower), before)
    line(axes, before.right, (x, y), color=STATE.edge)
    arrow(axes, dot(axes, x, y, STATE.edge), chosen, color=CONTEXT.edge)
    arrow(axes, chosen, after.left, color=CONTEXT.edge)
    arrow(axes, after, (decoder.left[0], lower))
    arrow(axes, after.bottom, (10.05, 0.35), (4.75, 0.35), before.bottom, color=OUTPUT.edge, dash="--")
    text(axes, 10.3, 0.35, "勾配はそのまま戻す", SMALL, align="left", color=OUTPUT.edge)
    return drawing


_CARRIER = Role(tint(COLORS[0], 0.13), tint(COLORS[0], 0.13), corner=0.0)
_GROUND = Role("#f4f6f8", "#f4f6f8", corner=0.06)


def _gate(axes: Axes, x: float, y: float, name: str, activation: str = r"$\sigma$", width: float = 1.65) -> Shape:
    shape = box(axes, x, y, "", GATE, width, 0.92)
    text(axes, x, y + 0.2, name, SMALL)
    text(axes, x, y - 0.22, activation, SYMBOL)
    return shape


def _ends(axes: Axes, y: float, symbol: str, name: str) -> None:
    """What enters the cell at its left and leaves it at its right."""
    for x, index in ((0.65, "t{-}1"), (14.15, "t")):
        text(axes, x, y, f"${symbol}_{{{index}}}$", SYMBOL)
        text(axes, x, y + 0.42, name, SMALL)


def _cell_legend(axes: Axes, y: float) -> None:
    box(axes, 5.2, y, "", GATE, 0.5, 0.36)
    text(axes, 5.6, y, "重みとバイアスをもつ層", SMALL, align="left")
    times(axes, 9.5, y)
    text(axes, 9.85, y, "要素ごとの積", SMALL, align="left")
    plus(axes, 12.25, y)
    text(axes, 12.6, y, "和", SMALL, align="left")


def _vector(axes: Axes, x: float, y: float, size: float = 0.3, count: int = 6) -> Shape:
    """A column of numbers."""
    for index in range(count):
        box(axes, x, y + (index - (count - 1) / 2) * size, "", Role(STATE.fill, STATE.edge, 0.0), size, size)
    return Shape(x, y, size, size * count)


def _heat(weight: float) -> str:
    return tint(COLORS[0], 0.04 + 0.86 * weight)


def _autoencoder(axes: Axes, y: float) -> tuple[Shape, Shape]:
    given, output = box(axes, 0.75, y, "$x$", INPUT, 0.9, 1.5), box(axes, 14.05, y, r"$\hat{x}$", OUTPUT, 0.9, 1.5)
    encoder = funnel(axes, 2.75, y, "エンコーダ", PLAIN, 1.7, (2.6, 1.7))
    decoder = funnel(axes, 12.05, y, "デコーダ", PLAIN, 1.7, (1.7, 2.6))
    arrow(axes, given, encoder)
    arrow(axes, decoder, output)
    return encoder, decoder


def _cell(points: np.ndarray, index: int, reach: float) -> np.ndarray:
    """The part of the square |x|, |y| <= reach that is nearer to points[index] than to any other, as a polygon."""
    polygon = [np.array(corner) * reach for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    for other in np.delete(points, index, axis=0):
        normal = other - points[index]
        inside = [float(normal @ ((other + points[index]) / 2 - corner)) for corner in polygon]
        kept = []
        for here, there, a, b in zip(polygon, polygon[1:] + polygon[:1], inside, inside[1:] + inside[:1], strict=True):
            if a >= 0:
                kept.append(here)
            if (a >= 0) != (b >= 0):
                kept.append(here + (there - here) * a / (a - b))
        polygon = kept
    return np.array(polygon)


def _plane(axes: Axes, x: float, y: float, side: float) -> None:
    corner = (x - side / 2, y - side / 2)
    axes.add_patch(Rectangle(corner, side, side, facecolor=FRAME.fill, edgecolor=FRAME.edge, linewidth=0.7))
