"""The sketch generator: a U-Net with skips, instance norm, resize-convolutions and a full-resolution head.

Rules:
    * Input is RGB in ``[-1, 1]``; the edge channel is made inside, so that training and use cannot differ.
    * Instance norm gives the same result in training and use, for one picture or many.
    * Nothing is drawn at random: one photograph gives one sketch.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (U-Net 256).
    Odena, Dumoulin, Olah 2016, Deconvolution and Checkerboard Artifacts (resize, then convolve).
    Ulyanov, Vedaldi, Lempitsky 2016, Instance Normalization. arXiv:1607.08022.
    Winnemoeller 2011, XDoG: advanced image stylization with extended difference-of-Gaussians.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

EDGE_SIGMA: Final = 0.8
EDGE_RATIO: Final = 1.6
EDGE_GAIN: Final = 6.0
HEAD_CHANNELS: Final = 8
_LUMA = (0.299, 0.587, 0.114)


class DifferenceOfGaussians(nn.Module):
    """Luma blurred finely minus luma blurred more, squashed by tanh: dark lines are negative."""

    fine: Tensor
    broad: Tensor
    luma: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("fine", _gaussian(EDGE_SIGMA, 4), persistent=False)
        self.register_buffer("broad", _gaussian(EDGE_SIGMA * EDGE_RATIO, 4), persistent=False)
        self.register_buffer("luma", torch.tensor(_LUMA).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return edges of images ``(n, 3, h, w)`` in ``[-1, 1]``: shape ``(n, 1, h, w)``, in ``[-1, 1]``."""
        luma = (images * self.luma).sum(1, keepdim=True)
        padded = F.pad(luma, (4, 4, 4, 4), mode="reflect")
        return torch.tanh(EDGE_GAIN * (_blurred(padded, self.fine) - _blurred(padded, self.broad)))


class SketchGenerator(nn.Module):
    """Turns a portrait into a pencil sketch of the same size.

    Args:
        width: Channels of the first level.
        levels: Number of times the input is halved; its side must be a multiple of ``2 ** levels``.
        most_channels: Upper limit of a level's channels.
        uses_edges: Whether the difference of Gaussians is a fourth input channel.
    """

    def __init__(
        self, width: int = 32, levels: int = 6, most_channels: int = 256, *, uses_edges: bool = True
    ) -> None:
        super().__init__()
        self.config: Mapping[str, Any] = {
            "width": width,
            "levels": levels,
            "most_channels": most_channels,
            "uses_edges": uses_edges,
        }
        inputs = 4 if uses_edges else 3
        channels = [min(width * 2**level, most_channels) for level in range(levels)]
        self.edges = DifferenceOfGaussians() if uses_edges else None
        self.down = nn.ModuleList()
        for level, wide in enumerate(channels):
            before = channels[level - 1] if level else inputs
            self.down.append(_Halving(before, wide, is_normed=level > 0))
        self.up = nn.ModuleList()
        for level in reversed(range(1, levels)):
            before = channels[level] * (1 if level == levels - 1 else 2)
            self.up.append(_Doubling(before, channels[level - 1]))
        self.head = nn.Sequential(
            nn.Conv2d(HEAD_CHANNELS + inputs, HEAD_CHANNELS, 3, padding=1, padding_mode="replicate"),
            nn.ReLU(),
            nn.Conv2d(HEAD_CHANNELS, 1, 3, padding=1, padding_mode="replicate"),
        )
        self.last = _Doubling(2 * channels[0], HEAD_CHANNELS)

    def forward(self, images: Tensor) -> Tensor:
        """Return sketches of images ``(n, 3, h, w)`` in ``[-1, 1]``: ``(n, 1, h, w)``, 1 = blank paper."""
        given = images if self.edges is None else torch.cat([images, self.edges(images)], 1)
        skips: list[Tensor] = []
        hidden = given
        for step in self.down:
            hidden = step(hidden)
            skips.append(hidden)
        hidden = skips.pop()
        for step in self.up:
            hidden = torch.cat([step(hidden), skips.pop()], 1)
        drawn: Tensor = self.head(torch.cat([self.last(hidden), given.to(hidden.dtype)], 1))
        return torch.tanh(drawn)


class _Halving(nn.Module):
    """Leaky ReLU (except at the input), convolution of stride 2, instance norm."""

    def __init__(self, before: int, after: int, *, is_normed: bool) -> None:
        super().__init__()
        self.is_first = not is_normed
        self.conv = nn.Conv2d(before, after, 4, stride=2, padding=1)
        self.norm = nn.InstanceNorm2d(after, affine=True) if is_normed else nn.Identity()

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the level's features."""
        entering = hidden if self.is_first else F.leaky_relu(hidden, 0.2)
        result: Tensor = self.norm(self.conv(entering))
        return result


class _Doubling(nn.Module):
    """ReLU, nearest resize to double size, convolution, instance norm."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1)
        self.norm = nn.InstanceNorm2d(after, affine=True)

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the level's features at double size."""
        grown = F.interpolate(F.relu(hidden), scale_factor=2.0, mode="nearest")
        result: Tensor = self.norm(self.conv(grown))
        return result


def _gaussian(sigma: float, radius: int) -> Tensor:
    places = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = torch.exp(-(places**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))
    return (weights / weights.sum()).float()


def _blurred(padded: Tensor, kernel: Tensor) -> Tensor:
    down = F.conv2d(padded, kernel.view(1, 1, -1, 1).to(padded.dtype))
    return F.conv2d(down, kernel.view(1, 1, 1, -1).to(padded.dtype))
