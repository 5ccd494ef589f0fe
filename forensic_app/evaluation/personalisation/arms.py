"""The arms of a personalisation's evaluation: what each trains and how each makes its pictures.

Rules:
    * Arms differ in what their name says and in nothing else: the same photographs, steps, rank, rates,
      draws.
    * The literal recipe is the published one on this pack: no age in the subject's captions, a word for the
      age group in the others, no noise weighting, no gating, pictures made from noise. Its identity losses
      are left out, because as published no gradient of theirs reaches the weights.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from forensic_app.engines.aging.schema import ADAPTER_PULL
from forensic_app.engines.personalisation.gating import UNGATED, Gating
from forensic_app.engines.personalisation.schema import LossWeights, TrainingSettings

Making = Literal["untouched", "edited", "edited with words", "from noise"]

PLAIN_WEIGHTS = LossWeights(biometric=0.0, contrastive=0.0, cosine=0.0, extrapolation=0.0)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of making a subject's pictures.

    Attributes:
        name: Key in the result.
        words: For tables and plots.
        making: How pictures are made.
        settings: What is trained, ``None`` for nothing.
        gating: Strength of the adapter.
        pull: How far the pictures are drawn towards photographs (``likeness_pull``); those of the training where
            there is one, the edited photograph itself otherwise.
    """

    name: str
    words: str
    making: Making
    settings: TrainingSettings | None = None
    gating: Gating = UNGATED
    pull: float = 0.0


def arms_of(settings: TrainingSettings, gating: Gating, *, pull: float = ADAPTER_PULL) -> tuple[Arm, ...]:
    """Return all arms, the full recipe with ``settings`` and ``gating`` last.

    Args:
        settings: Of the full recipe.
        gating: Of all arms but the literal ones.
        pull: Of the arms that are drawn towards photographs.
    """
    full = settings.weights

    def trained(weights: LossWeights) -> TrainingSettings:
        return dataclasses.replace(settings, weights=weights)

    def with_term(name: str) -> TrainingSettings:
        return trained(dataclasses.replace(PLAIN_WEIGHTS, **{name: getattr(full, name)}))

    literal = dataclasses.replace(
        settings, weights=PLAIN_WEIGHTS, caption_style="words", min_snr_gamma=0.0, identity_drop=1.0
    )
    alone = trained(dataclasses.replace(PLAIN_WEIGHTS, prior=0.0))
    return (
        Arm("do_nothing", "do nothing", "untouched"),
        Arm("single_image", "single image", "edited"),
        Arm("single_image_pulled", "single image, pulled", "edited", pull=pull),
        Arm("literal_recipe", "literal recipe, from noise", "from noise", literal),
        Arm("literal_recipe_edited", "literal recipe, edited", "edited with words", literal),
        Arm("reconstruction", "reconstruction", "edited", alone, gating),
        Arm("prior", "+ prior", "edited", trained(PLAIN_WEIGHTS), gating),
        Arm("biometric", "+ prior + biometric", "edited", with_term("biometric"), gating),
        Arm("contrastive", "+ prior + contrastive", "edited", with_term("contrastive"), gating),
        Arm("cosine", "+ prior + cosine", "edited", with_term("cosine"), gating),
        Arm("all_terms", "all terms, not pulled", "edited", settings, gating),
        Arm("full", "full recipe", "edited", settings, gating, pull),
    )
