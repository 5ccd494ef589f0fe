"""Quick measures on validation faces while a model is trained; the published ones come from ``evaluate``."""

from __future__ import annotations

import numpy as np
import torch

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.training.face_cache import FaceCache


@torch.no_grad()
def reconstruction_psnr(autoencoder: PatchAutoencoder, cache: FaceCache, *, count: int = 100) -> float:
    """Return the mean PSNR in dB of decode(encode(x)) over the first ``count`` validation faces."""
    device = next(autoencoder.parameters()).device
    values = []
    for face in cache.validation_indices[:count]:
        pixels = torch.from_numpy(cache.crops[face].copy()).to(device)
        image = pixels.permute(2, 0, 1)[None].float() / 127.5 - 1.0
        decoded = autoencoder(image).sample.clamp(-1, 1)
        error = float((((decoded - image) * 127.5).round() ** 2).mean())
        values.append(10 * np.log10(255.0**2 / max(error, 1e-9)))
    return round(float(np.mean(values)), 3)
