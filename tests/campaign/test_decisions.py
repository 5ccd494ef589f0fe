"""An administrator's decision covers what was found and shown, and nothing else; some things nobody can decide."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from attacks import _time, append, register_key, row_digest, shell
from verify_samples import KEY

from forensic_app.custody import MerkleTree, SigningKey, note_sha256, sign_checkpoint
from forensic_app.errors import CasebookDisputed, CustodyChainBroken, InvalidInput
from forensic_app.store.case_store import CaseStore
from forensic_app.store.opening import Opened, findings_to_accept
from forensic_app.verify import SMALL_ORDER, check_opening, is_public_key, verify_casebook


def accept(casebook, heads, **given):
    CaseStore.open(
        casebook, examiner="A. Doe", key=KEY, heads=heads, accepting="It is known", **given
    ).close()


def edit(casebook, *statements):
    with shell(casebook) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)


def sign_end(connection, key):
    """Sign the log's end with another key, under the newest head."""
    rows = connection.execute("SELECT * FROM custody_event ORDER BY sequence").fetchall()
    note = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC").fetchone()[0]
    moment = rows[-1]["occurred_at"]
    head = sign_checkpoint(
        origin=note.partition("\n")[0],
        size=len(rows),
        root=MerkleTree(bytes.fromhex(row["sha256"]) for row in rows).root(),
        key=key,
        created_at=_time(moment),
        previous_sha256=note_sha256(note),
    )
    connection.execute(
        "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
        (head.size, head.root_sha256, head.note, head.key_id, moment),
    )


def amend(connection, key):
    """Tell another source of a photograph, in an event under an own key."""
    before = {"source": connection.execute("SELECT source FROM exhibit").fetchone()[0]}
    connection.execute("UPDATE exhibit SET source = source || ' (forged)'")
    append(
        connection, action="exhibit_changed", object_type="exhibit", object_id="E-0001",
        details={
            "record_sha256": row_digest(connection, "exhibit", "1"), "record_before": before, "before": before,
            "after": {"source": "forged"}, "reason": "", "utc_offset": "+00:00",
        },
    )  # fmt: skip
    sign_end(connection, key)


