"""Folders that anybody may have filled: walked and removed without following a link, however deep they go.

Rules:
    * Nothing here recurses: a thousand folders inside each other are walked and removed like one.
    * What is removed is named within its folder's descriptor. A link that is put in a folder's place meanwhile leads
      nowhere, and nothing outside is touched.
    * What cannot be removed or looked at hinders nobody and stays.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

_PLACE = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_OPENED_MODE = 0o700


def below(
    folder: Path, *, most_depth: int | None = None, unlisted: Callable[[Path], object] | None = None
) -> Iterator[Path]:
    """Yield everything below a folder, each folder before what is in it; links below it are not followed.

    Args:
        folder: The folder; nothing is yielded where it is none.
        most_depth: How many folders inside each other are looked into, ``folder`` among them; all by default.
        unlisted: Told of each folder that cannot be looked into, or lies deeper.
    """
    waiting = [(folder, 1)]
    while waiting:
        current, depth = waiting.pop()
        try:
            if most_depth is not None and depth > most_depth:
                raise OSError  # noqa: TRY301 - it is told of like one that cannot be listed
            with os.scandir(current) as entries:
                found = sorted((each.name, each.is_dir(follow_symlinks=False)) for each in entries)
        except OSError:
            if unlisted is not None:
                unlisted(current)
            continue
        for name, _ in found:
            yield current / name
        waiting += [(current / name, depth + 1) for name, is_folder in reversed(found) if is_folder]


def remove(path: Path, *, within: Path | None = None) -> bool:
    """Remove a file, a folder with all that is in it, or a link; return whether it is gone.

    Args:
        path: What to remove.
        within: A folder above it; nothing is removed where a folder between both is a link.
    """
    with contextlib.suppress(OSError):
        parent = _place(path.parent, within or path.parent)
        try:
            _remove(path.name, parent)
        finally:
            os.close(parent)
    return not os.path.lexists(path)


def _place(folder: Path, within: Path) -> int:
    """Return a descriptor of a folder, having followed no link below ``within``."""
    descriptor = os.open(within, _PLACE)
    for name in folder.relative_to(within).parts:
        try:
            deeper = os.open(name, _PLACE | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = deeper
    return descriptor


def _remove(name: str, parent: int) -> None:
    if not _is_folder(name, parent):
        os.unlink(name, dir_fd=parent)
        return
    _empty(_entered(name, parent))
    os.rmdir(name, dir_fd=parent)


def _empty(here: int) -> None:
    """Remove all that is in a folder, whose descriptor is closed in the end.

    One folder is open at a time. The way back up leads through the folder's own ``..``, as long as that is the folder
    from which it was entered.
    """
    above: list[tuple[str, tuple[int, int], list[str]]] = []
    try:
        waiting = _folders_left(here)
        while waiting or above:
            if waiting:
                name = waiting.pop()
                with contextlib.suppress(OSError):
                    deeper = _entered(name, here)
                    above.append((name, _identity(here), waiting))
                    os.close(here)
                    here, waiting = deeper, _folders_left(deeper)
                continue
            name, identity, waiting = above.pop()
            parent = os.open("..", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = parent
            if _identity(here) != identity:
                return
            with contextlib.suppress(OSError):
                os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


def _folders_left(folder: int) -> list[str]:
    """Remove what is in a folder and no folder itself; return the names of the folders."""
    found = []
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            if _is_folder(name, folder):
                found.append(name)
            else:
                os.unlink(name, dir_fd=folder)
    return found


def _identity(folder: int) -> tuple[int, int]:
    found = os.fstat(folder)
    return found.st_dev, found.st_ino


def _entered(name: str, parent: int) -> int:
    """Return a folder's descriptor for reading, having opened a folder that its maker closed; no link is followed."""
    place = os.open(name, _PLACE | os.O_NOFOLLOW, dir_fd=parent)
    try:
        with contextlib.suppress(OSError):
            os.chmod(f"/proc/self/fd/{place}", _OPENED_MODE)  # noqa: PTH101 - a descriptor, no path
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place)
    finally:
        os.close(place)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode)
