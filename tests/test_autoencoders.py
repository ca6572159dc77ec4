"""Autoencoders: noise, quantisation and what their gradients pass, and the numbers and figures made of them."""

import numpy as np
import pytest
import torch
from drawn import results_of
from pydantic import ValidationError
from seeds import (
    assert_a_seed_alone_equals_it_among_others,
    assert_a_worker_process_gives_the_same_bits,
    no_progress,
    train_seeds,
)

from day3 import digits
from day3.experiments.autoencoders import figures
from day3.experiments.autoencoders.settings import Settings, Training
from day3.experiments.autoencoders.summarize import nearest, perplexity_of, summarize
from day3.experiments.autoencoders.train import chain, steps, train
from day3.nn.autoencoder import Autoencoder, kl, quantized, reparameterized

TRAINING = {
    "kind": "vae",
    "hidden_size": 6,
    "latent_size": 4,
    "pixel_deviation": 0.2,
    "kl_weight": 1.0,
    "codes": 5,
    "code_size": 2,
    "commitment": 0.25,
    "straight_through": True,
    "epochs": 2,
    "batch_size": 16,
    "learning_rate": 0.01,
    "epsilon": 1e-7,
    "drawn_samples": 3,
}
VARIANTS = {
    "autoencoder": {"kind": "autoencoder"},
    "vae": {},
    "vae_strong": {"kl_weight": 4.0},
    "vae_wide": {"latent_size": 8},
    "vq_vae": {"kind": "vq_vae"},
    "vq_vae_many": {"kind": "vq_vae", "codes": 9},
    "vq_vae_blocked": {"kind": "vq_vae", "straight_through": False},
}


def settings(**changes):
    section = {
        "seeds": 2,
        "data": {"train_images": 40},
        "training": TRAINING,
        "variants": VARIANTS,
        "collapse": {"kl": 0.01},
        "figures": {"example_seed": 1, "images": 3},
    }
    return Settings.model_validate(section | changes)


def model(kind, **changes):
    chosen = {"pixels": 64, "hidden_size": 6, "latent_size": 4, "codes": 5, "code_size": 2, "commitment": 0.25}
    built = {"straight_through": True, "generator": torch.Generator().manual_seed(0)}
    return Autoencoder(kind, **(chosen | built | changes))


@pytest.fixture(scope="module")
def data():
    """40 images to train with and 20 to test with."""
    arrays, _ = digits.prepare(40)
    return arrays | {"test": arrays["test"][:20]}


@pytest.fixture(scope="module")
def results(data):
    chosen = settings()
    runs = {name: train_seeds(train, data, training, [0, 1]) for name, training in chosen.variants.items()}
    return results_of("autoencoders", chosen, data, runs, summarize(data, runs, chosen))


# -- the network ------------------------------------------------------------------------------------------------------


def test_drawn_latent_variables_have_the_mean_and_deviation_that_the_encoder_says():
    noise = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(0))
    drawn = reparameterized(torch.tensor([[1.0, -2.0]]), 2 * torch.log(torch.tensor([[0.5, 3.0]])), noise)
    assert drawn.mean(0).tolist() == pytest.approx([1, -2], abs=0.1)
    assert drawn.std(0).tolist() == pytest.approx([0.5, 3], rel=0.05)


def test_kl_is_that_of_torchs_normal_distributions():
    mean, log_variance = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, torch.exp(log_variance / 2)), torch.distributions.Normal(0.0, 1.0)
    )
    torch.testing.assert_close(kl(mean, log_variance), expected)


def test_each_vector_becomes_its_nearest_code():
    codebook = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    vectors = torch.tensor([[[0.9, 0.2], [0.1, 1.2]], [[-3.0, 0.0], [0.4, 0.1]]])
    chosen, loss, codes = quantized(vectors, codebook, commitment=0.5, straight_through=True)
    assert codes.tolist() == [[1, 2], [0, 0]]
    torch.testing.assert_close(chosen, codebook[codes])
    torch.testing.assert_close(loss, 1.5 * (vectors - codebook[codes]).square().sum((1, 2)))


