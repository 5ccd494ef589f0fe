"""Ages, age groups and their names; needs no torch.

Rules:
    * A group's name stands for one age, its ``target_age``; the record of a run holds the number.
    * Ages below :data:`MINIMUM_SOURCE_AGE` are refused as input: a face changes too much too fast there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from forensic_app.errors import InvalidInput

MINIMUM_TARGET_AGE = 2.0
MAXIMUM_TARGET_AGE = 100.0
MINIMUM_SOURCE_AGE = 2.0
OLDEST_PROMPT_AGE = 116


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """One of the six age groups.

    Attributes:
        name: Name in lower case.
        first_age: Youngest age of the group in years.
        last_age: Oldest age of the group in years, inclusive.
        target_age: The age that the name stands for, in years.
        aliases: Other names that are understood.
    """

    name: str
    first_age: int
    last_age: int
    target_age: float
    aliases: tuple[str, ...] = ()


AGE_GROUPS: tuple[AgeGroup, ...] = (
    AgeGroup("child", 3, 12, 8.0),
    AgeGroup("teenager", 13, 19, 16.0, ("teen",)),
    AgeGroup("young adult", 20, 34, 27.0, ("young", "young-adult", "youngadult")),
    AgeGroup("middle-aged", 35, 54, 45.0, ("adult", "middle aged", "middleaged")),
    AgeGroup("elderly", 55, 69, 62.0),
    AgeGroup("old", 70, 100, 75.0, ("senior",)),
)

DEFAULT_TARGET_AGES: tuple[float, ...] = tuple(group.target_age for group in AGE_GROUPS)

_AGE_BY_NAME = {name: group.target_age for group in AGE_GROUPS for name in (group.name, *group.aliases)}


def group_of_age(age: float) -> AgeGroup:
    """Return the group that ``age`` in years falls in; ages under 3 count as ``child``."""
    for group in AGE_GROUPS:
        if age < group.last_age + 1:
            return group
    return AGE_GROUPS[-1]


def parse_target_ages(text: str) -> list[float]:
    """Return the target ages that ``text`` names, in the order given.

    Args:
        text: Ages in years or names of age groups, separated by commas, such as ``8,16,child,senior``.

    Returns:
        Ages in years, each once: a name whose age was given already adds nothing.

    Raises:
        InvalidInput: A part is neither a number nor a known name, or is out of ``[2, 100]`` years, or nothing
            is named.
    """
    ages: list[float] = []
    for part in text.split(","):
        word = " ".join(part.lower().split())
        if not word:
            continue
        age = _AGE_BY_NAME[word] if word in _AGE_BY_NAME else _parsed_age(word)
        if age not in ages:
            ages.append(age)
    if not ages:
        raise InvalidInput("No target age was given.", "Give at least one, such as 8,16,27 or child,senior.")
    return ages


def _parsed_age(word: str) -> float:
    try:
        age = float(word)
    except ValueError:
        names = ", ".join(group.name for group in AGE_GROUPS)
        raise InvalidInput(
            f"{word!r} is not an age.", f"Give a number of years or one of these names: {names}."
        ) from None
    check_target_age(age, word)
    return age


def check_target_age(age: float, word: str = "") -> None:
    """Refuse an age that no face is shown at.

    Args:
        age: Years.
        word: As it was written; the number where that is not known.

    Raises:
        InvalidInput: ``age`` is out of ``[2, 100]`` years.
    """
    if not math.isfinite(age) or not MINIMUM_TARGET_AGE <= age <= MAXIMUM_TARGET_AGE:
        word = word or f"{age:g}"
        raise InvalidInput(
            f"The target age {word} is out of its bounds.",
            f"Give an age from {MINIMUM_TARGET_AGE:g} to {MAXIMUM_TARGET_AGE:g} years.",
        )


def check_source_age(age: float) -> None:
    """Refuse an age in the photograph that the method is not meant for.

    Raises:
        InvalidInput: ``age`` is below :data:`MINIMUM_SOURCE_AGE` years or not a plausible age.
    """
    if not math.isfinite(age) or age > OLDEST_PROMPT_AGE:
        raise InvalidInput(f"The age in the photograph cannot be {age:g} years.", "Correct the age.")
    if age < MINIMUM_SOURCE_AGE:
        raise InvalidInput(
            f"The person is {age:g} years old in the photograph; faces under 2 years are not aged.",
            "Use a later photograph of this person.",
        )
