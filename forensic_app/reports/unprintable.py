"""What a report cannot print as it was recorded: characters without a glyph, and invisible ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forensic_app.reports.content import ReportContent

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


def code_points_entered(content: ReportContent) -> str:
    """Return the characters that a report prints as code points, of what people entered; see :func:`code_points`."""
    stated = (content.laboratory, content.issued_by, content.authorised_by, content.purpose, content.reason)
    added = (content.deviations, content.external_providers)
    return code_points(*texts_of((content.case, content.subjects, content.exhibits, stated, added)))


def texts_of(record: Any) -> Iterator[str]:
    """Yield every text of a record, of the records in it and of tuples of either."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, tuple):
        for each in record:
            yield from texts_of(each)
    elif dataclasses.is_dataclass(record):
        for field in dataclasses.fields(record):
            yield from texts_of(getattr(record, field.name))
