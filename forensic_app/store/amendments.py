"""What was amended in a record or withdrawn, and why: the custody events that keep both states.

Rules:
    * An amendment is a custody event ``..._changed`` on the record; nothing of the state before is lost.
    * Subjects and exhibits are amended with a reason.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.records import CustodyEvent, JsonObject
from forensic_app.store.base import StoreBase
from forensic_app.store.known_log import refuse_missing_events
from forensic_app.store.mapping import record_of
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


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The tombstone of a record: nothing of it is deleted, and nothing new is made of it.

    Attributes:
        sequence: Number of the custody event.
        withdrawn_at: When, aware UTC.
        examiner: Who withdrew it.
        reason: Why.
    """

    sequence: int
    withdrawn_at: datetime
    examiner: str
    reason: str


class AmendmentRecords(StoreBase):
    """The part of the case store that tells what was amended, and what was withdrawn."""

    def withdrawal(self, object_type: str, object_id: str) -> Withdrawal | None:
        """Return by whom, when and why a ``case``, ``subject`` or ``exhibit`` was withdrawn; ``None`` if it was not."""
        with self._reading() as session:
            for row in events_about(session, object_type, object_id):
                if row.action == f"{object_type}_removed":
                    reason = json.loads(row.canonical)["details"]["reason"]
                    return Withdrawal(row.sequence, row.occurred_at, row.examiner, reason)
        return None

    def amendments(self, object_type: str, object_id: str) -> list[Amendment]:
        """Return the amendments of a ``case``, ``subject`` or ``exhibit``, oldest first."""
        with self._reading() as session:
            rows = events_about(session, object_type, object_id)
            return [_amendment(row) for row in rows if row.action == f"{object_type}_changed"]

    def events_on(self, object_type: str, object_id: str) -> list[CustodyEvent]:
        """Return every custody event on a record, oldest first."""
        with self._reading() as session:
            return [record_of(CustodyEvent, row) for row in events_about(session, object_type, object_id)]


def events_about(session: Session, object_type: str, object_id: str) -> Sequence[CustodyEventRow]:
    """Return every event about an object, oldest first.

    Raises:
        CustodyChainBroken: One that is known is missing, or another one than was written.
    """
    query = (
        select(CustodyEventRow)
        .where(CustodyEventRow.object_type == object_type, CustodyEventRow.object_id == object_id)
        .order_by(CustodyEventRow.sequence)
    )
    rows = session.scalars(query).all()
    refuse_missing_events(session, rows, about=(object_type, object_id))
    return rows


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
