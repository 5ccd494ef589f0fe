"""What is changed, hidden or set back while a casebook is open is not read, however it is put back afterwards."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing, contextmanager

import index_attacks
import numpy as np
import pytest
from attacks import shell
from verify_samples import KEY

from forensic_app.errors import CasebookDisputed, CustodyChainBroken, DuplicateRecord, InvalidInput
from forensic_app.gallery_files import GalleryFace, MadeWith
from forensic_app.messages import EngineResult, OutputAdapter
from forensic_app.records import CaseKind, ConsentPurpose, Kinship, NoteKind, RunSpec, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.store.known_log import known_keys
from forensic_app.store.tables import RECORD_TABLES
from forensic_app.verify import OWNERS, UNCASED, verify_casebook

MADE_WITH = MadeWith("dlib", "1", {"recognition": "a" * 64})


@pytest.fixture
def opened(casebook, heads, tmp_path):
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.decide("D-000001", is_accepted=False, reason="Broken mouth")
        store.change_subject("S-0001", reason="Typing error", name="Ana Correct")
        learn(store, tmp_path / "adapter.safetensors")
        queue(store)
        store.create_gallery("Known", made_with=MADE_WITH, pack_name="", embedding_size=4)
        enrol(store, "Ana")
        enrol(store, "Juan")
        store.remove_gallery_faces("G-0001", subject="0" * 16, faces=["GB-000001-000"], reason="Found alive")
        consent(store)
        store.add_image_note("E-0001", kind=NoteKind.NOTE, points=[[1, 1]], text="A scar")
        yield store


def consent(store):
    mother = store.add_subject(case="C-0001", name="Her mother")
    store.record_relationship(
        "S-0001", relative_id=mother.subject_id, kinship=Kinship.MOTHER, source="Register"
    )
    for subject_id in ("S-0001", mother.subject_id):
        store.record_consent(
            subject_id,
            purpose=ConsentPurpose.RELATIVES,
            given_by="Herself",
            scope="All",
            valid_until="2099-12-31",
        )
    store.withdraw_consent("CN-0002", reason="By letter")


def queue(store):
    exhibit = store.exhibit("E-0001")
    spec = RunSpec("aging", "1", "E-0001", exhibit.sha256, {"ages": [30.0]}, "demo", "a" * 64, "dlib")
    return store.queue_run(case_id="C-0001", spec=spec)


def learn(store, path):
    path.write_bytes(b"weights")
    run = queue(store)
    store.start_run(run.run_id, environment={})
    digest = hashlib.sha256(b"weights").hexdigest()
    store.complete_run(
        run.run_id, result=EngineResult((), {}, {}, {}, adapter=OutputAdapter(path, {}, digest))
    )


def enrol(store, name):
    file = store.vault.import_bytes(name.encode())
    face = GalleryFace(
        "0" * 16, name, "1971", "1990", "Register", "a.jpg", file.sha256, file.size_bytes, (0.0, 0.0, 9.0, 9.0), 1,
        19.0, "stated",
    )  # fmt: skip
    return store.add_gallery_batch("known", MADE_WITH, [face], np.ones((1, 4), np.float32))


@contextmanager
def meanwhile(casebook, *statements):
    """Have the database be another one for a moment: a copy of its pages is put back afterwards."""
    with closing(sqlite3.connect(":memory:")) as kept:
        with closing(sqlite3.connect(casebook / "casebook.db")) as connection:
            connection.backup(kept)
        with shell(casebook) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            for statement in statements:
                connection.execute(statement)
        yield
        with closing(sqlite3.connect(casebook / "casebook.db")) as connection:
            kept.backup(connection)


MOMENTS = {
    "a decision turned round": (
        "UPDATE custody_event SET action = 'image_accepted' WHERE action = 'image_rejected'",
        lambda store: store.decisions("R-0001"),
    ),
    "another reason": (
        "UPDATE custody_event SET canonical = replace(canonical, 'Broken mouth', 'Likeness')",
        lambda store: store.decisions("R-0001"),
    ),
    "no JSON": (
        "UPDATE custody_event SET canonical = '{' WHERE action = 'image_rejected'",
        lambda store: store.events(),
    ),
    "a decision hidden": (
        "DELETE FROM custody_event WHERE action = 'image_rejected'",
        lambda store: store.decisions("R-0001"),
    ),
    "a decision about another image": (
        "UPDATE custody_event SET object_id = 'D-000002' WHERE action = 'image_rejected'",
        lambda store: store.decisions("R-0001"),
    ),
    "another examiner": (
        "UPDATE custody_event SET examiner = 'B. Roe' WHERE sequence = 5",
        lambda store: store.events("C-0001"),
    ),
    "another time": (
        "UPDATE custody_event SET occurred_at = '2001-01-01T00:00:00.000000Z' WHERE sequence = 5",
        lambda store: store.event_page(limit=100),
    ),
    "an amendment hidden": (
        "DELETE FROM custody_event WHERE action = 'subject_changed'",
        lambda store: store.amendments("subject", "S-0001"),
    ),
    "an event added": (
        "INSERT INTO custody_event SELECT sequence + 1, action, occurred_at, examiner, case_id, object_type, "
        "object_id, previous_sha256, sha256, canonical FROM custody_event ORDER BY sequence DESC LIMIT 1",
        lambda store: store.event_page(limit=1),
    ),
    "an event of the case hidden": (
        "UPDATE custody_event SET case_id = 'C-0002' WHERE action = 'exhibit_received'",
        lambda store: store.event_page("C-0001"),
    ),
    "a head changed": (
        "UPDATE checkpoint SET root_sha256 = sha256 FROM custody_event WHERE sequence = size",
        lambda store: store.checkpoint(),
    ),
    "a head hidden": (
        "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
        lambda store: store.checkpoint(),
    ),
    "all heads hidden": ("DELETE FROM checkpoint", lambda store: store.checkpoints()),
    "an exhibit hidden": ("DELETE FROM exhibit", lambda store: store.exhibits("C-0001")),
    "an exhibit of another case": (
        "UPDATE exhibit SET case_id = 'C-0002'",
        lambda store: store.exhibits("C-0001", include_removed=True),
    ),
    "a subject hidden": ("DELETE FROM subject", lambda store: store.subjects("C-0001")),
    "a subject that is asked for hidden": ("DELETE FROM subject", lambda store: store.subject("S-0001")),
    "a run hidden": ("DELETE FROM run", lambda store: store.runs("C-0001")),
    "a derived image hidden": ("DELETE FROM derived_image", lambda store: store.derived_images("R-0001")),
    "a decided image hidden": ("DELETE FROM derived_image", lambda store: store.decisions("R-0001")),
    "a report hidden": ("DELETE FROM report", lambda store: store.reports("C-0001")),
    "a report not counted": ("DELETE FROM report", lambda store: store.next_report_number("C-0001")),
    "a key hidden": ("DELETE FROM signing_key", lambda store: store.public_keys()),
    "the casebook's own record hidden": ("DELETE FROM meta", lambda store: store.casebook_id),
    "a case that is asked for hidden": ('DELETE FROM "case"', lambda store: store.case("mp-2026-001")),
    "a case that is asked for by its identifier hidden": (
        'DELETE FROM "case"',
        lambda store: store.case("C-0001"),
    ),
    "an exhibit that is asked for hidden": ("DELETE FROM exhibit", lambda store: store.exhibit("E-0001")),
    "bytes that were received hidden": (
        "DELETE FROM exhibit",
        lambda store: store.exhibit_by_sha256(hashlib.sha256(b"photograph" * 100).hexdigest()),
    ),
    "bytes that were received called removed": (
        "UPDATE exhibit SET tombstone_reason = 'Wrong person'",
        lambda store: store.exhibit_by_sha256(hashlib.sha256(b"photograph" * 100).hexdigest()),
    ),
    "a run of all hidden": ("DELETE FROM run WHERE run_id = 'R-0001'", lambda store: store.runs()),
    "a run that waits hidden": (
        "DELETE FROM run WHERE run_id = 'R-0003'",
        lambda store: store.next_queued_run(),
    ),
    "a run that waits called cancelled": (
        "UPDATE run SET status = 'cancelled' WHERE run_id = 'R-0003'",
        lambda store: store.next_queued_run(),
    ),
    "an adapter hidden": ("DELETE FROM adapter", lambda store: store.adapters(subject_id="S-0001")),
    "an adapter that is asked for hidden": ("DELETE FROM adapter", lambda store: store.adapter("A-0001")),
    "weights that are asked for hidden": (
        "DELETE FROM adapter",
        lambda store: store.adapter(hashlib.sha256(b"weights").hexdigest()),
    ),
    "an accepted licence hidden": (
        "DELETE FROM licence_acceptance",
        lambda store: store.is_licence_accepted("a" * 64),
    ),
    "a gallery hidden": ("DELETE FROM gallery", lambda store: store.galleries()),
    "a gallery that is asked for hidden": ("DELETE FROM gallery", lambda store: store.gallery("KNOWN")),
    "a batch hidden": (
        "DELETE FROM gallery_batch WHERE gallery_batch_id = 'GB-000002'",
        lambda store: store.gallery_batches("G-0001"),
    ),
    "all batches hidden": ("DELETE FROM gallery_batch", lambda store: store.gallery_batches("G-0001")),
    "a removal hidden": ("DELETE FROM gallery_removal", lambda store: store.gallery_removals("G-0001")),
    "a consent hidden": ("DELETE FROM consent", lambda store: store.consents("C-0001")),
    "a consent that is asked for hidden": ("DELETE FROM consent", lambda store: store.consent("CN-0001")),
    "a consent that holds hidden": (
        "DELETE FROM consent WHERE consent_id = 'CN-0001'",
        lambda store: store.consent_that_holds("S-0001", ConsentPurpose.RELATIVES),
    ),
    "a withdrawn consent that holds again": (
        "UPDATE consent SET withdrawn_at = NULL",
        lambda store: store.consent_that_holds("S-0002", ConsentPurpose.RELATIVES),
    ),
    "a relative hidden": ("DELETE FROM relationship", lambda store: store.relationships("S-0001")),
    "a note on a picture hidden": ("DELETE FROM image_note", lambda store: store.image_notes("C-0001")),
    "a subject that is disclosed hidden": (
        "DELETE FROM subject",
        lambda store: store.stored_records("C-0001"),
    ),
    "an image that is disclosed hidden": (
        "DELETE FROM derived_image",
        lambda store: store.stored_records("C-0001"),
    ),
    "an earlier state": ("UPDATE subject SET name = 'Ana Núñez'", lambda store: store.subject("S-0001")),
}
"""What is done to the database, and who reads it meanwhile."""


@pytest.mark.parametrize("name", MOMENTS)
def test_what_is_otherwise_for_a_moment_is_not_read(casebook, opened, name):
    statement, read = MOMENTS[name]
    before = read(opened)
    with (
        meanwhile(casebook, statement),
        pytest.raises(CustodyChainBroken, match=r"while (the casebook|it) was open"),
    ):
        read(opened)
    assert read(opened) == before
    assert verify_casebook(casebook).findings == ()


WRITERS = {
    "a batch is numbered": ("DELETE FROM gallery_batch", lambda store: enrol(store, "Eva")),
    "a licence is accepted": (
        "DELETE FROM licence_acceptance",
        lambda store: store.accept_licence(pack_name="demo", pack_sha256="a" * 64, licence_sha256="b" * 64),
    ),
    "a case number is given": (
        'DELETE FROM "case"',
        lambda store: store.create_case(number="mp-2026-001", title="Another", kind=CaseKind.COLD_CASE),
    ),
    "a gallery is named": (
        "DELETE FROM gallery",
        lambda store: store.create_gallery("known", made_with=MADE_WITH, pack_name="", embedding_size=4),
    ),
    "an exhibit number is given": (
        "DELETE FROM exhibit",
        lambda store: store.check_exhibit(
            case="C-0001", subject_id=None, source="", received_how="", photo_date="", age_at_photo=None,
            exhibit_number="E-0001",
        ),
    ),
    "a report number is given": (
        "DELETE FROM report",
        lambda store: store.add_report(case_id="C-0001", report_number="R1", path=store.folder / "casebook.lock"),
    ),
    "a case is removed": ("DELETE FROM subject", lambda store: store.remove("case", "C-0001", "Made twice")),
}  # fmt: skip
"""What is hidden, and who would write otherwise for it."""


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_is_signed_on_what_is_hidden(casebook, opened, name):
    statement, write = WRITERS[name]
    before = opened.events()
    with (
        meanwhile(casebook, statement),
        pytest.raises(CustodyChainBroken, match=r"while (the casebook|it) was open"),
    ):
        write(opened)
    assert opened.events() == before
    assert verify_casebook(casebook).findings == ()


@pytest.mark.parametrize("table", ["meta", "examiner", "case", "subject"])
def test_nothing_is_begun_anew_between_the_check_and_the_first_event(casebook, heads, monkeypatch, table):
    from forensic_app.store import case_store

    upgrade = case_store.upgrade

    def attacked(*given, **options):
        with shell(casebook) as connection:
            connection.execute(f'DELETE FROM "{table}"')
        return upgrade(*given, **options)

    monkeypatch.setattr(case_store, "upgrade", attacked)
    count = "SELECT count(*) FROM custody_event"
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection:
        before = connection.execute(count).fetchone()
    with pytest.raises(CustodyChainBroken, match="while it was open"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection:
        assert connection.execute(count).fetchone() == before


def test_every_kind_of_record_is_hidden_here():
    hidden = {
        table.strip('"')
        for statement, _ in MOMENTS.values()
        for table in re.findall(r"DELETE FROM (\S+)", statement)
    }
    assert hidden >= {table.__tablename__ for table in RECORD_TABLES.values()} - {"examiner"}


def test_a_record_is_known_by_what_it_holds_now(opened):
    """Columns by which records are looked for may change: in this transaction, and for those after it."""
    opened.change_exhibit("E-0001", reason="Renumbered", exhibit_number="1-A")
    assert opened.exhibit("1-A").exhibit_id == "E-0001"
    with opened._writing() as session:
        session.get(RECORD_TABLES["run"], "R-0003").status = "cancelled"
        opened._append_change(
            session, "run_cancelled", session.get(RECORD_TABLES["run"], "R-0003"), case_id="C-0001"
        )
        assert known_keys(session, RECORD_TABLES["run"], "status", "queued") == set()
        assert known_keys(session, RECORD_TABLES["run"], "status", "cancelled") == {"R-0003"}
        assert known_keys(session, RECORD_TABLES["run"]) == {"R-0001", "R-0002", "R-0003"}
    assert opened.next_queued_run() is None
    assert [run.run_id for run in opened.runs(status=RunStatus.CANCELLED)] == ["R-0003"]


def test_names_that_are_taken_are_refused_as_before(opened):
    with pytest.raises(DuplicateRecord, match="is in use: Missing"):
        opened.create_case(number="mp-2026-001", title="Another", kind=CaseKind.COLD_CASE)
    with pytest.raises(DuplicateRecord, match="KNOWN"):
        opened.create_gallery("KNOWN", made_with=MADE_WITH, pack_name="", embedding_size=4)
    with pytest.raises(InvalidInput, match="R-0003 on the exhibit E-0001 has not ended"):
        opened.remove("exhibit", "E-0001", "Wrong person")
    opened.cancel_run("R-0003")
    opened.remove("exhibit", "E-0001", "Wrong person")
    assert opened.exhibit_by_sha256(hashlib.sha256(b"photograph" * 100).hexdigest()) is None


@pytest.mark.parametrize(
    ("kind", "key", "hidden"),
    [
        ("exhibit", "E-0001", "DELETE FROM run WHERE run_id = 'R-0003'"),
        ("exhibit", "E-0001", "UPDATE run SET status = 'cancelled' WHERE run_id = 'R-0003'"),
        ("subject", "S-0001", "UPDATE exhibit SET subject_id = NULL"),
        ("subject", "S-0001", "UPDATE exhibit SET case_id = 'none'"),
    ],
)
def test_nothing_in_use_is_withdrawn_while_its_use_is_hidden(casebook, opened, kind, key, hidden):
    before = opened.count_events()
    with meanwhile(casebook, hidden), pytest.raises(CustodyChainBroken):
        opened.remove(kind, key, "Wrong person")
    assert opened.count_events() == before


def test_an_index_of_gallery_names_that_is_altered_leads_nobody_astray(casebook, opened):
    opened.create_gallery("Police", made_with=MADE_WITH, pack_name="", embedding_size=4)
    index_attacks.galleries_point_elsewhere(casebook, ("Known", "Police"))
    with pytest.raises(CustodyChainBroken, match=r"gave another gallery|record of gallery \S+ was changed"):
        opened.gallery("police")


def test_an_earlier_state_is_not_changed_either(casebook, opened):
    with (
        meanwhile(casebook, "UPDATE subject SET name = 'Ana Núñez'"),
        pytest.raises(CustodyChainBroken, match="subject S-0001 was changed by another program"),
    ):
        opened.change_subject("S-0001", reason="More is known", sex="female")


def test_what_a_transaction_that_failed_wrote_is_not_known(opened):
    def fail():
        with opened._writing() as session:
            opened._append(session, "case_viewed", object_type="case", object_id="C-0001")
            raise RuntimeError("fails")

    with pytest.raises(RuntimeError, match="fails"):
        fail()
    assert opened.add_subject(case="C-0001", name="Juan").subject_id == "S-0003"
    assert [each.subject_id for each in opened.subjects("C-0001")] == ["S-0001", "S-0002", "S-0003"]
    assert opened.events()[-1].action == "subject_added"


@pytest.fixture
def two_cases(casebook, heads):
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.create_case(number="MP-2", title="Another", kind=CaseKind.COLD_CASE)
    return casebook


def test_an_index_that_gives_another_case_makes_a_casebook_read_only(two_cases, heads):
    index_attacks.point_elsewhere(two_cases, ("MP-2026-001", "MP-2"))
    assert any("missing from index" in each for each in verify_casebook(two_cases).findings)
    with pytest.raises(CasebookDisputed, match="missing from index") as caught:
        CaseStore.open(two_cases, examiner="A. Doe", key=KEY, heads=heads)
    assert "no decision covers" in caught.value.advice
    with CaseStore.open(two_cases, examiner="", read_only=True) as reader:
        assert reader.case("C-0001").case_number == "MP-2026-001"
        with pytest.raises(CustodyChainBroken, match="gave another case than MP-2: its index was altered"):
            reader.case("MP-2")


def test_an_index_that_is_altered_while_the_casebook_is_open_leads_nobody_astray(two_cases, heads):
    with CaseStore.open(two_cases, examiner="A. Doe", key=KEY, heads=heads) as store:
        index_attacks.point_elsewhere(two_cases, ("MP-2026-001", "MP-2"))
        with pytest.raises(CustodyChainBroken, match="gave another case than MP-2"):
            store.close_case("MP-2", "Found")
        with pytest.raises(CustodyChainBroken, match="gave another case than MP-2"):
            store.add_subject(case="MP-2", name="Juan")


def test_a_row_under_another_key_is_not_given(opened, monkeypatch):
    from sqlalchemy.orm import Session

    genuine = Session.get
    monkeypatch.setattr(
        Session, "get", lambda self, kind, key, **given: genuine(self, kind, "S-0001", **given)
    )
    with pytest.raises(CustodyChainBroken, match="gave another subject than S-0002"):
        opened.subject("S-0002")


def test_a_list_of_exhibits_that_an_index_shortens_is_refused(casebook, opened):
    index_attacks.exhibit_hidden_from_an_index(casebook)
    with pytest.raises(
        CustodyChainBroken, match="took away or put in what the casebook holds of exhibit E-0001"
    ):
        opened.exhibits("C-0001")


def test_records_are_known_by_columns_that_they_have():
    for kind, columns in OWNERS.items():
        table = RECORD_TABLES[kind].__table__
        assert set(columns) <= set(table.columns.keys())
        uncased = {
            name for name in columns if getattr(table.columns[name].type, "collation", None) == "NOCASE"
        }
        assert {(kind, name) for name in uncased} == {each for each in UNCASED if each[0] == kind}
