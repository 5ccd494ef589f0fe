"""Packs in a casebook's folder: those that were imported, and those that somebody put there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from forensic_app.errors import PackRefused
from forensic_app.private import open_to_others
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import packs
from tests.fake_packs import write_pack


def test_an_imported_pack_is_private(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(_source: Path, *, name: str, packs_dir: Path, **_: Any) -> Any:
        made = write_pack(packs_dir / name)
        made.path.chmod(0o755)
        return made

    monkeypatch.setattr(packs.importing, "import_pack", copied)
    before = os.umask(0o022)
    try:
        made = packs.import_pack(store, tmp_path, name="mine")
    finally:
        os.umask(before)
    assert made.path.is_dir()
    assert list(open_to_others(store.folder)) == []


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workstation's own packs."""
    folder = tmp_path / "shelf"
    write_pack(folder / "house")
    monkeypatch.setenv("FORENSIC_APP_PACKS", str(folder))
    return folder


@pytest.mark.parametrize("name", ["house", "another"])
def test_a_pack_that_takes_the_place_of_another_is_not_accepted(
    store: CaseStore, shelf: Path, name: str
) -> None:
    forged = write_pack(store.packs_dir / name, {"calibration.json": "{}"})
    if name == "another":
        forged.path.rename(store.packs_dir / "house")
    found = packs.find_pack("house", store.packs_dir)
    assert found.sha256 == forged.sha256
    with pytest.raises(PackRefused, match="no event says that it was imported") as caught:
        packs.accept_licence(store, found)
    assert f"takes the place of another pack of this name, {shelf / 'house'}" in str(caught.value)
    assert not store.is_licence_accepted(found.sha256)
    store.record_event(
        "pack_imported", object_type="pack", object_id=found.name, details={"pack_sha256": found.sha256}
    )
    assert packs.remark_on(store, found) == ""
    packs.accept_licence(store, found)


@pytest.mark.usefixtures("shelf")
def test_a_copy_of_a_pack_is_the_same_pack(store: CaseStore) -> None:
    copy = write_pack(store.packs_dir / "house")
    assert "takes the place" not in packs.remark_on(store, copy)
    packs.accept_licence(store, copy)


def test_a_licence_question_names_what_was_accepted_before(store: CaseStore, shelf: Path) -> None:
    first = packs.find_pack("house", store.packs_dir)
    packs.accept_licence(store, first)
    assert packs.remark_on(store, first) == ""
    shutil.rmtree(shelf / "house")
    second = write_pack(shelf / "house", {"calibration.json": "{}"})
    remark = packs.remark_on(store, second)
    assert remark == (
        f"In this casebook the licence of another pack named house was accepted before: SHA-256 {first.sha256}."
    )
    (state,) = [each for each in packs.list_states(store.packs_dir, store=store) if each.pack.name == "house"]
    assert state.remark == remark
    packs.accept_licence(store, second)
    assert store.accepted_packs("house") == [first.sha256, second.sha256]
