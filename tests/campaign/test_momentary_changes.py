"""What is changed, hidden or set back while a casebook is open is not read, however it is put back afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import index_attacks
import pytest
from attacks import shell
from verify_samples import KEY

from forensic_app.errors import CasebookDisputed, CustodyChainBroken
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore
from forensic_app.store.tables import RECORD_TABLES
from forensic_app.verify import CHANGES, OWNERS, verify_casebook


@pytest.fixture
def opened(casebook, heads):
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.decide("D-000001", is_accepted=False, reason="Broken mouth")
        store.change_subject("S-0001", reason="Typing error", name="Ana Correct")
        yield store


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
    assert opened.add_subject(case="C-0001", name="Juan").subject_id == "S-0002"
    assert [each.subject_id for each in opened.subjects("C-0001")] == ["S-0001", "S-0002"]
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


def test_no_event_changes_whose_a_record_is():
    """What is known of which records belong together at the opening holds as long as the casebook is open."""
    for kind, columns in OWNERS.items():
        assert set(columns) <= set(RECORD_TABLES[kind].__table__.columns.keys())
        changed = {name for about, names in CHANGES.values() if about == kind for name in names}
        assert not changed & set(columns)
