"""Derived templates are marked as derived for ever, made once, and gone with their photograph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import (
    InvalidInput,
    LicenceNotAccepted,
)
from forensic_app.faces.align import AlignedFace
from forensic_app.faces.analyser import AgeEstimate
from forensic_app.galleries.entries import Entry
from forensic_app.gallery_files import TemplateKind
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import gallery_series
from forensic_app.workflows.gallery_ageing import augment
from forensic_app.workflows.gallery_contents import GalleryContents, remove_from_gallery
from forensic_app.workflows.gallery_enrolment import enrol

from .gallery_fakes import FakeMaker, FakeMatcher, enrolled, found, write_face


@pytest.fixture
def ageing(monkeypatch: pytest.MonkeyPatch) -> FakeMaker:
    """Have ageing read the pictures as the fake matcher does, and crop nothing."""

    def align(image: Any, face: Any, size_px: int) -> AlignedFace:
        return AlignedFace(crop=np.array(image), matrix=np.eye(2, 3))

    monkeypatch.setattr(gallery_series, "load_analyser", lambda _name: FakeMatcher())
    monkeypatch.setattr(gallery_series, "align", align)
    monkeypatch.setattr(
        gallery_series, "locate", lambda crop, analyser, scheme: (analyser.detect(crop)[0], True)
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
    for age in (300, 101, 1, 0, -5, float("nan")):
        with pytest.raises(InvalidInput, match="is out of its bounds"):
            augment(book, gallery, FakeMatcher(), ages=[30, age], **options)
    with pytest.raises(LicenceNotAccepted, match="base"):
        augment(book, gallery, FakeMatcher(), ages=[30], pack="base", make_series=lambda _pack: ageing)
    monkeypatch.setattr(FakeMatcher, "detect", lambda self, image: [])
    done = augment(book, gallery, FakeMatcher(), ages=[30], **options)
    assert (done.made, len(done.not_found)) == (0, 60)


def test_a_small_child_is_left_out_and_told(
    book: CaseStore,
    gallery: Gallery,
    tmp_path: Path,
    ageing: FakeMaker,
    licensed: Pack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [("Ana", "1990", "1991"), ("Bo", "1990", "1992-08"), ("Cy", "", "")]
    entries = [
        Entry(str(place), *stated, "", write_face(tmp_path / f"{place}.png", place))
        for place, stated in enumerate(people, start=1)
    ]
    monkeypatch.setattr(FakeMatcher, "estimate_age", lambda self, image, face: AgeEstimate(0.5))
    enrol(book, gallery, entries, FakeMatcher())
    options: dict[str, Any] = {"pack": "fake-pack", "make_series": lambda _pack: ageing}
    done = augment(book, gallery, FakeMatcher(), ages=[30], **options)
    assert (done.made, done.photographs, done.too_young) == (2, 2, ["GB-000001-000"])
    assert [source_age for source_age, _ in ageing.asked] == [pytest.approx(2.1, abs=0.1), 2.0]


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
