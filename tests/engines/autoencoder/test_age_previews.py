"""A face at ages as a window shows it before a run: the bundled pack draws it, nothing is recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forensic_app.digests import sha256_of_file
from forensic_app.engines.autoencoder import face_edit
from forensic_app.engines.autoencoder.schema import DESCRIPTOR
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.errors import ConsentMissing, EvidenceAltered, FaceNotFound, InvalidInput, PackAltered
from forensic_app.faces.align import align
from forensic_app.parameters import resolve
from forensic_app.records import CaseKind
from forensic_app.settings import resources_dir
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import age_preview
from forensic_app.workflows.age_preview import AgeJob, age_jobs, draw_age
from forensic_app.workflows.casebook import create_casebook
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.style_preview import PreviewSource, face_in


@pytest.fixture
def job(photo_path: Path) -> AgeJob:
    age_preview._kept.clear()
    pack = read_pack(resources_dir() / "packs" / "deage")
    source = PreviewSource(photo_path, sha256_of_file(photo_path), "exhibit E-0001")
    return AgeJob(source, 0, pack.path, pack.sha256, 42.0, 75.0)


def test_a_face_is_encoded_once_and_shown_as_an_unguarded_edit_shows_it(
    job: AgeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = draw_age(job)
    with monkeypatch.context() as patched:
        patched.setattr(age_preview, "_encode", lambda *_: pytest.fail("the face was looked for again"))
        patched.setattr(face_edit.FaceEditor, "encoded", lambda *_: pytest.fail("the face was encoded again"))
        young = draw_age(replace(job, age=8.0))
        assert draw_age(job) == old
    assert (old.age, young.age, old.side_px) == (75.0, 8.0, 192)
    assert old.pixels != young.pixels
    photo, found = face_in(job.source, 0)
    editor = face_edit.FaceEditor(read_pack(job.pack_path), choose_device("cpu"))
    crop = align(photo, found.face, 192).crop
    parameters = resolve(DESCRIPTOR.schema, {"identity_guard": False})
    edit = editor.edit(crop, own_age=42.0, target_ages=[8.0, 75.0], parameters=parameters)
    for pixels, drawn in zip(edit.finished_crops(), (young, old), strict=True):
        shown = np.frombuffer(drawn.pixels, dtype=np.uint8).reshape(192, 192, 3)
        assert np.abs(shown.astype(int) - pixels).max() <= 1
        assert np.abs(shown.astype(int) - crop).mean() > 1


def test_an_age_that_nobody_stated_is_estimated(job: AgeJob) -> None:
    photo, found = face_in(job.source, 0)
    raw = kept_analyser("dlib").estimate_age(photo, found.face).years
    drawn = draw_age(replace(job, source_age=None))
    (face,) = age_preview._kept.values()
    assert face.estimate != raw, "the pack's calibration was not used"
    assert 20 < face.estimate < 60
    assert drawn == draw_age(replace(job, source_age=face.estimate))
    assert drawn.pixels != draw_age(replace(job, source_age=8.0)).pixels


def test_what_a_run_refuses_has_no_preview(job: AgeJob) -> None:
    with pytest.raises(InvalidInput, match="under 2 years"):
        draw_age(replace(job, source_age=1.0))
    with pytest.raises(PackAltered):
        draw_age(replace(job, pack_sha256="0" * 64))
    with pytest.raises(FaceNotFound):
        draw_age(replace(job, face_index=3))
    with pytest.raises(EvidenceAltered, match="exhibit E-0001"):
        draw_age(replace(job, source=replace(job.source, sha256="0" * 64)))


def test_the_age_is_the_forms_else_the_records_and_a_withdrawn_photograph_has_none(
    photo_path: Path, tmp_path: Path
) -> None:
    pack = read_pack(resources_dir() / "packs" / "deage")

    def stated(store: CaseStore, source_age: float | None) -> list[tuple[float | None, float]]:
        jobs = age_jobs(
            store, exhibit="E-0001", face_index=0, pack=pack, source_age=source_age, target_ages=(8.0, 62.0)
        )
        return [(each.source_age, each.age) for each in jobs]

    with create_casebook(tmp_path / "casebook", examiner="Ada") as store:
        store.create_case(number="1", title="Portrait", kind=CaseKind.MISSING_PERSON, agency="Police")
        receive_exhibit(store, photo_path, case="1")
        events = len(store.events())
        assert stated(store, None) == [(None, 8.0), (None, 62.0)]
        assert stated(store, 30.0) == [(30.0, 8.0), (30.0, 62.0)]
        assert len(store.events()) == events
        store.change_exhibit("E-0001", reason="measured", age_at_photo=41.0)
        assert stated(store, None)[0] == (41.0, 8.0)
        store.remove("exhibit", store.exhibit("E-0001").exhibit_id, "another case")
        with pytest.raises(InvalidInput, match="withdrawn"):
            stated(store, None)


def test_a_media_production_needs_the_consent_of_whoever_is_shown(photo_path: Path, tmp_path: Path) -> None:
    pack = read_pack(resources_dir() / "packs" / "deage")
    with create_casebook(tmp_path / "casebook", examiner="Ada") as store:
        store.create_case(number="1", title="Film", kind=CaseKind.MEDIA_PRODUCTION, agency="Studio")
        subject = store.add_subject(case="1", name="Eileen Collins")
        receive_exhibit(store, photo_path, case="1", subject_id=subject.subject_id)
        with pytest.raises(ConsentMissing):
            age_jobs(store, exhibit="E-0001", face_index=0, pack=pack, source_age=None, target_ages=(8.0,))
