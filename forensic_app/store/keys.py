"""The workstation's signing key on disk.

Rules:
    * One Ed25519 key per workstation, in ``<home>/keys/signing.key``, readable by its owner alone; created
      on first use. A key whose file others can read is refused.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from forensic_app.custody import SigningKey
from forensic_app.errors import StoreUnavailable
from forensic_app.private import make_private_folder
from forensic_app.store.faults import translated

KEY_FILE = "signing.key"
_HEADER = "forensic-app-ed25519-seed-v1"


def load_or_create_key(home: Path) -> SigningKey:
    """Return the workstation's key, making one on first use.

    Args:
        home: The workstation's folder, ``Settings.home``.

    Raises:
        StoreUnavailable: The key cannot be read or written, is malformed, or others may read it.
    """
    path = home / "keys" / KEY_FILE
    with translated(path):
        make_private_folder(path.parent)
        if not path.exists():
            _create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8", errors="replace")
    if mode & 0o077:
        raise StoreUnavailable(
            f"The signing key {path} can be read by others (mode {mode:04o}).",
            f"Find out who had access, then run: chmod 600 {path}",
        )
    try:
        header, seed = text.split()
        key = SigningKey.from_bytes(bytes.fromhex(seed))
    except ValueError:
        header, key = "", None
    if key is None or header != _HEADER:
        raise StoreUnavailable(
            f"The signing key {path} is damaged.",
            "Restore it from a backup, or move it away so that a new key is made and registered.",
        )
    return key


def existing_key(home: Path) -> SigningKey | None:
    """Return the workstation's key if it has one; makes none.

    Raises:
        StoreUnavailable: See :func:`load_or_create_key`.
    """
    with translated(home):
        is_there = (home / "keys" / KEY_FILE).exists()
    return load_or_create_key(home) if is_there else None


def _create(path: Path) -> None:
    """Write a new key; when two processes do so at once, the first one's key stays."""
    temporary = path.with_name(f".{KEY_FILE}-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"{_HEADER} {SigningKey.generate().to_bytes().hex()}\n")
            stream.flush()
            os.fsync(stream.fileno())
        if not path.exists():
            temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
