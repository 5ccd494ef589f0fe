"""Noise levels of a pack's scheduler and the formulas that move a latent between them.

Rules:
    * Level 0 is the clean latent; level ``k`` carries the noise of ``timesteps[k - 1]``; levels rise with
      noise.
    * ``x_k = sqrt(a_k) x_0 + sqrt(1 - a_k) e`` with ``a_k`` the cumulative product of the alphas.
    * Everything is float32, whatever the network computes in.

References:
    Song, J., Meng, C., Ermon, S. (2021). Denoising diffusion implicit models. ICLR, eq. 12 and 16.
    Salimans, T., Ho, J. (2022). Progressive distillation for fast sampling of diffusion models. ICLR (v).
    Lin, S. et al. (2024). Common diffusion noise schedules and sample steps are flawed. WACV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from forensic_app.errors import PackRefused

TIMESTEPS: Final = 1000
"""Timesteps of the whole noise range, as packs are trained with."""

PREDICTION_TYPES = ("epsilon", "v_prediction", "sample")


@dataclass(frozen=True, slots=True)
class NoiseSchedule:
    """Noise levels of one run.

    Attributes:
        timesteps: Timestep label of level ``k`` at index ``k - 1``, rising.
        alphas: Cumulative alpha of each level, ``len(timesteps) + 1`` numbers in ``[0, 1]``, falling.
        prediction_type: What the network predicts.
    """

    timesteps: tuple[int, ...]
    alphas: tuple[float, ...]
    prediction_type: str

    def noised(self, level: int, clean: Tensor, noise: Tensor) -> Tensor:
        """Return ``clean`` with ``noise`` at ``level``."""
        alpha = self.alphas[level]
        return math.sqrt(alpha) * clean + math.sqrt(1.0 - alpha) * noise

    def split(self, level: int, latent: Tensor, prediction: Tensor) -> tuple[Tensor, Tensor]:
        """Return the clean latent and the noise that ``prediction`` at ``level`` stands for."""
        signal, spread = math.sqrt(self.alphas[level]), math.sqrt(1.0 - self.alphas[level])
        if self.prediction_type == "v_prediction":
            return signal * latent - spread * prediction, signal * prediction + spread * latent
        if self.prediction_type == "epsilon":
            return (latent - spread * prediction) / max(signal, 1e-4), prediction
        return prediction, (latent - signal * prediction) / max(spread, 1e-4)

    def step_up(self, level: int, latent: Tensor, prediction: Tensor) -> Tensor:
        """Return the latent one level noisier than ``level``, without randomness."""
        clean, noise = self.split(level, latent, prediction)
        return self.noised(level + 1, clean, noise)

    def step_down(self, level: int, latent: Tensor, prediction: Tensor, *, eta: float = 0.0) -> Tensor:
        """Return the mean of the latent one level cleaner than ``level``.

        Args:
            level: Level of ``latent``, at least 1.
            latent: Shape ``(n, c, h, w)``.
            prediction: The network's output for it, same shape.
            eta: 0 for the deterministic step, 1 for the ancestral one, whose noise is not added here.
        """
        clean, noise = self.split(level, latent, prediction)
        here, below = self.alphas[level], self.alphas[level - 1]
        variance = eta * eta * (1.0 - below) / (1.0 - here) * (1.0 - here / below)
        return math.sqrt(below) * clean + math.sqrt(max(1.0 - below - variance, 0.0)) * noise


def schedule_from(scheduler: Any, num_inference_steps: int) -> NoiseSchedule:
    """Return the levels that a diffusers ``DDIMScheduler`` gives for ``num_inference_steps``.

    Raises:
        PackRefused: The pack predicts something unknown, or noise at a level without signal.
    """
    prediction_type = str(scheduler.config.prediction_type)
    if prediction_type not in PREDICTION_TYPES:
        raise PackRefused(
            f"The pack predicts {prediction_type!r}, which is not known.",
            f"Use a pack that predicts one of: {', '.join(PREDICTION_TYPES)}.",
        )
    scheduler.set_timesteps(num_inference_steps)
    timesteps = tuple(sorted({int(timestep) for timestep in scheduler.timesteps}))
    products = scheduler.alphas_cumprod.to(torch.float64)
    alphas = (float(scheduler.final_alpha_cumprod), *(float(products[timestep]) for timestep in timesteps))
    if prediction_type == "epsilon" and alphas[-1] < 1e-6:
        raise PackRefused(
            "The pack predicts noise at a level that has no signal.",
            "Use a pack whose schedule keeps signal.",
        )
    return NoiseSchedule(timesteps, alphas, prediction_type)
