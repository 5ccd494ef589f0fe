"""A critic that says how far a picture looks pushed beyond what a photograph can be, from its latent.

Rules:
    * It learns from photographs and gentle edits against edits that were pushed too far (``train refine --stages
      critic``). It knows nothing of ages.
    * It warns; it measures nothing that an evaluation reports.
    * Its figure is in deviations of photographs that its training did not see: 0 is a photograph's average, higher is
      more unlike. Above ``limit``, a picture is called unlike a photograph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from forensic_app.engines.light_diffusers import ConfigMixin, ModelMixin, register_to_config


class _Block(nn.Module):
    """A residual block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.GroupNorm(8, width)

    def forward(self, values: Tensor) -> Tensor:
        changed = functional.silu(self.norm(self.first(functional.silu(values))))
        result: Tensor = values + self.second(changed)
        return result


class LatentCritic(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """A small convolutional network over a latent.

    Args:
        latent_channels: Channels of a latent.
        width: Channels on the latent's own grid; the half grid has twice as many.
        mean: Mean of the network's output on photographs that its training did not see.
        deviation: Their standard deviation.
        limit: Figure above which a picture is called unlike a photograph.

    References:
        Isola, P. et al. (2017). Image-to-image translation with conditional adversarial networks. CVPR (a judgement of
        each place, averaged).
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        latent_channels: int = 16,
        width: int = 32,
        mean: float = 0.0,  # noqa: ARG002  (kept in the configuration)
        deviation: float = 1.0,  # noqa: ARG002
        limit: float = 3.0,  # noqa: ARG002
    ) -> None:
        super().__init__()
        self.enter = nn.Conv2d(latent_channels, width, 3, padding=1)
        self.fine = nn.ModuleList([_Block(width) for _ in range(2)])
        self.halve = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.dropout = nn.Dropout2d(0.2)
        self.coarse = nn.ModuleList([_Block(2 * width) for _ in range(2)])
        self.leave = nn.Conv2d(2 * width, 1, 1)

    def forward(self, latents: Tensor) -> Tensor:
        """Return how unlike a photograph each latent is, unscaled, ``(n,)``; higher is more unlike.

        Args:
            latents: Scaled latents, ``(n, c, h, w)`` float32.
        """
        values = self.enter(latents)
        for block in self.fine:
            values = block(values)
        values = self.dropout(self.halve(functional.silu(values)))
        for block in self.coarse:
            values = block(values)
        logits: Tensor = self.leave(functional.silu(values))
        return logits.mean(dim=(1, 2, 3))

    @torch.inference_mode()
    def unlikeness(self, latents: Tensor) -> list[float]:
        """Return the figure of each latent, in deviations of photographs.

        Args:
            latents: As for :meth:`forward`.
        """
        found = self(latents.float())
        figures: list[float] = ((found - self.config.mean) / self.config.deviation).tolist()
        return figures
