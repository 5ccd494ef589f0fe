"""The conditional patch discriminators: judge overlapping patches of a photograph and a sketch, at two scales.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (70 x 70 PatchGAN).
    Wang et al. 2018, High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs (scales).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

SCALES: Final = 2


class PatchJudge(nn.Module):
    """Five convolutions whose outputs see 70 x 70 px; raw scores for a binary cross entropy.

    Args:
        width: Channels of the first level.
        styles: Number of styles, each of which is a further input channel.
    """

    def __init__(self, width: int = 32, styles: int = 0) -> None:
        super().__init__()

        def level(before: int, after: int, stride: int) -> list[nn.Module]:
            return [
                nn.Conv2d(before, after, 4, stride=stride, padding=1),
                nn.InstanceNorm2d(after, affine=True),
                nn.LeakyReLU(0.2),
            ]

        self.styles = styles
        self.layers = nn.Sequential(
            nn.Conv2d(4 + styles, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            *level(width, 2 * width, 2),
            *level(2 * width, 4 * width, 2),
            *level(4 * width, 4 * width, 1),
            nn.Conv2d(4 * width, 1, 4, padding=1),
        )

    def forward(self, images: Tensor, sketches: Tensor, styles: Tensor | None = None) -> Tensor:
        """Return scores of pairs, ``(n, 3, h, w)`` and ``(n, 1, h, w)``: ``(n, 1, h / 8 - 2, w / 8 - 2)``.

        Args:
            images: Photographs.
            sketches: Their sketches, an artist's or drawn ones.
            styles: Place of each pair's style, ``(n,)`` int64; not used by a judge of no styles.
        """
        parts = [images, sketches]
        if self.styles and styles is not None:
            named = F.one_hot(styles, self.styles).to(images.dtype)[..., None, None]
            parts.append(named.expand(-1, -1, *images.shape[2:]))
        scores: Tensor = self.layers(torch.cat(parts, 1))
        return scores


class TwoJudges(nn.Module):
    """A judge of the pair as it is, for strokes, and one of half its size, for the face.

    Args:
        width: Channels of each judge's first level.
        styles: Number of styles.
    """

    def __init__(self, width: int = 32, styles: int = 0) -> None:
        super().__init__()
        self.judges = nn.ModuleList(PatchJudge(width, styles) for _ in range(SCALES))

    def forward(self, images: Tensor, sketches: Tensor, styles: Tensor) -> list[Tensor]:
        """Return the scores of each judge, finest first."""
        scores = []
        for place, judge in enumerate(self.judges):
            if place:
                images, sketches = F.avg_pool2d(images, 2), F.avg_pool2d(sketches, 2)
            scores.append(judge(images, sketches, styles))
        return scores


def adversarial(scores: list[Tensor], *, is_real: bool) -> Tensor:
    """Return the binary cross entropy of ``scores`` against one verdict, the mean over the judges."""
    losses = []
    for each in scores:
        values = each.float()
        wanted = torch.ones_like(values) if is_real else torch.zeros_like(values)
        losses.append(F.binary_cross_entropy_with_logits(values, wanted))
    return torch.stack(losses).mean()
