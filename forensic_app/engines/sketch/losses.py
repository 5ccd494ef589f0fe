"""What a drawn sketch is asked for beside the judges' verdict: tones, features and lines, wherever they nearly stand.

Rules:
    * An artist draws by eye: before anything is compared the artist's sketch is moved, place by place and a few pixels
      at most, to where it meets the drawn one best. The judges see it as the artist made it.
    * A line counts as met where the other sketch has one within :data:`LINE_REACH_PX`.
    * A sketch is made to be recognised: it may be asked to keep a comparison score with its photograph.

References:
    Johnson, Alahi, Fei-Fei 2016, Perceptual Losses for Real-Time Style Transfer (features of a frozen network).
    Yi et al. 2019, APDrawingGAN (lines are compared by distance in both directions, not pixel by pixel).
    Winnemoeller 2011, XDoG (lines as what a difference of Gaussians leaves dark).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.sketch.generator import DifferenceOfGaussians
from forensic_app.faces.analyser import FloatArray
from forensic_app.faces.networks import RecognitionNetwork

CELLS: Final = 8
"""The frame is searched in so many places across and down."""
STEP_PX: Final = 2
SHIFT_PENALTY: Final = 0.002
"""Added to the mean absolute difference for each pixel of a shift, so that what does not matter stays in place."""
LINE_REACH_PX: Final = 2
FEATURE_BLOCKS: Final = (0, 3, 6)
"""Blocks of the recognition network whose output is compared, beside its first convolution."""


class SketchFeatures(nn.Module):
    """Feature maps of the frozen recognition network over the whole frame, from edges to parts of a face.

    Args:
        network: The recognition network; its weights stay as they are.
    """

    def __init__(self, network: RecognitionNetwork) -> None:
        super().__init__()
        self.network = network.requires_grad_(False)

    def forward(self, sketches: Tensor) -> list[Tensor]:
        """Return the maps of sketches ``(n, 1, s, s)`` in ``[-1, 1]``, finest first, each of mean square 1 or less."""
        chips = ((sketches.expand(-1, 3, -1, -1) + 1) * 127.5 - self.network.mean) / 256.0
        hidden = F.relu(self.network.stem(chips))
        maps = [hidden]
        hidden = F.max_pool2d(hidden, 3, stride=2)
        for place, block in enumerate(list(self.network.blocks)[: FEATURE_BLOCKS[-1] + 1]):
            hidden = block(hidden)
            if place in FEATURE_BLOCKS:
                maps.append(hidden)
        return maps


def feature_difference(drawn: list[Tensor], artist: list[Tensor]) -> Tensor:
    """Return the mean over the maps of their absolute difference, each in units of the artist's mean value."""
    parts = []
    for mine, wanted in zip(drawn, artist, strict=True):
        scale = wanted.detach().float().abs().mean().clamp_min(1e-6)
        parts.append((mine.float() - wanted.float()).abs().mean() / scale)
    return torch.stack(parts).mean()


@torch.no_grad()
def registered(drawn: Tensor, artist: Tensor, known: Tensor, *, reach_px: int) -> tuple[Tensor, Tensor]:
    """Return the artist's sketches, and where they are known, moved to meet the drawn ones.

    Every shift of at most ``reach_px`` across and down, in steps of :data:`STEP_PX`, is tried in each of
    :data:`CELLS` x :data:`CELLS` overlapping places; the one with the smallest mean absolute difference is taken, and
    the shifts between places are interpolated.

    Args:
        drawn: ``(n, 1, s, s)`` in ``[-1, 1]``.
        artist: The same shape.
        known: The same shape, 1 where the pair has a pixel.
        reach_px: The largest shift in pixels of the frame; below a step nothing is moved.
    """
    steps = reach_px // STEP_PX
    if not steps:
        return artist, known
    half = [F.avg_pool2d(part, STEP_PX) for part in (drawn, artist, known)]
    offsets = [(down, across) for down in range(-steps, steps + 1) for across in range(-steps, steps + 1)]
    padded = [F.pad(part, (steps,) * 4, mode="replicate") for part in half[1:]]
    side = half[0].shape[-1]
    costs = []
    for down, across in offsets:
        rows, columns = slice(steps + down, steps + down + side), slice(steps + across, steps + across + side)
        there, is_known = (part[..., rows, columns] for part in padded)
        both = half[2] * is_known
        cell = side // CELLS
        difference = F.avg_pool2d(
            (half[0] - there).abs() * both, 2 * cell, cell, cell // 2, count_include_pad=False
        )
        costs.append(difference[:, 0] + SHIFT_PENALTY * STEP_PX * (abs(down) + abs(across)))
    best = torch.stack(costs, 1).argmin(1)
    shifts = torch.tensor(offsets, dtype=drawn.dtype, device=drawn.device)[best].flip(-1).permute(0, 3, 1, 2)
    field = F.interpolate(shifts, size=drawn.shape[2:], mode="bilinear", align_corners=False)
    field = field.permute(0, 2, 3, 1) * (STEP_PX * 2.0 / drawn.shape[-1])
    unit = torch.eye(2, 3, dtype=drawn.dtype, device=drawn.device).expand(len(drawn), -1, -1)
    grid = F.affine_grid(unit, list(drawn.shape), align_corners=False) + field
    moved = F.grid_sample(artist, grid, mode="bilinear", padding_mode="border", align_corners=False)
    seen = F.grid_sample(known, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return moved, (seen > 0.99).to(known.dtype) * known


def likeness_lack(
    embedder: FaceEmbedder, drawn: Tensor, photos: Tensor, points: FloatArray, *, floor: float
) -> Tensor:
    """Return how far the comparison scores of sketches with their photographs lie below ``floor``, the mean.

    Args:
        embedder: The recognition network.
        drawn: Sketches ``(n, 1, s, s)`` in ``[-1, 1]``.
        photos: Their photographs, ``(n, 3, s, s)``.
        points: ``dlib5`` landmarks of both, ``(n, 5, 2)``, in pixels.
        floor: Score (one less the embeddings' distance) from which nothing is lacking.
    """
    with torch.no_grad():
        own = embedder(photos, list(points)).float()
    difference = embedder(drawn.expand(-1, 3, -1, -1), list(points)).float() - own
    distances = (difference.square().sum(1) + 1e-8).sqrt()
    return F.relu(distances - (1.0 - floor)).mean()


class LineDifference(nn.Module):
    """How much of each sketch's lines stands where the other one has none near."""

    def __init__(self) -> None:
        super().__init__()
        self.edges = DifferenceOfGaussians()

    def forward(self, drawn: Tensor, artist: Tensor, known: Tensor) -> Tensor:
        """Return the mean strength of unmet lines, of both directions.

        Args:
            drawn: ``(n, 1, s, s)`` in ``[-1, 1]``.
            artist: The same shape.
            known: The same shape, 1 where lines are compared.
        """
        mine, wanted = (self.lines(part) * known for part in (drawn, artist))
        spurious = F.relu(mine - _near(wanted))
        missing = F.relu(wanted - _near(mine))
        return (spurious + missing).sum() / known.sum().clamp_min(1.0)

    def lines(self, sketches: Tensor) -> Tensor:
        """Return the strength of dark lines, ``(n, 1, s, s)`` in ``[0, 1]``."""
        lines: Tensor = F.relu(-self.edges(sketches.expand(-1, 3, -1, -1)))
        return lines


def _near(lines: Tensor) -> Tensor:
    """Return the strongest line within reach of each pixel."""
    return F.max_pool2d(lines, 2 * LINE_REACH_PX + 1, stride=1, padding=LINE_REACH_PX)
