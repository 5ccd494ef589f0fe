"""What a report cannot print as it was recorded: characters without a glyph, and invisible ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

_MOST_LISTED = 12


def code_points(*texts: str) -> str:
    """Return the characters that a report prints by their code points, such as ``U+1F9FF, U+202E``.

    Each is named once, in the order of the texts; beyond a dozen the rest is counted as ``…``. Empty when all is
    printed as it was recorded.
    """
    if all(text.isascii() and text.isprintable() for text in texts):
        return ""
    from forensic_app.reports.fonts import spelt_out

    found = list(dict.fromkeys(each for text in texts for each in spelt_out(text)))
    listed = [f"U+{ord(each):04X}" for each in found[:_MOST_LISTED]]
    return ", ".join([*listed, "…"] if len(found) > _MOST_LISTED else listed)


def texts_of(content: Any) -> Iterator[str]:
    """Yield every text in plain frozen data, such as a report's content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, tuple):
        for each in content:
            yield from texts_of(each)
    elif dataclasses.is_dataclass(content):
        for field in dataclasses.fields(content):
            yield from texts_of(getattr(content, field.name))
