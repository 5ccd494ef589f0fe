"""Exhibits by digest or name, in every case of the casebook."""

from __future__ import annotations

import re

from sqlalchemy import select

from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit
from forensic_app.store.base import StoreBase
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import ExhibitRow

LEAST_DIGITS = 8
"""From how many characters on a hexadecimal text is looked for as the beginning of a SHA-256 too."""
_DIGITS = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")


class ExhibitSearch(StoreBase):
    """The part of the case store that finds exhibits."""

    def find_exhibits(self, text: str) -> list[Exhibit]:
        """Return the exhibits whose file or page has a SHA-256, or whose name or number holds a text, oldest first.

        Exhibits that were withdrawn are among them. Capitals and small letters are the same.

        Args:
            text: A SHA-256, its beginning of eight characters or more, or a part of a file's name or of a number.

        Raises:
            InvalidInput: There is nothing to look for.
        """
        wanted = text.strip().casefold()
        if not wanted:
            raise InvalidInput("There is nothing to look for.", "Give a SHA-256, or a part of a file's name.")
        with self._reading() as session:
            rows = session.scalars(select(ExhibitRow).order_by(ExhibitRow.exhibit_id)).all()
            refuse_missing(session, ExhibitRow, rows)
            return [record_of(Exhibit, row) for row in rows if _answers(row, wanted)]


def _answers(row: ExhibitRow, wanted: str) -> bool:
    digests = (row.sha256, row.page_sha256 or "")
    if _DIGITS.fullmatch(wanted) and any(each.startswith(wanted) for each in digests):
        return True
    return any(wanted in each.casefold() for each in (row.original_name, row.exhibit_number, row.exhibit_id))
