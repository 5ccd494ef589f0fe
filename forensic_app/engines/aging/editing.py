"""Edit every target age and variant in one batch, from one inversion.

Rules:
    * A row starts from the trajectory's latent at its own level and joins the batch when the loop reaches it.
    * Each step evaluates the network on twice the rows at work: source and target captions, in one call
      unless the rows are too many for it.
    * Whoever steers is shown each step's estimate of the clean latents; what it changes there is changed in the step.
    * The guided prediction is ``v_s + w (v_t - v_s)``, brought back towards the spread of ``v_s``.
    * Where the face is likeliest to break, at eyes and mouth, a row may be pushed less: canonical crops have them at
      the same place.
    * A second pass lets an edited picture settle: it is noised again, to a lower level and with new noise, and denoised
      under the target caption, without residuals. What the push broke and the residuals kept, the network draws anew.

References:
    Ho, J., Salimans, T. (2022). Classifier-free diffusion guidance. arXiv:2207.12598.
    Lin, S. et al. (2024). Common diffusion noise schedules and sample steps are flawed. WACV, section 3.4.
    Chen, X., Lathuiliere, S. (2023). Face aging via diffusion-based editing. BMVC.
    Meng, C. et al. (2022). SDEdit: guided image synthesis and editing with stochastic differential equations. ICLR.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from forensic_app.engines.aging.inversion import OnStep, Predict, Trajectory
from forensic_app.engines.aging.noise_schedule import NoiseSchedule

THRESHOLD_SLOPE: Final = 4.0
"""How sharply a place goes over from the first picture to the second, per median."""

EYES: Final = (0.20, 0.46, 0.12, 0.88)
MOUTH: Final = (0.62, 0.90, 0.24, 0.76)
"""Top, bottom, left and right of what is called eyes and mouth in a canonical crop, as shares of its side."""

GLASSES: Final = (0.14, 0.50, 0.04, 0.96)
"""The same of where glasses would sit, frames and all."""

REGION_EDGE: Final = 0.08
"""Share of the side over which a region's own push goes over into the face's."""

Steer = Callable[[Tensor, int], Tensor]
"""Estimates of clean latents ``(n, c, h, w)`` and their noise level to what they should be, same shape."""


@dataclass(frozen=True, slots=True)
class Settling:
    """The second pass of one picture.

    Attributes:
        strength: Share of the noise range that it uses, in ``[0, 1]``.
        guidance: Weight of the target caption against the source caption; 1 is the target caption alone.
        pull: Share of the steerer's changes that are made.
        threshold: How far a place must differ after the pass to be taken from it, in medians of the picture; 0 takes
            the whole picture.
        noise: Standard normal, shape ``(1, c, h, w)``.
    """

    strength: float
    guidance: float
    pull: float
    threshold: float
    noise: Tensor


@dataclass(frozen=True, slots=True)
class EditRow:
    """One picture to make.

    Attributes:
        start: The noise level to start from.
        latent: The latent there, shape ``(1, c, h, w)``.
        condition: Target condition, shape ``(1, tokens, d)``.
        trajectory: The inversion whose residuals are added back.
        push: Share of the edit weight that this row gets.
        settling: The second pass, if there is one.
        whole_push: Share of the edit weight that the second pass's strength is meant for; a weaker push has a weaker
            second pass.
        eyes: Share of the row's push that the eyes get.
        mouth: The same of the mouth.
    """

    start: int
    latent: Tensor
    condition: Tensor
    trajectory: Trajectory
    push: float = 1.0
    settling: Settling | None = None
    whole_push: float = 1.0
    eyes: float = 1.0
    mouth: float = 1.0

    @property
    def push_map(self) -> Tensor:
        """Share of the edit weight at each cell, ``(1, 1, h, w)``."""
        height, width = self.latent.shape[-2:]
        share = torch.ones(height, width)
        for region, own in ((EYES, self.eyes), (MOUTH, self.mouth)):
            share = share * (1.0 - (1.0 - own) * region_share(region, height, width))
        return self.push * share[None, None]

    def settling_level(self, levels: int) -> int:
        """Return the noise level of the second pass, 0 for none.

        Args:
            levels: Levels of the whole noise range.
        """
        if self.settling is None:
            return 0
        share = self.push / self.whole_push if self.whole_push > 0.0 else 1.0
        return min(math.floor(share * self.settling.strength * levels + 0.5), levels)


def guided(source: Tensor, target: Tensor, *, scale: float | Tensor, rescale: float) -> Tensor:
    """Return the prediction pushed from ``source`` past ``target``.

    Args:
        source: Prediction under the source caption, shape ``(n, c, h, w)``.
        target: Prediction under the target caption, same shape.
        scale: Edit weight, one number or one for each row, or for each of its cells; 0 gives ``source``, 1 ``target``.
        rescale: 0 keeps the guided spread, 1 brings the standard deviation of each row to that of ``source``.
    """
    pushed = source + scale * (target - source)
    axes = tuple(range(1, source.ndim))
    ratio = source.std(dim=axes, keepdim=True) / pushed.std(dim=axes, keepdim=True).clamp(min=1e-8)
    return pushed * (rescale * ratio + (1.0 - rescale))


def edit(
    predict: Predict,
    schedule: NoiseSchedule,
    rows: Sequence[EditRow],
    source: Tensor,
    *,
    scale: float,
    rescale: float,
    on_step: OnStep,
    rows_per_call: int = 64,
    steer: Steer | None = None,
) -> Tensor:
    """Return the clean latents of ``rows``, shape ``(len(rows), c, h, w)``, in their order.

    Args:
        predict: The network.
        schedule: Noise levels.
        rows: Pictures to make, at least one.
        source: Source condition, shape ``(1, tokens, d)``, or one for each row, ``(len(rows), tokens, d)``.
        scale: Edit weight; each row gets its ``push`` of it.
        rescale: See :func:`guided`.
        on_step: Called before each evaluation of the network.
        rows_per_call: Most rows in one evaluation; bounds the memory and the time between calls of
            ``on_step``.
        steer: Changes the estimates of the clean latents.
    """
    order = sorted(range(len(rows)), key=lambda index: -rows[index].start)
    ordered = [rows[index] for index in order]
    targets = torch.cat([row.condition for row in ordered])
    sources = source.expand(len(rows), -1, -1)[order]
    weights = scale * torch.cat([row.push_map for row in ordered]).to(targets)
    latents = ordered[0].latent[:0]
    highest = ordered[0].start
    for level in range(highest, 0, -1):
        joining = [row.latent for row in ordered[len(latents) :] if row.start == level]
        latents = torch.cat([latents, *joining])
        count = len(latents)
        parts = []
        for part, own, wanted, weight in zip(
            _split(latents, rows_per_call),
            _split(sources[:count], rows_per_call),
            _split(targets[:count], rows_per_call),
            _split(weights[:count], rows_per_call),
            strict=True,
        ):
            on_step(highest - level, highest)
            conditions = torch.cat([own, wanted])
            prediction = predict(torch.cat([part, part]), schedule.timesteps[level - 1], conditions)
            parts.append(guided(*prediction.chunk(2), scale=weight, rescale=rescale))
        pushed = torch.cat(parts)
        residual = torch.cat([row.trajectory.residuals[level - 1] for row in ordered[:count]])
        eta = ordered[0].trajectory.eta
        below = schedule.step_down(level, latents, pushed, eta=eta) + residual
        if steer is not None:
            clean, _ = schedule.split(level, latents, pushed)
            below = below + math.sqrt(schedule.alphas[level - 1]) * (steer(clean, level) - clean)
        latents = below
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return latents[back.to(latents.device)]


def settle(
    predict: Predict,
    schedule: NoiseSchedule,
    rows: Sequence[EditRow],
    edited: Tensor,
    source: Tensor,
    *,
    on_step: OnStep,
    rows_per_call: int = 64,
    steer: Steer | None = None,
) -> Tensor:
    """Return ``edited`` after the second pass of those ``rows`` that have one, same shape.

    Args:
        predict: The network.
        schedule: Noise levels.
        rows: What was edited.
        edited: Clean latents of ``rows`` after :func:`edit`, shape ``(len(rows), c, h, w)``.
        source: Source condition, as for :func:`edit`.
        on_step: Called before each evaluation of the network.
        rows_per_call: Most rows in one evaluation.
        steer: Changes the estimates of the clean latents; each row gets its ``pull`` of the change.
    """
    own = [row.settling_level(len(schedule.timesteps)) for row in rows]
    order = sorted((place for place in range(len(rows)) if own[place]), key=lambda place: -own[place])
    if not order:
        return edited
    settlings = [settling for place in order if (settling := rows[place].settling) is not None]
    targets = torch.cat([rows[place].condition for place in order])
    sources = source.expand(len(rows), -1, -1)[order]
    guidance = torch.tensor([each.guidance for each in settlings]).to(targets).view(-1, 1, 1, 1)
    pulls = torch.tensor([each.pull for each in settlings]).to(targets).view(-1, 1, 1, 1)
    latents = edited[:0]
    highest = own[order[0]]
    for level in range(highest, 0, -1):
        joining = [
            schedule.noised(level, edited[place : place + 1], settling.noise.to(edited))
            for place, settling in zip(order[len(latents) :], settlings[len(latents) :], strict=True)
            if own[place] == level
        ]
        latents = torch.cat([latents, *joining])
        count = len(latents)
        parts = []
        for part, wanted, plain, weight in zip(
            _split(latents, rows_per_call),
            _split(targets[:count], rows_per_call),
            _split(sources[:count], rows_per_call),
            _split(guidance[:count], rows_per_call),
            strict=True,
        ):
            on_step(highest - level, highest)
            timestep = schedule.timesteps[level - 1]
            if bool((weight == 1.0).all()):
                parts.append(predict(part, timestep, wanted))
                continue
            both = predict(torch.cat([part, part]), timestep, torch.cat([plain, wanted]))
            parts.append(guided(*both.chunk(2), scale=weight, rescale=0.0))
        prediction = torch.cat(parts)
        below = schedule.step_down(level, latents, prediction)
        if steer is not None and bool((pulls[:count] > 0.0).any()):
            clean, _ = schedule.split(level, latents, prediction)
            change = steer(clean, level) - clean
            below = below + math.sqrt(schedule.alphas[level - 1]) * pulls[:count] * change
        latents = below
    thresholds = torch.tensor([each.threshold for each in settlings]).to(latents).view(-1, 1, 1, 1)
    places = torch.tensor(order, device=edited.device)
    settled = edited.clone()
    settled[places] = _where_it_differs(edited[places], latents, thresholds)
    return settled


def _where_it_differs(before: Tensor, after: Tensor, thresholds: Tensor) -> Tensor:
    """Return ``before`` with ``after`` where the two differ by more than ``thresholds`` medians, softly.

    The second pass mends what it does not believe, and smooths what it does: there the first picture stays.
    """
    distance = (_smoothed(before) - _smoothed(after)).square().sum(dim=1, keepdim=True).sqrt()
    median = distance.flatten(1).median(dim=1).values.clamp(min=1e-8).view(-1, 1, 1, 1)
    share = _smoothed(torch.sigmoid(THRESHOLD_SLOPE * (distance / median - thresholds)))
    return torch.where(thresholds > 0.0, torch.lerp(before, after, share), after)


def region_share(box: tuple[float, float, float, float], height: int, width: int) -> Tensor:
    """Return how much each cell of a grid belongs to a box, softly, ``(height, width)``."""
    top, bottom, left, right = box
    down = _within((torch.arange(height) + 0.5) / height, top, bottom)
    across = _within((torch.arange(width) + 0.5) / width, left, right)
    return down[:, None] * across[None, :]


def _within(places: Tensor, low: float, high: float) -> Tensor:
    ramp = torch.minimum(places - low, high - places) / REGION_EDGE + 0.5
    return ramp.clamp(0.0, 1.0)


def _smoothed(values: Tensor) -> Tensor:
    """Return the mean of each cell and its neighbours, same shape."""
    return functional.avg_pool2d(functional.pad(values, (1, 1, 1, 1), mode="replicate"), 3, 1)


def _split(rows: Tensor, size: int) -> list[Tensor]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]
