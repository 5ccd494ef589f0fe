"""Signing keys and signed heads (checkpoints) of a custody log.

Rules:
    * A checkpoint's time is the time of the newest event that it covers: nothing in it is unsigned.
    * A checkpoint names the one before it by the SHA-256 of its note, so that none can be taken away: the
      fourth line of the signed text is ``previous`` and that digest, sixty-four zeros for a log's first.
      Checkpoints of version 1 logs have no such line.

References:
    RFC 8032 (Ed25519); https://c2sp.org/signed-note; https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forensic_app.errors import CustodyChainBroken
from forensic_app.records import Checkpoint

ADVICE = (
    "Keep the casebook as it is, compare it with a backup or a printed checkpoint, and report the finding."
)
"""What to do when a log does not verify."""

FIRST_PREVIOUS_SHA256 = "0" * 64
"""What a log's first checkpoint names as the one before it."""

_ED25519_NOTE_TYPE = b"\x01"
_PREVIOUS = re.compile(r"previous ([0-9a-f]{64})")


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


def note_key_hash(name: str, public_key: bytes) -> bytes:
    """Return the four bytes that name a key on a note's signature line."""
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
        previous_sha256: SHA-256 of the note of the checkpoint before; ``None`` in a version 1 log.
    """

    origin: str
    size: int
    root_sha256: str
    body: str
    key_name: str
    key_hash: bytes
    signature: bytes
    previous_sha256: str | None = None


def note_sha256(note: str) -> str:
    """Return the digest by which the next checkpoint names the one with this note."""
    return hashlib.sha256(note.encode()).hexdigest()


def sign_checkpoint(
    *,
    origin: str,
    size: int,
    root: bytes,
    key: SigningKey,
    created_at: datetime,
    previous_sha256: str | None = FIRST_PREVIOUS_SHA256,
) -> Checkpoint:
    """Return a signed checkpoint of a log.

    Args:
        origin: Name of the log; no blanks, no ``+``, not empty.
        size: Number of events.
        root: Merkle root over the events' digests, 32 bytes.
        key: The workstation's key.
        created_at: Time of the newest event covered.
        previous_sha256: :func:`note_sha256` of the checkpoint before; ``None`` for one of version 1.

    Raises:
        ValueError: ``origin`` cannot stand in a note.
    """
    if not origin or "+" in origin or any(character.isspace() for character in origin):
        raise ValueError(f"{origin!r} cannot name a log in a signed note")
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    if previous_sha256 is not None:
        body += f"previous {previous_sha256}\n"
    key_hash = note_key_hash(origin, bytes.fromhex(key.public_key_hex))
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
        origin, size, root, *further = body.split("\n")
        previous = _PREVIOUS.fullmatch(further[0]) if further else None
        signature = base64.b64decode(blob, validate=True)
        root_bytes = base64.b64decode(root, validate=True)
        is_well_formed = (
            bool(separator)
            and dash == "\u2014"
            and size == str(int(size))
            and int(size) >= 0
            and len(signature) == 4 + 64
            and len(root_bytes) == 32
            and (not further or (previous is not None and len(further) == 1))
        )
    except (ValueError, binascii.Error):
        is_well_formed = False
    if not is_well_formed:
        raise CustodyChainBroken("A checkpoint is not a signed note.", ADVICE)
    return CheckpointNote(
        origin,
        int(size),
        root_bytes.hex(),
        body + "\n",
        name,
        signature[:4],
        signature[4:],
        None if previous is None else previous.group(1),
    )


def verify_note(note: str, *, public_key_hex: str) -> CheckpointNote:
    """Return a note's parts after checking its signature.

    Raises:
        CustodyChainBroken: The note is malformed, names another key, or its signature does not verify.
    """
    parsed = parse_note(note)
    public_key = bytes.fromhex(public_key_hex)
    if parsed.key_hash != note_key_hash(parsed.key_name, public_key):
        raise CustodyChainBroken(f"The checkpoint of {parsed.size} events names another key.", ADVICE)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(parsed.signature, parsed.body.encode())
    except InvalidSignature:
        raise CustodyChainBroken(
            f"The signature on the checkpoint of {parsed.size} events does not verify.", ADVICE
        ) from None
    return parsed
