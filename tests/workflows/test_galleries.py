"""Enrolment, removal, search and ageing of galleries, with a matcher that reads what pictures say of themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from forensic_app.custody import SigningKey
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import (
    EvidenceAltered,
    FaceNotFound,
    InvalidInput,
    LicenceNotAccepted,
    RecordNotFound,
)
from forensic_app.faces.align import AlignedFace
from forensic_app.galleries.entries import Entry, read_entries
from forensic_app.gallery_files import TemplateKind
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import gallery_ageing, gallery_enrolment
from forensic_app.workflows.gallery_ageing import augment
from forensic_app.workflows.gallery_contents import GalleryContents, remove_from_gallery
from forensic_app.workflows.gallery_enrolment import Enrolled, Outcome, enrol
from forensic_app.workflows.gallery_matcher import create_gallery, made_with, matcher_of
from forensic_app.workflows.gallery_search import SearchResult, search_gallery

from . import gallery_fakes
from .gallery_fakes import FakeMaker, FakeMatcher, write_face

KEY = SigningKey.from_bytes(bytes(range(32)))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseStore]:
    with CaseStore.create(tmp_path / "book", examiner="Ada", key=KEY) as store:
        yield store


@pytest.fixture
def gallery(book: CaseStore) -> Gallery:
    return book.create_gallery(
        "Missing", made_with=made_with(FakeMatcher()), pack_name="", embedding_size=128
    )


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Return a folder of sixty people with one photograph each."""
    for number in range(60):
        write_face(tmp_path / "people" / f"person {number:02d}" / "a.png", number)
    return tmp_path / "people"


def enrolled(book: CaseStore, gallery: Gallery, given: Path, **options: Any) -> Enrolled:
    return enrol(book, gallery, read_entries(given), FakeMatcher(), **options)


def found(book: CaseStore, gallery: Gallery, probe: Path | str, **options: Any) -> SearchResult:
    return search_gallery(book, gallery, str(probe), FakeMatcher(), **options)


def faces_of(book: CaseStore, gallery: Gallery) -> dict[str, str]:
    return {each.face_id: each.face.name for each in GalleryContents(book, gallery).faces()}


def test_photographs_are_enrolled_in_whole_batches(
    book: CaseStore, gallery: Gallery, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_enrolment, "MOST_FACES", 25)
    done = enrolled(book, gallery, people)
    assert (done.counts[Outcome.ENROLLED], done.lines, done.batches) == (60, [], 3)
    assert [each.action for each in book.events()][-3:] == ["gallery_batch_added"] * 3
    contents = GalleryContents(book, gallery)
    assert (contents.template_count, contents.derived_count) == (60, 0)
    first = next(contents.faces())
    assert (first.face_id, first.face.name, first.face.age_origin) == (
        "GB-000001-000",
        "person 00",
        "estimated",
    )
    again = enrolled(book, gallery, people)
    assert (again.counts[Outcome.ALREADY], again.lines, again.batches) == (60, [], 0)
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings
    assert result.files == 63
    assert not [each for each in result.notes if "vault" in each]


def test_what_cannot_be_enrolled_is_told_line_by_line(
    book: CaseStore, gallery: Gallery, tmp_path: Path
) -> None:
    folder = tmp_path / "list"
    for name, faces, person in (("a", 1, 1), ("none", 0, 2), ("two", 2, 3), ("b", 1, 4), ("c", 1, 5)):
        write_face(folder / f"{name}.png", person, faces=faces)
    (folder / "text.png").write_bytes(b"no image")
    (folder / "copy.png").write_bytes((folder / "a.png").read_bytes())
    (folder / "list.csv").write_text(
        "name,birth date,photo date,source,file\n"
        "Ana,1971-03-12,1990,Family,a.png\n"
        "Bo,,,,none.png\n"
        "Bo,,,,two.png\n"
        "Bo,,,,text.png\n"
        "Bo,,,,missing.png\n"
        "Bo,,,,../list.csv/..\n"
        "Cy,,,,copy.png\n"
        "Ana,1971-03-12,,,a.png\n"
        "Ana,1980,,,b.png\n"
        "Di,someday,,,c.png\n"
        "Di,1990,1971,,c.png\n"
        "\x1b[31mEve\u202e,,,,c.png\n",
        encoding="utf-8",
    )
    done = enrolled(book, gallery, folder / "list.csv")
    words = {line.place: (line.outcome, line.words) for line in done.lines}
    expected = {
        "line 3": (Outcome.NO_FACE, "no face was found"),
        "line 4": (Outcome.SEVERAL_FACES, "it shows 2 faces"),
        "line 5": (Outcome.UNREADABLE, "is not a JPEG"),
        "line 6": (Outcome.UNREADABLE, "No such file"),
        "line 7": (Outcome.MALFORMED, ""),
        "line 8": (Outcome.DUPLICATE, "enrolled for Ana (line 2), and not again for Cy"),
        "line 9": (Outcome.DUPLICATE, "enrolled for Ana (line 2)"),
        "line 10": (Outcome.SAME_NAME, "another Ana, with another birth date"),
        "line 11": (Outcome.MALFORMED, "someday"),
        "line 12": (Outcome.MALFORMED, "-19 years old"),
        "line 13": (Outcome.MALFORMED, "control characters"),
    }
    assert words.keys() == expected.keys()
    for place, (outcome, part) in expected.items():
        assert words[place][0] is outcome, place
        assert part in words[place][1], place
    assert done.counts[Outcome.ENROLLED] == 2
    ana, other = GalleryContents(book, gallery).faces()
    assert (ana.face.age, ana.face.age_origin, ana.face.source) == (19.3, "stated", "Family")
    assert ana.face.subject != other.face.subject
    largest = enrolled(book, gallery, folder / "list.csv", largest_face=True)
    assert largest.counts[Outcome.ENROLLED] == 1
    assert largest.counts[Outcome.ALREADY] == 3
    assert list(GalleryContents(book, gallery).faces())[-1].face.faces_in_photo == 2


