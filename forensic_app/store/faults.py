"""Failures of disks and databases, as errors that carry advice."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from forensic_app.errors import ForensicAppError, StoreLocked, StoreUnavailable

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


def os_fault(error: OSError, place: Path) -> ForensicAppError:
    """Return the error to raise for a failure of the operating system at ``place``."""
    if error.errno in _DISK_FULL:
        return _disk_full(place)
    if error.errno in _DENIED:
        return _denied(place)
    return StoreUnavailable(
        f"{place} cannot be used: {error.strerror or error}.", "Check that the disk is connected and healthy."
    )


def database_fault(error: sqlite3.Error, place: Path) -> ForensicAppError:
    """Return the error to raise for a failure of the database in ``place``."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith("SQLITE_FULL"):
        return _disk_full(place)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return _denied(place)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreLocked(
            f"The casebook {place} is in use by another process.",
            "Wait until the other program has finished, then try again.",
        )
    if name.startswith("SQLITE_NOTADB"):
        return StoreUnavailable(
            f"{place} is not a casebook: its casebook.db is not a database.",
            "Choose a casebook folder, or restore the file from a backup.",
        )
    return StoreUnavailable(
        f"The database of the casebook {place} is damaged or unreadable: {error}.",
        "Run the verification, and restore the newest file in its backups folder if it reports damage.",
    )


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


def _disk_full(place: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"The disk that holds {place} is full; nothing was changed.", "Free some space, then try again."
    )


def _denied(place: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"{place} cannot be opened or written.",
        "Check the permissions and that the medium is not read-only, or open the casebook for reading only.",
    )
