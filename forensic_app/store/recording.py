"""What each custody event may record, and what records were before a transaction changed them.

Rules:
    * Only the events named here make or change records, and each changes the columns that it is named with; the
      verifier holds the same table by itself.
    * A row is compared with what is known of it before it is changed (:mod:`forensic_app.store.known_log`): a record
      that another program altered is never confirmed by an event of ours.
    * A transaction in which a record was made or changed without an event fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, Session, object_session

from forensic_app.errors import CustodyChainBroken
from forensic_app.store.known_log import ADVICE, OBJECT_TYPES, meant, refuse_other_record, stored_row
from forensic_app.store.tables import Table

CREATIONS: Mapping[str, str] = {
    "casebook_created": "casebook",
    "examiner_registered": "examiner",
    "key_registered": "signing_key",
    "case_created": "case",
    "subject_added": "subject",
    "exhibit_received": "exhibit",
    "run_queued": "run",
    "image_derived": "derived_image",
    "adapter_made": "adapter",
    "licence_accepted": "licence_acceptance",
    "report_issued": "report",
    "gallery_created": "gallery",
    "gallery_batch_added": "gallery_batch",
    "gallery_face_removed": "gallery_removal",
    "image_note_added": "image_note",
    "image_note_amended": "image_note",
    "image_note_withdrawn": "image_note",
    "consent_recorded": "consent",
    "relationship_recorded": "relationship",
}
"""Kind of record that each event makes."""

_ENDED = ("run", ("status", "ended_at", "failure"))
CHANGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "casebook_upgraded": ("casebook", ("schema_digests",)),
    "case_changed": ("case", ("title", "kind", "agency", "authorization")),
    "case_closed": ("case", ("status",)),
    "case_reopened": ("case", ("status",)),
    "case_removed": ("case", ("tombstone_reason",)),
    "subject_changed": (
        "subject",
        ("name", "aliases", "sex", "birth_date", "last_seen", "last_seen_place", "description"),
    ),
    "subject_removed": ("subject", ("tombstone_reason",)),
    "exhibit_changed": (
        "exhibit",
        ("exhibit_number", "subject_id", "source", "received_how", "photo_date", "age_at_photo", "notes"),
    ),
    "exhibit_removed": ("exhibit", ("tombstone_reason",)),
    "run_started": ("run", ("status", "started_at", "environment")),
    "run_completed": ("run", ("status", "ended_at", "environment", "control", "face", "warnings")),
    "run_failed": _ENDED,
    "run_cancelled": _ENDED,
    "run_interrupted": _ENDED,
    "consent_withdrawn": ("consent", ("withdrawn_at", "withdrawal_reason")),
    "relationship_removed": ("relationship", ("tombstone_reason",)),
}
"""Kind of record and columns that each event may change."""

_BEFORE, _MADE = "records before", "records made"


def record_before(
    session: Session, action: str, object_type: str, object_id: str, row: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the columns that a change in this transaction altered, as they were; ``None`` for a new record.

    Args:
        session: The transaction; everything is flushed.
        action: The event.
        object_type: Kind of record.
        object_id: Its key.
        row: The row as it is stored now.

    Raises:
        RuntimeError: The event may not make or change such a record, or not these columns.
    """
    about = (object_type, object_id)
    made: set[tuple[str, str]] = session.info.get(_MADE, set())
    before: Mapping[str, Any] = session.info.get(_BEFORE, {}).pop(about, row)
    if CREATIONS.get(action) == object_type and about in made:
        made.discard(about)
        return None
    kind, columns = CHANGES.get(action, ("", ()))
    if kind != object_type:
        raise RuntimeError(f"the event {action} may not make or change a record of {object_type}")
    changed = {name: before.get(name) for name, value in row.items() if before.get(name) != value}
    if not changed.keys() <= set(columns):
        raise RuntimeError(f"the event {action} may not change {sorted(changed.keys() - set(columns))}")
    return changed


def refuse_unrecorded(session: Session) -> None:
    """Refuse to end a transaction in which a record was made or changed without an event.

    Raises:
        RuntimeError: There is such a record.
    """
    left = [*session.info.get(_BEFORE, {}), *session.info.get(_MADE, ())]
    if left:
        raise RuntimeError(f"the record of {left[0][0]} {left[0][1]} was changed without a custody event")


def refuse_other_values(row: Table, stored: Mapping[str, Any]) -> None:
    """Refuse to sign a row that the database holds otherwise than the program meant to write it.

    Raises:
        CustodyChainBroken: Something in the database changed what was written.
    """
    changed = sorted(name for name, value in meant(row).items() if stored.get(name) != value)
    if changed:
        raise CustodyChainBroken(
            f"The database did not keep what was written to {row.__tablename__}: {', '.join(changed)}.",
            ADVICE,
        )


@event.listens_for(Table, "before_update", propagate=True)
def _keep_before(mapper: Mapper[Any], connection: Connection, target: Table) -> None:
    """Keep a row as it was before this transaction, once it is known to be what was recorded."""
    table = type(target)
    session = object_session(target)
    if session is None or table not in OBJECT_TYPES or not session.is_modified(target):
        return
    about = (OBJECT_TYPES[table], str(mapper.primary_key_from_instance(target)[0]))
    kept = session.info.setdefault(_BEFORE, {})
    if about in kept or about in session.info.get(_MADE, ()):
        return
    row = stored_row(connection, table, about[1])
    refuse_other_record(session, table, about[1], row)
    kept[about] = row


@event.listens_for(Table, "after_insert", propagate=True)
def _keep_made(mapper: Mapper[Any], connection: Connection, target: Table) -> None:  # noqa: ARG001
    session = object_session(target)
    if session is not None and type(target) in OBJECT_TYPES:
        about = (OBJECT_TYPES[type(target)], str(mapper.primary_key_from_instance(target)[0]))
        session.info.setdefault(_MADE, set()).add(about)
