"""The list of cases as a table shows it: filtered, sorted, and read in pages.

Rules:
    * A case is due for new images two years after its newest completed run while its youngest subject was
      under 18 then, or when no date of birth is known; five years after it for adults.
    * A date of birth without day or month counts as the latest day it can be: the reminder comes early
      rather than late.
    * A case without a completed run, or a closed one, is never due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from forensic_app.records import Case, CaseKind, CaseStatus
from forensic_app.store import search
from forensic_app.store.base import StoreBase
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import CaseRow

SORT_KEYS = {
    "number": "c.case_number COLLATE NOCASE",
    "title": "c.title COLLATE NOCASE",
    "kind": "c.kind",
    "status": "c.status",
    "created": "c.created_at",
    "due": "refresh_due_on IS NULL, refresh_due_on",
}

_FACTS = """
WITH facts AS (
    SELECT c.*,
        (SELECT MAX(r.ended_at) FROM run r
            WHERE r.case_id = c.case_id AND r.status = 'completed') AS last_image_at,
        (SELECT MAX(CASE length(s.birth_date)
                WHEN 4 THEN s.birth_date || '-12-31'
                WHEN 7 THEN date(s.birth_date || '-01', '+1 month', '-1 day')
                ELSE s.birth_date END)
            FROM subject s WHERE s.case_id = c.case_id AND s.tombstone_reason IS NULL) AS youngest
    FROM "case" c WHERE c.tombstone_reason IS NULL
), c AS (
    SELECT facts.*,
        CASE
            WHEN last_image_at IS NULL OR status = 'closed' THEN NULL
            WHEN COALESCE(youngest, '') = '' OR date(youngest, '+18 years') > date(last_image_at)
                THEN date(last_image_at, '+2 years')
            ELSE date(last_image_at, '+5 years')
        END AS refresh_due_on
    FROM facts
)
"""
_COUNTS = """
    (SELECT group_concat(s.name, ', ') FROM subject s
        WHERE s.case_id = c.case_id AND s.tombstone_reason IS NULL),
    (SELECT COUNT(*) FROM exhibit e WHERE e.case_id = c.case_id AND e.tombstone_reason IS NULL)
"""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted, and in which order.

    Attributes:
        text: Every word must be found in the case or one of its subjects; empty for all.
        kind: Only of this kind.
        status: Only in this state.
        due_on: Only those due for new images on this day.
        sort_key: One of :data:`SORT_KEYS`.
        is_descending: Whether the largest comes first.
    """

    text: str = ""
    kind: CaseKind | None = None
    status: CaseStatus | None = None
    due_on: date | None = None
    sort_key: str = "created"
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of the list.

    Attributes:
        case: The case.
        subject_names: Names of its subjects, joined by commas.
        exhibit_count: Number of its exhibits.
        refresh_due_on: Day from which new images are due, ``None`` when they never are.
    """

    case: Case
    subject_names: str
    exhibit_count: int
    refresh_due_on: date | None


class CaseListRecords(StoreBase):
    """The part of the case store that lists cases."""

    def case_ids(self, wanted: CaseFilter) -> list[str]:
        """Return the identifiers of the cases that are wanted, in order.

        Raises:
            ValueError: The sort key does not exist.
        """
        if wanted.sort_key not in SORT_KEYS:
            raise ValueError(f"no sort key {wanted.sort_key!r}")
        conditions, values = _conditions(wanted)
        if conditions is None:
            return []
        direction = "DESC" if wanted.is_descending else "ASC"
        order = f"{SORT_KEYS[wanted.sort_key]} {direction}, c.case_id {direction}"
        sql = f"{_FACTS} SELECT c.case_id FROM c WHERE {' AND '.join(conditions) or '1'} ORDER BY {order}"
        with self._reading() as session:
            return [row[0] for row in session.connection().exec_driver_sql(sql, tuple(values))]

    def case_summaries(self, case_ids: Sequence[str]) -> list[CaseSummary]:
        """Return the lines of these cases, in the order of ``case_ids``; unknown ones are left out."""
        marks = ", ".join("?" * len(case_ids))
        sql = f"{_FACTS} SELECT c.case_id, c.refresh_due_on, {_COUNTS} FROM c WHERE c.case_id IN ({marks})"
        with self._reading() as session:
            rows = session.connection().exec_driver_sql(sql, tuple(case_ids)).all()
            cases = {
                row.case_id: record_of(Case, row)
                for row in session.scalars(select(CaseRow).where(CaseRow.case_id.in_(case_ids)))
            }
        found = {row[0]: _summary(cases[row[0]], row) for row in rows}
        return [found[case_id] for case_id in case_ids if case_id in found]


def _conditions(wanted: CaseFilter) -> tuple[list[str] | None, list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.text.strip():
        expression = search.match_expression(wanted.text)
        if not expression:
            return None, []
        conditions.append("c.case_id IN (SELECT case_id FROM search_index WHERE search_index MATCH ?)")
        values.append(expression)
    if wanted.kind is not None:
        conditions.append("c.kind = ?")
        values.append(wanted.kind.value)
    if wanted.status is not None:
        conditions.append("c.status = ?")
        values.append(wanted.status.value)
    if wanted.due_on is not None:
        conditions.append("c.refresh_due_on <= ?")
        values.append(wanted.due_on.isoformat())
    return conditions, values


def _summary(case: Case, row: Any) -> CaseSummary:
    return CaseSummary(
        case=case,
        subject_names=row[2] or "",
        exhibit_count=row[3],
        refresh_due_on=date.fromisoformat(row[1]) if row[1] else None,
    )
