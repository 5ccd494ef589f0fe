"""What lies in a folder, what lay there, and what a copy teaches the workstation; the search index beside it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from attacks import OF_THE_WHOLE
from verify_samples import KEY, tamper

from forensic_app.custody import SigningKey
from forensic_app.errors import CasebookDisputed, StoreUnavailable
from forensic_app.settings import Settings
from forensic_app.store.case_store import CaseStore
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.opening import disputed, findings_to_accept, is_known_copy
from forensic_app.verify import RECORDS, check_opening, verify_casebook
from forensic_app.workflows.casebook_copies import restore


def work(folder, heads, key=KEY):
    with CaseStore.open(folder, examiner="A. Doe", key=key, heads=heads) as store:
        store.record_event("case_viewed", object_type="case", object_id="C-0001", case_id="C-0001")


@pytest.fixture
def settings(heads):
    return Settings(home=heads.home)


def test_a_forged_copy_that_is_restored_teaches_the_workstation_nothing(casebook, heads, settings, tmp_path):
    work(casebook, heads)
    forged = shutil.copytree(casebook, tmp_path / "forged")
    OF_THE_WHOLE["whole_log_signed_with_another_key"](forged)
    restored = restore(forged, tmp_path / "restored", settings=settings)
    assert "not the casebook that this workstation knows" in restored.remark
    assert "not the casebook that" in disputed(restored.folder, key=KEY, heads=heads)
    assert heads.origin_in(restored.folder) is None


def test_a_forged_copy_that_is_shorter_is_none_of_the_log_that_is_known(casebook, heads, settings, tmp_path):
    forged = shutil.copytree(casebook, tmp_path / "forged")
    OF_THE_WHOLE["whole_log_signed_with_another_key"](forged)
    work(casebook, heads)
    restored = restore(forged, tmp_path / "restored", settings=settings)
    assert "older copy" in restored.remark
    assert not is_known_copy(restored.folder, key=KEY, heads=heads)
    assert "older copy" in disputed(restored.folder, key=KEY, heads=heads)


def test_an_older_copy_of_a_known_log_is_known_as_that(casebook, heads, settings, tmp_path):
    older = shutil.copytree(casebook, tmp_path / "older")
    work(casebook, heads)
    restored = restore(older, tmp_path / "restored", settings=settings)
    assert "older copy" in restored.remark
    assert disputed(restored.folder, key=KEY, heads=heads) == ""


def test_a_copy_of_a_log_that_was_never_seen_is_known_where_it_verifies(casebook, tmp_path):
    heads = KnownHeads(tmp_path / "another-home")
    assert is_known_copy(casebook, key=None, heads=heads)
    (casebook / "casebook.db").write_bytes(b"")
    assert not is_known_copy(casebook, key=None, heads=heads)


def garbled(casebook):
    """Write over the first pages of the log's table and of its indexes."""
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'custody_event' AND rootpage"
        pages = [row[0] for row in connection.execute(query)]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with (casebook / "casebook.db").open("r+b") as database:
        for page in pages:
            database.seek((page - 1) * size)
            database.write(b"\xff")


def emptied(casebook):
    tamper(casebook, "DELETE FROM custody_event", "DELETE FROM meta")


def hidden(casebook):
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute("ALTER TABLE custody_event RENAME TO elsewhere")
        connection.execute("ALTER TABLE meta RENAME TO beyond")


@pytest.mark.parametrize("take_away", [garbled, emptied, hidden])
def test_where_no_log_vouches_for_what_is_shown_a_reader_is_told_and_nobody_writes(
    casebook, heads, take_away
):
    tamper(casebook, "UPDATE subject SET name = 'Forged'")
    take_away(casebook)
    assert "is not what was recorded in it" in disputed(casebook, key=KEY, heads=heads)
    assert "is not what was recorded in it" in disputed(casebook, key=None, heads=None)
    for memory in (heads, None):
        with pytest.raises(CasebookDisputed):
            CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=memory)
        with pytest.raises(CasebookDisputed, match="Nobody can go on"):
            findings_to_accept(casebook, key=KEY, heads=memory)


def test_a_casebook_whose_making_was_killed_is_finished(tmp_path, heads):
    CaseStore.create(tmp_path / "new", examiner="A. Doe", key=KEY).close()
    tables = [table for table, _ in RECORDS.values()]
    tamper(
        tmp_path / "new", *(f'DELETE FROM "{table}"' for table in (*tables, "custody_event", "checkpoint"))
    )
    assert "The custody log is empty" in disputed(tmp_path / "new", key=KEY, heads=heads)
    with CaseStore.open(tmp_path / "new", examiner="A. Doe", key=KEY, heads=heads) as store:
        assert store.events()[0].action == "casebook_created"
    assert verify_casebook(tmp_path / "new").is_intact


