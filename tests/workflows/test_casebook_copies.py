"""Whole, verified copies of a casebook: made, marked while incomplete, restored, asked for when due."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forensic_app.custody import SigningKey
from forensic_app.errors import (
    CasebookDisputed,
    CopyIncomplete,
    CopyStopped,
    CustodyChainBroken,
    DiskFull,
    EvidenceAltered,
    InvalidInput,
    StoreUnavailable,
)
from forensic_app.folders import remove
from forensic_app.records import CaseKind, Exhibit
from forensic_app.settings import load_settings
from forensic_app.store import copies
from forensic_app.store.case_store import CaseStore
from forensic_app.store.copies import MARKER
from forensic_app.store.faults import flush
from forensic_app.store.keys import load_or_create_key
from forensic_app.verify import verify_casebook
from forensic_app.workflows import casebook_copies
from forensic_app.workflows.casebook import create_casebook, open_casebook
from forensic_app.workflows.casebook_copies import CopyProgress, back_up, reminder, restore


@pytest.fixture
def key() -> SigningKey:
    """The workstation's own key."""
    return load_or_create_key(load_settings().home)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "disk" / "copy"


def actions(store: CaseStore) -> list[str]:
    return [event.action for event in store.events()]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_copy_of_an_open_casebook_is_whole_and_verifies(
    store: CaseStore, exhibit: Exhibit, target: Path
) -> None:
    (store.packs_dir / "pack").mkdir()
    (store.packs_dir / "pack" / "weights").write_bytes(b"weights")
    (store.reports_dir / "report.pdf").write_bytes(b"report")
    (store.reports_dir / ".report-left.pdf").write_bytes(b"half")
    (store.packs_dir / "link").symlink_to("/etc/hostname")
    told: list[CopyProgress] = []
    made = back_up(store, target, progress=told.append)
    result = verify_casebook(target)
    assert (result.findings, result.events) == ((), made.events)
    assert sorted(files(target)) == [
        "casebook.db", "packs/pack/weights", "reports/report.pdf", f"vault/{exhibit.sha256[:2]}/{exhibit.sha256}",
    ]  # fmt: skip
    assert made.left_out == ("packs/link",)
    assert made.files == 4
    assert made.size_bytes == sum(map(len, files(target).values()))
    assert made.casebook_id == store.casebook_id
    steps = [each.step for each in told]
    assert list(dict.fromkeys(steps)) == ["database", "files", "check"]
    for step in set(steps):
        counts = [each.done / each.total for each in told if each.step == step and each.total]
        assert counts == sorted(counts)
        assert counts[-1] == 1.0
    copied, original = (
        folder / "vault" / exhibit.sha256[:2] / exhibit.sha256 for folder in (target, store.folder)
    )
    assert copied.stat().st_ino != original.stat().st_ino
    assert copied.stat().st_mode == original.stat().st_mode
    assert (copied.stat().st_nlink, target.stat().st_mode & 0o777) == (1, 0o700)


def test_the_copy_says_that_it_was_made(store: CaseStore, exhibit: Exhibit, target: Path) -> None:
    head = store.checkpoint()
    assert head is not None
    made = back_up(store, target)
    assert made.is_recorded
    assert actions(store)[-1] == "casebook_backed_up"
    with CaseStore.open(target, examiner="", read_only=True) as copy:
        event = copy.events()[-1]
        assert event == store.events()[-1]
        assert copy.checkpoints()[-1].size == event.sequence
    assert event.details["size"] == head.size
    assert event.details["root_sha256"] == head.root_sha256
    assert event.details["place"] == str(target)


def test_a_copy_is_made_beside_a_writer_without_an_event(
    store: CaseStore, exhibit: Exhibit, target: Path
) -> None:
    before = store.events()
    with CaseStore.open(store.folder, examiner="", read_only=True) as reader:
        made = back_up(reader, target)
    assert not made.is_recorded
    assert store.events() == before
    assert verify_casebook(target).is_intact


