"""How strongly an adapter acts, by the age that is shown and by the noise level.

Rules:
    * The adapter is at its strength at the ages at which the subject was photographed and may fall to a floor
      far from them. By default it does not: the change of age is guided by the difference of the predictions
      at two ages, and a difference of strengths would be guided, and so enlarged, with it.
    * It is off at the highest noise, where the base model lays out the picture, and rises over a ramp.
    * Strength 0 is the base model with its own caption, exactly.

References:
    Qi et al. 2025, MyTimeMachine (leave the global prior alone outside the photographed ages).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from forensic_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Gating:
    """Settings of the adapter's strength.

    Attributes:
        strength: Factor at the photographed ages and low noise, from 0 (adapter off) to 2.
        floor: Share of ``strength`` that remains far from every photographed age.
        scale_years: Distance in years at which the share above the floor has fallen to 37 %.
        noise_limit: Share of the noise range above which the adapter is off.
        noise_ramp: Share of the noise range below the limit over which it rises to its full strength.
    """

    strength: float = 1.0
    floor: float = 1.0
    scale_years: float = 15.0
    noise_limit: float = 0.8
    noise_ramp: float = 0.2

    def at_age(self, age: float, photographed_ages: Sequence[float]) -> float:
        """Return the factor for a picture of ``age`` years, before the noise level.

        Args:
            age: Age that is shown, years.
            photographed_ages: Ages of the training photographs, years, at least one.
        """
        distance = min(abs(age - each) for each in photographed_ages)
        share = self.floor + (1.0 - self.floor) * math.exp(-distance / self.scale_years)
        return self.strength * share

    def at_noise(self, noise_share: float) -> float:
        """Return the factor at a noise level, from 0 to 1.

        Args:
            noise_share: Timestep as a share of the training timesteps, from 0 (clean) to 1.
        """
        if noise_share >= self.noise_limit:
            return 0.0
        if self.noise_ramp <= 0.0:
            return 1.0
        return min((self.noise_limit - noise_share) / self.noise_ramp, 1.0)

    def as_record(self) -> dict[str, float]:
        """Return the settings as JSON types."""
        return asdict(self)


UNGATED = Gating(strength=1.0, floor=1.0, scale_years=1.0, noise_limit=1.01, noise_ramp=0.0)
"""The adapter always at full strength, as the published recipe has it."""


def gating_of(text: str) -> Gating:
    """Return the gating with some settings changed, such as ``floor=0.3,noise_limit=0.6``.

    Raises:
        InvalidInput: A part is no known setting with a number.
    """
    changes: dict[str, float] = {}
    names = [each.name for each in fields(Gating)]
    for part in (part.strip() for part in text.split(",") if part.strip()):
        name, _, value = part.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            changes[""] = 0.0
        if not set(changes) <= set(names):
            raise InvalidInput(
                f"{part!r} is no setting of the gating.", f"Use: {', '.join(names)}, each = a number."
            )
    return Gating(**changes)
