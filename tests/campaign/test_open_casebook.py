"""Attacks on what a casebook trusts while it is opened and while it is open, and on the verifier's own footing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from attacks import append, register_key, shell
from verify_samples import KEY

from forensic_app.custody import SigningKey
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import CasebookDisputed, CustodyChainBroken, EvidenceAltered, StoreUnavailable
from forensic_app.records import RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import check_opening, main, verify_casebook

FORGING = (
    "CREATE TRIGGER {name} AFTER INSERT ON subject BEGIN UPDATE subject SET name = 'SOMEONE ELSE' "
    "WHERE subject_id = NEW.subject_id; END"
)


@pytest.fixture
def opened(casebook, heads):
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        yield store


def edit(casebook, *statements):
    with closing(sqlite3.connect(casebook / "casebook.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def plant(casebook, name="sqlite_x"):
    """Put a trigger into the schema under a name that SQLite keeps for itself."""
    with closing(sqlite3.connect(casebook / "casebook.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('trigger', ?, 'subject', 0, ?)",
            (name, FORGING.format(name=name)),
        )
        version = connection.execute("PRAGMA schema_version").fetchone()[0]
        connection.execute(f"PRAGMA schema_version = {version + 1}")


def test_a_trigger_under_a_name_of_sqlites_own_is_found(casebook, heads):
    plant(casebook)
    assert any("sqlite_x" in each for each in verify_casebook(casebook).findings)
    with pytest.raises(CasebookDisputed, match="sqlite_x"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_nothing_is_signed_under_a_trigger_that_came_while_the_casebook_was_open(casebook, opened):
    edit(casebook, FORGING.format(name="forging"))
    before = opened.events()
    with pytest.raises(CustodyChainBroken, match="trigger forging"):
        opened.record_event("case_viewed", object_type="case", object_id="C-0001")
    with pytest.raises(CustodyChainBroken):
        opened.add_subject(case="C-0001", name="Real Name")
    edit(casebook, "DROP TRIGGER forging")
    assert opened.events() == before
    assert opened.add_subject(case="C-0001", name="Real Name").name == "Real Name"
    assert verify_casebook(casebook).findings == ()


def test_what_the_database_did_not_keep_is_not_signed(casebook, opened, monkeypatch):
    monkeypatch.setattr("forensic_app.store.base.refuse_other_schema", lambda *given: None)
    edit(casebook, FORGING.format(name="forging"))
    with pytest.raises(CustodyChainBroken, match="did not keep what was written to subject: name"):
        opened.add_subject(case="C-0001", name="Real Name")


def test_an_upgrade_signs_only_what_the_migrations_make(casebook, heads, monkeypatch):
    """The revision is set back and a trigger put in between the check and the upgrade."""
    from forensic_app.store import case_store

    upgrade = case_store.upgrade

    def attacked(*given, **options):
        edit(
            casebook, "UPDATE alembic_version SET version_num = '2026_11_27'", FORGING.format(name="helpful")
        )
        return upgrade(*given, **options)

    monkeypatch.setattr(case_store, "upgrade", attacked)
    with pytest.raises(CustodyChainBroken, match="trigger helpful"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_journal_beside_the_database_is_found_before_it_is_rolled_in(casebook, heads):
    (casebook / "casebook.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(2000))
    before = (casebook / "casebook.db").read_bytes()
    assert any("rollback journal" in each for each in verify_casebook(casebook).findings)
    with pytest.raises(CasebookDisputed, match="rollback journal"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    assert (casebook / "casebook.db").read_bytes() == before


@pytest.mark.parametrize("name", ["casebook.db", "casebook.db-wal"])
def test_a_database_that_is_a_link_is_found(casebook, heads, tmp_path, name):
    if (casebook / name).exists():
        shutil.move(casebook / name, tmp_path / "elsewhere")
    else:
        (tmp_path / "elsewhere").write_bytes(b"x")
    (casebook / name).symlink_to(tmp_path / "elsewhere")
    assert any("is a link or no file" in each for each in verify_casebook(casebook).findings)
    with pytest.raises(StoreUnavailable, match="is a link or no file"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_the_name_of_the_log_cannot_lead_the_memory_astray(casebook, opened, heads):
    origin = opened.checkpoint().note.partition("\n")[0]
    before = heads.note(origin)
    edit(casebook, "DROP TRIGGER meta_facts")
    edit(casebook, "UPDATE meta SET origin = 'elsewhere/nowhere'")
    with pytest.raises(CustodyChainBroken, match="was changed by another program"):
        opened.record_event("case_viewed", object_type="case", object_id="C-0001")
    assert heads.note(origin) == before
    assert heads.note("elsewhere/nowhere") is None


def test_another_casebook_in_the_same_folder_is_noticed(casebook, heads, tmp_path):
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    CaseStore.create(tmp_path / "other", examiner="A. Doe", key=KEY).close()
    shutil.rmtree(casebook)
    shutil.move(tmp_path / "other", casebook)
    found = verify_casebook(casebook, remembered=heads.note, known_origin=heads.origin_in(casebook)).findings
    assert found == ("Another casebook lies here than the one that this workstation saw in this folder.",)
    with pytest.raises(CasebookDisputed, match="Another casebook lies here"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_an_emptied_database_is_no_new_casebook(casebook, heads):
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    shutil.rmtree(casebook)
    casebook.mkdir()
    (casebook / "casebook.db").touch()
    with pytest.raises(StoreUnavailable, match="is gone: no log is there"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_forged_acceptance_covers_nothing_and_never_what_the_workstation_knows(casebook, heads):
    with shell(casebook) as connection:
        meta = connection.execute("SELECT casebook_id FROM meta").fetchone()[0]
        connection.execute("UPDATE exhibit SET source = 'FORGED'")
        connection.execute(
            "UPDATE checkpoint SET note = 'no note' WHERE size = (SELECT max(size) FROM checkpoint)"
        )
    findings = list(check_opening(casebook, remembered=heads.note).findings)
    with shell(casebook) as connection:
        number = connection.execute("SELECT max(sequence) FROM custody_event").fetchone()[0] + 1
        findings.append(f"Events {number} to {number} were written without a signature.")
        append(
            connection, action="mismatch_accepted", object_type="casebook", object_id=meta, case_id=None,
            details={"reason": "Known", "findings": findings},
        )  # fmt: skip
    check = check_opening(casebook, remembered=heads.note)
    assert check.accepted == ()
    assert any("is not a signed note" in each for each in check.findings)


def test_an_acceptance_is_of_one_state(casebook, heads):
    with shell(casebook) as connection:
        connection.execute("UPDATE exhibit SET source = 'FIRST'")
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="Known").close()
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    with shell(casebook) as connection:
        connection.execute("UPDATE exhibit SET source = 'SECOND'")
    with pytest.raises(CasebookDisputed, match="exhibit E-0001"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_key_among_accepted_unsigned_events_may_not_sign(casebook, heads):
    other = SigningKey.generate()
    with shell(casebook) as connection:
        register_key(connection, other)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="Known").close()
    with pytest.raises(CasebookDisputed, match="does not know the signing key"):
        CaseStore.open(casebook, examiner="B. Roe", key=other)


def test_a_record_that_is_altered_for_a_while_is_not_read(casebook, opened):
    exhibit = opened.exhibit("E-0001")
    with closing(sqlite3.connect(casebook / "casebook.db", isolation_level=None)) as connection:
        connection.execute("UPDATE subject SET name = 'Wrong Person'")
        for read in (lambda: opened.subject("S-0001"), lambda: opened.subjects("C-0001")):
            with pytest.raises(
                CustodyChainBroken, match="subject S-0001 was changed by another program while"
            ):
                read()
        connection.execute("UPDATE subject SET name = 'Ana Núñez'")
    assert opened.subject("S-0001").name == "Ana Núñez"
    assert opened.exhibit("E-0001") == exhibit


def test_a_run_names_the_bytes_of_its_photograph(casebook, opened, heads):
    opened._known = None
    with shell(casebook) as connection:
        real = connection.execute("SELECT sha256 FROM exhibit").fetchone()[0]
        connection.execute("UPDATE exhibit SET sha256 = ?", ("f" * 64,))
    opened._schema = None
    spec = RunSpec("aging", "1", "E-0001", "f" * 64, {"ages": [30.0]}, "demo", "a" * 64, "dlib")
    opened.queue_run(case_id="C-0001", spec=spec)
    with shell(casebook) as connection:
        connection.execute("UPDATE exhibit SET sha256 = ?", (real,))
    assert "The run R-0002 was made of other bytes than those of the exhibit E-0001." in (
        verify_casebook(casebook).findings
    )


def test_a_report_that_was_swapped_before_it_was_registered_is_refused(opened, tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"%PDF forged")
    with pytest.raises(EvidenceAltered, match="before it was registered"):
        opened.add_report(
            case_id="C-0001",
            report_number="R2",
            path=tmp_path / "report.pdf",
            sha256=sha256_of_bytes(b"%PDF genuine"),
        )


def test_a_lock_that_is_a_link_is_refused_and_its_target_left_alone(casebook, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    (casebook / "casebook.lock").unlink(missing_ok=True)
    (casebook / "casebook.lock").symlink_to(tmp_path / "thesis.txt")
    with pytest.raises(StoreUnavailable):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY)
    (casebook / "casebook.lock").unlink()
    os.link(tmp_path / "thesis.txt", casebook / "casebook.lock")
    with pytest.raises(StoreUnavailable, match="not a file of its own"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_view_in_the_place_of_a_table_ends_the_verification(casebook, heads):
    edit(
        casebook,
        "DROP TABLE meta",
        "CREATE VIEW meta AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT x AS casebook_id, x AS origin FROM n WHERE x < 0",
    )
    assert "The table meta of the database is none." in verify_casebook(casebook).findings
    with pytest.raises(CasebookDisputed, match="table meta of the database is none"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


@pytest.mark.parametrize("place", ["reports/R1.pdf", "packs/x/pack.json", "vault"])
def test_a_huge_file_with_nothing_in_it_ends_the_verification(casebook, place):
    path = casebook / place
    if place == "vault":
        path = next(each for each in path.rglob("*") if each.is_file())
        path.chmod(0o600)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        stream.truncate(1 << 43)
    result = verify_casebook(casebook)
    assert result.seconds < 20
    assert result.findings or any("packs/x" in each for each in result.notes)


def test_a_note_is_bound_to_the_last_letter(casebook):
    with shell(casebook) as connection:
        size, note = connection.execute("SELECT size, note FROM checkpoint ORDER BY size DESC").fetchone()
        origin = note.partition("\n")[0]
        head, _, line = note.rpartition("\u2014 ")
        forged = f"{head}\u2014 {line.replace(origin, 'Issued-by-the-Ministry')}"
        connection.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (forged, size))
    assert verify_casebook(casebook).findings


def test_what_does_not_belong_in_a_casebook_is_noted(casebook):
    (casebook / "evidence.jpg").write_bytes(b"x")
    shutil.copy(
        next(each for each in (casebook / "vault").rglob("*") if each.is_file()),
        casebook / "reports" / "x.pdf",
    )
    notes = verify_casebook(casebook).notes
    assert "evidence.jpg does not belong in a casebook." in notes
    assert any("reports/x.pdf is" in each for each in notes)


def test_what_a_stray_is_called_is_shown_and_changes_no_verdict(casebook, capsys):
    os.close(os.open(os.fsencode(casebook / "vault") + b"/\xff\xfe", os.O_CREAT | os.O_WRONLY))
    (casebook / "vault" / "a\x1b[2J\nEverything verifies").write_bytes(b"x")
    assert main([str(casebook)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [each for each in lines if each.startswith("Everything")] == lines[-1:]
    assert "\x1b" not in "".join(lines)
