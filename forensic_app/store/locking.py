"""The casebook's writer lock: one process at a time.

Rules:
    * The lock belongs to an open file description: the operating system drops it when the process dies, so
      a crash never leaves a casebook locked.
"""

from __future__ import annotations

import fcntl
import os
import platform
import stat
from pathlib import Path

from forensic_app.errors import StoreLocked, StoreUnavailable
from forensic_app.private import FILE_MODE
from forensic_app.store.faults import translated

LOCK_FILE = "casebook.lock"


class WriterLock:
    """An exclusive lock on ``casebook.lock``, held until :meth:`release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            StoreLocked: Another process, or another store of this process, holds it.
            StoreUnavailable: The folder cannot be written.
        """
        path = folder / LOCK_FILE
        with translated(folder):
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            self._descriptor = os.open(path, flags, FILE_MODE)
            found = os.fstat(self._descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                os.close(self._descriptor)
                raise StoreUnavailable(
                    f"{path} is not a file of its own: another program put it there.",
                    "Remove it, then try again.",
                )
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 200).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise StoreLocked(
                f"The casebook {folder} is in use by another process ({holder or 'unknown'}).",
                "Close the other window or command, or open the casebook for reading only.",
            ) from None
        try:
            with translated(folder):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, f"PID {os.getpid()} on {platform.node()}\n".encode(), 0)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give the lock back; harmless when done twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
