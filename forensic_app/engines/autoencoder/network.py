"""Networks that show a face at an age: a shared encoder, and a decoder that is told the age.

Rules:
    * Pictures are RGB in ``[-1, 1]``; ages are years.
    * ``two-decoders``: the face is drawn anew from a small code; the younger decoder draws every age below the
      split, the older one every other, so that within a side all ages look the same.
    * ``film``: one decoder, every block of which is modulated by the face's own age and the target age, draws what
      changes between them. It is added to the photograph, over the face alone and in a share that rises with the
      years between: at its own age a face stays exactly as it is. The decoder also sees the encoder's features.
    * ``prototypes``: a table of faces by age in the place of a learned decoder, see
      :mod:`forensic_app.engines.autoencoder.prototypes`.
    * Nothing is drawn at random.

References:
    Perez et al. 2018, FiLM: visual reasoning with a general conditioning layer, AAAI 2018.
    Shi et al. 2016, Real-time single image super-resolution using an efficient sub-pixel CNN (pixel shuffle).
    Yao et al. 2021, High resolution face age editing, ICPR 2020 (modulated features, one decoder).
    Martis et al. 2024, Frontiers in Signal Processing 4:1355573 (a shared encoder with two decoders).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.autoencoder.face_share import face_share
from forensic_app.engines.autoencoder.prototypes import AgeTable

VARIANTS: Final = ("prototypes", "film", "two-decoders")
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


class DeageAutoencoder(nn.Module):
    """Encodes a canonical crop and decodes it at an age; packs name this class, so its name stays.

    Args:
        variant: One of :data:`VARIANTS`.
        widths: Channels of each level, the finest first.
        latent_channels: ``two-decoders``: numbers kept for each cell of the coarsest grid.
        split_age: Age in years from which the older decoder draws; ``film`` keeps it as the middle of its range.
        patch_px: ``film``: side of the patches of pixels that the finest level works on.
        gain: ``film`` and ``prototypes``: factor of the changes that are drawn.
        side_px: ``prototypes``: side of the table's pictures.
    """

    def __init__(
        self,
        variant: str = "film",
        widths: Sequence[int] = (64, 128, 192, 256),
        latent_channels: int = 48,
        split_age: float = 40.0,
        patch_px: int = 4,
        gain: float = 1.0,
        side_px: int = 96,
    ) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"unknown variant: {variant}")
        self.config: dict[str, Any] = {
            "variant": variant,
            "widths": list(widths),
            "latent_channels": latent_channels,
            "split_age": split_age,
            "patch_px": patch_px,
            "gain": gain,
            "side_px": side_px,
        }
        self.body: AgeTable | ChangeByAge | TwoDecoders
        if variant == "prototypes":
            self.body = AgeTable(side_px, gain)
        elif variant == "film":
            self.body = ChangeByAge(widths, patch_px, gain)
        else:
            self.body = TwoDecoders(widths, latent_channels, split_age)

    def set_gain(self, gain: float) -> None:
        """Draw changes times ``gain``; without effect on ``two-decoders``, which draws no changes."""
        self.config["gain"] = gain
        if not isinstance(self.body, TwoDecoders):
            self.body.gain = gain

    def encode(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return what :meth:`decode` needs of images ``(n, 3, s, s)``, each with ``n`` rows."""
        return self.body.encode(images)

    def decode(self, code: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return pictures ``(n, 3, s, s)`` of ``code`` at ``ages``; both ages of shape ``(n,)``, years."""
        return self.body.decode(code, ages, own_ages)

    def forward(self, images: Tensor, ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return ``images`` of people of ``own_ages`` encoded, and decoded at ``ages``."""
        return self.decode(self.encode(images), ages, own_ages)


class ChangeByAge(nn.Module):
    """Adds to a picture what an age changes in it.

    Args:
        widths: Channels of each level, the finest first; every level halves the side of the one before.
        patch_px: Side of the patches of pixels that the finest level works on.
        gain: Factor of the changes.
    """

    def __init__(self, widths: Sequence[int], patch_px: int, gain: float) -> None:
        super().__init__()
        self.patch_px = patch_px
        self.gain = gain
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

    def encode(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return ``images`` and the features of each level, the finest first."""
        levels = [self.first(F.pixel_unshuffle(images, self.patch_px))]
        for shrink in self.shrinking:
            levels.append(shrink(levels[-1]))
        return (images, *levels)

    def decode(self, code: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return the encoded pictures of ``own_ages`` with what changes until ``ages``."""
        images, *levels = code
        change = self._look(levels, self.ages(ages, own_ages))
        years = (ages - own_ages).abs().to(images)[:, None, None, None]
        share = face_share(images.shape[-1], ramp=_EDGE_RAMP).to(images) * (
            1.0 - torch.exp(-years / _FULL_YEARS)
        )
        return images + self.gain * _CHANGE_LEVEL * share * change

    def _look(self, levels: Sequence[Tensor], features: Tensor) -> Tensor:
        hidden = self.blocks[0](levels[-1], features)
        for grow, block, level in zip(self.growing, self.blocks[1:], reversed(levels[:-1]), strict=True):
            grown = grow(F.interpolate(hidden, scale_factor=2.0, mode="nearest"))
            hidden = block(grown + level, features)
        return F.pixel_shuffle(self.last(F.silu(self.norm(hidden))), self.patch_px)


class TwoDecoders(nn.Module):
    """A code of the face, and a decoder for each side of an age.

    Args:
        widths: Channels of each level, the finest first; every level halves the side.
        latent_channels: Channels of the code.
        split_age: Age in years from which the older decoder draws.
    """

    def __init__(self, widths: Sequence[int], latent_channels: int, split_age: float) -> None:
        super().__init__()
        self.split_age = split_age
        self.encoder = nn.Sequential(
            *(_halving(before, after) for before, after in pairwise((3, *widths))),
            nn.Conv2d(widths[-1], latent_channels, 3, padding=1),
        )
        self.younger = Decoder(widths, latent_channels)
        self.older = Decoder(widths, latent_channels)

    def encode(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the code of ``images``, ``(n, latent_channels, s / 2^levels, s / 2^levels)``."""
        return (self.encoder(images),)

    def decode(self, code: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:  # noqa: ARG002
        """Return each code drawn by the decoder of its age's side; the other decoder does not see it."""
        is_older = ages >= self.split_age
        sides = [(self.younger, torch.nonzero(~is_older)[:, 0]), (self.older, torch.nonzero(is_older)[:, 0])]
        drawn = torch.cat([decoder(code[0][rows]) for decoder, rows in sides if len(rows)])
        return drawn[torch.argsort(torch.cat([rows for _, rows in sides]))]


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


class Decoder(nn.Module):
    """From a code to a picture: residual blocks, nearest resize and convolution, pixel shuffle at the end.

    Args:
        widths: Channels of each level, the finest first.
        latent_channels: Channels of the code.
    """

    def __init__(self, widths: Sequence[int], latent_channels: int) -> None:
        super().__init__()
        coarse_first = list(reversed(widths))
        self.first = nn.Conv2d(latent_channels, coarse_first[0], 3, padding=1)
        self.blocks = nn.ModuleList(ModulatedBlock(width, 0) for width in coarse_first)
        self.growing = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(coarse_first)
        )
        self.last = nn.Conv2d(coarse_first[-1], 12, 3, padding=1)

    def forward(self, code: Tensor) -> Tensor:
        """Return pictures of ``code``."""
        hidden = self.blocks[0](self.first(code), None)
        for grow, block in zip(self.growing, self.blocks[1:], strict=True):
            hidden = block(grow(F.interpolate(hidden, scale_factor=2.0, mode="nearest")), None)
        picture: Tensor = F.pixel_shuffle(self.last(F.silu(hidden)), 2)
        return picture


class ModulatedBlock(nn.Module):
    """A residual block whose normalised features are scaled and shifted by the age features.

    Args:
        width: Channels.
        age_width: Length of the age features; 0 for no modulation. The modulation starts small.
    """

    def __init__(self, width: int, age_width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(min(_GROUPS, width), width)
        self.one = nn.Conv2d(width, width, 3, padding=1)
        self.two = nn.Conv2d(width, width, 3, padding=1)
        self.modulation = nn.Linear(age_width, 2 * width) if age_width else None
        if self.modulation is not None:
            nn.init.normal_(self.modulation.weight, std=_MODULATION_SPREAD)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, hidden: Tensor, ages: Tensor | None) -> Tensor:
        """Return the block's output, the shape of ``hidden``."""
        inner = self.norm(hidden)
        if self.modulation is not None and ages is not None:
            scale, shift = self.modulation(ages)[:, :, None, None].chunk(2, dim=1)
            inner = inner * (1 + scale) + shift
        changed: Tensor = self.two(F.silu(self.one(F.silu(inner))))
        return hidden + changed


def _halving(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 4, stride=2, padding=1),
        nn.GroupNorm(min(_GROUPS, after), after),
        nn.SiLU(),
    )
