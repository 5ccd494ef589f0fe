"""A critic that says how unlike a photograph of a person of an age a picture is, from its latent.

Rules:
    * It learns from photographs and from what the pack made of others (``train refine --stages critic``).
    * It chooses among candidates and warns; it measures nothing that an evaluation reports.
    * Its figure is in deviations of photographs that its training did not see: 0 is a photograph's average, higher is
      more unlike. Above ``limit``, a picture is called unlike a photograph.
"""

from __future__ import annotations

import math

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn import functional

AGE_WAVES = 8
"""Sine and cosine pairs that an age is told in."""

OLDEST_YEARS = 100.0


class _Block(nn.Module):
    """A residual block whose channels are scaled and shifted by the age."""

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.GroupNorm(8, width)
        self.tell = nn.Linear(told, 2 * width)

    def forward(self, values: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.tell(told)[:, :, None, None].chunk(2, dim=1)
        changed = self.norm(self.first(functional.silu(values))) * (1.0 + scale) + shift
        result: Tensor = values + self.second(functional.silu(changed))
        return result


class LatentCritic(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """A small convolutional network over a latent and an age.

    Args:
        latent_channels: Channels of a latent.
        width: Channels on the latent's own grid; the half grid has twice as many.
        mean: Mean of the network's output on photographs that its training did not see.
        deviation: Their standard deviation.
        limit: Figure above which a picture is called unlike a photograph.

    References:
        Isola, P. et al. (2017). Image-to-image translation with conditional adversarial networks. CVPR (a judgement of
        each place, averaged); Perez, E. et al. (2018). FiLM. AAAI.
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        latent_channels: int = 16,
        width: int = 64,
        mean: float = 0.0,  # noqa: ARG002  (kept in the configuration)
        deviation: float = 1.0,  # noqa: ARG002
        limit: float = 3.0,  # noqa: ARG002
    ) -> None:
        super().__init__()
        told = 2 * AGE_WAVES
        self.enter = nn.Conv2d(latent_channels, width, 3, padding=1)
        self.fine = nn.ModuleList([_Block(width, told) for _ in range(2)])
        self.halve = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.coarse = nn.ModuleList([_Block(2 * width, told) for _ in range(2)])
        self.leave = nn.Conv2d(2 * width, 1, 1)

    def forward(self, latents: Tensor, ages: Tensor) -> Tensor:
        """Return how unlike a photograph each latent is, unscaled, ``(n,)``; higher is more unlike.

        Args:
            latents: Scaled latents, ``(n, c, h, w)`` float32.
            ages: Ages that they show, ``(n,)``, years.
        """
        told = _told(ages)
        values = self.enter(latents)
        for block in self.fine:
            values = block(values, told)
        values = self.halve(functional.silu(values))
        for block in self.coarse:
            values = block(values, told)
        logits: Tensor = self.leave(functional.silu(values))
        return logits.mean(dim=(1, 2, 3))

    @torch.inference_mode()
    def unlikeness(self, latents: Tensor, ages: list[float]) -> list[float]:
        """Return the figure of each latent, in deviations of photographs.

        Args:
            latents: As for :meth:`forward`.
            ages: One for each, years.
        """
        found = self(latents.float(), torch.tensor(ages, dtype=torch.float32, device=latents.device))
        figures: list[float] = ((found - self.config.mean) / self.config.deviation).tolist()
        return figures


def _told(ages: Tensor) -> Tensor:
    """Return ages as waves, ``(n, 2 * AGE_WAVES)``."""
    steps = torch.arange(AGE_WAVES, device=ages.device, dtype=torch.float32)
    angles = (ages.float()[:, None] / OLDEST_YEARS) * (math.pi * 2.0 ** (steps / 2.0))
    return torch.cat([angles.sin(), angles.cos()], dim=1)
