"""Crops of the face cache as latents, each time moved, turned and toned a little.

Rules:
    * The encoder is one projection of patches, so a crop is encoded again each time that it is shown.
    * On a CUDA card the crops lie in the card's memory; elsewhere they are read from the disk.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.config import BaseTrainingConfig

JITTER_DRAWS: Final = 7
"""Uniform numbers that decide one picture's changes: mirror, two shifts, size, turn, contrast, brightness."""

UPLOAD_ROWS: Final = 1024


class Pictures:
    """Aligned crops as pictures, as networks take them.

    Args:
        crops: Shape ``(n, side, side, 3)`` uint8 RGB, may be a memory map.
        device: Where pictures are wanted.
    """

    def __init__(self, crops: NDArray[np.uint8], device: torch.device) -> None:
        self.device = device
        self._crops = crops
        self._held = _uploaded(crops, device) if device.type == "cuda" else None

    def of(self, faces: Tensor) -> Tensor:
        """Return pictures of ``faces``, indices ``(n,)`` int64, ``(n, 3, side, side)`` float32 in ``[-1, 1]``."""
        if self._held is not None:
            pixels = self._held[faces.to(self.device)]
        else:
            pixels = torch.from_numpy(np.stack([self._crops[int(face)] for face in faces])).to(self.device)
        return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0


class CropSource:
    """Latents of aligned crops.

    Args:
        pictures: The crops.
        autoencoder: On the same device, its encoder fitted.
        config: How far pictures are changed.
    """

    def __init__(self, pictures: Pictures, autoencoder: PatchAutoencoder, config: BaseTrainingConfig) -> None:
        self._pictures = pictures
        self._autoencoder = autoencoder
        self._config = config

    def plain(self, faces: Tensor) -> Tensor:
        """Return the latents of ``faces``, indices ``(n,)`` int64, as they are, ``(n, c, s, s)`` float32."""
        return self._encoded(self._pictures.of(faces))

    def jittered(self, faces: Tensor, draws: Tensor) -> Tensor:
        """Return the latents of ``faces`` with changes.

        Args:
            faces: Indices ``(n,)`` int64.
            draws: Uniform numbers in ``[0, 1)``, shape ``(JITTER_DRAWS, n)``.
        """
        config, device = self._config, self._pictures.device
        pictures = self._pictures.of(faces)
        swing = (2.0 * draws - 1.0).to(device)
        mirror = torch.where(draws[0] < 0.5, -1.0, 1.0).to(device)
        scale = 1.0 + config.scale_jitter * swing[3]
        turn = math.radians(config.turn_jitter) * swing[4]
        cosine, sine = scale * torch.cos(turn), scale * torch.sin(turn)
        # affine_grid measures in half sides
        across, down = 2.0 * config.shift_jitter * swing[1], 2.0 * config.shift_jitter * swing[2]
        rows = [mirror * cosine, -mirror * sine, across, sine, cosine, down]
        matrices = torch.stack(rows, dim=1).view(-1, 2, 3)
        grid = F.affine_grid(matrices, list(pictures.shape), align_corners=False)
        moved = F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
        gain = (1.0 + config.tone_jitter * swing[5]).view(-1, 1, 1, 1)
        offset = (config.tone_jitter * swing[6]).view(-1, 1, 1, 1)
        return self._encoded((gain * moved + offset).clamp(-1.0, 1.0))

    @torch.no_grad()
    def _encoded(self, pictures: Tensor) -> Tensor:
        latents: Tensor = self._autoencoder.encode(pictures).latent_dist.mode()
        return latents


def _uploaded(crops: NDArray[np.uint8], device: torch.device) -> Tensor:
    held = torch.empty(crops.shape, dtype=torch.uint8, device=device)
    for first in range(0, len(crops), UPLOAD_ROWS):
        part = torch.from_numpy(np.array(crops[first : first + UPLOAD_ROWS]))
        held[first : first + UPLOAD_ROWS] = part.to(device)
    return held
