"""Nothing is signed that was not verified: opening, memory, introduced keys, an administrator's decision."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from forensic_app.custody import SigningKey
from forensic_app.errors import CasebookDisputed, CustodyChainBroken, StoreUnavailable
from forensic_app.records import CaseKind, CaseStatus
from forensic_app.store import index_check
from forensic_app.store.case_store import CaseStore
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.opening import accepted, disputed
from forensic_app.store.recording import CHANGES, CREATIONS
from forensic_app.verify import ACCEPTED, LOG_VERSION, verify_casebook
from forensic_app.verify import CHANGES as VERIFIER_CHANGES
from forensic_app.verify import CREATIONS as VERIFIER_CREATIONS


@pytest.fixture
def heads(tmp_path):
    return KnownHeads(tmp_path / "home")


@pytest.fixture
def closed(store, case, folder):
    """A casebook with a case, closed."""
    store.close()
    return folder


def edit(folder, *statements):
    """Change the database as another program would, with the triggers taken away meanwhile."""
    with closing(sqlite3.connect(folder / "casebook.db", isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


SOURCE = "UPDATE \"case\" SET title = 'Solved'"


class TestRules:
    def test_the_verifier_knows_the_events_of_the_store(self):
        assert {action: kind for action, (kind, _) in VERIFIER_CREATIONS.items()} == dict(CREATIONS)
        assert dict(CHANGES) == VERIFIER_CHANGES

    def test_a_change_names_the_columns_as_they_were(self, store, case):
        store.close_case(case.case_id, "Found")
        event = store.events()[-1]
        assert event.details["record_before"] == {"status": "open"}
        assert "record_before" not in store.events()[-2].details

    def test_a_change_without_an_event_takes_everything_back(self, store, case):
        from forensic_app.store.tables import CaseRow

        def change():
            with store._writing() as session:
                session.get(CaseRow, case.case_id).title = "Other"

        with pytest.raises(RuntimeError, match="without a custody event"):
            change()
        assert store.case(case.case_id).title == case.title

    @pytest.mark.parametrize(
        ("action", "message"),
        [("case_closed", "may not change"), ("run_started", "may not make or change")],
    )
    def test_an_event_changes_its_own_columns_alone(self, store, case, action, message):
        from forensic_app.store.tables import CaseRow

        def change():
            with store._writing() as session:
                row = session.get(CaseRow, case.case_id)
                row.title = "Other"
                store._append_change(session, action, row, case_id=case.case_id)

        with pytest.raises(RuntimeError, match=message):
            change()

    def test_a_record_that_another_program_changed_is_neither_read_nor_confirmed(self, store, case, folder):
        edit(folder, SOURCE)
        before = store.events()
        with pytest.raises(CustodyChainBroken, match="case C-0001 was changed by another program while"):
            store.close_case(case.case_id, "Found")
        with pytest.raises(CustodyChainBroken, match="case C-0001 was changed by another program while"):
            store.case(case.case_id)
        assert store.events() == before
        with CaseStore.open(folder, examiner="", read_only=True) as reader:
            assert reader.case(case.case_id).status is CaseStatus.OPEN

    def test_a_record_that_another_program_made_is_not_confirmed(self, store, case, folder):
        edit(
            folder,
            "INSERT INTO \"case\" SELECT 'C-0002', 'N-2', title, kind, status, agency, authorization, created_at, "
            'NULL FROM "case"',
        )
        with pytest.raises(CustodyChainBroken, match="case C-0002 was changed by another program while"):
            store.close_case("C-0002", "Found")

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM custody_event WHERE sequence = (SELECT max(sequence) FROM custody_event)",
            "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
            "UPDATE custody_event SET sha256 = previous_sha256 "
            "WHERE sequence = (SELECT max(sequence) FROM custody_event)",
        ],
    )
    def test_nothing_is_added_to_a_log_that_another_program_wrote_to(self, store, case, folder, statement):
        edit(folder, statement)
        with CaseStore.open(folder, examiner="", read_only=True) as reader:
            before = reader.checkpoints()
            with pytest.raises(CustodyChainBroken, match="changed by another program while it was open"):
                store.record_event("case_viewed", object_type="case", object_id=case.case_id)
            assert reader.checkpoints() == before


class TestOpening:
    def test_a_casebook_says_from_where_on_events_are_signed_singly(self, store):
        assert store.events()[0].details["log_version"] == LOG_VERSION

    def test_a_changed_record_makes_it_read_only(self, closed, key):
        edit(closed, SOURCE)
        before = (closed / "casebook.db").read_bytes()
        with pytest.raises(CasebookDisputed, match="can only be read: The record of case C-0001") as caught:
            CaseStore.open(closed, examiner="A. Doe", key=key)
        assert "casebook accept --reason" in caught.value.advice
        (finding,) = caught.value.findings
        assert finding.startswith(
            "The record of case C-0001 was changed after custody event 4: its SHA-256 is "
        )
        assert (closed / "casebook.db").read_bytes() == before
        assert "case C-0001" in disputed(closed, key=None, heads=None)
        with CaseStore.open(closed, examiner="", read_only=True) as reader:
            assert reader.case("C-0001").title == "Solved"

    def test_what_was_accepted_is_told_apart_from_what_was_not(self, closed, key, heads, tmp_path):
        assert accepted(tmp_path / "none", key=key, heads=None) == ()
        edit(closed, SOURCE)
        assert accepted(closed, key=key, heads=heads) == ()
        with CaseStore.open(closed, examiner="A. Doe", key=key, heads=heads, accepting="It is known"):
            pass
        (sentence,) = accepted(closed, key=key, heads=heads)
        assert sentence.startswith("The record of case C-0001 was changed")
        found = verify_casebook(closed, introduced_keys=(key.public_key_hex,)).findings
        assert sentence in found

    def test_many_findings_are_counted(self, closed, key):
        edit(
            closed,
            SOURCE,
            "DELETE FROM search_index",
            "UPDATE examiner SET organisation = 'x'",
            "UPDATE alembic_version SET version_num = '2026_11_27'",
            "UPDATE meta SET created_by_version = 'x'",
        )
        with pytest.raises(CasebookDisputed, match="There are 2 further findings"):
            CaseStore.open(closed, examiner="A. Doe", key=key)

    def test_an_unknown_key_can_only_read(self, closed):
        other = SigningKey.generate()
        with pytest.raises(CasebookDisputed, match="does not know the signing key") as caught:
            CaseStore.open(closed, examiner="B. Roe", key=other)
        assert other.public_key_hex in caught.value.advice

    def test_files_without_a_log_are_not_taken_for_a_new_casebook(self, folder, key):
        sha256 = "ab" + "0" * 62
        (folder / "vault" / "ab").mkdir(parents=True)
        (folder / "vault" / "ab" / sha256).write_bytes(b"x")
        with pytest.raises(StoreUnavailable, match="holds no log"):
            CaseStore.open(folder, examiner="A. Doe", key=key)

    def test_a_search_index_that_was_altered_is_made_anew_and_recorded(self, closed, key):
        edit(closed, "UPDATE search_index SET words = 'nothing'")
        with CaseStore.open(closed, examiner="A. Doe", key=key) as store:
            assert store.events()[-1].action == "search_index_rebuilt"
            assert [hit.case.case_id for hit in store.search("missing")] == ["C-0001"]
        with CaseStore.open(closed, examiner="A. Doe", key=key) as store:
            assert store.events()[-1].action == "search_index_rebuilt"
            assert len([each for each in store.events() if each.action == "search_index_rebuilt"]) == 1
        assert verify_casebook(closed).findings == ()

    def test_removed_cases_are_not_expected_in_the_index(self, store, case):
        store.add_subject(case=case.case_id, name="Ana")
        store.remove("case", case.case_id, "Entered twice")
        with store._writing() as session:
            assert not index_check.rebuild_if_altered(session)
        assert verify_casebook(store.folder).findings == ()


class TestMemory:
    def test_the_newest_head_is_kept_outside_the_casebook(self, folder, key, heads):
        with CaseStore.create(folder, examiner="A. Doe", key=key, heads=heads) as store:
            store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
            origin = store.checkpoint().note.partition("\n")[0]
            assert heads.note(origin) == store.checkpoint().note
        assert len(list(heads.folder.iterdir())) == 2
        assert all(each.stat().st_mode & 0o077 == 0 for each in heads.folder.iterdir())

    def test_an_older_copy_is_recognised(self, folder, key, heads, tmp_path):
        CaseStore.create(folder, examiner="A. Doe", key=key, heads=heads).close()
        older = shutil.copytree(folder, tmp_path / "older")
        with CaseStore.open(folder, examiner="A. Doe", key=key, heads=heads) as store:
            store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        with pytest.raises(CasebookDisputed, match=r"older copy .* saw it with 4 custody events"):
            CaseStore.open(older, examiner="A. Doe", key=key, heads=heads)
        assert verify_casebook(older).findings == ()
        assert len(verify_casebook(older, remembered=heads.note).findings) == 1

    def test_a_copy_that_went_another_way_is_recognised(self, folder, key, heads, tmp_path):
        CaseStore.create(folder, examiner="A. Doe", key=key, heads=heads).close()
        other = shutil.copytree(folder, tmp_path / "other")
        for each, memory in ((folder, heads), (other, None)):
            with CaseStore.open(each, examiner="A. Doe", key=key, heads=memory) as store:
                store.create_case(number=each.name, title="", kind=CaseKind.COLD_CASE)
        with pytest.raises(CasebookDisputed, match="not the casebook that this workstation knows"):
            CaseStore.open(other, examiner="A. Doe", key=key, heads=heads)

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "[" * 9000, '{"origin": "x", "note": "y"}', '{"note": 1}']
    )
    def test_a_memory_that_cannot_be_read_is_none(self, folder, key, heads, text):
        with CaseStore.create(folder, examiner="A. Doe", key=key, heads=heads) as store:
            origin = store.checkpoint().note.partition("\n")[0]
        for kept in heads.folder.iterdir():
            kept.write_text(text)
        assert heads.note(origin) is None
        CaseStore.open(folder, examiner="A. Doe", key=key, heads=heads).close()

    def test_names_of_logs_are_no_file_names(self, heads):
        for number, origin in enumerate(("a/../..", "x/y", "y", "../y")):
            heads.keep(origin, f"note {number}")
        assert [heads.note(each) for each in ("a/../..", "x/y", "y", "../y")] == [
            f"note {n}" for n in range(4)
        ]
        assert {each.parent for each in heads.home.rglob("*.json")} == {heads.folder}

    def test_a_home_that_cannot_be_written_leaves_the_casebook_usable(self, folder, key, tmp_path):
        (tmp_path / "home").write_text("a file")
        with CaseStore.create(
            folder, examiner="A. Doe", key=key, heads=KnownHeads(tmp_path / "home")
        ) as store:
            store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        assert verify_casebook(folder).findings == ()


class TestDecisions:
    def test_an_administrator_goes_on_and_it_is_told_ever_after(self, closed, key, heads):
        edit(closed, SOURCE)
        with CaseStore.open(
            closed, examiner="C. Chief", key=key, heads=heads, accepting="No backup"
        ) as store:
            event = next(each for each in store.events() if each.action == ACCEPTED)
            assert event.details["reason"] == "No backup"
            (finding,) = event.details["findings"]
            assert finding.startswith("The record of case C-0001 was changed after custody event 4: ")
        with CaseStore.open(closed, examiner="A. Doe", key=key, heads=heads) as store:
            store.create_case(number="2", title="", kind=CaseKind.COLD_CASE)
        result = verify_casebook(closed)
        assert result.findings == (finding,)
        assert any(
            "C. Chief went on although 1 findings were known: No backup" in each for each in result.notes
        )
        edit(closed, "UPDATE examiner SET organisation = 'x' WHERE examiner_id = 'X-0001'")
        with pytest.raises(CasebookDisputed, match="examiner X-0001"):
            CaseStore.open(closed, examiner="A. Doe", key=key, heads=heads)

    def test_events_without_a_signature_stay_findings_when_they_are_accepted(self, closed, key):
        edit(closed, "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)")
        unsigned = "Events 4 to 4 were written without a signature."
        assert verify_casebook(closed).findings == (unsigned,)
        CaseStore.open(closed, examiner="A. Doe", key=key, accepting="Known fault").close()
        assert verify_casebook(closed).findings == (unsigned,)
        CaseStore.open(closed, examiner="A. Doe", key=key).close()

    def test_a_lost_key_is_replaced_by_a_decision_and_named_elsewhere(self, closed):
        other = SigningKey.generate()
        with CaseStore.open(closed, examiner="A. Doe", key=other, accepting="The old disk failed") as store:
            store.create_case(number="2", title="", kind=CaseKind.COLD_CASE)
        CaseStore.open(closed, examiner="A. Doe", key=other).close()
        finding = "and no earlier key introduced it"
        assert any(finding in each for each in verify_casebook(closed).findings)
        assert verify_casebook(closed, introduced_keys=[other.public_key_hex]).findings == ()

    def test_a_decision_where_nothing_is_wrong_is_no_event(self, closed, key):
        CaseStore.open(closed, examiner="A. Doe", key=key, accepting="Nothing").close()
        with CaseStore.open(closed, examiner="", read_only=True) as reader:
            assert ACCEPTED not in {event.action for event in reader.events()}

    def test_an_introduced_key_signs_and_verifies(self, store, case, folder):
        other = SigningKey.generate()
        store.introduce_key(other.public_key_hex)
        store.close()
        with CaseStore.open(folder, examiner="B. Roe", key=other) as again:
            again.close_case(case.case_id, "Found")
        assert verify_casebook(folder).findings == ()


class TestVersion1:
    def test_an_upgraded_log_says_what_it_was(self, tmp_path, key):
        import gzip
        from pathlib import Path

        kept = Path(__file__).parent.parent / "migrations" / "data" / "casebook_2026_11_27.db.gz"
        (tmp_path / "casebook.db").write_bytes(gzip.decompress(kept.read_bytes()))
        edit(tmp_path, "DELETE FROM checkpoint WHERE size > 14")
        found = verify_casebook(tmp_path)
        assert any("The last 2 events are chained but bear no signature" in each for each in found.findings)
        assert any("log is of version 1" in each for each in found.notes)
        strict = verify_casebook(tmp_path, trusted_keys=[key.public_key_hex])
        assert any("log is of version 1" in each for each in strict.findings)
        with pytest.raises(CasebookDisputed, match="2 events are chained but bear no signature"):
            CaseStore.open(tmp_path, examiner="A. Doe", key=key)
        CaseStore.open(tmp_path, examiner="A. Doe", key=key, accepting="The disk failed").close()
        result = verify_casebook(tmp_path)
        assert all("missing from the vault" in each for each in result.findings)
        told = "signed singly from event 17 on; before it the log is of version 1; events 15 to 16 bore no signature"
        assert any(told in each for each in result.notes)
        edit(tmp_path, "DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint)")
        assert any(
            "checkpoints of version 1 are not those" in each for each in verify_casebook(tmp_path).findings
        )
