"""The vault: write-once files under their SHA-256.

Rules:
    * A file enters under a temporary name on the vault's own file system, is flushed to the disk, made
      read-only and only then linked to its final name, which never replaces a file. A power cut leaves
      either the whole file under its name or a temporary file that the next writer removes.
    * The bytes are hashed while they are copied, once, in constant memory; a source that changes or shrinks
      during the copy is refused.
    * A copy that is given up half-way leaves nothing behind, whoever gave it up.
    * Whoever reads evidence goes through :meth:`Vault.read_verified`, which hands out the bytes that it hashed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from forensic_app.digests import CHUNK_BYTES, is_sha256, sha256_of_bytes, sha256_of_file
from forensic_app.errors import EvidenceAltered, InvalidInput, NotRegularFile
from forensic_app.private import READ_ONLY_MODE, make_private_folder
from forensic_app.regular_files import altered, open_regular, read_verified
from forensic_app.store.faults import flush, os_fault, translated

_TEMPORARY = ".incoming-"
CopyProgress = Callable[[int, int], None]
"""Called with the bytes copied so far and the file's size; what it raises ends the copy."""

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the vault.

    Attributes:
        sha256: Its digest and name.
        size_bytes: Its length.
        is_new: Whether it was not in the vault before.
    """

    sha256: str
    size_bytes: int
    is_new: bool


class Vault:
    """Content-addressed files below one folder: ``ab/abcdef...``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the file with this digest lies or would lie.

        Raises:
            ValueError: ``sha256`` is not 64 lower-case hexadecimal characters.
        """
        if not is_sha256(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256")
        return self.folder / sha256[:2] / sha256

    def import_file(
        self,
        source: Path,
        *,
        looked_at: os.stat_result | None = None,
        progress: CopyProgress | None = None,
        expected_sha256: str = "",
    ) -> StoredFile:
        """Copy ``source`` into the vault while hashing it; the source is only read.

        Args:
            source: A regular file anywhere.
            looked_at: Status of the file when the caller looked at it; it may not have changed since then.
            progress: Told before the first and after every chunk of 1 MiB, always before the file is in the
                vault. What it raises ends the import, and nothing is left behind.
            expected_sha256: Digest that the file must have, where whoever made it stated one.

        Raises:
            InvalidInput: The source is missing, unreadable, not a regular file, or it changed.
            StoreUnavailable: The vault cannot be written or the disk is full; no partial file is left.
            EvidenceAltered: The source does not have the digest that it must have, and is not taken over; or the vault
                holds a file under this digest that no longer has it.
        """
        with _opened_source(source) as (stream, before):
            _refuse_changed(source, looked_at or before, before)
            with self._incoming() as (temporary, target):
                digest, size = self._copy(stream, target, source, before.st_size, progress)
                if expected_sha256 not in ("", digest):
                    raise EvidenceAltered(
                        f"The file {source.name} was changed by another program before it was taken over.",
                        "Nothing of it was kept. See who else can write to the casebook's folder, then do it again.",
                    )
                _refuse_changed(source, before, os.fstat(stream.fileno()), size_bytes=size)
                return self._keep(temporary, target, digest, size)

    def import_bytes(self, data: bytes) -> StoredFile:
        """Keep bytes that are in memory, made or read by the program, under the rules of every file.

        Raises:
            StoreUnavailable: The vault cannot be written or the disk is full; no partial file is left.
            EvidenceAltered: The vault holds a file under this digest that no longer has it.
        """
        with self._incoming() as (temporary, target):
            self._write(target, data)
            return self._keep(temporary, target, sha256_of_bytes(data), len(data))

    def check(self, sha256: str) -> None:
        """Hash the file with this digest; whoever uses its bytes reads them with :meth:`read_verified`.

        Raises:
            EvidenceAltered: The file is missing or no longer has its digest; the message names it.
            StoreUnavailable: The file cannot be read.
        """
        path = self.path(sha256)
        with _found(path):
            actual = sha256_of_file(path)
        if actual != sha256:
            raise altered(path, actual)

    def read_verified(self, sha256: str) -> bytes:
        """Return the bytes of the file with this digest: those that were hashed.

        Raises:
            EvidenceAltered: The file is missing or no longer has its digest; the message names it.
            StoreUnavailable: The file cannot be read.
        """
        path = self.path(sha256)
        with _found(path):
            return read_verified(path, sha256)

    def has(self, sha256: str) -> bool:
        """Whether a file lies under this digest; says nothing about its bytes."""
        return self.path(sha256).is_file()

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file in the vault, sorted."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if is_sha256(path.name):
                yield path.name

    def prepare(self) -> None:
        """Create the folder; for the holder of the lock, who removes what is left over first.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        with translated(self.folder):
            make_private_folder(self.folder)

    @contextlib.contextmanager
    def _incoming(self) -> Iterator[tuple[Path, BinaryIO]]:
        temporary = self.folder / f"{_TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"
        with translated(self.folder):
            target = temporary.open("xb", buffering=0)
        try:
            with target:
                yield temporary, target
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _copy(
        self,
        stream: BinaryIO,
        target: BinaryIO,
        source: Path,
        size_bytes: int,
        progress: CopyProgress | None,
    ) -> tuple[str, int]:
        """Return digest and length of what was copied, at most one chunk more than ``size_bytes``."""
        digest = hashlib.sha256()
        size = 0
        if progress is not None:
            progress(0, size_bytes)
        while size <= size_bytes and (chunk := _read(stream, source)):
            digest.update(chunk)
            size += len(chunk)
            self._write(target, chunk)
            if progress is not None:
                progress(size, size_bytes)
        return digest.hexdigest(), size

    def _write(self, target: BinaryIO, data: bytes) -> None:
        with translated(self.folder):
            view = memoryview(data)
            while view:
                view = view[target.write(view) :]

    def _keep(self, temporary: Path, target: BinaryIO, sha256: str, size: int) -> StoredFile:
        final = self.path(sha256)
        with translated(self.folder):
            os.fsync(target.fileno())
            os.fchmod(target.fileno(), READ_ONLY_MODE)
            if not final.parent.is_dir():
                make_private_folder(final.parent)
                flush(self.folder)
            is_new = _place(temporary, final)
            if is_new:
                flush(final.parent)
        if not is_new:
            self.check(sha256)
        return StoredFile(sha256, size, is_new)


