"""What a bundle holds of the custody log: events with their proofs, the heads that sign them, time-stamps of heads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from forensic_app.bundles.bag import Bag
from forensic_app.bundles.proofs import ProvenTree
from forensic_app.bundles.redaction import Withheld
from forensic_app.custody import consistency_proof, event_bytes
from forensic_app.errors import CustodyChainBroken
from forensic_app.identity.certificates import pem
from forensic_app.records import Case, Checkpoint, CustodyEvent
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.timestamps import kept_stamps

_OF_THE_LOG: Final = frozenset({"casebook", "examiner", "signing_key"})
"""Kinds of records whose events every bundle discloses: who worked in the casebook, under which keys."""


def add_log(
    bag: Bag, store: CaseStore, case: Case, hidden: Withheld
) -> tuple[list[CustodyEvent], Checkpoint]:
    """Write the events of the case with their proofs, and the heads; return the events and the newest head.

    Raises:
        CustodyChainBroken: The newest head does not cover the events, or signed others.
    """
    events, checkpoint = store.events(), store.checkpoint()
    if checkpoint is None or checkpoint.size != len(events):
        raise CustodyChainBroken(
            "The newest head does not cover every event of the log.", "Run: forensic-app verify."
        )
    entries = [bytes.fromhex(event.sha256) for event in events]
    tree = ProvenTree(entries)
    if tree.root.hex() != checkpoint.root_sha256:
        raise CustodyChainBroken(
            "The events are not those that the head signed.", "Run: forensic-app verify."
        )
    wanted = [event for event in events if event.case_id == case.case_id or event.object_type in _OF_THE_LOG]
    lines = (json.dumps(proven(event, tree, is_hidden=hidden.hides_event(event))) + "\n" for event in wanted)
    bag.add_bytes("data/log/events.jsonl", "".join(lines).encode())
    heads = _heads(store, wanted, entries, checkpoint)
    bag.add_bytes(
        "data/log/heads.json", json_bytes({**heads, "timestamped": _add_stamps(bag, store, entries)})
    )
    return [event for event in wanted if not hidden.hides_event(event)], checkpoint


def proven(event: CustodyEvent, tree: ProvenTree, *, is_hidden: bool) -> dict[str, Any]:
    """Return an event with the proof that the log holds it; its digest alone where its text is withheld."""
    told = {"sha256": event.sha256} if is_hidden else {"canonical": event_bytes(event).decode()}
    path = [each.hex() for each in tree.proof(event.sequence - 1)]
    return {"sequence": event.sequence, **told, "proof": path}


def _heads(
    store: CaseStore, wanted: Sequence[CustodyEvent], entries: Sequence[bytes], newest: Checkpoint
) -> dict[str, Any]:
    """Return the newest head, and for each key after the first one the first head that covers its introduction."""
    heads = store.checkpoints()
    introduced = [
        each for each in wanted if each.object_type == "signing_key" and "public_key_hex" in each.details
    ]
    found = {}
    for event in introduced[1:]:
        head = next(each for each in heads if each.size >= event.sequence)
        proof = consistency_proof(entries, head.size)
        found[head.size] = {"note": head.note, "consistency": [each.hex() for each in proof]}
    return {"note": newest.note, "introductions": list(found.values())}


def _add_stamps(bag: Bag, store: CaseStore, entries: Sequence[bytes]) -> list[dict[str, Any]]:
    """Write each time-stamp beside the head that it stamps, and return those heads with their proofs."""
    found = []
    for each in kept_stamps(store):
        name = f"data/log/timestamps/{each.sequence:06d}"
        bag.add_bytes(f"{name}.tsr", each.reply)
        bag.add_bytes(f"{name}.note", each.note.encode())
        bag.add_bytes(f"{name}.pem", "".join(pem(anchor) for anchor in each.anchors).encode())
        proof = consistency_proof(entries, each.head_size)
        found.append(
            {
                "note": each.note,
                "consistency": [part.hex() for part in proof],
                "file": f"{name}.note",
                "time": each.stamp["time"],
                "is_local": each.stamp["is_local"],
            }
        )
    return found


def first_key(events: Sequence[CustodyEvent]) -> str:
    """Return the key that the log introduces first, in hexadecimal digits; empty where it names none."""
    keys = (each.details.get("public_key_hex") for each in events if each.object_type == "signing_key")
    return next((str(key) for key in keys if key is not None), "")


def json_bytes(value: object) -> bytes:
    """Return a value as a JSON file of a bundle."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
