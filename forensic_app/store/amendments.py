"""What was amended in a record, and why: the custody events that keep both states.

Rules:
    * An amendment is a custody event ``..._changed`` on the record; nothing of the state before is lost.
    * Subjects and exhibits are amended with a reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from forensic_app.records import JsonObject
from forensic_app.store.base import StoreBase
from forensic_app.store.tables import CustodyEventRow


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change of a record.

    Attributes:
        sequence: Number of the custody event.
        amended_at: When, aware UTC.
        examiner: Who amended it.
        reason: Why; empty where an earlier version of the program asked for none.
        before: The fields that changed, as they were.
        after: The same fields, as they are since then.
    """

    sequence: int
    amended_at: datetime
    examiner: str
    reason: str
    before: JsonObject
    after: JsonObject


class AmendmentRecords(StoreBase):
    """The part of the case store that tells what was amended."""

    def amendments(self, object_type: str, object_id: str) -> list[Amendment]:
        """Return the amendments of a ``case``, ``subject`` or ``exhibit``, oldest first."""
        query = (
            select(CustodyEventRow)
            .where(
                CustodyEventRow.object_type == object_type,
                CustodyEventRow.object_id == object_id,
                CustodyEventRow.action == f"{object_type}_changed",
            )
            .order_by(CustodyEventRow.sequence)
        )
        with self._reading() as session:
            return [_amendment(row) for row in session.scalars(query)]


def _amendment(row: CustodyEventRow) -> Amendment:
    details = json.loads(row.canonical)["details"]
    return Amendment(
        sequence=row.sequence,
        amended_at=row.occurred_at,
        examiner=row.examiner,
        reason=details.get("reason", ""),
        before=details["before"],
        after=details["after"],
    )
