"""The encoder in closed form: principal components of image patches, partly whitened.

References:
    Tipping and Bishop 1999, Probabilistic Principal Component Analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder

LARGEST_CHANNEL_STD = 1.0
SMALLEST_CHANNEL_STD = 0.3
CHUNK_IMAGES = 256


@dataclass(frozen=True, slots=True)
class PatchProjection:
    """Fitted patch components.

    Attributes:
        mean: Mean patch, shape ``(values,)`` float64, pixels in ``[-1, 1]``, channel-major pixel-unshuffle order.
        components: Unit components in rows, shape ``(channels, values)`` float64, strongest first.
        channel_scales: Coefficient divided by this gives the latent, shape ``(channels,)``.
        noise_variance: Mean variance of the components that were left out.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    channel_scales: NDArray[np.float64]
    noise_variance: float


def unshuffled_patches(crops: NDArray[np.uint8], patch_size: int) -> torch.Tensor:
    """Return the patches of uint8 crops ``(n, s, s, 3)`` as rows of float32 in ``[-1, 1]``."""
    pixels = torch.from_numpy(np.ascontiguousarray(crops)).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    patches = torch.nn.functional.pixel_unshuffle(pixels, patch_size)
    return patches.permute(0, 2, 3, 1).reshape(-1, 3 * patch_size * patch_size)


def fit_projection(crops: NDArray[np.uint8], *, patch_size: int, channels: int) -> PatchProjection:
    """Fit the components on crops and their mirror images.

    Args:
        crops: Aligned faces, shape ``(n, s, s, 3)`` uint8 RGB; read in chunks, so a memory map will do.
        patch_size: Side of a patch in pixels.
        channels: Components to keep.

    Returns:
        The projection; the sign of each component is fixed (its largest entry is positive).
    """
    values = 3 * patch_size * patch_size
    total = torch.zeros(values, dtype=torch.float64)
    products = torch.zeros(values, values, dtype=torch.float64)
    count = 0
    for start in range(0, len(crops), CHUNK_IMAGES):
        chunk = np.asarray(crops[start : start + CHUNK_IMAGES])
        for view in (chunk, chunk[:, :, ::-1]):
            rows = unshuffled_patches(view, patch_size)
            total += rows.sum(dim=0, dtype=torch.float64)
            products += (rows.T @ rows).double()
            count += len(rows)
    mean = total / count
    covariance = products / count - torch.outer(mean, mean)
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    order = torch.argsort(eigenvalues, descending=True)
    kept = order[:channels]
    components = vectors[:, kept].T
    largest = components.abs().argmax(dim=1)
    components = components * components[torch.arange(channels), largest].sign()[:, None]
    deviations = eigenvalues[kept].clamp_min(0).sqrt().numpy()
    return PatchProjection(
        mean=mean.numpy(),
        components=components.numpy(),
        channel_scales=deviations / partly_whitened(deviations),
        noise_variance=float(eigenvalues[order[channels:]].clamp_min(0).mean()),
    )


def partly_whitened(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the channels' target standard deviations: a power of the originals, from 1.0 down to 0.3."""
    ratios = deviations / deviations[0]
    exponent = np.log(SMALLEST_CHANNEL_STD / LARGEST_CHANNEL_STD) / np.log(ratios[-1])
    return np.asarray(LARGEST_CHANNEL_STD * ratios**exponent)


def load_projection(autoencoder: PatchAutoencoder, projection: PatchProjection) -> None:
    """Write the projection into the autoencoder's analysis and synthesis layers and freeze the analysis."""
    scales = torch.from_numpy(projection.channel_scales)
    components = torch.from_numpy(projection.components)
    mean = torch.from_numpy(projection.mean)
    analysis = components / scales[:, None]
    with torch.no_grad():
        autoencoder.analysis.weight.copy_(analysis[:, :, None, None])
        autoencoder.analysis.bias.copy_(-(analysis @ mean))  # type: ignore[union-attr]
        autoencoder.synthesis.weight.copy_((components * scales[:, None]).T[:, :, None, None])
        autoencoder.synthesis.bias.copy_(mean)  # type: ignore[union-attr]
    autoencoder.analysis.requires_grad_(False)
    autoencoder.register_to_config(posterior_variance=projection.noise_variance)
