"""The one door to files that somebody named: only regular files are opened, and none is waited for.

Rules:
    * What is no regular file (folder, named pipe, device, socket) is refused before it is opened; what was opened is
      looked at once more, so that nothing else can be put under the name in between.
    * Symbolic links are followed to a regular file; a file that another program left for this one is opened without.
    * Nothing is read beyond the bytes that the caller allows.
    * Of a file whose SHA-256 is known, the bytes that are used are the bytes that were hashed: it is not opened by its
      name once more after it was found sound.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from forensic_app.errors import EvidenceAltered, InvalidInput, NotRegularFile, StoreUnavailable

MAX_TEXT_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a symbolic link"),
)


def open_regular(path: Path, *, follows_links: bool = True) -> BinaryIO:
    """Return a regular file, open for reading at its start.

    Args:
        path: The file.
        follows_links: Whether ``path`` may be a symbolic link.

    Raises:
        NotRegularFile: It is a folder, a named pipe, a socket, a device, or a link that may not be followed.
        OSError: It is missing or cannot be opened.
    """
    _refuse_special(path, path.stat() if follows_links else path.lstat())
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(path, flags if follows_links else flags | os.O_NOFOLLOW)
    try:
        _refuse_special(path, os.fstat(descriptor))
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def refuse_special(path: Path) -> None:
    """Refuse what is there and no regular file; a missing file is left to whoever opens it.

    Raises:
        NotRegularFile: It is a folder, a named pipe, a socket or a device.
    """
    with contextlib.suppress(OSError):
        _refuse_special(path, path.stat())


def read_regular(path: Path, *, max_bytes: int = MAX_TEXT_BYTES, follows_links: bool = True) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: The file.
        max_bytes: Most bytes that are read.
        follows_links: Whether ``path`` may be a symbolic link.

    Raises:
        NotRegularFile: It is no regular file.
        InvalidInput: It holds more bytes.
        OSError: It is missing or cannot be read.
    """
    with open_regular(path, follows_links=follows_links) as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise InvalidInput(
            f"The file {path} has more than {max_bytes:,} bytes.", "Check that it is the right file."
        )
    return data


def read_given(path: Path, *, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Return the bytes of a regular file that a person named.

    Raises:
        InvalidInput: It is no regular file, or larger than ``max_bytes``.
        StoreUnavailable: It is not there, or cannot be read.
    """
    try:
        return read_regular(path, max_bytes=max_bytes)
    except OSError as error:
        raise StoreUnavailable(
            f"The file {path} cannot be read: {error.strerror or error}.", "Check its name and permissions."
        ) from error


def read_verified(path: Path, sha256: str) -> bytes:
    """Return the bytes of a regular file whose SHA-256 is known; what is returned is what was hashed.

    The open file is hashed before it is read, in constant memory: one that is longer than it was fills none.

    Args:
        path: The file.
        sha256: Its digest, 64 lower-case hexadecimal characters.

    Raises:
        EvidenceAltered: It has another digest.
        NotRegularFile: It is no regular file.
        OSError: It is missing or cannot be read.
    """
    data = b""
    with open_regular(path) as stream:
        size_bytes = os.fstat(stream.fileno()).st_size
        digest, left = hashlib.sha256(), size_bytes
        while left and (chunk := stream.read(min(left, _CHUNK_BYTES))):
            digest.update(chunk)
            left -= len(chunk)
        actual = digest.hexdigest()
        if actual == sha256:
            stream.seek(0)
            data = stream.read(size_bytes)
            actual = hashlib.sha256(data).hexdigest()
    if actual != sha256:
        raise altered(path, actual)
    return data


def altered(path: Path, actual: str) -> EvidenceAltered:
    """Return the error to raise for a file whose SHA-256 is ``actual`` and should be another."""
    return EvidenceAltered(
        f"The file {path} was altered: its SHA-256 is now {actual}.",
        "Do not use it; restore it from a backup, then verify the casebook.",
    )


def read_regular_text(path: Path, *, max_bytes: int = MAX_TEXT_BYTES, errors: str = "strict") -> str:
    """Return the text of a regular file in UTF-8.

    Args:
        path: The file.
        max_bytes: Most bytes that are read.
        errors: What becomes of bytes that are no UTF-8, as in :meth:`bytes.decode`.

    Raises:
        NotRegularFile: It is no regular file.
        InvalidInput: It holds more bytes.
        OSError: It is missing or cannot be read.
        UnicodeDecodeError: It is no UTF-8 and ``errors`` is ``strict``.
    """
    return read_regular(path, max_bytes=max_bytes).decode("utf-8", errors)


def _refuse_special(path: Path, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((words for is_kind, words in _KINDS if is_kind(status.st_mode)), "something else")
    raise NotRegularFile(f"{path} is {kind}, not a file.", "Choose a regular file.")
