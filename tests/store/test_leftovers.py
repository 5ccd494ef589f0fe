"""What killed processes left in a casebook is gone after the next opening, whatever it is; nothing else is."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from kept_files import keep

from forensic_app import folders
from forensic_app.store.case_store import CaseStore
from forensic_app.store.leftovers import OLD_REQUEST_S, remove_leftovers
from forensic_app.verify import verify_casebook

PLACES = (
    "vault/.incoming-x", "reports/.report-abc.pdf", ".report-abc.pdf", "work", "work/R-0001",
    "backups/.casebook-1.db.part", "backups/.casebook-1.db.part-journal",
)  # fmt: skip


def a_file(path):
    path.write_bytes(b"half")


def a_folder(path):
    (path / "deeper").mkdir(parents=True)
    (path / "deeper" / "file").write_bytes(b"half")


def folders_inside_each_other(path):
    path.mkdir()
    here = Path.cwd()
    os.chdir(path)
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    os.chdir(here)


def a_closed_folder(path):
    a_folder(path)
    (path / "deeper").chmod(0)
    path.chmod(0)


def a_pipe(path):
    os.mkfifo(path)


def a_broken_link(path):
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    "make", [a_file, a_folder, folders_inside_each_other, a_closed_folder, a_pipe, a_broken_link]
)
@pytest.mark.parametrize("place", PLACES)
def test_a_writer_removes_it_whatever_it_is(folder, key, new_casebook, place, make):
    shutil.copytree(new_casebook, folder)
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    make(path)
    with CaseStore.open(folder, examiner="A. Doe", key=key):
        assert not os.path.lexists(path)
    assert verify_casebook(folder).notes == verify_casebook(new_casebook).notes


def test_a_link_is_removed_and_what_it_points_to_is_not(store, folder, tmp_path):
    outside = tmp_path / "outside"
    a_folder(outside / ".incoming-kept")
    (folder / "vault" / ".incoming-link").symlink_to(outside, target_is_directory=True)
    (folder / "work").mkdir()
    (folder / "work" / "link").symlink_to(outside, target_is_directory=True)
    removed = remove_leftovers(folder)
    assert removed == [folder / "vault" / ".incoming-link", folder / "work"]
    assert (outside / ".incoming-kept" / "deeper" / "file").exists()


def test_nothing_is_looked_for_behind_a_folder_that_is_a_link(folder, tmp_path):
    outside = tmp_path / "outside"
    a_folder(outside / ".incoming-kept")
    folder.mkdir()
    (folder / "vault").symlink_to(outside, target_is_directory=True)
    assert remove_leftovers(folder) == []
    assert (outside / ".incoming-kept").exists()


def test_what_belongs_to_the_casebook_stays(store, folder):
    stored = keep(store.vault, b"photograph")
    for name in (
        "reports/report.pdf",
        "backups/casebook.db",
        "packs/pack",
        "logs/work",
        "requests/cancel-R-0001.json",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"kept")
    before = sorted(folder.rglob("*"))
    assert remove_leftovers(folder) == []
    assert sorted(folder.rglob("*")) == before
    assert store.vault.has(stored.sha256)


def test_a_request_that_is_being_written_is_left_alone_for_an_hour(folder):
    requests = folder / "requests"
    requests.mkdir(parents=True)
    old, new = requests / ".cancel-R-0001.json-a", requests / ".cancel-R-0002.json-b"
    for path in (old, new):
        path.write_bytes(b"{}")
    then = time.time() - OLD_REQUEST_S - 60
    os.utime(old, (then, then))
    assert remove_leftovers(folder) == [old]
    assert new.exists()


def test_what_cannot_be_removed_hinders_nobody(store, folder, monkeypatch):
    path = folder / "vault" / ".incoming-x"
    path.mkdir()

    def refuse(*arguments, **options):
        raise OSError("busy")

    monkeypatch.setattr(folders.os, "rmdir", refuse)
    assert remove_leftovers(folder) == []
    assert path.exists()
