"""Train a pack's critic on photographs and gentle edits against edits that were pushed too far.

Rules:
    * Some faces are kept from the training: on them the network's output is brought to deviations of photographs, the
      limit is set, and what it tells apart is measured.
    * The weights that are kept are the moving average.

References:
    Goodfellow, I. et al. (2014). Generative adversarial nets. NeurIPS (the discriminator's loss).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from forensic_app.engines.aging.critic import LatentCritic
from forensic_app.engines.base_training.critic_lessons import GENTLY, PHOTOGRAPH, TOO_FAR, CriticLessons
from forensic_app.engines.training.checkpoints import MovingAverage
from forensic_app.engines.training.schedule import Pace, ReportStage, warmup_stable_decay
from forensic_app.errors import InvalidInput

STEPS: Final = 1500
BATCH: Final = 64
LEARNING_RATE: Final = 4e-4
WEIGHT_DECAY: Final = 0.05
KEPT_SHARE: Final = 6
"""One face in so many is kept from the training."""

LIMIT_SHARE: Final = 0.99
"""Share of photographs that lie below the limit."""

LATENT_NOISE: Final = 0.05
"""Standard deviation of the noise on latents in training, of all rows alike: what is finer is not a sign."""


@dataclass(frozen=True, slots=True)
class TrainedCritic:
    """A critic and what it tells apart on faces that it did not learn from.

    Attributes:
        network: In eval mode.
        auc: How well it tells edits that were pushed too far from photographs: 0.5 is not at all, 1 always.
        flagged: Share of those above the limit.
        gentle: Share of gentle edits above the limit.
        photographs: Photographs that the limit was set on.
    """

    network: LatentCritic
    auc: float
    flagged: float
    gentle: float
    photographs: int


def train_critic(
    lessons: CriticLessons, *, seed: int, steps: int | None = None, report: ReportStage
) -> TrainedCritic:
    """Return a critic trained on ``lessons``.

    Args:
        lessons: Photographs and pictures.
        seed: Seed of the weights and of all draws.
        steps: Optimiser steps; :data:`STEPS` by default.
        report: Receives progress.

    Raises:
        InvalidInput: There are too few faces to keep some.
    """
    steps = STEPS if steps is None else steps
    kept = lessons.faces % KEPT_SHARE == 0
    parts = {
        (is_kept, kind): np.flatnonzero((kept == is_kept) & (lessons.kinds == kind))
        for is_kept in (False, True)
        for kind in (PHOTOGRAPH, GENTLY, TOO_FAR)
    }
    if min(len(part) for part in parts.values()) < 2:
        raise InvalidInput("There are too few faces for a critic.", "Ask for more faces.")
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LatentCritic(latent_channels=lessons.latents.shape[1])
    average = MovingAverage(network, 0.998)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    pace = Pace("critic", done=0, total=steps * BATCH, report=report)
    wanted = torch.cat([torch.zeros(BATCH // 2), torch.ones(BATCH // 2)])
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * warmup_stable_decay(step, steps, warmup=100, decay_fraction=0.5)
        counts = ((PHOTOGRAPH, BATCH // 4), (GENTLY, BATCH // 4), (TOO_FAR, BATCH // 2))
        places = [_drawn(parts[False, kind], count, generator) for kind, count in counts]
        latents = _rows(lessons, np.concatenate(places))
        latents = latents + LATENT_NOISE * torch.randn(latents.shape, generator=generator)
        loss = functional.binary_cross_entropy_with_logits(network(latents), wanted)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        average.update(network)
        pace.advance((step + 1) * BATCH, loss.item())
    average.copy_to(network)
    return _scaled(network.eval(), lessons, *(parts[True, kind] for kind in (PHOTOGRAPH, GENTLY, TOO_FAR)))


def _scaled(
    network: LatentCritic,
    lessons: CriticLessons,
    photographs: NDArray[np.int64],
    gentle: NDArray[np.int64],
    too_far: NDArray[np.int64],
) -> TrainedCritic:
    real, soft, hard = (_outputs(network, lessons, places) for places in (photographs, gentle, too_far))
    mean, deviation = float(real.mean()), float(max(real.std(), 1e-6))
    limit = float(np.quantile(real, LIMIT_SHARE))
    network.register_to_config(mean=mean, deviation=deviation, limit=(limit - mean) / deviation)
    below = (real[:, None] < hard[None, :]).mean() + 0.5 * (real[:, None] == hard[None, :]).mean()
    return TrainedCritic(
        network, float(below), float((hard > limit).mean()), float((soft > limit).mean()), len(real)
    )


@torch.inference_mode()
def _outputs(network: LatentCritic, lessons: CriticLessons, places: NDArray[np.int64]) -> NDArray[np.float64]:
    parts = [network(_rows(lessons, part)) for part in np.array_split(places, max(1, len(places) // 256))]
    return np.asarray(torch.cat(parts).double().numpy())


def _rows(lessons: CriticLessons, places: NDArray[np.int64]) -> Tensor:
    return torch.from_numpy(lessons.latents[places].astype(np.float32))


def _drawn(places: NDArray[np.int64], count: int, generator: torch.Generator) -> NDArray[np.int64]:
    drawn: NDArray[np.int64] = places[torch.randint(len(places), (count,), generator=generator).numpy()]
    return drawn
