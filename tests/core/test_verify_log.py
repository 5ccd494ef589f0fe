"""The verifier on the custody log and its checkpoints."""

from __future__ import annotations

import errno
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest
from verify_samples import KEY, START, forge, resign, rows, tamper

from forensic_app import verify
from forensic_app.custody import SigningKey, merkle_root, sign_checkpoint
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook


class TestLog:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("action", "x"), ("occurred_at", "2020-01-01T00:00:00.000000Z"), ("examiner", "x"),
            ("case_id", "C-9"), ("object_type", "x"), ("object_id", "x"),
        ],
    )  # fmt: skip
    def test_an_edited_column_is_named(self, casebook, column, value):
        tamper(casebook, (f"UPDATE custody_event SET {column} = ? WHERE sequence = 7", (value,)))
        assert any("columns of event 7 do not say" in each for each in verify_casebook(casebook).findings)

    def test_edited_bytes_are_named(self, casebook):
        tamper(
            casebook,
            "UPDATE custody_event SET canonical = replace(canonical, 'A. Doe', 'B. Roe') WHERE sequence = 7",
        )
        findings = verify_casebook(casebook).findings
        assert "Event 7 was changed after it was written" in " ".join(findings)
        assert "The columns of event 7 do not say what its canonical text says." in findings

    @pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000])
    def test_bytes_that_are_no_event_are_named(self, casebook, text):
        tamper(casebook, ("UPDATE custody_event SET canonical = ? WHERE sequence = 7", (text,)))
        assert "Event 7 was changed after it was written" in " ".join(verify_casebook(casebook).findings)

    def test_a_broken_link_is_named(self, casebook):
        tamper(casebook, f"UPDATE custody_event SET previous_sha256 = '{'0' * 64}' WHERE sequence = 7")
        assert "Event 7 does not follow the event before it." in verify_casebook(casebook).findings

    def test_a_digest_that_is_none_is_named(self, casebook):
        tamper(casebook, "UPDATE custody_event SET sha256 = 'x' WHERE sequence = 7")
        assert "Event 7 was changed after it was written" in " ".join(verify_casebook(casebook).findings)

    def test_a_deleted_event_is_named(self, casebook):
        tamper(casebook, "DELETE FROM custody_event WHERE sequence = 7")
        assert "Event 7 of the custody log is missing." in verify_casebook(casebook).findings

    def test_two_swapped_events_are_noticed(self, casebook):
        tamper(
            casebook,
            "UPDATE custody_event SET sequence = 1000 WHERE sequence = 7",
            "UPDATE custody_event SET sequence = 7 WHERE sequence = 8",
            "UPDATE custody_event SET sequence = 8 WHERE sequence = 1000",
        )
        assert (
            "The columns of event 7 do not say what its canonical text says."
            in verify_casebook(casebook).findings
        )

    def test_a_cut_tail_is_named(self, casebook):
        tamper(
            casebook, "DELETE FROM custody_event WHERE sequence = (SELECT MAX(sequence) FROM custody_event)"
        )
        assert any("its end was cut" in each for each in verify_casebook(casebook).findings)

    def test_an_empty_log_is_named(self, casebook):
        tamper(casebook, "DELETE FROM custody_event")
        assert "The custody log is empty." in verify_casebook(casebook).findings

    def test_a_chain_made_to_fit_again_does_not_match_its_checkpoints(self, casebook):
        forge(casebook, lambda told: told.update(examiner="B. Roe") if told["sequence"] == 9 else None)
        findings = verify_casebook(casebook).findings
        assert findings
        nobody = "There is no record of the examiner 'B. Roe', whom event 9 names."
        assert all("signed other events than the log holds" in each for each in findings if each != nobody)

    def test_a_chain_signed_again_with_another_key_is_noticed(self, casebook):
        other = SigningKey.generate()
        forge(casebook, lambda told: told.update(examiner="B. Roe") if told["sequence"] == 9 else None)
        resign(casebook, other)
        assert any("unknown key" in each for each in verify_casebook(casebook).findings)

    def test_findings_are_counted_when_they_are_many(self, casebook, monkeypatch):
        monkeypatch.setattr(verify, "MAX_FINDINGS", 3)
        tamper(casebook, "UPDATE custody_event SET examiner = 'x'")
        findings = verify_casebook(casebook).findings
        assert len(findings) == 4
        assert findings[-1].endswith("further findings are not listed.")


