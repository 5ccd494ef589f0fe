"""The files of a pack's folder: which may be there, and how they are opened.

Rules:
    * Regular files and folders only: no symbolic link, pipe, socket or device, under plain ASCII names.
    * A pickle, Python text, an index of shards or a shard is refused wherever it stands: some loader would open it.
    * A file is opened once, without following a link, and read into memory while its SHA-256 is computed: what is
      used are the bytes that were hashed.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from forensic_app.errors import PackMissing, PackRefused
from forensic_app.folders import below

PICKLE_SUFFIXES: Final = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle", ".msgpack", ".h5")
MOST_FILES: Final = 500
MOST_FILE_BYTES: Final = 8 << 30
CHUNK_BYTES: Final = 8 << 20
_SEGMENT: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_.+ -]{0,98}[A-Za-z0-9_+-])?"
_PATH: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,3}}")
_SHARD: Final = re.compile(r"-\d{5}-of-\d{5}\.")
_OPENING: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_plain_path(text: str) -> bool:
    """Return whether ``text`` is a relative path of plain ASCII names with ``/``, at most four deep."""
    return _PATH.fullmatch(text) is not None


def unloadable(name: str) -> str:
    """Return why a file of this name is in no pack, empty where it may be."""
    lower = name.lower()
    if lower.endswith(PICKLE_SUFFIXES):
        return "is in a pickle format, which can run code when it is opened"
    if lower.endswith((".py", ".pyc", ".so")):
        return "is a program"
    if lower.endswith(".index.json") or _SHARD.search(lower):
        return "is an index of weights in several files, or one of these"
    return ""


def refuse_unloadable(folder: Path) -> None:
    """Refuse a folder that holds a file of a kind that no pack holds, anywhere.

    Raises:
        PackMissing: ``folder`` is not there.
        PackRefused: It holds one.
    """
    if not folder.is_dir():
        raise PackMissing(f"There is no folder {shown_path(folder)}.", "Check the path.")
    for path in below(folder):
        _refuse_unloadable(path)


def list_files(folder: Path) -> list[str]:
    """Return the paths of all files in a pack's folder relative to it, sorted, with ``/``; hidden ones too.

    Raises:
        PackMissing: ``folder`` is not there.
        PackRefused: It holds something that is neither a file nor a folder, a file of a kind that no pack holds, or too
            many of them.
    """
    if not folder.is_dir():
        raise PackMissing(f"There is no folder {shown_path(folder)}.", "Check the path.")
    found: list[str] = []
    waiting = [""]
    seen = 0
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                seen += 1
                if seen > MOST_FILES:
                    raise PackRefused(
                        f"{shown_path(folder)} holds more than {MOST_FILES} files.",
                        "Restore the pack from its source.",
                    )
                relative = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{relative}/")
                    continue
                if not entry.is_file(follow_symlinks=False):
                    raise PackRefused(
                        f"{shown(relative)} in {shown_path(folder)} is a link or no ordinary file.",
                        "Put the file itself in its place, or restore the pack from its source.",
                    )
                _refuse_unloadable(folder / relative)
                found.append(relative)
    return sorted(found)


def refuse_names(paths: Iterable[str], *, where: str) -> None:
    """Refuse names that are not plain, or that differ by upper and lower case alone.

    Args:
        paths: Relative paths with ``/``.
        where: Of what, in words.

    Raises:
        PackRefused: One of them is no plain path inside the folder, or two are the same but for case.
    """
    seen: set[str] = set()
    for path in paths:
        if not is_plain_path(path) or path.lower() in seen:
            raise PackRefused(
                f"{where} names {shown(path)}, which is no plain path inside it or stands there twice.",
                "Import the pack again from a folder with plain file names.",
            )
        seen.add(path.lower())


def shown(text: str) -> str:
    """Return a name from outside as it may stand in a sentence: printable ASCII, cut to 80 characters."""
    return ascii(text[:80])[1:-1] + ("..." if len(text) > 80 else "")


def shown_path(path: Path) -> str:
    """Return a path as it may stand in a sentence: a ``?`` for each sign that cannot be printed."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(path))


def read_file(
    path: Path, *, most_bytes: int = MOST_FILE_BYTES, on_chunk: Callable[[], None] | None = None
) -> tuple[bytearray, str]:
    """Return the bytes of an ordinary file and their SHA-256, read once.

    Args:
        path: The file.
        most_bytes: Largest size.
        on_chunk: Called after every 8 MiB; may raise to stop.

    Raises:
        PackRefused: It is a link, no ordinary file, or too large.
        OSError: It cannot be read.
    """
    with _opened(path, most_bytes) as (stream, size):
        data = bytearray(size)
        digest = hashlib.sha256()
        place = 0
        with memoryview(data) as view:
            while place < size and (count := os.readv(stream, [view[place : place + CHUNK_BYTES]])):
                digest.update(view[place : place + count])
                place += count
                if on_chunk is not None and count == CHUNK_BYTES:
                    on_chunk()
        _check_end(path, stream)
    del data[place:]
    return data, digest.hexdigest()


def hash_file(path: Path, *, on_chunk: Callable[[], None] | None = None) -> str:
    """Return the SHA-256 of an ordinary file, in constant memory; see :func:`read_file`.

    Raises:
        PackRefused: It is a link, no ordinary file, or too large.
        OSError: It cannot be read.
    """
    with _opened(path, MOST_FILE_BYTES) as (stream, size):
        digest = hashlib.sha256()
        buffer = bytearray(min(CHUNK_BYTES, size))
        place = 0
        with memoryview(buffer) as view:
            while place < size and (count := os.readv(stream, [view[: size - place]])):
                digest.update(view[:count])
                place += count
                if on_chunk is not None and count == CHUNK_BYTES:
                    on_chunk()
        _check_end(path, stream)
    return digest.hexdigest()


@contextmanager
def _opened(path: Path, most_bytes: int) -> Iterator[tuple[int, int]]:
    """Give the descriptor and the size of an ordinary file."""
    try:
        stream = os.open(path, _OPENING)
    except OSError:
        if path.is_symlink():
            raise PackRefused(f"{shown_path(path)} is a link.", "Put the file itself in its place.") from None
        raise
    try:
        status = os.fstat(stream)
        if not stat.S_ISREG(status.st_mode):
            raise PackRefused(f"{shown_path(path)} is no ordinary file.", "Put the file itself in its place.")
        if status.st_size > most_bytes:
            raise PackRefused(
                f"{shown_path(path)} has {status.st_size:,} bytes, more than the {most_bytes:,} allowed.",
                "Restore the pack from its source.",
            )
        yield stream, status.st_size
    finally:
        os.close(stream)


def _check_end(path: Path, stream: int) -> None:
    if os.read(stream, 1):
        raise PackRefused(
            f"{shown_path(path)} grew while it was read.", "Try again when nothing writes to the pack."
        )


def _refuse_unloadable(path: Path) -> None:
    reason = unloadable(path.name)
    if reason:
        raise PackRefused(
            f"{shown_path(path)} {reason}.",
            "Use the safetensors file of the same weights, in one piece, and remove this one.",
        )
