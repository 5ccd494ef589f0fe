"""The records of a case as they are stored, for whoever is to check them without this program."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.records import StoredRecord
from forensic_app.store.base import StoreBase
from forensic_app.store.cases import case_id_of
from forensic_app.store.known_log import (
    OBJECT_TYPES,
    key_column,
    refuse_missing_keys,
    refuse_other_record,
    stored_row,
)
from forensic_app.store.tables import (
    AdapterRow,
    CaseRow,
    ConsentRow,
    DerivedImageRow,
    ExhibitRow,
    ImageNoteRow,
    RelationshipRow,
    ReportRow,
    RunRow,
    SubjectRow,
    Table,
)


class DisclosureRecords(StoreBase):
    """The part of the case store that hands out records as they are stored."""

    def stored_records(self, case_id: str) -> list[StoredRecord]:
        """Return every record of a case, withdrawn ones too, with its consents, relatives and notes on images.

        Raises:
            RecordNotFound: There is no such case.
            CustodyChainBroken: A record is not the one that was verified, or one is missing.
        """
        with self._reading() as session:
            case = case_id_of(session, case_id)
            runs = _keys(session, RunRow, "case_id", [case])
            found: list[StoredRecord] = []
            wanted: tuple[tuple[type[Table], list[str]], ...] = (
                (CaseRow, [case]),
                (SubjectRow, _keys(session, SubjectRow, "case_id", [case])),
                (ExhibitRow, _keys(session, ExhibitRow, "case_id", [case])),
                (RunRow, runs),
                (DerivedImageRow, _keys(session, DerivedImageRow, "run_id", runs)),
                (AdapterRow, _keys(session, AdapterRow, "run_id", runs)),
                (ReportRow, _keys(session, ReportRow, "case_id", [case])),
                (ImageNoteRow, _keys(session, ImageNoteRow, "case_id", [case])),
                (ConsentRow, _keys(session, ConsentRow, "case_id", [case])),
                (RelationshipRow, _keys(session, RelationshipRow, "case_id", [case])),
            )
            connection = session.connection()
            for table, keys in wanted:
                for object_id in keys:
                    row = stored_row(connection, table, object_id)
                    refuse_other_record(session, table, object_id, row)
                    found.append(StoredRecord(OBJECT_TYPES[table], object_id, row))
            return found


def _keys(session: Session, table: type[Table], column: str, owners: Iterable[str]) -> list[str]:
    """Return the keys of what belongs to a case or to runs, in order.

    Raises:
        CustodyChainBroken: One is missing, or too many.
    """
    key = getattr(table, key_column(table))
    found: list[str] = []
    for owner in owners:
        keys = session.scalars(select(key).where(getattr(table, column) == owner)).all()
        refuse_missing_keys(session, table, keys, column=column, value=owner)
        found += keys
    return sorted(found)
