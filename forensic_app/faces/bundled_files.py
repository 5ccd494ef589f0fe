"""Weights files that come with the program: read once, and compared with their recorded digests before use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import PackAltered, PackMissing


class BundledFiles:
    """A folder of weights files with a ``manifest.json`` that names each file's SHA-256."""

    def __init__(self, folder: Path) -> None:
        """Remember where the files are; read nothing."""
        self._folder = folder

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        path = self._folder / "manifest.json"
        if not path.is_file():
            raise PackMissing(
                f"The face analyser's files are not in {self._folder}.",
                "Reinstall the program: its resources folder is incomplete.",
            )
        try:
            return parse_json_object(path.read_bytes())
        except (OSError, ValueError) as error:
            raise PackAltered(
                f"The list of the face analyser's files in {self._folder} cannot be read: {error}.",
                "Do not use this installation for casework; reinstall the program.",
            ) from error

    @property
    def name(self) -> str:
        """The manifest's name of the files together."""
        return str(self._manifest["name"])

    @cached_property
    def sha256(self) -> Mapping[str, str]:
        """SHA-256 of each weights file by file name, as the manifest records it."""
        return {entry["file"]: entry["sha256"] for entry in self._manifest["files"]}

    def read(self, file_name: str) -> bytearray:
        """Return the bytes of a weights file, which have the recorded digest.

        Raises:
            PackMissing: The file, or the manifest, is not there.
            PackAltered: The file has another digest.
        """
        expected = self.sha256.get(file_name)
        path = self._folder / file_name
        if expected is None or not path.is_file():
            raise PackMissing(
                f"The face analyser's file {file_name} is missing.",
                "Reinstall the program: its resources folder is incomplete.",
            )
        data = bytearray(path.read_bytes())
        if sha256_of_bytes(data) != expected:
            raise PackAltered(
                f"The face analyser's file {file_name} is not the file that was installed.",
                "Do not use this installation for casework; reinstall the program.",
            )
        return data

    @contextmanager
    def opened(self, file_name: str) -> Iterator[str]:
        """Give the path of a weights file for a library that reads files alone: of a copy in memory, see :meth:`read`.

        Raises:
            PackMissing: The file, or the manifest, is not there.
            PackAltered: The file has another digest.
        """
        with open(os.memfd_create(file_name), "wb") as stream:  # noqa: PTH123 - a descriptor, no path
            stream.write(self.read(file_name))
            stream.flush()
            yield f"/proc/self/fd/{stream.fileno()}"
