"""What a verification does where the casebook, the log or the machine is unusual."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from verify_samples import KEY, START, rows, tamper

from forensic_app import verify
from forensic_app.custody import MerkleTree, SigningKey, sign_checkpoint
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import CasebookDisputed
from forensic_app.records import RunSpec
from forensic_app.store import base
from forensic_app.store.case_store import CaseStore, utc_now
from forensic_app.store.clock_watch import ClockJump
from forensic_app.verify import check_opening, verify_casebook

KEPT = Path(__file__).parent.parent / "migrations" / "data" / "casebook_2026_11_27.db.gz"


def opened(casebook, **given):
    return CaseStore.open(casebook, examiner="A. Doe", key=KEY, **given)


def broken(name):
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorname = name
    return error


def digest_of(manifest):
    """The digest of a pack, as the program takes it."""
    data = manifest.read_bytes()
    files = {**json.loads(data)["files"], "pack.json": hashlib.sha256(data).hexdigest()}
    return sha256_of_bytes(canonical_json(files))


class TestDatabase:
    def test_a_casebook_that_never_stops_changing_is_tried_three_times(self, casebook, monkeypatch):
        states = iter(range(100))
        monkeypatch.setattr(verify, "_state", lambda folder: next(states))
        tamper(casebook, "UPDATE exhibit SET source = 'x'")
        assert len(verify_casebook(casebook).findings) == 1
        assert next(states) == 2 * verify.MOST_TRIES

    def test_an_incomplete_copy_says_so(self, casebook):
        (casebook / "incomplete-copy").touch()
        assert verify_casebook(casebook).findings[0].startswith(f"{casebook} is an incomplete copy")

    def test_another_programs_mark_is_named(self, casebook):
        tamper(casebook, "PRAGMA application_id = 1")
        assert "has another application id" in verify_casebook(casebook).findings[0]

    def test_a_log_that_cannot_be_read_in_its_place_is_read_from_a_copy(self, casebook, monkeypatch):
        plain = verify._opened

        def elsewhere(path, mode):
            if path.parent == casebook:
                raise broken("SQLITE_CANTOPEN")
            return plain(path, mode)

        with opened(casebook) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            monkeypatch.setattr(verify, "_opened", elsewhere)
            result = verify_casebook(casebook)
            assert (result.findings, result.events) == ((), store.count_events())
            states = iter(range(100))
            monkeypatch.setattr(verify, "_state", lambda folder: next(states))
            (casebook / "casebook.db-shm").unlink()
            assert verify_casebook(casebook).findings == ()
            monkeypatch.setattr(
                verify, "_opened", lambda path, mode: (_ for _ in ()).throw(broken("SQLITE_BUSY"))
            )
            assert "cannot be opened" in verify_casebook(casebook).findings[0]

    def test_on_a_full_disk_a_log_is_read_from_a_copy(self, casebook, monkeypatch):
        with opened(casebook) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            monkeypatch.setattr(verify, "LEAST_FREE_BYTES", 1 << 62)
            assert verify_casebook(casebook).findings == ()

    def test_a_count_that_damage_hides_is_none(self):
        assert verify._event_count(sqlite3.connect(":memory:")) == 0

    def test_a_missing_search_index_is_found_by_the_schema(self, casebook):
        tamper(casebook, "DROP TABLE search_index")
        assert any(
            "search_index of the database is missing" in each for each in verify_casebook(casebook).findings
        )

    def test_a_missing_casebook_record_leaves_nothing_to_remember(self, casebook):
        tamper(casebook, "DELETE FROM meta")
        assert verify_casebook(casebook, remembered=lambda origin: None).findings


class TestLog:
    def test_a_time_before_the_one_before_is_noted_where_no_event_tells_of_it(self, tmp_path):
        now = [START]
        with CaseStore.create(tmp_path / "book", examiner="A. Doe", key=KEY, clock=lambda: now[0]) as store:
            for seconds in (9, 5, 6):
                now[0] = START + timedelta(seconds=seconds)
                store.record_event("viewed", object_type="place", object_id="C-1")
            number = len(store.events()) - 1
        result = verify_casebook(tmp_path / "book")
        told = "has an earlier time than the one before it, and none says that the clock jumped."
        assert [each for each in result.notes if told in each] == [f"Event {number} {told}"]

    def test_events_about_other_things_need_no_record(self, casebook):
        with opened(casebook) as store:
            store.record_event("pack_imported", object_type="pack", object_id="demo")
            details = {"from": "2026", "to": "2027", "against": "machine"}
            store.record_event(
                "clock_jumped", object_type="casebook", object_id=store.casebook_id, details=details
            )
        result = verify_casebook(casebook)
        assert result.findings == ()
        assert any("clock jumped from 2026 to 2027, against machine" in each for each in result.notes)

    def test_a_jump_of_the_clock_is_an_event_before_the_one_that_met_it(self, casebook, monkeypatch):
        with opened(casebook, clock=utc_now) as store:
            now = utc_now()
            monkeypatch.setattr(
                store._watch, "look", lambda moment, previous: (ClockJump(now, moment, "previous event"),)
            )
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            assert [each.action for each in store.events()[-2:]] == ["clock_jumped", "case_viewed"]
        assert verify_casebook(casebook).findings == ()

    def test_a_change_that_does_not_say_what_it_changed_is_found(self, casebook, monkeypatch):
        original = base.record_before
        with opened(casebook) as store:
            monkeypatch.setattr(base, "record_before", lambda *given: (original(*given), None)[1])
            store.close_case("C-0001", "Found")
            number = store.events()[-1].sequence
        told = f"Event {number} does not say what it changed in the record of case C-0001."
        assert told in verify_casebook(casebook).findings

    def test_a_run_on_a_derived_image_names_its_bytes(self, casebook):
        image = rows(casebook, "SELECT derived_image_id, sha256 FROM derived_image")[0]
        with opened(casebook) as store:
            exhibit = store.exhibit("E-0001")
            for sha256 in (image[1], "f" * 64):
                spec = RunSpec(
                    "sketch", "1", "E-0001", exhibit.sha256, {}, "demo", "a" * 64, "dlib",
                    source_derived_image_id=image[0], source_sha256=sha256,
                )  # fmt: skip
                store.queue_run(case_id="C-0001", spec=spec)
        assert verify_casebook(casebook).findings == (
            f"The run R-0003 was made of other bytes than those of the derived image {image[0]}.",
        )

    def test_a_head_of_version_1_among_later_ones_is_found(self, casebook):
        digests = [
            bytes.fromhex(row[0])
            for row in rows(casebook, "SELECT sha256 FROM custody_event ORDER BY sequence")
        ]
        moment = rows(casebook, "SELECT max(occurred_at) FROM custody_event")[0][0]
        made = sign_checkpoint(
            origin=rows(casebook, "SELECT origin FROM meta")[0][0], size=len(digests), root=MerkleTree(digests).root(),
            key=KEY, created_at=utc_now(), previous_sha256=None,
        )  # fmt: skip
        tamper(
            casebook,
            ("UPDATE checkpoint SET note = ?, created_at = ? WHERE size = ?", (made.note, moment, made.size)),
        )
        assert any("does not name the one before it" in each for each in verify_casebook(casebook).findings)
        assert check_opening(casebook).findings

    @pytest.mark.parametrize("note", ["x", "a\nb\nc\nd\ne"])
    def test_an_opening_finds_a_head_in_the_middle_that_is_none(self, casebook, note):
        tamper(casebook, ("UPDATE checkpoint SET note = ? WHERE size = 6", (note,)))
        assert any("is not a signed note" in each for each in check_opening(casebook).findings)

    def test_a_note_with_a_line_that_nobody_knows_is_none(self, casebook):
        note = rows(casebook, "SELECT note FROM checkpoint ORDER BY size")[0][0]
        assert verify._parse_note(note) is not None
        assert verify._parse_note(note.replace("previous", "later")) is None
        assert verify._parse_note(note.replace("\n\n", "\nmore\n\n")) is None

    def test_a_key_of_version_1_is_introduced_again(self, tmp_path):
        (tmp_path / "casebook.db").write_bytes(gzip.decompress(KEPT.read_bytes()))
        other = SigningKey.generate()
        CaseStore.open(tmp_path, examiner="B. Roe", key=other).close()
        with pytest.raises(CasebookDisputed, match="does not know the signing key"):
            opened(tmp_path)
        with CaseStore.open(tmp_path, examiner="B. Roe", key=other) as store:
            store.introduce_key(KEY.public_key_hex)
            assert store.events()[-1].action == "key_introduced"
        with opened(tmp_path) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
        assert all("missing from the vault" in each for each in verify_casebook(tmp_path).findings)


class TestFiles:
    def test_where_no_permissions_are_kept_none_are_asked_for(self, casebook, monkeypatch):
        for path in (casebook / "vault").rglob("*"):
            path.chmod(0o700)
        assert len(verify_casebook(casebook).findings) == 3
        monkeypatch.setattr(verify, "_keeps_modes", lambda folder: False)
        assert verify_casebook(casebook).findings == ()

    @pytest.mark.parametrize(("kind", "keeps"), [("vfat", False), ("ext4", True)])
    def test_the_file_system_says_whether_it_keeps_permissions(self, tmp_path, monkeypatch, kind, keeps):
        folder = tmp_path / "a stick"
        folder.mkdir()
        place = str(folder.resolve()).replace(" ", "\\040")
        lines = f"none / tmpfs rw 0 0\n/dev/sdb1 {place} {kind} rw 0 0\n"
        monkeypatch.setattr(Path, "read_text", lambda path, **given: lines)
        assert verify._keeps_modes(folder) is keeps

    def test_a_system_that_does_not_tell_keeps_permissions(self, tmp_path, monkeypatch):
        def refuse(path, **given):
            raise OSError(2, "No such file")

        monkeypatch.setattr(Path, "read_text", refuse)
        assert verify._keeps_modes(tmp_path)

    def test_the_page_of_a_report_is_known_by_the_event_of_its_issue(self, casebook):
        page = b"<!DOCTYPE html>"
        stated = {"html_sha256": hashlib.sha256(page).hexdigest(), "html_size_bytes": len(page)}
        with opened(casebook) as store:
            case = store.cases()[0].case_number
            path = casebook.parent / "later.pdf"
            path.write_bytes(b"%PDF later")
            store.add_report(case_id=case, report_number="R7", path=path, stated=stated)
        for name in ("R7.html", "copy.html"):
            (casebook / "reports" / name).write_bytes(page)
        (casebook / "reports" / "R1.html").write_bytes(b"<!DOCTYPE")
        result = verify_casebook(casebook)
        assert not result.findings
        assert [each for each in result.notes if "reports/" in each] == [
            "reports/R1.html is not an issued report.",
            "reports/copy.html is an issued report under another name.",
        ]
        (casebook / "reports" / "R7.html").write_bytes(b"<!doctype html>")
        assert verify_casebook(casebook).findings == (
            "reports/R7.html is not the report R7 that was issued.",
        )

    def test_files_of_an_imported_pack_are_compared_with_its_manifest(self, casebook):
        pack = casebook / "packs" / "house"
        (pack / "unet").mkdir(parents=True)
        texts = {"LICENCE.txt": "licence", "unet/model.safetensors": "weights"}
        for name, text in texts.items():
            (pack / name).write_text(text)
        listed = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
        (pack / "pack.json").write_text(json.dumps({"files": {**listed}}))
        digest = digest_of(pack / "pack.json")
        with opened(casebook) as store:
            store.record_event(
                "pack_imported", object_type="pack", object_id="house", details={"pack_sha256": digest}
            )
        result = verify_casebook(casebook)
        assert (result.findings, [each for each in result.notes if "pack" in each]) == ((), [])
        weights = pack / "unet" / "model.safetensors"
        altered = (
            "The file unet/model.safetensors of the pack packs/house is not the one that was imported.",
        )

        def pipe():
            os.mkfifo(weights)

        def link():
            (pack / "elsewhere").write_text("weights")
            weights.symlink_to(pack / "elsewhere")

        for change in (pipe, link, lambda: weights.write_text("Weights"), lambda: None):
            weights.unlink(missing_ok=True)
            change()
            assert verify_casebook(casebook).findings == altered
        assert (
            "packs/house/elsewhere is no file of the pack that was imported."
            in verify_casebook(casebook).notes
        )
        shutil.rmtree(pack)
        result = verify_casebook(casebook)
        assert result.findings == ()
        assert f"The pack {digest[:16]}… that was imported is not in packs/ any more." in result.notes

    def test_issued_reports_and_packs_in_use_are_not_noted(self, casebook):
        sha256 = rows(casebook, "SELECT sha256 FROM report")[0][0]
        shutil.copy(casebook / "vault" / sha256[:2] / sha256, casebook / "reports" / "R1.pdf")
        (casebook / "reports" / "R1.txt").write_bytes(b"other")
        shutil.copy(casebook / "reports" / "R1.pdf", casebook / "reports" / "R2.pdf")
        (casebook / "reports" / "draft.pdf").write_bytes(b"draft")
        for name in ("used", "imported", "none", "unknown"):
            (casebook / "packs" / name).mkdir()
            (casebook / "packs" / name / "LICENCE.txt").write_text(name)
            listed = {"LICENCE.txt": hashlib.sha256(name.encode()).hexdigest()}
            text = "none" if name == "none" else json.dumps({"files": listed})
            (casebook / "packs" / name / "pack.json").write_text(text)
        used, imported = (digest_of(casebook / "packs" / name / "pack.json") for name in ("used", "imported"))
        with opened(casebook) as store:
            store.accept_licence(pack_name="used", pack_sha256=used, licence_sha256="b" * 64)
            store.record_event(
                "pack_imported", object_type="pack", object_id="imported", details={"pack_sha256": imported}
            )
        result = verify_casebook(casebook)
        assert result.findings == ("reports/R1.txt is not the report R1 that was issued.",)
        assert [each for each in result.notes if "packs/" in each or "reports/" in each] == [
            "reports/R2.pdf is an issued report under another name.",
            "reports/draft.pdf is not an issued report.",
            "No record names the pack packs/none.",
            "No record names the pack packs/unknown.",
            f"The pack packs/used ({used[:16]}…) was put into the folder without an import, and a licence was "
            f"accepted for it or a run used it: whoever could write to the folder may have made it.",
        ]
