"""The age in a run's photograph and where it comes from."""

from __future__ import annotations

from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.pictures import ages
from forensic_app.engines.pictures.run_frame import InputFace, RunFrame
from forensic_app.measured import age_reading

SURPRISING_YEARS = 20.0
"""Difference between appearance and stated age that is worth a warning: about the 95 % point of the estimator's
own error on real photographs."""


def source_age_of(frame: RunFrame, face: InputFace) -> SourceAge:
    """Return the age in the photograph, and the age that the edit starts from.

    A face that appears much younger or older than stated leaves a warning in the frame.

    Raises:
        InvalidInput: The person is under 2 years old in the photograph.
    """
    stated, origin = age_in_photograph(frame, face)
    weight = float(frame.parameters["apparent_age_weight"])
    estimate = frame.analyser.estimate_age(face.photo, face.found.face)
    apparent = face.measurer.age_record(estimate)["calibrated"]
    source_age = SourceAge.of(stated, apparent, weight=weight, origin=origin)
    if apparent is not None and weight > 0 and abs(apparent - stated) > SURPRISING_YEARS:
        frame.warnings.append(
            f"The face appears about {apparent:.0f} years old and {stated:.0f} are stated; check the stated age. "
            f"The change of age starts between them, at {source_age.edited_from:.0f}."
        )
    return source_age


def age_in_photograph(frame: RunFrame, face: InputFace) -> tuple[float, str]:
    """Return the age in the photograph in years, and ``parameter``, ``record`` or ``estimate``.

    An estimate leaves a warning in the frame.

    Raises:
        InvalidInput: The person is under 2 years old in the photograph.
    """
    given = frame.parameters["source_age"]
    recorded = frame.request.subject.get("age_at_photo")
    if given is not None:
        age, origin = float(given), "parameter"
    elif recorded is not None:
        age, origin = float(recorded), "record"
    else:
        estimate = frame.analyser.estimate_age(face.photo, face.found.face)
        read = age_reading(face.measurer.age_record(estimate)).best
        age, origin = estimate.years if read is None else read, "estimate"
        frame.warnings.append(
            f"The age in the photograph is not recorded; an estimate of {age:.0f} years was used, "
            "which can be wrong by many years."
        )
        age = max(age, ages.MINIMUM_SOURCE_AGE)
    ages.check_source_age(age)
    return age, origin
