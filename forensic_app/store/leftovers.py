"""What processes that were killed left in a casebook, removed when the next writer opens it.

Rules:
    * For the holder of the lock: nobody else writes these files, so whatever is there is left over. Requests of other
      processes, which need no lock, are left alone for an hour.
    * Whatever bears such a name is removed, be it a file, a folder, a pipe or a link; of a link the link alone.
      Nothing is looked for behind a link, so that nothing outside the casebook is touched; see
      :mod:`forensic_app.folders`.
    * No record names any of it: files of records bear their SHA-256, and nothing else.
    * What cannot be removed hinders nobody and stays.
"""

from __future__ import annotations

import fnmatch
import stat
import time
from pathlib import Path

from forensic_app.folders import remove

WORK_FOLDER = "work"
OLD_REQUEST_S = 3600.0
_NAMES = (
    ("vault", ".incoming*"),
    ("reports", ".report-*"),
    ("backups", ".*.part*"),
    (".", ".report-*"),
    (".", WORK_FOLDER),
)
"""Folder in the casebook, and names in it."""


def remove_leftovers(casebook: Path) -> list[Path]:
    """Remove what is left of imports, runs, reports, backups and requests that did not come to their end.

    Returns:
        What was removed.
    """
    found = [path for folder, name in _NAMES for path in _named(casebook / folder, name)]
    found += [path for path in _named(casebook / "requests", ".cancel-*") if _is_old(path)]
    return [path for path in found if remove(path, within=casebook)]


def _named(folder: Path, name: str) -> list[Path]:
    """Return what lies in a folder under a name; nothing where the folder is a link or none."""
    if not _is_folder(folder):
        return []
    try:
        return sorted(each for each in folder.iterdir() if fnmatch.fnmatchcase(each.name, name))
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > OLD_REQUEST_S
    except OSError:
        return False
