"""What galleries were searched for, and what examiners decided about the candidates.

Rules:
    * A search and a decision are custody events on the gallery; a decision names the search by its number.
    * Only a candidate that the search lists can be decided on, and every decision says why.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from forensic_app.errors import RecordNotFound
from forensic_app.records import CustodyEvent
from forensic_app.searches import (
    DECIDED,
    SEARCHED,
    CandidateDecision,
    RecordedSearch,
    Verdict,
    decision_of,
    searches_of,
)
from forensic_app.store import fields
from forensic_app.store.amendments import events_about
from forensic_app.store.base import StoreBase
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import GalleryRow


class CandidateRecords(StoreBase):
    """The part of the case store that keeps decisions about candidates."""

    def decide_candidate(
        self, gallery_id: str, *, search: int, face: str, verdict: Verdict, reason: str
    ) -> CandidateDecision:
        """Record what is made of a candidate; event ``candidate_decided``.

        Args:
            gallery_id: Identifier of the gallery.
            search: Number of the search's custody event.
            face: Face of the candidate, as the search lists it.
            verdict: What was decided.
            reason: Why, for the record.

        Raises:
            InvalidInput: No reason is given.
            RecordNotFound: There is no such gallery or search, or the search does not list the face.
        """
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            gallery = session.get(GalleryRow, gallery_id)
            if gallery is None:
                raise RecordNotFound(
                    f"There is no gallery {gallery_id} in this casebook.",
                    "See which there are: forensic-app gallery list.",
                )
            found = next((each for each in _searches(session, gallery_id) if each.sequence == search), None)
            if found is None:
                raise RecordNotFound(
                    f"The gallery {gallery.name} has no search {search}.",
                    f"See which there are: forensic-app gallery searches {gallery.gallery_id}.",
                )
            listed = next((each for each in found.candidates if each.face == face), None)
            if listed is None:
                raise RecordNotFound(
                    f"The search {search} has no candidate {face}.",
                    f"See its candidates: forensic-app gallery searches {gallery.gallery_id} --search {search}.",
                )
            event = self._append(
                session,
                DECIDED,
                object_type="gallery",
                object_id=gallery_id,
                case_id=found.case_id,
                details={
                    "name": gallery.name,
                    "search": search,
                    "face": face,
                    "subject": listed.subject,
                    "score": listed.score,
                    "template": listed.template,
                    "verdict": verdict.value,
                    "reason": why,
                },
            )
            return decision_of(event)

    def gallery_searches(self, gallery_id: str) -> list[RecordedSearch]:
        """Return the recorded searches of a gallery, by identifier, with their decisions, oldest first."""
        with self._reading() as session:
            return _searches(session, gallery_id)


def _searches(session: Session, gallery_id: str) -> list[RecordedSearch]:
    rows = events_about(session, "gallery", gallery_id)
    return searches_of(record_of(CustodyEvent, row) for row in rows if row.action in (SEARCHED, DECIDED))