@pytest.mark.parametrize("straight_through", [True, False])
def test_the_decoders_gradient_passes_quantisation_only_straight_through(straight_through):
    codebook = torch.tensor([[0.0, 0.0], [1.0, 1.0]], requires_grad=True)
    vectors = torch.tensor([[[0.8, 0.7]]], requires_grad=True)
    chosen, _, _ = quantized(vectors, codebook, 0.25, straight_through)
    at_vectors, at_codes = torch.autograd.grad(
        (chosen * torch.tensor([2.0, 3.0])).sum(), [vectors, codebook], allow_unused=True
    )
    if straight_through:
        assert at_vectors.tolist() == [[[2, 3]]]
        assert at_codes is None or not at_codes.any()
    else:
        assert at_vectors is None
        assert at_codes.tolist() == [[0, 0], [2, 3]]


def test_codes_follow_the_encoder_and_the_encoder_commits_to_codes():
    codebook = torch.tensor([[1.0, 1.0]], requires_grad=True)
    vectors = torch.tensor([[[0.5, 1.0]]], requires_grad=True)
    _, loss, _ = quantized(vectors, codebook, 0.25, True)
    at_vectors, at_codes = torch.autograd.grad(loss.sum(), [vectors, codebook])
    assert at_codes.tolist() == [[1, 0]]  # 2 (e - z)
    assert at_vectors.tolist() == [[[-0.25, 0]]]  # 2 · 0.25 (z - e)


def test_only_a_vae_draws():
    images, noise = torch.rand(3, 64), torch.ones(3, 4)
    for kind in ("autoencoder", "vae", "vq_vae"):
        with torch.no_grad():
            encoded, quiet = (model(kind).encode(images, values) for values in (noise, torch.zeros(3, 4)))
        assert torch.equal(encoded.latent, quiet.latent) == (kind != "vae")
        assert encoded.kl.any() == (kind == "vae")
        assert encoded.codes.shape == (3, 2 if kind == "vq_vae" else 0)


def test_chains_only_have_steps_that_they_imitate():
    codes = np.array([[0, 1, 2], [0, 3, 2], [4, 3, 0]])
    drawn = chain(codes, 50, np.random.default_rng(0))
    for position in range(2):
        seen = {tuple(pair) for pair in codes[:, position : position + 2]}
        assert {tuple(pair) for pair in drawn[:, position : position + 2]} == seen
    assert [0, 3, 0] in drawn.tolist()  # no row of the codes
    assert codes.tolist() == [[0, 1, 2], [0, 3, 2], [4, 3, 0]]


# -- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_trains_and_reports_its_steps(data, variant):
    finished, chosen = [], settings().variants[variant]
    run = train(data, chosen, 0, finished.append)
    assert sum(finished) == steps(data, chosen) == 2 * 3
    assert {name: array.shape for name, array in run.items()} == {
        "reconstructions": (20, 64),
        "error": (),
        "mean_error": (),
        "kl": (chosen.latent_size,),
        "code_counts": (chosen.codes if chosen.kind == "vq_vae" else 0,),
        "samples": (3, 64),
        "uniform_samples": (3, 64),
    }
    assert run["code_counts"].sum() == (20 * 2 if chosen.kind == "vq_vae" else 0)
    assert run["mean_error"] == pytest.approx(np.mean((run["reconstructions"] - data["images"][data["test"]]) ** 2))


@pytest.mark.parametrize("variant", ["autoencoder", "vae", "vq_vae"])
def test_a_seed_alone_gives_the_same_bits_as_among_others(data, variant):
    assert_a_seed_alone_equals_it_among_others(train, data, settings().variants[variant])


