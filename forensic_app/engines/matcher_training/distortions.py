"""How chips are distorted for a matcher's training: moved, turned, blurred, grey, dim, noisy, partly covered.

Rules:
    * Every chip is distorted by itself; all draws come from one generator.
    * What is drawn is what old prints, scans and small pictures do to a face, so that none of it tells people apart.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from forensic_app.faces.networks import RECOGNITION_CHIP_PX

TURN_DEGREES: Final = 8.0
SCALE: Final = 0.07
SHIFT: Final = 0.05
SMALL_SHARE: Final = 0.25
SMALL_PX: Final = (36, 100)
GREY_SHARE: Final = 0.25
BRIGHTNESS: Final = 0.25
CONTRAST: Final = 0.3
TINT: Final = 0.1
MOST_NOISE: Final = 8.0
COVERED_SHARE: Final = 0.15
COVERED_PX: Final = (20, 60)
_LUMA = (0.299, 0.587, 0.114)


def distorted(chips: Tensor, generator: torch.Generator) -> Tensor:
    """Return distorted chips of the network's size, ``(n, 3, 150, 150)``, values in ``[0, 255]``.

    Args:
        chips: ``(n, 3, 170, 170)`` float, values in ``[0, 255]``.
        generator: Of all draws.
    """
    size = RECOGNITION_CHIP_PX
    values = _moved(chips, size, generator)
    for place in range(len(values)):
        if _draw(generator) < SMALL_SHARE:
            small = _whole(SMALL_PX, generator)
            reduced = functional.interpolate(values[place : place + 1], size=(small, small), mode="area")
            values[place] = functional.interpolate(reduced, size=(size, size), mode="bilinear")[0]
    values = _coloured(values, generator)
    for place in range(len(values)):
        if _draw(generator) < COVERED_SHARE:
            width, height = (_whole(COVERED_PX, generator) for _ in range(2))
            left, top = (_whole((0, size - each), generator) for each in (width, height))
            values[place, :, top : top + height, left : left + width] = 255.0 * _draw(generator)
    return values.clamp(0.0, 255.0)


def _moved(chips: Tensor, size: int, generator: torch.Generator) -> Tensor:
    count = len(chips)
    angle = _around(count, TURN_DEGREES * math.pi / 180.0, generator)
    zoom = size / chips.shape[-1] * (1.0 + _around(count, SCALE, generator))
    mirrored = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = zoom * angle.cos() * mirrored, -zoom * angle.sin()
    theta[:, 1, 0], theta[:, 1, 1] = zoom * angle.sin() * mirrored, zoom * angle.cos()
    theta[:, 0, 2], theta[:, 1, 2] = _around(count, SHIFT, generator), _around(count, SHIFT, generator)
    grid = functional.affine_grid(theta, [count, 3, size, size], align_corners=False)
    return functional.grid_sample(chips, grid, padding_mode="border", align_corners=False)


def _coloured(values: Tensor, generator: torch.Generator) -> Tensor:
    count = len(values)
    grey = (values * torch.tensor(_LUMA).view(1, 3, 1, 1)).sum(dim=1, keepdim=True).expand_as(values)
    is_grey = (torch.rand(count, generator=generator) < GREY_SHARE).float().view(count, 1, 1, 1)
    values = torch.lerp(values, grey, is_grey)
    mean = values.mean(dim=(1, 2, 3), keepdim=True)
    contrast = 1.0 + _around(count, CONTRAST, generator).view(count, 1, 1, 1)
    brightness = 1.0 + _around(count, BRIGHTNESS, generator).view(count, 1, 1, 1)
    tint = 1.0 + TINT * (2.0 * torch.rand(count, 3, 1, 1, generator=generator) - 1.0)
    noise = MOST_NOISE * torch.rand(count, 1, 1, 1, generator=generator)
    values = ((values - mean) * contrast + mean * brightness) * tint
    return values + noise * torch.randn(values.shape, generator=generator)


def _around(count: int, most: float, generator: torch.Generator) -> Tensor:
    """Return ``count`` numbers drawn evenly from ``-most`` to ``most``."""
    return most * (2.0 * torch.rand(count, generator=generator) - 1.0)


def _draw(generator: torch.Generator) -> float:
    return float(torch.rand(1, generator=generator))


def _whole(span: tuple[int, int], generator: torch.Generator) -> int:
    return int(torch.randint(span[0], span[1] + 1, (1,), generator=generator))
