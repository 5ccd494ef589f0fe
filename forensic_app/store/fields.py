"""What an examiner may type into a field, checked before it is stored."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from forensic_app.errors import InvalidInput
from forensic_app.life_dates import parse_date

MAX_LINE = 500
MAX_AGE_YEARS = 130.0

E = TypeVar("E", bound=StrEnum)


def line(label: str, text: str, *, is_required: bool = False) -> str:
    """Return a single line of text without blanks around it.

    Raises:
        InvalidInput: It is required and empty, too long, or holds control characters or unpaired surrogates.
    """
    stripped = text.strip()
    if is_required and not stripped:
        raise InvalidInput(f"The {label} is empty.", f"Give a {label}.")
    if len(stripped) > MAX_LINE:
        raise InvalidInput(f"The {label} has more than {MAX_LINE} characters.", "Shorten it.")
    if any(unicodedata.category(character) == "Cs" for character in stripped):
        raise InvalidInput(
            f"The {label} holds bytes that are no UTF-8.",
            "Type it again, or set the terminal and what it came from to UTF-8.",
        )
    if any(unicodedata.category(character) == "Cc" for character in stripped):
        raise InvalidInput(
            f"The {label} holds control characters.",
            "Type it again instead of pasting it; use a single line.",
        )
    return stripped


def partial_date(label: str, text: str) -> str:
    """Return a date such as ``1971``, ``1971-03`` or ``1971-03-12``; empty when unknown.

    ``12.3.1971`` and digits of other scripts are understood, see :func:`forensic_app.life_dates.parse_date`.

    Raises:
        InvalidInput: It is not such a date.
    """
    try:
        return parse_date(text)
    except ValueError:
        raise InvalidInput(
            f"The {label} {text!r} is not a date.",
            "Write 1971, 1971-03, 1971-03-12 or 12.03.1971, or leave it empty.",
        ) from None


def age(label: str, years: float | None) -> float | None:
    """Return an age in years, ``None`` when unknown.

    Raises:
        InvalidInput: It is not between 0 and 130.
    """
    if years is not None and not (math.isfinite(years) and 0 <= years <= MAX_AGE_YEARS):
        raise InvalidInput(f"The {label} cannot be {years}.", f"Give years from 0 to {MAX_AGE_YEARS:g}.")
    return None if years is None else float(years)


def member(label: str, kind: type[E], value: Any) -> E:
    """Return the member of an enumeration.

    Raises:
        InvalidInput: ``value`` is none of them.
    """
    try:
        return kind(value)
    except ValueError:
        raise InvalidInput(
            f"The {label} cannot be {value!r}.", f"Use one of: {', '.join(each.value for each in kind)}."
        ) from None


def file_name(name: str) -> str:
    """Return a received file's name as text; bytes that are not UTF-8 appear as escapes."""
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")
    return raw.decode("utf-8", "backslashreplace")


def recordable(value: Any) -> Any:
    """Return a JSON value with every text in it as :func:`file_name` gives it: many sentences name a file."""
    if isinstance(value, str):
        return file_name(value)
    if isinstance(value, Mapping):
        return {name: recordable(each) for name, each in value.items()}
    return [recordable(each) for each in value] if isinstance(value, list | tuple) else value


def disclosure(purpose: str, recipient: str) -> dict[str, str]:
    """Return what an event of a disclosure says of it: what for, and to whom; empty where nobody said.

    Raises:
        InvalidInput: One is too long, or holds control characters.
    """
    return {"purpose": line("purpose", purpose), "recipient": line("recipient", recipient)}
