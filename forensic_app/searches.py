"""What a search of a gallery recorded, and what examiners decided about its candidates, read from the custody log.

Rules:
    * A search and a decision are events and nothing else: no record of either can be changed.
    * The newest decision on a candidate of a search counts; none is ever taken back.
    * What an event of an earlier version lacks is ``None``, never a value that could be taken for a measured one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from forensic_app.records import CustodyEvent

SEARCHED: Final = "gallery_searched"
DECIDED: Final = "candidate_decided"


class Verdict(StrEnum):
    """What an examiner makes of a candidate; none of them says who somebody is."""

    LEAD = "lead"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class CandidateDecision:
    """A decision about one candidate of one search.

    Attributes:
        search: Number of the search's custody event.
        face: The candidate's face, such as ``GB-000001-017``.
        verdict: What was decided.
        reason: Why.
        examiner: Who decided.
        decided_at: When, aware UTC.
        sequence: Number of the decision's custody event.
    """

    search: int
    face: str
    verdict: Verdict
    reason: str
    examiner: str
    decided_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class FoundCandidate:
    """A candidate as its search recorded it.

    Attributes:
        rank: 1 = most alike.
        face: The face, such as ``GB-000001-017``.
        subject: Identifier of the subject in galleries.
        score: Comparison score with the probe.
        template: ``photo`` or ``derived``.
        photograph_score: Score of the photograph that a derived template goes back to, where it was recorded.
    """

    rank: int
    face: str
    subject: str
    score: float
    template: str
    photograph_score: float | None = None


@dataclass(frozen=True, slots=True)
class RecordedSearch:
    """A search of a gallery.

    Attributes:
        sequence: Number of its custody event.
        gallery_id: The gallery.
        gallery: Its name.
        case_id: Case of the probe; ``None`` for a file.
        examiner: Who searched.
        searched_at: When, aware UTC.
        probe: ``kind``, ``name``, ``sha256``, ``face_index`` and ``face_count``.
        candidates: Best first.
        threshold: Scores at or above it are above the threshold.
        details: Everything that the event says; JSON types.
        decisions: The newest one on each candidate that has one, by its face.
    """

    sequence: int
    gallery_id: str
    gallery: str
    case_id: str | None
    examiner: str
    searched_at: datetime
    probe: Mapping[str, Any]
    candidates: tuple[FoundCandidate, ...]
    threshold: float
    details: Mapping[str, Any]
    decisions: Mapping[str, CandidateDecision] = field(default_factory=dict)

    def number(self, name: str) -> float | None:
        """Return a number that the event states, ``None`` where it states none."""
        value = self.details.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def is_above(self, candidate: FoundCandidate) -> bool:
        """Return whether a candidate is at or above the threshold."""
        return candidate.score >= self.threshold

    @property
    def above_count(self) -> int:
        """How many candidates are at or above the threshold."""
        return sum(map(self.is_above, self.candidates))


def searches_of(events: Iterable[CustodyEvent]) -> list[RecordedSearch]:
    """Return the searches among custody events with their decisions, oldest first.

    Args:
        events: In their order; those of other kinds are passed over.
    """
    found = list(events)
    decided: dict[int, dict[str, CandidateDecision]] = {}
    for event in found:
        if event.action == DECIDED:
            made = decision_of(event)
            decided.setdefault(made.search, {})[made.face] = made
    return [_search(event, decided.get(event.sequence, {})) for event in found if event.action == SEARCHED]


def decision_of(event: CustodyEvent) -> CandidateDecision:
    """Return the decision that an event ``candidate_decided`` records."""
    told = event.details
    return CandidateDecision(
        search=int(told["search"]),
        face=str(told["face"]),
        verdict=Verdict(told["verdict"]),
        reason=str(told["reason"]),
        examiner=event.examiner,
        decided_at=event.occurred_at,
        sequence=event.sequence,
    )


def _search(event: CustodyEvent, decisions: Mapping[str, CandidateDecision]) -> RecordedSearch:
    told = event.details
    return RecordedSearch(
        sequence=event.sequence,
        gallery_id=event.object_id,
        gallery=str(told["gallery"]),
        case_id=event.case_id,
        examiner=event.examiner,
        searched_at=event.occurred_at,
        probe=told["probe"],
        candidates=tuple(
            FoundCandidate(
                rank=rank,
                face=str(each["face"]),
                subject=str(each["subject"]),
                score=float(each["score"]),
                template=str(each["template"]),
                photograph_score=each.get("photograph_score"),
            )
            for rank, each in enumerate(told["candidates"], start=1)
        ),
        threshold=float(told["threshold"]),
        details=told,
        decisions=decisions,
    )
