"""A log that is of version 1, or says so: what bears no signature by a key that counts needs an administrator."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from attacks import _time, append, register_key, rewrite, row_digest, shell
from verify_samples import KEY

from forensic_app.custody import MerkleTree, SigningKey, sign_checkpoint
from forensic_app.errors import CasebookDisputed
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import check_opening, verify_casebook

KEPT = Path(__file__).parents[1] / "migrations" / "data" / "casebook_2026_11_27.db.gz"


def sign_version_1(connection, key):
    """Sign the log's end as version 1 did."""
    rows = connection.execute("SELECT * FROM custody_event ORDER BY sequence").fetchall()
    moment = rows[-1]["occurred_at"]
    head = sign_checkpoint(
        origin=connection.execute("SELECT origin FROM meta").fetchone()[0],
        size=len(rows),
        root=MerkleTree(bytes.fromhex(row["sha256"]) for row in rows).root(),
        key=key,
        created_at=_time(moment),
        previous_sha256=None,
    )
    connection.execute(
        "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
        (head.size, head.root_sha256, head.note, head.key_id, moment),
    )


@pytest.fixture
def forged(tmp_path):
    """The backup of version 1, with an event and a head of somebody else; and the key of that head."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "casebook.db").write_bytes(gzip.decompress(KEPT.read_bytes()))
    key = SigningKey.generate()
    with shell(folder) as connection:
        subject = connection.execute("SELECT * FROM subject").fetchone()
        connection.execute("UPDATE subject SET name = 'Somebody else'")
        append(
            connection, action="subject_changed", object_type="subject", object_id=subject["subject_id"],
            details={
                "record_sha256": row_digest(connection, "subject", "1"), "before": {"name": subject["name"]},
                "after": {"name": "Somebody else"}, "reason": "", "utc_offset": "+00:00",
            },
        )  # fmt: skip
        register_key(connection, key)
        sign_version_1(connection, key)
    return folder, key


def test_a_key_that_anybody_registered_covers_no_end_of_version_1(forged):
    folder, key = forged
    words = "last 2 events are chained but bear no signature of the key that signed version 1"
    assert any(words in each for each in verify_casebook(folder).findings)
    with pytest.raises(CasebookDisputed, match=words):
        CaseStore.open(folder, examiner="A. Doe", key=KEY)
    CaseStore.open(folder, examiner="A. Doe", key=KEY, accepting="It is known").close()
    CaseStore.open(folder, examiner="A. Doe", key=KEY).close()
    notes = verify_casebook(folder).notes
    assert any("events 17 to 18 bore no signature then" in each for each in notes)
    with pytest.raises(CasebookDisputed, match="does not know the signing key"):
        CaseStore.open(folder, examiner="A. Doe", key=key)


def test_the_own_key_covers_an_end_of_version_1(forged):
    folder, key = forged
    assert not check_opening(folder, introduced_keys=[key.public_key_hex]).findings


@pytest.mark.parametrize("is_of_earlier_revision", [False, True])
def test_a_log_of_version_1_has_a_revision_of_that_time(casebook, heads, is_of_earlier_revision):
    def change(event):
        event["details"].pop("log_version", None)
        event["details"].pop("record_before", None)
        if is_of_earlier_revision and "revision" in event["details"]:
            event["details"]["revision"] = "2026_11_27"
        return True

    with shell(casebook) as connection:
        rewrite(connection, change)
        connection.execute("DELETE FROM checkpoint")
        sign_version_1(connection, KEY)
        before = connection.execute("SELECT count(*) FROM custody_event").fetchone()[0]
    assert any("No event says from where" in each for each in verify_casebook(casebook).findings)
    for accepting in (None, "It is known"):
        with pytest.raises(CasebookDisputed, match="No event says from where"):
            CaseStore.open(casebook, examiner="A. Doe", key=KEY, accepting=accepting)
    with shell(casebook) as connection:
        assert connection.execute("SELECT count(*) FROM custody_event").fetchone()[0] == before
