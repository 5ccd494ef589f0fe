"""Put a report's bytes in the place that was asked for, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from forensic_app.errors import ForensicAppError, InvalidInput, StoreUnavailable
from forensic_app.shortages import NO_ROOM, disk_full

_PREFIX, _ENDING = ".report-", ".pdf"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EXDEV}


def check_target(out: Path, *, overwrite: bool) -> None:
    """Refuse a target that a report cannot be written to, before anything is registered.

    Raises:
        InvalidInput: ``out`` is a folder or exists unasked, or its folder is not there or cannot be written.
    """
    if out.is_dir():
        raise InvalidInput(f"{out} is a folder.", "Name the PDF file to write, such as report.pdf.")
    if out.exists() and not overwrite:
        raise InvalidInput(
            f"The file {out} exists already and was not replaced.",
            "Choose another name, or ask to overwrite it.",
        )
    if not out.parent.is_dir():
        raise InvalidInput(f"The folder {out.parent} does not exist.", "Create it or choose another one.")
    if not os.access(out.parent, os.W_OK):
        raise InvalidInput(
            f"The folder {out.parent} cannot be written.", "Choose another folder or change its permissions."
        )


@contextlib.contextmanager
def written_beside(out: Path, data: bytes) -> Iterator[Path]:
    """Yield a file beside ``out`` that holds ``data`` and is on disk; it is removed in the end.

    Who may read it says the umask: where a report goes is the examiner's choice. Its writer holds a lock on it,
    which ends with the process: what earlier ones left there is removed first.

    Raises:
        InvalidInput: It cannot be written.
        DiskFull: There is no room for it.
    """
    _remove_abandoned(out.parent)
    temporary = out.parent / f"{_PREFIX}{secrets.token_hex(8)}{_ENDING}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with contextlib.suppress(OSError):
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            except OSError as error:
                raise _unwritable(out, error) from error
            yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _remove_abandoned(folder: Path) -> None:
    """Remove files that writers of reports left in a folder when they were killed: nobody holds a lock on them."""
    for path in folder.glob(f"{_PREFIX}*{_ENDING}"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if stat.S_ISREG(os.fstat(descriptor).st_mode):
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
            finally:
                os.close(descriptor)


def place(temporary: Path, out: Path, *, report_number: str, overwrite: bool) -> None:
    """Give the registered file its name without replacing another one unasked.

    Raises:
        StoreUnavailable: It cannot be put there; the casebook has its copy.
    """
    try:
        if overwrite:
            temporary.replace(out)
        else:
            _link(temporary, out)
        _flush_folder(out.parent)
    except OSError as error:
        raise StoreUnavailable(
            f"Report {report_number} is registered, but {out} was not written: {error.strerror or error}.",
            f"Its file is kept in the casebook: export {report_number} under another name.",
        ) from error


def _link(temporary: Path, out: Path) -> None:
    try:
        os.link(temporary, out)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if out.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(out)) from error
        temporary.replace(out)


def _unwritable(out: Path, error: OSError) -> ForensicAppError:
    if error.errno in NO_ROOM:
        return disk_full(out.parent)
    return InvalidInput(
        f"The report {out} could not be written: {error.strerror or error}.",
        "Check the free space and permissions of the folder, or choose another one.",
    )


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
