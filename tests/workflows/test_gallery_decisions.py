"""A candidate of a recorded search is named by rank, face or subject, and told with who it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents, remove_from_gallery
from forensic_app.workflows.gallery_decisions import decide_candidate, known_candidates, recorded_search

from .gallery_fakes import enrolled, found, write_face


def test_a_candidate_is_decided_by_rank_face_and_subject(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    result = found(book, gallery, write_face(tmp_path / "probe.png", 33, shade=7), top=3, fmr=0.01)
    assert result.is_recorded
    number = result.number or 0
    _, second, third = result.candidates
    decide_candidate(book, "Missing", number, "1", verdict="lead", reason="Scar fits")
    decide_candidate(book, "Missing", number, second.face, verdict="Excluded", reason="Ears differ")
    decide_candidate(book, "G-0001", number, third.subject, verdict="undecided", reason="Turned away")
    remove_from_gallery(book, "Missing", "person 33", reason="Withdrawn")
    known = known_candidates(GalleryContents(book, gallery), recorded_search(book, gallery, number))
    assert [each.decision.verdict.value for each in known if each.decision] == [
        "lead",
        "excluded",
        "undecided",
    ]
    assert (known[0].face.name, known[0].is_above_threshold) == ("person 33", True)
    for which, verdict, error in (("9", "lead", RecordNotFound), ("1", "identified", InvalidInput)):
        with pytest.raises(error) as refused:
            decide_candidate(book, "Missing", number, which, verdict=verdict, reason="Because")
        assert refused.value.advice
    with pytest.raises(RecordNotFound, match="no search 1"):
        recorded_search(book, gallery, 1)


def test_a_search_that_is_stopped_is_not_recorded(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    told: list[str] = []

    def stop(share: float, words: str) -> None:
        told.append(words)
        if share == 1.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found(book, gallery, write_face(tmp_path / "probe.png", 3), fmr=0.01, report=stop)
    assert told[:2] == ["Comparing photographs of different people", "Looking for the face"]
    assert not book.gallery_searches("G-0001")