@contextlib.contextmanager
def _opened_source(source: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    try:
        stream = open_regular(source)
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {source}.", "Check the path.") from None
    except OSError as error:
        raise InvalidInput(
            f"{source} cannot be read: {error.strerror}.",
            "Check its permissions, or copy it from the medium first.",
        ) from error
    with stream:
        yield stream, os.fstat(stream.fileno())


def _refuse_changed(
    source: Path, before: os.stat_result, after: os.stat_result, *, size_bytes: int | None = None
) -> None:
    """Refuse a source that is another file than before, or that has another size or time of change."""
    is_same_file = (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
    sizes = {before.st_size, after.st_size, before.st_size if size_bytes is None else size_bytes}
    if not is_same_file or len(sizes) > 1 or before.st_mtime_ns != after.st_mtime_ns:
        raise InvalidInput(
            f"{source.name} changed while it was being read.",
            "Wait until the other program has finished with the file, then import it again.",
        )


def _read(stream: BinaryIO, source: Path) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise InvalidInput(
            f"{source} cannot be read to its end: {error.strerror}.",
            "Copy it from the medium first, then import it.",
        ) from error


def _place(temporary: Path, final: Path) -> bool:
    """Give ``temporary`` its final name without replacing a file; return whether it is new."""
    try:
        os.link(temporary, final)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if final.exists():
            return False
        temporary.rename(final)
    return True


@contextlib.contextmanager
def _found(path: Path) -> Iterator[None]:
    """Turn errors of reading a file of the vault into errors that carry advice."""
    try:
        yield
    except FileNotFoundError:
        raise EvidenceAltered(
            f"The file {path} is missing from the vault.",
            "Restore it from a backup, then verify the casebook.",
        ) from None
    except NotRegularFile as error:
        raise EvidenceAltered(error.message, "Restore it from a backup, then verify the casebook.") from error
    except OSError as error:
        raise os_fault(error, path) from error
