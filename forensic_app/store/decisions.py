"""What examiners decided about derived images.

Rules:
    * A decision is a custody event on the derived image; the newest one counts and none is ever taken back.
    * Every decision says why.
"""

from __future__ import annotations

import json

from sqlalchemy import select

from forensic_app.errors import RecordNotFound
from forensic_app.records import Decision
from forensic_app.store import fields
from forensic_app.store.amendments import events_about
from forensic_app.store.base import StoreBase
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.tables import CustodyEventRow, DerivedImageRow, RunRow

ACCEPTED = "image_accepted"
REJECTED = "image_rejected"


class DecisionRecords(StoreBase):
    """The part of the case store that keeps decisions about derived images."""

    def decide(self, derived_image_id: str, *, is_accepted: bool, reason: str) -> Decision:
        """Accept or reject a derived image; event ``image_accepted`` or ``image_rejected``.

        Raises:
            InvalidInput: No reason is given.
            RecordNotFound: There is no such image.
        """
        given = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            image = session.get(DerivedImageRow, derived_image_id)
            if image is None:
                raise RecordNotFound(
                    f"There is no derived image {derived_image_id} in this casebook.", "Check the number."
                )
            event = self._append(
                session,
                ACCEPTED if is_accepted else REJECTED,
                object_type="derived_image",
                object_id=derived_image_id,
                case_id=session.get_one(RunRow, image.run_id).case_id,
                details={"reason": given, "sha256": image.sha256},
            )
            return Decision(
                derived_image_id=derived_image_id,
                is_accepted=is_accepted,
                reason=given,
                examiner=event.examiner,
                decided_at=event.occurred_at,
                sequence=event.sequence,
            )

    def decisions(self, run_id: str) -> dict[str, Decision]:
        """Return the newest decision on each derived image of a run that has one, by its identifier."""
        decided: dict[str, Decision] = {}
        with self._reading() as session:
            images = session.scalars(select(DerivedImageRow).where(DerivedImageRow.run_id == run_id)).all()
            refuse_missing(session, DerivedImageRow, images, column="run_id", value=run_id)
            for image in images:
                rows = events_about(session, "derived_image", image.derived_image_id)
                made = [_decision(row) for row in rows if row.action in (ACCEPTED, REJECTED)]
                decided.update({each.derived_image_id: each for each in made})
        return decided


def _decision(row: CustodyEventRow) -> Decision:
    return Decision(
        derived_image_id=row.object_id,
        is_accepted=row.action == ACCEPTED,
        reason=json.loads(row.canonical)["details"]["reason"],
        examiner=row.examiner,
        decided_at=row.occurred_at,
        sequence=row.sequence,
    )
