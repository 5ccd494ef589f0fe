"""Weights files that come with the program: found, and compared with their recorded digests before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from forensic_app.digests import sha256_of_file
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
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return manifest

    @property
    def name(self) -> str:
        """The manifest's name of the files together."""
        return str(self._manifest["name"])

    @cached_property
    def sha256(self) -> Mapping[str, str]:
        """SHA-256 of each weights file by file name, as the manifest records it."""
        return {entry["file"]: entry["sha256"] for entry in self._manifest["files"]}

    def checked(self, file_name: str) -> Path:
        """Return the path of a weights file whose digest is the recorded one.

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
        if sha256_of_file(path) != expected:
            raise PackAltered(
                f"The face analyser's file {file_name} is not the file that was installed.",
                "Do not use this installation for casework; reinstall the program.",
            )
        return path
