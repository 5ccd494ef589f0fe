"""Configuration of an autoencoder's training: variant, sizes, schedule and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forensic_app.engines.autoencoder.network import VARIANTS
from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput

GAINS: Final = {"prototypes": 2.2, "film": 1.4, "two-decoders": 1.0}


@dataclass(frozen=True, slots=True)
class AutoencoderTrainingConfig(JsonConfig):
    """Everything that decides an autoencoder.

    Attributes:
        variant: ``film`` (one decoder conditioned on both ages, taught by a pack of the ageing engine),
            ``two-decoders`` (younger and older) or ``prototypes`` (a table of faces by age, fitted at once). What is
            said of steps has no meaning for the last.
        resolution: Side of the aligned crop in pixels.
        widths: Channels of each level, the finest first; every level halves the side.
        latent_channels: Numbers kept for each cell of the coarsest grid (``two-decoders`` only).
        patch_px: Side of the patches that the finest level works on (``film`` only).
        split_age: Age in years from which the older decoder learns and draws.
        images: Images shown in all.
        batch: Images in a step.
        learning_rate: Peak rate of AdamW.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls to zero.
        ema_decay: Decay of the exponential moving average that is exported.
        warp_spread: Standard deviation of the random warp's 5 x 5 grid, as a share of the side
            (``two-decoders`` only).
        gain: Factor of the changes that are drawn (``film`` and ``prototypes``), put on after the training, since means
            of many faces or edits show less of an age than one does; the variant's own in :data:`GAINS` without one.
        feature_weight: Weight of the L1 distance between early features of the frozen face network (``film`` only).
        identity_weight: Weight of the identity term (``film`` only).
        identity_floor: Comparison score with the photograph from which the identity term is zero.
        identity_every: Steps between two identity terms.
        teacher_faces: Training faces that the teacher edits (``film`` only); more may be asked for on the way.
        teacher_ages: Target ages of each of them.
        validation_faces: Faces that training never sees.
        age_balance: Exponent of the five-year bins' sampling weight; 0 draws bins alike, 1 as they are.
        seed: Seed of every draw.
    """

    variant: str = "film"
    resolution: int = 192
    widths: tuple[int, ...] = (64, 128, 192, 256)
    latent_channels: int = 48
    patch_px: int = 4
    split_age: float = 40.0
    images: int = 11_600
    batch: int = 8
    learning_rate: float = 4e-4
    warmup_steps: int = 50
    decay_fraction: float = 0.4
    ema_decay: float = 0.995
    warp_spread: float = 5 / 256
    gain: float | None = None
    feature_weight: float = 0.05
    identity_weight: float = 1.0
    identity_floor: float = 0.5
    identity_every: int = 4
    teacher_faces: int = 850
    teacher_ages: int = 4
    validation_faces: int = 300
    age_balance: float = 0.35
    seed: int = 20261124

    @property
    def factor(self) -> float:
        """Return the gain, the variant's own where none is set."""
        return GAINS[self.variant] if self.gain is None else self.gain

    def __post_init__(self) -> None:
        """Check the variant's name and that the side can be divided at every level."""
        if self.variant not in VARIANTS:
            raise InvalidInput(
                f"There is no autoencoder variant {self.variant!r}.", f"Use one of: {', '.join(VARIANTS)}."
            )
        is_film = self.variant == "film"
        parts = self.patch_px * 2 ** (len(self.widths) - 1) if is_film else 2 ** len(self.widths)
        if self.resolution % parts:
            raise InvalidInput(
                f"A crop of {self.resolution} px cannot be divided as {len(self.widths)} levels need it.",
                f"Use a multiple of {parts} px, or fewer levels.",
            )
