"""Read a database where its folder cannot be written: on a read-only medium, or on a disk without room.

Rules:
    * A database with a log beside it (``-wal``) can be read in its place only where the log's index can be made.
      Elsewhere database and log are copied to a folder for their reader alone, in the temporary folder, and read
      there; the folder is removed with its reader. The casebook is not written to.
    * A copy is taken again until neither file changed meanwhile, so that both belong together. No more is copied than
      the files held at its beginning, and nothing where there is no room for that.
    * A link, a pipe or a device in the place of database, log or journal is refused before SQLite opens it.

References:
    https://www.sqlite.org/wal.html, "Read-Only Databases"; https://www.sqlite.org/tempfiles.html.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import stat
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from forensic_app.digests import CHUNK_BYTES
from forensic_app.errors import StoreUnavailable
from forensic_app.regular_files import open_regular
from forensic_app.shortages import NO_ROOM, disk_full
from forensic_app.store.faults import LEAST_FREE_BYTES, free_bytes

BUSY_TIMEOUT_MS = 5_000
MOST_TRIES = 5
_READ_BY_SQLITE = ("", "-wal", "-journal")
_NOT_IN_ITS_PLACE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_FULL")


class ReadingPlace:
    """Where a database is read: in its place, or in a private copy where that is not possible."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._copy: Path | None = None
        self._state: object = None
        self._removal: Callable[[], object] | None = None

    def connect(self) -> sqlite3.Connection:
        """Return a connection that can only read.

        Without a log beside it the file is opened as immutable, so that nothing is made beside it; with one, it is read
        together with the log.

        Raises:
            sqlite3.Error: The database cannot be read.
            OSError: A private copy is needed and cannot be made.
            DiskFull: There is no room for it.
            StoreUnavailable: A link or no file lies in the place of one.
        """
        refuse_unplain(self._path)
        with self._lock:
            if self._copy is not None and self._state == _state(self._path):
                return _opened(self._copy, "mode=ro")
            log = _log_path(self._path)
            if not log.exists():
                return _opened(self._path, "mode=ro&immutable=1")
            if free_bytes(self._path.parent) >= LEAST_FREE_BYTES:
                try:
                    return _opened(self._path, "mode=ro")
                except sqlite3.OperationalError as error:
                    if not error.sqlite_errorname.startswith(_NOT_IN_ITS_PLACE):
                        raise
            return _opened(self._copied(), "mode=ro")

    def close(self) -> None:
        """Remove the private copy, if there is one; harmless when done twice."""
        with self._lock:
            self._remove()

    def _remove(self) -> None:
        if self._removal is not None:
            self._removal()
        self._copy, self._removal = None, None

    def _copied(self) -> Path:
        self._remove()
        try:
            folder = Path(tempfile.mkdtemp(prefix="forensic-app-reading-"))
            self._removal = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            self._state = _copy_together(self._path, folder)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise disk_full(Path(tempfile.gettempdir())) from error
            raise
        self._copy = folder / self._path.name
        return self._copy


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that can only read, closed and without a trace in the end; see :class:`ReadingPlace`.

    Raises:
        sqlite3.Error: The database cannot be read.
        OSError: There is no room for a private copy, or it cannot be made.
        StoreUnavailable: A link or no file lies in the place of one.
    """
    place = ReadingPlace(path)
    try:
        with contextlib.closing(place.connect()) as connection:
            yield connection
    finally:
        place.close()


def refuse_unplain(path: Path) -> None:
    """Refuse a database when it, its log or its journal is a link or no regular file.

    The log's index needs no look: SQLite opens it without following a link, and waits for no pipe in its place.

    Raises:
        StoreUnavailable: One of them is.
    """
    for ending in _READ_BY_SQLITE:
        each = path.with_name(path.name + ending)
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(each.lstat().st_mode):
                raise StoreUnavailable(
                    f"{each} is a link or no file: another program put it there.",
                    "Leave the folder as it is, run the verification, and restore the newest copy that verifies.",
                )


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    try:
        for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _copy_together(path: Path, folder: Path) -> object:
    """Copy database and log into ``folder`` and return their state, the same before and after."""
    for _ in range(MOST_TRIES):
        before = _state(path)
        for each in (path, _log_path(path)):
            (folder / each.name).unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                _copy(each, folder / each.name)
        if _state(path) == before:
            return before
    raise OSError(errno.EBUSY, f"{path.name} does not stop changing")


def _copy(source: Path, target: Path) -> None:
    """Copy as many bytes as a regular file holds now, if there is room for them."""
    with open_regular(source, follows_links=False) as origin, target.open("xb") as copy:
        left = os.fstat(origin.fileno()).st_size
        if left > free_bytes(target.parent):
            raise disk_full(target.parent)
        while left and (chunk := origin.read(min(left, CHUNK_BYTES))):
            copy.write(chunk)
            left -= len(chunk)


def _state(path: Path) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(map(_status, (path, _log_path(path))))


def _status(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _log_path(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
