"""Check a model pack's files against its manifest, and hand out the bytes that were checked.

Rules:
    * A file that the manifest does not list, or lists with another digest, stops the load; hidden files too.
    * Every check reads what is on the disk now: nothing is remembered by a file's size or time.
    * What is loaded are the bytes that were hashed: a file is opened once, and no loader gets its path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from forensic_app.engines.packs.files import (
    MOST_FILE_BYTES,
    hash_file,
    list_files,
    read_file,
    shown,
    shown_path,
)
from forensic_app.engines.packs.manifest import json_object
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import PackAltered, PackRefused

OnChunk = Callable[[], None]
MOST_CONFIG_BYTES: Final = 1 << 20
_RESTORE: Final = "Restore the pack from its source."


class PackReader:
    """Reads a pack's files, each against its digest, for one load.

    Args:
        pack: The pack.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called after every 8 MiB that are hashed; may raise to stop.

    Raises:
        PackAltered: The pack is not the one that is expected, or a file is not listed or not there.
        PackRefused: The folder holds something that no pack holds.
    """

    def __init__(
        self, pack: Pack, *, expected_sha256: str | None = None, on_chunk: OnChunk | None = None
    ) -> None:
        if expected_sha256 is not None and pack.sha256 != expected_sha256:
            raise PackAltered(
                f"The model pack {pack.name} is not the one that was named: its manifest has the digest "
                f"{pack.sha256}, not {expected_sha256}.",
                "Restore the pack from its source, or start a new run with the present one.",
            )
        self.pack = pack
        self._on_chunk = on_chunk
        self._checked: set[str] = set()
        for path in list_files(pack.path):
            if path not in pack.files:
                raise PackAltered(
                    f"{shown_path(pack.path)}/{shown(path)} is not listed in the manifest of the pack {pack.name}.",
                    "Remove the file, or restore the pack from its source.",
                )

    def files_of(self, component: str) -> list[str]:
        """Return the names of the files that the manifest lists directly in a component's folder, sorted."""
        start = f"{component}/"
        names = (path.removeprefix(start) for path in self.pack.files if path.startswith(start))
        return sorted(name for name in names if "/" not in name)

    def read(self, path: str, *, most_bytes: int = MOST_FILE_BYTES) -> bytearray:
        """Return the bytes of a file that the manifest lists, which have its digest.

        Args:
            path: Relative to the pack, with ``/``.
            most_bytes: Largest size.

        Raises:
            PackAltered: It is not there, or has another digest.
            PackRefused: The manifest does not list it, it is no ordinary file, or it is too large.
        """
        if path not in self.pack.files:
            raise PackRefused(f"The pack {self.pack.name} has no {path}.", _RESTORE)
        try:
            data, digest = read_file(self.pack.path / path, most_bytes=most_bytes, on_chunk=self._on_chunk)
        except OSError as error:
            raise _missing(self.pack, path) from error
        self._accept(path, digest)
        return data

    def read_json(self, path: str, *, most_bytes: int = MOST_CONFIG_BYTES) -> dict[str, Any]:
        """Return the JSON object in a file that the manifest lists; see :meth:`read`.

        Raises:
            PackAltered: It is not there, or has another digest.
            PackRefused: The manifest does not list it, or it is no JSON object within the limits.
        """
        where = f"{path} of the pack {self.pack.name}"
        return json_object(self.read(path, most_bytes=most_bytes), where=where, most_bytes=most_bytes)

    def check_rest(self) -> None:
        """Check every file that was not read yet.

        Raises:
            PackAltered: A file is not there, or has another digest.
            PackRefused: It is no ordinary file.
        """
        for path in self.pack.files:
            if path in self._checked:
                continue
            try:
                digest = hash_file(self.pack.path / path, on_chunk=self._on_chunk)
            except OSError as error:
                raise _missing(self.pack, path) from error
            self._accept(path, digest)

    def _accept(self, path: str, digest: str) -> None:
        _refuse_other(self.pack, path, digest)
        self._checked.add(path)


def verify_pack(pack: Pack, *, expected_sha256: str | None = None, on_chunk: OnChunk | None = None) -> None:
    """Check every file of ``pack`` against its manifest, as they are on the disk now.

    Args:
        pack: The pack.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called after every 8 MiB that are hashed; may raise to stop.

    Raises:
        PackAltered: A file has another digest, is missing, or is not listed; or the manifest is another one.
        PackRefused: The folder holds something that no pack holds.
    """
    PackReader(pack, expected_sha256=expected_sha256, on_chunk=on_chunk).check_rest()


def read_listed(pack: Pack, path: str, *, most_bytes: int = MOST_CONFIG_BYTES) -> bytes | None:
    """Return the bytes of a small file of a pack, ``None`` where the manifest lists none of this name.

    Raises:
        PackAltered: It is not there, or has another digest.
        PackRefused: It is no ordinary file, or too large.
    """
    if path not in pack.files:
        return None
    try:
        data, digest = read_file(pack.path / path, most_bytes=most_bytes)
    except OSError as error:
        raise _missing(pack, path) from error
    _refuse_other(pack, path, digest)
    return bytes(data)


def _refuse_other(pack: Pack, path: str, digest: str) -> None:
    if digest != pack.files[path]:
        raise PackAltered(
            f"{shown_path(pack.path / path)} does not have the digest that the manifest of the pack "
            f"{pack.name} lists.",
            "Restore the pack from its source; do not use results made with it since it was last verified.",
        )


def _missing(pack: Pack, path: str) -> PackAltered:
    return PackAltered(
        f"{shown_path(pack.path / path)} of the pack {pack.name} is missing or unreadable.", _RESTORE
    )
