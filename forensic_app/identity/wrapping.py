"""A secret kept under a passphrase: Argon2id makes the key, AES-256-GCM seals.

Rules:
    * Everything that opens it but the passphrase stands beside the sealed bytes, and is sealed with them: an altered
      number is a wrong passphrase to the outside, and opens nothing.
    * The costs that a file asks for have limits: an altered one may not take the memory of the machine.

References:
    RFC 9106 (2021), section 4, second recommended option: 3 passes, 4 lanes, 64 MiB;
    NIST SP 800-38D (2007) for GCM.
"""

from __future__ import annotations

import json
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from forensic_app.errors import InvalidInput, StoreUnavailable

ITERATIONS: Final = 3
LANES: Final = 4
MEMORY_KIB: Final = 65_536
_MOST: Final = {"iterations": 20, "lanes": 16, "memory_kib": 1_048_576}
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32

Wrapped = dict[str, Any]
"""The sealed secret as JSON types."""


def wrap(secret: bytes, passphrase: str) -> Wrapped:
    """Return ``secret`` sealed under a passphrase; takes about half a second.

    Raises:
        InvalidInput: The passphrase is empty.
    """
    if not passphrase:
        raise InvalidInput("The passphrase is empty.", "Give one that only you know, best several words.")
    head: Wrapped = {
        "kdf": "argon2id",
        "iterations": ITERATIONS,
        "lanes": LANES,
        "memory_kib": MEMORY_KIB,
        "salt": os.urandom(_SALT_BYTES).hex(),
        "cipher": "aes-256-gcm",
        "nonce": os.urandom(_NONCE_BYTES).hex(),
    }
    sealed = AESGCM(_key(head, passphrase)).encrypt(bytes.fromhex(head["nonce"]), secret, _bound(head))
    return {**head, "sealed": sealed.hex()}


def unwrap(wrapped: Wrapped, passphrase: str) -> bytes:
    """Return the secret.

    Raises:
        InvalidInput: The passphrase is wrong, or the record was altered.
        StoreUnavailable: The record is no sealed secret.
    """
    head = {name: value for name, value in wrapped.items() if name != "sealed"}
    damaged = StoreUnavailable(
        "The signing key of the laboratory is damaged: it is no sealed key.",
        "Restore the workstation's folder from a backup, or import the certificate anew.",
    )
    if not _is_bearable(head):
        raise damaged
    try:
        sealed, nonce = bytes.fromhex(wrapped["sealed"]), bytes.fromhex(head["nonce"])
        key = _key(head, passphrase)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged from error
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound(head))
    except InvalidTag as error:
        raise InvalidInput(
            "The passphrase does not open the laboratory's signing key.", "Type it again; capitals count."
        ) from error


def _is_bearable(head: Wrapped) -> bool:
    """Return whether a record names what is known here, at costs within the limits."""
    names = (head.get("kdf"), head.get("cipher"), len(str(head.get("nonce"))))
    return names == ("argon2id", "aes-256-gcm", 2 * _NONCE_BYTES) and all(
        type(head.get(name)) is int and 1 <= head[name] <= most for name, most in _MOST.items()
    )


def _key(head: Wrapped, passphrase: str) -> bytes:
    derivation = Argon2id(
        salt=bytes.fromhex(head["salt"]),
        length=_KEY_BYTES,
        iterations=head["iterations"],
        lanes=head["lanes"],
        memory_cost=head["memory_kib"],
    )
    return derivation.derive(passphrase.encode())


def _bound(head: Wrapped) -> bytes:
    return json.dumps(head, sort_keys=True).encode()
