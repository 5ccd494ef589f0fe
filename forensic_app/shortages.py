"""What a machine runs out of, told from every other error: room on a disk and memory.

Rules:
    * A shortage is no defect of the program and no damage: it is one sentence with advice, wherever it comes up.
    * The system's own number decides where there is one. Libraries that hide it are read by their words.

References:
    errno(3): ENOSPC, EDQUOT (a quota is used up), EFBIG (a limit on the size of files), ENOMEM; PyTorch,
    c10/core/CPUAllocator.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from forensic_app.errors import DiskFull, ForensicAppError, OutOfMemory

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the operating system for a disk, a quota or a limit that is used up."""

_MEMORY_WORDS = re.compile(
    r"not enough memory|can'?t allocate memory|cannot allocate memory|out of memory|bad_alloc|bad allocation",
    re.I,
)
_ROOM_WORDS = re.compile(r"no space left on device|disk quota exceeded|\(os error 28\)", re.I)


def known_shortage(error: BaseException) -> ForensicAppError | None:
    """Return what a machine ran out of when ``error`` was raised, as an error with advice; ``None`` if of nothing.

    Errors that it was raised from are looked at as well. An error that carries advice already has said what it is.
    """
    for each in _with_causes(error):
        if isinstance(each, ForensicAppError):
            return None
        if isinstance(each, OSError) and each.errno in NO_ROOM:
            return disk_full(None if each.filename is None else Path(str(each.filename)))
        if _is_about_memory(each):
            return out_of_memory()
        if isinstance(each, RuntimeError | OSError) and _ROOM_WORDS.search(str(each)):
            return disk_full(None)
    return None


def disk_full(place: Path | None) -> DiskFull:
    """Return the error to raise where the disk that holds ``place`` is full."""
    which = "The disk is full" if place is None else f"The disk that holds {place} is full"
    return DiskFull(f"{which}.", "Free some space, then try again; what was recorded before is kept.")


def out_of_memory() -> OutOfMemory:
    """Return the error to raise where the memory did not suffice."""
    return OutOfMemory(
        "There is not enough memory.",
        "Close other programs, or ask for less at once, then try again; what was recorded before is kept.",
    )


def _is_about_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and _MEMORY_WORDS.search(str(error)) is not None


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__
