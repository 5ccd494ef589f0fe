"""The custody log's arithmetic: hash chain, Merkle tree, signed checkpoints; no input or output, no clock.

Rules:
    * An event's digest is the SHA-256 of its canonical JSON, which holds the digest of the event before it;
      the first event follows :data:`GENESIS_SHA256`. Sequence numbers start at 1 and have no gaps.
    * A chain alone still verifies after its tail is cut. A checkpoint signs the log's size and Merkle root,
      so a log that is shorter than a checkpoint, or that has another root at that size, is not the log that
      was signed.
    * Leaves of the tree are the events' digests (32 bytes each).
    * A checkpoint's time is the time of the newest event that it covers: nothing in it is unsigned.

References:
    RFC 8785 (JSON Canonicalization Scheme); RFC 9162 sections 2.1.1 to 2.1.4 (Merkle tree, inclusion and
    consistency proofs); RFC 8032 (Ed25519); https://c2sp.org/signed-note; https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import CustodyChainBroken
from forensic_app.records import Checkpoint, CustodyEvent

GENESIS_SHA256 = "0" * 64
EMPTY_ROOT = hashlib.sha256(b"").digest()
_ED25519_NOTE_TYPE = b"\x01"
_ADVICE = (
    "Keep the casebook as it is, compare it with a backup or a printed checkpoint, and report the finding."
)


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


def leaf_hash(entry: bytes) -> bytes:
    """Return the Merkle leaf ``SHA-256(0x00 || entry)``."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the Merkle node ``SHA-256(0x01 || left || right)``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A growing RFC 9162 tree that keeps only the roots of its complete subtrees.

    Appending costs amortised constant time, :meth:`root` logarithmic time, memory is logarithmic.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []
        for entry in entries:
            self.append(entry)

    def append(self, entry: bytes) -> None:
        """Add one entry at the end."""
        width, digest = 1, leaf_hash(entry)
        while self._subtrees and self._subtrees[-1][0] == width:
            _, left = self._subtrees.pop()
            width, digest = 2 * width, node_hash(left, digest)
        self._subtrees.append((width, digest))
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root, 32 bytes; the SHA-256 of nothing for an empty tree."""
        if not self._subtrees:
            return EMPTY_ROOT
        digest = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            digest = node_hash(left, digest)
        return digest


def merkle_root(entries: Iterable[bytes]) -> bytes:
    """Return the RFC 9162 root over ``entries`` in order, 32 bytes."""
    return MerkleTree(entries).root()


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves that ``entries[index]`` is in the tree, lowest sibling first.

    Raises:
        ValueError: ``index`` is out of range.

    References:
        RFC 9162 section 2.1.3.1.
    """
    if not 0 <= index < len(entries):
        raise ValueError(f"index {index} is not in a log of {len(entries)} entries")
    if len(entries) == 1:
        return []
    middle = _split(len(entries))
    if index < middle:
        return [*inclusion_proof(entries[:middle], index), merkle_root(entries[middle:])]
    return [*inclusion_proof(entries[middle:], index - middle), merkle_root(entries[:middle])]


def is_included(entry: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that ``entry`` is number ``index`` (from 0) of the tree ``(size, root)``.

    References:
        RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


def consistency_proof(entries: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the nodes that prove that the first ``old_size`` entries are the beginning of ``entries``.

    Raises:
        ValueError: ``old_size`` is not between 1 and the number of entries.

    References:
        RFC 9162 section 2.1.4.1.
    """
    if not 1 <= old_size <= len(entries):
        raise ValueError(f"no consistency proof from size {old_size} to size {len(entries)}")
    return [] if old_size == len(entries) else _subproof(entries, old_size, is_complete=True)


def _subproof(entries: Sequence[bytes], old_size: int, *, is_complete: bool) -> list[bytes]:
    if old_size == len(entries):
        return [] if is_complete else [merkle_root(entries)]
    middle = _split(len(entries))
    if old_size <= middle:
        return [
            *_subproof(entries[:middle], old_size, is_complete=is_complete),
            merkle_root(entries[middle:]),
        ]
    return [*_subproof(entries[middle:], old_size - middle, is_complete=False), merkle_root(entries[:middle])]


def is_consistent(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the tree ``(size, root)`` extends the tree ``(old_size, old_root)``.

    References:
        RFC 9162 section 2.1.4.2.
    """
    if not 1 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_digest = digest = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_digest, digest = node_hash(sibling, old_digest), node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_digest == old_root and digest == root


class SigningKey:
    """An Ed25519 private key; one per workstation. Its ``repr`` never shows the secret."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key

    @classmethod
    def generate(cls) -> SigningKey:
        """Return a new random key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, secret: bytes) -> SigningKey:
        """Return the key with the 32-byte RFC 8032 seed ``secret``.

        Raises:
            ValueError: ``secret`` is not 32 bytes.
        """
        return cls(Ed25519PrivateKey.from_private_bytes(secret))

    def to_bytes(self) -> bytes:
        """Return the 32-byte RFC 8032 seed: keep it secret."""
        return self._private_key.private_bytes_raw()

    @property
    def public_key_hex(self) -> str:
        """The 32-byte public key as 64 lower-case hexadecimal characters."""
        return self._private_key.public_key().public_bytes_raw().hex()

    @property
    def key_id(self) -> str:
        """First 16 hexadecimal characters of the SHA-256 of the public key."""
        return key_id_of(self.public_key_hex)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of ``message``; deterministic."""
        return self._private_key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.key_id!r})"


def key_id_of(public_key_hex: str) -> str:
    """Return the identifier of a public key: 16 hexadecimal characters of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key_hex)).hexdigest()[:16]


