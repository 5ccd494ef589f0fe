"""What examiners decided about derived images.

Rules:
    * A decision is a custody event on the derived image; the newest one counts and none is ever deleted.
    * A withdrawal is an event of its own that names the decision: the image is undecided again, and both stay.
    * Every decision and every withdrawal says why. Several images may be decided together: each has its own event, and
      either all of them are recorded or none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.records import CustodyEvent, Decision
from forensic_app.store import fields
from forensic_app.store.amendments import events_about
from forensic_app.store.base import StoreBase
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.tables import CustodyEventRow, DerivedImageRow, RunRow

ACCEPTED = "image_accepted"
REJECTED = "image_rejected"
WITHDRAWN = "decision_withdrawn"
_ABOUT_DECISIONS = frozenset({ACCEPTED, REJECTED, WITHDRAWN})


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """One line of what was decided about an image.

    Attributes:
        derived_image_id: The image.
        action: ``image_accepted``, ``image_rejected`` or ``decision_withdrawn``.
        reason: Why.
        examiner: Who decided or withdrew.
        recorded_at: When, aware UTC.
        sequence: Number of the custody event.
        withdraws: Number of the event that a withdrawal takes back; ``None`` for a decision.
    """

    derived_image_id: str
    action: str
    reason: str
    examiner: str
    recorded_at: datetime
    sequence: int
    withdraws: int | None = None


class DecisionRecords(StoreBase):
    """The part of the case store that keeps decisions about derived images."""

    def decide(self, derived_image_id: str, *, is_accepted: bool, reason: str) -> Decision:
        """Accept or reject a derived image; event ``image_accepted`` or ``image_rejected``.

        Raises:
            InvalidInput: No reason is given.
            RecordNotFound: There is no such image.
        """
        return self.decide_all([derived_image_id], is_accepted=is_accepted, reason=reason)[0]

    def decide_all(
        self, derived_image_ids: Sequence[str], *, is_accepted: bool, reason: str
    ) -> list[Decision]:
        """Accept or reject several derived images for one reason, each with an event of its own; all or none.

        Raises:
            InvalidInput: No reason is given, or no image.
            RecordNotFound: There is no such image.
        """
        given = fields.line("reason", reason, is_required=True)
        if not derived_image_ids:
            raise InvalidInput("No image is named.", "Name at least one.")
        action = ACCEPTED if is_accepted else REJECTED
        with self._writing() as session:
            events = [
                self._append_about(session, action, _image_row(session, each), given)
                for each in dict.fromkeys(derived_image_ids)
            ]
            return [
                Decision(
                    derived_image_id=event.object_id,
                    is_accepted=is_accepted,
                    reason=given,
                    examiner=event.examiner,
                    decided_at=event.occurred_at,
                    sequence=event.sequence,
                )
                for event in events
            ]

    def withdraw_decision(self, derived_image_id: str, *, reason: str) -> DecisionEntry:
        """Withdraw the decision that counts; event ``decision_withdrawn``. The image is undecided again.

        Raises:
            InvalidInput: No reason is given, or nothing is decided about the image.
            RecordNotFound: There is no such image.
        """
        return self.withdraw_decisions([derived_image_id], reason=reason)[0]

    def withdraw_decisions(self, derived_image_ids: Sequence[str], *, reason: str) -> list[DecisionEntry]:
        """Withdraw the decisions on several images for one reason; see :meth:`withdraw_decision`; all or none.

        Raises:
            InvalidInput: No reason is given, no image, or nothing is decided about one.
            RecordNotFound: There is no such image.
        """
        given = fields.line("reason", reason, is_required=True)
        if not derived_image_ids:
            raise InvalidInput("No image is named.", "Name at least one.")
        with self._writing() as session:
            entries = []
            for each in dict.fromkeys(derived_image_ids):
                image = _image_row(session, each)
                counts = _counting(_entries(session, each))
                if counts is None:
                    raise InvalidInput(
                        f"Nothing is decided about the derived image {each}.", "There is nothing to withdraw."
                    )
                event = self._append_about(session, WITHDRAWN, image, given, withdraws=counts.sequence)
                entries.append(
                    DecisionEntry(
                        each,
                        WITHDRAWN,
                        given,
                        event.examiner,
                        event.occurred_at,
                        event.sequence,
                        counts.sequence,
                    )
                )
            return entries

    def decisions(self, run_id: str) -> dict[str, Decision]:
        """Return the decision that counts on each derived image of a run that has one, by its identifier."""
        counting = {name: _counting(entries) for name, entries in self.decision_entries(run_id).items()}
        return {name: _decision(entry) for name, entry in counting.items() if entry is not None}

    def decision_entries(self, run_id: str) -> dict[str, tuple[DecisionEntry, ...]]:
        """Return what was decided and withdrawn, oldest first, about each image of a run about which anything was."""
        found: dict[str, tuple[DecisionEntry, ...]] = {}
        with self._reading() as session:
            images = session.scalars(select(DerivedImageRow).where(DerivedImageRow.run_id == run_id)).all()
            refuse_missing(session, DerivedImageRow, images, column="run_id", value=run_id)
            for image in images:
                entries = _entries(session, image.derived_image_id)
                if entries:
                    found[image.derived_image_id] = entries
        return found

    def _append_about(
        self,
        session: Session,
        action: str,
        image: DerivedImageRow,
        reason: str,
        *,
        withdraws: int | None = None,
    ) -> CustodyEvent:
        details: dict[str, object] = {"reason": reason, "sha256": image.sha256}
        if withdraws is not None:
            details["withdraws"] = withdraws
        return self._append(
            session,
            action,
            object_type="derived_image",
            object_id=image.derived_image_id,
            case_id=session.get_one(RunRow, image.run_id).case_id,
            details=details,
        )


def _image_row(session: Session, derived_image_id: str) -> DerivedImageRow:
    image = session.get(DerivedImageRow, derived_image_id)
    if image is None:
        raise RecordNotFound(
            f"There is no derived image {derived_image_id} in this casebook.", "Check the number."
        )
    return image


def _entries(session: Session, derived_image_id: str) -> tuple[DecisionEntry, ...]:
    rows = events_about(session, "derived_image", derived_image_id)
    return tuple(_entry(row) for row in rows if row.action in _ABOUT_DECISIONS)


def _counting(entries: Sequence[DecisionEntry]) -> DecisionEntry | None:
    """Return the newest decision, ``None`` where there is none or it was withdrawn."""
    newest = entries[-1] if entries else None
    return None if newest is None or newest.action == WITHDRAWN else newest


def _entry(row: CustodyEventRow) -> DecisionEntry:
    details = json.loads(row.canonical)["details"]
    return DecisionEntry(
        derived_image_id=row.object_id,
        action=row.action,
        reason=details["reason"],
        examiner=row.examiner,
        recorded_at=row.occurred_at,
        sequence=row.sequence,
        withdraws=details.get("withdraws"),
    )


def _decision(entry: DecisionEntry) -> Decision:
    return Decision(
        derived_image_id=entry.derived_image_id,
        is_accepted=entry.action == ACCEPTED,
        reason=entry.reason,
        examiner=entry.examiner,
        decided_at=entry.recorded_at,
        sequence=entry.sequence,
    )
