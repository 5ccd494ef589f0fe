"""The verifier on the vault's files and on a damaged database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_samples import contents, rows, tamper

from forensic_app import verify
from forensic_app.folders import remove
from forensic_app.verify import verify_casebook


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
        path.chmod(0o400)
        (finding,) = verify_casebook(casebook).findings
        assert finding.startswith(f"The file of {kind} ")
        assert str(path) in finding
        path.unlink()
        (finding,) = verify_casebook(casebook).findings
        assert "is missing from the vault" in finding

    def test_a_file_that_cannot_be_read_is_named(self, casebook, monkeypatch):
        opened = os.open

        def refuse(path, *arguments, **options):
            if "vault" in Path(path).parts:
                raise OSError(5, "Input/output error")
            return opened(path, *arguments, **options)

        monkeypatch.setattr(os, "open", refuse)
        findings = verify_casebook(casebook).findings
        assert len(findings) == 3
        assert "The file of exhibit E-0001 cannot be read" in findings[0]

    def test_a_wrong_size_and_a_wrong_digest_in_a_record_are_named(self, casebook):
        tamper(casebook, "UPDATE exhibit SET size_bytes = 7", f"UPDATE report SET sha256 = '{'/' * 64}'")
        findings = verify_casebook(casebook).findings
        assert any("has 1000 bytes, its record says otherwise" in each for each in findings)
        assert "The record of report P-0001 names no SHA-256." in findings

    def test_a_file_that_grows_is_hashed_to_its_length(self, casebook, monkeypatch):
        path = next(each for each in sorted((casebook / "vault").glob("*/*")))
        path.chmod(0o600)
        status = os.fstat

        def grow(descriptor):
            found = status(descriptor)
            with path.open("ab") as stream:
                stream.write(b"more")
            return found

        monkeypatch.setattr(verify.os, "fstat", grow)
        assert not any("altered" in each for each in verify_casebook(casebook).findings)

    @pytest.mark.parametrize("depth", [4, 5, 1200, 3000])
    def test_folders_inside_each_other_are_no_damage(self, casebook, depth):
        (casebook / "photograph.jpg").write_bytes(b"x")
        with contextlib.chdir(casebook / "vault"):
            for _ in range(depth):
                Path("d").mkdir()
                os.chdir("d")
            Path("stray").touch()
        result = verify_casebook(casebook)
        assert result.is_intact
        assert "photograph.jpg does not belong in a casebook." in result.notes
        told = "does not belong in the vault." if depth == 4 else "what is in this folder was not looked at."
        assert any(each.startswith("vault/d/d/d/d/") and told in each for each in result.notes)
        assert remove(casebook / "vault" / "d")

    def test_a_folder_that_cannot_be_looked_into_is_noted(self, casebook, monkeypatch):
        (casebook / "vault" / "closed").mkdir()
        scanned = os.scandir

        def refuse(path):
            if Path(path).name == "closed":
                raise PermissionError
            return scanned(path)

        monkeypatch.setattr(verify.os, "scandir", refuse)
        assert "vault/closed: what is in this folder was not looked at." in verify_casebook(casebook).notes

    @pytest.mark.parametrize(
        "manifest",
        [
            b'{"files": [[1, 2], ["a", 3]]}',
            b'{"files": {"\\ud800": 1}}',
            b'{"files": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
            b'{"files": ' + b"[" * 200_000,
            b'{"files": {"a": ' + b"9" * 5000 + b"}}",
        ],
    )
    def test_a_manifest_that_is_none_hides_no_other_stray(self, casebook, manifest):
        (casebook / "packs" / "x").mkdir(parents=True)
        (casebook / "packs" / "x" / "pack.json").write_bytes(manifest)
        (casebook / "photograph.jpg").write_bytes(b"x")
        result = verify_casebook(casebook)
        assert result.is_intact
        assert "No record names the pack packs/x." in result.notes
        assert "photograph.jpg does not belong in a casebook." in result.notes

    def test_a_report_that_cannot_be_read_hides_no_other_stray(self, casebook, monkeypatch):
        (casebook / "reports" / "a.pdf").write_bytes(b"x")
        (casebook / "photograph.jpg").write_bytes(b"x")
        looked = Path.is_file

        def refuse(path):
            if path.name == "a.pdf":
                raise OSError(5, "Input/output error")
            return looked(path)

        monkeypatch.setattr(Path, "is_file", refuse)
        result = verify_casebook(casebook)
        assert [each.partition(":")[0] for each in result.findings] == ["reports/a.pdf cannot be read"]
        assert "photograph.jpg does not belong in a casebook." in result.notes

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

    def test_text_that_is_no_text_any_more_is_found(self, casebook):
        path = casebook / "casebook.db"
        data = path.read_bytes()
        name = rows(casebook, "SELECT name FROM subject")[0][0].encode()
        path.write_bytes(data.replace(name, name[:-2] + b"\xe9\x41"))
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
            except (sqlite3.Error, UnicodeDecodeError):
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
    assert "Event 7 was changed after it was written" in " ".join(findings)
    assert "The table custody_event of the database was altered." in findings
