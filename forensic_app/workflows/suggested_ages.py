"""Ages that an investigation asks for: a person's age today and when last seen, and every five years between.

Rules:
    * Whole years that have passed. Of a date of which the month or the day is not known the earliest one counts, and
      the age is called about.
    * Nothing is suggested that cannot be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forensic_app.engines.pictures.ages import MAXIMUM_TARGET_AGE, MINIMUM_TARGET_AGE
from forensic_app.records import Exhibit, Subject

STEP_YEARS = 5


@dataclass(frozen=True, slots=True)
class SuggestedAge:
    """An age in whole years; ``is_about`` where a date is known in part only."""

    years: int
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedAges:
    """What is known of a person's ages.

    Attributes:
        today: Age today, ``None`` without a date of birth, or out of what can be shown.
        last_seen: Age when last seen.
        every_five_years: Multiples of five from the age in the photograph to the age today, and the age today.
    """

    today: SuggestedAge | None = None
    last_seen: SuggestedAge | None = None
    every_five_years: tuple[int, ...] = ()


def suggested_ages(subject: Subject | None, exhibit: Exhibit, *, on: date) -> SuggestedAges:
    """Return the ages to suggest for a run.

    Args:
        subject: The person, ``None`` where nobody is stated.
        exhibit: The photograph.
        on: Today.
    """
    if subject is None or not subject.birth_date:
        return SuggestedAges()
    today = _age(subject.birth_date, on.isoformat())
    last_seen = _age(subject.birth_date, subject.last_seen[:10]) if _is_date(subject.last_seen[:10]) else None
    began = exhibit.age_at_photo
    if began is None and _is_date(exhibit.photo_date):
        found = _age(subject.birth_date, exhibit.photo_date)
        began = None if found is None else float(found.years)
    steps: tuple[int, ...] = ()
    if today is not None and began is not None and began < today.years:
        first = (int(began) // STEP_YEARS + 1) * STEP_YEARS
        steps = tuple(sorted({*range(first, today.years, STEP_YEARS), today.years}))
    return SuggestedAges(
        _shown(today), _shown(last_seen), tuple(each for each in steps if _is_in_bounds(each))
    )


def _age(birth_date: str, day: str) -> SuggestedAge | None:
    """Return the whole years between two dates of four, seven or ten characters; ``None`` where the second is first."""
    if not _is_date(birth_date):
        return None
    born, then = _parts(birth_date), _parts(day)
    years = then[0] - born[0] - (then[1:] < born[1:])
    return SuggestedAge(years, len(birth_date) < 10 or len(day) < 10) if years >= 0 else None


def _parts(text: str) -> tuple[int, int, int]:
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return year, month, day


def _is_date(text: str) -> bool:
    parts = text.split("-")
    return (
        bool(text) and 1 <= len(parts) <= 3 and all(part.isdecimal() for part in parts) and len(parts[0]) == 4
    )


def _shown(age: SuggestedAge | None) -> SuggestedAge | None:
    return age if age is not None and _is_in_bounds(age.years) else None


def _is_in_bounds(years: float) -> bool:
    return MINIMUM_TARGET_AGE <= years <= MAXIMUM_TARGET_AGE
