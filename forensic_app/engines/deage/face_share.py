"""Where in a canonical crop an age may change something."""

from __future__ import annotations

import torch
from torch import Tensor

_HALF_WIDTH, _HALF_HEIGHT, _RAMP = 0.47, 0.48, 0.4


def face_share(side_px: int) -> Tensor:
    """Return how much of a change each pixel of a canonical crop takes: one over the face, zero at the border."""
    axis = (torch.arange(side_px) + 0.5) / side_px - 0.5
    radius = ((axis[None, :] / _HALF_WIDTH) ** 2 + (axis[:, None] / _HALF_HEIGHT) ** 2).sqrt()
    ramp = ((1.0 - radius) / _RAMP).clamp(0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)
