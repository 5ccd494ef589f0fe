"""The network that shows a face at an age: an encoder, and a decoder that is told both ages.

Rules:
    * Pictures are RGB in ``[-1, 1]``; ages are years.
    * The decoder, every block of which is modulated by the face's own age and the target age, draws what changes
      between them, and sees the encoder's features. What it draws is added to the photograph, over the face alone
      and in a share that rises with the years between: at its own age a face stays exactly as it is.
    * Nothing is drawn at random.

References:
    Perez et al. 2018, FiLM: visual reasoning with a general conditioning layer, AAAI 2018.
    Shi et al. 2016, Real-time single image super-resolution using an efficient sub-pixel CNN (pixel shuffle).
    Yao et al. 2021, High resolution face age editing, ICPR 2020 (modulated features, one decoder).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.autoencoder.schema import VARIANT

AGE_CENTRES: Final = 21
OLDEST: Final = 100.0
AGE_WIDTH: Final = 128
_GROUPS = 8
_MODULATION_SPREAD = 0.1
_AGE_LEVEL = 10.0
"""Brings the shares of neighbouring ages to values near one, so that ages differ from the first step on."""

_CHANGE_LEVEL = 0.55
"""Share of half the full range that the decoder's output stands for."""

_FULL_YEARS = 5.0
"""Years between the ages after which 63 % of what the decoder draws is added."""

_EDGE_RAMP = 0.15
"""Share of the face's radius over which a change falls to zero."""

_HALF_WIDTH, _HALF_HEIGHT = 0.47, 0.48
"""Half axes of the face's ellipse, as shares of the crop's side."""


