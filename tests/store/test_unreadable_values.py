"""What another program wrote into a cell is never a defect of ours: it is one sentence to whoever reads it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from contextlib import closing

import pytest

from forensic_app.errors import ForensicAppError, StoreUnavailable
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook

DEEP = '{"a":' * 20_000
NOT_JSON = ("[", "", DEEP)
CELLS = [
    *(("subject", "aliases", value) for value in NOT_JSON),
    *(("exhibit", name, "[") for name in ("exif", "notes", "age_at_photo")),
    *(("run", "spec", value) for value in (*NOT_JSON, "{}", '{"engine": 1}', "[]")),
    *(("run", name, "[") for name in ("environment", "control", "face", "warnings", "queued_at", "status")),
    *(("case", name, "[") for name in ("created_at", "kind", "status")),
    *(("custody_event", "canonical", value) for value in (*NOT_JSON, "{}", "[]")),
    ("custody_event", "occurred_at", ""),
    ("checkpoint", "created_at", "["),
    ("signing_key", "registered_at", "["),
    ("exhibit", "received_at", "["),
]
ODD_KEYS = [
    ("subject", "aliases", "[1e999]"),
    ("subject", "aliases", '"\\ud800"'),
    ("case", "case_id", ""),
    ("subject", "subject_id", "["),
    ("meta", "schema_digests", "["),
    ("meta", "created_at", "["),
    ("meta", "origin", ""),
    ("checkpoint", "size", 2**62),
    ("custody_event", "sequence", -1),
]


@pytest.fixture
def closed(store, case, receive, spec, folder):
    """A casebook with a record of most kinds, which nobody has open."""
    store.add_subject(case=case.case_id, name="Ana")
    exhibit = receive(case.case_id)
    store.queue_run(case_id=case.case_id, spec=spec(exhibit))
    store.close()
    return folder


def edit(folder, table, column, value):
    with closing(sqlite3.connect(folder / "casebook.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(
            f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = (SELECT MAX(rowid) FROM "{table}")', (value,)
        )
        for _, sql in triggers:
            connection.execute(sql)


def readings(store):
    return {
        "case": [store.cases, lambda: store.case("C-0001"), lambda: store.search("a")],
        "subject": [lambda: store.subjects("C-0001"), lambda: store.subject("S-0001")],
        "exhibit": [lambda: store.exhibits("C-0001"), lambda: store.exhibit("E-0001")],
        "run": [store.runs, lambda: store.run("R-0001"), store.next_queued_run],
        "custody_event": [store.events, store.event_page],
        "checkpoint": [store.checkpoints, store.checkpoint],
        "signing_key": [lambda: store.public_key_hex],
    }


@pytest.mark.parametrize(("table", "column", "value"), CELLS)
def test_a_cell_that_is_none_of_ours_is_a_sentence(closed, table, column, value):
    edit(closed, table, column, value)
    assert not verify_casebook(closed).is_intact
    told = []
    with CaseStore.open(closed, examiner="", read_only=True) as reader:
        for act in readings(reader)[table]:
            try:
                act()
            except StoreUnavailable as error:
                told.append(error)
    assert told
    for each in told:
        assert "in the casebook's database cannot be read" in each.message
        assert "run the verification" in each.advice


@pytest.mark.parametrize(("table", "column", "value"), [*CELLS, *ODD_KEYS])
def test_who_goes_on_nevertheless_is_told_in_a_sentence_or_goes_on(closed, key, table, column, value):
    edit(closed, table, column, value)
    with contextlib.suppress(ForensicAppError):
        CaseStore.open(closed, examiner="A. Doe", key=key, accepting="It has to go on.").close()


def test_an_untouched_casebook_shows_defects_of_ours_as_what_they_are(closed, key, monkeypatch, tmp_path):
    def fail(*arguments):
        raise TypeError("a bug")

    shutil.copytree(closed, tmp_path / "copy")
    monkeypatch.setattr("forensic_app.store.case_store.rebuild_if_altered", fail)
    with pytest.raises(TypeError, match="a bug"):
        CaseStore.open(tmp_path / "copy", examiner="A. Doe", key=key)
