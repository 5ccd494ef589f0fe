"""Check a model pack's files against its manifest.

Rules:
    * A file that the manifest does not list, or lists with another digest, stops the load.
    * Digests of large files are remembered within the process by path, size and time of change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.layout import MANIFEST_NAME, files_in
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import PackAltered, PackRefused

REMEMBERED_SIZE_BYTES: Final = 8 << 20

_remembered: dict[tuple[str, int, int], str] = {}


def verify_pack(
    pack: Pack, *, expected_sha256: str | None = None, on_chunk: Callable[[], None] | None = None
) -> None:
    """Check every file of ``pack`` against its manifest.

    Args:
        pack: The pack.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called after every 8 MiB that are hashed; may raise to stop.

    Raises:
        PackAltered: A file has another digest, is missing, or is not listed; or the manifest is another one.
    """
    if expected_sha256 is not None and pack.sha256 != expected_sha256:
        raise PackAltered(
            f"The model pack {pack.name} is not the one that was named: its manifest has the digest "
            f"{pack.sha256}, not {expected_sha256}.",
            "Restore the pack from its source, or start a new run with the present one.",
        )
    for path in pack.files:
        if path != MANIFEST_NAME:
            _verify_file(pack, path, on_chunk)
    for path in files_in(pack.path):
        if path not in pack.files:
            raise PackAltered(
                f"{pack.path / path} is not listed in the manifest of the pack {pack.name}.",
                "Remove the file, or restore the pack from its source.",
            )


def _verify_file(pack: Pack, relative: str, on_chunk: Callable[[], None] | None) -> None:
    path = pack.path / relative
    if not path.resolve().is_relative_to(pack.path.resolve()):
        raise PackRefused(f"The manifest of the pack {pack.name} names {relative}.", "Import the pack again.")
    try:
        digest = _digest(path, on_chunk)
    except OSError as error:
        raise PackAltered(
            f"{path} of the pack {pack.name} is missing or unreadable.", "Restore the pack from its source."
        ) from error
    if digest != pack.files[relative]:
        raise PackAltered(
            f"{path} does not have the digest that the manifest of the pack {pack.name} lists.",
            "Restore the pack from its source; do not use results made with it since it was last verified.",
        )


def _digest(path: Path, on_chunk: Callable[[], None] | None) -> str:
    status = path.stat()
    if status.st_size < REMEMBERED_SIZE_BYTES:
        return sha256_of_file(path)
    key = (str(path.resolve()), status.st_size, status.st_mtime_ns)
    if key not in _remembered:
        _remembered[key] = _hashed(path, on_chunk)
    return _remembered[key]


def _hashed(path: Path, on_chunk: Callable[[], None] | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(REMEMBERED_SIZE_BYTES or -1):
            digest.update(chunk)
            if on_chunk is not None:
                on_chunk()
    return digest.hexdigest()
