"""A folder in the form of BagIt: files under ``data/``, manifests of their digests, manifests of the manifests.

Rules:
    * Every byte is hashed while it is written; nothing is read twice.
    * Until it is finished a file :data:`MARKER` stands in the folder. What a stopped run left is taken over where it
      has the digest that it should have, and written anew where not.
    * File names in a bundle are plain: letters, digits, ``. _ -``.

References:
    RFC 8493 (2018). The BagIt file packaging format, version 1.0.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from forensic_app.digests import CHUNK_BYTES
from forensic_app.errors import EvidenceAltered, InvalidInput

MARKER: Final = "incomplete-bundle"
ALGORITHMS: Final = ("sha256", "sha512")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")

OnBytes = Callable[[int], None]
"""Called with the number of bytes that were written or compared; may raise to stop."""


class Digests(NamedTuple):
    """Digests and size of a file of the bundle."""

    sha256: str
    sha512: str
    size_bytes: int


def plain_name(text: str) -> str:
    """Return a text as a part of a file name in a bundle."""
    return _PLAIN.sub("-", text).strip("-.") or "unnamed"


class Bag:
    """A bundle on its way."""

    def __init__(self, folder: Path, *, about: Mapping[str, Any], on_bytes: OnBytes) -> None:
        """Begin a bundle, or go on with one that was begun for the same.

        Args:
            folder: Where to; new, empty, or a bundle of the same contents that was stopped.
            about: What it is a bundle of, as JSON types.
            on_bytes: Told how far it is.

        Raises:
            InvalidInput: The folder holds something else.
            OSError: It cannot be written.
        """
        self.folder = folder
        self._on_bytes = on_bytes
        self._payload: dict[str, Digests] = {}
        self._tags: dict[str, Digests] = {}
        marker = folder / MARKER
        wanted = json.dumps(dict(about), sort_keys=True)
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"{folder} is a file.", "Name a folder that does not exist yet.")
        if folder.is_dir() and any(folder.iterdir()):
            if not marker.is_file() or marker.is_symlink():
                raise InvalidInput(
                    f"The folder {folder} is not empty.",
                    "Name one that does not exist yet; nothing is replaced.",
                )
            if marker.read_text(encoding="utf-8") != wanted:
                raise InvalidInput(
                    f"The folder {folder} holds a stopped bundle of something else.",
                    "Remove it, or name another one.",
                )
        folder.mkdir(parents=True, exist_ok=True)
        marker.write_text(wanted, encoding="utf-8")

    def add_bytes(self, name: str, data: bytes) -> Digests:
        """Write a file of the bundle; ``data/...`` is payload, anything else a tag file."""
        return self.add(name, iter((data,)), expected=hashlib.sha256(data).hexdigest())

    def add_stream(self, name: str, stream: BinaryIO, *, expected: str) -> Digests:
        """Copy a file into the bundle.

        Raises:
            EvidenceAltered: It does not have the SHA-256 that the record says.
        """
        return self.add(name, iter(lambda: stream.read(CHUNK_BYTES), b""), expected=expected)

    def add(self, name: str, chunks: Iterable[bytes], *, expected: str) -> Digests:
        """Write chunks as a file with an expected SHA-256, unless a stopped run wrote it already."""
        path = self.folder / name
        found = self._kept(path, expected)
        if found is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.part")
            with temporary.open("wb") as copy:
                found = self._hashed(chunks, write=copy.write)
                copy.flush()
                os.fsync(copy.fileno())
            if found.sha256 != expected:
                temporary.unlink()
                raise EvidenceAltered(
                    f"The file for {name} no longer has its SHA-256.",
                    "Leave the casebook as it is, verify it, and restore the newest copy that verifies.",
                )
            temporary.replace(path)
        (self._payload if name.startswith("data/") else self._tags)[name] = found
        return found

    def finish(self, info: Mapping[str, str]) -> str:
        """Write manifests and tag files; the marker stays.

        Args:
            info: Lines of ``bag-info.txt``.

        Returns:
            SHA-256 of ``tagmanifest-sha256.txt``, by which the whole bundle is known.
        """
        total = sum(each.size_bytes for each in self._payload.values())
        lines = {**info, "Payload-Oxum": f"{total}.{len(self._payload)}"}
        self.add_bytes("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        words = (f"{name}: {' '.join(value.split())}\n" for name, value in lines.items())
        self.add_bytes("bag-info.txt", "".join(words).encode())
        for algorithm in ALGORITHMS:
            self.add_bytes(f"manifest-{algorithm}.txt", _manifest(self._payload, algorithm))
        digest = ""
        for algorithm in ALGORITHMS:
            data = _manifest(self._tags, algorithm)
            self._write_last(f"tagmanifest-{algorithm}.txt", data)
            digest = digest or hashlib.sha256(data).hexdigest()
        for path in _left_over(self.folder, {*self._payload, *self._tags}):
            path.unlink()
        return digest

    def close(self, name: str, data: bytes) -> None:
        """Write the file that says what holds of the manifests, and take the marker away: the bundle is whole."""
        self._write_last(name, data)
        (self.folder / MARKER).unlink()
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @property
    def files(self) -> int:
        """How many files of payload there are."""
        return len(self._payload)

    @property
    def size_bytes(self) -> int:
        """How many bytes they have."""
        return sum(each.size_bytes for each in self._payload.values())

    def _write_last(self, name: str, data: bytes) -> None:
        temporary = self.folder / f".{name}.part"
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self.folder / name)

    def _kept(self, path: Path, expected: str) -> Digests | None:
        """Return the digests of a file that a stopped run left, if it is the one that is wanted."""
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as stream:
            found = self._hashed(iter(lambda: stream.read(CHUNK_BYTES), b""))
        return found if found.sha256 == expected else None

    def _hashed(self, chunks: Iterable[bytes], *, write: Callable[[bytes], object] | None = None) -> Digests:
        short, long, size = hashlib.sha256(), hashlib.sha512(), 0
        for chunk in chunks:
            short.update(chunk)
            long.update(chunk)
            size += len(chunk)
            if write is not None:
                write(chunk)
            self._on_bytes(len(chunk))
        return Digests(short.hexdigest(), long.hexdigest(), size)


def _manifest(files: Mapping[str, Digests], algorithm: str) -> bytes:
    lines = (f"{getattr(each, algorithm)}  {name}\n" for name, each in sorted(files.items()))
    return "".join(lines).encode()


def _left_over(folder: Path, names: set[str]) -> Iterator[Path]:
    """Yield files that a stopped run left and that the bundle does not have."""
    kept = {MARKER, *(f"tagmanifest-{each}.txt" for each in ALGORITHMS)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name not in names and name not in kept:
            yield path
