"""Reports and the custody log in the store."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError

from forensic_app.custody import note_sha256, verify_chain
from forensic_app.errors import (
    DuplicateRecord,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.records import CaseKind
from forensic_app.store import database
from forensic_app.store.case_store import CaseStore
from forensic_app.store.opening import Opened
from forensic_app.verify import verify_casebook


def actions(store, case_id=None):
    return [event.action for event in store.events(case_id)]


class TestReports:
    @pytest.fixture
    def pdf(self, tmp_path):
        path = tmp_path / "report.pdf"
        path.write_bytes(b"%PDF-1.7 report")
        return path

    def test_a_report_is_kept_in_the_vault_and_stays_where_it_was(self, store, case, pdf, folder):
        number = store.next_report_number(case.case_id)
        report = store.add_report(case_id=case.case_id, report_number=number, path=pdf)
        assert number == "MP-2026-001-REP-01"
        assert store.next_report_number(case.case_id) == "MP-2026-001-REP-02"
        assert store.vault.read_verified(report.sha256) == pdf.read_bytes()
        assert store.reports(case.case_id) == [report]
        assert store.events()[-1].details["sha256"] == report.sha256
        assert store.checkpoints()[-1].size == store.events()[-1].sequence
        assert verify_casebook(folder).is_intact

    def test_a_revised_report_says_why_and_keeps_the_old_one(self, store, case, pdf, tmp_path):
        first = store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        pdf.write_bytes(b"%PDF-1.7 revised")
        with pytest.raises(InvalidInput, match="reason"):
            store.add_report(case_id=case.case_id, report_number="R2", path=pdf, supersedes="R1")
        second = store.add_report(
            case_id=case.case_id, report_number="R2", path=pdf, supersedes="R1", reason="Wrong date"
        )
        assert (second.supersedes, second.reason) == (first.report_id, "Wrong date")
        assert store.reports(case.case_id) == [first, second]

    def test_bad_reports_are_refused(self, store, case, pdf, tmp_path):
        store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        with pytest.raises(DuplicateRecord, match="R1"):
            store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        with pytest.raises(RecordNotFound, match="R9"):
            store.add_report(case_id=case.case_id, report_number="R2", path=pdf, supersedes="R9", reason="x")
        with pytest.raises(InvalidInput, match="There is no file"):
            store.add_report(case_id=case.case_id, report_number="R2", path=tmp_path / "no.pdf")


class TestLog:
    def test_every_event_follows_the_one_before(self, store, case, receive):
        receive(case.case_id)
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_an_event_holds_who_when_and_the_local_offset(self, store, case):
        event = store.record_event(
            "exhibit_viewed", object_type="exhibit", object_id="E-0001", case_id="MP-2026-001",
            details={"purpose": "comparison"},
        )  # fmt: skip
        assert (event.examiner, event.case_id) == ("A. Doe", case.case_id)
        assert event.details["purpose"] == "comparison"
        assert datetime.strptime(event.details["utc_offset"], "%z")
        assert store.events()[-1] == event

    def test_a_record_event_names_the_digest_of_the_whole_row(self, store, case, folder):
        connection = sqlite3.connect(folder / "casebook.db")
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute('SELECT * FROM "case"').fetchone())
        connection.close()
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert store.events()[-1].details["record_sha256"] == hashlib.sha256(text.encode()).hexdigest()

    @pytest.mark.parametrize("details", [{"record_sha256": "x"}, {"utc_offset": "x"}, {"value": object()}])
    def test_details_that_would_mislead_are_refused_and_nothing_is_written(self, store, details):
        before = store.events()
        with pytest.raises(ValueError, match=r"."):
            store.record_event("viewed", object_type="case", object_id="C-0001", details=details)
        assert store.events() == before

    def test_events_of_a_case_and_the_newest_ones(self, store, case):
        store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        assert actions(store, "MP-2026-001") == ["case_created"]
        assert [event.sequence for event in store.events(limit=2)] == [4, 5]
        with pytest.raises(RecordNotFound):
            store.events("C-0009")

    def test_every_transaction_ends_with_a_head_that_names_the_one_before(self, store, case):
        before = store.checkpoint()
        event = store.record_event("case_viewed", object_type="case", object_id=case.case_id)
        head = store.checkpoint()
        assert (head.size, head.created_at, head.key_id) == (
            event.sequence, event.occurred_at, store.key_id,
        )  # fmt: skip
        assert f"previous {note_sha256(before.note)}\n" in head.note
        assert [each.size for each in store.checkpoints()][-2:] == [before.size, event.sequence]

    def test_what_writes_no_event_signs_nothing(self, store, case):
        before = store.checkpoints()
        with store._writing():
            pass
        assert store.checkpoints() == before

    def test_a_failure_after_the_event_takes_the_event_back_too(self, store, case):
        def write_and_fail():
            with store._writing() as session:
                store._append(session, "case_viewed", object_type="case", object_id=case.case_id)
                session.connection().exec_driver_sql("DELETE FROM meta")

        before = store.events()
        with pytest.raises(IntegrityError):
            write_and_fail()
        assert store.events() == before

    def test_writing_from_several_threads_keeps_the_chain(self, store, case):
        def write(number):
            for each in range(5):
                store.record_event("case_viewed", object_type="case", object_id=f"{number}-{each}")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert actions(store).count("case_viewed") == 20
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_misuse_of_the_helpers_is_an_error_of_ours(self, store):
        key, store._key = store._key, None
        try:
            with pytest.raises(RuntimeError, match="signing key"), store._writing() as session:
                store._append(session, "case_viewed", object_type="case", object_id="C-0001")
            with pytest.raises(RuntimeError, match="signing key"), store._writing() as session:
                store._begin(session, database.Upgrade(None, ""), Opened(store._log_end), accepting=None)
        finally:
            store._key = key

    def test_an_empty_log_has_no_checkpoint(self, folder, key, clock):
        folder.mkdir()
        database.upgrade(folder, moment=clock())
        store = CaseStore(folder, examiner="A. Doe", key=key, clock=clock, is_read_only=False)
        assert store.checkpoint() is None
        store._release()
