"""What a workstation remembers of the casebooks that it worked in: the newest signed head of each, and where it lay.

Rules:
    * Small files in ``<home>/heads``, outside the casebook: who can write to the casebook's folder alone cannot change
      them. One for each log, one for each folder.
    * A head is kept after each transaction and never before, so that it is never ahead of the casebook.
    * A copy that the workstation made is known with the head that it had then: it is no older casebook.
    * Where they cannot be written an earlier head is remembered: the next opening verifies more.
    * A file that cannot be read is no memory; the casebook is then verified from its first event on.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from forensic_app.store.private_notes import keep_note, read_note

FOLDER = "heads"


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
        """Remember the newest head of a log; without effect where the workstation's folder cannot be written."""
        self._write("log", origin, {"note": note})

    def keep_place(self, folder: Path, origin: str, *, copy: str | None = None) -> None:
        """Remember which log lies in a folder, and for a copy of it the head that it has; else as :meth:`keep`."""
        told = {"origin": origin} if copy is None else {"origin": origin, "copy": copy}
        if self._read("folder", _name(folder)) != {**told, "name": _name(folder)}:
            self._write("folder", _name(folder), told)

    def forget_place(self, folder: Path) -> None:
        """Forget which casebook lies in a folder: one that could not be made to its end is taken back.

        Args:
            folder: The folder.
        """
        with contextlib.suppress(OSError):
            self._path("folder", _name(folder)).unlink(missing_ok=True)

    def _path(self, kind: str, name: str) -> Path:
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / f"{kind}-{digest[:32]}.json"

    def _read(self, kind: str, name: str) -> dict[str, str]:
        kept = read_note(self._path(kind, name))
        is_ours = kept.get("name") == name and all(isinstance(each, str) for each in kept.values())
        return kept if is_ours else {}

    def _write(self, kind: str, name: str, values: dict[str, str]) -> None:
        keep_note(self._path(kind, name), {"name": name, **values})


def _name(folder: Path) -> str:
    return str(folder.resolve())
