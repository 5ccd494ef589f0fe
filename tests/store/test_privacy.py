"""A casebook and the workstation's folder belong to their owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forensic_app.private import open_to_others
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore
from forensic_app.store.database import back_up
from forensic_app.store.keys import load_or_create_key


@pytest.fixture(params=[0o000, 0o022], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """A umask that lets others read."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_nothing_of_a_casebook_can_be_used_by_others(umask: None, tmp_path: Path) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(b"photo")
    home, folder = tmp_path / "above" / "home", tmp_path / "above" / "casebook"
    key = load_or_create_key(home)
    with CaseStore.create(folder, examiner="Ada", key=key) as store:
        store.create_case(number="1", title="T", kind=CaseKind.COLD_CASE)
        kept = store.vault.path(store.vault.import_file(photo).sha256)
        back_up(folder, label="x", moment=datetime.now(UTC))
        assert {each.name for each in folder.iterdir()} >= {
            "casebook.db-wal",
            "casebook.db-shm",
            "casebook.lock",
        }
        assert list(open_to_others(tmp_path / "above")) == []
    assert list(open_to_others(tmp_path / "above")) == []
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert stat.S_IMODE((folder / "casebook.db").stat().st_mode) == 0o600
    with CaseStore.open(folder, examiner="Ada", read_only=True) as reader:
        assert reader.count_cases() == 1


def test_a_folder_that_was_there_keeps_its_mode(umask: None, tmp_path: Path) -> None:
    folder = tmp_path / "casebook"
    folder.mkdir()
    folder.chmod(0o750)
    CaseStore.create(folder, examiner="Ada", key=load_or_create_key(tmp_path / "home")).close()
    assert list(open_to_others(folder)) == [folder]
