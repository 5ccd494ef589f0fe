"""SHA-256 of files and bytes, and canonical JSON; pure functions.

References:
    FIPS 180-4 (SHA-256); RFC 8785 (JSON Canonicalization Scheme).
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import rfc8785

from forensic_app.regular_files import open_regular

CHUNK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether ``text`` is 64 lower-case hexadecimal characters."""
    return _SHA256.fullmatch(text) is not None


def sha256_of_bytes(data: bytes | bytearray) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal characters."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of as many bytes as a file holds when it is opened, read in constant memory.

    Raises:
        NotRegularFile: It is no regular file.
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with open_regular(path) as stream:
        left = os.fstat(stream.fileno()).st_size
        while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value: sorted keys, no blanks, shortest numbers, UTF-8.

    Args:
        value: Dictionaries with string keys, lists, tuples, strings, booleans, ``None``, finite floats and
            integers within ``[-2**53 + 1, 2**53 - 1]``.

    Raises:
        ValueError: ``value`` holds something that JSON cannot represent exactly.
    """
    return rfc8785.dumps(value)
