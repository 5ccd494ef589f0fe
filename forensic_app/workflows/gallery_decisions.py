"""Look at recorded searches again, and decide about their candidates.

Rules:
    * A candidate is named by its rank in the search, by its face, or by its subject.
    * Whoever a face is, is read from the gallery's own file and checked, also where it was removed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.gallery_files import GalleryFace
from forensic_app.records import Gallery
from forensic_app.searches import CandidateDecision, FoundCandidate, RecordedSearch, Verdict
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_search import SearchResult, search_facts


@dataclass(frozen=True, slots=True)
class KnownCandidate:
    """A candidate of a recorded search with who it is.

    Attributes:
        found: As the search recorded it.
        face: Who it is, and of what the template was made.
        is_above_threshold: Whether it is at or above the search's threshold.
        decision: The newest decision; ``None`` without one.
    """

    found: FoundCandidate
    face: GalleryFace
    is_above_threshold: bool
    decision: CandidateDecision | None


def decide_candidate(
    store: CaseStore, name: str, search: int, which: str, *, verdict: str, reason: str
) -> CandidateDecision:
    """Record what an examiner makes of a candidate; event ``candidate_decided``.

    Args:
        store: The casebook, open for writing.
        name: The gallery.
        search: Number of the search, which is that of its custody event.
        which: The candidate: its rank, its face such as ``GB-000001-017``, or its subject.
        verdict: ``lead``, ``excluded`` or ``undecided``.
        reason: Why, for the record.

    Raises:
        InvalidInput: No reason is given, or there is no such verdict.
        RecordNotFound: There is no such gallery, search or candidate.
    """
    try:
        made = Verdict(verdict.strip().lower())
    except ValueError:
        raise InvalidInput(
            f"A candidate cannot be {verdict}.", f"Choose one of {', '.join(each.value for each in Verdict)}."
        ) from None
    gallery = store.gallery(name)
    found = recorded_search(store, gallery, search)
    wanted = which.strip()
    listed = next(
        (each for each in found.candidates if wanted in (str(each.rank), each.face, each.subject)), None
    )
    if listed is None:
        raise RecordNotFound(
            f"The search {search} has no candidate {wanted}.",
            f"Name one by its rank, 1 to {len(found.candidates)}, or by its face.",
        )
    return store.decide_candidate(
        gallery.gallery_id, search=search, face=listed.face, verdict=made, reason=reason
    )


def recorded_search(store: CaseStore, gallery: Gallery, search: int) -> RecordedSearch:
    """Return a recorded search of a gallery by its number.

    Raises:
        RecordNotFound: There is none.
    """
    for each in store.gallery_searches(gallery.gallery_id):
        if each.sequence == search:
            return each
    raise RecordNotFound(
        f"The gallery {gallery.name} has no search {search}.",
        f"See which there are: forensic-app gallery searches {gallery.gallery_id}.",
    )


def unrecorded_search(result: SearchResult) -> RecordedSearch:
    """Return a search that no event holds, in the form of one that was recorded; its number is 0."""
    facts = search_facts(result, seed=0)
    return RecordedSearch(
        sequence=0,
        gallery_id=result.gallery.gallery_id,
        gallery=result.gallery.name,
        case_id=result.probe.case_id,
        examiner="",
        searched_at=datetime.now(UTC),
        probe=facts["probe"],
        candidates=tuple(
            FoundCandidate(
                each.rank, each.face, each.subject, each.score, each.template, each.photograph_score
            )
            for each in result.candidates
        ),
        threshold=result.threshold.value,
        details=facts,
    )


def known_candidates(contents: GalleryContents, search: RecordedSearch) -> list[KnownCandidate]:
    """Return the candidates of a recorded search with who they are, best first.

    Raises:
        EvidenceAltered: The file of a batch is missing or was altered.
    """
    return [
        KnownCandidate(
            each,
            contents.held(contents.key_of(each.face)).face,
            search.is_above(each),
            search.decisions.get(each.face),
        )
        for each in search.candidates
    ]
