"""Configuration of a sketch model's training: sizes, schedule and weights."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class SketchTrainingConfig(JsonConfig):
    """Everything that decides a sketch model.

    Attributes:
        resolution: Side of the portrait frame in pixels.
        width: Channels of the generator's first level.
        levels: Number of times the generator halves its input.
        most_channels: Upper limit of a level's channels.
        deepest_channels: Upper limit of the last level's channels; 0 for that of all levels.
        head_channels: Channels of the generator at full resolution.
        uses_edges: Whether a difference of Gaussians is the generator's fourth input channel.
        discriminator_width: Channels of the discriminators' first level.
        coarse_images: Images shown first, at half the resolution, with the L1 loss alone.
        images: Images shown after that, at the full resolution, with every term of the loss.
        batch: Images in a step.
        learning_rate: Peak rate of all Adam optimisers.
        beta1: First moment's decay of all.
        decay_fraction: Share of the full-resolution steps, at the end, over which the rate falls to zero.
        l1_weight: Weight of the mean absolute difference.
        feature_weight: Weight of the difference between features of the frozen recognition network.
        line_weight: Weight of the lines that stand where the other sketch has none.
        adversarial_weight: Weight of the judges' verdict, the mean over both scales.
        likeness_weight: Weight of what the sketch's comparison score with its photograph lacks; 0 leaves the term out.
        likeness_floor: Score of the bundled recogniser from which nothing is lacking.
        reach_px: How far the artist's sketch may be moved, place by place, to meet the one that is drawn.
        ema_decay: Decay of the exponential moving average that is exported.
        background_share: Share of images whose background is replaced.
        validation_pairs: Pairs of each style that training never sees, watched on the way.
        held_out_pairs: Further pairs that training never sees, of each style that has no test folder.
        seed: Seed of every draw.

    References:
        Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (U-Net 256, 70 px
        PatchGAN, Adam 2e-4 with beta1 0.5); Wang et al. 2018, High-Resolution Image Synthesis (several scales).
    """

    resolution: int = 256
    width: int = 32
    levels: int = 6
    most_channels: int = 256
    deepest_channels: int = 248
    head_channels: int = 16
    uses_edges: bool = True
    discriminator_width: int = 32
    coarse_images: int = 8_000
    images: int = 6_000
    batch: int = 4
    learning_rate: float = 2e-4
    beta1: float = 0.5
    decay_fraction: float = 0.5
    l1_weight: float = 20.0
    feature_weight: float = 2.0
    line_weight: float = 20.0
    adversarial_weight: float = 2.0
    likeness_weight: float = 0.0
    likeness_floor: float = 0.6
    reach_px: int = 4
    ema_decay: float = 0.998
    background_share: float = 0.6
    validation_pairs: int = 6
    held_out_pairs: int = 12
    seed: int = 20261124

    def __post_init__(self) -> None:
        """Check that the frame can be halved as often as the generator does, at half resolution too."""
        if self.resolution % (2 ** (self.levels + 1)):
            raise InvalidInput(
                f"A frame of {self.resolution} px cannot be halved {self.levels + 1} times.",
                "Use fewer levels or another resolution.",
            )

    @property
    def total_images(self) -> int:
        """Images shown in both parts."""
        return self.coarse_images + self.images
