"""A search finds what comparing everything finds, is recorded, and refuses what it cannot answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from PIL import Image

from forensic_app.errors import (
    EvidenceAltered,
    FaceNotFound,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.galleries.comparing import Templates
from forensic_app.galleries.entries import Entry
from forensic_app.galleries.exact import Keys
from forensic_app.galleries.index import GraphIndex
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, Gallery, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.gallery_contents import GalleryContents, remove_from_gallery
from forensic_app.workflows.gallery_enrolment import Outcome, enrol
from forensic_app.workflows.gallery_matcher import create_gallery, matcher_of
from forensic_app.workflows.intake import receive_exhibit

from .gallery_fakes import FakeMatcher, enrolled, found, write_face


def test_a_search_finds_the_person_and_is_recorded(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    probe = write_face(tmp_path / "probe.png", 33, shade=7)
    result = found(book, gallery, probe, top=5, fmr=0.01)
    best = result.candidates[0]
    assert (best.name, best.rank, best.template, best.is_above_threshold) == ("person 33", 1, "photo", True)
    assert [each.rank for each in result.candidates] == [1, 2, 3, 4, 5]
    scores = [each.score for each in result.candidates]
    assert scores == sorted(scores, reverse=True)
    above = sum(each.is_above_threshold for each in result.candidates)
    assert [each.is_above_threshold for each in result.candidates] == [True] * above + [False] * (5 - above)
    threshold = result.threshold
    assert threshold.non_mated_count == 60 * 59 // 2
    assert threshold.realised_fmr is not None
    assert threshold.realised_fmr <= 0.01
    assert threshold.expected_false_candidates == pytest.approx(threshold.realised_fmr * 60)
    event = book.events()[-1]
    assert (event.action, event.object_id) == ("gallery_searched", "G-0001")
    assert event.details["probe_sha256"] == result.probe.sha256
    assert event.details["candidates"][0]["score"] == best.score
    assert (event.details["candidate_count"], event.details["above_threshold"]) == (5, above)
    assert verify_casebook(book.folder).is_intact


def test_a_reader_searches_and_says_that_nothing_is_recorded(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    events = len(book.events())
    probe = write_face(tmp_path / "probe.png", 3)
    with CaseStore.open(book.folder, examiner="B", read_only=True) as reader:
        before = found(reader, gallery, probe, fmr=0.01)
        write_face(people / "person 99" / "a.png", 99)
        enrolled(book, gallery, people)
        after = found(reader, gallery, write_face(tmp_path / "late.png", 99, shade=3), fmr=0.01)
    assert not before.is_recorded
    assert before.candidates[0].name == "person 03"
    assert after.candidates[0].name == "person 99"
    assert len(book.events()) == events + 1


@given_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(person=st.integers(0, 70), shade=st.integers(0, 255), top=st.integers(1, 70), graph=st.booleans())
def test_a_search_scores_as_comparing_every_template_and_finds_the_same(
    book: CaseStore,
    gallery: Gallery,
    people: Path,
    tmp_path: Path,
    person: int,
    shade: int,
    top: int,
    graph: bool,
) -> None:
    if not book.gallery_batches("G-0001"):
        for number in range(0, 60, 2):
            write_face(people / f"person {number:02d}" / "b.png", number, shade=number)
        enrolled(book, gallery, people)
    probe = write_face(tmp_path / f"probe-{person}-{shade}.png", person, shade=shade)
    result = found(
        book, gallery, probe, top=top, fmr=0.01, home=tmp_path / "home", exact_below=1 if graph else 10**9
    )
    matcher = FakeMatcher()
    best: dict[str, float] = {}
    for held in GalleryContents(book, gallery).faces():
        score = matcher.comparison_score(held.template, result.probe.template[0])
        best[held.face.name] = max(score, best.get(held.face.name, -9.0))
    true = sorted(best.items(), key=lambda pair: -pair[1])[:top]
    assert len(result.candidates) == len(true)
    for candidate in result.candidates:
        assert candidate.score == pytest.approx(best[candidate.name], abs=2e-6)
    missed = {name for name, _ in true} - {each.name for each in result.candidates}
    assert len(missed) <= (max(1, top // 10) if graph else 0)


def test_a_graph_that_lost_templates_is_left_for_comparing_all(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(book, gallery, people)
    whole = GraphIndex.nearest

    def losing(index: GraphIndex, probe: Templates, count: int) -> Keys:
        return whole(index, probe, count)[:5]

    monkeypatch.setattr(GraphIndex, "nearest", losing)
    probe = write_face(tmp_path / "probe.png", 3)
    result = found(book, gallery, probe, top=60, fmr=0.01, home=tmp_path / "home", exact_below=1)
    assert len(result.candidates) == 60
    assert result.candidates[0].name == "person 03"


def test_what_cannot_be_searched_is_refused_with_advice(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    probe = write_face(tmp_path / "probe.png", 1)
    with pytest.raises(InvalidInput, match="is empty"):
        found(book, gallery, probe)
    enrolled(book, gallery, people)
    with pytest.raises(InvalidInput, match=r"needs 1,000,000 comparisons .* has 1,770") as refused:
        found(book, gallery, probe, fmr=1e-6)
    assert "Enrol 1,415 people" in refused.value.advice
    for fmr in (0.0, -1.0, 2.0):
        with pytest.raises(InvalidInput, match="FMR cannot"):
            found(book, gallery, probe, fmr=fmr)
    with pytest.raises(InvalidInput, match="threshold cannot"):
        found(book, gallery, probe, threshold=float("nan"))
    with pytest.raises(InvalidInput, match="candidates"):
        found(book, gallery, probe, top=0)
    with pytest.raises(FaceNotFound, match="No face"):
        found(book, gallery, write_face(tmp_path / "none.png", 1, faces=0))
    two = write_face(tmp_path / "two.png", 1, faces=2)
    with pytest.raises(InvalidInput, match="unclear"):
        found(book, gallery, two, fmr=0.01)
    assert found(book, gallery, two, fmr=0.01, face=2).probe.face_index == 1
    with pytest.raises(FaceNotFound, match="not 3"):
        found(book, gallery, two, fmr=0.01, face=3)
    for missing in (str(tmp_path / "no.png"), "no.png", "D-000009", "E-0009"):
        with pytest.raises(RecordNotFound):
            found(book, gallery, missing, fmr=0.01)
    assert not [each for each in book.events() if each.action == "gallery_searched" and "no" in each.details]


def test_a_given_threshold_needs_no_comparisons(book: CaseStore, gallery: Gallery, tmp_path: Path) -> None:
    enrol(book, gallery, [Entry("1", "Ana", "", "", "", write_face(tmp_path / "a.png", 1))], FakeMatcher())
    result = found(book, gallery, write_face(tmp_path / "b.png", 1, shade=5), threshold=0.5)
    assert result.candidates[0].is_above_threshold
    assert result.threshold.expected_false_candidates is None
    write_face(tmp_path / "more" / "Bo.png", 2)
    enrolled(book, gallery, tmp_path / "more")
    known = found(book, gallery, tmp_path / "b.png", threshold=0.5).threshold
    assert (known.realised_fmr, known.is_upper_bound, known.expected_false_candidates) == (0.0, True, 2.0)


def test_another_matcher_is_refused_with_advice(
    book: CaseStore, gallery: Gallery, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="made with dlib fake 1; this program has dlib-bin") as refused:
        matcher_of(book, gallery)
    assert "make a new gallery" in refused.value.advice
    with pytest.raises(InvalidInput, match="made with the matcher dlib, not matcher"):
        matcher_of(book, gallery, asked="matcher")
    with pytest.raises(InvalidInput, match="insightface makes no galleries"):
        matcher_of(book, gallery, asked="insightface")
    monkeypatch.setattr(FakeMatcher, "version", "fake 2")
    with pytest.raises(InvalidInput, match="other weights"):
        enrolled(book, gallery, people)
    own = create_gallery(book, "Own")
    assert matcher_of(book, own, asked="dlib").name == "dlib"
    assert own.analyser_version.startswith("dlib-bin")


def test_removed_faces_are_searched_no_more_and_can_come_back(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    probe = write_face(tmp_path / "probe.png", 33, shade=7)
    removal = remove_from_gallery(book, "Missing", "PERSON 33", reason="Found alive")
    assert removal.faces == ("GB-000001-033",)
    assert found(book, gallery, probe, fmr=0.01).candidates[0].name != "person 33"
    remove_from_gallery(book, "Missing", "GB-000001-005", reason="Wrong person")
    subject = next(GalleryContents(book, gallery).faces()).face.subject
    assert remove_from_gallery(book, "Missing", subject, reason="Withdrawn").faces == ("GB-000001-000",)
    contents = GalleryContents(book, gallery)
    assert contents.template_count == 57 == len(list(contents.faces()))
    for gone in ("person 33", "GB-000001-033", "GB-000009-000", "nobody", "GB-000001-999"):
        with pytest.raises(RecordNotFound, match="no subject or face"):
            remove_from_gallery(book, "Missing", gone, reason="Again")
    assert enrolled(book, gallery, people).counts[Outcome.ENROLLED] == 3
    assert found(book, gallery, probe, fmr=0.01).candidates[0].face == "GB-000002-002"
    assert verify_casebook(book.folder).is_intact


def test_two_subjects_of_one_name_are_removed_by_their_ids(
    book: CaseStore, gallery: Gallery, tmp_path: Path
) -> None:
    for number, born in enumerate(("1971", "1980")):
        path = write_face(tmp_path / f"{number}.png", number)
        enrol(book, gallery, [Entry("1", "Ana", born, "", "", path)], FakeMatcher())
    with pytest.raises(InvalidInput, match="Several subjects") as refused:
        remove_from_gallery(book, "Missing", "ana", reason="Found")
    subject = refused.value.advice.split(": ")[1].split(",")[0]
    assert len(remove_from_gallery(book, "Missing", subject, reason="Found").faces) == 1


def test_an_altered_batch_stops_a_search(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    path = book.vault.path(book.gallery_batches("G-0001")[0].sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-4] + b"\x00\x00\x80\x3f")
    with pytest.raises(EvidenceAltered, match="was altered"):
        found(book, gallery, write_face(tmp_path / "probe.png", 1), fmr=0.01)


def test_a_derived_image_is_searched_without_its_band_and_margins(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    case = book.create_case(number="1", title="A case", kind=CaseKind.MISSING_PERSON)
    exhibit = receive_exhibit(book, write_face(tmp_path / "e.png", 5), case=case.case_id)
    assert found(book, gallery, "E-0001", fmr=0.01).candidates[0].name == "person 05"
    event = book.events()[-1]
    assert (event.case_id, event.details["probe"]["kind"]) == (case.case_id, "exhibit")
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "a" * 64, "dlib")
    run = book.queue_run(case_id=case.case_id, spec=spec)
    book.start_run(run.run_id, environment={})
    outputs = []
    for role in ("derived", "mean"):
        picture = np.asarray(Image.open(write_face(tmp_path / "d.png", 33)))
        framed = np.pad(picture, ((0, 20), (8, 6), (0, 0)), constant_values=0 if role == "derived" else 1)
        Image.fromarray(framed).save(tmp_path / f"{role}.png")
        metrics = {"band_height_px": 20, "margins_px": [8, 6]}
        outputs.append(OutputImage(tmp_path / f"{role}.png", role, 30.0, 0, 78, 84, metrics))
    book.complete_run(run.run_id, result=EngineResult(tuple(outputs), {}, {}, {}))
    result = found(book, gallery, "D-000001", fmr=0.01)
    assert (result.probe.kind, result.candidates[0].name) == ("derived_image", "person 33")
    assert book.events()[-1].details["probe"]["name"] == "D-000001"
    with pytest.raises(InvalidInput, match="several variants"):
        found(book, gallery, "D-000002", fmr=0.01)
