"""Configuration of an autoencoder's training: sizes, schedule and weights."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class AutoencoderTrainingConfig(JsonConfig):
    """Everything that decides an autoencoder.

    Attributes:
        resolution: Side of the aligned crop in pixels.
        widths: Channels of each level, the finest first; every level halves the side.
        patch_px: Side of the patches that the finest level works on.
        images: Images shown in all.
        batch: Images in a step.
        learning_rate: Peak rate of AdamW.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls to zero.
        ema_decay: Decay of the exponential moving average that is exported.
        gain: Factor of the changes that are drawn, put on after the training, since a mean of many edits shows less of
            an age than one does.
        feature_weight: Weight of the L1 distance between early features of the frozen face network.
        identity_weight: Weight of the identity term.
        identity_floor: Comparison score with the photograph from which the identity term is zero.
        identity_every: Steps between two identity terms.
        adversarial_weight: Weight of the judge's verdict; 0 leaves the judge out.
        adversarial_from: Share of the training after which the judge is trained and asked.
        teacher_faces: Training faces that the teacher edits; more may be asked for on the way.
        teacher_ages: Target ages of each of them.
        validation_faces: Faces that training never sees.
        age_balance: Exponent of the five-year bins' sampling weight; 0 draws bins alike, 1 as they are.
        seed: Seed of every draw.
    """

    resolution: int = 192
    widths: tuple[int, ...] = (64, 128, 192, 256)
    patch_px: int = 4
    images: int = 11_600
    batch: int = 8
    learning_rate: float = 4e-4
    warmup_steps: int = 50
    decay_fraction: float = 0.4
    ema_decay: float = 0.995
    gain: float = 1.4
    feature_weight: float = 0.05
    identity_weight: float = 1.0
    identity_floor: float = 0.5
    identity_every: int = 4
    adversarial_weight: float = 0.0
    adversarial_from: float = 0.3
    teacher_faces: int = 850
    teacher_ages: int = 4
    validation_faces: int = 300
    age_balance: float = 0.35
    seed: int = 20261124

    def __post_init__(self) -> None:
        """Check that the side can be divided at every level."""
        parts = self.patch_px * 2 ** (len(self.widths) - 1)
        if self.resolution % parts:
            raise InvalidInput(
                f"A crop of {self.resolution} px cannot be divided as {len(self.widths)} levels need it.",
                f"Use a multiple of {parts} px, or fewer levels.",
            )
