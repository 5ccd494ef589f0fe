from __future__ import annotations

import errno
import os

import pytest

from forensic_app.errors import DiskFull, EngineError, OutOfMemory
from forensic_app.shortages import known_shortage


class OutOfMemoryError(RuntimeError):
    """Named like that of torch."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: not enough memory: you tried"
        ),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory"
        ),
        RuntimeError("std::bad_alloc"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_too_little_memory(error):
    assert isinstance(known_shortage(error), OutOfMemory)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_named_where_it_is_known(number):
    found = known_shortage(OSError(number, os.strerror(number), "/media/x/picture.png"))
    assert isinstance(found, DiskFull)
    assert "/media/x/picture.png" in found.message
    assert known_shortage(OSError(number, os.strerror(number))).message == "The disk is full."


def test_a_library_that_hides_the_number_is_read_by_its_words():
    assert isinstance(
        known_shortage(RuntimeError("I/O error: No space left on device (os error 28)")), DiskFull
    )


def test_the_cause_of_an_error_counts():
    outer = RuntimeError("the picture was not written")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    outer.__cause__.__cause__ = outer
    assert isinstance(known_shortage(outer), DiskFull)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("not enough memory"),
        OSError(errno.EACCES, "Permission denied"),
        RuntimeError("x"),
        EngineError("The engine stopped.", "Send the log."),
    ],
)
def test_everything_else_is_none(error):
    assert known_shortage(error) is None
