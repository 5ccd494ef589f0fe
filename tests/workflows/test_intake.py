from __future__ import annotations

import hashlib
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from forensic_app.errors import (
    DuplicateRecord,
    EvidenceAltered,
    ForensicAppError,
    IntakeStopped,
    InvalidInput,
    RecordNotFound,
    UnreadableImage,
)
from forensic_app.records import CaseKind
from forensic_app.settings import Settings
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import intake
from forensic_app.workflows.exhibit_pictures import check_exhibit_files, exhibit_pixels
from forensic_app.workflows.intake import receive_exhibit


def test_a_photograph_is_received_byte_for_byte_with_its_event(store: CaseStore, photo: Path) -> None:
    before, status = photo.read_bytes(), photo.stat()
    heard: list[tuple[int, int]] = []
    exhibit = receive_exhibit(
        store,
        photo,
        case="2026-001",
        subject_id="S-0001",
        source="Family",
        received_how="e-mail",
        photo_date="2001-05",
        age_at_photo=12.5,
        exhibit_number="A/1",
        notes=("seen",),
        progress=lambda done, total: heard.append((done, total)),
    )
    assert exhibit.sha256 == hashlib.sha256(before).hexdigest()
    assert store.vault.read_verified(exhibit.sha256) == before
    assert (exhibit.media_type, exhibit.width_px, exhibit.height_px) == ("image/jpeg", 160, 160)
    assert (exhibit.exhibit_number, exhibit.age_at_photo, exhibit.photo_date) == ("A/1", 12.5, "2001-05")
    assert "seen" in exhibit.notes
    assert photo.read_bytes() == before
    assert photo.stat().st_mtime_ns == status.st_mtime_ns
    assert heard == [(0, len(before)), (len(before), len(before))]
    assert [event.action for event in store.events("2026-001")][-1] == "exhibit_received"


def test_a_receipt_that_is_stopped_leaves_no_file_and_no_record(store: CaseStore, photo: Path) -> None:
    events = len(store.events())

    def stop(done: int, _of: int) -> None:
        if done:
            raise IntakeStopped("It was stopped.", "Receive it again.")

    with pytest.raises(IntakeStopped):
        receive_exhibit(store, photo, case="2026-001", progress=stop)
    assert list(store.vault.folder.rglob("*")) == []
    assert store.exhibits("2026-001") == []
    assert len(store.events()) == events
    assert receive_exhibit(store, photo, case="2026-001").exhibit_id == "E-0001"


def test_a_read_only_original_is_received(store: CaseStore, photo: Path) -> None:
    photo.chmod(stat.S_IRUSR)
    assert receive_exhibit(store, photo, case="2026-001").exhibit_id == "E-0001"


def test_a_duplicate_names_the_exhibit_and_leaves_an_event(
    store: CaseStore, photo: Path, tmp_path: Path
) -> None:
    first = receive_exhibit(store, photo, case="2026-001", exhibit_number="A/1")
    copy = tmp_path / "other name.jpg"
    shutil.copy(photo, copy)
    with pytest.raises(DuplicateRecord, match="A/1"):
        receive_exhibit(store, copy, case="2026-001")
    event = store.events("2026-001")[-1]
    assert (event.action, event.object_id) == ("exhibit_refused", first.exhibit_id)
    assert event.details["original_name"] == "other name.jpg"


@pytest.mark.parametrize("content", [b"", b"not an image", b"\xff\xd8\xff\xe0truncated"])
def test_a_file_that_is_no_image_is_refused_on_record_and_stays_out_of_the_vault(
    store: CaseStore, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage):
        receive_exhibit(store, path, case="2026-001")
    event = store.events("2026-001")[-1]
    assert event.action == "exhibit_refused"
    assert event.details["sha256"] == hashlib.sha256(content).hexdigest()
    assert event.details["original_name"] == "bad.jpg"
    assert event.details["reason"]
    assert list(store.vault.digests()) == []


