"""The cross entropy of many classes is torch's, with its gradients."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from day3.nn.cross_entropy import cross_entropy


@pytest.mark.parametrize("scale", [1.0, 40.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.float64, 1e-12)])
def test_it_agrees_with_torch_in_values_and_gradients(dtype, tolerance, scale):
    rng = torch.Generator().manual_seed(0)
    output = nn.Linear(5, 11, dtype=dtype)
    with torch.no_grad():
        for parameter in output.parameters():
            parameter.copy_(scale * torch.randn(parameter.shape, generator=rng, dtype=dtype))
    inputs = torch.randn(7, 5, generator=rng, dtype=dtype, requires_grad=True)
    targets = torch.randint(11, (7,), generator=rng)
    losses = cross_entropy(inputs, output, targets), nn.functional.cross_entropy(output(inputs), targets)
    ours, torchs = ([loss, *torch.autograd.grad(3 * loss, [inputs, *output.parameters()])] for loss in losses)
    for mine, expected in zip(ours, torchs, strict=True):
        torch.testing.assert_close(mine, expected, rtol=10 * tolerance, atol=scale * tolerance)


def test_gradients_match_finite_differences():
    rng = torch.Generator().manual_seed(1)
    inputs, weight, bias = (
        torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True) for shape in ((3, 2), (4, 2), (4,))
    )
    targets = torch.tensor([1, 0, 3])

    def loss(inputs, weight, bias):
        return cross_entropy(inputs, SimpleNamespace(weight=weight, bias=bias), targets)

    assert torch.autograd.gradcheck(loss, (inputs, weight, bias))
