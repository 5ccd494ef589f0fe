"""Back up and restore at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.store import copies
from forensic_app.workflows import casebook_copies
from forensic_app.workflows.casebook import open_casebook
from tests.cli.conftest import Cli


@pytest.fixture
def filled(cli: Cli, photograph: Path) -> Cli:
    """A command line on a casebook with one exhibit."""
    assert cli("case", "new", "--number", "1", "--title", "Missing").code == 0
    assert cli("exhibit", "add", photograph, "--case", "1").code == 0
    return cli


def test_a_casebook_is_backed_up_and_restored(filled: Cli, plain_cli: Cli, tmp_path: Path) -> None:
    made = filled("casebook", "backup", tmp_path / "copy", "--json")
    assert made.code == 0, made.err
    assert (made.json["folder"], made.json["files"], made.json["is_recorded"]) == (
        str(tmp_path / "copy"),
        2,
        True,
    )
    assert plain_cli("--casebook", tmp_path / "copy", "verify", "--json").json["findings"] == []
    words = plain_cli("casebook", "restore", tmp_path / "copy", tmp_path / "restored")
    assert words.code == 0, words.err
    assert "was restored to" in words.out
    assert "verifies: 2 files" in words.out
    assert "Verifying the copy" in words.err
    assert words.err.count("Note") == 0
    assert plain_cli("--casebook", tmp_path / "restored", "verify", "--json").json["findings"] == []
    again = filled("casebook", "backup", tmp_path / "copy", "--json")
    assert (again.code, again.json["error"]) == (1, "InvalidInput"), "a restored casebook is no other state"
    assert filled("case", "new", "--number", "2", "--title", "Later").code == 0
    older = plain_cli("casebook", "restore", tmp_path / "copy", tmp_path / "older")
    assert older.code == 0
    assert "can only be read" in older.err


def test_a_copy_beside_another_process_is_made_without_an_event(
    filled: Cli, casebook: Path, tmp_path: Path
) -> None:
    with open_casebook(casebook, examiner="Window"):
        made = filled("casebook", "backup", tmp_path / "copy", "--json")
    assert made.code == 0, made.err
    assert made.json["is_recorded"] is False
    assert "no event says so" in made.err


def test_an_incomplete_copy_is_named(filled: Cli, plain_cli: Cli, tmp_path: Path) -> None:
    assert filled("casebook", "backup", tmp_path / "copy").code == 0
    (tmp_path / "copy" / copies.MARKER).touch()
    for arguments in (("case", "list"), ("case", "new", "--number", "2", "--title", "")):
        answer = plain_cli("--casebook", tmp_path / "copy", *arguments, "--json")
        assert (answer.code, answer.json["error"]) == (1, "CopyIncomplete")


def test_links_are_told(filled: Cli, casebook: Path, tmp_path: Path) -> None:
    (casebook / "packs" / "link").symlink_to("/etc/hostname")
    assert "packs/link is a link" in filled("casebook", "backup", tmp_path / "copy").err


def test_the_doctor_asks_for_a_backup(filled: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from forensic_app.settings import load_settings
    from forensic_app.workflows.doctor import Status, check_backup

    casebook = tmp_path / "casebook"
    assert check_backup(casebook, load_settings()).status is Status.OK
    due = casebook_copies.BackupReminder(9, 12, "/media/stick")
    monkeypatch.setattr(casebook_copies, "reminder", lambda store, settings: due)
    found = check_backup(casebook, load_settings())
    assert (found.status, found.value) == (Status.WARNING, due.sentence)
    assert "casebook backup" in found.advice
    (casebook / copies.MARKER).touch()
    assert "incomplete copy" in check_backup(casebook, load_settings()).value
