"""A full disk is a full disk: said so, no damage, nothing left that hinders, and everything works again after it."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys

import full_disk
import pytest

from forensic_app.errors import DiskFull, OutOfMemory, StoreUnavailable
from forensic_app.store import case_store, database, faults
from forensic_app.store.case_store import CaseStore
from forensic_app.store.locking import WriterLock
from forensic_app.verify import verify_casebook

WORKER = """
import json, sys, uuid
from datetime import UTC, datetime
from pathlib import Path
from forensic_app.custody import SigningKey
from forensic_app.errors import ForensicAppError
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore

folder = Path(sys.argv[1])
done = []
try:
    with CaseStore.open(folder, examiner="A. Doe", key=SigningKey.from_bytes(bytes(range(32)))) as store:
        done.append("opened")
        for photo in map(Path, sys.argv[2:]):
            case = store.create_case(
                number=uuid.uuid4().hex, title="Missing", kind=CaseKind.MISSING_PERSON, authorization="x" * 450
            )
            done.append("case")
            stored = store.vault.import_file(photo)
            store.add_exhibit(
                case=case.case_id, subject_id=None, sha256=stored.sha256, size_bytes=stored.size_bytes,
                media_type="image/jpeg", width_px=1, height_px=1, original_name="photo.jpg", source="",
                received_how="", received_at=datetime.now(UTC), photo_date="", age_at_photo=None, exif={}, notes=(),
            )
            done.append("exhibit")
except ForensicAppError as error:
    print(json.dumps([type(error).__name__, error.message, error.advice, done]))
else:
    print(json.dumps(["", "", "", done]))
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    built = full_disk.library(tmp_path_factory.mktemp("shim"))
    if built is None:
        pytest.skip("there is no C compiler to make a full disk with")
    return built


@pytest.fixture
def photos(tmp_path):
    paths = [tmp_path / f"photo-{number}.jpg" for number in range(3)]
    for path in paths:
        path.write_bytes(os.urandom(50_000))
    return paths


def work(folder, photos, environment=None):
    command = [sys.executable, "-c", WORKER, str(folder), *map(str, photos)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("after_bytes", [0, 500_000, 600_000, 700_000, 750_000])
def test_a_disk_that_fills_up_anywhere(shim, folder, photos, after_bytes):
    full = full_disk.environment(shim, folder, after_bytes=after_bytes)
    error, message, advice, done = work(folder, photos, full)
    assert error == "DiskFull", done
    assert "full" in message
    assert "restore" not in advice
    if done:
        result = verify_casebook(folder)
        assert result.findings == ()
        assert result.events >= 3 + sum(each in ("case", "exhibit") for each in done)
    else:
        assert not (folder / "casebook.db").exists()
    assert not list(folder.glob("vault/.incoming-*"))
    for photo in photos:
        photo.write_bytes(os.urandom(50_000))
    assert work(folder, photos)[3] == ["opened", *["case", "exhibit"] * 3]
    assert verify_casebook(folder).findings == ()


def test_a_casebook_that_could_not_be_made_leaves_an_empty_folder(folder, key, monkeypatch):
    def fail(*arguments, **options):
        raise DiskFull("The disk that holds it is full.", "Free some space.")

    folder.mkdir()
    for place in ("upgrade", "schema_digests"):
        with monkeypatch.context() as patch:
            patch.setattr(case_store, place, fail)
            with pytest.raises(DiskFull, match="no casebook was made"):
                CaseStore.open(folder, examiner="A. Doe", key=key)
        assert [each.name for each in folder.iterdir()] == ["casebook.lock"]
    CaseStore.create(folder, examiner="A. Doe", key=key).close()
    assert verify_casebook(folder).is_intact


def test_a_casebook_that_is_there_is_never_taken_back(folder, key, monkeypatch):
    CaseStore.create(folder, examiner="A. Doe", key=key).close()
    before = (folder / "casebook.db").read_bytes()

    def fail(*arguments, **options):
        raise DiskFull("The disk that holds it is full.", "Free some space.")

    monkeypatch.setattr(case_store, "schema_digests", fail)
    with pytest.raises(DiskFull) as caught:
        CaseStore.open(folder, examiner="A. Doe", key=key)
    assert "no casebook" not in caught.value.message
    assert (folder / "casebook.db").read_bytes() == before


@pytest.mark.parametrize("name", ["casebook.db", "casebook.db-wal", "casebook.db-journal"])
def test_what_was_there_before_is_never_taken_back(folder, key, name, monkeypatch):
    def fail(*arguments, **options):
        raise DiskFull("The disk that holds it is full.", "Free some space.")

    (folder / "vault").mkdir(parents=True)
    (folder / name).write_bytes(b"no database" * 1000)
    monkeypatch.setattr(case_store, "upgrade", fail)
    monkeypatch.setattr(case_store, "_prepare_folder", lambda folder: None)
    with pytest.raises(StoreUnavailable):
        CaseStore.open(folder, examiner="A. Doe", key=key)
    assert (folder / name).stat().st_size == 11_000


def test_nobody_begins_where_there_is_next_to_no_room(folder, key, monkeypatch):
    monkeypatch.setattr(faults, "free_bytes", lambda place: faults.LEAST_FREE_BYTES - 1)
    with pytest.raises(DiskFull):
        CaseStore.open(folder, examiner="A. Doe", key=key)
    assert not folder.exists()


def test_a_file_system_that_does_not_tell_its_size_is_taken_as_large(tmp_path, monkeypatch):
    assert 0 < faults.free_bytes(tmp_path / "not" / "there") < 1 << 62

    def refuse(path):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "statvfs", refuse)
    assert faults.free_bytes(tmp_path) == 1 << 62


