"""What a process knows of the casebook that it writes; everything that it reads there is compared with that.

Rules:
    * Log and records are known from the verification at the opening. What this process writes is added once its
      transaction is written: a record is known as the newest event about it says, and as nothing else.
    * A record, an event or a head that is read otherwise than it is known is refused, and so is a list that lacks one.
    * A row that does not hold the key that was asked for is refused: an index can say anything.
    * Where nothing is known, in a casebook that is only read, nothing is compared but keys.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.orm import Session

from forensic_app.custody import time_text
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import CustodyChainBroken
from forensic_app.records import CustodyEvent
from forensic_app.store.faults import UndecodedValue, decoded
from forensic_app.store.tables import RECORD_TABLES, CheckpointRow, CustodyEventRow, Table
from forensic_app.verify import LogIndex, LogState, is_recorded, row_sha256

About = tuple[str, str]
"""Kind and key of a record."""
KNOWN, CHANGED = "known log", "records changed"
OBJECT_TYPES = {table: name for name, table in RECORD_TABLES.items()}
ADVICE = "Nothing was changed. Run: forensic-app verify, and compare the casebook with a backup."
_COLUMNS = ("sequence", "action", "examiner", "case_id", "object_type", "object_id", "previous_sha256")
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, UndecodedValue)


@dataclass(slots=True)
class Changes:
    """What a transaction recorded so far.

    Attributes:
        records: SHA-256 of each record that it made or changed.
        made: The rows that it made, by kind and key.
    """

    records: dict[About, str] = field(default_factory=dict)
    made: dict[About, Mapping[str, Any]] = field(default_factory=dict)


class KnownLog:
    """A casebook's log and records as one process knows them.

    Attributes:
        records: SHA-256 of each record, by kind and key.
        altered: Records that are other ones than their events say, with which an administrator went on.
        index: What there is.
    """

    def __init__(self, state: LogState | None = None) -> None:
        """Know what was verified; nothing of a new casebook."""
        self.records: dict[About, str] = {} if state is None else {**state.recorded, **state.altered}
        self.altered: frozenset[About] = frozenset() if state is None else frozenset(state.altered)
        self.index = LogIndex() if state is None else state.index
        self._highest: dict[str, int] = {}
        for about in self.records:
            self._count(about)

    def highest(self, object_type: str) -> int:
        """Return the highest number that a record of a kind ever had, also one that is gone; 0 where there was none."""
        return self._highest.get(object_type, 0)

    def take(self, events: Iterable[CustodyEvent], changes: Changes, head: Sequence[Any]) -> None:
        """Add what a transaction wrote.

        Args:
            events: Its events.
            changes: The records that it made and changed.
            head: The columns of the head that it ends with, as stored.
        """
        for each in events:
            self.index.add_event(each.sequence, (each.object_type, each.object_id), each.case_id, each.sha256)
        for about, row in changes.made.items():
            self.index.add_record(*about, row)
            self._count(about)
        self.records.update(changes.records)
        self.index.heads[head[0]] = row_sha256(head)

    def event_numbers(
        self,
        *,
        about: About | None = None,
        case_id: str | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Sequence[int]:
        """Return the numbers of the events that there are, oldest first; with ``limit`` the newest of them."""
        numbers: Sequence[int] = range(1, len(self.index.events) + 1)
        if about is not None:
            numbers = self.index.about.get(about, [])
        elif case_id is not None:
            numbers = self.index.in_case.get(case_id, [])
        begins = 0 if after is None else bisect_right(numbers, after)
        ends = len(numbers) if before is None else bisect_left(numbers, before)
        return numbers[begins if limit is None else max(begins, ends - limit) : ends]

    def is_event(self, row: CustodyEventRow) -> bool:
        """Return whether an event is the one that is known by its number."""
        known = self.index
        if row.sequence in known.altered_events:
            return row_sha256(_event_columns(row)) == known.altered_events[row.sequence]
        if not 1 <= row.sequence <= len(known.events):
            return False
        if not known.events[row.sequence - 1] == row.sha256 == sha256_of_bytes(row.canonical.encode()):
            return False
        told = json.loads(row.canonical)
        return told["occurred_at"] == time_text(row.occurred_at) and all(
            told[name] == getattr(row, name) for name in _COLUMNS
        )

    def is_head(self, row: CheckpointRow) -> bool:
        """Return whether a head is the one that is known by its size."""
        columns = (row.size, row.root_sha256, row.note, row.key_id, time_text(row.created_at))
        return self.index.heads.get(row.size) == row_sha256(columns)

    def _count(self, about: About) -> None:
        number = about[1].rpartition("-")[2]
        if number.isascii() and number.isdigit():
            self._highest[about[0]] = max(self._highest.get(about[0], 0), int(number))


class CheckedSession(Session):
    """A session that gives a record by the key that was asked for, and misses one that is known."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row with a key, or ``None``; see :meth:`sqlalchemy.orm.Session.get`.

        Raises:
            CustodyChainBroken: It is another row, or one that should be there is not.
        """
        row = super().get(entity, ident, **options)
        known = known_log(self)
        if row is None:
            kind = OBJECT_TYPES.get(entity, "")
            if known is not None and ident in known.index.members.get((kind, "", ""), ()):
                raise _gone(kind, [ident])
        elif inspect(entity).primary_key_from_instance(row)[0] != ident:
            raise _other_answer(entity, str(ident))
        return row


def known_log(session: Session) -> KnownLog | None:
    """Return what is known in a session; ``None`` where the casebook is only read."""
    known: KnownLog | None = session.info.get(KNOWN)
    return known


def changes_of(session: Session) -> Changes:
    """Return what the transaction of a session recorded so far."""
    changes: Changes = session.info.setdefault(CHANGED, Changes())
    return changes


def key_column(table: type[Table]) -> str:
    """Return the name of a record table's key."""
    return str(inspect(table).primary_key[0].name)


