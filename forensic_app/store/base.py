"""What every part of the case store shares: transactions, custody events, signed heads, identifiers.

Rules:
    * A change and its custody event are one transaction; :meth:`StoreBase._append` is the only writer of
      events.
    * Every transaction that writes events ends with a signed head (checkpoint) over the whole log, which names
      the head before it: there is no event without a signature.
    * Nothing is added to a log that is not the one this store verified or wrote itself, and what a writer reads is
      compared with what it knows of it (:mod:`forensic_app.store.known_log`). Reading waits for a transaction that is
      being written, so that both are of one state.
    * An event about a record holds ``record_sha256``, the SHA-256 of the canonical JSON of the whole row as
      SQLite stores it, taken after the change, and for a change ``record_before``, the changed columns as they
      were stored before it.
    * Every event holds ``utc_offset``, the workstation's offset from UTC at that time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.orm import Session

from forensic_app.custody import (
    FIRST_PREVIOUS_SHA256,
    MerkleTree,
    SigningKey,
    event_bytes,
    next_event,
    note_sha256,
    sign_checkpoint,
    time_text,
)
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import CustodyChainBroken, StoreUnavailable
from forensic_app.records import CustodyEvent
from forensic_app.store import fields
from forensic_app.store.clock_watch import ClockWatch
from forensic_app.store.database import refuse_other_schema, writing
from forensic_app.store.faults import decoded, translated
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.known_log import (
    KNOWN,
    OBJECT_TYPES,
    CheckedSession,
    KnownLog,
    changes_of,
    known_log,
    refuse_missing,
    stored_row,
)
from forensic_app.store.recording import record_before, refuse_other_values, refuse_unrecorded
from forensic_app.store.tables import MetaRow, Table
from forensic_app.store.vault import Vault
from forensic_app.verify import CLOCK

Clock = Callable[[], datetime]
_RESERVED = {"record_sha256", "record_before", "utc_offset"}
_APPENDED, _HEAD = "events appended", "head"
_INSERT_EVENT = (
    "INSERT INTO custody_event (sequence, action, occurred_at, examiner, case_id, object_type, object_id, "
    "previous_sha256, sha256, canonical) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LOG_END = """
    SELECT (SELECT group_concat(origin, char(10)) FROM meta),
        COALESCE((SELECT MAX(sequence) FROM custody_event), 0),
        COALESCE((SELECT sha256 FROM custody_event ORDER BY sequence DESC LIMIT 1), ''),
        (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1)
