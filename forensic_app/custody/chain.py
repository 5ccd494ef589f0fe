"""The hash chain of custody events, and the verification of a whole log.

Rules:
    * An event's digest is the SHA-256 of its canonical JSON, which holds the digest of the event before it;
      the first event follows :data:`GENESIS_SHA256`. Sequence numbers start at 1 and have no gaps.

References:
    RFC 8785 (JSON Canonicalization Scheme).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from forensic_app.custody.checkpoints import ADVICE, note_sha256, parse_note, verify_note
from forensic_app.custody.merkle import EMPTY_ROOT, MerkleTree
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import CustodyChainBroken
from forensic_app.records import Checkpoint, CustodyEvent

GENESIS_SHA256 = "0" * 64


def time_text(moment: datetime) -> str:
    """Return an aware time as ISO 8601 UTC with microseconds, such as ``2026-11-24T09:30:00.000000Z``.

    Raises:
        ValueError: ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a custody time must have a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def event_bytes(event: CustodyEvent) -> bytes:
    """Return the canonical bytes that an event's digest is taken over (everything but the digest itself)."""
    return canonical_json(
        {
            "sequence": event.sequence,
            "action": event.action,
            "occurred_at": time_text(event.occurred_at),
            "examiner": event.examiner,
            "case_id": event.case_id,
            "object_type": event.object_type,
            "object_id": event.object_id,
            "details": event.details,
            "previous_sha256": event.previous_sha256,
        }
    )


def next_event(
    previous: CustodyEvent | None,
    *,
    action: str,
    occurred_at: datetime,
    examiner: str,
    object_type: str,
    object_id: str,
    case_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> CustodyEvent:
    """Return the event that follows ``previous`` (``None``: the first of a log), with its digest.

    Args:
        previous: The newest event of the log.
        action: Past-tense name, such as ``exhibit_received``.
        occurred_at: Aware time.
        examiner: Who acted.
        object_type: Kind of record acted on, such as ``exhibit``.
        object_id: Its identifier.
        case_id: The case it belongs to, if any.
        details: JSON values.

    Raises:
        ValueError: ``action`` is empty, the time has no zone, or ``details`` is not JSON.
    """
    if not action:
        raise ValueError("a custody event needs an action")
    event = CustodyEvent(
        sequence=1 if previous is None else previous.sequence + 1,
        action=action,
        occurred_at=occurred_at,
        examiner=examiner,
        case_id=case_id,
        object_type=object_type,
        object_id=object_id,
        details=dict(details or {}),
        previous_sha256=GENESIS_SHA256 if previous is None else previous.sha256,
        sha256="",
    )
    return replace(event, sha256=sha256_of_bytes(event_bytes(event)))


def verify_chain(
    events: Sequence[CustodyEvent],
    *,
    checkpoints: Sequence[Checkpoint] = (),
    public_keys: Mapping[str, str] | None = None,
) -> None:
    """Check a custody log: every digest, every link, every number, and every checkpoint.

    Args:
        events: The whole log, oldest first.
        checkpoints: Signed checkpoints of it, without a gap between them; without one, a cut tail cannot be seen.
        public_keys: Public keys in hexadecimal by ``key_id``.

    Raises:
        CustodyChainBroken: Names the first event or checkpoint that does not verify.
    """
    previous = GENESIS_SHA256
    tree = MerkleTree()
    roots = {0: EMPTY_ROOT.hex()}
    sizes = {checkpoint.size for checkpoint in checkpoints}
    for position, event in enumerate(events, start=1):
        if event.sequence != position:
            raise CustodyChainBroken(f"Event {position} of the custody log is missing or misplaced.", ADVICE)
        if event.previous_sha256 != previous:
            raise CustodyChainBroken(f"Event {position} does not follow the event before it.", ADVICE)
        if sha256_of_bytes(event_bytes(event)) != event.sha256:
            raise CustodyChainBroken(f"Event {position} was changed after it was written.", ADVICE)
        previous = event.sha256
        tree.append(bytes.fromhex(event.sha256))
        if position in sizes:
            roots[position] = tree.root().hex()
    before: str | None = None
    for checkpoint in sorted(checkpoints, key=lambda each: each.size):
        _verify_checkpoint(checkpoint, roots=roots, count=len(events), public_keys=public_keys or {})
        named = parse_note(checkpoint.note).previous_sha256
        if before is not None and named not in (None, before):
            raise CustodyChainBroken(
                f"The checkpoint of {checkpoint.size} events does not name the one before it.", ADVICE
            )
        before = note_sha256(checkpoint.note)


def _verify_checkpoint(
    checkpoint: Checkpoint, *, roots: Mapping[int, str], count: int, public_keys: Mapping[str, str]
) -> None:
    if checkpoint.key_id not in public_keys:
        raise CustodyChainBroken(
            f"The checkpoint of {checkpoint.size} events was signed by the unknown key {checkpoint.key_id}.",
            ADVICE,
        )
    parsed = verify_note(checkpoint.note, public_key_hex=public_keys[checkpoint.key_id])
    if (parsed.size, parsed.root_sha256) != (checkpoint.size, checkpoint.root_sha256):
        raise CustodyChainBroken(
            f"The checkpoint of {checkpoint.size} events does not say what its note says.", ADVICE
        )
    if checkpoint.size > count:
        raise CustodyChainBroken(
            f"The custody log has {count} events but a checkpoint covers {checkpoint.size}: its end was cut.",
            ADVICE,
        )
    if roots[checkpoint.size] != checkpoint.root_sha256:
        raise CustodyChainBroken(
            f"The first {checkpoint.size} events are not those that the checkpoint signed.", ADVICE
        )
