"""What a process knows of the casebook that it writes; everything that it reads there is compared with that.

Rules:
    * Log and records are known from the verification at the opening. What this process writes is added once its
      transaction is written: a record is known as the newest event about it says, and as nothing else.
    * A record, an event or a head that is read otherwise than it is known is refused, and so is a list that lacks one.
      "There is none" is such a list: an answer that is empty is compared as one that is not.
    * A row that does not hold the key that was asked for is refused: an index can say anything.
    * Where nothing is known, in a casebook that is only read, nothing is compared but keys.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Session

from forensic_app.custody import time_text
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import CustodyChainBroken
from forensic_app.records import CustodyEvent
from forensic_app.store.faults import decoded
from forensic_app.store.tables import RECORD_TABLES, CheckpointRow, CustodyEventRow, Table
from forensic_app.verify import OWNERS, LogIndex, LogState, is_recorded, member_place, row_sha256

About = tuple[str, str]
"""Kind and key of a record."""
Step = tuple[About, Mapping[str, Any] | None, Mapping[str, Any]]
"""A record, what its columns were that changed (``None``: it is new), and the row as it is stored then."""
MOST_DIGITS = 100
"""Longest number at the end of a key that is read as one: Python reads 4,300 digits, and ours have few."""
KNOWN, CHANGED = "known log", "records changed"
OBJECT_TYPES = {table: name for name, table in RECORD_TABLES.items()}
ADVICE = "Nothing was changed. Run: forensic-app verify, and compare the casebook with a backup."
_COLUMNS = ("sequence", "action", "examiner", "case_id", "object_type", "object_id", "previous_sha256")


@dataclass(slots=True)
class Changes:
    """What a transaction recorded so far.

    Attributes:
        records: SHA-256 of each record that it made or changed.
        steps: What it made and changed, in this order.
    """

    records: dict[About, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


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
        for about, before, row in changes.steps:
            if before is None:
                self.index.add_record(*about, row)
                self._count(about)
            else:
                self._move(about, before, row)
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

    def _move(self, about: About, before: Mapping[str, Any], row: Mapping[str, Any]) -> None:
        """Know a record by what it holds now of the columns by which records are looked for."""
        kind, key = about
        for column in OWNERS.get(kind, ()):
            if column in before:
                self.index.members[member_place(kind, column, before[column])].remove(key)
                self.index.members.setdefault(member_place(kind, column, row[column]), []).append(key)

    def _count(self, about: About) -> None:
        number = about[1].rpartition("-")[2]
        if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS:
            self._highest[about[0]] = max(self._highest.get(about[0], 0), int(number))


class CheckedSession(Session):
    """A session that gives a record by the key that was asked for, and misses one that is known."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row with a key, or ``None``; see :meth:`sqlalchemy.orm.Session.get`.

        Raises:
            CustodyChainBroken: It is another row, or one that should be there is not.
        """
        row = super().get(entity, ident, **options)
        if row is None:
            if _is_known(self, entity, ident):
                raise _gone(OBJECT_TYPES[entity], [ident])
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
        raise written_otherwise(f"record of {words(about[0])} {object_id}")
    raise CustodyChainBroken(
        f"The record of {words(about[0])} {object_id} was changed by another program while the casebook was open.",
        ADVICE,
    )


def refuse_missing(
    session: Session, table: type[Table], rows: Iterable[Table], *, column: str = "", value: str = ""
) -> None:
    """Refuse a list of records that is not all of those known, and of what this transaction made.

    Args:
        session: The transaction.
        table: What was asked for.
        rows: What the database gave.
        column: Column of :data:`forensic_app.verify.OWNERS` by which it was asked; all are expected by default.
        value: What it holds.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    refuse_missing_keys(session, table, map(_key_of, rows), column=column, value=value)


