from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from skimage.data import astronaut

from forensic_app.custody import SigningKey, verify_note
from forensic_app.engines.packs.pack import SEARCH_PATH_VARIABLE
from forensic_app.engines.pictures import marking
from forensic_app.errors import DiskFull, DuplicateRecord, EvidenceAltered, InvalidInput, RecordNotFound
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, Exhibit, Report, RunSpec
from forensic_app.reports.content import LaboratoryDetails
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.report_file import written_beside
from forensic_app.workflows.reporting import issue_report

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
BOX = [175.0, 60.0, 275.0, 180.0]
SCALE = 128 / 300


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseStore]:
    monkeypatch.delenv(SEARCH_PATH_VARIABLE, raising=False)
    seconds = itertools.count()
    key = SigningKey.from_bytes(bytes(range(32)))
    with CaseStore.create(
        tmp_path / "casebook",
        examiner="María Núñez",
        key=key,
        clock=lambda: START + timedelta(seconds=next(seconds)),
    ) as opened:
        opened.create_case(
            number="2026-114",
            title="Disappearance",
            kind=CaseKind.MISSING_PERSON,
            agency="Missing Persons Unit",
        )
        yield opened


def receive(store: CaseStore, tmp_path: Path, name: str, pixels: np.ndarray) -> Exhibit:
    path = tmp_path / name
    Image.fromarray(pixels).save(path)
    file = store.vault.import_file(path)
    return store.add_exhibit(
        case="2026-114", subject_id=None, sha256=file.sha256, size_bytes=file.size_bytes,
        media_type="image/png", width_px=pixels.shape[1], height_px=pixels.shape[0],
        original_name=name, source="mother",
        received_how="USB stick", received_at=START, photo_date="2019", age_at_photo=34.0,
        exif={"Make": "Canon"}, notes=(),
    )  # fmt: skip


def spec(exhibit: Exhibit, **changes: object) -> RunSpec:
    values: dict[str, object] = {
        "engine": "aging", "engine_version": "1.0", "exhibit_id": exhibit.exhibit_id,
        "exhibit_sha256": exhibit.sha256,
        "parameters": {"seed": 7, "target_ages": [16.0, 62.0], "strength": 0.65},
        "pack_name": "tiny", "pack_sha256": "a" * 64, "analyser": "dlib",
    }  # fmt: skip
    return RunSpec(**{**values, **changes})  # type: ignore[arg-type]


def complete(store: CaseStore, run_id: str, folder: Path, *, is_crop: bool = False) -> None:
    photo = astronaut()[:300, :400]
    images = []
    for age in (16.0, 62.0):
        picture = np.clip(photo.astype(int) - int(age), 0, 255).astype(np.uint8)
        picture = picture[:128, 150:278] if is_crop else picture
        path = folder / f"{run_id}-{age:g}.png"
        width, height = marking.write_png(
            picture, path, caption=f"target age {age:g}", system="Forensic App", version="1"
        )
        metrics = {
            "face_found": True,
            "estimated_age": {"raw": age - 3, "calibrated": age - 1, "spread": 5.0, "estimator": "dlib"},
            "comparison_score": 0.71, "reference_scores": {"E-0002": 0.44, "E-0003": None},
            "quality": {"head_size": {"value": 0.3, "score": 81}, "sharpness": {"value": 9.0, "score": None},
                        "over_exposure": {"value": 0.0, "score": 97}},
            "band_height_px": height - picture.shape[0],
        }  # fmt: skip
        images.append(OutputImage(path, "derived", age, 1, width, height, metrics))
    result = EngineResult(
        images=tuple(images),
        control={"estimated_age": {"raw": 38.0, "calibrated": None, "spread": 4.0}, "comparison_score": 0.52,
                 "reference_scores": {"E-0002": 0.52}, "quality": None},
        face={"box": BOX, "crop_size_px": 128, "matrix": [[SCALE, 0.0, -40.0], [0.0, SCALE, 0.0]],
              "face_count": 1},
        environment={"device": "cpu", "analyser": {"name": "dlib", "match_threshold": 0.4},
                     "pack": {"files": {"unet/model.safetensors": "c" * 64}}},
        warnings=("The face is small.",),
    )  # fmt: skip
    store.start_run(run_id, environment={"packages": {"torch": "2.9.1", "peft": None}})
    store.complete_run(run_id, result=result)