class TestCheckpoints:
    def test_removed_checkpoints_are_named(self, casebook):
        tamper(casebook, "DELETE FROM checkpoint")
        assert "The custody log has no signed checkpoint." in verify_casebook(casebook).findings

    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE checkpoint SET note = 'x' WHERE size = 3", "of 3 events is not a signed note"),
            (
                "UPDATE checkpoint SET root_sha256 = 'x' WHERE size = 3",
                "of 3 events does not say what its note",
            ),
            ("UPDATE checkpoint SET size = 2 WHERE size = 3", "of 2 events does not say what its note"),
            ("UPDATE checkpoint SET created_at = 'x' WHERE size = 3", "of 3 events has another time"),
            (
                "UPDATE checkpoint SET key_id = 'x' WHERE size = 3",
                "of 3 events was signed by the unknown key x",
            ),
            (
                "UPDATE checkpoint SET note = replace(note, 'casebook/', 'other/') WHERE size = 3",
                "of 3 events is of another casebook",
            ),
            (
                f"UPDATE signing_key SET public_key_hex = '{SigningKey.generate().public_key_hex}'",
                "is not the public key that its name stands for",
            ),
            ("UPDATE signing_key SET public_key_hex = 'x'", "is not the public key that its name stands for"),
        ],
    )
    def test_an_edited_checkpoint_is_named(self, casebook, statement, words):
        tamper(casebook, "PRAGMA foreign_keys = OFF", statement)
        assert any(words in each for each in verify_casebook(casebook).findings)

    def test_a_flipped_bit_in_a_signature_is_noticed(self, casebook):
        note = rows(casebook, "SELECT note FROM checkpoint WHERE size = 3")[0][0]
        forged = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        tamper(casebook, ("UPDATE checkpoint SET note = ? WHERE size = 3", (forged,)))
        assert verify_casebook(casebook).findings == (
            "The checkpoint of 4 events does not follow the one before it: one was taken away or put in.",
            "The checkpoint of 3 events has a signature that does not verify.",
        )

    def test_a_signature_from_before_the_key_was_registered_is_noticed(self, casebook):
        resign(casebook, KEY, size=2)
        assert any("before that key was registered" in each for each in verify_casebook(casebook).findings)

    def test_a_known_checkpoint_tells_a_replaced_casebook(self, casebook, tmp_path):
        known = rows(casebook, "SELECT note FROM checkpoint ORDER BY size DESC")[0][0]
        assert verify_casebook(casebook, known_checkpoints=[known]).is_intact
        with CaseStore.create(tmp_path / "other", examiner="A. Doe", key=KEY):
            pass
        result = verify_casebook(tmp_path / "other", known_checkpoints=[known])
        assert any("is of another casebook" in each for each in result.findings)

    def test_a_known_checkpoint_tells_a_casebook_rolled_back_to_a_backup(self, casebook, tmp_path):
        old = shutil.copytree(casebook, tmp_path / "old")
        with CaseStore.open(casebook, examiner="A. Doe", key=KEY) as store:
            store.record_event("case_viewed", object_type="case", object_id="C-0001")
            known = store.checkpoint().note
        assert verify_casebook(old).is_intact
        result = verify_casebook(old, known_checkpoints=[known])
        assert any("its end was cut" in each for each in result.findings)

    def test_a_known_checkpoint_must_be_a_note_signed_by_a_known_key(self, casebook):
        assert verify_casebook(casebook, known_checkpoints=["x"]).findings == (
            "A checkpoint given for comparison is not a signed note.",
        )
        origin = rows(casebook, "SELECT origin FROM meta")[0][0]
        digests = [bytes.fromhex(row[0]) for row in rows(casebook, "SELECT sha256 FROM custody_event")]
        note = sign_checkpoint(
            origin=origin,
            size=len(digests),
            root=merkle_root(digests),
            key=SigningKey.generate(),
            created_at=START,
        ).note
        assert any(
            "by none of the keys" in each
            for each in verify_casebook(casebook, known_checkpoints=[note]).findings
        )

    def test_only_trusted_keys_count_when_they_are_given(self, casebook):
        assert verify_casebook(casebook, trusted_keys=[KEY.public_key_hex]).is_intact
        result = verify_casebook(casebook, trusted_keys=[SigningKey.generate().public_key_hex])
        assert any("not among the trusted keys" in each for each in result.findings)


class TestManySignatures:
    def test_several_processes_find_what_one_finds(self, casebook, monkeypatch):
        note = rows(casebook, "SELECT note FROM checkpoint WHERE size = 3")[0][0]
        forged = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        tamper(casebook, ("UPDATE checkpoint SET note = ? WHERE size = 3", (forged,)))
        alone = verify_casebook(casebook).findings
        monkeypatch.setattr(verify, "PARALLEL_FROM_SIGNATURES", 1)
        monkeypatch.setattr(verify, "SIGNATURES_AT_ONCE", 3)
        assert verify_casebook(casebook).findings == alone

    @pytest.mark.parametrize("is_broken", [False, True])
    def test_processes_that_cannot_be_had_or_are_ended_are_done_without(
        self, casebook, monkeypatch, is_broken
    ):
        note = rows(casebook, "SELECT note FROM checkpoint WHERE size = 3")[0][0]
        forged = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        monkeypatch.setattr(verify, "PARALLEL_FROM_SIGNATURES", 1)
        monkeypatch.setattr(verify, "SIGNATURES_AT_ONCE", 3)

        def none_left(*given, **more):
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

        ended = partial(ProcessPoolExecutor, initializer=os._exit, initargs=(1,))
        monkeypatch.setattr(verify, "ProcessPoolExecutor", ended if is_broken else none_left)
        assert verify_casebook(casebook).findings == ()
        tamper(casebook, ("UPDATE checkpoint SET note = ? WHERE size = 3", (forged,)))
        assert (
            "The checkpoint of 3 events has a signature that does not verify."
            in verify_casebook(casebook).findings
        )

    def test_a_stop_ends_the_processes(self, casebook, monkeypatch):
        monkeypatch.setattr(verify, "PARALLEL_FROM_SIGNATURES", 1)
        monkeypatch.setattr(verify, "SIGNATURES_AT_ONCE", 3)

        def stop(progress):
            if progress.step == "signatures":
                raise verify.VerificationStopped

        with pytest.raises(verify.VerificationStopped):
            verify_casebook(casebook, progress=stop)


@pytest.mark.parametrize("key", ["xyz", "", "ab" * 31])
def test_a_key_that_is_none_is_named(casebook, key):
    findings = verify_casebook(casebook, trusted_keys=[key]).findings
    assert f"The key {key!r} given for comparison is not 64 hexadecimal characters." in findings


def test_a_key_in_capitals_is_the_same_key(casebook):
    assert verify_casebook(casebook, trusted_keys=[f" {KEY.public_key_hex.upper()}\n"]).is_intact
