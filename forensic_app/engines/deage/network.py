"""One encoder, and a decoder that is told the age: by its choice among two, or by feature-wise modulation.

Rules:
    * Pictures are RGB in ``[-1, 1]``; ages are years.
    * ``two-decoders``: the younger decoder draws every age below the split, the older one every other; within
      a side all ages look the same. ``film``: every age has its own modulation of one decoder.
    * Nothing is drawn at random.

References:
    Perez et al. 2018, FiLM: visual reasoning with a general conditioning layer, AAAI 2018.
    Shi et al. 2016, Real-time single image super-resolution using an efficient sub-pixel CNN (pixel shuffle).
    Martis et al. 2024, Frontiers in Signal Processing 4:1355573 (a shared encoder with two decoders).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

VARIANTS: Final = ("film", "two-decoders")
AGE_CENTRES: Final = 21
OLDEST: Final = 100.0
AGE_WIDTH: Final = 64
_GROUPS = 8


class DeageAutoencoder(nn.Module):
    """Encodes a canonical crop and decodes it at an age.

    Args:
        variant: One of :data:`VARIANTS`.
        widths: Channels of each level, the finest first.
        latent_channels: Numbers kept for each cell of the coarsest grid.
        split_age: Age in years from which the older decoder draws.
    """

    def __init__(
        self,
        variant: str = "film",
        widths: Sequence[int] = (32, 64, 128, 192),
        latent_channels: int = 48,
        split_age: float = 40.0,
    ) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"unknown variant: {variant}")
        self.config: Mapping[str, Any] = {
            "variant": variant,
            "widths": list(widths),
            "latent_channels": latent_channels,
            "split_age": split_age,
        }
        self.split_age = split_age
        self.encoder = _encoder(widths, latent_channels)
        is_film = variant == "film"
        self.ages = AgeFeatures() if is_film else None
        count = 1 if is_film else 2
        self.decoders = nn.ModuleList(
            Decoder(widths, latent_channels, age_width=AGE_WIDTH if is_film else 0) for _ in range(count)
        )

    def encode(self, images: Tensor) -> Tensor:
        """Return latents of images ``(n, 3, s, s)``: ``(n, latent_channels, s / 2^levels, s / 2^levels)``."""
        latents: Tensor = self.encoder(images)
        return latents

    def decode(self, latents: Tensor, ages: Tensor) -> Tensor:
        """Return pictures ``(n, 3, s, s)`` of ``latents`` at ``ages``, shape ``(n,)``, years."""
        if self.ages is not None:
            pictures: Tensor = self.decoders[0](latents, self.ages(ages))
            return pictures
        younger, older = (decoder(latents, None) for decoder in self.decoders)
        return torch.where((ages >= self.split_age)[:, None, None, None], older, younger)

    def forward(self, images: Tensor, ages: Tensor) -> Tensor:
        """Return ``images`` encoded, and decoded at ``ages``."""
        return self.decode(self.encode(images), ages)


class AgeFeatures(nn.Module):
    """Turns ages into feature vectors: overlapping bumps over the ages, then two linear layers."""

    centres: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centres", torch.linspace(0, OLDEST, AGE_CENTRES), persistent=False)
        self.layers = nn.Sequential(
            nn.Linear(AGE_CENTRES, AGE_WIDTH), nn.SiLU(), nn.Linear(AGE_WIDTH, AGE_WIDTH), nn.SiLU()
        )

    def forward(self, ages: Tensor) -> Tensor:
        """Return features of ``ages``, shape ``(n,)``, years: ``(n, 64)``."""
        spread = OLDEST / (AGE_CENTRES - 1)
        bumps = torch.exp(-0.5 * ((ages[:, None] - self.centres) / spread) ** 2)
        features: Tensor = self.layers(bumps / bumps.sum(1, keepdim=True))
        return features


class Decoder(nn.Module):
    """From latents to a picture: residual blocks, nearest resize and convolution, pixel shuffle at the end.

    Args:
        widths: Channels of each level, the finest first.
        latent_channels: Channels of the latents.
        age_width: Length of the age features that modulate every block; 0 for a decoder without.
    """

    def __init__(self, widths: Sequence[int], latent_channels: int, *, age_width: int) -> None:
        super().__init__()
        coarse_first = list(reversed(widths))
        self.first = nn.Conv2d(latent_channels, coarse_first[0], 3, padding=1)
        self.blocks = nn.ModuleList(ModulatedBlock(width, age_width) for width in coarse_first)
        self.growing = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(coarse_first)
        )
        self.last = nn.Conv2d(coarse_first[-1], 12, 3, padding=1)

    def forward(self, latents: Tensor, ages: Tensor | None) -> Tensor:
        """Return pictures of ``latents``; ``ages`` are features, ``None`` for a decoder without."""
        hidden = self.blocks[0](self.first(latents), ages)
        for grow, block in zip(self.growing, self.blocks[1:], strict=True):
            hidden = block(grow(F.interpolate(hidden, scale_factor=2.0, mode="nearest")), ages)
        picture: Tensor = F.pixel_shuffle(self.last(F.silu(hidden)), 2)
        return picture


class ModulatedBlock(nn.Module):
    """A residual block whose normalised features are scaled and shifted by the age features.

    Args:
        width: Channels.
        age_width: Length of the age features; 0 for no modulation. The modulation starts at none.
    """

    def __init__(self, width: int, age_width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(min(_GROUPS, width), width)
        self.one = nn.Conv2d(width, width, 3, padding=1)
        self.two = nn.Conv2d(width, width, 3, padding=1)
        self.modulation = nn.Linear(age_width, 2 * width) if age_width else None
        if self.modulation is not None:
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, hidden: Tensor, ages: Tensor | None) -> Tensor:
        """Return the block's output, the shape of ``hidden``."""
        inner = self.norm(hidden)
        if self.modulation is not None and ages is not None:
            scale, shift = self.modulation(ages)[:, :, None, None].chunk(2, dim=1)
            inner = inner * (1 + scale) + shift
        changed: Tensor = self.two(F.silu(self.one(F.silu(inner))))
        return hidden + changed


class AgeReader(nn.Module):
    """Reads the age group from latents; what the encoder must not let it do.

    Args:
        latent_channels: Channels of the latents.
        groups: Number of age groups.
    """

    def __init__(self, latent_channels: int, groups: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(latent_channels, 64, 3, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 3, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(128, groups),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Return logits of the age groups, shape ``(n, groups)``."""
        logits: Tensor = self.layers(latents)
        return logits


def _encoder(widths: Sequence[int], latent_channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise((3, *widths)):
        layers += [
            nn.Conv2d(before, after, 4, stride=2, padding=1),
            nn.GroupNorm(min(_GROUPS, after), after),
            nn.SiLU(),
        ]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], latent_channels, 3, padding=1))
