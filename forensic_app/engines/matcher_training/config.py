"""Configuration of a matcher's training."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.engines.matcher.schema import VIEW_ZOOMS
from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class MatcherTrainingConfig(JsonConfig):
    """Everything that decides a matcher.

    Attributes:
        runs: Trainings whose weights are averaged; they differ in their draws.
        steps: Optimiser steps of each.
        known_people: People with several photographs in a step, one pair each.
        exact_share: Share of them from sets whose ages are known, as far as there are such people.
        near_share: Share of them that are among the nearest strangers of others in the step, by the bundled network.
        adult_share: Share of them from sets that know no ages and no parts: mostly adults, photographed close in time.
        single_faces: Most people with one photograph, spread over age, sex and label.
        single_people: Of them in a step: two distorted copies of it make their pair.
        single_weight: Weight of such a pair.
        derived_faces: People with one photograph whose face the pack changes to other ages, where a pack is named.
        derived_people: People with derived faces in a step, one pair each; none without such faces.
        derived_weight: Weight of such a pair.
        learning_rate: Peak rate of AdamW, of the last layer.
        layer_decay: Factor of the rate from each layer to the one before it.
        weight_decay: Of AdamW.
        warmup_steps: Linear warm-up.
        decay_fraction: Share of the steps, at the end, over which the rate falls to zero.
        temperature: Of the contrastive loss.
        hold_weight: Weight of the distance to the bundled network's template.
        hold_weight_adults: The same for photographs of adults, on which nothing is to be lost.
        ema_decay: Decay of the exponential moving average that is exported.
        kept_share: One person in so many is kept from the training, by the name's digest.
        views: Magnifications of a face that a template is the mean of.
        seed: Seed of every draw.
    """

    runs: int = 3
    steps: int = 450
    known_people: int = 28
    exact_share: float = 0.2
    adult_share: float = 0.25
    near_share: float = 0.6
    single_faces: int = 6000
    single_people: int = 16
    single_weight: float = 0.3
    derived_faces: int = 400
    derived_people: int = 8
    derived_weight: float = 0.5
    learning_rate: float = 6e-5
    layer_decay: float = 0.85
    weight_decay: float = 0.01
    warmup_steps: int = 50
    decay_fraction: float = 0.8
    temperature: float = 0.07
    hold_weight: float = 0.5
    hold_weight_adults: float = 1.5
    ema_decay: float = 0.99
    kept_share: int = 8
    views: int = 3
    seed: int = 20261128

    def __post_init__(self) -> None:
        """Check that a step has people to tell apart."""
        if self.known_people < 2 or min(self.steps, self.runs) < 1 or self.kept_share < 2:
            raise InvalidInput(
                "A matcher needs at least one step, two people in it, and some people kept apart.",
                "Set steps and runs to 1 or more, known_people and kept_share to 2 or more.",
            )
        if not 1 <= self.views <= len(VIEW_ZOOMS) or not 0.0 <= self.near_share < 1.0:
            raise InvalidInput(
                f"A template is of 1 to {len(VIEW_ZOOMS)} views, and not all people of a step can be near to others.",
                f"Set views to 1 to {len(VIEW_ZOOMS)}, and near_share from 0 to less than 1.",
            )
        if self.exact_share + self.adult_share > 1.0 or min(self.exact_share, self.adult_share) < 0.0:
            raise InvalidInput(
                "The shares of people with known ages and of adults are more than a step holds.",
                "Give two shares that add up to 1 at most.",
            )
