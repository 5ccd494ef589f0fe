"""Where in a canonical crop an age may change something."""

from __future__ import annotations

import torch
from torch import Tensor

_HALF_WIDTH, _HALF_HEIGHT = 0.47, 0.48


def face_share(side_px: int, *, ramp: float) -> Tensor:
    """Return how much of a change each pixel of a canonical crop takes: one over the face, zero at the border.

    Args:
        side_px: Side of the crop.
        ramp: Share of the radius over which it falls.
    """
    axis = (torch.arange(side_px) + 0.5) / side_px - 0.5
    radius = ((axis[None, :] / _HALF_WIDTH) ** 2 + (axis[:, None] / _HALF_HEIGHT) ** 2).sqrt()
    inside = ((1.0 - radius) / ramp).clamp(0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)
