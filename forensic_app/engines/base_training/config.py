"""Configuration of a base model's training: sizes, schedules and weights, one frozen dataclass, JSON in and out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class BaseTrainingConfig(JsonConfig):
    """Everything that decides a base model; a larger model is another configuration, not other code.

    Attributes:
        resolution: Side of the aligned crop in pixels.
        patch_size: Side of an autoencoder patch; ``resolution / patch_size`` is the side of the latent grid.
        latent_channels: Numbers kept for each patch.
        coarse_width: Decoder channels on the latent grid.
        coarse_blocks: Decoder residual blocks on the latent grid.
        fine_width: Decoder channels on the fine grid.
        fine_blocks: Decoder residual blocks on the fine grid.
        decoder_images: Images shown to the decoder in all.
        decoder_batch: Images in a decoder step.
        decoder_learning_rate: Peak rate of AdamW.
        feature_weight: Weight of the L1 distance between early features of the frozen face network.
        adversarial_weight: Weight of the patch discriminator's term.
        adversarial_from: Share of ``decoder_images`` after which the discriminator joins.
        unet_widths: Channels of each U-Net level.
        unet_layers: Residual blocks for each level.
        unet_attention: Whether a level has cross-attention.
        unet_heads: Attention heads.
        unet_dropout: Share of a residual block's values that are dropped while it is trained.
        text_width: Width of the text encoder and of cross-attention.
        text_layers: Transformer layers of the text encoder.
        identity_tokens: Tokens made from the face embedding.
        diffusion_images: Images shown to the U-Net in all.
        diffusion_batch: Images in a U-Net step.
        gradient_accumulation: U-Net micro-batches in an optimiser step.
        learning_rate: Peak rate of AdamW for the U-Net, text encoder and identity projection.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls linearly to zero.
        weight_decay: AdamW weight decay.
        ema_decay: Decay of the exponential moving average that is exported.
        min_snr_gamma: Clamp of the loss weight of little noise.
        timestep_limit: Largest timestep drawn, as a share of 1,000.
        timestep_power: Draws are ``limit * uniform ** power``; below 1 favours large timesteps.
        caption_sex_drop: Share of captions that say ``person``.
        caption_ancestry_drop: Share of captions without an ancestry word.
        caption_traits_drop: Share of captions without the word for sharpness, and of those without that for colour.
        identity_drop: Share of images without identity tokens.
        identity_noise: Standard deviation added to each number of the embedding.
        age_balance: Exponent of the five-year bins' sampling weight; 0 draws bins alike, 1 as they are.
        group_balance: Exponent of the ancestry labels' weight within a bin; 0 draws labels alike, 1 as they are.
        shift_jitter: Most that a crop is moved, as a share of its side.
        scale_jitter: Most that a crop is made larger or smaller, as a share.
        turn_jitter: Most that a crop is turned, degrees.
        tone_jitter: Most that contrast and brightness change, as a share of the whole range.
        validation_faces: Faces that training never sees.
        seed: Seed of every draw.
    """

    resolution: int = 192
    patch_size: int = 12
    latent_channels: int = 16
    coarse_width: int = 192
    coarse_blocks: int = 2
    fine_width: int = 64
    fine_blocks: int = 3
    decoder_images: int = 60_000
    decoder_batch: int = 8
    decoder_learning_rate: float = 3e-4
    feature_weight: float = 0.05
    adversarial_weight: float = 0.02
    adversarial_from: float = 0.7
    unet_widths: tuple[int, ...] = (128, 256, 256)
    unet_layers: int = 1
    unet_attention: tuple[bool, ...] = (False, True, True)
    unet_heads: int = 8
    unet_dropout: float = 0.05
    text_width: int = 256
    text_layers: int = 2
    identity_tokens: int = 2
    diffusion_images: int = 170_000
    diffusion_batch: int = 16
    gradient_accumulation: int = 1
    learning_rate: float = 5e-4
    warmup_steps: int = 200
    decay_fraction: float = 0.3
    weight_decay: float = 0.01
    ema_decay: float = 0.999
    min_snr_gamma: float = 5.0
    timestep_limit: float = 0.95
    timestep_power: float = 0.8
    caption_sex_drop: float = 0.3
    caption_ancestry_drop: float = 0.5
    caption_traits_drop: float = 0.1
    identity_drop: float = 0.4
    identity_noise: float = 0.04
    age_balance: float = 0.35
    group_balance: float = 0.6
    shift_jitter: float = 0.015
    scale_jitter: float = 0.03
    turn_jitter: float = 2.0
    tone_jitter: float = 0.05
    validation_faces: int = 300
    seed: int = 20261124

    def __post_init__(self) -> None:
        """Check that the sizes fit each other."""
        if self.resolution % self.patch_size:
            raise InvalidInput(
                f"A resolution of {self.resolution} px is not a multiple of the patch size {self.patch_size} px.",
                "Choose a patch size that divides the resolution.",
            )
        if self.latent_side % (2 ** (len(self.unet_widths) - 1)):
            raise InvalidInput(
                f"A latent grid of {self.latent_side} cells cannot be halved {len(self.unet_widths) - 1} times.",
                "Use fewer U-Net levels or another patch size.",
            )
        if len(self.unet_widths) != len(self.unet_attention):
            raise InvalidInput(
                "unet_widths and unet_attention differ in length.", "Name one value of each for every level."
            )

    @property
    def latent_side(self) -> int:
        """Side of the latent grid in cells."""
        return self.resolution // self.patch_size

    def with_images(self, *, decoder: int, diffusion: int) -> BaseTrainingConfig:
        """Return the same configuration with other amounts of images."""
        return dataclasses.replace(self, decoder_images=decoder, diffusion_images=diffusion)
