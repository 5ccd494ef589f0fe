"""The records of a case as they are stored, for whoever is to check them without this program."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from forensic_app.records import StoredRecord
from forensic_app.store.base import StoreBase
from forensic_app.store.cases import case_id_of
from forensic_app.store.known_log import OBJECT_TYPES, key_column, refuse_other_record, stored_row
from forensic_app.store.tables import (
    AdapterRow,
    CaseRow,
    DerivedImageRow,
    ExhibitRow,
    ReportRow,
    RunRow,
    SubjectRow,
    Table,
)


class DisclosureRecords(StoreBase):
    """The part of the case store that hands out records as they are stored."""

    def stored_records(self, case_id: str) -> list[StoredRecord]:
        """Return every record of a case, withdrawn ones too: case, subjects, exhibits, runs, images, adapters, reports.

        Raises:
            RecordNotFound: There is no such case.
            CustodyChainBroken: A record is not the one that was verified.
        """
        with self._reading() as session:
            case = case_id_of(session, case_id)
            runs = select(RunRow.run_id).where(RunRow.case_id == case)
            found: list[StoredRecord] = []
            wanted: tuple[tuple[type[Table], Any], ...] = (
                (CaseRow, CaseRow.case_id == case),
                (SubjectRow, SubjectRow.case_id == case),
                (ExhibitRow, ExhibitRow.case_id == case),
                (RunRow, RunRow.case_id == case),
                (DerivedImageRow, DerivedImageRow.run_id.in_(runs)),
                (AdapterRow, AdapterRow.run_id.in_(runs)),
                (ReportRow, ReportRow.case_id == case),
            )
            connection = session.connection()
            for table, condition in wanted:
                key = getattr(table, key_column(table))
                for object_id in session.scalars(select(key).where(condition).order_by(key)):
                    row = stored_row(connection, table, object_id)
                    refuse_other_record(session, table, object_id, row)
                    found.append(StoredRecord(OBJECT_TYPES[table], object_id, row))
            return found