def write_pack(store: CaseStore) -> str:
    """Write a pack with card and calibration into the casebook, weights left empty; return its digest."""
    from forensic_app.engines.packs.pack import write_manifest

    folder = store.packs_dir / "tiny"
    components = {
        "vae": ["diffusers", "AutoencoderKL"], "unet": ["diffusers", "UNet2DConditionModel"],
        "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "DDIMScheduler"],
    }  # fmt: skip
    for name in components:
        (folder / name).mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps(components))
    (folder / "LICENCE.txt").write_text("For evaluation only.")
    (folder / "MODEL_CARD.md").write_text(
        "# Tiny\n\nWords.\n\n## Training data\n\n- 23,000 faces\n- **ages** 1 to 90\n\n## Cooking\n\nno\n\n"
        "## Measured error\n\n| set | MAE |\n|---|---|\n| held out | 7.8 |\n"
    )
    calibration = {
        "estimator": "dlib",
        "raw": [1, 2],
        "calibrated": [1, 2],
        "mae_raw": 8.0,
        "mae_calibrated": 6.5,
        "n": 312,
    }
    (folder / "calibration.json").write_text(json.dumps(calibration))
    return write_manifest(folder, {"name": "tiny", "version": "3", "licence": "Evaluation-1"}).sha256


def words_of(path: Path) -> str:
    pages = PdfReader(io.BytesIO(path.read_bytes())).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def issue(store: CaseStore, out: Path, **options: object) -> Report:
    return issue_report(
        store,
        case="2026-114",
        out=out,
        issued_at=START + timedelta(hours=1),
        **options,  # type: ignore[arg-type]
    )


def test_report_of_a_whole_case(store: CaseStore, tmp_path: Path) -> None:
    pack_sha256 = write_pack(store)
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    other = receive(store, tmp_path, "other.png", astronaut()[:200, :200])
    store.accept_licence(pack_name="tiny", pack_sha256=pack_sha256, licence_sha256="e" * 64)
    done = store.queue_run(
        case_id="2026-114", spec=spec(exhibit, pack_sha256=pack_sha256, reference_sha256=(other.sha256,))
    )
    complete(store, done.run_id, tmp_path)
    failed = store.queue_run(case_id="2026-114", spec=spec(exhibit))
    store.start_run(failed.run_id, environment={})
    store.fail_run(
        failed.run_id, error="FaceNotFound", message="No face is there.", advice="Use another photo."
    )
    cancelled = store.queue_run(case_id="2026-114", spec=spec(exhibit))
    store.cancel_run(cancelled.run_id, reason="wrong exhibit")
    out = tmp_path / "report.pdf"

    report = issue(
        store, out, laboratory=LaboratoryDetails("Lab", "Graz"), authorised_by="Dr. Weiß", purpose="lead"
    )

    assert report.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert store.vault.read_verified(report.sha256) == out.read_bytes()
    words = words_of(out)
    for value in (exhibit.sha256, other.sha256, pack_sha256, "c" * 64):
        assert value in words
    for image in store.derived_images(done.run_id):
        assert image.sha256 in words
        assert image.derived_image_id in words
    for sentence in (
        "No face is there. Use another photo.",
        "Estimated 13.0 y, cal. 15.0 y",
        "Score to photo 0.710 ≥ 0.400",
        "E-0002 0.440 ≥ 0.400",
        "6.5 years (calibrated estimate, 312 photographs)",
        "Each picture is an excerpt around the face",
        "The face is small.",
        "Yes, see the custody log",
        "held out, 7.8",
        "• 23,000 faces",
        "torch 2.9.1",
    ):
        assert squeezed(sentence) in words, sentence
    assert "Cooking" not in words
    assert "Reportissued" not in words
    last = store.events()[-1]
    assert last.action == "report_issued"
    assert last.details["sha256"] == report.sha256
    assert (last.details["language"], last.details["form"]) == ("en", "full")


