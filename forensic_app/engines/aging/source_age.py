"""The age in the photograph, where it comes from, and the age that an edit starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forensic_app.engines.aging import schema
from forensic_app.engines.pictures import ages
from forensic_app.engines.pictures.measurement import Measurer
from forensic_app.engines.pictures.photo import FoundFace
from forensic_app.engines.pictures.run_session import RunSession
from forensic_app.faces.analyser import RgbImage
from forensic_app.measured import age_reading

SURPRISING_YEARS = 20.0
"""Difference between appearance and stated age that is worth a warning: about the 95 % point of the estimator's
own error on real photographs."""


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


def source_age_of(session: RunSession, measurer: Measurer, photo: RgbImage, found: FoundFace) -> SourceAge:
    """Return the age in the photograph, and the age that the edit starts from.

    A face that appears much younger or older than stated leaves a warning in the session.

    Raises:
        InvalidInput: The person is under 2 years old in the photograph.
    """
    stated, origin = age_in_photograph(session, measurer, photo, found)
    weight = float(session.parameters["apparent_age_weight"])
    apparent = measurer.age_record(measurer.analyser.estimate_age(photo, found.face))["calibrated"]
    start = schema.edited_from(stated, apparent, apparent_age_weight=weight)
    if apparent is not None and weight > 0 and abs(apparent - stated) > SURPRISING_YEARS:
        session.warnings.append(
            f"The face appears about {apparent:.0f} years old and {stated:.0f} are stated; check the stated age. "
            f"The change of age starts between them, at {start:.0f}."
        )
    return SourceAge(stated, origin, apparent, start)


def age_in_photograph(
    session: RunSession, measurer: Measurer, photo: RgbImage, found: FoundFace
) -> tuple[float, str]:
    """Return the age in the photograph in years, and ``parameter``, ``record`` or ``estimate``.

    An estimate leaves a warning in the session.

    Raises:
        InvalidInput: The person is under 2 years old in the photograph.
    """
    given = session.parameters["source_age"]
    recorded = session.request.subject.get("age_at_photo")
    if given is not None:
        age, origin = float(given), "parameter"
    elif recorded is not None:
        age, origin = float(recorded), "record"
    else:
        estimate = measurer.analyser.estimate_age(photo, found.face)
        read = age_reading(measurer.age_record(estimate)).best
        age, origin = estimate.years if read is None else read, "estimate"
        session.warnings.append(
            f"The age in the photograph is not recorded; an estimate of {age:.0f} years was used, "
            "which can be wrong by many years."
        )
        age = max(age, ages.MINIMUM_SOURCE_AGE)
    ages.check_source_age(age)
    return age, origin
