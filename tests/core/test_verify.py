"""The verifier: an intact casebook passes, and every way to tamper with it is named in a sentence."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from verify_samples import KEY, rows, tamper

from forensic_app import verify
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import VerificationProgress, VerificationStopped, main, verify_casebook


class TestIntact:
    def test_an_untouched_casebook_verifies(self, casebook):
        result = verify_casebook(casebook)
        assert result.findings == ()
        assert result.is_intact
        assert (result.files, result.checkpoints) == (3, 10)
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
            assert result.checkpoints == len(store.checkpoints())

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
        steps = ["database", "events", "records", "signatures", "files"]
        assert sorted({each.step for each in heard}, key=steps.index) == steps
        assert VerificationProgress("events", result.events, result.events) in heard
        assert [each for each in heard if each.step == "files"][-1].done == result.files
        assert [each.step for each in heard] == sorted((each.step for each in heard), key=steps.index)

    @pytest.mark.parametrize("step", ["database", "events", "records", "signatures", "files"])
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

    def test_a_stop_that_a_statement_outran_ends_the_next_step(self, casebook):
        told = []

        def stop_once(progress):
            told.append(progress)
            if len(told) == 1:
                raise VerificationStopped

        verifier = verify._Verifier(casebook, verify._Given((), (), (), None), stop_once)
        assert verifier.is_stop_wanted()
        with pytest.raises(VerificationStopped):
            verifier.tell("files", 0, 1)
        assert len(told) == 1


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
        assert "The record of subject S-0009 has no custody event" in " ".join(
            verify_casebook(casebook).findings
        )

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

    def test_a_pipe_or_a_device_in_a_checkpoints_place_is_not_waited_for(self, casebook, tmp_path, capsys):
        os.mkfifo(tmp_path / "pipe")
        long = tmp_path / "long"
        with long.open("wb") as stream:
            stream.truncate(2 << 20)
        for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path, long):
            with pytest.raises(SystemExit) as caught:
                main([str(casebook), "--checkpoint", str(path)])
            assert caught.value.code == 2
            assert "a checkpoint file cannot be read" in capsys.readouterr().err


def test_a_column_that_came_later_is_no_change_until_something_stands_in_it(casebook):
    tamper(casebook, "ALTER TABLE subject ADD COLUMN later TEXT")
    altered = "The table subject of the database was altered."
    assert verify_casebook(casebook).findings == (altered,)
    tamper(casebook, "UPDATE subject SET later = 'Lima'")
    named, *others = verify_casebook(casebook).findings
    assert "subject S-0001 was changed after custody event" in " ".join((named, *others))
    tamper(casebook, "UPDATE subject SET later = NULL, tombstone_reason = ''")
    assert any("subject S-0001" in each for each in verify_casebook(casebook).findings)


def test_a_row_in_which_nothing_is_left_is_another_one():
    assert not verify.is_recorded({"subject_id": None, "name": None}, "0" * 64)


def test_row_digests_are_those_of_the_store(intact):
    text = rows(intact, "SELECT canonical FROM custody_event WHERE object_type = 'case'")[0][0]
    connection = sqlite3.connect(intact / "casebook.db")
    connection.row_factory = sqlite3.Row
    row = dict(connection.execute('SELECT * FROM "case"').fetchone())
    connection.close()
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(text)["details"]["record_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
