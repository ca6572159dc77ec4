"""Adam on one run of memory is torch's Adam."""

import pytest
import torch
from torch import nn

from day3.nn.adam import Adam


@pytest.mark.parametrize("epsilon", [1e-8, 1e-3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_steps_are_those_of_torch(dtype, tolerance, epsilon):
    rng = torch.Generator().manual_seed(0)
    start = [torch.randn(shape, generator=rng, dtype=dtype) for shape in ((3, 5), (7,), (1, 2, 2))]
    ours, theirs = ([nn.Parameter(tensor.clone()) for tensor in start] for _ in range(2))
    optimizers = Adam(ours, 0.01, epsilon), torch.optim.Adam(theirs, lr=0.01, eps=epsilon)
    for _ in range(20):
        factors = [torch.randn(tensor.shape, generator=rng, dtype=dtype) for tensor in start]
        for optimizer, parameters in zip(optimizers, (ours, theirs), strict=True):
            optimizer.zero_grad()
            sum((p**2 * factor).sum() for p, factor in zip(parameters, factors, strict=True)).backward()
            optimizer.step()
    for mine, torchs, before in zip(ours, theirs, start, strict=True):
        torch.testing.assert_close(mine, torchs, rtol=tolerance, atol=tolerance)
        assert (mine != before).all()


def test_what_is_not_trained_stays():
    layer = nn.Linear(3, 2)
    layer.bias.requires_grad_(False)
    before = layer.bias.clone()
    optimizer = Adam(layer.parameters(), 0.1, 1e-8)
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert torch.equal(layer.bias, before)
    assert optimizer.parameters.shape == (6,)
