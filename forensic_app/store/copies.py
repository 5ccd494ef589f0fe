"""A whole copy of a casebook's folder: the database as it is at one moment, and every file that its records name.

Rules:
    * The copy goes into a folder that does not exist or is empty; nothing is ever replaced.
    * The first thing in the folder is :data:`MARKER`, the last thing that goes is it: a folder that holds it is a copy
      that did not come to its end, and is opened by nobody.
    * The database comes first, at one moment, by SQLite's own backup; then the files that this database names. They are
      written before the rows that name them and never change, so that the copy is of one piece beside a writer.
    * Each file of the vault is hashed while it is copied; one that differs from its name, or in its length from its
      record, ends the copy. Of no file is more copied than it held when the copy began.
    * Files are copied, never linked: two names of one file would be damaged together.

References:
    https://www.sqlite.org/backup.html.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from forensic_app.digests import CHUNK_BYTES, is_sha256
from forensic_app.errors import CopyIncomplete, EvidenceAltered, InvalidInput, StoreUnavailable
from forensic_app.folders import below, remove
from forensic_app.gallery_files import MOST_BATCH_BYTES, photographs_of
from forensic_app.regular_files import open_regular, read_regular
from forensic_app.shortages import disk_full
from forensic_app.store.database import DATABASE_FILE, copy_database
from forensic_app.store.faults import LEAST_FREE_BYTES, flush, free_bytes, translated
from forensic_app.store.reading import reading

MARKER = "incomplete-copy"
"""File that stands in a copy until it was checked."""

MOST_DEPTH = 8
"""Folders inside each other that are copied of a tree; a pack has five at most."""

_TREES = ("packs", "reports")
_TABLES_WITH_FILES = ("exhibit", "derived_image", "report", "adapter", "gallery_batch")
_MARKER_TEXT = (
    "This folder is a copy of a casebook that is being made, or whose making did not come to its end.\n"
)

Tell = Callable[[str, int, int], None]
"""Told the step (``database`` or ``files``), what is done and what there is to do; what it raises ends the copy."""


@dataclass(frozen=True, slots=True)
class CopiedFiles:
    """What a copy holds.

    Attributes:
        files: Files copied, the database among them.
        size_bytes: Their length together.
        left_out: What below ``packs`` and ``reports`` is a link, a special file, or a folder that lies too deep or
            cannot be looked into, relative to the casebook.
    """

    files: int
    size_bytes: int
    left_out: tuple[str, ...]


def refuse_incomplete_copy(folder: Path) -> None:
    """Check that ``folder`` is no copy that did not come to its end.

    Raises:
        CopyIncomplete: It is one.
    """
    if os.path.lexists(folder / MARKER):
        raise CopyIncomplete(
            f"{folder} is an incomplete copy of a casebook: its making or its check did not come to an end.",
            "Make the copy again in another folder; this one can be deleted.",
        )


@contextlib.contextmanager
def begun_copy(source: Path, target: Path) -> Iterator[None]:
    """Mark ``target`` as an incomplete copy while the block fills and checks it; take it back if the block fails.

    Raises:
        InvalidInput: ``target`` holds something, is a file, or one of the folders lies in the other.
        DiskFull: There is no room in ``target``; nothing is left there.
        StoreUnavailable: ``target`` cannot be written.
    """
    was_there = _checked(source, target)
    try:
        with translated(target):
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_marker(target / MARKER)
            flush(target)
        yield
        with translated(target):
            (target / MARKER).unlink()
            flush(target)
    except BaseException:
        _take_back(target, keeps_folder=was_there)
        raise


def copy_casebook(source: Path, target: Path, *, tell: Tell) -> CopiedFiles:
    """Copy database, vault, packs and reports of ``source`` into ``target``, which :func:`begun_copy` marked.

    Raises:
        EvidenceAltered: A file of the vault is missing or no longer has its digest; the message names it.
        DiskFull: There is no room in ``target``.
        StoreUnavailable: Something cannot be read or written, or the database is damaged.
    """
    with translated(target):
        verdict = copy_database(
            source / DATABASE_FILE,
            target / DATABASE_FILE,
            progress=lambda done, all_: tell("database", done, all_),
        )
        if verdict != "ok":
            raise StoreUnavailable(
                f"The database of the casebook {source} is damaged: {verdict}.",
                "Leave the folder as it is and restore the newest copy that verifies (casebook restore).",
            )
        copying = _Copying(source, target, tell)
        copying.vault(_named_files(target / DATABASE_FILE, source / "vault"))
        for name in _TREES:
            copying.tree(name)
        flush(target)
    size_bytes = copying.done + (target / DATABASE_FILE).stat().st_size
    return CopiedFiles(copying.files + 1, size_bytes, tuple(copying.left_out))


class _Copying:
    """Files on their way from one casebook's folder into another one."""

    def __init__(self, source: Path, target: Path, tell: Tell) -> None:
        self.files = 0
        self.done = 0
        self.left_out: list[str] = []
        self._source = source
        self._target = target
        self._tell = tell
        self._total = 0

    def vault(self, digests: dict[str, int]) -> None:
        for sha256, size_bytes in digests.items():
            self._refuse_other_length(Path("vault", sha256[:2], sha256), size_bytes)
        trees = [path for name in _TREES for path in self._files(name) if _is_copied(path)]
        self._total = sum(digests.values()) + sum(path.lstat().st_size for path in trees)
        needed = self._total + LEAST_FREE_BYTES
        if free_bytes(self._target) < needed:
            raise disk_full(self._target)
        (self._target / "vault").mkdir(mode=0o700)
        self._tell("files", 0, self._total)
        folders = set()
        for sha256 in sorted(digests):
            path = Path("vault", sha256[:2], sha256)
            if self._copy(path, size_bytes=digests[sha256]) != sha256:
                raise _altered(self._source / path, "it no longer has its SHA-256")
            folders.add((self._target / path).parent)
        for folder in sorted(folders):
            flush(folder)
        flush(self._target / "vault")

    def tree(self, name: str) -> None:
        for path in self._files(name, self._leave_out):
            if _is_copied(path):
                self._copy(path.relative_to(self._source))
            elif not _is_left_over(path):
                self._leave_out(path)
        if (self._target / name).is_dir():
            flush(self._target / name)

    def _files(self, name: str, unlisted: Callable[[Path], object] | None = None) -> list[Path]:
        """Return everything below a folder that is no folder, links unfollowed; nothing where it is a link or none."""
        folder = self._source / name
        if folder.is_symlink() or not folder.is_dir():
            return []
        found = below(folder, most_depth=MOST_DEPTH, unlisted=unlisted)
        return sorted(path for path in found if not stat.S_ISDIR(_mode(path)))

    def _leave_out(self, path: Path) -> None:
        self.left_out.append(path.relative_to(self._source).as_posix())

    def _refuse_other_length(self, relative: Path, size_bytes: int) -> None:
        try:
            found = (self._source / relative).lstat()
        except (FileNotFoundError, NotADirectoryError):
            raise EvidenceAltered(
                f"The file {self._source / relative} is missing from the vault.",
                "Restore it from an earlier copy, then verify the casebook.",
            ) from None
        if not stat.S_ISREG(found.st_mode):
            raise _altered(self._source / relative, "it is a link or no file")
        if found.st_size != size_bytes:
            raise _altered(
                self._source / relative, f"it has {found.st_size} bytes, its record says {size_bytes}"
            )

    def _copy(self, relative: Path, *, size_bytes: int | None = None) -> str:
        """Copy one file with its permissions, as long as its record says or as it is now; return the copy's SHA-256."""
        target = self._target / relative
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        with open_regular(self._source / relative, follows_links=False) as origin, target.open("xb") as copy:
            left = os.fstat(origin.fileno()).st_size if size_bytes is None else size_bytes
            while left and (chunk := origin.read(min(left, CHUNK_BYTES))):
                digest.update(chunk)
                copy.write(chunk)
                left -= len(chunk)
                self.done += len(chunk)
                self._tell("files", min(self.done, self._total), self._total)
            copy.flush()
            os.fsync(copy.fileno())
            os.fchmod(copy.fileno(), stat.S_IMODE(os.fstat(origin.fileno()).st_mode))
        self.files += 1
        return digest.hexdigest()


