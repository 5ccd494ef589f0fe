from __future__ import annotations

import pytest
import torch

from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.sketch.discriminator import PatchJudge
from forensic_app.engines.sketch.generator import DifferenceOfGaussians, SketchGenerator
from forensic_app.errors import InvalidInput


def tiny(*, uses_edges: bool = True) -> SketchGenerator:
    torch.manual_seed(3)
    return SketchGenerator(4, 3, 8, uses_edges=uses_edges).eval()


def test_a_picture_is_drawn_the_same_alone_and_among_others_in_training_and_use() -> None:
    network = tiny()
    images = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        together, alone, training = network(images), network(images[1:2]), network.train()(images)
    assert together.shape == (3, 1, 32, 32)
    assert together.abs().max() <= 1
    torch.testing.assert_close(together[1:2], alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(together, training, atol=1e-5, rtol=0)


def test_every_weight_has_a_gradient() -> None:
    network = tiny()
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    network(images).square().mean().backward()
    assert all(value.grad is not None for value in network.parameters())
    norms = {name: float(value.grad.norm()) for name, value in network.named_parameters()}  # type: ignore[union-attr]
    silent = [name for name, norm in norms.items() if norm == 0.0 and not name.endswith("conv.bias")]
    assert silent == []


def test_edges_are_zero_on_flat_pictures_and_negative_on_a_dark_line() -> None:
    edges = DifferenceOfGaussians()
    picture = torch.ones(1, 3, 24, 24)
    assert edges(picture).abs().max() < 1e-6
    picture[:, :, :, 12] = -1.0
    drawn = edges(picture)[0, 0]
    assert drawn[12, 12] < -0.5
    assert drawn[12, 2].abs() < 1e-3


def test_the_edge_channel_can_be_left_out() -> None:
    assert tiny().down[0].conv.in_channels == 4  # type: ignore[union-attr]
    assert tiny(uses_edges=False).down[0].conv.in_channels == 3  # type: ignore[union-attr]


def test_the_judge_sees_patches_of_70_px() -> None:
    torch.manual_seed(0)
    judge = PatchJudge(4)
    norms = [layer for layer in judge.layers if isinstance(layer, torch.nn.InstanceNorm2d)]
    assert len(norms) == 3
    for norm in norms:
        norm.forward = lambda given: given  # type: ignore[method-assign]  # the norm sees the whole picture
    photos = torch.zeros(1, 3, 256, 256, requires_grad=True)
    scores = judge(photos, torch.zeros(1, 1, 256, 256))
    assert scores.shape == (1, 1, 30, 30)
    scores[0, 0, 15, 15].backward()
    seen = photos.grad.abs().sum((0, 1)) > 0  # type: ignore[union-attr]
    rows = seen.any(1).nonzero().flatten()
    assert int(rows[-1] - rows[0]) + 1 == 70


def test_a_frame_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot be halved"):
        SketchTrainingConfig(resolution=200)
