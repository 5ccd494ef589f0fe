"""Where an edit starts and what it makes, a plan for each picture; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.relatives import PULL

BY_GAP: Final[Mapping[str, float]] = {
    "settle": 0.0,
    "settle_guidance": 1.0,
    "settle_pull": 0.0,
    "settle_threshold": 0.0,
    "eyes_push": 1.0,
    "mouth_push": 1.0,
    "noise_limit": 0.0,
    "noise_at_eyes": 1.0,
}
"""Parameters that a pack may set by age gap, in the order of a plan's fields, with the values that change nothing."""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """The age in the photograph.

    Attributes:
        stated: Years, as given, recorded or estimated.
        origin: ``parameter``, ``record`` or ``estimate``.
        apparent: Calibrated estimate on the photograph in years; ``None`` without a calibration for the analyser.
        edited_from: Years that the edit starts from.
    """

    stated: float
    origin: str
    apparent: float | None
    edited_from: float

    @classmethod
    def of(cls, stated: float, apparent: float | None, *, weight: float, origin: str = "record") -> SourceAge:
        """Return it with the age that an edit starts from.

        Args:
            stated: Years.
            apparent: Years, ``None`` where unknown.
            weight: The parameter ``apparent_age_weight``.
            origin: Where the stated age comes from.
        """
        return cls(stated, origin, apparent, schema.edited_from(stated, apparent, apparent_age_weight=weight))

    def caption_age(self, target_age: float) -> float:
        """Return the age that the caption of a picture of ``target_age`` names, both in years."""
        return schema.caption_age(target_age, stated_age=self.stated, start_age=self.edited_from)

    def as_record(self) -> dict[str, Any]:
        """Return the entries of a run's environment; years."""
        return {
            "source_age": round(self.stated, 2),
            "source_age_origin": self.origin,
            "apparent_age": None if self.apparent is None else round(self.apparent, 2),
            "edited_from_age": round(self.edited_from, 2),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """One picture to make.

    Attributes:
        target_age: Age to show, in years.
        variant: From 1.
        strength: Share of the noise range that is used.
        start: Step of the noise schedule to start from.
        detail: Share of the photograph's fine detail that is put back.
        caption_age: Age that the caption names, in years.
        push: Share of the edit weight, from the pack.
        settling: Share of the noise range of the second pass, 0 for none.
        settling_guidance: Weight of the target caption in it.
        settling_pull: Likeness pull in it.
        settling_threshold: How far a place must differ after it to be taken from it, in medians; 0 takes all.
        eyes: Share of ``push`` that the eyes get.
        mouth: The same of the mouth.
        noise_limit: Largest strength of the starting noise at a place, in medians of the picture, 0 for any.
        noise_at_eyes: How far the strength that this limit takes comes back where glasses would sit.
    """

    target_age: float
    variant: int
    strength: float
    start: int
    detail: float
    caption_age: float
    push: float = 1.0
    settling: float = 0.0
    settling_guidance: float = 1.0
    settling_pull: float = 0.0
    settling_threshold: float = 0.0
    eyes: float = 1.0
    mouth: float = 1.0
    noise_limit: float = 0.0
    noise_at_eyes: float = 1.0


def plans_of(
    target_ages: Sequence[float],
    source_age: SourceAge,
    parameters: Mapping[str, Any],
    card: Mapping[str, Any],
) -> list[Plan]:
    """Return the plan of each picture, all variants of an age together.

    Args:
        target_ages: Ages to show, years.
        source_age: The age in the photograph.
        parameters: Resolved parameters of the ageing engine.
        card: The pack's, which may limit the noise and say how hard each change of age is pushed.

    Raises:
        PackRefused: The pack's editing strengths are no rising list.
    """
    limit = float(card.get("timestep_limit", 1.0))
    plans = []
    for age in target_ages:
        named = source_age.caption_age(age)
        gap = named - source_age.edited_from
        strength = schema.strength_for_gap(gap, maximum_strength=min(parameters["strength"], limit))
        start = schema.start_step(strength, parameters["num_inference_steps"])
        detail = schema.detail_for_gap(gap, detail_keep=parameters["detail_keep"])
        editing = card.get("editing") or {}
        push = schema.push_for_gap(gap, editing)
        asked = [_asked(parameters, name, gap, editing) for name in BY_GAP]
        if parameters.get("relatives"):
            pull = list(BY_GAP).index("settle_pull")
            asked[pull] = max(asked[pull], PULL)
        plans += [
            Plan(age, variant, strength, start, detail, named, push, *asked)
            for variant in range(1, parameters["variants"] + 1)
        ]
    return plans


def _asked(parameters: Mapping[str, Any], name: str, gap_years: float, editing: Mapping[str, Any]) -> float:
    """Return the parameter ``name``, else the pack's value for the gap, else what changes nothing."""
    asked = parameters.get(name)
    if asked is not None:
        return float(asked)
    return schema.for_gap(gap_years, editing, name, BY_GAP[name])
