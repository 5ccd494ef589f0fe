"""Draw pictures towards the face that several photographs share, while the noise falls.

Rules:
    * At middle noise levels the estimate of the clean latent takes a small step down the squared distance of its face
      embedding from the mean embedding of the photographs; the network then goes on from there. No step is taken at
      the last levels, where nothing would smooth it any more.
    * The gradient is the sum over a few views of the picture, shifted, scaled and mirrored, so that a step which
      pleases the recognition network in one exact place only is not taken. The views are constants: nothing is drawn.
    * The gradient goes through the decoder and the recognition network alone, not through the U-Net.
    * The recognition network is the bundled one. What it scores afterwards is not independent of this.

References:
    Yu, J. et al. (2023). FreeDoM: training-free energy-guided conditional diffusion model. ICCV.
    Bansal, A. et al. (2024). Universal guidance for diffusion models. ICLR.
    Athalye, A. et al. (2018). Synthesizing robust adversarial examples. ICML (gradients over transformed views).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.noise_schedule import TIMESTEPS, NoiseSchedule
from forensic_app.engines.aging.relatives import blended
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.align import mirrored_landmarks, template
from forensic_app.faces.analyser import FloatArray, RgbImage

NOISE_RANGE: Final = (0.1, 0.52)
"""Shares of the noise range between which steps are taken."""

VIEWS: Final = 4
SHIFT_SPREAD: Final = 0.008
"""Standard deviation of a view's shift, as a share of the crop's side."""

SCALE_SPREAD: Final = 0.04
CELLS_PER_STEP: Final = 4_096
"""Most latent cells in one evaluation: 16 rows of 16 x 16, 1 of 64 x 64."""


Relatives = tuple[Mapping[str, float], Tensor]
"""Shares of relatives, and their embeddings in the same order, ``(r, 128)``."""


class LikenessPull:
    """Moves estimates of clean latents towards photographs, as :data:`forensic_app.engines.aging.editing.Steer` asks.

    Args:
        components: The pack's networks.
        embedder: The bundled recognition network, on the same device.
        references: Embeddings of the photographs, ``(p, 128)``, ``p >= 1``.
        schedule: Noise levels of the edit.
        strength: Sum of the steps over all levels, each as a share of the latent's length.
    """

    def __init__(
        self,
        components: Components,
        embedder: FaceEmbedder,
        references: Tensor,
        schedule: NoiseSchedule,
        *,
        strength: float,
    ) -> None:
        self._components = components
        self._embedder = embedder
        self._wanted = references.float().mean(dim=0).to(components.device.device)
        low, high = NOISE_RANGE
        self._levels = [
            level
            for level, timestep in enumerate(schedule.timesteps, start=1)
            if low <= timestep / TIMESTEPS <= high
        ]
        self._step = strength / max(len(self._levels), 1)

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels at which a step is taken, rising."""
        return tuple(self._levels)

    def __call__(self, clean: Tensor, level: int) -> Tensor:
        """Return ``clean``, ``(n, c, h, w)``, as it should be at ``level``."""
        if level not in self._levels or self._step <= 0.0:
            return clean
        rows = max(1, CELLS_PER_STEP // (clean.shape[-1] * clean.shape[-2]))
        return torch.cat([self._moved(part, level) for part in torch.split(clean, rows)])

    def _moved(self, clean: Tensor, level: int) -> Tensor:
        with torch.inference_mode(mode=False), torch.enable_grad():
            latents = clean.clone().requires_grad_(True)
            pictures = self._components.decode_unrounded(latents)
            distance = torch.stack(
                [
                    (self._embedder(seen, [points] * len(seen)) - self._wanted).square().sum()
                    for seen, points in self._views(pictures, level)
                ]
            ).sum()
            (slope,) = torch.autograd.grad(distance, latents)
        length, steepness = _lengths(clean), _lengths(slope).clamp(min=1e-8)
        return clean - self._step * length * slope / steepness

    def _views(self, pictures: Tensor, level: int) -> list[tuple[Tensor, FloatArray]]:
        """Return the pictures as each view sees them, with the landmarks at which it looks."""
        side = pictures.shape[-1]
        points = template("dlib5", side)
        views = []
        for view in range(VIEWS):
            draws = np.random.default_rng((level, view))
            shift = draws.normal(0.0, SHIFT_SPREAD * side, (1, 2))
            scale = draws.normal(0.0, SCALE_SPREAD)
            seen = points + shift + scale * (points - points.mean(axis=0))
            is_mirrored = view % 2 == 1
            views.append(
                (pictures.flip(3), mirrored_landmarks(seen, side)) if is_mirrored else (pictures, seen)
            )
        return views


def likeness_pull(
    components: Components,
    schedule: NoiseSchedule,
    *,
    strength: float,
    references: Tensor | None,
    crop: RgbImage,
    relatives: Relatives | None = None,
) -> LikenessPull | None:
    """Return the pull of an edit, ``None`` where there is none.

    Args:
        components: The pack's networks.
        schedule: Noise levels of the edit.
        strength: See :class:`LikenessPull`; 0 for none.
        references: Embeddings of photographs, ``(p, 128)``; ``None`` for the edited photograph's own.
        crop: Its canonical crop, ``(side, side, 3)`` uint8 RGB.
        relatives: Whom the picture is drawn towards besides, by their shares; ``None`` for nobody.
    """
    if strength <= 0.0:
        return None
    embedder = FaceEmbedder(components.device.device)
    towards = embedded(crop, embedder, components) if references is None else references
    if relatives is not None:
        towards = blended(towards, relatives[1], relatives[0])
    return LikenessPull(components, embedder, towards, schedule, strength=strength)


@torch.no_grad()
def embedded(crop: RgbImage, embedder: FaceEmbedder, components: Components) -> Tensor:
    """Return the embedding of a canonical crop at the template's landmarks, ``(1, 128)``."""
    picture = torch.from_numpy(crop.copy()).permute(2, 0, 1)[None].float().to(components.device.device)
    return embedder(picture / 127.5 - 1.0, [template("dlib5", crop.shape[0])])


def _lengths(rows: Tensor) -> Tensor:
    lengths: Tensor = rows.flatten(1).norm(dim=1)
    return lengths[:, None, None, None]
