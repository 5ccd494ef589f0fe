"""Adapters that personalisation runs made: weights that belong to one subject and one model pack.

Rules:
    * An adapter's file is in the vault under its digest before its row is written; the row is never changed.
    * It is bound to the subject of the run's exhibit and to the pack that the run names.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.messages import OutputAdapter
from forensic_app.records import SubjectAdapter
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.known_log import refuse_missing, refuse_other_answers
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import AdapterRow, ExhibitRow, RunRow
from forensic_app.store.vault import StoredFile


class AdapterRecords(StoreBase):
    """The part of the case store that finds adapters."""

    def adapter(self, name: str) -> SubjectAdapter:
        """Return an adapter by its identifier or its SHA-256.

        Raises:
            RecordNotFound: There is none.
        """
        column = AdapterRow.sha256 if len(name) == 64 else AdapterRow.adapter_id
        with self._reading() as session:
            query = select(AdapterRow).where(column == name).order_by(AdapterRow.adapter_id)
            rows = session.scalars(query).all()
            refuse_other_answers(session, AdapterRow, rows, name, "adapter_id", "sha256")
            row = next(iter(rows), None)
            if row is None:
                raise RecordNotFound(
                    f"There is no adapter {name} in this casebook.",
                    "See which there are: forensic-app personalise --list.",
                )
            return record_of(SubjectAdapter, row)

    def adapters(self, *, subject_id: str | None = None, run_id: str | None = None) -> list[SubjectAdapter]:
        """Return the adapters, oldest first, of all subjects or of one, of all runs or of one."""
        query = select(AdapterRow).order_by(AdapterRow.adapter_id)
        with self._reading() as session:
            if subject_id is None and run_id is None:
                rows = session.scalars(query).all()
                refuse_missing(session, AdapterRow, rows)
            elif run_id is None:
                rows = session.scalars(query.where(AdapterRow.subject_id == subject_id)).all()
                refuse_missing(session, AdapterRow, rows, column="subject_id", value=str(subject_id))
            else:
                rows = session.scalars(query.where(AdapterRow.run_id == run_id)).all()
                refuse_missing(session, AdapterRow, rows, column="run_id", value=run_id)
            return [record_of(SubjectAdapter, row) for row in rows if subject_id in (None, row.subject_id)]


def add_adapter_row(session: Session, run: RunRow, adapter: OutputAdapter, file: StoredFile) -> AdapterRow:
    """Add the row of an adapter whose file is in the vault.

    Raises:
        InvalidInput: The run's exhibit belongs to no subject.
    """
    exhibit = session.get(ExhibitRow, run.exhibit_id)
    if exhibit is None or exhibit.subject_id is None:
        raise InvalidInput(
            f"The exhibit of the run {run.run_id} belongs to no subject.", "Assign it to its subject first."
        )
    row = AdapterRow(
        adapter_id=next_id(session, AdapterRow, "A-"),
        run_id=run.run_id,
        subject_id=exhibit.subject_id,
        pack_name=run.spec["pack_name"],
        pack_sha256=run.spec["pack_sha256"],
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        facts=dict(adapter.facts),
    )
    session.add(row)
    session.flush()
    return row