def stored_row(connection: Connection, table: type[Table], object_id: str) -> dict[str, Any]:
    """Return a row as SQLite stores it; empty where there is none."""
    found = connection.exec_driver_sql(
        f'SELECT * FROM "{table.__tablename__}" WHERE {key_column(table)} = ?', (object_id,)
    )
    return dict(found.mappings().first() or {})


def meant(row: Table) -> dict[str, Any]:
    """Return a row as SQLite would store what the program holds of it.

    Raises:
        StoreUnavailable: A value cannot be written back as it was read.
    """
    values = {}
    with decoded():
        for column in inspect(type(row)).columns:
            value = getattr(row, column.key)
            bind = getattr(column.type, "process_bind_param", None)
            values[str(column.name)] = value if bind is None else bind(value, None)
    return values


def refuse_other_record(session: Session, table: type[Table], object_id: str, row: dict[str, Any]) -> None:
    """Refuse a row that is not the record that is known by its key.

    Raises:
        CustodyChainBroken: It is another one, or one that the program would write otherwise.
    """
    known = known_log(session)
    if known is None:
        return
    about = (OBJECT_TYPES[table], object_id)
    digest = changes_of(session).records.get(about, known.records.get(about, ""))
    if is_recorded(row, digest):
        return
    if about in known.altered and is_recorded(stored_row(session.connection(), table, object_id), digest):
        raise _written_otherwise(f"record of {_words(about[0])} {object_id}")
    raise CustodyChainBroken(
        f"The record of {_words(about[0])} {object_id} was changed by another program while the casebook was open.",
        ADVICE,
    )


def refuse_missing(
    session: Session, table: type[Table], rows: Iterable[Table], *, column: str = "", value: str = ""
) -> None:
    """Refuse a list of records that is not all of those known; for transactions that only read.

    Args:
        session: The transaction.
        table: What was asked for.
        rows: What the database gave.
        column: Column of :data:`forensic_app.verify.OWNERS` by which it was asked; all are expected by default.
        value: What it holds.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    known = known_log(session)
    if known is None:
        return
    kind = OBJECT_TYPES[table]
    expected = set(known.index.members.get((kind, column, value), ()))
    found = {str(inspect(table).primary_key_from_instance(row)[0]) for row in rows}
    if found != expected:
        raise _gone(kind, sorted(found ^ expected))


def refuse_missing_events(session: Session, rows: Iterable[CustodyEventRow], **wanted: Any) -> None:
    """Refuse a list of events that is not what :meth:`KnownLog.event_numbers` gives.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    known = known_log(session)
    if known is None:
        return
    found, expected = {row.sequence for row in rows}, set(known.event_numbers(**wanted))
    if found != expected:
        raise _gone("custody event", sorted(found ^ expected))


