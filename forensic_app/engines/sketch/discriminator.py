"""The conditional patch discriminator: judges overlapping patches of 70 px of a photograph and a sketch.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (70 x 70 PatchGAN).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PatchJudge(nn.Module):
    """Five convolutions whose outputs see 70 x 70 px; raw scores for a binary cross entropy.

    Args:
        width: Channels of the first level.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()

        def level(before: int, after: int, stride: int) -> list[nn.Module]:
            return [
                nn.Conv2d(before, after, 4, stride=stride, padding=1),
                nn.InstanceNorm2d(after, affine=True),
                nn.LeakyReLU(0.2),
            ]

        self.layers = nn.Sequential(
            nn.Conv2d(4, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            *level(width, 2 * width, 2),
            *level(2 * width, 4 * width, 2),
            *level(4 * width, 4 * width, 1),
            nn.Conv2d(4 * width, 1, 4, padding=1),
        )

    def forward(self, images: Tensor, sketches: Tensor) -> Tensor:
        """Return scores of pairs, ``(n, 3, h, w)`` and ``(n, 1, h, w)``: ``(n, 1, h / 8 - 2, w / 8 - 2)``."""
        scores: Tensor = self.layers(torch.cat([images, sketches], 1))
        return scores