def test_a_decision_introduces_no_key(casebook, heads):
    other = SigningKey.generate()
    with shell(casebook) as connection:
        register_key(connection, other)
        sign_end(connection, other)
    accept(casebook, heads)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    known = verify_casebook(casebook).findings
    assert list(check_opening(casebook, introduced_keys=[KEY.public_key_hex]).state.keys) == [KEY.key_id]
    with shell(casebook) as connection:
        amend(connection, other)
    assert set(verify_casebook(casebook).findings) - set(known)
    with pytest.raises(CasebookDisputed, match="no earlier key introduced it"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_decision_among_what_was_accepted_covers_nothing(casebook, heads, is_signed):
    """A forged decision accepts in advance what is forged later; it does not count by being accepted itself."""
    other = SigningKey.generate()
    edit(casebook, "UPDATE subject SET sex = 'male'")
    check = check_opening(casebook)
    edit(casebook, "UPDATE subject SET sex = 'unknown'")
    assert check_opening(casebook).findings == ()
    with shell(casebook) as connection:
        if is_signed:
            register_key(connection, other)
        append(
            connection, action="mismatch_accepted", object_type="casebook", case_id=None,
            object_id=connection.execute("SELECT casebook_id FROM meta").fetchone()[0],
            details={
                "reason": "Known", "findings": list(check.findings),
                "states": [check.states[each] for each in check.findings],
            },
        )  # fmt: skip
        if is_signed:
            sign_end(connection, other)
    accept(casebook, heads)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    edit(casebook, "UPDATE subject SET sex = 'male'")
    with pytest.raises(CasebookDisputed, match="subject S-0001"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_head_that_is_ascribed_to_another_key_introduces_none(casebook, heads):
    """Between two heads by one key an opening checks no signature, but of heads that introduce a key."""
    other = SigningKey.generate()
    with shell(casebook) as connection:
        register_key(connection, other)
        sign_end(connection, other)
    accept(casebook, heads)
    with shell(casebook) as connection:
        connection.execute("UPDATE checkpoint SET key_id = ? WHERE key_id = ?", (KEY.key_id, other.key_id))
        amend(connection, other)
    assert any("signature that does not verify" in each for each in check_opening(casebook).unacceptable)


def test_an_introduction_under_a_key_that_was_not_introduced_does_not_count(casebook, heads):
    first, second = SigningKey.generate(), SigningKey.generate()
    with shell(casebook) as connection:
        register_key(connection, first)
        register_key(connection, second)
        sign_end(connection, first)
        amend(connection, second)
    found = verify_casebook(casebook).findings
    assert [each.split()[2] for each in found] == [first.key_id, second.key_id]
    assert verify_casebook(casebook, introduced_keys=[first.public_key_hex]).findings == ()


def test_a_workstation_that_lost_its_key_is_introduced_by_another_one(casebook, heads):
    other = SigningKey.generate()
    CaseStore.open(casebook, examiner="B. Roe", key=other, accepting="The disk failed").close()
    with CaseStore.open(casebook, examiner="B. Roe", key=other) as store:
        store.close_case("C-0001", "Found")
    accept(casebook, heads)
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.introduce_key(other.public_key_hex)
    before = verify_casebook(casebook).findings
    with CaseStore.open(casebook, examiner="B. Roe", key=other) as store:
        store.reopen_case("C-0001", "Not found")
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    assert verify_casebook(casebook).findings == before


STATES = {
    "columns of an event": (
        "UPDATE custody_event SET case_id = NULL WHERE sequence = 9",
        "UPDATE custody_event SET case_id = NULL, examiner = 'A. Doe ' WHERE sequence = 9",
    ),
    "columns of a head": (
        "UPDATE checkpoint SET root_sha256 = replace(root_sha256, 'a', 'b') WHERE size = 7",
        "UPDATE checkpoint SET root_sha256 = replace(root_sha256, 'b', 'c') WHERE size = 7",
    ),
    "time of a head": (
        "UPDATE checkpoint SET created_at = replace(created_at, '2026', '2025') WHERE size = 7",
        "UPDATE checkpoint SET created_at = replace(created_at, '2025', '2024') WHERE size = 7",
    ),
    "a fact": (
        "UPDATE exhibit SET original_name = 'a'",
        "UPDATE exhibit SET original_name = 'b'",
    ),
}
"""An alteration that is accepted, and a later one in the same place."""


@pytest.mark.parametrize("name", STATES)
def test_a_decision_covers_one_state(casebook, heads, name):
    first, second = STATES[name]
    edit(casebook, first)
    found = verify_casebook(casebook).findings
    assert not any("signed other events" in each for each in check_opening(casebook).findings)
    accept(casebook, heads)
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        assert len(store.events()) > 1
    assert verify_casebook(casebook).findings == found
    edit(casebook, second)
    with pytest.raises(CasebookDisputed):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_decision_of_an_earlier_version_covers_what_names_its_state(casebook, heads, monkeypatch):
    edit(casebook, "UPDATE subject SET sex = 'male'")
    monkeypatch.setattr(
        Opened, "acceptance", lambda opened, reason: {"reason": reason, "findings": list(opened.findings)}
    )
    accept(casebook, heads)
    CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads).close()
    edit(casebook, "UPDATE custody_event SET case_id = NULL WHERE sequence = 9")
    accept(casebook, heads)
    with pytest.raises(CasebookDisputed, match="columns of event 9"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_a_decision_that_names_nothing_covers_nothing(casebook, heads, monkeypatch):
    edit(casebook, "UPDATE subject SET sex = 'male'")
    monkeypatch.setattr(Opened, "acceptance", lambda opened, reason: {"reason": reason, "findings": "all"})
    accept(casebook, heads)
    with pytest.raises(CasebookDisputed, match="subject S-0001"):
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)


def test_only_what_was_shown_is_accepted(casebook, heads):
    edit(casebook, "UPDATE subject SET sex = 'male'")
    shown = findings_to_accept(casebook, key=KEY, heads=heads)
    assert [each.split(" was")[0] for each in shown] == ["The record of subject S-0001"]
    edit(casebook, "UPDATE exhibit SET source = 'Elsewhere'")
    with pytest.raises(CasebookDisputed, match="is not as it was shown"):
        accept(casebook, heads, shown=shown)
    accept(casebook, heads, shown=findings_to_accept(casebook, key=KEY, heads=heads))
    assert findings_to_accept(casebook, key=KEY, heads=heads) == {}
    assert findings_to_accept(casebook.parent / "none", key=KEY, heads=heads) == {}


def test_a_key_that_is_not_known_is_among_what_is_shown(casebook):
    other = SigningKey.generate()
    (sentence,) = findings_to_accept(casebook, key=other, heads=None)
    assert sentence == f"The casebook did not know the signing key {other.key_id}."


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE extra (value TEXT)",
        "DELETE FROM custody_event WHERE sequence = 7",
        "DELETE FROM custody_event WHERE sequence = (SELECT max(sequence) FROM custody_event)",
        "UPDATE custody_event SET sequence = 4611686018427387904 "
        "WHERE sequence = (SELECT max(sequence) FROM custody_event)",
        "UPDATE checkpoint SET size = 1000 WHERE size = 7",
        "UPDATE checkpoint SET note = 'none' WHERE size = 7",
        "INSERT INTO alembic_version VALUES ('2099_01_01')",
        "UPDATE run SET spec = '{'",
    ],
)
def test_what_nobody_can_go_on_with_is_said_before_anything_is_decided(casebook, heads, statement):
    edit(casebook, statement)
    before = (casebook / "casebook.db").read_bytes()
    with pytest.raises(CasebookDisputed, match="Nobody can go on in the casebook"):
        findings_to_accept(casebook, key=KEY, heads=heads)
    with pytest.raises(CasebookDisputed, match="Nobody can go on in the casebook") as caught:
        accept(casebook, heads)
    assert "casebook restore" in caught.value.advice
    with pytest.raises(CasebookDisputed) as caught:
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads)
    assert "casebook accept" not in caught.value.advice
    assert (casebook / "casebook.db").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE subject SET aliases = '[ ]'", "record of subject S-0001"),
        ("UPDATE exhibit SET exif = '{'", "record of exhibit E-0001"),
        ("UPDATE report SET issued_at = 'yesterday'", "record of report P-0001"),
        ("UPDATE custody_event SET occurred_at = 'now' WHERE sequence = 9", "custody event 9"),
        ("UPDATE checkpoint SET created_at = 'now' WHERE size = 7", "checkpoint of some events"),
    ],
)
def test_what_the_program_does_not_write_so_cannot_be_gone_on_with(casebook, heads, statement, named):
    edit(casebook, statement)
    with pytest.raises(CustodyChainBroken, match=f"{named} is stored in a form in which this program writes"):
        accept(casebook, heads)
    assert not check_opening(casebook).accepted


