"""Decisions on candidates are events on the gallery: only on what a search lists, and the newest one counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forensic_app.custody import SigningKey
from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.gallery_files import MadeWith
from forensic_app.searches import Verdict
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook

KEY = SigningKey.from_bytes(bytes(range(32)))
MADE = MadeWith("dlib", "1", {"a": "b" * 64})
CANDIDATES = [
    {"face": "GB-000001-000", "subject": "a" * 16, "score": 0.7, "template": "photo"},
    {
        "face": "GB-000001-001",
        "subject": "b" * 16,
        "score": 0.4,
        "template": "derived",
        "photograph_score": 0.3,
    },
]


@pytest.fixture
def book(tmp_path: Path) -> Any:
    with CaseStore.open(tmp_path / "book", examiner="Ada", key=KEY) as store:
        store.create_gallery("Missing", made_with=MADE, pack_name="", embedding_size=3)
        yield store


def searched(store: CaseStore, **more: Any) -> int:
    details = {
        "gallery": "Missing",
        "probe": {"kind": "file", "name": "a.png", "sha256": "c" * 64, "face_index": 0, "face_count": 1},
        "threshold": 0.5,
        "candidates": CANDIDATES,
        **more,
    }
    return store.record_gallery_search(store.gallery("Missing"), details)


def test_the_newest_decision_of_a_search_counts(book: CaseStore) -> None:
    first, second = searched(book), searched(book, is_upper_bound=True)
    for verdict, reason in ((Verdict.EXCLUDED, "Ears differ"), (Verdict.LEAD, "Looked at again")):
        book.decide_candidate("G-0001", search=first, face="GB-000001-000", verdict=verdict, reason=reason)
    found = book.gallery_searches("G-0001")
    assert [each.sequence for each in found] == [first, second]
    made = found[0].decisions["GB-000001-000"]
    assert (made.verdict, made.reason, made.examiner) == (Verdict.LEAD, "Looked at again", "Ada")
    assert not found[1].decisions
    assert found[0].above_count == 1
    assert [each.photograph_score for each in found[0].candidates] == [None, 0.3]
    event = book.events()[-1]
    assert (event.action, event.object_id, event.details["score"]) == ("candidate_decided", "G-0001", 0.7)
    assert verify_casebook(book.folder).is_intact


def test_what_no_search_lists_cannot_be_decided(book: CaseStore) -> None:
    number = searched(book)
    given: dict[str, Any] = {"verdict": Verdict.LEAD, "reason": "Because"}
    with pytest.raises(InvalidInput, match="reason"):
        book.decide_candidate("G-0001", search=number, face="GB-000001-000", verdict=Verdict.LEAD, reason=" ")
    with pytest.raises(RecordNotFound, match="no candidate GB-000001-002"):
        book.decide_candidate("G-0001", search=number, face="GB-000001-002", **given)
    with pytest.raises(RecordNotFound, match="no search 1"):
        book.decide_candidate("G-0001", search=1, face="GB-000001-000", **given)
    with pytest.raises(RecordNotFound, match="no gallery"):
        book.decide_candidate("G-0009", search=number, face="GB-000001-000", **given)
    assert book.events()[-1].action == "gallery_searched"


def test_a_search_of_an_earlier_version_is_read(book: CaseStore) -> None:
    searched(book)
    found = book.gallery_searches("G-0001")[0]
    assert found.number("expected_false_candidates") is None
    assert found.number("threshold") == 0.5
    assert np.isclose(found.candidates[1].score, 0.4)


def test_a_forged_decision_about_another_gallery_is_found(book: CaseStore) -> None:
    number = searched(book)
    book.record_event(
        "candidate_decided",
        object_type="gallery",
        object_id="G-0001",
        details={
            "name": "Another",
            "search": number,
            "face": "GB-000001-000",
            "verdict": "lead",
            "reason": "x",
        },
    )
    assert not verify_casebook(book.folder).is_intact


def test_a_decision_on_what_no_search_lists_is_found(book: CaseStore) -> None:
    number = searched(book)
    told = {"name": "Missing", "face": "GB-000001-000", "verdict": "lead", "reason": "x"}
    for wrong in (
        {"search": 1},
        {"search": number, "face": "GB-000001-009"},
        {"search": [number]},
        {"search": number + 9},
    ):
        book.record_event(
            "candidate_decided", object_type="gallery", object_id="G-0001", details={**told, **wrong}
        )
        sequence = book.events()[-1].sequence
        assert verify_casebook(book.folder).findings[-1] == (
            f"Event {sequence} decides on a candidate that no earlier search of gallery G-0001 lists."
        )
    book.record_event(
        "gallery_searched", object_type="gallery", object_id="G-0001", details={"candidates": 1}
    )
    assert len(verify_casebook(book.folder).findings) == 4