def test_an_altered_model_card_is_told(store: CaseStore, tmp_path: Path) -> None:
    pack_sha256 = write_pack(store)
    card = store.packs_dir / "tiny" / "MODEL_CARD.md"
    card.write_text(card.read_text() + "\nOne more line.\n")
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    store.queue_run(case_id="2026-114", spec=spec(exhibit, pack_sha256=pack_sha256))
    issue(store, tmp_path / "report.pdf")
    words = words_of(tmp_path / "report.pdf")
    assert squeezed("is not the one that its manifest lists") in words
    assert squeezed("The pack has no model card") not in words


def test_printed_checkpoint_is_the_one_before_the_report(store: CaseStore, tmp_path: Path) -> None:
    receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    out = tmp_path / "report.pdf"
    issue(store, out)
    event = store.events()[-1]
    covering = [each for each in store.checkpoints() if each.size == event.sequence - 1]
    assert len(covering) == 1
    assert squeezed(covering[0].note) in words_of(out)
    assert event.previous_sha256 in words_of(out)
    verify_note(covering[0].note, public_key_hex=store.public_key_hex)
    result = verify_casebook(
        store.folder, known_checkpoints=[covering[0].note], trusted_keys=[store.public_key_hex]
    )
    assert result.is_intact


def test_same_records_same_bytes(store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    run = store.queue_run(case_id="2026-114", spec=spec(exhibit))
    complete(store, run.run_id, tmp_path)
    monkeypatch.setattr(store, "add_report", lambda **_: None)
    issue(store, tmp_path / "a.pdf")
    issue(store, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_engine_that_returns_crops_is_compared_with_the_aligned_crop(
    store: CaseStore, tmp_path: Path
) -> None:
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    run = store.queue_run(case_id="2026-114", spec=spec(exhibit))
    complete(store, run.run_id, tmp_path, is_crop=True)
    out = tmp_path / "report.pdf"
    issue(store, out)
    sizes = {
        image.image.size for page in PdfReader(io.BytesIO(out.read_bytes())).pages for image in page.images
    }
    assert (128, 128) in sizes
    assert squeezed("could not be framed") not in words_of(out)


def test_undecodable_photograph_is_listed_without_preview(store: CaseStore, tmp_path: Path) -> None:
    path = tmp_path / "photo.raw"
    path.write_bytes(b"not an image that this program knows")
    file = store.vault.import_file(path)
    store.add_exhibit(
        case="2026-114", subject_id=None, sha256=file.sha256, size_bytes=file.size_bytes,
        media_type="image/x-raw", width_px=1, height_px=1, original_name="photo.raw",
        source="", received_how="", received_at=START, photo_date="", age_at_photo=None, exif={}, notes=(),
    )  # fmt: skip
    issue(store, tmp_path / "report.pdf")
    words = words_of(tmp_path / "report.pdf")
    assert file.sha256 in words
    assert squeezed("No preview: the file could not be decoded here") in words


def test_altered_photograph_stops_the_report(store: CaseStore, tmp_path: Path) -> None:
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    path = store.vault.path(exhibit.sha256)
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    before = len(store.events())
    with pytest.raises(EvidenceAltered):
        issue(store, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()
    assert len(store.events()) == before
    assert store.reports("2026-114") == []


def test_existing_file_is_kept_unless_asked(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    out.write_bytes(b"other")
    with pytest.raises(InvalidInput, match=r"report\.pdf exists already"):
        issue(store, out)
    assert out.read_bytes() == b"other"
    assert store.reports("2026-114") == []
    report = issue(store, out, overwrite=True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == report.sha256


@pytest.mark.parametrize("name", ["missing/report.pdf", "."])
def test_unusable_target_is_refused_with_advice(store: CaseStore, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        issue(store, tmp_path / name)
    assert caught.value.advice
    assert store.reports("2026-114") == []


def test_folder_that_cannot_be_written(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InvalidInput, match="cannot be written"):
        issue(store, tmp_path / "report.pdf")


def test_full_disk_leaves_nothing(store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.mkdir()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("forensic_app.workflows.report_file.os.fsync", fail)
    with pytest.raises(DiskFull, match="is full"):
        issue(store, target / "report.pdf")
    assert list(target.iterdir()) == []
    assert store.reports("2026-114") == []


def test_the_page_beside_a_report_is_registered_with_it(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    report = issue(store, out)
    page = (tmp_path / "report.html").read_bytes()
    details = store.events(limit=1)[-1].details
    assert details["html_sha256"] == hashlib.sha256(page).hexdigest()
    assert details["html_size_bytes"] == len(page)
    assert report.report_number.encode() in page
    out.unlink()
    with pytest.raises(InvalidInput, match=r"report\.html exists"):
        issue(store, out)
    assert len(store.reports("2026-114")) == 1
    issue(store, tmp_path / "alone.pdf", has_twin=False)
    assert not (tmp_path / "alone.html").exists()
    assert "html_sha256" not in store.events(limit=1)[-1].details


def test_unregistered_report_is_not_left_behind(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()

    def refuse(**_: object) -> Report:
        raise DuplicateRecord("The number is in use.", "Take the next one.")

    monkeypatch.setattr(store, "add_report", refuse)
    with pytest.raises(DuplicateRecord):
        issue(store, target / "report.pdf")
    assert list(target.iterdir()) == []


def test_new_issue_names_the_old_report_and_the_reason(store: CaseStore, tmp_path: Path) -> None:
    first = issue(store, tmp_path / "first.pdf")
    with pytest.raises(InvalidInput, match="reason"):
        issue(store, tmp_path / "second.pdf", supersedes=first.report_number)
    with pytest.raises(RecordNotFound, match="REP-99"):
        issue(store, tmp_path / "second.pdf", supersedes="2026-114-REP-99", reason="x")
    second = issue(store, tmp_path / "second.pdf", supersedes=first.report_number, reason="Name corrected")
    assert second.supersedes == first.report_id
    assert second.report_number != first.report_number
    words = words_of(tmp_path / "second.pdf")
    assert squeezed(f"This report replaces {first.report_number}") in words
    assert squeezed("Name corrected.") in words
    assert (tmp_path / "first.pdf").exists()


def test_case_that_does_not_exist(store: CaseStore, tmp_path: Path) -> None:
    with pytest.raises(RecordNotFound):
        issue_report(store, case="nothing", out=tmp_path / "report.pdf")


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_who_may_read_an_issued_file_says_the_umask(
    store: CaseStore, tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        issue_report(store, case="2026-114", out=tmp_path / "report.pdf")
    finally:
        os.umask(before)
    assert (tmp_path / "report.pdf").stat().st_mode & 0o777 == mode


def test_what_a_killed_writer_left_beside_a_report_is_removed_by_the_next_one(tmp_path: Path) -> None:
    left, other = tmp_path / ".report-left.pdf", tmp_path / ".report-folder.pdf"
    left.write_bytes(b"half")
    other.mkdir()
    (tmp_path / ".report-link.pdf").symlink_to(left)
    with written_beside(tmp_path / "one.pdf", b"one") as first:
        assert not left.exists()
        with written_beside(tmp_path / "two.pdf", b"two") as second:
            assert first.read_bytes() == b"one", "its writer is alive"
            assert second.read_bytes() == b"two"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".report-folder.pdf", ".report-link.pdf"]