def test_work_goes_on_in_the_original_and_in_a_copy(store: CaseStore, exhibit: Exhibit, target: Path) -> None:
    back_up(store, target)
    store.create_case(number="after", title="", kind=CaseKind.COLD_CASE)
    with pytest.raises(CasebookDisputed, match="older copy"):
        open_casebook(target, examiner="Ada")
    with open_casebook(target, examiner="Ada", accepting="The original is lost") as copy:
        assert [each.case_number for each in copy.cases()] == ["2026-001"]
    assert verify_casebook(target).is_intact
    assert verify_casebook(store.folder).is_intact


@pytest.mark.parametrize("inside", ["", "backups", "new/deeper"])
def test_a_copy_lies_outside_the_casebook(store: CaseStore, inside: str) -> None:
    before = store.events()
    with pytest.raises(InvalidInput, match="one of the folders is in the other"):
        back_up(store, store.folder / inside)
    with pytest.raises(InvalidInput, match="one of the folders is in the other"):
        back_up(store, store.folder.parent)
    assert store.events() == before


def test_nothing_is_replaced(store: CaseStore, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "holiday.jpg").write_bytes(b"kept")
    before = store.events()
    for place in (target, target / "holiday.jpg"):
        with pytest.raises(InvalidInput, match="nothing was replaced"):
            back_up(store, place)
    assert files(target) == {"holiday.jpg": b"kept"}
    assert store.events() == before


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("step", ["database", "files", "check"])
def test_a_copy_that_is_stopped_leaves_nothing_and_is_on_record(
    store: CaseStore, exhibit: Exhibit, target: Path, step: str, is_there: bool
) -> None:
    if is_there:
        target.mkdir(parents=True)
    seen: list[str] = []
    with pytest.raises(CopyStopped):
        back_up(
            store, target, progress=lambda told: seen.append(told.step), is_stop_wanted=lambda: step in seen
        )
    assert target.exists() == is_there
    assert not is_there or list(target.iterdir()) == []
    assert actions(store)[-2:] == ["casebook_backed_up", "casebook_backup_given_up"]
    assert verify_casebook(store.folder).is_intact
    assert reminder(store, now=datetime.now(UTC) + timedelta(days=8)) is not None


@pytest.mark.parametrize("harm", ["alter", "remove"])
def test_a_vault_that_is_not_whole_has_no_copy(
    store: CaseStore, exhibit: Exhibit, target: Path, harm: str
) -> None:
    path = store.vault.path(exhibit.sha256)
    path.chmod(0o644)
    if harm == "alter":
        path.write_bytes(b"x" * exhibit.size_bytes)
    else:
        path.unlink()
    with pytest.raises(EvidenceAltered, match=exhibit.sha256):
        back_up(store, target)
    assert not target.exists()


