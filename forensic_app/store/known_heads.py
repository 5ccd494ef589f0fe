"""What a workstation remembers of the casebooks that it worked in: the newest signed head of each.

Rules:
    * One small file a casebook, ``<home>/heads/<casebook>.json``, outside the casebook: who can write to the
      casebook's folder alone cannot change it.
    * It is written after each transaction and never before, so that it is never ahead of the casebook.
    * A file that cannot be read is no memory; the casebook is then verified from its first event on.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path

from forensic_app.private import make_private_folder
from forensic_app.store.faults import translated

FOLDER = "heads"
_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")
_MAX_BYTES = 10_000


class KnownHeads:
    """The newest heads that a workstation saw."""

    def __init__(self, home: Path) -> None:
        """Args: ``home``, the workstation's folder, ``Settings.home``."""
        self.home = home
        self.folder = home / FOLDER

    def note(self, origin: str) -> str | None:
        """Return the newest head (note) seen of the log ``origin``; ``None`` for a log never seen."""
        path = self._path(origin)
        if path is None:
            return None
        try:
            with path.open("rb") as stream:
                kept = json.loads(stream.read(_MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return None
        is_of_log = isinstance(kept, dict) and kept.get("origin") == origin
        return kept["note"] if is_of_log and isinstance(kept.get("note"), str) else None

    def keep(self, origin: str, note: str) -> None:
        """Remember a head.

        Raises:
            StoreUnavailable: The workstation's folder cannot be written.
        """
        path = self._path(origin)
        if path is None:
            return
        text = json.dumps({"origin": origin, "note": note})
        temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        with translated(self.folder):
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileNotFoundError:
                make_private_folder(self.folder)
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(text)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def _path(self, origin: str) -> Path | None:
        name = origin.rpartition("/")[2]
        return self.folder / f"{name}.json" if _NAME.fullmatch(name) else None
