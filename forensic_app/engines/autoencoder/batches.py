"""Faces of one training step, and their mirror images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.faces.align import mirrored_landmarks


@dataclass(frozen=True, slots=True)
class Batch:
    """Faces of one step.

    Attributes:
        images: ``(n, 3, s, s)`` float32 in ``[-1, 1]``, what the network is shown.
        ages: ``(n,)`` float32, years, what it is asked for.
        own_ages: ``(n,)`` float32, years, what it is told of the images.
        wanted: ``(n, 3, s, s)`` float32, what it should draw.
        landmarks: ``(n, 5, 2)`` float64, in crop pixels.
    """

    images: Tensor
    ages: Tensor
    own_ages: Tensor
    wanted: Tensor
    landmarks: NDArray[np.float64]


def values_of(crops: NDArray[np.uint8]) -> Tensor:
    """Return ``crops``, ``(n, s, s, 3)`` uint8, as ``(n, 3, s, s)`` float32 in ``[-1, 1]``."""
    return torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 127.5 - 1.0


def half_mirrored(batch: Batch, draws: torch.Generator) -> Batch:
    """Return ``batch`` with about half of its faces mirrored, as ``draws`` has it."""
    mirrored = torch.rand(len(batch.images), generator=draws) < 0.5
    images, wanted = (
        torch.where(mirrored[:, None, None, None], each.flip(3), each)
        for each in (batch.images, batch.wanted)
    )
    landmarks = batch.landmarks.copy()
    for row in np.flatnonzero(mirrored.numpy()):
        landmarks[row] = mirrored_landmarks(landmarks[row], images.shape[-1])
    return replace(batch, images=images, wanted=wanted, landmarks=landmarks)