@pytest.mark.parametrize("limit", [{"max_image_bytes": 100}, {"max_image_pixels": 100}])
def test_a_photograph_beyond_the_limits_is_refused_on_record(
    store: CaseStore, photo: Path, tmp_path: Path, limit: dict[str, int]
) -> None:
    with pytest.raises(UnreadableImage, match="allowed"):
        receive_exhibit(store, photo, case="2026-001", settings=Settings(tmp_path, **limit))
    assert store.events("2026-001")[-1].action == "exhibit_refused"
    assert list(store.vault.digests()) == []


def test_a_file_that_is_not_there_is_no_refusal(store: CaseStore, tmp_path: Path) -> None:
    count = len(store.events())
    with pytest.raises(UnreadableImage, match="No such file"):
        receive_exhibit(store, tmp_path / "absent.jpg", case="2026-001")
    assert len(store.events()) == count


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"case": "nowhere"}, RecordNotFound),
        ({"subject_id": "S-0099"}, RecordNotFound),
        ({"photo_date": "May 2001"}, InvalidInput),
        ({"age_at_photo": -1.0}, InvalidInput),
        ({"exhibit_number": "A\x00"}, InvalidInput),
        ({"source": "a\nb"}, InvalidInput),
    ],
)
def test_what_is_malformed_is_refused_before_the_copy(
    store: CaseStore, photo: Path, values: dict[str, Any], error: type[ForensicAppError]
) -> None:
    with pytest.raises(error):
        receive_exhibit(store, photo, **{"case": "2026-001", **values})
    assert list(store.vault.digests()) == []


def test_a_number_in_use_and_a_closed_case_are_refused_before_the_copy(
    store: CaseStore, photo: Path, tmp_path: Path
) -> None:
    receive_exhibit(store, photo, case="2026-001", exhibit_number="A/1")
    other = tmp_path / "other.png"
    Image.new("RGB", (20, 20), "red").save(other)
    with pytest.raises(InvalidInput, match="A/1"):
        receive_exhibit(store, other, case="2026-001", exhibit_number="A/1")
    store.close_case("C-0001", "solved")
    with pytest.raises(InvalidInput, match="closed"):
        receive_exhibit(store, other, case="2026-001")
    assert len(list(store.vault.digests())) == 1


