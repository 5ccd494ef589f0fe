"""Variational autoencoder whose encoder is a patch projection and whose decoder is learned.

The encoder is the closed-form linear variational autoencoder (probabilistic principal components of image
patches): one 1x1 convolution on pixel-unshuffled patches. The decoder starts from the transposed projection and
adds a convolutional residual network that restores what the projection misses, above all across patch borders.
No layer works at full resolution: the residual network lives on the latent grid and on a grid of a quarter
of the picture's side, and pixel-shuffle makes the pixels.

References:
    Tipping and Bishop 1999, Probabilistic Principal Component Analysis.
    Lucas et al. 2019, Don't Blame the ELBO! (linear variational autoencoders).
    Shi et al. 2016, sub-pixel convolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

from forensic_app.engines.light_diffusers import (
    BaseOutput,
    ConfigMixin,
    DecoderOutput,
    DiagonalGaussianDistribution,
    ModelMixin,
    register_to_config,
)


@dataclass
class PatchEncoderOutput(BaseOutput):  # type: ignore[misc]
    """Result of :meth:`PatchAutoencoder.encode`.

    Attributes:
        latent_dist: Diagonal Gaussian over latents of shape ``(n, latent_channels, side, side)``.
    """

    latent_dist: DiagonalGaussianDistribution


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a group norm and SiLU, added to the input."""

    def __init__(self, channels: int, groups: int = 8) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.conv_in = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_out = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)  # type: ignore[arg-type]

    def forward(self, hidden: Tensor) -> Tensor:
        """Return ``hidden`` plus its residual, same shape."""
        update = self.conv_in(F.silu(self.norm(hidden)))
        result: Tensor = hidden + self.conv_out(F.silu(update))
        return result


class PatchAutoencoder(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """Autoencoder with the interface of diffusers' ``AutoencoderKL``.

    Images are float RGB in ``[-1, 1]``, shape ``(n, 3, sample_size, sample_size)``; latents have shape
    ``(n, latent_channels, sample_size / patch_size, sample_size / patch_size)`` and channel standard deviations
    between about 1.0 and 0.3, so ``scaling_factor`` is 1.

    Args:
        sample_size: Side of the image in pixels.
        patch_size: Side of a patch in pixels; must be divisible by ``fine_stride``.
        latent_channels: Numbers kept for each patch.
        coarse_width: Channels of the residual network on the latent grid.
        coarse_blocks: Residual blocks there.
        fine_width: Channels of the residual network on the fine grid.
        fine_blocks: Residual blocks there.
        fine_stride: Pixels for each cell of the fine grid.
        posterior_variance: Variance of the encoder's Gaussian, the noise variance of the fitted projection.
        scaling_factor: Kept for diffusers; latents are already scaled.
    """

    config_name = "config.json"

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        sample_size: int = 192,
        patch_size: int = 12,
        latent_channels: int = 16,
        coarse_width: int = 192,
        coarse_blocks: int = 2,
        fine_width: int = 64,
        fine_blocks: int = 3,
        fine_stride: int = 4,
        posterior_variance: float = 1e-3,  # noqa: ARG002 - read from the configuration
        scaling_factor: float = 1.0,  # noqa: ARG002 - read from the configuration
    ) -> None:
        super().__init__()
        if sample_size % patch_size or patch_size % fine_stride:
            raise ValueError("sample_size must be a multiple of patch_size, and patch_size of fine_stride")
        patch_values = 3 * patch_size * patch_size
        self.analysis = nn.Conv2d(patch_values, latent_channels, 1)
        self.synthesis = nn.Conv2d(latent_channels, patch_values, 1)
        upscale = patch_size // fine_stride
        self.coarse_in = nn.Conv2d(latent_channels, coarse_width, 3, padding=1)
        self.coarse = nn.Sequential(*(ResidualBlock(coarse_width) for _ in range(coarse_blocks)))
        self.to_fine = nn.Sequential(
            nn.Conv2d(coarse_width, fine_width * upscale * upscale, 1), nn.PixelShuffle(upscale)
        )
        self.fine = nn.Sequential(*(ResidualBlock(fine_width) for _ in range(fine_blocks)))
        self.to_pixels = nn.Conv2d(fine_width, 3 * fine_stride * fine_stride, 3, padding=1)
        nn.init.zeros_(self.to_pixels.weight)
        nn.init.zeros_(self.to_pixels.bias)  # type: ignore[arg-type]

    def encode(self, sample: Tensor) -> PatchEncoderOutput:
        """Return the posterior of ``sample``, shape ``(n, 3, side, side)`` in ``[-1, 1]``."""
        mean = self.analysis(F.pixel_unshuffle(sample, self.config.patch_size))
        log_variance = torch.full_like(mean, float(torch.tensor(self.config.posterior_variance).log()))
        return PatchEncoderOutput(DiagonalGaussianDistribution(torch.cat([mean, log_variance], dim=1)))

    def decode(self, latents: Tensor) -> DecoderOutput:
        """Return images for ``latents``; values may leave ``[-1, 1]`` slightly, callers clamp."""
        return DecoderOutput(sample=self.project_back(latents) + self.residual(latents))

    def project_back(self, latents: Tensor) -> Tensor:
        """Return the transposed projection alone, the linear part of :meth:`decode`."""
        return F.pixel_shuffle(self.synthesis(latents), self.config.patch_size)

    def residual(self, latents: Tensor) -> Tensor:
        """Return the learned correction in pixels, same shape as the image."""
        hidden = self.coarse(self.coarse_in(latents))
        pixels = self.to_pixels(self.fine(self.to_fine(hidden)))
        return F.pixel_shuffle(pixels, self.config.fine_stride)

    def forward(self, sample: Tensor) -> DecoderOutput:
        """Return the reconstruction of ``sample`` through the posterior's mean."""
        return self.decode(self.encode(sample).latent_dist.mode())
