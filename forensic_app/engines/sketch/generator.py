"""The sketch generator: a U-Net with skips, instance norm, resize-convolutions and a full-resolution head.

Rules:
    * Input is RGB in ``[-1, 1]``; the edge channel is made inside, so that training and use cannot differ.
    * Instance norm gives the same result in training and use, for one picture or many.
    * Nothing is drawn at random: one photograph and one style give one sketch.
    * A network of several styles is one network: only the gain and the bias behind each norm are a style's own.

References:
    Dumoulin, Shlens, Kudlur 2017, A Learned Representation for Artistic Style (conditional instance norm).
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (U-Net 256).
    Odena, Dumoulin, Olah 2016, Deconvolution and Checkerboard Artifacts (resize, then convolve).
    Ulyanov, Vedaldi, Lempitsky 2016, Instance Normalization. arXiv:1607.08022.
    Winnemoeller 2011, XDoG: advanced image stylization with extended difference-of-Gaussians.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
        styles: Names of the styles that it draws in; none for a network of one style without a name.
        head_channels: Channels at full resolution.
        deepest_channels: Upper limit of the last level's channels; 0 for that of all levels.
    """

    def __init__(
        self,
        width: int = 32,
        levels: int = 6,
        most_channels: int = 256,
        *,
        uses_edges: bool = True,
        styles: Sequence[str] = (),
        head_channels: int = HEAD_CHANNELS,
        deepest_channels: int = 0,
    ) -> None:
        super().__init__()
        self.styles = tuple(styles)
        self.config: Mapping[str, Any] = {
            "width": width,
            "levels": levels,
            "most_channels": most_channels,
            "uses_edges": uses_edges,
            "styles": list(self.styles),
            "head_channels": head_channels,
            "deepest_channels": deepest_channels,
        }
        inputs = 4 if uses_edges else 3
        channels = [min(width * 2**level, most_channels) for level in range(levels)]
        channels[-1] = min(channels[-1], deepest_channels or channels[-1])
        count = len(self.styles)
        self.edges = DifferenceOfGaussians() if uses_edges else None
        self.down = nn.ModuleList()
        for level, wide in enumerate(channels):
            before = channels[level - 1] if level else inputs
            self.down.append(_Halving(before, wide, styles=count, is_normed=level > 0))
        self.up = nn.ModuleList()
        for level in reversed(range(1, levels)):
            before = channels[level] * (1 if level == levels - 1 else 2)
            self.up.append(_Doubling(before, channels[level - 1], styles=count))
        self.head = nn.Sequential(
            nn.Conv2d(head_channels + inputs, head_channels, 3, padding=1, padding_mode="replicate"),
            nn.ReLU(),
            nn.Conv2d(head_channels, 1, 3, padding=1, padding_mode="replicate"),
        )
        self.last = _Doubling(2 * channels[0], head_channels, styles=count)

    def forward(self, images: Tensor, styles: Tensor | None = None) -> Tensor:
        """Return sketches of images ``(n, 3, h, w)`` in ``[-1, 1]``: ``(n, 1, h, w)``, 1 = blank paper.

        Args:
            images: The portraits.
            styles: Place of each image's style in ``self.styles``, ``(n,)`` int64; the first where ``None``.
        """
        if styles is None:
            styles = torch.zeros(len(images), dtype=torch.int64, device=images.device)
        given = images if self.edges is None else torch.cat([images, self.edges(images)], 1)
        skips: list[Tensor] = []
        hidden = given
        for step in self.down:
            hidden = step(hidden, styles)
            skips.append(hidden)
        hidden = skips.pop()
        for step in self.up:
            hidden = torch.cat([step(hidden, styles), skips.pop()], 1)
        drawn: Tensor = self.head(torch.cat([self.last(hidden, styles), given.to(hidden.dtype)], 1))
        return torch.tanh(drawn)


class StyleNorm(nn.Module):
    """Instance norm whose gain and bias are a style's own.

    Args:
        channels: Channels of what is normed.
        styles: Number of styles; 0 for a gain and a bias that no style has.
    """

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        shape = (styles, channels) if styles else (channels,)
        self.weight = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, hidden: Tensor, styles: Tensor) -> Tensor:
        """Return ``hidden`` of mean and deviation that the style of each picture, ``(n,)`` int64, asks for."""
        if self.weight.dim() == 1:
            return F.instance_norm(hidden, weight=self.weight, bias=self.bias)
        gain, bias = (part[styles][..., None, None] for part in (self.weight, self.bias))
        return F.instance_norm(hidden) * gain + bias


class _Halving(nn.Module):
    """Leaky ReLU (except at the input), convolution of stride 2, instance norm."""

    def __init__(self, before: int, after: int, *, styles: int, is_normed: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 4, stride=2, padding=1)
        self.norm = StyleNorm(after, styles) if is_normed else None

    def forward(self, hidden: Tensor, styles: Tensor) -> Tensor:
        """Return the level's features."""
        if self.norm is None:
            first: Tensor = self.conv(hidden)
            return first
        result: Tensor = self.norm(self.conv(F.leaky_relu(hidden, 0.2)), styles)
        return result


class _Doubling(nn.Module):
    """ReLU, nearest resize to double size, convolution, instance norm."""

    def __init__(self, before: int, after: int, *, styles: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1)
        self.norm = StyleNorm(after, styles)

    def forward(self, hidden: Tensor, styles: Tensor) -> Tensor:
        """Return the level's features at double size."""
        grown = F.interpolate(F.relu(hidden), scale_factor=2.0, mode="nearest")
        result: Tensor = self.norm(self.conv(grown), styles)
        return result


def _gaussian(sigma: float, radius: int) -> Tensor:
    places = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = torch.exp(-(places**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))
    return (weights / weights.sum()).float()


def _blurred(padded: Tensor, kernel: Tensor) -> Tensor:
    down = F.conv2d(padded, kernel.view(1, 1, -1, 1).to(padded.dtype))
    return F.conv2d(down, kernel.view(1, 1, 1, -1).to(padded.dtype))
