"""The age in a run's photograph and where it comes from."""

from __future__ import annotations

from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.pictures import ages
from forensic_app.engines.pictures.measurement import Measurer
from forensic_app.engines.pictures.photo import FoundFace
from forensic_app.engines.pictures.run_session import RunSession
from forensic_app.faces.analyser import RgbImage
from forensic_app.measured import age_reading

SURPRISING_YEARS = 20.0
"""Difference between appearance and stated age that is worth a warning: about the 95 % point of the estimator's
own error on real photographs."""


def source_age_of(session: RunSession, measurer: Measurer, photo: RgbImage, found: FoundFace) -> SourceAge:
    """Return the age in the photograph, and the age that the edit starts from.

    A face that appears much younger or older than stated leaves a warning in the session.

    Raises:
        InvalidInput: The person is under 2 years old in the photograph.
    """
    stated, origin = age_in_photograph(session, measurer, photo, found)
    weight = float(session.parameters["apparent_age_weight"])
    apparent = measurer.age_record(measurer.analyser.estimate_age(photo, found.face))["calibrated"]
    source_age = SourceAge.of(stated, apparent, weight=weight, origin=origin)
    if apparent is not None and weight > 0 and abs(apparent - stated) > SURPRISING_YEARS:
        session.warnings.append(
            f"The face appears about {apparent:.0f} years old and {stated:.0f} are stated; check the stated age. "
            f"The change of age starts between them, at {source_age.edited_from:.0f}."
        )
    return source_age


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
