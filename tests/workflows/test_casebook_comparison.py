"""Who else looks like this, and whether a photograph fits its subject's others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensic_app.errors import FaceNotFound, InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.records import CaseKind, Exhibit
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.casebook_comparison import (
    compare_with_casebook,
    compare_with_own,
    own_comparison_words,
)
from forensic_app.workflows.intake import receive_exhibit

from .gallery_fakes import FakeMatcher, write_face


class KnownMatcher(FakeMatcher):
    """Has the weights that the table of real ageing was measured with."""

    weights_sha256 = DlibAnalyser().weights_sha256


@pytest.fixture
def given(book: CaseStore, tmp_path: Path) -> Any:
    """Two cases; returns a function that receives a photograph of a person."""
    for number in ("1", "2"):
        book.create_case(number=number, title="T", kind=CaseKind.COLD_CASE)
        book.add_subject(case=number, name=f"Subject {number}", birth_date="1980")

    def receive(case: str, person: int, *, faces: int = 1, shade: int = 0, **stated: Any) -> Exhibit:
        path = write_face(tmp_path / f"{case}-{person}-{faces}-{shade}.png", person, faces=faces, shade=shade)
        return receive_exhibit(book, path, case=case, subject_id=f"S-000{case}", **stated)

    return receive


def test_other_subjects_faces_are_compared_with_a_threshold_of_research_sets(
    book: CaseStore, given: Any
) -> None:
    probe = given("1", 5)
    given("1", 5, shade=9)
    same = given("2", 5, shade=3)
    given("2", 6, faces=2)
    given("2", 7, faces=0)
    shares: list[float] = []
    result = compare_with_casebook(
        book, probe.exhibit_number, KnownMatcher(), report=lambda share, _: shares.append(share)
    )
    assert [(each.exhibit.exhibit_id, each.is_above_threshold) for each in result.found][:2] == [
        (same.exhibit_id, True),
        ("E-0004", False),
    ]
    first = result.found[0]
    assert (first.subject_name, first.case_number, first.box) == ("Subject 2", "2", (8.0, 8.0, 40.0, 40.0))
    assert (result.faces, result.photographs, result.left_out) == (3, 3, ("E-0005: no face was found",))
    assert result.threshold is not None
    assert result.expected_false_candidates == pytest.approx(0.003)
    assert shares == sorted(shares)
    event = book.events()[-1]
    assert (event.action, event.object_id) == ("exhibit_compared", "E-0001")
    assert event.details["candidates"][0]["exhibit"] == same.exhibit_id
    assert (event.details["above_threshold"], event.details["measured_on"]) == (1, "LFW")
    assert verify_casebook(book.folder).is_intact


def test_a_reader_compares_and_nothing_is_recorded(book: CaseStore, given: Any) -> None:
    probe = given("1", 5)
    given("2", 6)
    count = len(book.events())
    with CaseStore.open(book.folder, examiner="B", read_only=True) as reader:
        result = compare_with_casebook(reader, probe.exhibit_number, FakeMatcher(), top=1)
        assert not compare_with_own(reader, probe.exhibit_number, FakeMatcher()).scores
    assert not result.is_recorded
    assert result.threshold is None
    assert result.expected_false_candidates is None
    assert len(book.events()) == count


def test_a_file_and_a_picture_without_a_face_are_refused(book: CaseStore, given: Any, tmp_path: Path) -> None:
    none = given("1", 5, faces=0)
    with pytest.raises(FaceNotFound):
        compare_with_casebook(book, none.exhibit_number, FakeMatcher())
    with pytest.raises(InvalidInput, match="no exhibit"):
        compare_with_casebook(book, str(write_face(tmp_path / "a.png", 1)), FakeMatcher())
    with pytest.raises(InvalidInput, match="0 faces"):
        compare_with_casebook(book, none.exhibit_number, FakeMatcher(), top=0)
    assert compare_with_own(book, none.exhibit_number, FakeMatcher()).reason == (
        "the subject has no other photograph"
    )


def test_a_photograph_that_disagrees_is_told_with_the_gap(book: CaseStore, given: Any) -> None:
    given("1", 5, age_at_photo=10)
    other = given("1", 9, age_at_photo=12)
    result = compare_with_own(book, other.exhibit_number, KnownMatcher())
    assert result.disagrees
    assert [(each.exhibit_id, each.gap_years) for each in result.scores] == [("E-0001", 2.0)]
    words = own_comparison_words(result)
    assert "E-0001: -0." in words
    assert "2 years apart" in words
    assert "does not say that it is somebody else" in words
    event = book.events()[-1]
    assert (event.action, event.details["disagrees"]) == ("exhibit_compared_with_own", True)
    fits = given("1", 5, shade=4, age_at_photo=30)
    agreeing = compare_with_own(book, fits.exhibit_number, KnownMatcher())
    assert not agreeing.disagrees
    assert own_comparison_words(agreeing) == ""
    assert verify_casebook(book.folder).is_intact


def test_without_ages_or_a_curve_nothing_is_claimed(book: CaseStore, given: Any) -> None:
    given("1", 5)
    other = given("1", 9)
    unknown = compare_with_own(book, other.exhibit_number, KnownMatcher())
    assert [each.gap_years for each in unknown.scores] == [None]
    assert not unknown.disagrees
    given("1", 5, shade=2, photo_date="1990")
    dated = given("1", 9, shade=2, photo_date="2030-06")
    far = compare_with_own(book, dated.exhibit_number, KnownMatcher())
    assert [each.gap_years for each in far.scores if each.gap_years is not None] == [40.0]
    assert not compare_with_own(book, dated.exhibit_number, FakeMatcher()).disagrees
    assert compare_with_own(book, given("1", 5, faces=0).exhibit_number, FakeMatcher()).reason.startswith(
        "No face"
    )