def test_a_seed_gives_the_same_bits_in_a_worker_process(data):
    assert_a_worker_process_gives_the_same_bits(train, data, settings().variants["vq_vae"])


@pytest.mark.parametrize("kind", ["autoencoder", "vae", "vq_vae"])
def test_training_lowers_the_error(data, kind):
    errors = [
        train(data, Training.model_validate(TRAINING | {"kind": kind, "epochs": epochs}), 0, no_progress)["mean_error"]
        for epochs in (1, 60)
    ]
    assert errors[1] < 0.8 * errors[0]


def test_a_kl_that_costs_more_tells_less(data):
    tells = [
        train(data, Training.model_validate(TRAINING | {"epochs": 60, "kl_weight": weight}), 0, no_progress)["kl"].sum()
        for weight in (0.1, 10.0)
    ]
    assert tells[1] < tells[0]


# -- numbers and figures ----------------------------------------------------------------------------------------------


def test_perplexity_counts_codes_that_are_used_alike():
    assert perplexity_of(np.array([3, 0, 3, 3, 0])) == pytest.approx(3)
    assert 1 < perplexity_of(np.array([9, 1])) < 2


def test_the_distance_is_to_the_nearest_image():
    images = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert nearest(np.array([[1.0, 0.8], [0.0, 0.0]]), images) == pytest.approx((0.02 + 0) / 2)


def test_metrics_are_of_what_the_kind_has(results):
    seeds = results.seeds
    assert seeds["autoencoder"]["rate"].mask.all()
    assert np.array_equal(seeds["vae"]["rate"], results.runs["vae"]["kl"].sum(1))
    assert seeds["vq_vae"]["rate"] == pytest.approx(2 * np.log(5))
    assert seeds["vq_vae"]["used_share"] == pytest.approx(seeds["vq_vae"]["perplexity"] / 5)
    assert not np.isnan(seeds["vae"]["collapsed"]).any()
    assert seeds["vq_vae"]["collapsed"].mask.all()


def test_a_dimension_below_the_limit_has_collapsed(data, results):
    run = results.runs["vae"] | {"kl": np.array([[0.5, 0.009, 0.0, 0.011], [1.0, 1.0, 1.0, 0.001]])}
    chosen = settings(variants={"vae": {}})
    assert summarize(data, {"vae": run}, chosen).seeds["vae"]["collapsed"].tolist() == [2, 1]


def test_labels_are_distinct(results):
    assert len(set(results.labels.values())) == len(VARIANTS)


@pytest.mark.parametrize(("figure", "rows"), [(figures.vae, 7), (figures.vq_vae, 5)])
def test_a_sheet_shows_the_example_seeds_images_row_by_row(data, results, figure, rows):
    sheet, _ = figure(results).axes
    shown = np.asarray(sheet.images[0].get_array())
    assert shown.shape == (rows * 9 - 1, 3 * 9 - 1, 3)
    assert np.array_equal(shown[:8, :8, 0], np.rint(255 * (1 - data["images"][data["test"][0]])).reshape(8, 8))
    first = {figures.vae: "autoencoder", figures.vq_vae: "vq_vae"}[figure]
    expected = np.rint(255 * (1 - results.runs[first]["reconstructions"][1, 0].astype(float))).reshape(8, 8)
    assert np.array_equal(shown[9:17, :8, 0], expected)


def test_kl_is_drawn_by_its_size(results):
    _, panel = figures.vae(results).axes
    drawn = {line.get_label(): np.asarray(line.get_ydata()) for line in panel.lines}
    expected = np.median(-np.sort(-results.runs["vae"]["kl"], axis=1), axis=0)
    assert np.allclose(drawn[results.labels["vae"]], expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"training": TRAINING | {"code_size": 3}}, r"expected code_size \(3\) to divide latent_size \(4\)"),
        ({"figures": {"example_seed": 2, "images": 3}}, r"expected figures.example_seed below seeds .* \(2\)"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        settings(**changes)