def test_a_record_whose_key_ends_in_thousands_of_digits_is_a_finding(casebook, heads):
    columns = "name, aliases, sex, birth_date, last_seen, last_seen_place, description, tombstone_reason"
    tamper(casebook, f"INSERT INTO subject SELECT 'S-{'9' * 5000}', case_id, {columns} FROM subject LIMIT 1")
    with pytest.raises(CasebookDisputed, match="has no custody event"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    assert findings_to_accept(casebook, key=KEY, heads=heads)
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="Known")


def test_an_event_about_a_key_of_thousands_of_digits_gives_none_like_it(casebook, heads):
    tamper(casebook, f"UPDATE custody_event SET object_id = 'S-{'9' * 5000}' WHERE action = 'subject_added'")
    with pytest.raises(CasebookDisputed, match="do not say what its canonical text says"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="Known") as store:
        assert store.add_subject(case="C-0001", name="Juan").subject_id == "S-0002"


@pytest.mark.parametrize("is_folder_left", [True, False])
def test_where_a_casebook_lay_none_is_begun(casebook, heads, is_folder_left):
    work(casebook, heads)
    origin = heads.origin_in(casebook)
    shutil.rmtree(casebook)
    if is_folder_left:
        casebook.mkdir()
    with pytest.raises(StoreUnavailable, match="is gone: no log is there"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    assert heads.origin_in(casebook) == origin
    CaseStore.open(casebook.parent / "new", examiner="A. Doe", key=KEY, heads=heads).close()


def test_a_casebook_that_could_not_be_made_is_not_remembered(tmp_path, heads, monkeypatch):
    def fail(_store):
        raise StoreUnavailable("The disk went away.", "Connect it.")

    monkeypatch.setattr(CaseStore, "interrupt_stale_runs", fail)
    with pytest.raises(StoreUnavailable, match="went away"):
        CaseStore.create(tmp_path / "new", examiner="A. Doe", key=KEY, heads=heads)
    assert heads.origin_in(tmp_path / "new") is None
    monkeypatch.undo()
    CaseStore.create(tmp_path / "new", examiner="A. Doe", key=KEY, heads=heads).close()


def test_two_disks_take_turns_at_one_place(casebook, heads, tmp_path):
    other = tmp_path / "other"
    CaseStore.create(other, examiner="A. Doe", key=KEY, heads=heads).close()
    work(casebook, heads)
    away = tmp_path / "away"
    for _ in range(2):
        casebook.rename(away)
        other.rename(casebook)
        result = verify_casebook(casebook, remembered=heads.note, known_origin=heads.origin_in(casebook))
        assert result.findings == ()
        assert any("Another casebook lay here" in each for each in result.notes)
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
        away.rename(other)


@pytest.mark.parametrize("is_older", [True, False])
def test_another_casebook_that_is_not_whole_is_noticed_at_its_place(casebook, heads, tmp_path, is_older):
    other = tmp_path / "other"
    CaseStore.create(other, examiner="A. Doe", key=KEY, heads=heads).close()
    copy = shutil.copytree(other, tmp_path / "copy")
    with CaseStore.open(other, examiner="B. Roe", key=KEY, heads=heads):
        pass
    if not is_older:
        shutil.rmtree(copy)
        CaseStore.create(copy, examiner="A. Doe", key=SigningKey.generate()).close()
    work(casebook, heads)
    shutil.rmtree(casebook)
    copy.rename(casebook)
    with pytest.raises(CasebookDisputed, match="Another casebook lies here"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO search_index_config VALUES ('rank', 'nosuch()')",
        "INSERT OR REPLACE INTO search_index_config VALUES ('version', 99)",
        "INSERT OR REPLACE INTO search_index_config VALUES ('x', zeroblob(20000000))",
        "DELETE FROM search_index_config",
        "DELETE FROM search_index_docsize",
        "UPDATE search_index_data SET block = x'00'",
        "UPDATE search_index_data SET block = 7",
        "DELETE FROM search_index_data",
        "DELETE FROM search_index_data WHERE id = 10",
    ],
)
def test_an_index_that_is_configured_otherwise_is_made_anew(casebook, heads, statement):
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute(statement)
    if "config" in statement:
        assert any("search index" in each for each in verify_casebook(casebook).findings)
    assert check_opening(casebook).findings == ()
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        assert store.events()[-1].action == "search_index_rebuilt"
        assert [hit.case.case_id for hit in store.search("missing")] == ["C-0001"]
    assert verify_casebook(casebook).findings == ()
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        assert len([each for each in store.events() if each.action == "search_index_rebuilt"]) == 1


@pytest.mark.parametrize("entry", ["'C-4999', NULL", "'C-0001', 'S-4999'", "x'00ff', 7", "NULL, NULL"])
def test_what_only_the_index_has_is_not_found(casebook, entry):
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute(f"INSERT INTO search_index VALUES ('ghost', {entry})")
    with CaseStore.open(casebook, examiner="", read_only=True) as reader:
        assert reader.search("ghost") == []
        assert [hit.case.case_id for hit in reader.search("missing")] == ["C-0001"]
