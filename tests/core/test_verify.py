"""The verifier: an intact casebook passes, and every way to tamper with it is named in a sentence."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensic_app import verify
from forensic_app.custody import SigningKey, event_bytes, merkle_root, next_event, sign_checkpoint, time_text
from forensic_app.digests import sha256_of_bytes
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import VerificationProgress, VerificationStopped, main, verify_casebook

KEY = SigningKey.from_bytes(bytes(range(32)))
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def fill(store, folder):
    """One record of every kind."""
    case = store.create_case(number="MP-2026-001", title="Missing", kind=CaseKind.MISSING_PERSON)
    subject = store.add_subject(case=case.case_id, name="Ana Núñez")
    stored = store.vault.store_bytes(b"photograph" * 100)
    exhibit = store.add_exhibit(
        case=case.case_id, subject_id=subject.subject_id, sha256=stored.sha256, size_bytes=stored.size_bytes,
        media_type="image/jpeg", width_px=640, height_px=480, original_name="photo.jpg", source="Family",
        received_how="e-mail", received_at=START, photo_date="1998", age_at_photo=8.5, exif={"Make": "Acme"},
        notes=(),
    )  # fmt: skip
    store.accept_licence(pack_name="demo", pack_sha256="a" * 64, licence_sha256="b" * 64)
    spec = RunSpec(
        "aging", "1", exhibit.exhibit_id, exhibit.sha256, {"ages": [30.0]}, "demo", "a" * 64, "dlib"
    )
    run = store.queue_run(case_id=case.case_id, spec=spec)
    store.start_run(run.run_id, environment={"device": "cpu"})
    image = folder / "image.png"
    image.write_bytes(b"image")
    output = OutputImage(image, "derived", 30.0, 0, 512, 512, {"estimated_age": 31.25})
    store.complete_run(run.run_id, result=EngineResult((output,), {}, {}, {}))
    report = folder / "report.pdf"
    report.write_bytes(b"%PDF report")
    store.add_report(case_id=case.case_id, report_number="R1", path=report)
    store.record_event("report_exported", object_type="report", object_id="P-0001", case_id=case.case_id)


@pytest.fixture(scope="session")
def intact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify")
    moments = iter(START + timedelta(seconds=number) for number in range(1000))
    with CaseStore.create(
        folder / "casebook", examiner="A. Doe", key=KEY, clock=lambda: next(moments)
    ) as store:
        fill(store, folder)
    return folder / "casebook"


@pytest.fixture
def casebook(intact, tmp_path):
    return shutil.copytree(intact, tmp_path / "casebook")


def tamper(folder, *statements):
    """Change the database as somebody with an SQLite shell would, with the triggers taken away meanwhile."""
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(*((statement,) if isinstance(statement, str) else statement))
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rows(folder, query, *arguments):
    connection = sqlite3.connect(folder / "casebook.db")
    try:
        return connection.execute(query, arguments).fetchall()
    finally:
        connection.close()


def contents(folder):
    """Everything that counts as a record, the schema included."""
    connection = sqlite3.connect(folder / "casebook.db")
    try:
        tables = [*(table for table, _ in verify.RECORDS.values()), "custody_event", "checkpoint"]
        data = {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
        return data, connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        connection.close()


class TestIntact:
    def test_an_untouched_casebook_verifies(self, casebook):
        result = verify_casebook(casebook)
        assert result.findings == ()
        assert result.is_intact
        assert (result.files, result.checkpoints) == (3, 4)
        assert result.events == rows(casebook, "SELECT COUNT(*) FROM custody_event")[0][0]
        assert result.events_per_second > 0

    def test_verifying_leaves_no_trace(self, casebook):
        before = {path: path.read_bytes() for path in casebook.rglob("*") if path.is_file()}
        verify_casebook(casebook)
        assert {path: path.read_bytes() for path in casebook.rglob("*") if path.is_file()} == before

    def test_a_casebook_in_use_verifies_with_what_is_not_yet_in_the_main_file(self, casebook):
        with CaseStore.open(casebook, examiner="A. Doe", key=KEY) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            result = verify_casebook(casebook)
            assert result.is_intact
            assert result.events == store.events()[-1].sequence
            assert any("The last 1 events are chained" in note for note in result.notes)

    def test_it_needs_nothing_but_the_standard_library_and_cryptography(self):
        tree = ast.parse(Path(verify.__file__).read_text(encoding="utf-8"))
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            )
        }
        assert imported - sys.stdlib_module_names == {"cryptography"}

    def test_the_file_alone_verifies_a_casebook(self, casebook, tmp_path):
        shutil.copy(verify.__file__, tmp_path / "verify.py")
        command = [sys.executable, "-I", str(tmp_path / "verify.py"), str(casebook)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "Everything verifies: 3 files" in done.stdout

    def test_progress_is_told_in_true_counts(self, casebook):
        heard = []
        result = verify_casebook(casebook, progress=heard.append)
        assert heard[0] == VerificationProgress("database", 0, 0)
        steps = ["database", "events", "records", "files"]
        assert sorted({each.step for each in heard}, key=steps.index) == steps
        assert VerificationProgress("events", result.events, result.events) in heard
        assert [each for each in heard if each.step == "files"][-1].done == result.files
        assert [each.step for each in heard] == sorted((each.step for each in heard), key=steps.index)

    @pytest.mark.parametrize("step", ["database", "events", "records", "files"])
    def test_it_ends_when_the_listener_says_so(self, casebook, step):
        def stop(progress):
            if progress.step == step:
                raise VerificationStopped

        with pytest.raises(VerificationStopped):
            verify_casebook(casebook, progress=stop)
        assert verify_casebook(casebook).is_intact

    def test_it_ends_in_the_middle_of_a_statement(self, casebook, monkeypatch):
        monkeypatch.setattr(verify, "TELL_EVERY_STEPS", 10)
        heard = []

        def stop(progress):
            heard.append(progress)
            if len(heard) > 3:
                raise VerificationStopped

        with pytest.raises(VerificationStopped):
            verify_casebook(casebook, progress=stop)
        assert {each.step for each in heard} == {"database"}

    def test_fifty_thousand_events_a_second(self, casebook):
        connection = sqlite3.connect(casebook / "casebook.db", isolation_level=None)
        with CaseStore.open(casebook, examiner="A. Doe", key=KEY) as store:
            previous = store.events()[-1]
        events = []
        for _ in range(5_000):
            previous = next_event(
                previous, action="exhibit_viewed", occurred_at=START, examiner="A. Doe",
                object_type="exhibit", object_id="E-0001", case_id="C-0001",
                details={"purpose": "comparison"},
            )  # fmt: skip
            events.append(row_of(previous))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO custody_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", events)
        connection.execute("COMMIT")
        connection.close()
        results = [verify_casebook(casebook) for _ in range(5)]
        assert all(result.is_intact for result in results)
        fastest = max(result.events_per_second for result in results)
        assert fastest > 20_000, f"{fastest:.0f} events/s; expected 50,000 on an idle core"


def row_of(event):
    return (
        event.sequence, event.action, time_text(event.occurred_at), event.examiner, event.case_id,
        event.object_type, event.object_id, event.previous_sha256, event.sha256, event_bytes(event).decode(),
    )  # fmt: skip


class TestRecords:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ("UPDATE meta SET origin = 'forensic-app/casebook/other'", "casebook"),
            ("UPDATE examiner SET name = 'B. Roe'", "examiner X-0001"),
            ("UPDATE signing_key SET examiner = 'B. Roe'", f"signing key {KEY.key_id}"),
            ("UPDATE \"case\" SET title = 'Other'", "case C-0001"),
            ("UPDATE subject SET birth_date = '1990'", "subject S-0001"),
            ("UPDATE exhibit SET age_at_photo = '9'", "exhibit E-0001"),
            ("UPDATE exhibit SET tombstone_reason = 'gone'", "exhibit E-0001"),
            ("UPDATE run SET warnings = '[\"x\"]'", "run R-0001"),
            ("UPDATE derived_image SET metrics = '{}'", "derived image D-000001"),
            ("UPDATE licence_acceptance SET examiner = 'B. Roe'", "licence acceptance L-0001"),
            ("UPDATE report SET reason = 'x'", "report P-0001"),
        ],
    )
    def test_an_edit_of_any_record_is_named(self, casebook, statement, name):
        tamper(casebook, statement)
        result = verify_casebook(casebook)
        assert any(f"The record of {name}" in each and "was changed" in each for each in result.findings)

    def test_a_deleted_record_is_named_with_the_event_that_tells_of_it(self, casebook):
        tamper(casebook, "DELETE FROM licence_acceptance")
        (finding,) = verify_casebook(casebook).findings
        assert finding.startswith("The record of licence acceptance L-0001 is missing; event ")

    def test_a_record_from_nowhere_is_named(self, casebook):
        tamper(casebook, "INSERT INTO subject SELECT 'S-0009', case_id, name, aliases, sex, birth_date, "
               "last_seen, last_seen_place, description, NULL FROM subject")  # fmt: skip
        assert verify_casebook(casebook).findings == ("The record of subject S-0009 has no custody event.",)

    def test_a_row_without_its_parent_is_named(self, casebook):
        tamper(casebook, "PRAGMA foreign_keys = OFF", "UPDATE subject SET case_id = 'C-0009'")
        assert any("refers to a missing row" in each for each in verify_casebook(casebook).findings)

    def test_a_removed_trigger_is_named(self, casebook):
        connection = sqlite3.connect(casebook / "casebook.db")
        connection.execute("DROP TRIGGER custody_event_no_delete")
        connection.close()
        assert (
            "The trigger custody_event_no_delete of the database is missing."
            in verify_casebook(casebook).findings
        )

    def test_an_altered_and_an_added_trigger_are_named(self, casebook):
        connection = sqlite3.connect(casebook / "casebook.db")
        connection.execute("DROP TRIGGER case_no_delete")
        for name in ("case_no_delete", "case_hidden"):
            connection.execute(f'CREATE TRIGGER {name} BEFORE DELETE ON "case" BEGIN SELECT 1; END')
        connection.close()
        assert set(verify_casebook(casebook).findings) == {
            "The trigger case_no_delete of the database was altered.",
            "The trigger case_hidden of the database was added by another program.",
        }


class TestLog:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("action", "x"), ("occurred_at", "2020-01-01T00:00:00.000000Z"), ("examiner", "x"),
            ("case_id", "C-9"), ("object_type", "x"), ("object_id", "x"),
        ],
    )  # fmt: skip
    def test_an_edited_column_is_named(self, casebook, column, value):
        tamper(casebook, (f"UPDATE custody_event SET {column} = ? WHERE sequence = 7", (value,)))
        assert any("columns of event 7 do not say" in each for each in verify_casebook(casebook).findings)

    def test_edited_bytes_are_named(self, casebook):
        tamper(
            casebook,
            "UPDATE custody_event SET canonical = replace(canonical, 'A. Doe', 'B. Roe') WHERE sequence = 7",
        )
        findings = verify_casebook(casebook).findings
        assert "Event 7 was changed after it was written." in findings
        assert "The columns of event 7 do not say what its canonical text says." in findings

    @pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000])
    def test_bytes_that_are_no_event_are_named(self, casebook, text):
        tamper(casebook, ("UPDATE custody_event SET canonical = ? WHERE sequence = 7", (text,)))
        assert "Event 7 was changed after it was written." in verify_casebook(casebook).findings

    def test_a_broken_link_is_named(self, casebook):
        tamper(casebook, f"UPDATE custody_event SET previous_sha256 = '{'0' * 64}' WHERE sequence = 7")
        assert "Event 7 does not follow the event before it." in verify_casebook(casebook).findings

    def test_a_digest_that_is_none_is_named(self, casebook):
        tamper(casebook, "UPDATE custody_event SET sha256 = 'x' WHERE sequence = 7")
        assert "Event 7 was changed after it was written." in verify_casebook(casebook).findings

    def test_a_deleted_event_is_named(self, casebook):
        tamper(casebook, "DELETE FROM custody_event WHERE sequence = 7")
        assert "Event 7 of the custody log is missing." in verify_casebook(casebook).findings

    def test_two_swapped_events_are_noticed(self, casebook):
        tamper(
            casebook,
            "UPDATE custody_event SET sequence = 1000 WHERE sequence = 7",
            "UPDATE custody_event SET sequence = 7 WHERE sequence = 8",
            "UPDATE custody_event SET sequence = 8 WHERE sequence = 1000",
        )
        assert (
            "The columns of event 7 do not say what its canonical text says."
            in verify_casebook(casebook).findings
        )

    def test_a_cut_tail_is_named(self, casebook):
        tamper(
            casebook, "DELETE FROM custody_event WHERE sequence = (SELECT MAX(sequence) FROM custody_event)"
        )
        assert any("its end was cut" in each for each in verify_casebook(casebook).findings)

    def test_an_empty_log_is_named(self, casebook):
        tamper(casebook, "DELETE FROM custody_event")
        assert "The custody log is empty." in verify_casebook(casebook).findings

    def test_a_chain_made_to_fit_again_does_not_match_its_checkpoints(self, casebook):
        forge(casebook, lambda told: told.update(examiner="B. Roe") if told["sequence"] == 9 else None)
        findings = verify_casebook(casebook).findings
        assert findings
        assert all("signed other events than the log holds" in each for each in findings)

    def test_a_chain_signed_again_with_another_key_is_noticed(self, casebook):
        other = SigningKey.generate()
        forge(casebook, lambda told: told.update(examiner="B. Roe") if told["sequence"] == 9 else None)
        resign(casebook, other)
        assert any("unknown key" in each for each in verify_casebook(casebook).findings)

    def test_findings_are_counted_when_they_are_many(self, casebook, monkeypatch):
        monkeypatch.setattr(verify, "MAX_FINDINGS", 3)
        tamper(casebook, "UPDATE custody_event SET examiner = 'x'")
        findings = verify_casebook(casebook).findings
        assert len(findings) == 4
        assert findings[-1].endswith("further findings are not listed.")


def forge(folder, change):
    """Rewrite the log so that every link and digest fits again; the checkpoints stay."""
    previous = verify.GENESIS_SHA256
    statements = []
    for sequence, text in rows(folder, "SELECT sequence, canonical FROM custody_event ORDER BY sequence"):
        told = json.loads(text)
        change(told)
        told["previous_sha256"] = previous
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        sha256 = sha256_of_bytes(canonical.encode())
        statements.append(
            (
                "UPDATE custody_event SET examiner = ?, previous_sha256 = ?, sha256 = ?, canonical = ? "
                "WHERE sequence = ?",
                (told["examiner"], previous, sha256, canonical, sequence),
            )
        )
        previous = sha256
    tamper(folder, *statements)


def resign(folder, key, *, size=None, origin=None):
    digests = [
        bytes.fromhex(row[0]) for row in rows(folder, "SELECT sha256 FROM custody_event ORDER BY sequence")
    ]
    named = origin or rows(folder, "SELECT origin FROM meta")[0][0]
    size = size or len(digests)
    made = sign_checkpoint(
        origin=named, size=size, root=merkle_root(digests[:size]), key=key, created_at=START
    )
    moment = rows(folder, "SELECT occurred_at FROM custody_event WHERE sequence = ?", size)[0][0]
    values = (made.size, made.root_sha256, made.note, made.key_id, moment)
    tamper(folder, "DELETE FROM checkpoint", ("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", values))
    return made


class TestCheckpoints:
    def test_removed_checkpoints_are_named(self, casebook):
        tamper(casebook, "DELETE FROM checkpoint")
        assert "The custody log has no signed checkpoint." in verify_casebook(casebook).findings

    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE checkpoint SET note = 'x' WHERE size = 3", "of 3 events is not a signed note"),
            (
                "UPDATE checkpoint SET root_sha256 = 'x' WHERE size = 3",
                "of 3 events does not say what its note",
            ),
            ("UPDATE checkpoint SET size = 4 WHERE size = 3", "of 4 events does not say what its note"),
            ("UPDATE checkpoint SET created_at = 'x' WHERE size = 3", "of 3 events has another time"),
            (
                "UPDATE checkpoint SET key_id = 'x' WHERE size = 3",
                "of 3 events was signed by the unknown key x",
            ),
            (
                "UPDATE checkpoint SET note = replace(note, 'casebook/', 'other/') WHERE size = 3",
                "of 3 events is of another casebook",
            ),
            (
                f"UPDATE signing_key SET public_key_hex = '{SigningKey.generate().public_key_hex}'",
                "is not the public key that its name stands for",
            ),
            ("UPDATE signing_key SET public_key_hex = 'x'", "cannot be checked"),
        ],
    )
    def test_an_edited_checkpoint_is_named(self, casebook, statement, words):
        tamper(casebook, "PRAGMA foreign_keys = OFF", statement)
        assert any(words in each for each in verify_casebook(casebook).findings)

    def test_a_flipped_bit_in_a_signature_is_noticed(self, casebook):
        note = rows(casebook, "SELECT note FROM checkpoint WHERE size = 3")[0][0]
        forged = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        tamper(casebook, ("UPDATE checkpoint SET note = ? WHERE size = 3", (forged,)))
        assert verify_casebook(casebook).findings == (
            "The checkpoint of 3 events has a signature that does not verify.",
        )

    def test_a_signature_from_before_the_key_was_registered_is_noticed(self, casebook):
        resign(casebook, KEY, size=2)
        assert any("before that key was registered" in each for each in verify_casebook(casebook).findings)

    def test_a_known_checkpoint_tells_a_replaced_casebook(self, casebook, tmp_path):
        known = rows(casebook, "SELECT note FROM checkpoint ORDER BY size DESC")[0][0]
        assert verify_casebook(casebook, known_checkpoints=[known]).is_intact
        with CaseStore.create(tmp_path / "other", examiner="A. Doe", key=KEY):
            pass
        result = verify_casebook(tmp_path / "other", known_checkpoints=[known])
        assert any("is of another casebook" in each for each in result.findings)

    def test_a_known_checkpoint_tells_a_casebook_rolled_back_to_a_backup(self, casebook, tmp_path):
        old = shutil.copytree(casebook, tmp_path / "old")
        with CaseStore.open(casebook, examiner="A. Doe", key=KEY) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            known = store.sign_checkpoint().note
        assert verify_casebook(old).is_intact
        result = verify_casebook(old, known_checkpoints=[known])
        assert any("its end was cut" in each for each in result.findings)

    def test_a_known_checkpoint_must_be_a_note_signed_by_a_known_key(self, casebook):
        assert verify_casebook(casebook, known_checkpoints=["x"]).findings == (
            "A checkpoint given for comparison is not a signed note.",
        )
        origin = rows(casebook, "SELECT origin FROM meta")[0][0]
        digests = [bytes.fromhex(row[0]) for row in rows(casebook, "SELECT sha256 FROM custody_event")]
        note = sign_checkpoint(
            origin=origin,
            size=len(digests),
            root=merkle_root(digests),
            key=SigningKey.generate(),
            created_at=START,
        ).note
        assert any(
            "by none of the keys" in each
            for each in verify_casebook(casebook, known_checkpoints=[note]).findings
        )

    def test_only_trusted_keys_count_when_they_are_given(self, casebook):
        assert verify_casebook(casebook, trusted_keys=[KEY.public_key_hex]).is_intact
        result = verify_casebook(casebook, trusted_keys=[SigningKey.generate().public_key_hex])
        assert any("not among the trusted keys" in each for each in result.findings)


class TestFiles:
    def files(self, casebook):
        found = dict(rows(casebook, "SELECT 'exhibit', sha256 FROM exhibit"))
        found |= dict(rows(casebook, "SELECT 'derived image', sha256 FROM derived_image"))
        return found | dict(rows(casebook, "SELECT 'report', sha256 FROM report"))

    @pytest.mark.parametrize("kind", ["exhibit", "derived image", "report"])
    def test_an_altered_and_a_missing_file_are_named_with_their_record(self, casebook, kind):
        sha256 = self.files(casebook)[kind]
        path = casebook / "vault" / sha256[:2] / sha256
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        (finding,) = verify_casebook(casebook).findings
        assert finding.startswith(f"The file of {kind} ")
        assert str(path) in finding
        path.unlink()
        (finding,) = verify_casebook(casebook).findings
        assert "is missing from the vault" in finding

    def test_a_file_that_cannot_be_read_is_named(self, casebook, monkeypatch):
        opened = Path.open

        def refuse(path, *arguments, **options):
            if "vault" in path.parts:
                raise OSError(5, "Input/output error")
            return opened(path, *arguments, **options)

        monkeypatch.setattr(Path, "open", refuse)
        findings = verify_casebook(casebook).findings
        assert len(findings) == 3
        assert "The file of exhibit E-0001 cannot be read" in findings[0]

    def test_a_wrong_size_and_a_wrong_digest_in_a_record_are_named(self, casebook):
        tamper(casebook, "UPDATE exhibit SET size_bytes = 7", f"UPDATE report SET sha256 = '{'/' * 64}'")
        findings = verify_casebook(casebook).findings
        assert any("has 1000 bytes, its record says otherwise" in each for each in findings)
        assert "The record of report P-0001 names no SHA-256." in findings

    def test_strays_are_notes_not_findings(self, casebook):
        stray = casebook / "vault" / "ab" / ("ab" + "0" * 62)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"orphan")
        (casebook / "vault" / ".incoming-1-a").write_bytes(b"half")
        (casebook / "vault" / "notes.txt").write_bytes(b"x")
        result = verify_casebook(casebook)
        assert result.is_intact
        assert len([note for note in result.notes if "vault" in note]) == 3


class TestDamage:
    def test_a_folder_that_is_no_casebook_is_a_finding(self, tmp_path):
        assert "is not a casebook" in verify_casebook(tmp_path / "nothing").findings[0]

    @pytest.mark.parametrize("data", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(5000)])
    def test_a_file_that_is_no_casebook_is_a_finding(self, tmp_path, data):
        (tmp_path / "casebook.db").write_bytes(data)
        result = verify_casebook(tmp_path)
        assert not result.is_intact

    def test_a_truncated_database_is_a_finding(self, casebook):
        path = casebook / "casebook.db"
        data = path.read_bytes()
        for size in range(0, len(data), len(data) // 9):
            path.write_bytes(data[:size])
            assert not verify_casebook(casebook).is_intact

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_any_altered_byte_that_changes_a_record_is_found_and_none_is_a_traceback(self, intact, data):
        path = intact / "casebook.db"
        original = path.read_bytes()
        truth = contents(intact)
        position = data.draw(st.integers(0, len(original) - 1))
        flipped = bytearray(original)
        flipped[position] ^= data.draw(st.integers(1, 255))
        path.write_bytes(flipped)
        try:
            result = verify_casebook(intact)
            assert all(isinstance(finding, str) and "Traceback" not in finding for finding in result.findings)
            try:
                is_changed = contents(intact) != truth
            except sqlite3.Error:
                is_changed = True
            assert not (is_changed and result.is_intact), f"byte {position} changed a record unnoticed"
        finally:
            path.write_bytes(original)

    def test_a_check_that_raced_with_a_writer_is_done_again(self, casebook, monkeypatch):
        outcomes = []
        original = verify._Verifier.run

        def run(verifier):
            result = original(verifier)
            if not outcomes:
                (casebook / "casebook.db-wal").touch()
                verifier.report("torn")
                result = verify.VerificationResult(False, ("torn",), (), 0, 0, 0, 0.0)
            outcomes.append(result)
            return result

        monkeypatch.setattr(verify._Verifier, "run", run)
        assert verify_casebook(casebook).is_intact
        assert len(outcomes) == 2


class TestCommand:
    def test_an_intact_casebook_exits_with_zero(self, casebook, capsys):
        assert main([str(casebook)]) == 0
        assert "Everything verifies" in capsys.readouterr().out

    def test_findings_exit_with_one_and_are_listed(self, casebook, capsys):
        tamper(casebook, "DELETE FROM licence_acceptance")
        assert main([str(casebook)]) == 1
        out = capsys.readouterr().out
        assert "FINDING  The record of licence acceptance L-0001 is missing" in out
        assert "1 finding" in out

    def test_json_holds_everything(self, casebook, capsys):
        assert main([str(casebook), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["is_intact"] is True

    def test_checkpoints_and_keys_come_from_outside(self, casebook, tmp_path, capsys):
        note = tmp_path / "note.txt"
        note.write_text(rows(casebook, "SELECT note FROM checkpoint")[0][0], encoding="utf-8")
        arguments = [str(casebook), "--checkpoint", str(note), "--key", KEY.public_key_hex]
        assert main(arguments) == 0
        with pytest.raises(SystemExit) as caught:
            main([str(casebook), "--checkpoint", str(tmp_path / "nothing")])
        assert caught.value.code == 2


def test_row_digests_are_those_of_the_store(intact):
    text = rows(intact, "SELECT canonical FROM custody_event WHERE object_type = 'case'")[0][0]
    connection = sqlite3.connect(intact / "casebook.db")
    connection.row_factory = sqlite3.Row
    row = dict(connection.execute('SELECT * FROM "case"').fetchone())
    connection.close()
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(text)["details"]["record_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_page_that_decodes_to_another_type_is_a_finding(casebook):
    connection = sqlite3.connect(casebook / "casebook.db", isolation_level=None)
    connection.execute("DROP TRIGGER custody_event_no_update")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') WHERE name = 'custody_event'"
    )
    connection.close()
    connection = sqlite3.connect(casebook / "casebook.db", isolation_level=None)
    connection.execute("UPDATE custody_event SET canonical = x'ff00' WHERE sequence = 7")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    findings = verify_casebook(casebook).findings
    assert "Event 7 was changed after it was written." in findings
    assert "The table custody_event of the database was altered." in findings
