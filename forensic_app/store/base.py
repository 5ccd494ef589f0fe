"""What every part of the case store shares: transactions, custody events, checkpoints, identifiers.

Rules:
    * A change and its custody event are one transaction; :meth:`StoreBase._append` is the only writer of
      events.
    * An event about a record holds ``record_sha256``, the SHA-256 of the canonical JSON of the whole row as
      SQLite stores it, taken after the change.
    * Every event holds ``utc_offset``, the workstation's offset from UTC at that time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from forensic_app.custody import MerkleTree, SigningKey, event_bytes, next_event, sign_checkpoint
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import StoreUnavailable
from forensic_app.records import Checkpoint, CustodyEvent
from forensic_app.store.database import writing
from forensic_app.store.faults import translated
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import RECORD_TABLES, CheckpointRow, CustodyEventRow, MetaRow, Table
from forensic_app.store.vault import Vault

Clock = Callable[[], datetime]
_OBJECT_TYPES = {table: name for name, table in RECORD_TABLES.items()}
_RESERVED = {"record_sha256", "utc_offset"}


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


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
    _tree: MerkleTree

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with translated(self.folder), Session(self._engine) as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        if self._is_read_only:
            raise StoreUnavailable(
                f"The casebook {self.folder} was opened for reading only.",
                "Open it for writing to change it.",
            )
        with self._lock, translated(self.folder):
            try:
                with Session(writing(self._engine), expire_on_commit=False) as session, session.begin():
                    yield session
            except BaseException:
                self._tree = MerkleTree()
                raise

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
    ) -> CustodyEvent:
        given = dict(details or {})
        if _RESERVED & given.keys():
            raise ValueError(f"details may not name {sorted(_RESERVED & given.keys())}")
        moment = self._clock()
        given["utc_offset"] = moment.astimezone().isoformat(timespec="microseconds")[-6:]
        if record_sha256 is not None:
            given["record_sha256"] = record_sha256
        newest = _newest_event(session)
        event = next_event(
            record_of(CustodyEvent, newest) if newest else None,
            action=action,
            occurred_at=moment,
            examiner=self.examiner,
            object_type=object_type,
            object_id=object_id,
            case_id=case_id,
            details=given,
        )
        session.add(_event_row(event))
        session.flush()
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
        object_id = str(inspect(type(row)).primary_key_from_instance(row)[0])
        return self._append(
            session,
            action,
            object_type=_OBJECT_TYPES[type(row)],
            object_id=object_id,
            case_id=case_id,
            details=details,
            record_sha256=_row_digest(session, type(row), object_id),
        )

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

    def _checkpoint(self, session: Session) -> Checkpoint:
        """Sign the log as it is in this transaction, unless the newest checkpoint covers it already."""
        if self._key is None:
            raise RuntimeError("a checkpoint needs the signing key")
        newest = _newest_event(session)
        last = session.scalars(select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)).first()
        if newest is None:
            raise RuntimeError("an empty custody log has no checkpoint")
        if last is not None and last.size == newest.sequence:
            return record_of(Checkpoint, last)
        digests = select(CustodyEventRow.sha256).where(CustodyEventRow.sequence > self._tree.size)
        for digest in session.scalars(digests.order_by(CustodyEventRow.sequence)):
            self._tree.append(bytes.fromhex(digest))
        checkpoint = sign_checkpoint(
            origin=session.scalars(select(MetaRow.origin)).one(),
            size=newest.sequence,
            root=self._tree.root(),
            key=self._key,
            created_at=newest.occurred_at,
        )
        session.add(
            CheckpointRow(
                size=checkpoint.size,
                root_sha256=checkpoint.root_sha256,
                note=checkpoint.note,
                key_id=checkpoint.key_id,
                created_at=checkpoint.created_at,
            )
        )
        session.flush()
        return checkpoint


def next_id(session: Session, table: type[Table], prefix: str, *, digits: int = 4) -> str:
    """Return the identifier after the newest one; rows are never deleted, so none is used twice."""
    key = inspect(table).primary_key[0].name
    newest = session.connection().exec_driver_sql(
        f'SELECT MAX(CAST(SUBSTR({key}, {len(prefix) + 1}) AS INTEGER)) FROM "{table.__tablename__}"'
    )
    return f"{prefix}{(newest.scalar() or 0) + 1:0{digits}d}"


def _newest_event(session: Session) -> CustodyEventRow | None:
    return session.scalars(select(CustodyEventRow).order_by(CustodyEventRow.sequence.desc()).limit(1)).first()


def _event_row(event: CustodyEvent) -> CustodyEventRow:
    return CustodyEventRow(
        sequence=event.sequence,
        action=event.action,
        occurred_at=event.occurred_at,
        examiner=event.examiner,
        case_id=event.case_id,
        object_type=event.object_type,
        object_id=event.object_id,
        previous_sha256=event.previous_sha256,
        sha256=event.sha256,
        canonical=event_bytes(event).decode(),
    )


def _row_digest(session: Session, table: type[Table], object_id: str) -> str:
    key = inspect(table).primary_key[0].name
    row = session.connection().exec_driver_sql(
        f'SELECT * FROM "{table.__tablename__}" WHERE {key} = ?', (object_id,)
    )
    return sha256_of_bytes(canonical_json(dict(row.mappings().one())))
