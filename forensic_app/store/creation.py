"""A casebook that could not be made to its end leaves nothing that hinders.

Rules:
    * Only what this opening made is taken back: where a database was, or a file of one, nothing is removed.
    * Looked at and taken back under the writer's lock. The lock's file stays, since another process may wait for it.
    * A kill in the middle leaves a database without a casebook; the next writer finishes it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from forensic_app.errors import DiskFull
from forensic_app.store.database import DATABASE_FILE

_BESIDE = ("-journal", "-wal", "-shm", "")


class Creation:
    """What a folder held before a writer opened it; for the holder of the lock.

    Attributes:
        is_new: Whether there was no database in it, nor a file that belongs to one.
    """

    def __init__(self, folder: Path) -> None:
        self._database = folder / DATABASE_FILE
        self.is_new = not any(os.path.lexists(each) for each in self._files())

    def undo(self, folders: Sequence[Path], error: BaseException) -> None:
        """Remove the database and the empty ones of ``folders``, if there was no database in the folder.

        Args:
            folders: Folders that opening makes.
            error: What ended the opening; of a full disk it is told that nothing was made.
        """
        if not self.is_new:
            return
        for each in self._files():
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)
        for folder in folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, DiskFull) and not self._database.exists():
            error.message = error.message.removesuffix(".") + "; no casebook was made."
            error.advice = "Free some space, then try again."

    def _files(self) -> list[Path]:
        return [self._database.with_name(self._database.name + ending) for ending in _BESIDE]
