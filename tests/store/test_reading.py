"""Reading where the casebook's folder cannot be written: from a private copy, which is gone with its reader."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from forensic_app import verify
from forensic_app.errors import DiskFull, StoreUnavailable
from forensic_app.records import CaseKind
from forensic_app.store import reading
from forensic_app.store.case_store import CaseStore
from forensic_app.store.database import create_store_engine


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder that private copies go to."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def medium(store, case, folder, tmp_path):
    """A casebook as it lies after a crash, with a log beside the database, whose index nobody can make."""
    copy = tmp_path / "medium"
    copy.mkdir()
    for name in ("casebook.db", "casebook.db-wal"):
        (copy / name).write_bytes((folder / name).read_bytes())
    (copy / "casebook.db-shm").symlink_to("casebook.db-shm")
    assert (copy / "casebook.db-wal").stat().st_size > 0
    return copy


def test_a_casebook_with_a_log_is_read_on_a_read_only_medium(medium, temporary, case):
    before = sorted(each.name for each in medium.iterdir())
    with CaseStore.open(medium, examiner="", read_only=True) as reader:
        assert reader.cases() == [case]
        (private,) = temporary.iterdir()
        assert private.stat().st_mode & 0o077 == 0
        assert reader.case(case.case_id) == case
        assert list(temporary.iterdir()) == [private], "one copy serves every reading"
    assert list(temporary.iterdir()) == []
    assert sorted(each.name for each in medium.iterdir()) == before


def test_what_was_written_meanwhile_is_read(medium, temporary, case, store, folder):
    with CaseStore.open(medium, examiner="", read_only=True) as reader:
        assert reader.cases() == [case]
        second = store.create_case(number="2", title="", kind=CaseKind.COLD_CASE)
        (medium / "casebook.db-wal").write_bytes((folder / "casebook.db-wal").read_bytes())
        assert {each.case_id for each in reader.cases()} == {case.case_id, second.case_id}
    assert list(temporary.iterdir()) == []


def test_no_copy_is_taken_where_the_casebook_can_be_read_in_its_place(store, case, folder, temporary):
    with CaseStore.open(folder, examiner="", read_only=True) as reader:
        assert reader.cases() == [case]
        assert list(temporary.iterdir()) == []


def test_a_copy_is_taken_where_there_is_no_room_for_the_logs_index(
    store, case, folder, temporary, monkeypatch
):
    monkeypatch.setattr(reading, "free_bytes", lambda place: 0 if place == folder else 1 << 40)
    with CaseStore.open(folder, examiner="", read_only=True) as reader:
        assert reader.cases() == [case]
        assert len(list(temporary.iterdir())) == 1


def test_a_copy_that_does_not_fit_names_the_temporary_folder(medium, temporary, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(reading, "_copy", refuse)
    with pytest.raises(DiskFull, match="temporary"):
        CaseStore.open(medium, examiner="", read_only=True)
    assert list(temporary.iterdir()) == []


def test_a_database_that_changes_all_the_time_is_given_up(medium, temporary, monkeypatch):
    copied = reading._copy

    def change(source, target):
        copied(source, target)
        os.utime(source, ns=(0, Path(source).stat().st_mtime_ns + 1))

    monkeypatch.setattr(reading, "_copy", change)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        CaseStore.open(medium, examiner="", read_only=True)
    assert list(temporary.iterdir()) == []


def test_damage_is_no_reason_for_a_copy(folder, temporary):
    folder.mkdir()
    (folder / "casebook.db").write_bytes(b"no database" * 1000)
    (folder / "casebook.db-wal").write_bytes(b"no log")
    place = reading.ReadingPlace(folder / "casebook.db")
    with pytest.raises(sqlite3.DatabaseError):
        place.connect()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("ending", ["", "-wal", "-journal"])
@pytest.mark.parametrize("put", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_opened(store, case, folder, temporary, tmp_path, ending, put, key):
    store.close()
    path = folder / f"casebook.db{ending}"
    if path.exists():
        path.rename(tmp_path / "moved")
    if put == "link":
        path.symlink_to("/dev/zero")
    elif put == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    for act in (
        lambda: CaseStore.open(folder, examiner="", read_only=True),
        lambda: CaseStore.open(folder, examiner="A. Doe", key=key),
        lambda: reading.ReadingPlace(folder / "casebook.db").connect(),
        lambda: create_store_engine(folder / "casebook.db", read_only=False).connect(),
    ):
        with pytest.raises(StoreUnavailable, match=f"casebook.db{ending} is a link or no file"):
            act()
    assert list(temporary.iterdir()) == []


def test_no_more_is_copied_than_there_is_room_for(medium, temporary):
    os.truncate(medium / "casebook.db-wal", 1 << 42)
    with pytest.raises(DiskFull, match="temporary"):
        CaseStore.open(medium, examiner="", read_only=True)
    assert list(temporary.iterdir()) == []
    with pytest.raises(OSError, match=r"no room for a copy of casebook\.db-wal"):
        verify._copy(medium / "casebook.db-wal", temporary / "copy")


def test_no_more_is_copied_than_the_file_held_at_first(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.write_bytes(b"a" * 10)

    def grow(place):
        with source.open("ab") as stream:
            stream.write(b"b" * 10)
        return 1 << 62

    monkeypatch.setattr(reading, "free_bytes", grow)
    reading._copy(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"a" * 10
    verify._copy(source, tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == b"a" * 10 + b"b" * 10
