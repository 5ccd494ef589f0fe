"""Dates and ages of a person: read as people write them, ages that follow from them, and what cannot be.

Rules:
    * A partial date is every day that it may mean: ``1971-03`` is the whole of March 1971.
    * An age that follows from two dates is a range. It counts as known where the range is two years or less.
    * A contradiction is said and never refused: case files hold them, and somebody has to decide which side is wrong.
    * The day of today is passed in.

References:
    ISO 8601-1:2019 (calendar dates); Unicode Standard Annex 44 (decimal digits); UAX 15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from forensic_app.records import Exhibit, Subject

KNOWN_WITHIN_YEARS = 2.0
"""How wide the range of an age may be that counts as known."""
STATED_WITHIN_YEARS = 1.0
"""How far a stated age may lie outside the range that follows from dates: ages are remembered in whole years."""
_DAYS_A_YEAR = 365.2425
_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})\. ?)?(\d{1,2})\. ?(\d{4})")


class ContradictionKind(StrEnum):
    """What cannot be."""

    BORN_LATER = "born later than today"
    SEEN_LATER = "last seen later than today"
    TAKEN_LATER = "photographed later than today"
    SEEN_BEFORE_BIRTH = "last seen before birth"
    TAKEN_BEFORE_BIRTH = "photographed before birth"
    TAKEN_AFTER_SEEN = "photographed after last seen"
    AGE_AGAINST_DATES = "age against dates"
    OLDER_THAN_TODAY = "older in a photograph than today"
    AGES_AGAINST_EACH_OTHER = "ages against each other"


SENTENCES: Mapping[ContradictionKind, str] = {
    ContradictionKind.BORN_LATER: "Born {birth}, which is in the future.",
    ContradictionKind.SEEN_LATER: "Last seen {seen}, which is in the future.",
    ContradictionKind.TAKEN_LATER: "{exhibit}: photographed {taken}, which is in the future.",
    ContradictionKind.SEEN_BEFORE_BIRTH: "Last seen {seen}, before the birth {birth}.",
    ContradictionKind.TAKEN_BEFORE_BIRTH: "{exhibit}: photographed {taken}, before the birth {birth}.",
    ContradictionKind.TAKEN_AFTER_SEEN: "{exhibit}: photographed {taken}, after the person was last seen {seen}.",
    ContradictionKind.AGE_AGAINST_DATES: (
        "{exhibit}: {age} years old by what is stated, {range} by the dates of birth ({birth}) and of the "
        "photograph ({taken})."
    ),
    ContradictionKind.OLDER_THAN_TODAY: (
        "{exhibit}: {age} years old by what is stated, though born {birth} and {range} today."
    ),
    ContradictionKind.AGES_AGAINST_EACH_OTHER: (
        "{exhibit} and {other}: {age} and {other_age} years do not fit the dates {taken} and {other_taken}."
    ),
}
"""What is said of each, with the values of :attr:`Contradiction.values`."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of which one is wrong.

    Attributes:
        kind: What cannot be.
        values: For the sentence: dates as recorded, the exhibit's number, ages.
    """

    kind: ContradictionKind
    values: Mapping[str, str]

    @property
    def words(self) -> str:
        """The sentence."""
        return SENTENCES[self.kind].format(**self.values)


def with_plain_digits(text: str) -> str:
    """Return a text with the decimal digits of every script as 0 to 9, and wide forms as plain ones."""
    plain = unicodedata.normalize("NFKC", text.strip())
    return "".join(str(unicodedata.decimal(each, each)) for each in plain)


def parse_date(text: str) -> str:
    """Return a date as ``1971``, ``1971-03`` or ``1971-03-12``; empty for an empty text.

    ``1971/3/12`` and ``12.3.1971`` are understood too, and digits of every script.

    Raises:
        ValueError: It is no such date, or it is not clear whether day or month comes first.
    """
    plain = with_plain_digits(text)
    if not plain:
        return ""
    found, turned = _YEAR_FIRST.fullmatch(plain), _DAY_FIRST.fullmatch(plain)
    if found:
        year, _, month, day = found.groups()
    elif turned:
        day, month, year = turned.groups()
    else:
        raise ValueError(f"{text!r} is no date")
    date(int(year), int(month or 1), int(day or 1))
    return "-".join([year, *(f"{int(each):02d}" for each in (month, day) if each is not None)])


def parse_years(text: str) -> float | None:
    """Return an age in years as it is typed, such as ``34`` or ``8,5``; ``None`` for an empty text.

    Raises:
        ValueError: It is no number.
    """
    plain = with_plain_digits(text).replace(",", ".").replace("\u066b", ".")
    return float(plain) if plain else None


def days_of(partial: str) -> tuple[date, date] | None:
    """Return the first and last day that a recorded date may mean; ``None`` where it is empty."""
    if not partial:
        return None
    year, month, day = (int(each) for each in [*partial.split("-"), "0", "0"][:3])
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    if not day:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def age_range(birth: str, on: str) -> tuple[float, float] | None:
    """Return the least and the greatest age in years that a person born ``birth`` may have ``on`` a date.

    Negative where the date may lie before the birth; ``None`` where one is not known.
    """
    born, then = days_of(birth), days_of(on)
    if born is None or then is None:
        return None
    return (then[0] - born[1]).days / _DAYS_A_YEAR, (then[1] - born[0]).days / _DAYS_A_YEAR


def known_age(birth: str, on: str) -> float | None:
    """Return the age in years that follows from two dates, to a tenth; ``None`` where they leave too much open."""
    found = age_range(birth, on)
    if found is None or found[1] - found[0] > KNOWN_WITHIN_YEARS or found[1] < 0:
        return None
    return round(max(sum(found) / 2, 0.0), 1)


def range_words(ages: tuple[float, float]) -> str:
    """Return a range of ages, such as ``8.2–9.2``; one number where it is narrow."""
    low, high = (max(each, 0.0) for each in ages)
    return f"{low:.1f}" if high - low < 0.1 else f"{low:.1f}–{high:.1f}"


def contradictions(
    subject: Subject | None, exhibits: Iterable[Exhibit], *, today: date
) -> list[Contradiction]:
    """Return what cannot be of a person and the photographs of it.

    Args:
        subject: The person; ``None`` for photographs of nobody stated.
        exhibits: The photographs.
        today: The day that counts as today.
    """
    birth, seen = (subject.birth_date, subject.last_seen) if subject else ("", "")
    exhibits = list(exhibits)
    found = list(_of_person(birth, seen, today))
    for exhibit in exhibits:
        found += _of_photograph(exhibit, birth, seen, today)
    if subject is not None and not birth:
        found += _of_pairs(exhibits)
    return found


def _of_person(birth: str, seen: str, today: date) -> Iterator[Contradiction]:
    values = {"birth": birth, "seen": seen}
    if _is_after(birth, today):
        yield Contradiction(ContradictionKind.BORN_LATER, values)
    if _is_after(seen, today):
        yield Contradiction(ContradictionKind.SEEN_LATER, values)
    ages = age_range(birth, seen)
    if ages is not None and ages[1] < 0:
        yield Contradiction(ContradictionKind.SEEN_BEFORE_BIRTH, values)


def _of_photograph(exhibit: Exhibit, birth: str, seen: str, today: date) -> Iterator[Contradiction]:
    taken, age = exhibit.photo_date, exhibit.age_at_photo
    values = {"exhibit": exhibit.exhibit_number, "birth": birth, "seen": seen, "taken": taken}
    if _is_after(taken, today):
        yield Contradiction(ContradictionKind.TAKEN_LATER, values)
    then, last = days_of(taken), days_of(seen)
    if then is not None and last is not None and then[0] > last[1]:
        yield Contradiction(ContradictionKind.TAKEN_AFTER_SEEN, values)
    ages = age_range(birth, taken)
    if ages is not None and ages[1] < 0:
        yield Contradiction(ContradictionKind.TAKEN_BEFORE_BIRTH, values)
    elif age is not None:
        now = age_range(birth, today.isoformat())
        if ages is not None and not ages[0] - STATED_WITHIN_YEARS <= age <= ages[1] + STATED_WITHIN_YEARS:
            told = {**values, "age": f"{age:g}", "range": range_words(ages)}
            yield Contradiction(ContradictionKind.AGE_AGAINST_DATES, told)
        elif ages is None and now is not None and age > now[1] + STATED_WITHIN_YEARS:
            told = {**values, "age": f"{age:g}", "range": range_words(now)}
            yield Contradiction(ContradictionKind.OLDER_THAN_TODAY, told)


def _of_pairs(exhibits: Iterable[Exhibit]) -> Iterator[Contradiction]:
    """Yield photographs whose dates and ages imply births that are too far apart, each with the one before it."""
    births = []
    for exhibit in exhibits:
        then = days_of(exhibit.photo_date)
        if then is not None and exhibit.age_at_photo is not None:
            days = (
                (exhibit.age_at_photo + STATED_WITHIN_YEARS) * _DAYS_A_YEAR,
                exhibit.age_at_photo * _DAYS_A_YEAR,
            )
            births.append((then[0].toordinal() - days[0], then[1].toordinal() - days[1], exhibit))
    births.sort(key=lambda each: each[:2])
    for (_, latest, one), (earliest, _, other) in pairwise(births):
        if earliest - latest > STATED_WITHIN_YEARS * _DAYS_A_YEAR:
            yield Contradiction(
                ContradictionKind.AGES_AGAINST_EACH_OTHER,
                {
                    "exhibit": one.exhibit_number,
                    "other": other.exhibit_number,
                    "age": f"{one.age_at_photo:g}",
                    "other_age": f"{other.age_at_photo:g}",
                    "taken": one.photo_date,
                    "other_taken": other.photo_date,
                },
            )


def whole_years(ages: tuple[float, float]) -> str:
    """Return a range of ages in full years, such as ``54–55``; one number where both are in the same year of life."""
    low, high = (int(max(each, 0.0)) for each in ages)
    return str(low) if low == high else f"{low}–{high}"


def _is_after(partial: str, today: date) -> bool:
    days = days_of(partial)
    return days is not None and days[0] > today
