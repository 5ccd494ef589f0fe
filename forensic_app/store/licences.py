"""What a casebook records of model packs: accepted licences, and which packs were imported."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.digests import is_sha256
from forensic_app.store import fields
from forensic_app.store.amendments import events_about
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.known_log import refuse_missing, refuse_other_answers
from forensic_app.store.tables import LicenceAcceptanceRow
from forensic_app.verify import IMPORTED


class LicenceRecords(StoreBase):
    """The part of the case store that keeps accepted licences."""

    def accept_licence(self, *, pack_name: str, pack_sha256: str, licence_sha256: str) -> None:
        """Record that the examiner accepts a model pack's licence, once; event ``licence_accepted``.

        Raises:
            ValueError: A digest is not a SHA-256.
        """
        if not (is_sha256(pack_sha256) and is_sha256(licence_sha256)):
            raise ValueError("pack and licence are named by their SHA-256")
        with self._writing() as session:
            if _acceptance(session, pack_sha256) is not None:
                return
            row = LicenceAcceptanceRow(
                licence_acceptance_id=next_id(session, LicenceAcceptanceRow, "L-"),
                pack_name=fields.line("pack name", pack_name, is_required=True),
                pack_sha256=pack_sha256,
                licence_sha256=licence_sha256,
                examiner=self.examiner,
                accepted_at=self._clock(),
            )
            session.add(row)
            details = {
                "pack_name": row.pack_name,
                "pack_sha256": pack_sha256,
                "licence_sha256": licence_sha256,
            }
            self._append_change(session, "licence_accepted", row, details=details)

    def is_licence_accepted(self, pack_sha256: str) -> bool:
        """Whether the licence of the pack with this manifest digest was accepted in this casebook."""
        with self._reading() as session:
            return _acceptance(session, pack_sha256) is not None

    def accepted_packs(self, pack_name: str) -> list[str]:
        """Return the digests of the packs with a name whose licences were accepted, oldest first."""
        query = select(LicenceAcceptanceRow).where(LicenceAcceptanceRow.pack_name == pack_name)
        with self._reading() as session:
            rows = session.scalars(query.order_by(LicenceAcceptanceRow.licence_acceptance_id)).all()
            refuse_missing(session, LicenceAcceptanceRow, rows, column="pack_name", value=pack_name)
            return [row.pack_sha256 for row in rows]

    def imported_packs(self, pack_name: str) -> set[str]:
        """Return the digests of the packs with a name that were imported, as the custody log says."""
        with self._reading() as session:
            rows = [row for row in events_about(session, "pack", pack_name) if row.action == IMPORTED]
            return {str(json.loads(row.canonical)["details"].get("pack_sha256")) for row in rows}


def _acceptance(session: Session, pack_sha256: str) -> LicenceAcceptanceRow | None:
    query = select(LicenceAcceptanceRow).where(LicenceAcceptanceRow.pack_sha256 == pack_sha256)
    rows = session.scalars(query).all()
    refuse_other_answers(session, LicenceAcceptanceRow, rows, pack_sha256, "pack_sha256")
    return rows[0] if rows else None
