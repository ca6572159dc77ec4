"""Activation functions and their derivatives, written as in the report's formulas.

Goodfellow, Bengio & Courville 2016, section 6.3; leaky ReLU: Maas et al. 2013; Swish: Ramachandran et al. 2017.
Every x is an array of any shape, and so is what comes back; softmax works along the last axis.
"""

from __future__ import annotations

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """シグモイド関数: 出力は 0 から 1。"""
    # σ(x) = 1 / (1 + e^{-x}) = e^x / (1 + e^x)
    # 指数が正にならない側の式を使い、桁あふれを防ぐ
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def d_sigmoid(x: np.ndarray) -> np.ndarray:
    """シグモイド関数の導関数: x = 0 で最大値 0.25。"""
    # σ'(x) = σ(x) (1 - σ(x))、ここで 1 - σ(x) = σ(-x)
    return sigmoid(x) * sigmoid(-x)


def tanh(x: np.ndarray) -> np.ndarray:
    """双曲線正接関数: 出力は -1 から 1。"""
    return np.tanh(x)


def d_tanh(x: np.ndarray) -> np.ndarray:
    """双曲線正接関数の導関数: x = 0 で最大値 1。"""
    # tanh'(x) = 1 - tanh²(x)
    return 1.0 - np.tanh(x) ** 2


def relu(x: np.ndarray) -> np.ndarray:
    """正規化線形関数（ReLU）: 負の入力を 0 にする。"""
    return np.maximum(x, 0.0)


def d_relu(x: np.ndarray) -> np.ndarray:
    """ReLU の導関数: x = 0 では定義されない（nan）。"""
    return np.where(x > 0, 1.0, np.where(x < 0, 0.0, np.nan))


def leaky_relu(x: np.ndarray, alpha: float) -> np.ndarray:
    """Leaky ReLU: 負の入力にも小さな傾き alpha を残す。"""
    return np.where(x > 0, x, alpha * x)


def d_leaky_relu(x: np.ndarray, alpha: float) -> np.ndarray:
    """Leaky ReLU の導関数: x = 0 では定義されない（nan）。"""
    return np.where(x > 0, 1.0, np.where(x < 0, alpha, np.nan))


def swish(x: np.ndarray, beta: float) -> np.ndarray:
    """Swish: シグモイド関数で重み付けた線形関数。"""
    return x * sigmoid(beta * x)


def d_swish(x: np.ndarray, beta: float) -> np.ndarray:
    """Swish の導関数: x = 0 を含むすべての点で連続。"""
    # f'(x) = β f(x) + σ(βx) (1 - β f(x))
    f = swish(x, beta)
    return beta * f + sigmoid(beta * x) * (1.0 - beta * f)


def softmax(x: np.ndarray) -> np.ndarray:
    """ソフトマックス関数: 合計が 1 の確率にする。(…, class) -> (…, class)"""
    # y_i = e^{x_i} / Σ_j e^{x_j}。全体から最大値を引いても値は変わらず、桁あふれを防げる
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def d_softmax(x: np.ndarray) -> np.ndarray:
    """ヤコビ行列: 要素 (i, j) は ∂y_i/∂x_j。(…, class) -> (…, class, class)"""
    # ∂y_i/∂x_j = y_i (δ_ij - y_j)
    y = softmax(x)
    return y[..., :, None] * (np.eye(y.shape[-1]) - y[..., None, :])
