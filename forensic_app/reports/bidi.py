"""Order in which the characters of a line are read and seen, by the Unicode bidirectional algorithm.

Rules:
    * A line whose letters are all written from right to left is a right-to-left paragraph; every other one goes
      from left to right, as the report does.
    * Characters that change the direction by themselves never get here: they are spelt out.

References:
    Unicode Standard Annex 9 of python-bidi (the crate unicode-bidi): rules P1 to N2; HL1 for the paragraph's level.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from bidi import get_display

_ZERO = 0xE0020
_BASE = 96
_DIGITS = 3

Part = TypeVar("Part")


def levels(line: str) -> list[int]:
    """Return the level of each character of a line, as long as no line break is put into it.

    Args:
        line: Text without line feeds and without characters that embed, isolate or override.

    Returns:
        0 or 2 for characters that are seen from left to right, 1 for those seen from right to left.
    """
    letters = {unicodedata.bidirectional(each) for each in line} & {"L", "R", "AL"}
    if not letters - {"L"} and not any(unicodedata.bidirectional(each) == "AN" for each in line):
        return [0] * len(line)
    is_right_to_left = "L" not in letters and bool(letters)
    seen, is_odd = _seen(line, "R" if is_right_to_left else "L")
    if is_right_to_left:
        return [1 if odd else 2 for odd in is_odd]
    found = []
    end = 0
    for place, odd in enumerate(is_odd):
        # A number between right-to-left letters is in a part of the line that is turned round as a whole.
        is_turned = odd or place < end or seen[place] != place
        end = max(end, seen[place]) if is_turned else end
        found.append(1 if odd else 2 if is_turned else 0)
    return found


def _seen(line: str, direction: str) -> tuple[list[int], list[bool]]:
    """Return where each character stood in the line, from left to right as seen, and which are at an odd level.

    ``get_display`` returns the turned line alone. So each character is followed by its number, written in characters
    that have no effect on the order (rule X9): the number stands at its left where it is read from right to left.
    A letter of the paragraph's direction ends the line, as rule N1 assumes one: a number there would leave its place.
    """
    ended = line + ("\u05d0" if direction == "R" else "a")
    tagged = "".join(each + _number(place) for place, each in enumerate(ended))
    shown = get_display(tagged, base_dir=direction)
    seen: list[int] = []
    is_odd = [False] * len(ended)
    for start in range(0, len(shown), 1 + _DIGITS):
        token = shown[start : start + 1 + _DIGITS]
        odd = _is_digit(token[0])
        digits = [ord(each) - _ZERO for each in (token[-2::-1] if odd else token[1:])]
        place = functools.reduce(lambda number, digit: number * _BASE + digit, digits, 0)
        seen.append(place)
        is_odd[place] = odd
    seen.remove(len(line))
    return seen, is_odd[:-1]


def _number(place: int) -> str:
    return "".join(chr(_ZERO + place // _BASE**power % _BASE) for power in reversed(range(_DIGITS)))


def _is_digit(character: str) -> bool:
    return 0 <= ord(character) - _ZERO < _BASE


def visual_order(parts: Sequence[Part], level: Callable[[Part], int]) -> list[Part]:
    """Return the parts of one line of text in the order in which they are seen, from left to right.

    References:
        Unicode Standard Annex 9, rule L2.
    """
    ordered = list(parts)
    for threshold in range(max(map(level, parts), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and level(ordered[end]) >= threshold:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = max(end, start + 1)
    return ordered
