"""Parameters, settings and version of the personalisation engine; needs no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from forensic_app.engines.descriptor import EngineDescriptor, Input, Output
from forensic_app.engines.personalisation.gating import Gating
from forensic_app.parameters import Parameter, Schema

ENGINE_NAME: Final = "personalisation"
ENGINE_VERSION: Final = "1.2"

FEWEST_PHOTOS: Final = 3
GOOD_PHOTOS: Final = 10
MOST_PHOTOS: Final = 20

IDENTITY_TERMS: Final = ("biometric", "contrastive", "cosine")

CaptionStyle = Literal["years", "words"]


@dataclass(frozen=True, slots=True)
class LossWeights:
    """Weight of each term; 0 leaves it out. Defaults as published, with extrapolation regularization added.

    Attributes:
        reconstruction: Noise error on the subject's photographs.
        prior: Noise error on the regularization images.
        biometric: L1 distance of face embeddings.
        contrastive: InfoNCE over identities.
        cosine: One minus the cosine of face embeddings.
        extrapolation: Distance to the un-personalised model outside the photographed ages.
    """

    reconstruction: float = 1.0
    prior: float = 1.0
    biometric: float = 0.1
    contrastive: float = 0.1
    cosine: float = 0.1
    extrapolation: float = 1.0

    @property
    def uses_identity(self) -> bool:
        """Whether any term needs a decoded face."""
        return any(getattr(self, name) > 0.0 for name in IDENTITY_TERMS)


TERMS: Final = tuple(each.name for each in dataclasses.fields(LossWeights))


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that decides a training, apart from pack, photographs and regularization set.

    Attributes:
        steps: Optimiser steps.
        rank: Rank of the low-rank updates; they are scaled by 1.
        seed: Seed of every draw.
        batch_size: Photographs in a step.
        prior_batch_size: Regularization images in a step.
        learning_rate: Peak rate of AdamW for the low-rank factors.
        token_learning_rate: Peak rate for the rare token's embedding.
        min_snr_gamma: Clamp of the noise weighting, 0 for none.
        weights: Weights of the loss terms.
        identity_every: Steps between two with identity terms; their weight is multiplied by it, so that the
            mean over the steps is the weight that was asked for.
        identity_noise_limit: Largest timestep of identity terms, as a share of the noise range.
        temperature: Temperature of the contrastive term.
        caption_style: ``years`` for an integer age in every caption; ``words`` for the published recipe: no
            age on the subject's captions and a word for the age group on the others.
        identity_drop: Share of rows whose identity tokens are left out, where the pack has them.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls to zero.
    """

    steps: int = 300
    rank: int = 8
    seed: int = 0
    batch_size: int = 2
    prior_batch_size: int = 2
    learning_rate: float = 3e-4
    token_learning_rate: float = 1e-3
    min_snr_gamma: float = 5.0
    weights: LossWeights = field(default_factory=LossWeights)
    identity_every: int = 4
    identity_noise_limit: float = 0.4
    temperature: float = 0.5
    caption_style: CaptionStyle = "years"
    identity_drop: float = 0.3
    warmup_steps: int = 10
    decay_fraction: float = 0.3

    @property
    def uses_extrapolation(self) -> bool:
        """Whether rows outside the photographed ages are part of a step."""
        return self.weights.extrapolation > 0.0 and self.caption_style == "years"

    def as_record(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return dataclasses.asdict(self)


def settings_from(parameters: Mapping[str, Any]) -> TrainingSettings:
    """Return the training settings of a run's resolved parameters."""
    own = {each.name for each in dataclasses.fields(TrainingSettings)}
    weights = LossWeights(**{term: float(parameters[f"{term}_weight"]) for term in TERMS})
    return TrainingSettings(
        weights=weights, **{name: value for name, value in parameters.items() if name in own}
    )


def gating_from(parameters: Mapping[str, Any]) -> Gating:
    """Return the gating of a run's resolved parameters."""
    names = [each.name for each in dataclasses.fields(Gating)]
    return Gating(**{name: float(parameters[f"gate_{name}"]) for name in names})


_SETTINGS = TrainingSettings()
_GATING = Gating()


def _weight(term: str, words: str) -> Parameter:
    default = getattr(_SETTINGS.weights, term)
    return Parameter(
        f"{term}_weight",
        "number",
        default,
        f"Weight of the {words}; 0 leaves it out.",
        0,
        100,
        is_advanced=True,
    )


def _integer(name: str, words: str, least: int, most: int, *, is_advanced: bool = True) -> Parameter:
    default = getattr(_SETTINGS, name)
    return Parameter(name, "integer", default, words, least, most, is_advanced=is_advanced)


def _number(name: str, words: str, least: float, most: float) -> Parameter:
    return Parameter(name, "number", getattr(_SETTINGS, name), words, least, most, is_advanced=True)


def _gate(name: str, words: str, least: float, most: float, unit: str = "") -> Parameter:
    default = getattr(_GATING, name)
    return Parameter(
        f"gate_{name}", "number", default, words, minimum=least, maximum=most, unit=unit, is_advanced=True
    )


SCHEMA: Schema = (
    _integer(
        "steps", "Training steps; more learns the face better and takes longer.", 1, 20_000, is_advanced=False
    ),
    _integer("rank", "Rank of the adapter: how much it can learn.", 1, 64, is_advanced=False),
    _integer(
        "seed",
        "Start of the random numbers; the same seed repeats the adapter.",
        0,
        2**31 - 1,
        is_advanced=False,
    ),
    _integer("batch_size", "Photographs in a step.", 1, 32),
    _integer("prior_batch_size", "Regularization images in a step.", 1, 32),
    _number("learning_rate", "Peak learning rate of the adapter.", 1e-7, 1.0),
    _number("token_learning_rate", "Peak learning rate of the rare token's embedding; 0 keeps it.", 0.0, 1.0),
    _number("min_snr_gamma", "Clamp of the noise weighting; 0 for none.", 0.0, 100.0),
    _weight("reconstruction", "noise error on the photographs"),
    _weight("prior", "noise error on the regularization images"),
    _weight("biometric", "L1 distance of face embeddings"),
    _weight("contrastive", "contrastive term over identities"),
    _weight("cosine", "cosine term of face embeddings"),
    _weight("extrapolation", "distance to the un-personalised model outside the photographed ages"),
    _integer("identity_every", "Steps between two with identity terms.", 1, 1000),
    _number(
        "identity_noise_limit",
        "Largest noise, as a share of the noise range, at which identity terms look at a face.",
        0.05,
        1.0,
    ),
    _number("temperature", "Temperature of the contrastive term.", 0.01, 10.0),
    Parameter(
        "regularization_images", "integer", 360, "Images in the generated regularization set.", 12, 5000
    ),
    Parameter(
        "regularization_folder",
        "text",
        None,
        "Folder with your own regularization images, each with its caption in a .txt file beside it.",
    ),
    Parameter(
        "leave_out_disagreeing",
        "flag",
        False,
        "Leave out photographs whose face disagrees with the others; otherwise they are only named.",
    ),
    _gate("strength", "Strength of the adapter when it is used.", 0.0, 2.0),
    _gate("floor", "Share of the strength that remains far from the photographed ages.", 0.0, 1.0),
    _gate("scale_years", "Distance from the photographed ages over which it falls.", 1.0, 100.0, "years"),
    _gate("noise_limit", "Share of the noise range above which the adapter is off.", 0.0, 1.01),
    _gate("noise_ramp", "Share of the noise range over which it comes on.", 0.0, 1.0),
)

DESCRIPTOR: Final = EngineDescriptor(
    name=ENGINE_NAME,
    version=ENGINE_VERSION,
    title="Personalisation",
    method="a low-rank adapter of a diffusion model",
    schema=SCHEMA,
    makes=Output.ADAPTER,
    accepts=frozenset({Input.SUBJECT_PHOTOGRAPHS}),
    pack_kind="aging",
    default_pack="base",
    loader="forensic_app.engines.personalisation.engine:PersonalisationEngine",
    libraries=("torch", "diffusers", "transformers", "peft", "safetensors", "numpy", "pillow"),
)
