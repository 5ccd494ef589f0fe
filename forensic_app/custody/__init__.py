"""The custody log's arithmetic: hash chain, Merkle tree, signed checkpoints; no input or output, no clock.

Rules:
    * An event's digest is the SHA-256 of its canonical JSON, which holds the digest of the event before it;
      the first event follows :data:`GENESIS_SHA256`. Sequence numbers start at 1 and have no gaps.
    * A chain alone still verifies after its tail is cut. A checkpoint signs the log's size and Merkle root,
      so a log that is shorter than a checkpoint, or that has another root at that size, is not the log that
      was signed.
    * Leaves of the tree are the events' digests (32 bytes each).
    * A checkpoint's time is the time of the newest event that it covers: nothing in it is unsigned.
    * Every transaction of a version 2 log ends with a checkpoint that names the one before it.

References:
    RFC 8785 (JSON Canonicalization Scheme); RFC 9162 sections 2.1.1 to 2.1.4 (Merkle tree, inclusion and
    consistency proofs); RFC 8032 (Ed25519); https://c2sp.org/signed-note; https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from forensic_app.custody.chain import (
    GENESIS_SHA256,
    event_bytes,
    next_event,
    time_text,
    verify_chain,
)
from forensic_app.custody.checkpoints import (
    FIRST_PREVIOUS_SHA256,
    CheckpointNote,
    SigningKey,
    key_id_of,
    note_sha256,
    parse_note,
    sign_checkpoint,
    verify_note,
)
from forensic_app.custody.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    merkle_root,
    node_hash,
)

__all__ = [
    "EMPTY_ROOT",
    "FIRST_PREVIOUS_SHA256",
    "GENESIS_SHA256",
    "CheckpointNote",
    "MerkleTree",
    "SigningKey",
    "consistency_proof",
    "event_bytes",
    "inclusion_proof",
    "is_consistent",
    "is_included",
    "key_id_of",
    "leaf_hash",
    "merkle_root",
    "next_event",
    "node_hash",
    "note_sha256",
    "parse_note",
    "sign_checkpoint",
    "time_text",
    "verify_chain",
    "verify_note",
]