def refuse_missing_keys(
    session: Session, table: type[Table], keys: Iterable[str], *, column: str = "", value: str = ""
) -> None:
    """Refuse a list of keys as :func:`refuse_missing` refuses one of records.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    if known_log(session) is None:
        return
    found, expected = set(keys), known_keys(session, table, column, value)
    if found != expected:
        raise _gone(OBJECT_TYPES[table], sorted(found ^ expected))


def known_keys(session: Session, table: type[Table], column: str = "", value: str = "") -> set[str]:
    """Return the keys of the records that hold a value, as they are known in a session; see :func:`refuse_missing`."""
    known = known_log(session)
    kind = OBJECT_TYPES[table]
    place = member_place(kind, column, value)
    keys = set() if known is None else set(known.index.members.get(place, ()))
    for (each, key), _, row in changes_of(session).steps:
        if each == kind:
            keys.discard(key)
            keys.update([key] if not column or member_place(kind, column, row[column]) == place else ())
    return keys


def _is_known(session: Session, table: Any, key: object) -> bool:
    known = known_log(session)
    return known is not None and key in known.index.members.get((OBJECT_TYPES.get(table, ""), "", ""), ())


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


def refuse_other_answers(
    session: Session, table: type[Table], rows: Sequence[Table], asked: str, *columns: str
) -> None:
    """Refuse an answer that is not all of the records that hold what was asked for; case does not matter.

    Args:
        session: The transaction.
        table: What was asked for.
        rows: What the database gave.
        asked: What was asked for.
        columns: Where it may stand: the key, or columns of :data:`forensic_app.verify.OWNERS`.

    Raises:
        CustodyChainBroken: One holds it nowhere, since an index of the database is not that of its table; or one is
            missing.
    """
    for row in rows:
        if all(str(getattr(row, column)).casefold() != asked.casefold() for column in columns):
            raise _other_answer(type(row), asked)
    found = set(map(_key_of, rows))
    for column in columns:
        expected = set() if column == key_column(table) else known_keys(session, table, column, asked)
        if not expected <= found:
            raise _gone(OBJECT_TYPES[table], sorted(expected - found))
    if key_column(table) in columns and asked not in found and _is_known(session, table, asked):
        raise _gone(OBJECT_TYPES[table], [asked])


@event.listens_for(Table, "load", propagate=True)
def _refuse_changed(target: Table, context: Any) -> None:
    """Refuse what is read otherwise than it is known."""
    session = context.session
    known = known_log(session)
    if known is None:
        return
    if type(target) in OBJECT_TYPES:
        refuse_other_record(session, type(target), _key_of(target), meant(target))
    elif isinstance(target, CustodyEventRow) and not known.is_event(target):
        raise _changed(f"Custody event {target.sequence}")
    elif isinstance(target, CheckpointRow) and not known.is_head(target):
        raise _changed(f"The checkpoint of {target.size} events")


def _event_columns(row: CustodyEventRow) -> tuple[Any, ...]:
    return (
        row.sequence, row.action, time_text(row.occurred_at), row.examiner, row.case_id, row.object_type,
        row.object_id, row.previous_sha256, row.sha256, row.canonical,
    )  # fmt: skip


def _key_of(row: Table) -> str:
    return str(inspect(type(row)).primary_key_from_instance(row)[0])


def words(kind: str) -> str:
    """Return a kind of record as it is written in a sentence."""
    return kind.replace("_", " ")


def _changed(what: str) -> CustodyChainBroken:
    return CustodyChainBroken(f"{what} was changed by another program while the casebook was open.", ADVICE)


def _gone(kind: str, keys: Sequence[object]) -> CustodyChainBroken:
    return CustodyChainBroken(
        f"Another program took away or put in what the casebook holds of {words(kind)} {keys[0]} while it was open.",
        ADVICE,
    )


def _other_answer(table: type[Table], asked: str) -> CustodyChainBroken:
    return CustodyChainBroken(
        f"The database gave another {words(str(table.__tablename__))} than {asked}: its index was altered.",
        ADVICE,
    )


def written_otherwise(what: str) -> CustodyChainBroken:
    """Return the error to raise for what this program cannot hold as it is stored."""
    return CustodyChainBroken(
        f"The {what} is stored in a form in which this program writes nothing: it can be verified and compared, and "
        f"nothing can be added to a casebook that holds it.",
        "Restore the newest copy that verifies: forensic-app casebook restore.",
    )
