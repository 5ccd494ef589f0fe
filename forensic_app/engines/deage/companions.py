"""What an age changes in a face, from the faces of a training that are like it.

Rules:
    * A face's companions at an age are the training's own faces of about that age that the recognition network
      finds most like it. The change is the mean of the companions at the target age less the mean of those at
      the face's own age: what is common to both (light, pose, background) falls out.
    * Companions are averaged at half the training's resolution; their differences are smooth.
    * A validation face is nobody's companion, and no face is its own: its own contrast would seem to be its age.

References:
    Rowland & Perrett 1995, Manipulating facial appearance through shape and color, IEEE CG&A 15(5) (differences of
    age prototypes).
    Kemelmacher-Shlizerman et al. 2014, Illumination-aware age progression, CVPR 2014.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.base_training.face_cache import FaceCache

COMPANIONS: Final = 96
AGE_SPREAD_YEARS: Final = 4.0
LIKENESS_SPREAD: Final = 0.35
"""Standard deviation of the weight over the embeddings' distance; 0.6 is another person."""

SAME_PICTURE: Final = 1e-3
"""Squared distance of embeddings below which a face is the same picture."""


class Companions:
    """Finds companions in a training's faces.

    Args:
        cache: The faces; those for validation are left out. Half-size copies are kept in memory.
    """

    def __init__(self, cache: FaceCache) -> None:
        faces = cache.training_indices
        self._embeddings = cache.embeddings[faces]
        self._ages = cache.ages[faces]
        self._pictures = np.stack([halved(cache.crops[face]) for face in faces])

    def change(self, embedding: NDArray[np.float32], age: float, target: float, *, side_px: int) -> Tensor:
        """Return what becomes of a face from ``age`` to ``target``, ``(3, side, side)``, for pictures in [-1, 1].

        Args:
            embedding: The face's, ``(d,)``.
            age: Its age, years.
            target: Age asked for, years.
            side_px: Side of the result.
        """
        difference = self._mean(embedding, target) - self._mean(embedding, age)
        small = torch.from_numpy(difference / 127.5).permute(2, 0, 1)[None]
        return F.interpolate(small, size=(side_px, side_px), mode="bilinear", align_corners=False)[0]

    def _mean(self, embedding: NDArray[np.float32], age: float) -> NDArray[np.float32]:
        distances = np.square(self._embeddings - embedding).sum(axis=1)
        unlike = np.where(distances < SAME_PICTURE, np.inf, distances) / (2 * LIKENESS_SPREAD**2)
        logs = -unlike - np.square(self._ages - age) / (2 * AGE_SPREAD_YEARS**2)
        count = min(COMPANIONS, len(logs))
        nearest = np.argpartition(-logs, count - 1)[:count]
        weights = np.exp(logs[nearest] - logs[nearest].max())
        weights /= weights.sum()
        return np.tensordot(weights.astype(np.float32), self._pictures[nearest].astype(np.float32), axes=1)


def halved(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``crop``, ``(s, s, 3)``, at half its size, each pixel the mean of four."""
    half = crop.shape[0] // 2
    blocks = crop[: 2 * half, : 2 * half].reshape(half, 2, half, 2, 3)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), dtype=np.uint8)
