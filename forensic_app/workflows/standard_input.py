"""A photograph that comes by standard input, kept in a private file until it is received."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from forensic_app.digests import CHUNK_BYTES
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.private import open_private
from forensic_app.store.faults import os_fault

STANDARD_INPUT = "-"
NAME = "standard input"


@contextmanager
def kept_input(*, max_bytes: int, stream: BinaryIO | None = None) -> Iterator[Path]:
    """Yield a file with all that comes by standard input; only its owner can read it, and it is removed in the end.

    Args:
        max_bytes: Most bytes that are taken; an endless input is refused there.
        stream: What to read; the process's standard input by default.

    Raises:
        InvalidInput: It is a terminal, or closed.
        UnreadableImage: It holds more bytes.
        StoreUnavailable: It cannot be read, or the file cannot be written.
    """
    source = _standard_input() if stream is None else stream
    with ExitStack() as stack:
        try:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="forensic-app-"))) / NAME
            with open_private(path, "xb") as kept:
                _copy(source, kept, max_bytes)
        except OSError as error:
            raise os_fault(error, Path(tempfile.tempdir or "/tmp")) from error
        yield path


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.isatty():
        raise InvalidInput(
            "Nothing comes by standard input.", "Send a photograph, such as: ... exhibit add - < photo.jpg"
        )
    return sys.stdin.buffer


def _copy(source: BinaryIO, target: IO[bytes], max_bytes: int) -> None:
    size = 0
    while chunk := source.read(CHUNK_BYTES):
        size += len(chunk)
        if size > max_bytes:
            raise UnreadableImage(
                f"What came by standard input has more than the {max_bytes:,} bytes allowed.",
                "Export a smaller copy, or raise max_image_bytes in the settings file.",
            )
        target.write(chunk)
    target.flush()
