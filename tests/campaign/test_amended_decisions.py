"""What was accepted of a record stays accepted when its examiner amends the record, and covers nothing else."""

from __future__ import annotations

import pytest
from attacks import append, shell
from verify_samples import KEY

from forensic_app.custody import SigningKey
from forensic_app.errors import CasebookDisputed
from forensic_app.store.case_store import CaseStore
from forensic_app.store.opening import Opened, findings_to_accept
from forensic_app.verify import verify_casebook

ALTERED = {
    "a column": "UPDATE subject SET sex = 'male' WHERE subject_id = 'S-0001'",
    "a fact": "UPDATE exhibit SET original_name = 'theirs.png'",
}


def edit(casebook, statement):
    with shell(casebook) as connection:
        connection.execute(statement)


def accept(casebook, heads):
    shown = findings_to_accept(casebook, key=KEY, heads=heads)
    CaseStore.open(
        casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="It is known", shown=shown
    ).close()


def amend(casebook, heads, number):
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.change_subject("S-0001", reason="put right", last_seen_place=f"Place {number}")
        store.change_exhibit("E-0001", reason="put right", source=f"Source {number}")


@pytest.mark.parametrize("is_of_earlier_version", [False, True])
@pytest.mark.parametrize("name", ALTERED)
def test_an_amendment_leaves_it_accepted(casebook, heads, monkeypatch, name, is_of_earlier_version):
    edit(casebook, ALTERED[name])
    if is_of_earlier_version:
        monkeypatch.setattr(
            Opened, "acceptance", lambda opened, reason: {"reason": reason, "findings": list(opened.findings)}
        )
    accept(casebook, heads)
    for number in range(3):
        amend(casebook, heads, number)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    found = verify_casebook(casebook).findings
    assert any("found the record" in each for each in found)
    edit(casebook, "UPDATE subject SET description = 'theirs'")
    with pytest.raises(CasebookDisputed):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_record_without_an_event_that_was_accepted_is_amended(casebook, heads):
    with shell(casebook) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(subject)")]
        values = ", ".join("'S-0099'" if each == "subject_id" else each for each in columns)
        connection.execute(f"INSERT INTO subject SELECT {values} FROM subject WHERE subject_id = 'S-0001'")
    accept(casebook, heads)
    for number in range(2):
        with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
            store.change_subject("S-0099", reason="put right", last_seen_place=f"Place {number}")
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    assert any("was made by no event" in each for each in verify_casebook(casebook).findings)


@pytest.mark.parametrize("unsigned", [[1, 10**9], [1, 14], [0, 3], [3, 2], ["1", 2], [1], None, 7])
def test_a_forged_decision_says_of_no_event_that_it_bears_no_signature(casebook, heads, unsigned):
    other = SigningKey.generate()
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.introduce_key(other.public_key_hex)
    with CaseStore.open(casebook, examiner="B. Roe", key=other) as store:
        store.record_event("case_viewed", object_type="case", object_id="C-0001")
    with shell(casebook) as connection:
        append(
            connection, action="mismatch_accepted", object_type="casebook",
            object_id=connection.execute("SELECT casebook_id FROM meta").fetchone()[0], case_id=None,
            details={"reason": "", "findings": [], "states": [], "unsigned": unsigned, "utc_offset": "+00:00"},
        )  # fmt: skip
    (found,) = findings_to_accept(casebook, key=KEY, heads=heads)
    accept(casebook, heads)
    for key in (KEY, other):
        CaseStore.open(casebook, examiner="A. Doe", key=key).close()
    assert verify_casebook(casebook).findings == (found,)


@pytest.mark.parametrize("unsigned", [[1, 10**9], [0, 3], [3, 2], ["1", 2], [1], 7])
def test_a_decision_tells_of_events_before_it(casebook, heads, monkeypatch, unsigned):
    edit(casebook, ALTERED["a column"])
    made = Opened.acceptance
    monkeypatch.setattr(
        Opened, "acceptance", lambda opened, reason: {**made(opened, reason), "unsigned": unsigned}
    )
    accept(casebook, heads)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    assert len(verify_casebook(casebook).findings) == 1
