"""Configuration of an autoencoder's training: variant, sizes, schedule and weights."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.engines.deage.network import VARIANTS
from forensic_app.engines.training_config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class DeageTrainingConfig(JsonConfig):
    """Everything that decides an autoencoder.

    Attributes:
        variant: ``film`` (one decoder conditioned on the age) or ``two-decoders`` (younger and older).
        resolution: Side of the aligned crop in pixels.
        widths: Channels of each level, the finest first; every level halves the side.
        latent_channels: Numbers kept for each cell of the coarsest grid.
        split_age: Age in years from which the older decoder learns and draws.
        images: Images shown in all.
        batch: Images in a step.
        learning_rate: Peak rate of AdamW.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls to zero.
        ema_decay: Decay of the exponential moving average that is exported.
        warp_spread: Standard deviation of the random warp's 5 x 5 grid, as a share of the side.
        adversary_weight: Largest weight of the term that hides the age from the decoder (``film`` only).
        adversary_ramp: Share of the steps over which that weight rises from zero.
        identity_weight: Weight of the cosine distance between embeddings (``film`` only).
        identity_every: Steps between two identity terms.
        validation_faces: Faces that training never sees.
        age_balance: Exponent of the five-year bins' sampling weight; 0 draws bins alike, 1 as they are.
        seed: Seed of every draw.
    """

    variant: str = "film"
    resolution: int = 192
    widths: tuple[int, ...] = (32, 64, 128, 192)
    latent_channels: int = 48
    split_age: float = 40.0
    images: int = 60_000
    batch: int = 8
    learning_rate: float = 3e-4
    warmup_steps: int = 200
    decay_fraction: float = 0.3
    ema_decay: float = 0.999
    warp_spread: float = 5 / 256
    adversary_weight: float = 0.02
    adversary_ramp: float = 0.3
    identity_weight: float = 0.05
    identity_every: int = 4
    validation_faces: int = 300
    age_balance: float = 0.35
    seed: int = 20261124

    def __post_init__(self) -> None:
        """Check the variant's name and that the side can be halved at every level."""
        if self.variant not in VARIANTS:
            raise InvalidInput(
                f"There is no autoencoder variant {self.variant!r}.", f"Use one of: {', '.join(VARIANTS)}."
            )
        if self.resolution % (2 ** len(self.widths)):
            raise InvalidInput(
                f"A crop of {self.resolution} px cannot be halved {len(self.widths)} times.",
                "Use fewer levels or another resolution.",
            )
