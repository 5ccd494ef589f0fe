"""Inversion: the noise from which a network would make the photograph, and what it misses.

Rules:
    * An inversion is a trajectory of latents and, for every step down, the residual that the network's own
      step under the *source* caption lacks to reach the next stored latent. Adding the residuals back makes
      an edit that changes nothing return the photograph's latent exactly, whatever the error of the
      inversion.
    * With DDIM inversion the trajectory is deterministic. With the edit-friendly inversion every latent is
      noised independently from the seed, and the residuals are the ``sigma_k z_k`` of its authors.
    * Each level costs one evaluation of the network.

References:
    Song, J., Meng, C., Ermon, S. (2021). Denoising diffusion implicit models. ICLR.
    Huberman-Spiegelglas, I., Kulikov, V., Michaeli, T. (2024). An edit friendly DDPM noise space: inversion
    and manipulations. CVPR.
    Ju, X. et al. (2024). PnP inversion: boosting diffusion-based editing with 3 lines of code. ICLR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from forensic_app.engines.aging.noise_schedule import NoiseSchedule
from forensic_app.engines.device import seeded_noise

Predict = Callable[[Tensor, int, Tensor], Tensor]
"""Network: latents ``(n, c, h, w)``, timestep label, conditions ``(n, tokens, d)`` -> prediction, float32."""

OnStep = Callable[[int, int], None]
"""Called before each step with the steps done and the steps in all; may raise ``RunCancelled``."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Latents of ``n`` photographs, mostly one, at every noise level.

    Attributes:
        latents: ``latents[k]`` is the latent at level ``k``, shape ``(n, c, h, w)``; 0 is clean.
        residuals: ``residuals[k - 1]`` is what the step from level ``k`` lacks to reach level ``k - 1``.
        eta: The ``eta`` of the steps that the residuals belong to.
    """

    latents: tuple[Tensor, ...]
    residuals: tuple[Tensor, ...]
    eta: float

    def of_row(self, place: int) -> Trajectory:
        """Return the trajectory of one photograph of those that were inverted together."""
        return Trajectory(
            tuple(latents[place : place + 1] for latents in self.latents),
            tuple(residuals[place : place + 1] for residuals in self.residuals),
            self.eta,
        )


def invert_ddim(
    predict: Predict,
    schedule: NoiseSchedule,
    clean: Tensor,
    condition: Tensor,
    *,
    levels: int,
    eta: float = 0.0,
    on_step: OnStep,
) -> Trajectory:
    """Return the deterministic trajectory of ``clean`` up to ``levels``.

    The prediction at a level serves both the step up and the residual of the step down. The first step up
    uses the label of level 1, since the network has seen no label without noise.

    Args:
        predict: The network.
        schedule: Noise levels.
        clean: The photographs' latents, shape ``(n, c, h, w)``.
        condition: Source condition of each, shape ``(n, tokens, d)``.
        levels: Highest level needed.
        eta: The ``eta`` of the later steps down.
        on_step: Called before each evaluation.
    """
    latents, residuals = [clean], []
    on_step(0, levels + 1)
    prediction = predict(clean, schedule.timesteps[0], condition)
    for level in range(1, levels + 1):
        on_step(level, levels + 1)
        latent = schedule.step_up(level - 1, latents[-1], prediction)
        prediction = predict(latent, schedule.timesteps[level - 1], condition)
        residuals.append(latents[-1] - schedule.step_down(level, latent, prediction, eta=eta))
        latents.append(latent)
    return Trajectory(tuple(latents), tuple(residuals), eta)


def invert_edit_friendly(
    predict: Predict,
    schedule: NoiseSchedule,
    clean: Tensor,
    condition: Tensor,
    *,
    levels: int,
    seed: int,
    eta: float = 1.0,
    on_step: OnStep,
) -> Trajectory:
    """Return a trajectory whose latents are noised independently of each other.

    Args:
        predict: The network.
        schedule: Noise levels.
        clean: The photographs' latents, shape ``(n, c, h, w)``.
        condition: Source condition of each, shape ``(n, tokens, d)``.
        levels: Highest level needed.
        seed: Seed of the noise.
        eta: The ``eta`` of the later steps down; its authors use 1.
        on_step: Called before each evaluation.
    """
    noise = seeded_noise((levels, *clean.shape[1:]), seed=seed).to(clean)
    latents, residuals = [clean], []
    for level in range(1, levels + 1):
        on_step(level - 1, levels)
        latent = schedule.noised(level, clean, noise[level - 1 : level])
        prediction = predict(latent, schedule.timesteps[level - 1], condition)
        residuals.append(latents[-1] - schedule.step_down(level, latent, prediction, eta=eta))
        latents.append(latent)
    return Trajectory(tuple(latents), tuple(residuals), eta)


def limited(latent: Tensor, *, limit: float, returned: float | Tensor = 1.0) -> Tensor:
    """Return a noised latent without the places that are too strong to be noise.

    A mole, a freckle, a hard edge is left in the inverted noise as a place that stands out. Noise has no such places:
    what a push makes of them is stains on children's cheeks and frames of glasses. What is left is brought back to the
    strength of the whole, or skin would blur; where glasses would sit it may be brought back less, for what is left of
    an outline comes back with it.

    Args:
        latent: ``(n, c, h, w)``.
        limit: Largest norm over the channels, in medians over the places of the picture; 0 for any.
        returned: How far the strength comes back, from 0 (what is left stays as it is) to 1 (whole), the power of its
            loss; one number or one for each cell, ``(1, 1, h, w)``.
    """
    if limit <= 0.0:
        return latent
    strength = latent.square().sum(dim=1, keepdim=True).sqrt()
    most = limit * strength.flatten(1).median(dim=1).values.view(-1, 1, 1, 1)
    kept = latent * (most / torch.maximum(strength, most))
    axes = tuple(range(1, latent.ndim))
    loss: Tensor = latent.std(dim=axes, keepdim=True) / kept.std(dim=axes, keepdim=True).clamp(min=1e-8)
    return kept * torch.pow(loss, returned)


def varied(latent: Tensor, *, seed: int, share: float) -> Tensor:
    """Return ``latent`` with a seeded share of new noise at the same variance.

    ``sqrt(1 - share^2) x + share s n`` with ``n`` standard normal and ``s`` the latent's own standard
    deviation, about its mean in each channel.

    Args:
        latent: A noisy latent, shape ``(1, c, h, w)``.
        seed: Seed of the noise.
        share: From 0 (unchanged) to 1 (all new).
    """
    mean = latent.mean(dim=(2, 3), keepdim=True)
    spread = latent.std(dim=(2, 3), keepdim=True)
    noise = seeded_noise(tuple(latent.shape), seed=seed).to(latent)
    kept = torch.sqrt(torch.tensor(1.0 - share * share)).to(latent)
    return mean + kept * (latent - mean) + share * spread * noise