def _checked(source: Path, target: Path) -> bool:
    """Refuse a target that is no place for a copy; return whether the folder is there."""
    here, there = source.resolve(), target.resolve()
    if here == there or here.is_relative_to(there) or there.is_relative_to(here):
        raise InvalidInput(
            f"A copy of {source} cannot lie in {target}: one of the folders is in the other.",
            "Choose a folder elsewhere, best on another disk.",
        )
    with translated(target):
        if not os.path.lexists(target):
            return False
        if not target.is_dir() or any(target.iterdir()):
            raise InvalidInput(
                f"{target} exists and is not an empty folder; nothing was replaced.", "Choose another folder."
            )
    return True


def _write_marker(path: Path) -> None:
    with path.open("x", encoding="ascii") as stream:
        stream.write(_MARKER_TEXT)
        stream.flush()
        os.fsync(stream.fileno())


def _take_back(target: Path, *, keeps_folder: bool) -> None:
    """Remove what was copied, the marker last; harmless where nothing was."""
    with contextlib.suppress(OSError):
        for path in sorted(target.iterdir()):
            if path.name != MARKER:
                remove(path)
        remove(target / MARKER)
        if not keeps_folder:
            target.rmdir()


def _named_files(database: Path, vault: Path) -> dict[str, int]:
    """Return length by SHA-256 of every file that a record or a batch of a gallery names."""
    found: dict[str, int] = {}
    batches: dict[str, int] = {}
    with reading(database) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in _TABLES_WITH_FILES:
            if table in tables:
                found.update(connection.execute(f"SELECT sha256, size_bytes FROM {table}"))
        if any(row[1] == "page_sha256" for row in connection.execute("PRAGMA table_info(exhibit)")):
            query = "SELECT page_sha256, page_size_bytes FROM exhibit WHERE page_sha256 IS NOT NULL"
            found.update(connection.execute(query))
        if "gallery_batch" in tables:
            batches.update(connection.execute("SELECT sha256, size_bytes FROM gallery_batch"))
    for sha256 in filter(is_sha256, batches):
        found.update(_photographs_of(vault / sha256[:2] / sha256, batches[sha256]))
    wrong = next((each for each in found if not is_sha256(each)), None)
    if wrong is not None:
        raise sqlite3.DatabaseError(f"a record names the file {wrong!r}, which is no SHA-256")
    return found


def _altered(path: Path, how: str) -> EvidenceAltered:
    return EvidenceAltered(
        f"The file {path} was altered: {how}.",
        "Do not use it; restore it from an earlier copy, then verify the casebook.",
    )


def _photographs_of(batch: Path, size_bytes: int) -> dict[str, int]:
    """Return length by SHA-256 of the photographs that a gallery's batch names.

    A batch that is missing, no file, or of another length than its record says is found when it is to be copied.
    """
    try:
        found = batch.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != size_bytes:
            return {}
        with translated(batch):
            return photographs_of(read_regular(batch, max_bytes=MOST_BATCH_BYTES, follows_links=False))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise EvidenceAltered(
            f"The file {batch} is no batch of a gallery: {error}.",
            "Do not use it; restore it from an earlier copy, then verify the casebook.",
        ) from error


def _is_copied(path: Path) -> bool:
    return stat.S_ISREG(_mode(path)) and not _is_left_over(path)


def _mode(path: Path) -> int:
    """Return what a path is, 0 where that cannot be told."""
    try:
        return path.lstat().st_mode
    except OSError:
        return 0


def _is_left_over(path: Path) -> bool:
    return path.name.startswith(".report-")
