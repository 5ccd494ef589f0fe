"""Files and folders of the workstation and of casebooks, for their owner alone, whatever the umask.

Rules:
    * Folders have the mode 0700, files 0600; who gives others access does so afterwards and knowingly.
    * What exists already keeps its mode: ``doctor`` says what others can read, and takes it from them on request.
    * What is written to is a regular file with one name: no link is followed, no pipe waited for, and no file spoilt
      that another program put under the name of one of ours.
    * A process that only helps (worker, search for faces) leaves no picture of its memory behind when it crashes.
    * What a person exports to a place of their own choice does not come here: it follows the umask.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any

from forensic_app.folders import below

FOLDER_MODE = 0o700
FILE_MODE = 0o600
READ_ONLY_MODE = 0o400
OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing; one that is there stays as it is.

    Raises:
        OSError: It cannot be made, or something else has its name.
    """
    for folder in reversed([path, *path.parents]):
        try:
            folder.mkdir(FOLDER_MODE)
        except OSError:
            if not folder.is_dir():
                raise
        else:
            folder.chmod(FOLDER_MODE)


def open_private(path: Path, mode: str) -> IO[Any]:
    """Return a file that is open as by :func:`open`; a text file is UTF-8. A new one is private.

    Raises:
        OSError: It cannot be opened, or is no file of its own; see :func:`private_opener`.
    """
    return open(path, mode, encoding=None if "b" in mode else "utf-8", opener=private_opener)


def make_private_tree(path: Path) -> list[Path]:
    """Take a folder and all below it from other accounts; return what could not be taken from them."""
    return [each for each in open_to_others(path) if not take_from_others(each)]


def private_opener(path: str, flags: int) -> int:
    """Open a file for :func:`open`, a new one for its owner alone; return its descriptor.

    Raises:
        OSError: It cannot be opened, is a link or no regular file, or has another name too.
    """
    existed = os.path.lexists(path)
    opening = (flags & ~os.O_TRUNC) | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(path, opening, FILE_MODE)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        raise OSError(errno.ELOOP, "is no regular file, or has another name too", path)
    if flags & os.O_TRUNC:
        os.ftruncate(descriptor, 0)
    if not existed:
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, FILE_MODE)
    return descriptor


def touch_private(path: Path) -> None:
    """Make an empty private file where there is none, for a library that opens it afterwards.

    Raises:
        OSError: It cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(private_opener(str(path), os.O_WRONLY | os.O_EXCL | os.O_CREAT))


def make_process_private() -> None:
    """Have this process leave no core dump and, from now on, no file that others can read; for helper processes."""
    os.umask(OTHERS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_to_others(*places: Path) -> Iterator[Path]:
    """Yield every file and folder at or below ``places`` that accounts other than the owner's may use.

    Symbolic links are not followed; what cannot be looked at is left out.
    """
    for place in places:
        for path in chain((place,), below(place)):
            with contextlib.suppress(OSError):
                mode = path.lstat().st_mode
                if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & OTHERS:
                    yield path


def take_from_others(path: Path) -> bool:
    """Take a file or folder from everybody but its owner; return whether that was possible."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & ~OTHERS)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
