r"""What came from outside, with the characters that act on a screen instead of being read made visible.

Rules:
    * Controls, line breaks, bidirectional controls, invisible characters, unpaired surrogates, private and unassigned
      code points appear as ``\x1b``, ``\u202e`` or ``\U000e0041``.
    * Names stay readable in every script: letters, marks, blanks and variation selectors are left alone, and joiners
      (U+200C, U+200D, U+180E) too where a script needs them, between its letters or after a virama.
    * A backslash is left alone: who has to tell ``\x1b`` in a name from an escape looks at the JSON.

References:
    Unicode Standard Annex 9 (bidirectional controls); UAX 31, section 2.3 (joiners); Unicode Technical Report 36
    (security considerations).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_JOINERS = "\u200c\u200d\u180e"
_SHOWN_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that are seen: signs that enclose the number after them."""

UNSEEN_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Fillers and joiners that are no format characters, and as invisible."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINED = re.compile(
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
_VIRAMA = 9


def visible(text: str) -> str:
    r"""Return ``text`` as one line that can be shown: what would act or hide is spelt out, such as ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(each) if is_hidden(text, place) else each for place, each in enumerate(text))


def visible_lines(text: str) -> list[str]:
    """Return the lines of a text that may have several, each as :func:`visible`."""
    return [visible(line) for line in text.replace("\r\n", "\n").split("\n")]


def visible_json(value: Any) -> str:
    """Return ``value`` as indented JSON whose hidden characters are JSON escapes; it means the same.

    Args:
        value: JSON types only.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    lines = text.split("\n")
    return "\n".join(
        "".join(_json_escape(each) if is_hidden(line, place) else each for place, each in enumerate(line))
        if not (line.isascii() and line.isprintable())
        else line
        for line in lines
    )


def is_hidden(text: str, place: int) -> bool:
    """Whether the character of ``text`` at ``place`` would not be read, or would act on what shows it."""
    character = text[place]
    if character in _JOINERS:
        return not _joins(text, place)
    if character in UNSEEN_LETTERS:
        return True
    return unicodedata.category(character) in _HIDDEN and character not in _SHOWN_SIGNS


def _joins(text: str, place: int) -> bool:
    """Whether a joiner stands where a script needs it."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if not _JOINED.match(before) or unicodedata.category(before)[0] not in "LM":
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return after not in _JOINERS or not after
    return bool(_JOINED.match(after)) and unicodedata.category(after)[0] in "LM"


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(character: str) -> str:
    return json.dumps(character)[1:-1]