def test_a_file_that_changes_between_looking_and_copying_is_refused(
    store: CaseStore, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspect: Callable[..., Any] = intake.inspect

    def inspect_then_change(path: Path, **limits: int) -> Any:
        facts = inspect(path, **limits)
        path.write_bytes(path.read_bytes() + b"more")
        return facts

    monkeypatch.setattr(intake, "inspect", inspect_then_change)
    with pytest.raises(InvalidInput, match="changed"):
        receive_exhibit(store, photo, case="2026-001")
    assert store.exhibits("2026-001") == []
    assert list(store.vault.digests()) == []


@pytest.mark.parametrize(
    "values",
    [{"case": "2026-002"}, {"subject_id": "S-0002"}, {"exhibit_number": "A/1"}, {"photo_date": "May"}],
)
def test_the_store_refuses_in_the_same_words_before_and_after_the_copy(
    store: CaseStore, photo: Path, tmp_path: Path, values: dict[str, Any]
) -> None:
    store.create_case(number="2026-002", title="Other", kind=CaseKind.COLD_CASE)
    store.add_subject(case="2026-002", name="Bea")
    store.close_case("2026-002", "solved")
    first = receive_exhibit(store, photo, case="2026-001", exhibit_number="A/1")
    other = tmp_path / "other.png"
    Image.new("RGB", (20, 20), "red").save(other)
    given = {"case": "2026-001", "subject_id": None, "exhibit_number": None, "photo_date": "", **values}
    with pytest.raises(InvalidInput) as before:
        receive_exhibit(store, other, **given)
    assert list(store.vault.digests()) == [first.sha256]
    copied = store.vault.import_file(other)
    facts = {
        field: getattr(first, field) for field in ("width_px", "height_px", "received_at", "exif", "notes")
    }
    with pytest.raises(InvalidInput) as after:
        store.add_exhibit(
            sha256=copied.sha256,
            size_bytes=copied.size_bytes,
            media_type="image/png",
            original_name="other.png",
            source="",
            received_how="",
            age_at_photo=None,
            **given,
            **facts,
        )
    assert str(before.value) == str(after.value)


def pages(path: Path, *colours: str) -> Path:
    first, *others = [Image.new("RGB", (40, 30), colour) for colour in colours]
    first.save(path, save_all=True, append_images=others, resolution=72)
    return path


@pytest.mark.parametrize("name", ["scan.tif", "scan.pdf"])
def test_a_page_of_a_file_is_an_exhibit_with_the_whole_file_in_the_vault(
    store: CaseStore, tmp_path: Path, name: str
) -> None:
    path = pages(tmp_path / name, "red", "lime", "blue")
    second = receive_exhibit(store, path, case="2026-001", page=2)
    third = receive_exhibit(store, path, case="2026-001", page=3)
    assert second.sha256 == third.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (second.page, third.page) == (2, 3)
    assert store.vault.read_verified(second.sha256) == path.read_bytes()
    for exhibit, channel in ((second, 1), (third, 2)):
        assert exhibit.page_sha256 not in (None, exhibit.sha256)
        assert exhibit_pixels(store, exhibit)[5, 5].argmax() == channel
        assert store.exhibit_by_sha256(exhibit.picture_sha256) == exhibit
    event = [each for each in store.events("2026-001") if each.action == "exhibit_received"][-1]
    assert (event.details["page"], event.details["page_sha256"]) == (3, third.page_sha256)
    with pytest.raises(DuplicateRecord, match="E-0001"):
        receive_exhibit(store, path, case="2026-001", page=2)
    assert verify_casebook(store.folder).findings == ()
    store.vault.path(third.page_sha256 or "").chmod(0o600)
    store.vault.path(third.page_sha256 or "").write_bytes(b"other")
    (finding,) = [each for each in verify_casebook(store.folder).findings if "altered" in each]
    assert "page of exhibit E-0002" in finding
    with pytest.raises(EvidenceAltered, match="exhibit E-0002"):
        exhibit_pixels(store, third)
    with pytest.raises(EvidenceAltered, match="exhibit E-0002"):
        check_exhibit_files(store, third)


def test_the_same_page_in_another_file_is_the_same_photograph(store: CaseStore, tmp_path: Path) -> None:
    receive_exhibit(store, pages(tmp_path / "a.tif", "red", "lime"), case="2026-001", page=2)
    with pytest.raises(DuplicateRecord, match="E-0001"):
        receive_exhibit(store, pages(tmp_path / "b.tif", "blue", "lime"), case="2026-001", page=2)
    assert verify_casebook(store.folder).findings == ()


def test_exhibits_are_found_by_digest_and_by_name(store: CaseStore, photo: Path, tmp_path: Path) -> None:
    one = receive_exhibit(store, photo, case="2026-001")
    other = receive_exhibit(store, pages(tmp_path / "Passport.tif", "red", "lime"), case="2026-001", page=2)
    assert store.find_exhibits(one.sha256.upper()) == [one]
    assert store.find_exhibits(one.sha256[:8]) == [one]
    assert store.find_exhibits(other.page_sha256 or "") == [other]
    assert store.find_exhibits("passp") == [other]
    assert store.find_exhibits("e-000") == [one, other]
    assert store.find_exhibits("f" * 64) == []
    with pytest.raises(InvalidInput):
        store.find_exhibits("  ")
    store.remove("exhibit", one.exhibit_id, "Wrong person")
    assert store.find_exhibits(one.sha256)[0].tombstone_reason == "Wrong person"
