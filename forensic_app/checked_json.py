"""JSON that came from outside, parsed within limits; pure.

Rules:
    * Strict UTF-8, no key twice in an object, no ``NaN`` and no ``Infinity``, whole numbers of 64 bits, finite others,
      no halves of surrogate pairs.
    * Size, depth and the number of values are limited: whatever the text, the answer comes in bounded time and memory.
    * What breaks a rule is a ``ValueError`` that says which; nothing else is raised.

References:
    RFC 8259, section 4 (names should be unique), section 6 (numbers), section 8.2 (unpaired surrogates).
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

MOST_BYTES: Final = 1 << 20
MOST_DEPTH: Final = 24
MOST_VALUES: Final = 500_000
_LARGEST_WHOLE: Final = (1 << 63) - 1
_MOST_DIGITS: Final = 20


def parse_json(data: bytes | bytearray, *, most_bytes: int = MOST_BYTES) -> Any:
    """Return the value that the JSON text in ``data`` holds.

    Args:
        data: UTF-8 without a byte order mark.
        most_bytes: Largest size.

    Raises:
        ValueError: The text is no JSON, or breaks one of the rules.
    """
    if len(data) > most_bytes:
        raise ValueError(f"it has {len(data):,} bytes, more than the {most_bytes:,} allowed")
    text = data.decode("utf-8")
    try:
        value = json.loads(
            text,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_refused_constant,
            object_pairs_hook=_with_unique_names,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    _check_values(value, looks_at_texts="\\u" in text)
    return value


def parse_json_object(data: bytes | bytearray, *, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Return the JSON object in ``data``; see :func:`parse_json`.

    Raises:
        ValueError: It is another value, or breaks one of the rules.
    """
    value = parse_json(data, most_bytes=most_bytes)
    if not isinstance(value, dict):
        raise ValueError("it does not hold a JSON object")  # noqa: TRY004 - the one kind that callers expect
    return value


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS or abs(value := int(text)) > _LARGEST_WHOLE:
        raise ValueError(f"the number {text[:_MOST_DIGITS]}... is too large")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:_MOST_DIGITS]} is too large")
    return value


def _refused_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _with_unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("an object holds a name twice")
    return values


def _check_values(value: Any, *, looks_at_texts: bool) -> None:
    """Walk through ``value`` without recursion and check depth, number and texts."""
    level, depth, count = [value], 0, 0
    while level:
        if depth > MOST_DEPTH:
            raise ValueError("it is nested too deeply")
        count += len(level)
        if count > MOST_VALUES:
            raise ValueError(f"it holds more than {MOST_VALUES:,} values")
        if looks_at_texts:
            _check_texts(level)
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each.values())
                if looks_at_texts:
                    _check_texts(each)
            elif isinstance(each, list):
                below.extend(each)
        level, depth = below, depth + 1


def _check_texts(values: Any) -> None:
    for each in values:
        if isinstance(each, str) and any("\ud800" <= sign <= "\udfff" for sign in each):
            raise ValueError("a text holds half of a surrogate pair")