def refuse_missing_heads(session: Session, rows: Iterable[CheckpointRow], *, newest: bool = False) -> None:
    """Refuse a list of heads that is not all of those known, or not the newest.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    known = known_log(session)
    if known is None:
        return
    sizes = known.index.heads.keys()
    expected = {max(sizes)} if newest and sizes else set(sizes)
    found = {row.size for row in rows}
    if found != expected:
        raise _gone("checkpoint", sorted(found ^ expected))


def refuse_other_answers(rows: Iterable[Table], asked: str, *columns: str) -> None:
    """Refuse rows that hold what was asked for in none of the columns by which it was asked; case does not matter.

    Raises:
        CustodyChainBroken: There is one: an index of the database is not that of its table.
    """
    for row in rows:
        if all(str(getattr(row, column)).casefold() != asked.casefold() for column in columns):
            raise _other_answer(type(row), asked)


def refuse_unworkable(session: Session) -> None:
    """Refuse to go on with an altered record, event or head that the program cannot hold as it is stored.

    Raises:
        CustodyChainBroken: There is one; the sentence names it.
    """
    known = known_log(session)
    for kind, key in sorted(known.altered) if known is not None else ():
        try:
            session.get(RECORD_TABLES[kind], key)
        except _UNREADABLE as error:
            raise _written_otherwise(f"record of {_words(kind)} {key}") from error
    for number in sorted(known.index.altered_events) if known is not None else ():
        try:
            session.get(CustodyEventRow, number)
        except _UNREADABLE as error:
            raise _written_otherwise(f"custody event {number}") from error
    try:
        session.scalars(select(CheckpointRow)).all()
    except _UNREADABLE as error:
        raise _written_otherwise("checkpoint of some events") from error


@event.listens_for(Table, "load", propagate=True)
def _refuse_changed(target: Table, context: Any) -> None:
    """Refuse what is read otherwise than it is known."""
    session = context.session
    known = known_log(session)
    if known is None:
        return
    if type(target) in OBJECT_TYPES:
        key = str(inspect(type(target)).primary_key_from_instance(target)[0])
        refuse_other_record(session, type(target), key, meant(target))
    elif isinstance(target, CustodyEventRow) and not known.is_event(target):
        raise _changed(f"Custody event {target.sequence}")
    elif isinstance(target, CheckpointRow) and not known.is_head(target):
        raise _changed(f"The checkpoint of {target.size} events")


def _event_columns(row: CustodyEventRow) -> tuple[Any, ...]:
    return (
        row.sequence, row.action, time_text(row.occurred_at), row.examiner, row.case_id, row.object_type,
        row.object_id, row.previous_sha256, row.sha256, row.canonical,
    )  # fmt: skip


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _changed(what: str) -> CustodyChainBroken:
    return CustodyChainBroken(f"{what} was changed by another program while the casebook was open.", ADVICE)


def _gone(kind: str, keys: Sequence[object]) -> CustodyChainBroken:
    return CustodyChainBroken(
        f"Another program took away or put in what the casebook holds of {_words(kind)} {keys[0]} while it was open.",
        ADVICE,
    )


def _other_answer(table: type[Table], asked: str) -> CustodyChainBroken:
    return CustodyChainBroken(
        f"The database gave another {_words(str(table.__tablename__))} than {asked}: its index was altered.",
        ADVICE,
    )


def _written_otherwise(what: str) -> CustodyChainBroken:
    return CustodyChainBroken(
        f"The {what} is stored in a form in which this program writes nothing: it can be verified and compared, and "
        f"nothing can be added to a casebook that holds it.",
        "Restore the newest copy that verifies: forensic-app casebook restore.",
    )
