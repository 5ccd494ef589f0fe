"""Captions that tell the model whom and what age to show; needs no torch.

Rules:
    * An age is one integer in one word, ``34-year-old``, from 0 to 116, so that a word-level tokenizer has
      one token for it. Fractions are rounded half up.
    * The same template makes the source caption, the target captions and the captions of training.
"""

from __future__ import annotations

import math

from forensic_app.engines.pictures.ages import OLDEST_PROMPT_AGE
from forensic_app.errors import PackRefused

DEFAULT_TEMPLATE = "photo of {person} as {age}-year-old"
TRAITS_TEMPLATE = "sharp {colour} " + DEFAULT_TEMPLATE
"""Caption of packs that learned words for sharpness and colour: sharp is asked for, colour is the photograph's."""
RARE_TOKEN = "sks"
PERSONAL_TEMPLATE = "photo of " + RARE_TOKEN + " person as {age}-year-old"

_SEX_WORDS = {"female": "woman", "male": "man"}


def person_word(sex: str | None) -> str:
    """Return ``woman``, ``man`` or ``person`` (for any other or unknown sex)."""
    return _SEX_WORDS.get((sex or "").lower(), "person")


def prompt_age(age: float) -> int:
    """Return ``age`` as the integer that a caption holds: rounded half up, clamped to 0..116."""
    return min(max(math.floor(age + 0.5), 0), OLDEST_PROMPT_AGE)


def names_colour(template: str) -> bool:
    """Return whether captions of ``template`` say if the photograph is black and white."""
    return "{colour}" in template


def age_word(age: float) -> str:
    """Return the one word for ``age``, such as ``34-year-old``."""
    return f"{prompt_age(age)}-year-old"


def caption(
    age: float, *, sex: str | None = None, template: str = DEFAULT_TEMPLATE, is_grey: bool = False
) -> str:
    """Return the caption of a person of ``age`` years.

    Args:
        age: Age in years.
        sex: ``female``, ``male`` or anything else for ``person``.
        template: Text with ``{age}`` and optionally ``{person}`` and ``{colour}``, from the pack's ``prompt_style``.
        is_grey: Whether the photograph is black and white; ``{colour}`` then becomes ``grey``.

    Raises:
        PackRefused: ``template`` names no age or an unknown field.
    """
    if "{age}" not in template:
        raise PackRefused(
            f"The pack's prompt style {template!r} does not name an age.",
            "Correct the prompt style of the pack; it must hold {age}.",
        )
    try:
        return template.format(
            person=person_word(sex), age=prompt_age(age), colour="grey" if is_grey else "colour"
        )
    except (KeyError, IndexError, ValueError) as error:
        raise PackRefused(
            f"The pack's prompt style {template!r} cannot be filled in.",
            "Correct the prompt style of the pack; it may hold {age}, {person} and {colour} only.",
        ) from error