def test_a_number_of_a_record_that_is_gone_is_not_given_again(casebook, heads):
    edit(casebook, "DELETE FROM subject")
    accept(casebook, heads)
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        assert store.add_subject(case="C-0001", name="Somebody else").subject_id == "S-0002"
        assert store.exhibit("E-0001").subject_id == "S-0001"


def test_small_order_points_are_no_keys(casebook, heads):
    """The list is complete: multiples of eight of every point with such an encoding are the neutral element."""
    field = 2**255 - 19
    d = -121665 * pow(121666, -1, field) % field

    def add(one, two):
        (x, y), (u, v) = one, two
        product = d * x * u * y * v % field
        return (
            (x * v + y * u) * pow(1 + product, -1, field) % field,
            (y * v + x * u) * pow(1 - product, -1, field) % field,
        )

    def point(text):
        y = int.from_bytes(bytes.fromhex(text), "little") % field
        square = (y * y - 1) * pow(d * y * y + 1, -1, field) % field
        x = pow(square, (field + 3) // 8, field)
        if x * x % field != square:
            x = x * pow(2, (field - 1) // 4, field) % field
        assert x * x % field == square
        return x, y

    for text in SMALL_ORDER:
        multiple = point(text)
        for _ in range(3):
            multiple = add(multiple, multiple)
        assert multiple == (0, 1)
    weak = "01" + "0" * 62
    assert not is_public_key(weak)
    assert not is_public_key("01" + "0" * 60 + "80")
    with (
        CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store,
        pytest.raises(InvalidInput, match="is not a public key"),
    ):
        store.introduce_key(weak)
    assert verify_casebook(casebook, trusted_keys=[weak]).findings[-1].endswith("anybody can sign.")


def test_a_head_under_a_key_with_which_anybody_signs_is_found(casebook, heads, monkeypatch):
    weak = "01" + "0" * 62
    monkeypatch.setattr("forensic_app.store.introductions.is_public_key", lambda text: True)
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        key_id = store.introduce_key(weak)
        size = store.checkpoint().size
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute("DROP TRIGGER checkpoint_no_update")
        connection.execute("UPDATE checkpoint SET key_id = ? WHERE size = ?", (key_id, size))
    assert f"The key {key_id} is one under which anybody can sign." in verify_casebook(casebook).findings
