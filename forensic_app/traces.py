"""What a log keeps of an unexpected error: where it arose and of which kind, without what it says.

Rules:
    * Messages of exceptions hold file names, persons' names and values: none is kept, nor any argument or local value.
    * Kept are the classes, the lines of the program that were being executed, and for errors of the operating system
      and of the database their code.
    * A place inside the program or a library is named from its package on: no folder of an account appears.
"""

from __future__ import annotations

import errno
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("site-packages", "dist-packages", "lib")
_MOST_CAUSES = 10


def trace(error: BaseException) -> str:
    """Return the trace of an error and of what caused it, oldest first, without messages."""
    return "\n".join(_lines(error)) + "\n"


def kind_of(error: BaseException) -> str:
    """Return an error's class, with the code of the operating system or the database if it has one."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = getattr(error, "sqlite_errorname", None)
    if code is None and isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno)
    return f"{name} ({code})" if isinstance(code, str) else name


class PrivateFormatter(logging.Formatter):
    """Formats records for a log, exceptions as :func:`trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's line, whatever text of its exception another log left on it, and leave none."""
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's own name
        """Return the trace of the exception that is being logged."""
        error = ei[1] if isinstance(ei, tuple) else None
        return trace(error).rstrip() if isinstance(error, BaseException) else ""


def _lines(error: BaseException) -> Iterator[str]:
    for depth, each in enumerate(_causes(error)):
        if depth:
            yield "which led to:"
        for frame in traceback.extract_tb(each.__traceback__):
            yield f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}"
            if frame.line:
                yield f"    {frame.line}"
        yield kind_of(each)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error after what caused it, oldest first."""
    found = [error]
    while len(found) < _MOST_CAUSES:
        last = found[-1]
        cause = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if cause is None or cause in found:
            break
        found.append(cause)
    return found[::-1]


def _place(file_name: str) -> str:
    path = Path(file_name)
    if path.is_relative_to(_ROOT):
        path = path.relative_to(_ROOT)
    parts = path.parts
    for name in _PACKAGES:
        if name in parts:
            return "/".join(parts[parts.index(name) + 1 :])
    return path.as_posix() if not path.is_absolute() else path.name
