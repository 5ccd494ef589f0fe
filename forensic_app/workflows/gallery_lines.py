"""A line of an enrolment: what it states of a person, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forensic_app.errors import InvalidInput
from forensic_app.galleries.entries import Entry, age_between, subject_id
from forensic_app.store import fields


class Outcome(StrEnum):
    """What became of a line."""

    ENROLLED = "enrolled"
    ALREADY = "already"
    DUPLICATE = "duplicate"
    SAME_NAME = "same_name"
    SEVERAL_FACES = "several_faces"
    NO_FACE = "no_face"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Line:
    """What there is to say of one photograph.

    Attributes:
        place: Where it stands in the list or folder.
        outcome: What became of it; ``same_name`` is a remark beside an enrolment.
        words: The reason, one sentence without an end.
    """

    place: str
    outcome: Outcome
    words: str


class Refused(Exception):
    """A photograph is not enrolled.

    Attributes:
        outcome: What became of its line.
        words: Why, one sentence without an end.
    """

    def __init__(self, outcome: Outcome, words: str) -> None:
        """Keep outcome and words."""
        super().__init__(words)
        self.outcome, self.words = outcome, words


@dataclass(frozen=True, slots=True)
class Stated:
    """What a line states, as it is stored.

    Attributes:
        subject: Identifier of the person.
        name: Name.
        birth_date: Possibly partial, empty when unknown.
        photo_date: The same, of the photograph.
        source: From whom or where it came.
        age: In the photograph, years; ``None`` where a date is not known.
    """

    subject: str
    name: str
    birth_date: str
    photo_date: str
    source: str
    age: float | None


def stated_by(entry: Entry) -> Stated:
    """Return what a line states.

    Raises:
        Refused: Something of it cannot be.
    """
    try:
        name = fields.line("name", entry.name, is_required=True)
        birth_date = fields.partial_date("birth date", entry.birth_date)
        photo_date = fields.partial_date("date of the photograph", entry.photo_date)
        source = fields.line("source", entry.source)
    except InvalidInput as error:
        raise Refused(Outcome.MALFORMED, error.message.rstrip(".")) from error
    age = age_between(birth_date, photo_date)
    if age is not None and not -0.5 <= age <= fields.MAX_AGE_YEARS:
        raise Refused(Outcome.MALFORMED, f"the person would be {age:.0f} years old in the photograph")
    subject = subject_id(name, birth_date)
    return Stated(subject, name, birth_date, photo_date, source, None if age is None else max(0.0, age))
