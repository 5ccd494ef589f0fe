"""A casebook that could not be made to its end leaves nothing that hinders.

Rules:
    * Only what this opening made is taken back: a database that held a casebook before is never touched.
    * Looked at and taken back under the writer's lock. The lock's file stays, since another process may wait for it.
    * A kill in the middle leaves a database without a casebook; the next writer finishes it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from forensic_app.errors import DiskFull
from forensic_app.store.database import DATABASE_FILE
from forensic_app.store.reading import reading

_BESIDE = ("-journal", "-wal", "-shm", "")


class Creation:
    """What a folder held before a writer opened it; for the holder of the lock.

    Attributes:
        is_new: Whether there was no casebook in it, at most a database that holds none yet.
    """

    def __init__(self, folder: Path) -> None:
        self._database = folder / DATABASE_FILE
        self.is_new = not self._database.exists() or _holds_nothing(self._database)

    def undo(self, folders: Sequence[Path], error: BaseException) -> None:
        """Remove the database and the empty ones of ``folders``, if there was no casebook in the folder.

        Args:
            folders: Folders that opening makes.
            error: What ended the opening; of a full disk it is told that nothing was made.
        """
        if not self.is_new:
            return
        for ending in _BESIDE:
            with contextlib.suppress(OSError):
                self._database.with_name(self._database.name + ending).unlink(missing_ok=True)
        for folder in folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, DiskFull) and not self._database.exists():
            error.message = error.message.removesuffix(".") + "; no casebook was made."
            error.advice = "Free some space, then try again."


def _holds_nothing(path: Path) -> bool:
    """Whether a database has no casebook in it; one that cannot be read is taken to have one."""
    try:
        with reading(path) as connection:
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if "meta" not in tables:
                application_id = connection.execute("PRAGMA application_id").fetchone()[0]
                return not tables and application_id == 0
            return connection.execute("SELECT 1 FROM meta").fetchone() is None
    except (sqlite3.Error, OSError):
        return False
