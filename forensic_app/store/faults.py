"""Failures of disks and databases, as errors that carry advice.

Rules:
    * A full disk is never called damage. SQLite says ``SQLITE_FULL`` only where a write of its own failed; where its
      log's index cannot grow, a file cannot be made or a quota is used up, it says ``SQLITE_IOERR`` or
      ``SQLITE_CANTOPEN`` and keeps the system's number. Then the disk is asked: is there room for a small file?
    * A stored value that is none of ours is no defect of the program: it is one sentence, wherever it is read.
    * What is said of a failure is true of every caller: that nothing was changed only the caller can know.

References:
    https://www.sqlite.org/rescode.html; https://www.sqlite.org/wal.html (the log's index has 32 KiB at least).
"""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError

from forensic_app.errors import ForensicAppError, InvalidInput, StoreLocked, StoreUnavailable
from forensic_app.shortages import NO_ROOM, disk_full, out_of_memory
from forensic_app.verify import MOST_BYTES_OF_A_VALUE

LEAST_FREE_BYTES = 1024 * 1024
"""Room without which nobody begins to write, in bytes: see :func:`refuse_full_disk`."""

PROBE_BYTES = 64 * 1024
"""Room that the database needs at least to begin a change: its log's index and some pages, in bytes."""

UNDECODABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, IntegrityError)
"""What reading a stored value raises, or going on from it, that is not what the program writes."""

_HIDES_A_FULL_DISK = ("SQLITE_IOERR", "SQLITE_CANTOPEN")
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


def os_fault(error: OSError, place: Path) -> ForensicAppError:
    """Return the error to raise for a failure of the operating system at ``place``."""
    if error.errno in NO_ROOM:
        return disk_full(place)
    if error.errno == errno.ENOMEM:
        return out_of_memory()
    if error.errno in _DENIED:
        return _denied(place)
    return StoreUnavailable(
        f"{place} cannot be used: {error.strerror or error}.", "Check that the disk is connected and healthy."
    )


def database_fault(error: sqlite3.Error, place: Path) -> ForensicAppError:
    """Return the error to raise for a failure of the database in ``place``."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if "NOMEM" in name:
        return out_of_memory()
    if name.startswith(("SQLITE_FULL", *_HIDES_A_FULL_DISK)) and (
        name == "SQLITE_FULL" or not has_room(place)
    ):
        return disk_full(place)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return _denied(place)
    if name.startswith("SQLITE_TOOBIG"):
        return InvalidInput(
            f"A value is longer than the {MOST_BYTES_OF_A_VALUE:,} bytes that a verification reads; the casebook "
            f"{place} does not take it.",
            "Give less at once.",
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreLocked(
            f"The casebook {place} is in use by another process.",
            "Wait until the other program has finished, then try again.",
        )
    return _unreadable(error, name, place)


def _unreadable(error: sqlite3.Error, name: str, place: Path) -> StoreUnavailable:
    if name.startswith("SQLITE_NOTADB"):
        return StoreUnavailable(
            f"{place} is not a casebook: its casebook.db is not a database.",
            "Choose a casebook folder, or restore the newest copy that verifies (casebook restore).",
        )
    if name.startswith("SQLITE_IOERR"):
        return StoreUnavailable(
            f"The disk that holds the casebook {place} cannot be read or written: {error}.",
            "Check that it is connected and healthy, then run the verification.",
        )
    return StoreUnavailable(
        f"The database of the casebook {place} is damaged or unreadable: {error}.",
        "Leave the folder as it is and run the verification; if it reports damage, restore the newest copy that "
        "verifies (casebook restore): what was recorded after that copy is not in it.",
    )


def refuse_full_disk(place: Path) -> None:
    """Check that the disk that holds ``place`` has room for the database's log and its index.

    The index is mapped into memory: where a page of it finds no block, the system ends the process with SIGBUS,
    which no program can turn into a sentence. So nobody begins where there is next to no room.

    Raises:
        DiskFull: Less than :data:`LEAST_FREE_BYTES` are free.
    """
    if free_bytes(place) < LEAST_FREE_BYTES:
        raise disk_full(place)


def free_bytes(place: Path) -> int:
    """Return the bytes that are free where ``place`` is or would be; much where the file system does not tell."""
    try:
        told = os.statvfs(_existing_folder(place))
    except OSError:
        return 1 << 62
    return told.f_bavail * told.f_frsize if told.f_blocks else 1 << 62


def has_room(place: Path) -> bool:
    """Whether a file of :data:`PROBE_BYTES` can be written where ``place`` is; also true where that cannot be tried.

    The file has no name, so that none is left whatever happens.
    """
    try:
        with tempfile.TemporaryFile(dir=_existing_folder(place), buffering=0) as stream:
            left = memoryview(bytes(PROBE_BYTES))
            while left:
                left = left[stream.write(left) :]
            os.fsync(stream.fileno())
    except OSError as error:
        return error.errno not in NO_ROOM
    return True


def flush(path: Path) -> None:
    """Have a file or folder written to the disk.

    Raises:
        OSError: It cannot be.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated(place: Path) -> Iterator[None]:
    """Turn operating system and database errors inside the block into errors that carry advice.

    Integrity errors (a constraint or an append-only trigger refused a change) pass: they are our own misuse.
    """
    try:
        yield
    except OSError as error:
        raise os_fault(error, place) from error
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        raise database_fault(error, place) from error
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error) or isinstance(error.orig, sqlite3.IntegrityError):
            raise
        raise database_fault(error.orig, place) from error


class UndecodedValue(StoreUnavailable):
    """A stored value is none that the program writes."""


@contextmanager
def decoded() -> Iterator[None]:
    """Turn what a stored value raises that is none of ours (no JSON, no time, no known word) into an error with advice.

    Raises:
        UndecodedValue: A value cannot be read.
        InvalidInput: What was asked for holds bytes that are no UTF-8: no value of the database does.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The text {error.object!r} holds bytes that are no UTF-8; nothing in a casebook is called so.",
            "Type it again, or use an identifier such as E-0001.",
        ) from error
    except UNDECODABLE as error:
        raise UndecodedValue(
            f"A value in the casebook's database cannot be read ({type(error).__name__}): another program changed it, "
            "or the disk did.",
            "Leave the folder as it is and run the verification, which names it; then restore the newest copy that "
            "verifies (casebook restore).",
        ) from error


def _denied(place: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"{place} cannot be opened or written.",
        "Check the permissions and that the medium is not read-only, or open the casebook for reading only.",
    )


def _existing_folder(place: Path) -> Path:
    return next((each for each in (place, *place.absolute().parents) if each.is_dir()), Path("/"))
