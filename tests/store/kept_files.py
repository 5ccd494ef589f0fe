"""Files in the vault, from bytes."""

from __future__ import annotations

from forensic_app.store.vault import StoredFile, Vault


def keep(vault: Vault, data: bytes) -> StoredFile:
    """Keep ``data`` in the vault, by way of a file beside it."""
    path = vault.folder.parent / "received"
    path.write_bytes(data)
    try:
        return vault.import_file(path)
    finally:
        path.unlink()
