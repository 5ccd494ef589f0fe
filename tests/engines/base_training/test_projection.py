from __future__ import annotations

import numpy as np
import torch

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.projection import fit_projection, load_projection, partly_whitened


def _crops(count: int = 24, size: int = 24) -> np.ndarray:
    generator = np.random.default_rng(1)
    coarse = generator.uniform(0, 255, (count, size // 6, size // 6, 3))
    return np.kron(coarse, np.ones((1, 6, 6, 1))).astype(np.uint8)


def _autoencoder(channels: int) -> PatchAutoencoder:
    return PatchAutoencoder(
        sample_size=24, patch_size=12, latent_channels=channels, coarse_width=8, coarse_blocks=1, fine_width=8,
        fine_blocks=1,
    )  # fmt: skip


def test_enough_components_reconstruct_patches_exactly() -> None:
    crops = _crops()
    projection = fit_projection(crops, patch_size=12, channels=12)
    autoencoder = _autoencoder(12)
    load_projection(autoencoder, projection)
    images = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        assert (autoencoder(images).sample - images).abs().max() < 1e-3


def test_latents_are_partly_whitened_and_the_analysis_is_frozen() -> None:
    crops = _crops(200)
    autoencoder = _autoencoder(6)
    load_projection(autoencoder, fit_projection(crops, patch_size=12, channels=6))
    images = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 127.5 - 1
    both = torch.cat([images, images.flip(3)])
    with torch.no_grad():
        latents = autoencoder.encode(both).latent_dist.mode()
    spread = latents.permute(1, 0, 2, 3).flatten(1).std(dim=1, correction=0)
    assert abs(float(spread[0]) - 1.0) < 1e-3
    assert abs(float(spread[-1]) - 0.3) < 1e-3
    assert latents.permute(1, 0, 2, 3).flatten(1).mean(dim=1).abs().max() < 1e-3
    assert not autoencoder.analysis.weight.requires_grad


def test_partly_whitened_keeps_order_and_ends() -> None:
    target = partly_whitened(np.array([8.0, 4.0, 2.0, 0.5]))
    assert target[0] == 1.0
    assert np.isclose(target[-1], 0.3)
    assert (np.diff(target) < 0).all()


def test_the_residual_network_starts_at_zero() -> None:
    autoencoder = _autoencoder(6)
    latents = torch.randn(2, 6, 2, 2)
    with torch.no_grad():
        assert torch.equal(autoencoder.decode(latents).sample, autoencoder.project_back(latents))
