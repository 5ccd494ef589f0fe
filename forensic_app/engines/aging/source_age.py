"""The age in the photograph, and where it comes from."""

from __future__ import annotations

from forensic_app.engines.aging import ages
from forensic_app.engines.aging.measurement import Measurer
from forensic_app.engines.photo import FoundFace
from forensic_app.engines.run_session import RunSession
from forensic_app.faces.analyser import RgbImage


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
        record = measurer.age_record(measurer.analyser.estimate_age(photo, found.face))
        age = record["raw"] if record["calibrated"] is None else record["calibrated"]
        origin = "estimate"
        session.warnings.append(
            f"The age in the photograph is not recorded; an estimate of {age:.0f} years was used, "
            "which can be wrong by many years."
        )
        age = max(age, ages.MINIMUM_SOURCE_AGE)
    ages.check_source_age(age)
    return age, origin