def test_one_name_of_a_folder_and_a_file_is_said(book: CaseStore, gallery: Gallery, tmp_path: Path) -> None:
    write_face(tmp_path / "g" / "Ana" / "1.png", 1)
    write_face(tmp_path / "g" / "Ana" / "2.png", 1, shade=9)
    write_face(tmp_path / "g" / "ana.png", 1, shade=20)
    done = enrolled(book, gallery, tmp_path / "g")
    assert done.counts[Outcome.ENROLLED] == 3
    assert [line.outcome for line in done.lines] == [Outcome.SAME_NAME]
    assert "taken for one person" in done.lines[0].words
    assert len({each.face.subject for each in GalleryContents(book, gallery).faces()}) == 1


def test_special_files_and_a_file_that_changes_are_not_enrolled(
    book: CaseStore, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    (tmp_path / "g").mkdir()
    os.mkfifo(tmp_path / "g" / "pipe.png")
    write_face(tmp_path / "g" / "z.png", 1)
    real = FakeMatcher.detect

    def detect(self: FakeMatcher, image: Any) -> Any:
        write_face(tmp_path / "g" / "z.png", 2)
        return real(self, image)

    monkeypatch.setattr(FakeMatcher, "detect", detect)
    done = enrolled(book, gallery, tmp_path / "g")
    assert [line.outcome for line in done.lines] == [Outcome.UNREADABLE] * 2
    assert "changed while" in done.lines[1].words
    assert book.gallery_batches("G-0001") == []


@pytest.mark.parametrize("kill_at", [1, 3, 9, 10, 17, 26])
def test_a_killed_enrolment_goes_on_where_it_was(
    book: CaseStore, gallery: Gallery, tmp_path: Path, kill_at: int
) -> None:
    for number in range(10):
        write_face(tmp_path / "g" / f"person {number}.png", number)
    book.close()
    command = [sys.executable, "-m", gallery_fakes.__name__, str(book.folder), str(tmp_path / "g")]
    killed = subprocess.run([*command, str(kill_at)], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    with CaseStore.open(book.folder, examiner="Ada", read_only=True) as reader:
        assert len(faces_of(reader, gallery)) % 4 == 0
    subprocess.run([*command, "0"], check=True, capture_output=True)
    with CaseStore.open(book.folder, examiner="Ada", key=KEY) as store:
        names = list(faces_of(store, gallery).values())
    assert sorted(names) == [f"person {number}" for number in range(10)]
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings
    assert not [each for each in result.notes if "vault" in each]


def test_ctrl_c_keeps_what_was_found(
    book: CaseStore, gallery: Gallery, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entries() -> Iterator[Any]:
        for number, entry in enumerate(read_entries(people)):
            if number == 7:
                raise KeyboardInterrupt
            yield entry

    with pytest.raises(KeyboardInterrupt):
        enrol(book, gallery, entries(), FakeMatcher())
    assert len(faces_of(book, gallery)) == 7


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
def test_a_search_equals_comparing_every_template(
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
    assert [each.score for each in result.candidates] == pytest.approx([score for _, score in true], abs=2e-6)
    assert {each.name for each in result.candidates} == {name for name, _ in true}


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


@pytest.fixture
def ageing(monkeypatch: pytest.MonkeyPatch) -> FakeMaker:
    """Have ageing read the pictures as the fake matcher does, and crop nothing."""

    def align(image: Any, face: Any, size_px: int) -> AlignedFace:
        return AlignedFace(crop=np.array(image), matrix=np.eye(2, 3))

    monkeypatch.setattr(gallery_ageing, "load_analyser", lambda _name: FakeMatcher())
    monkeypatch.setattr(gallery_ageing, "align", align)
    monkeypatch.setattr(
        gallery_ageing, "locate", lambda crop, analyser, scheme: (analyser.detect(crop)[0], True)
    )
    return FakeMaker()


@pytest.fixture
def licensed(book: CaseStore) -> Pack:
    from forensic_app.workflows.packs import accept_licence
    from tests.fake_packs import write_pack

    pack = write_pack(book.packs_dir / "fake-pack")
    accept_licence(book, pack)
    return pack


def test_derived_templates_are_marked_for_ever(
    book: CaseStore, gallery: Gallery, tmp_path: Path, ageing: FakeMaker, licensed: Pack
) -> None:
    photo = write_face(tmp_path / "a.png", 1)
    enrol(book, gallery, [Entry("1", "Ana", "1971", "1990", "", photo)], FakeMatcher())
    write_face(tmp_path / "g" / "Bo.png", 2)
    enrolled(book, gallery, tmp_path / "g")
    options: dict[str, Any] = {"pack": "fake-pack", "make_series": lambda _pack: ageing}
    done = augment(book, gallery, FakeMatcher(), ages=[30, 50, 30], **options)
    assert (done.made, done.already, done.photographs, done.batches) == (4, 0, 2, 1)
    assert ageing.asked == [(19.0, (30.0, 50.0)), (33.25, (30.0, 50.0))]
    assert book.gallery_batches("G-0001")[-1].derived_count == 4
    derived = [each for each in GalleryContents(book, gallery).faces() if each.face.derivation]
    assert all(each.face.kind is TemplateKind.DERIVED for each in derived)
    first = derived[0].face
    assert first.derivation is not None
    assert (first.age, first.age_origin, first.derivation.source_face) == (30.0, "asked for", "GB-000001-000")
    assert (first.derivation.pack_name, first.derivation.engine_version) == ("fake-pack", "9")
    assert not first.derivation.is_located
    again = augment(book, gallery, FakeMatcher(), ages=[50, 60], **options)
    assert (again.made, again.already) == (2, 2)
    nothing = augment(book, gallery, FakeMatcher(), ages=[50, 60], **options)
    assert (nothing.made, nothing.already, nothing.batches) == (0, 4, 0)
    result = found(book, gallery, write_face(tmp_path / "p.png", 1, shade=50), threshold=0.5)
    best = result.candidates[0]
    assert (best.name, best.template, best.age, best.pack) == ("Ana", "derived", 50.0, "fake-pack 1")
    assert best.photograph_score is not None
    assert best.photograph_score < best.score
    assert len(result.candidates) == 2
    assert (result.template_count, result.derived_count) == (8, 6)
    assert result.threshold.derived_fmr == 0.0
    removal = remove_from_gallery(book, "Missing", "GB-000001-000", reason="Withdrawn")
    assert len(removal.faces) == 4
    assert {each.face.name for each in GalleryContents(book, gallery).faces()} == {"Bo"}
    assert GalleryContents(book, gallery).derived_count == 3
    result_of_all = verify_casebook(book.folder)
    assert result_of_all.is_intact, result_of_all.findings


def test_ageing_is_refused_or_told_where_it_cannot_be_done(
    book: CaseStore,
    gallery: Gallery,
    people: Path,
    ageing: FakeMaker,
    licensed: Pack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrolled(book, gallery, people)
    options: dict[str, Any] = {"pack": "fake-pack", "make_series": lambda _pack: ageing}
    with pytest.raises(InvalidInput, match="0 ages"):
        augment(book, gallery, FakeMatcher(), ages=[], **options)
    with pytest.raises(InvalidInput, match="age cannot be 300"):
        augment(book, gallery, FakeMatcher(), ages=[300], **options)
    with pytest.raises(LicenceNotAccepted, match="base"):
        augment(book, gallery, FakeMatcher(), ages=[30], pack="base", make_series=lambda _pack: ageing)
    monkeypatch.setattr(FakeMatcher, "detect", lambda self, image: [])
    done = augment(book, gallery, FakeMatcher(), ages=[30], **options)
    assert (done.made, len(done.not_found)) == (0, 60)


def test_stopped_ageing_goes_on_where_it_was(
    book: CaseStore, gallery: Gallery, people: Path, ageing: FakeMaker, licensed: Pack
) -> None:
    enrolled(book, gallery, people)
    options: dict[str, Any] = {"pack": "fake-pack", "make_series": lambda _pack: ageing, "ages": [30, 40]}

    def stop(fraction: float, _words: str) -> None:
        if fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        augment(book, gallery, FakeMatcher(), report=stop, **options)
    before = GalleryContents(book, gallery).derived_count
    assert 0 < before < 120
    done = augment(book, gallery, FakeMatcher(), **options)
    assert (done.made, done.already) == (120 - before, before)
    made = [each.face for each in GalleryContents(book, gallery).faces() if each.face.derivation]
    assert len({(face.photo_sha256, face.age) for face in made}) == len(made) == 120