def test_a_copy_that_does_not_verify_is_removed(
    store: CaseStore, exhibit: Exhibit, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = casebook_copies.copy_casebook

    def harmed(*arguments: object, **options: object) -> object:
        made = copied(*arguments, **options)  # type: ignore[arg-type]
        path = target / "vault" / exhibit.sha256[:2] / exhibit.sha256
        path.chmod(0o644)
        path.write_bytes(b"x")
        return made

    monkeypatch.setattr(casebook_copies, "copy_casebook", harmed)
    with pytest.raises(CustodyChainBroken, match="was altered"):
        back_up(store, target)
    assert not target.exists()


def test_a_disk_without_room_is_named_and_left_empty(
    store: CaseStore, exhibit: Exhibit, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "free_bytes", lambda place: exhibit.size_bytes)
    with pytest.raises(DiskFull, match="copy"):
        back_up(store, target)
    monkeypatch.undo()
    flushed = os.fsync

    def refuse(descriptor: int) -> None:
        if "/vault/" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(errno.ENOSPC, "No space left on device")
        flushed(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DiskFull, match="copy"):
        back_up(store, target)
    assert not target.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook_copies import back_up

def die(told):
    if told.step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

with CaseStore.open(Path(sys.argv[1]), examiner="", read_only=True) as store:
    back_up(store, Path(sys.argv[2]), progress=die)
"""


@pytest.mark.parametrize("step", ["database", "check"])
def test_a_copy_whose_making_was_killed_says_so_when_opened(
    store: CaseStore, exhibit: Exhibit, target: Path, tmp_path: Path, step: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(store.folder), str(target), step]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (target / MARKER).exists()
    for read_only in (True, False):
        with pytest.raises(CopyIncomplete, match="incomplete copy"):
            CaseStore.open(target, examiner="Ada", read_only=read_only)
    with pytest.raises(CopyIncomplete):
        restore(target, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_a_copy_is_restored_to_the_last_event(
    store: CaseStore, exhibit: Exhibit, target: Path, tmp_path: Path
) -> None:
    back_up(store, target)
    before, events = files(target), store.events()
    store.close()
    shutil.rmtree(store.folder)
    made = restore(target, store.folder)
    assert files(target) == before
    assert verify_casebook(store.folder).findings == ()
    with open_casebook(store.folder, examiner="Ada") as restored:
        assert (made.casebook_id, made.remark) == (restored.casebook_id, "")
        assert restored.exhibit(exhibit.exhibit_id) == exhibit
        assert restored.events() == events
        assert restored.vault.read_verified(exhibit.sha256)
    with pytest.raises(InvalidInput, match="nothing was replaced"):
        restore(target, store.folder)


def test_a_copy_older_than_what_this_workstation_saw_is_restored_for_reading(
    tmp_path: Path, target: Path
) -> None:
    with create_casebook(tmp_path / "casebook", examiner="Ada") as store:
        back_up(store, target)
        store.create_case(number="later", title="", kind=CaseKind.COLD_CASE)
    made = restore(target, tmp_path / "restored")
    assert "can only be read" in made.remark
    assert verify_casebook(tmp_path / "restored").findings == ()
    with open_casebook(tmp_path / "restored", examiner="Ada", read_only=True) as reader:
        assert reader.cases() == []
    with open_casebook(tmp_path / "restored", examiner="Ada", accepting="the newest copy") as store:
        assert "mismatch_accepted" in actions(store)


def test_a_copy_that_was_damaged_is_not_restored(
    store: CaseStore, exhibit: Exhibit, target: Path, tmp_path: Path
) -> None:
    back_up(store, target)
    path = target / "vault" / exhibit.sha256[:2] / exhibit.sha256
    path.chmod(0o644)
    path.write_bytes(b"x")
    with pytest.raises(EvidenceAltered):
        restore(target, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_what_is_no_casebook_is_not_restored(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="not a copy of a casebook"):
        restore(tmp_path, tmp_path / "restored")


class TestReminders:
    def due(self, store: CaseStore, days: float) -> casebook_copies.BackupReminder | None:
        return reminder(store, now=datetime.now(UTC) + timedelta(days=days))

    def test_a_casebook_without_a_copy_is_named_after_a_week(self, store: CaseStore) -> None:
        assert self.due(store, 6) is None
        found = self.due(store, 8)
        assert found is not None
        assert (found.days, found.place) == (8, "")
        assert "never backed up" in found.sentence

    def test_an_old_copy_is_named_when_events_are_newer(self, store: CaseStore, target: Path) -> None:
        back_up(store, target)
        assert self.due(store, 30) is None
        store.create_case(number="2", title="", kind=CaseKind.COLD_CASE)
        assert self.due(store, 6) is None
        found = self.due(store, 8)
        assert found is not None
        assert (found.days, found.newer_events, found.place) == (8, 1, str(target))
        assert str(target) in found.sentence

    def test_the_settings_say_how_old(self, store: CaseStore) -> None:
        home = load_settings().home
        home.mkdir(parents=True, exist_ok=True)
        (home / "settings.toml").write_text("backup_reminder_days = 60\n")
        assert self.due(store, 59) is None
        assert self.due(store, 61) is not None

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"ID": 3}', '{"ID": {"at": "2026-11-24", "events": 1, "place": ""}}']
    )
    def test_a_note_that_is_none_of_ours_is_ignored(self, store: CaseStore, text: str) -> None:
        path = load_settings().home / casebook_copies.BACKUPS_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("ID", store.casebook_id))
        assert self.due(store, 8) is not None

    def test_each_casebook_has_its_own(self, store: CaseStore, target: Path, tmp_path: Path) -> None:
        back_up(store, target)
        with CaseStore.create(tmp_path / "other", examiner="Ada", key=SigningKey.generate()) as other:
            assert self.due(other, 8) is not None
            back_up(other, tmp_path / "other copy")
            assert self.due(other, 8) is None
        assert self.due(store, 8) is None


@pytest.mark.parametrize("how", ["longer", "link", "pipe"])
def test_no_more_of_a_file_is_copied_than_its_record_says(
    store: CaseStore, exhibit: Exhibit, target: Path, tmp_path: Path, how: str
) -> None:
    path = store.vault.path(exhibit.sha256)
    path.chmod(0o600)
    if how == "longer":
        os.truncate(path, 1 << 41)
    else:
        path.rename(tmp_path / "moved")
        if how == "link":
            path.symlink_to(tmp_path / "moved")
        else:
            os.mkfifo(path)
    with pytest.raises(EvidenceAltered, match="its record says" if how == "longer" else "a link or no file"):
        back_up(store, target)
    assert not target.exists()


def test_no_more_is_copied_than_a_file_held_at_first(
    store: CaseStore, exhibit: Exhibit, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = store.packs_dir / "growing"
    pack.write_bytes(b"12345")
    status = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        found = status(descriptor)
        with pack.open("ab") as stream:
            stream.write(b"6")
        return found

    monkeypatch.setattr(copies.os, "fstat", grow)
    back_up(store, target)
    assert (target / "packs" / "growing").read_bytes()[:5] == b"12345"
    assert (target / "packs" / "growing").stat().st_size < pack.stat().st_size


@pytest.mark.parametrize("depth", [1200, 3000])
def test_folders_inside_each_other_are_left_out(
    store: CaseStore, exhibit: Exhibit, target: Path, depth: int
) -> None:
    with contextlib.chdir(store.packs_dir):
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("file").touch()
    assert back_up(store, target).left_out == ("packs" + "/d" * copies.MOST_DEPTH,)
    assert remove(store.packs_dir / "d")


def test_folders_may_have_names_that_are_not_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [tmp_path / os.fsdecode(f"caf\xe9 %41? {number}".encode("latin-1")) for number in range(3)]
    with create_casebook(folders[0], examiner="Ada") as store:
        store.create_case(number="1", title="A case", kind=CaseKind.COLD_CASE)
    with open_casebook(folders[0], examiner="Ada") as store:
        store.add_subject(case="1", name="Ana")
        with CaseStore.open(folders[0], examiner="", read_only=True) as reader:
            assert len(reader.subjects("1")) == 1
        back_up(store, folders[1])
        assert store.events()[-1].details["place"].endswith("caf\\xe9 %41? 1")
        with pytest.raises(InvalidInput):
            back_up(store, folders[1])
        monkeypatch.setattr(copies, "flush", unwritable)
        with pytest.raises(StoreUnavailable):
            back_up(store, folders[2])
        monkeypatch.setattr(copies, "flush", flush)
    restore(folders[1], folders[2])
    for each in folders:
        assert verify_casebook(each).findings == ()


def unwritable(path: Path) -> None:
    if path.name == "vault":
        raise OSError(errno.EIO, "Input/output error", str(path))
    flush(path)
