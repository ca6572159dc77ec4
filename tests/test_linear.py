"""The linear layer is torch's, with its gradients."""

import pytest
import torch
from torch import nn

from day3.nn.linear import Linear


@pytest.mark.parametrize("shape", [(7, 5), (2, 3, 5)])
@pytest.mark.parametrize("output_size", [1, 4])
def test_it_agrees_with_torch_in_values_and_gradients(shape, output_size):
    ours, theirs = (layer(5, output_size, dtype=torch.float64) for layer in (Linear, nn.Linear))
    theirs.load_state_dict(ours.state_dict())
    rng = torch.Generator().manual_seed(0)
    inputs = torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True)
    results = []
    for layer in (ours, theirs):
        outputs = layer(inputs)
        results.append([outputs, *torch.autograd.grad(outputs.square().sum(), [inputs, *layer.parameters()])])
    for mine, torchs in zip(*results, strict=True):
        torch.testing.assert_close(mine, torchs)