"""


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LogEnd:
    """Where a custody log ends.

    Attributes:
        event: Its newest event; ``None`` for an empty log.
        tree: Merkle tree over all digests.
        note: The newest head; ``None`` where there is none.
    """

    event: CustodyEvent | None
    tree: MerkleTree
    note: str | None

    @property
    def sequence(self) -> int:
        """Number of the newest event; 0 for an empty log."""
        return 0 if self.event is None else self.event.sequence

    @property
    def sha256(self) -> str:
        """Digest of the newest event; empty for an empty log."""
        return "" if self.event is None else self.event.sha256


class StoreBase:
    """State and helpers of the case store."""

    folder: Path
    vault: Vault
    examiner: str
    _engine: Engine
    _clock: Clock
    _key: SigningKey | None
    _is_read_only: bool
    _lock: threading.RLock
    _log_end: LogEnd
    _heads: KnownHeads | None
    _watch: ClockWatch | None
    _origin: str | None
    _schema: Mapping[str, str] | None
    _known: KnownLog | None

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        waiting = nullcontext() if self._known is None else self._lock
        with (
            waiting,
            translated(self.folder),
            decoded(),
            CheckedSession(self._engine, info={KNOWN: self._known}) as session,
        ):
            yield session

    @contextmanager
    def _writing(self, connection: Connection | None = None) -> Iterator[Session]:
        """Yield a transaction that ends with a signed head; with ``connection`` a part of the one it is in."""
        if self._is_read_only:
            raise StoreUnavailable(
                f"The casebook {self.folder} was opened for reading only.",
                "Open it for writing to change it.",
            )
        bind = writing(self._engine) if connection is None else connection
        with self._lock, translated(self.folder):
            with (
                CheckedSession(
                    bind,
                    expire_on_commit=False,
                    join_transaction_mode="rollback_only",
                    info={KNOWN: self._known},
                ) as session,
                session.begin(),
            ):
                yield session
                end = self._sign(session)
            if end is not None:
                self._log_end = end
                if self._known is not None:
                    self._known.take(session.info[_APPENDED], changes_of(session), session.info[_HEAD])
                if connection is None:
                    self._remember()

    def _append(
        self,
        session: Session,
        action: str,
        *,
        object_type: str,
        object_id: str,
        case_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        record_sha256: str | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> CustodyEvent:
        given = fields.recordable(dict(details or {}))
        if _RESERVED & given.keys():
            raise ValueError(f"details may not name {sorted(_RESERVED & given.keys())}")
        moment = self._clock()
        if _APPENDED not in session.info:
            self._refuse_other_end(session)
        self._tell_clock(session, moment)
        if record_sha256 is not None:
            given["record_sha256"] = record_sha256
        if before is not None:
            given["record_before"] = dict(before)
        return self._write_event(
            session,
            moment,
            action=action,
            object_type=object_type,
            object_id=object_id,
            case_id=case_id,
            details=given,
        )

    def _tell_clock(self, session: Session, moment: datetime) -> None:
        """Append an event for each jump of the clock before the event that is written at ``moment``."""
        previous = self._newest(session)
        if self._watch is None or previous is None:
            return
        for jump in self._watch.look(moment, previous.occurred_at):
            self._write_event(
                session,
                moment,
                action=CLOCK,
                object_type="casebook",
                object_id=casebook_id_of(session),
                case_id=None,
                details=jump.details,
            )

    def _newest(self, session: Session) -> CustodyEvent | None:
        """Return the newest event, of this transaction or of those before; ``None`` in an empty log."""
        appended: list[CustodyEvent] = session.info.get(_APPENDED, [])
        return appended[-1] if appended else self._log_end.event

    def _write_event(
        self,
        session: Session,
        moment: datetime,
        *,
        action: str,
        object_type: str,
        object_id: str,
        case_id: str | None,
        details: Mapping[str, Any],
    ) -> CustodyEvent:
        """Write the event that follows the newest one."""
        event = next_event(
            self._newest(session),
            action=action,
            occurred_at=moment,
            examiner=self.examiner,
            object_type=object_type,
            object_id=object_id,
            case_id=case_id,
            details={**details, "utc_offset": moment.astimezone().isoformat(timespec="microseconds")[-6:]},
        )
        session.connection().exec_driver_sql(_INSERT_EVENT, _event_values(event))
        session.info.setdefault(_APPENDED, []).append(event)
        return event

    def _append_change(
        self,
        session: Session,
        action: str,
        row: Table,
        *,
        case_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> CustodyEvent:
        """Write the event about a row added or changed in this transaction, after its last change."""
        session.flush()
        object_type = OBJECT_TYPES[type(row)]
        object_id = str(inspect(type(row)).primary_key_from_instance(row)[0])
        stored = stored_row(session.connection(), type(row), object_id)
        refuse_other_values(row, stored)
        recorded = sha256_of_bytes(canonical_json(stored))
        before = record_before(session, action, object_type, object_id, stored)
        event = self._append(
            session,
            action,
            object_type=object_type,
            object_id=object_id,
            case_id=case_id,
            details=details,
            record_sha256=recorded,
            before=before,
        )
        changes_of(session).records[object_type, object_id] = recorded
        changes_of(session).steps.append(((object_type, object_id), before, stored))
        return event

    def _amend(
        self,
        session: Session,
        action: str,
        row: Table,
        values: Mapping[str, Any],
        *,
        case_id: str,
        reason: str | None = None,
    ) -> bool:
        """Set ``values`` on a row; return whether any was another one, then with its event that keeps both."""
        before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
        if not before:
            return False
        after = {name: values[name] for name in before}
        for name, value in after.items():
            setattr(row, name, value)
        details = {"before": before, "after": after, **({} if reason is None else {"reason": reason})}
        self._append_change(session, action, row, case_id=case_id, details=details)
        return True

    def _refuse_other_end(self, session: Session) -> None:
        """Refuse to add to a log that does not end where this store knows that it ends.

        Raises:
            CustodyChainBroken: Another program wrote to it meanwhile.
        """
        connection = session.connection()
        if self._schema is not None:
            refuse_other_schema(connection, self._schema, self.folder)
        found = tuple(connection.exec_driver_sql(_LOG_END).one())
        if found != (self._origin, self._log_end.sequence, self._log_end.sha256, self._log_end.note):
            raise CustodyChainBroken(
                f"The custody log of {self.folder} was changed by another program while it was open.",
                "Nothing was added to it. Close the casebook, run: forensic-app verify, and compare it with a "
                "backup.",
            )

    def _sign(self, session: Session) -> LogEnd | None:
        """Sign the log as it is at the end of this transaction; ``None`` when nothing was added to it."""
        session.flush()
        refuse_unrecorded(session)
        appended: list[CustodyEvent] = session.info.get(_APPENDED, [])
        if not appended:
            return None
        if self._key is None or self._origin is None:
            raise RuntimeError("a writer needs a signing key and a log")
        tree = self._log_end.tree.copy()
        for each in appended:
            tree.append(bytes.fromhex(each.sha256))
        before = self._log_end.note
        checkpoint = sign_checkpoint(
            origin=self._origin,
            size=appended[-1].sequence,
            root=tree.root(),
            key=self._key,
            created_at=appended[-1].occurred_at,
            previous_sha256=FIRST_PREVIOUS_SHA256 if before is None else note_sha256(before),
        )
        session.info[_HEAD] = (
            checkpoint.size,
            checkpoint.root_sha256,
            checkpoint.note,
            checkpoint.key_id,
            time_text(checkpoint.created_at),
        )
        session.connection().exec_driver_sql(
            "INSERT INTO checkpoint (size, root_sha256, note, key_id, created_at) VALUES (?, ?, ?, ?, ?)",
            session.info[_HEAD],
        )
        return LogEnd(appended[-1], tree, checkpoint.note)

    def _remember(self) -> None:
        """Let the workstation remember the newest head, once the transaction that it ends is written.

        A workstation whose folder cannot be written remembers an earlier head: the next opening verifies more.
        """
        if self._heads is not None and self._origin is not None and self._log_end.note is not None:
            self._heads.keep(self._origin, self._log_end.note)


def casebook_id_of(session: Session) -> str:
    """Return the casebook's identifier.

    Raises:
        CustodyChainBroken: Its record is missing.
    """
    rows = session.scalars(select(MetaRow)).all()
    refuse_missing(session, MetaRow, rows)
    return rows[0].casebook_id


def next_id(session: Session, table: type[Table], prefix: str, *, digits: int = 4) -> str:
    """Return the identifier after the newest one; none is used twice, not even one of a record that is gone."""
    key = inspect(table).primary_key[0].name
    newest = session.connection().exec_driver_sql(
        f'SELECT MAX(CAST(SUBSTR({key}, {len(prefix) + 1}) AS INTEGER)) FROM "{table.__tablename__}"'
    )
    known = known_log(session)
    recorded = 0 if known is None else known.highest(OBJECT_TYPES[table])
    return f"{prefix}{max(newest.scalar() or 0, recorded) + 1:0{digits}d}"


def _event_values(event: CustodyEvent) -> tuple[Any, ...]:
    return (
        event.sequence,
        event.action,
        time_text(event.occurred_at),
        event.examiner,
        event.case_id,
        event.object_type,
        event.object_id,
        event.previous_sha256,
        event.sha256,
        event_bytes(event).decode(),
    )
