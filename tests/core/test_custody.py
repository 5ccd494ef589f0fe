"""Chain, tree, proofs and checkpoints: every way to tamper with a log is detected."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensic_app.custody import (
    FIRST_PREVIOUS_SHA256,
    GENESIS_SHA256,
    MerkleTree,
    SigningKey,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    merkle_root,
    next_event,
    note_sha256,
    parse_note,
    sign_checkpoint,
    time_text,
    verify_chain,
    verify_note,
)
from forensic_app.custody.checkpoints import note_key_hash
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import CustodyChainBroken

KEY = SigningKey.from_bytes(bytes(range(32)))
KEYS = {KEY.key_id: KEY.public_key_hex}
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ORIGIN = "forensic-app/casebook/test"
RFC_6962_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
RFC_6962_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def make_log(count, *, details=None):
    events = []
    for number in range(count):
        events.append(
            next_event(
                events[-1] if events else None,
                action="exhibit_viewed",
                occurred_at=NOON + timedelta(seconds=number),
                examiner="A. Doe",
                object_type="exhibit",
                object_id=f"E-{number:04d}",
                details=details or {"purpose": "comparison"},
            )
        )
    return events


def sign(events, size=None, *, key=KEY, before=None):
    covered = events[: len(events) if size is None else size]
    root = merkle_root(bytes.fromhex(event.sha256) for event in covered)
    return sign_checkpoint(
        origin=ORIGIN,
        size=len(covered),
        root=root,
        key=key,
        created_at=covered[-1].occurred_at,
        previous_sha256=FIRST_PREVIOUS_SHA256 if before is None else note_sha256(before.note),
    )


def rechain(events):
    """What a forger without the key would do: make every digest and number fit again."""
    rebuilt = []
    for event in events:
        rebuilt.append(
            next_event(
                rebuilt[-1] if rebuilt else None,
                action=event.action,
                occurred_at=event.occurred_at,
                examiner=event.examiner,
                object_type=event.object_type,
                object_id=event.object_id,
                details=event.details,
            )
        )
    return rebuilt


class TestEvents:
    def test_the_first_event_follows_the_genesis_digest(self):
        event = make_log(1)[0]
        assert (event.sequence, event.previous_sha256) == (1, GENESIS_SHA256)

    def test_the_digest_is_of_the_canonical_json(self):
        event = make_log(2)[1]
        expected = {
            "sequence": 2, "action": "exhibit_viewed", "occurred_at": "2026-11-24T12:00:01.000000Z",
            "examiner": "A. Doe", "case_id": None, "object_type": "exhibit", "object_id": "E-0001",
            "details": {"purpose": "comparison"}, "previous_sha256": event.previous_sha256,
        }  # fmt: skip
        assert event.sha256 == sha256_of_bytes(canonical_json(expected))

    def test_times_are_utc_whatever_their_zone(self):
        assert time_text(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == (
            "2025-12-31T23:00:00.000000Z"
        )

    def test_a_time_without_zone_is_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            time_text(datetime(2026, 1, 1))

    def test_an_event_needs_an_action(self):
        with pytest.raises(ValueError, match="action"):
            next_event(None, action="", occurred_at=NOON, examiner="", object_type="", object_id="")


class TestTree:
    def test_the_empty_root_is_the_digest_of_nothing(self):
        assert merkle_root([]) == hashlib.sha256(b"").digest()

    @pytest.mark.parametrize("size", range(1, 9))
    def test_roots_are_those_of_the_certificate_transparency_test_vectors(self, size):
        assert merkle_root(RFC_6962_LEAVES[:size]).hex() == RFC_6962_ROOTS[size - 1]

    @given(st.lists(st.binary(max_size=4), min_size=1, max_size=40))
    def test_growing_gives_the_root_of_the_recursive_definition(self, entries):
        def definition(part):
            if len(part) == 1:
                return hashlib.sha256(b"\x00" + part[0]).digest()
            middle = 1
            while middle * 2 < len(part):
                middle *= 2
            return hashlib.sha256(b"\x01" + definition(part[:middle]) + definition(part[middle:])).digest()

        tree = MerkleTree()
        for entry in entries:
            tree.append(entry)
        assert (tree.root(), tree.size) == (definition(entries), len(entries))

    @given(st.data())
    def test_every_entry_is_provably_included_and_nothing_else_is(self, data):
        entries = [bytes([number]) for number in range(data.draw(st.integers(1, 33)))]
        index = data.draw(st.integers(0, len(entries) - 1))
        root, proof = merkle_root(entries), inclusion_proof(entries, index)
        size = len(entries)
        assert is_included(entries[index], index=index, size=size, proof=proof, root=root)
        assert not is_included(b"other", index=index, size=size, proof=proof, root=root)
        assert not is_included(entries[index], index=index, size=size, proof=[*proof, root], root=root)
        assert not is_included(entries[index], index=size, size=size, proof=proof, root=root)
        if size > 1:
            other = (index + 1) % size
            assert not is_included(entries[index], index=other, size=size, proof=proof, root=root)
            assert not is_included(entries[index], index=index, size=size, proof=proof[:-1], root=root)

    @given(st.data())
    def test_every_growth_is_provably_consistent_and_nothing_else_is(self, data):
        size = data.draw(st.integers(1, 33))
        old_size = data.draw(st.integers(1, size))
        entries = [bytes([number]) for number in range(size)]
        old_root, root = merkle_root(entries[:old_size]), merkle_root(entries)
        proof = consistency_proof(entries, old_size)
        told = {"old_size": old_size, "old_root": old_root, "size": size, "root": root, "proof": proof}
        assert is_consistent(**told)
        other = bytes(32)
        assert not is_consistent(**{**told, "old_root": other})
        assert not is_consistent(**{**told, "root": other})
        assert not is_consistent(**{**told, "proof": [*proof, other]})
        assert not is_consistent(**{**told, "old_size": size + 1})
        assert not is_consistent(**{**told, "old_size": 0})
        if proof:
            assert not is_consistent(**{**told, "proof": proof[:-1]})
            assert not is_consistent(**{**told, "proof": []})

    def test_proofs_of_what_is_not_there_are_refused(self):
        with pytest.raises(ValueError, match="index 2"):
            inclusion_proof([b"a", b"b"], 2)
        with pytest.raises(ValueError, match="from size 3"):
            consistency_proof([b"a", b"b"], 3)


class TestKeys:
    def test_the_public_key_and_signature_are_those_of_rfc_8032(self):
        key = SigningKey.from_bytes(
            bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        )
        assert key.public_key_hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        assert (
            key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901")
        )

    def test_a_key_survives_its_bytes_and_hides_them(self):
        key = SigningKey.generate()
        assert SigningKey.from_bytes(key.to_bytes()).key_id == key.key_id
        assert key.to_bytes().hex() not in repr(key)
        assert key.key_id in repr(key)

    def test_generated_keys_differ(self):
        assert SigningKey.generate().key_id != SigningKey.generate().key_id


class TestNotes:
    def test_a_note_has_the_format_of_c2sp(self):
        checkpoint = sign(make_log(3))
        lines = checkpoint.note.split("\n")
        assert lines[:2] == [ORIGIN, "3"]
        assert base64.b64decode(lines[2]).hex() == checkpoint.root_sha256
        assert lines[3:5] == [f"previous {FIRST_PREVIOUS_SHA256}", ""]
        dash, name, blob = lines[5].split(" ")
        assert (dash, name, lines[6:]) == ("\u2014", ORIGIN, [""])
        key = bytes.fromhex(KEY.public_key_hex)
        assert base64.b64decode(blob)[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + key).digest()[:4]

    def test_the_key_hash_is_that_of_the_published_example_key(self):
        name, key_hash, data = ["PeterNeumann", "c74f20a3", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]
        assert note_key_hash(name, base64.b64decode(data)[1:]).hex() == key_hash

    def test_a_signed_note_verifies_and_says_what_was_signed(self):
        parsed = verify_note(sign(make_log(3)).note, public_key_hex=KEY.public_key_hex)
        assert (parsed.origin, parsed.size) == (ORIGIN, 3)

    def test_another_key_is_noticed(self):
        with pytest.raises(CustodyChainBroken, match="another key"):
            verify_note(sign(make_log(1)).note, public_key_hex=SigningKey.generate().public_key_hex)

    @given(st.data())
    def test_a_note_with_any_character_replaced_does_not_verify(self, data):
        note = sign(make_log(3)).note
        position = data.draw(st.integers(0, len(note) - 2))
        new = data.draw(
            st.sampled_from("0A/+= \n\u2014z").filter(lambda character: character != note[position])
        )
        with pytest.raises(CustodyChainBroken):
            verify_note(note[:position] + new + note[position + 1 :], public_key_hex=KEY.public_key_hex)

    @pytest.mark.parametrize(
        "note",
        [
            "",
            "a\n1\nAA==\n",
            "a\n1\n\n\u2014 a AAAA\n",
            "a\nx\nAA==\n\n\u2014 a AAAA\n",
            "a\n1\nAA==\n\n\u2014 a !\n",
            sign(make_log(3)).note.replace("previous 0", "previous x"),
        ],
    )
    def test_what_is_no_note_is_refused(self, note):
        with pytest.raises(CustodyChainBroken, match="not a signed note"):
            parse_note(note)

    @pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
    def test_an_origin_that_breaks_the_format_is_refused(self, origin):
        with pytest.raises(ValueError, match="cannot name a log"):
            sign_checkpoint(origin=origin, size=1, root=bytes(32), key=KEY, created_at=NOON)


class TestChain:
    def test_a_log_as_written_verifies_with_all_its_checkpoints(self):
        events = make_log(7)
        checkpoints = []
        for size in (1, 4, 7):
            checkpoints.append(sign(events, size, before=checkpoints[-1] if checkpoints else None))
        verify_chain(events, checkpoints=checkpoints, public_keys=KEYS)
        with pytest.raises(CustodyChainBroken, match="of 7 events does not name the one before it"):
            verify_chain(events, checkpoints=checkpoints[::2], public_keys=KEYS)

    def test_an_empty_log_verifies(self):
        verify_chain([])

    @settings(max_examples=60)
    @given(st.data())
    def test_tampering_is_detected_even_when_the_chain_is_made_to_fit_again(self, data):
        events = make_log(data.draw(st.integers(2, 12)))
        checkpoint = sign(events)
        position = data.draw(st.integers(0, len(events) - 1))
        forged = list(events)
        how = data.draw(st.sampled_from(["insert", "delete", "swap", "edit", "cut"]))
        if how == "insert":
            forged.insert(position, replace(forged[position], object_id="E-9999"))
        elif how == "delete":
            del forged[position]
        elif how == "swap":
            other = (position + 1) % len(events)
            forged[position], forged[other] = forged[other], forged[position]
        elif how == "edit":
            forged[position] = replace(forged[position], examiner="Somebody Else")
        else:
            del forged[data.draw(st.integers(0, len(events) - 1)) :]
        with pytest.raises(CustodyChainBroken):
            verify_chain(forged, checkpoints=[checkpoint], public_keys=KEYS)
        with pytest.raises(CustodyChainBroken):
            verify_chain(rechain(forged), checkpoints=[checkpoint], public_keys=KEYS)

    @given(st.data())
    def test_an_edit_of_any_field_is_named_without_a_checkpoint(self, data):
        events = make_log(5)
        position = data.draw(st.integers(0, 4))
        change = data.draw(
            st.sampled_from(
                [
                    {"action": "exhibit_exported"},
                    {"occurred_at": NOON - timedelta(days=1)},
                    {"examiner": "B. Doe"},
                    {"case_id": "C-0009"},
                    {"object_type": "case"},
                    {"object_id": "E-9999"},
                    {"details": {}},
                ]
            )
        )
        events[position] = replace(events[position], **change)
        with pytest.raises(CustodyChainBroken, match=f"Event {position + 1} was changed"):
            verify_chain(events)

    def test_a_gap_and_a_wrong_link_are_named(self):
        events = make_log(3)
        with pytest.raises(CustodyChainBroken, match="Event 2 of the custody log is missing"):
            verify_chain([events[0], events[2]])
        with pytest.raises(CustodyChainBroken, match="Event 2 does not follow"):
            verify_chain([events[0], replace(events[1], previous_sha256="f" * 64)])

    def test_a_cut_tail_is_seen_only_through_the_checkpoint(self):
        events = make_log(5)
        checkpoint = sign(events)
        verify_chain(events[:3])
        with pytest.raises(CustodyChainBroken, match="its end was cut"):
            verify_chain(events[:3], checkpoints=[checkpoint], public_keys=KEYS)

    def test_a_checkpoint_of_an_unknown_key_is_refused(self):
        events = make_log(2)
        with pytest.raises(CustodyChainBroken, match="unknown key"):
            verify_chain(events, checkpoints=[sign(events)])

    def test_a_checkpoint_whose_fields_differ_from_its_note_is_refused(self):
        events = make_log(2)
        checkpoint = replace(sign(events), size=1)
        with pytest.raises(CustodyChainBroken, match="does not say what its note says"):
            verify_chain(events, checkpoints=[checkpoint], public_keys=KEYS)

    def test_a_checkpoint_of_other_events_is_refused(self):
        checkpoint = sign(make_log(2, details={"purpose": "other"}))
        with pytest.raises(CustodyChainBroken, match="not those that the checkpoint signed"):
            verify_chain(make_log(2), checkpoints=[checkpoint], public_keys=KEYS)
