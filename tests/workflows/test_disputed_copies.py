"""Copies of casebooks with something in them that an administrator accepted, or could accept."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from forensic_app.errors import CasebookDisputed, CustodyChainBroken
from forensic_app.records import CaseKind
from forensic_app.settings import Settings, load_settings
from forensic_app.store import copies
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import check_copy
from forensic_app.workflows import casebook_copies
from forensic_app.workflows.casebook import create_casebook, findings_to_accept, open_casebook
from forensic_app.workflows.casebook_copies import back_up, reminder, restore


def edit(folder: Path, *statements: str) -> None:
    """Change the database as another program would, with the triggers taken away meanwhile."""
    with closing(sqlite3.connect(folder / "casebook.db", isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


CHANGED = "UPDATE subject SET last_seen_place = 'Elsewhere'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with create_casebook(tmp_path / "casebook", examiner="Ada") as store:
        case = store.create_case(number="MP-1", title="", kind=CaseKind.MISSING_PERSON)
        store.add_subject(case=case.case_id, name="Ana")
        store.add_subject(case=case.case_id, name="Bea")
    return tmp_path / "casebook"


def accept(folder: Path, settings: Settings | None = None) -> None:
    shown = findings_to_accept(folder, settings=settings)
    with open_casebook(folder, examiner="Ada", accepting="known", shown=shown, settings=settings):
        pass


@pytest.mark.parametrize(
    "statement", [CHANGED, "DELETE FROM subject WHERE subject_id = 'S-0002'", 'DELETE FROM "case"']
)
def test_what_was_accepted_is_backed_up_and_restored(folder: Path, tmp_path: Path, statement: str) -> None:
    edit(folder, statement)
    with pytest.raises(CasebookDisputed):
        open_casebook(folder, examiner="Ada")
    accept(folder)
    with open_casebook(folder, examiner="Ada") as store:
        made = back_up(store, tmp_path / "copy")
        assert (made.remark, reminder(store)) == ("", None)
    restored = restore(tmp_path / "copy", tmp_path / "restored")
    assert (restored.remark, restored.events) == ("", made.events)
    with open_casebook(tmp_path / "restored", examiner="Ada") as store:
        assert store.count_events() == made.events


def test_a_workstation_whose_key_was_accepted_makes_backups(folder: Path, tmp_path: Path) -> None:
    other = replace(load_settings(), home=tmp_path / "other")
    with open_casebook(folder, examiner="Ada", accepting="the workstation burnt down", settings=other):
        pass
    with open_casebook(folder, examiner="Ada", settings=other) as store:
        assert back_up(store, tmp_path / "copy", settings=other).remark == ""
    assert restore(tmp_path / "copy", tmp_path / "restored", settings=other).remark == ""
    assert "no earlier key introduced it" in restore(tmp_path / "copy", tmp_path / "read").remark


def test_what_could_be_accepted_is_copied_and_told(folder: Path, tmp_path: Path) -> None:
    edit(folder, CHANGED)
    with CaseStore.open(folder, examiner="", read_only=True) as reader:
        made = back_up(reader, tmp_path / "copy")
        assert "can only be read" in made.remark
    assert not (load_settings().home / casebook_copies.BACKUPS_FILE).exists()
    restored = restore(tmp_path / "copy", tmp_path / "restored")
    assert "The record of subject S-0001 was changed" in restored.remark
    accept(tmp_path / "restored")


def test_what_only_the_copy_has_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = copies.copy_casebook

    def harmed(*arguments: object, **options: object) -> object:
        made = copied(*arguments, **options)  # type: ignore[arg-type]
        edit(tmp_path / "copy", CHANGED)
        return made

    monkeypatch.setattr(casebook_copies, "copy_casebook", harmed)
    with open_casebook(folder, examiner="Ada") as store, pytest.raises(CustodyChainBroken, match="S-0001"):
        back_up(store, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_what_nobody_can_accept_is_not_restored(folder: Path, tmp_path: Path) -> None:
    edit(folder, "CREATE TABLE theirs (x)")
    with pytest.raises(CustodyChainBroken, match="added by another program"):
        restore(folder, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_a_copy_of_version_1_with_an_unsigned_end_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Path(__file__).parents[1] / "migrations" / "data" / "casebook_2026_11_27.db.gz"
    (tmp_path / "old" / "vault").mkdir(parents=True)
    (tmp_path / "old" / "casebook.db").write_bytes(gzip.decompress(kept.read_bytes()))
    edit(tmp_path / "old", "DELETE FROM checkpoint WHERE size > 14")
    monkeypatch.setattr(copies, "_named_files", lambda *_: {})  # its files are not kept
    monkeypatch.setattr(casebook_copies, "check_copy", partial(check_copy, has_files=False))
    made = restore(tmp_path / "old", tmp_path / "restored")
    assert "2 events are chained but bear no signature" in made.remark
    accept(tmp_path / "restored")
    with open_casebook(tmp_path / "restored", examiner="Ada") as store:
        assert store.count_events() > made.events
    assert restore(tmp_path / "restored", tmp_path / "again").remark == ""