def _note_key_hash(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519_NOTE_TYPE + public_key).digest()[:4]


@dataclass(frozen=True, slots=True)
class CheckpointNote:
    """What a checkpoint note says, before its signature is checked.

    Attributes:
        origin: Name of the log.
        size: Number of events covered.
        root_sha256: Merkle root, 64 hexadecimal characters.
        body: The signed text, with its final newline.
        key_name: Name on the signature line.
        key_hash: First four bytes of the hash that binds name and key.
        signature: Ed25519 signature, 64 bytes.
    """

    origin: str
    size: int
    root_sha256: str
    body: str
    key_name: str
    key_hash: bytes
    signature: bytes


def sign_checkpoint(
    *, origin: str, size: int, root: bytes, key: SigningKey, created_at: datetime
) -> Checkpoint:
    """Return a signed checkpoint of a log.

    Args:
        origin: Name of the log; no blanks, no ``+``, not empty.
        size: Number of events.
        root: Merkle root over the events' digests, 32 bytes.
        key: The workstation's key.
        created_at: Time of the newest event covered.

    Raises:
        ValueError: ``origin`` cannot stand in a note.
    """
    if not origin or "+" in origin or any(character.isspace() for character in origin):
        raise ValueError(f"{origin!r} cannot name a log in a signed note")
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    key_hash = _note_key_hash(origin, bytes.fromhex(key.public_key_hex))
    blob = base64.b64encode(key_hash + key.sign(body.encode())).decode()
    return Checkpoint(size, root.hex(), f"{body}\n\u2014 {origin} {blob}\n", key.key_id, created_at)


def parse_note(note: str) -> CheckpointNote:
    """Return the parts of a checkpoint note with one signature.

    Raises:
        CustodyChainBroken: The text is not such a note.
    """
    try:
        body, separator, signature_line = note.rpartition("\n\n")
        dash, name, blob = signature_line.rstrip("\n").split(" ")
        origin, size, root, *_ = body.split("\n")
        signature = base64.b64decode(blob, validate=True)
        root_bytes = base64.b64decode(root, validate=True)
        is_well_formed = (
            bool(separator)
            and dash == "\u2014"
            and size == str(int(size))
            and int(size) >= 0
            and len(signature) == 4 + 64
            and len(root_bytes) == 32
        )
    except (ValueError, binascii.Error):
        is_well_formed = False
    if not is_well_formed:
        raise CustodyChainBroken("A checkpoint is not a signed note.", _ADVICE)
    return CheckpointNote(
        origin, int(size), root_bytes.hex(), body + "\n", name, signature[:4], signature[4:]
    )


def verify_note(note: str, *, public_key_hex: str) -> CheckpointNote:
    """Return a note's parts after checking its signature.

    Raises:
        CustodyChainBroken: The note is malformed, names another key, or its signature does not verify.
    """
    parsed = parse_note(note)
    public_key = bytes.fromhex(public_key_hex)
    if parsed.key_hash != _note_key_hash(parsed.key_name, public_key):
        raise CustodyChainBroken(f"The checkpoint of {parsed.size} events names another key.", _ADVICE)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(parsed.signature, parsed.body.encode())
    except InvalidSignature:
        raise CustodyChainBroken(
            f"The signature on the checkpoint of {parsed.size} events does not verify.", _ADVICE
        ) from None
    return parsed


def verify_chain(
    events: Sequence[CustodyEvent],
    *,
    checkpoints: Sequence[Checkpoint] = (),
    public_keys: Mapping[str, str] | None = None,
) -> None:
    """Check a custody log: every digest, every link, every number, and every checkpoint.

    Args:
        events: The whole log, oldest first.
        checkpoints: Signed checkpoints of it; without one, a cut tail cannot be seen.
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
            raise CustodyChainBroken(f"Event {position} of the custody log is missing or misplaced.", _ADVICE)
        if event.previous_sha256 != previous:
            raise CustodyChainBroken(f"Event {position} does not follow the event before it.", _ADVICE)
        if sha256_of_bytes(event_bytes(event)) != event.sha256:
            raise CustodyChainBroken(f"Event {position} was changed after it was written.", _ADVICE)
        previous = event.sha256
        tree.append(bytes.fromhex(event.sha256))
        if position in sizes:
            roots[position] = tree.root().hex()
    for checkpoint in checkpoints:
        _verify_checkpoint(checkpoint, roots=roots, count=len(events), public_keys=public_keys or {})


def _verify_checkpoint(
    checkpoint: Checkpoint, *, roots: Mapping[int, str], count: int, public_keys: Mapping[str, str]
) -> None:
    if checkpoint.key_id not in public_keys:
        raise CustodyChainBroken(
            f"The checkpoint of {checkpoint.size} events was signed by the unknown key {checkpoint.key_id}.",
            _ADVICE,
        )
    parsed = verify_note(checkpoint.note, public_key_hex=public_keys[checkpoint.key_id])
    if (parsed.size, parsed.root_sha256) != (checkpoint.size, checkpoint.root_sha256):
        raise CustodyChainBroken(
            f"The checkpoint of {checkpoint.size} events does not say what its note says.", _ADVICE
        )
    if checkpoint.size > count:
        raise CustodyChainBroken(
            f"The custody log has {count} events but a checkpoint covers {checkpoint.size}: its end was cut.",
            _ADVICE,
        )
    if roots[checkpoint.size] != checkpoint.root_sha256:
        raise CustodyChainBroken(
            f"The first {checkpoint.size} events are not those that the checkpoint signed.", _ADVICE
        )
