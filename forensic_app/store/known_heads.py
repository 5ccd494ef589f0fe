"""What a workstation remembers of the casebooks that it worked in: the newest signed head of each, and where it lay.

Rules:
    * Small files in ``<home>/heads``, outside the casebook: who can write to the casebook's folder alone cannot change
      them. One for each log, one for each folder.
    * A head is kept after each transaction and never before, so that it is never ahead of the casebook.
    * A copy that the workstation made is known with the head that it had then: it is no older casebook.
    * A file that cannot be read is no memory; the casebook is then verified from its first event on.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from forensic_app.private import make_private_folder
from forensic_app.store.faults import translated

FOLDER = "heads"
_MAX_BYTES = 10_000


class KnownHeads:
    """The newest heads that a workstation saw, and which log lay in which folder."""

    def __init__(self, home: Path) -> None:
        """Args: ``home``, the workstation's folder, ``Settings.home``."""
        self.home = home
        self.folder = home / FOLDER

    def note(self, origin: str) -> str | None:
        """Return the newest head (note) seen of the log ``origin``; ``None`` for a log never seen."""
        return self._read("log", origin).get("note")

    def note_in(self, folder: Path, origin: str) -> str | None:
        """Return the newest head that the log ``origin`` has to hold in ``folder``: less in a copy made here."""
        kept = self._read("folder", _name(folder))
        return kept["copy"] if kept.get("origin") == origin and "copy" in kept else self.note(origin)

    def origin_in(self, folder: Path) -> str | None:
        """Return which log lay in a folder when this workstation last wrote there; ``None`` when unknown."""
        return self._read("folder", _name(folder)).get("origin")

    def keep(self, origin: str, note: str) -> None:
        """Remember the newest head of a log.

        Raises:
            StoreUnavailable: The workstation's folder cannot be written.
        """
        self._write("log", origin, {"note": note})

    def keep_place(self, folder: Path, origin: str, *, copy: str | None = None) -> None:
        """Remember which log lies in a folder, and for a copy of it the head that it has.

        Raises:
            StoreUnavailable: The workstation's folder cannot be written.
        """
        told = {"origin": origin} if copy is None else {"origin": origin, "copy": copy}
        if self._read("folder", _name(folder)) != {**told, "name": _name(folder)}:
            self._write("folder", _name(folder), told)

    def _path(self, kind: str, name: str) -> Path:
        return (
            self.folder
            / f"{kind}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"
        )

    def _read(self, kind: str, name: str) -> dict[str, str]:
        try:
            with self._path(kind, name).open("rb") as stream:
                kept = json.loads(stream.read(_MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        is_ours = isinstance(kept, dict) and kept.get("name") == name
        return kept if is_ours and all(isinstance(each, str) for each in kept.values()) else {}

    def _write(self, kind: str, name: str, values: dict[str, str]) -> None:
        path = self._path(kind, name)
        temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        with translated(self.folder):
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileNotFoundError:
                make_private_folder(self.folder)
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    json.dump({"name": name, **values}, stream)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise


def _name(folder: Path) -> str:
    return str(folder.resolve())