class DeageAutoencoder(nn.Module):
    """Encodes a canonical crop and decodes it at an age; packs name this class and its ``body``, so they stay.

    Args:
        widths: Channels of each level, the finest first.
        patch_px: Side of the patches of pixels that the finest level works on.
        gain: Factor of the changes that are drawn.
    """

    def __init__(
        self, widths: Sequence[int] = (64, 128, 192, 256), patch_px: int = 4, gain: float = 1.0
    ) -> None:
        super().__init__()
        self.gain = gain
        self.body = ChangeByAge(widths, patch_px)

    @property
    def config(self) -> dict[str, Any]:
        """What a pack says of the network: its variant, its sizes and its gain; JSON types."""
        return {
            "variant": VARIANT,
            "widths": list(self.body.widths),
            "patch_px": self.body.patch_px,
            "gain": self.gain,
        }

    def encode(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what :meth:`decode` needs of images ``(n, 3, s, s)``, each with ``n`` rows."""
        return (images, *self.body.levels(images))

    def decode(self, code: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return the encoded pictures of ``own_ages`` with what changes until ``ages``, ``(n, 3, s, s)``.

        Both ages have the shape ``(n,)``, years.
        """
        images, *levels = code
        change: Tensor = self.body(levels, ages, own_ages)
        years = (ages - own_ages).abs().to(images)[:, None, None, None]
        share = face_share(images.shape[-1]).to(images) * (1.0 - torch.exp(-years / _FULL_YEARS))
        return images + self.gain * _CHANGE_LEVEL * share * change

    def forward(self, images: Tensor, ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return ``images`` of people of ``own_ages`` encoded, and decoded at ``ages``."""
        return self.decode(self.encode(images), ages, own_ages)


def face_share(side_px: int) -> Tensor:
    """Return how much of a change each pixel of a canonical crop takes: one over the face, zero at the border."""
    axis = (torch.arange(side_px) + 0.5) / side_px - 0.5
    radius = ((axis[None, :] / _HALF_WIDTH) ** 2 + (axis[:, None] / _HALF_HEIGHT) ** 2).sqrt()
    inside = ((1.0 - radius) / _EDGE_RAMP).clamp(0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)


class ChangeByAge(nn.Module):
    """Draws what an age changes in a picture.

    Args:
        widths: Channels of each level, the finest first; every level halves the side of the one before.
        patch_px: Side of the patches of pixels that the finest level works on.
    """

    def __init__(self, widths: Sequence[int], patch_px: int) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.patch_px = patch_px
        numbers = 3 * patch_px**2
        self.first = nn.Conv2d(numbers, widths[0], 3, padding=1)
        self.shrinking = nn.ModuleList(_halving(before, after) for before, after in pairwise(widths))
        coarse_first = list(reversed(widths))
        self.ages = AgeFeatures()
        self.blocks = nn.ModuleList(ModulatedBlock(width, AGE_WIDTH) for width in coarse_first)
        self.growing = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(coarse_first)
        )
        self.norm = nn.GroupNorm(min(_GROUPS, widths[0]), widths[0])
        self.last = nn.Conv2d(widths[0], numbers, 3, padding=1, bias=False)
        nn.init.zeros_(self.last.weight)

    def levels(self, images: Tensor) -> list[Tensor]:
        """Return the features of ``images``, ``(n, 3, s, s)``, at each level, the finest first."""
        levels = [self.first(F.pixel_unshuffle(images, self.patch_px))]
        for shrink in self.shrinking:
            levels.append(shrink(levels[-1]))
        return levels

    def forward(self, levels: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return the change that ``levels`` of faces of ``own_ages`` show until ``ages``, ``(n, 3, s, s)``."""
        features = self.ages(ages, own_ages)
        hidden = self.blocks[0](levels[-1], features)
        for grow, block, level in zip(self.growing, self.blocks[1:], reversed(levels[:-1]), strict=True):
            grown = grow(F.interpolate(hidden, scale_factor=2.0, mode="nearest"))
            hidden = block(grown + level, features)
        return F.pixel_shuffle(self.last(F.silu(self.norm(hidden))), self.patch_px)


class AgeFeatures(nn.Module):
    """Turns two ages into a feature vector: overlapping bumps over the ages, then two linear layers."""

    centres: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centres", torch.linspace(0, OLDEST, AGE_CENTRES), persistent=False)
        self.layers = nn.Sequential(
            nn.Linear(2 * AGE_CENTRES, AGE_WIDTH), nn.SiLU(), nn.Linear(AGE_WIDTH, AGE_WIDTH)
        )

    def forward(self, ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return features of ``ages`` and ``own_ages``, shape ``(n,)``, years: ``(n, 128)``."""
        shares = [age_shares(each, self.centres) for each in (ages, own_ages)]
        features: Tensor = self.layers(_AGE_LEVEL * torch.cat(shares, 1))
        return features


def age_shares(ages: Tensor, centres: Tensor) -> Tensor:
    """Return how near each age is to each of ``centres``: Gaussian shares that sum to one, ``(n, centres)``."""
    spread = OLDEST / (AGE_CENTRES - 1)
    bumps = torch.exp(-0.5 * ((ages[:, None] - centres) / spread) ** 2)
    return bumps / bumps.sum(1, keepdim=True)


class ModulatedBlock(nn.Module):
    """A residual block whose normalised features are scaled and shifted by the age features.

    Args:
        width: Channels.
        age_width: Length of the age features. The modulation starts small.
    """

    def __init__(self, width: int, age_width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(min(_GROUPS, width), width)
        self.one = nn.Conv2d(width, width, 3, padding=1)
        self.two = nn.Conv2d(width, width, 3, padding=1)
        self.modulation = nn.Linear(age_width, 2 * width)
        nn.init.normal_(self.modulation.weight, std=_MODULATION_SPREAD)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, hidden: Tensor, ages: Tensor) -> Tensor:
        """Return the block's output, the shape of ``hidden``."""
        scale, shift = self.modulation(ages)[:, :, None, None].chunk(2, dim=1)
        inner = self.norm(hidden) * (1 + scale) + shift
        changed: Tensor = self.two(F.silu(self.one(F.silu(inner))))
        return hidden + changed


def _halving(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 4, stride=2, padding=1),
        nn.GroupNorm(min(_GROUPS, after), after),
        nn.SiLU(),
    )