@pytest.mark.parametrize("name", ["SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC", "SQLITE_CANTOPEN"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_what_sqlite_calls_something_else_is_a_full_disk_when_the_disk_is_full(
    tmp_path, monkeypatch, name, number
):
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorname = name
    assert not isinstance(faults.database_fault(fault, tmp_path), DiskFull)

    def refuse(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(faults.tempfile, "TemporaryFile", refuse)
    assert isinstance(faults.database_fault(fault, tmp_path), DiskFull)


def test_a_disk_that_fails_is_no_damage_and_nothing_is_to_be_restored(tmp_path):
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorname = "SQLITE_IOERR_READ"
    error = faults.database_fault(fault, tmp_path)
    assert "cannot be read or written" in error.message
    assert "restore" not in str(error)


@pytest.mark.parametrize("name", ["SQLITE_NOMEM", "SQLITE_IOERR_NOMEM"])
def test_too_little_memory_is_no_damage(tmp_path, name):
    fault = sqlite3.OperationalError("out of memory")
    fault.sqlite_errorname = name
    assert isinstance(faults.database_fault(fault, tmp_path), OutOfMemory)
    assert isinstance(faults.os_fault(OSError(errno.ENOMEM, "Cannot allocate memory"), tmp_path), OutOfMemory)


def test_a_lock_whose_file_cannot_be_written_is_not_kept(folder, monkeypatch):
    folder.mkdir()

    def refuse(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", refuse)
        with pytest.raises(DiskFull):
            WriterLock(folder)
    WriterLock(folder).release()


def test_a_backup_that_does_not_fit_leaves_no_part_of_it(store, folder, clock, monkeypatch):
    def refuse(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(database, "flush", refuse)
    with pytest.raises(DiskFull):
        database.back_up(folder, label="x", moment=clock())
    assert list((folder / "backups").iterdir()) == []


def test_an_upgrade_that_does_not_fit_is_a_full_disk(folder, clock, key, monkeypatch):
    def refuse(*arguments):
        raise sqlite3_full()

    monkeypatch.setattr(database, "_migrate", refuse)
    with pytest.raises(DiskFull):
        CaseStore.open(folder, examiner="A. Doe", key=key)
    assert not (folder / "casebook.db").exists()


def sqlite3_full():
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorname = "SQLITE_FULL"
    return fault
