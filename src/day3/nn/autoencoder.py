"""Autoencoders of vectors: a plain one, a variational one (Kingma & Welling 2014) and a vector-quantised one
(van den Oord, Vinyals & Kavukcuoglu 2017). Encoder and decoder are the same in all three, each with one hidden layer.

What is lost is measured in nats: the decoder's output is the mean of normal pixels of a fixed deviation σ, so that
-log p(x | z) = |x - x̂|² / 2σ² and a constant, which is left out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from day3.nn.linear import Linear
from day3.nn.recurrent import dense

Kind = Literal["autoencoder", "vae", "vq_vae"]


class Encoded(NamedTuple):
    """What the encoder makes of images."""

    latent: Tensor  # (batch, latent_size), what the decoder reads
    mean: Tensor  # (batch, latent_size), before noise or quantisation
    kl: Tensor  # (batch, latent_size), nats; zeros where nothing is random
    quantisation: Tensor  # (batch,), the second and third term of the VQ-VAE's loss; zeros elsewhere
    codes: Tensor  # (batch, positions), the places in the codebook; no positions elsewhere


class Autoencoder(nn.Module):
    """Images to latent variables and back. A VQ-VAE's latent variables are `latent_size / code_size` codes."""

    def __init__(
        self,
        kind: Kind,
        pixels: int,
        hidden_size: int,
        latent_size: int,
        codes: int,
        code_size: int,
        commitment: float,
        straight_through: bool,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.kind, self.commitment, self.straight_through = kind, commitment, straight_through
        self.encoder = _layers(pixels, hidden_size, latent_size * (2 if kind == "vae" else 1), generator)
        self.decoder = _layers(latent_size, hidden_size, pixels, generator)
        if kind == "vq_vae":
            self.codebook = nn.Parameter(torch.empty(codes, code_size).uniform_(-1, 1, generator=generator))

    def encode(self, images: Tensor, noise: Tensor) -> Encoded:
        """images: (batch, pixels); noise: (batch, latent_size), of N(0, 1), which only a VAE uses."""
        read = self.encoder(images)
        nothing = images.new_zeros(len(images))
        no_codes = torch.empty(len(images), 0, dtype=torch.long)
        if self.kind == "vae":
            mean, log_variance = read.chunk(2, dim=1)
            return Encoded(reparameterized(mean, log_variance, noise), mean, kl(mean, log_variance), nothing, no_codes)
        if self.kind == "vq_vae":
            vectors = read.unflatten(1, (-1, self.codebook.shape[1]))
            chosen, loss, codes = quantized(vectors, self.codebook, self.commitment, self.straight_through)
            return Encoded(chosen.flatten(1), read, torch.zeros_like(read), loss, codes)
        return Encoded(read, read, torch.zeros_like(read), nothing, no_codes)

    def decode(self, latent: Tensor) -> Tensor:
        """(batch, latent_size) -> (batch, pixels), from 0 to 1."""
        return torch.sigmoid(self.decoder(latent))


def reparameterized(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """再パラメータ化: 乱数 ε を外から受け取り、平均と標準偏差に勾配を通す。どれも (batch, latent_size)"""
    # z = μ + σ ⊙ ε
    return mean + torch.exp(0.5 * log_variance) * noise


def kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """標準正規分布への KL 情報量を、潜在変数の次元ごとに求める。どれも (batch, latent_size)、単位はナット"""
    # (μ² + σ² - log σ² - 1) / 2
    return 0.5 * (mean.square() + torch.exp(log_variance) - log_variance - 1)


def quantized(
    vectors: Tensor, codebook: Tensor, commitment: float, straight_through: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """ベクトル量子化: それぞれのベクトルを、最も近いコードに置き換える。

    vectors: (batch, positions, code_size), codebook: (codes, code_size)
    -> 置き換えたもの, 損失の第 2 項と第 3 項 (batch,), コードの番号 (batch, positions)
    """
    codes = (vectors[..., None, :] - codebook).square().sum(-1).argmin(-1)
    chosen = codebook[codes]
    loss = (vectors.detach() - chosen).square() + commitment * (vectors - chosen.detach()).square()
    if straight_through:  # 値は選んだコード、勾配は置き換える前のベクトルへ
        chosen = vectors + (chosen - vectors).detach()
    return chosen, loss.sum((1, 2)), codes


def _layers(input_size: int, hidden_size: int, output_size: int, generator: torch.Generator) -> nn.Sequential:
    first: Linear = dense(input_size, hidden_size, generator)
    return nn.Sequential(first, nn.ReLU(), dense(hidden_size, output_size, generator))
