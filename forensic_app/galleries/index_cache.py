"""Graphs of galleries on the workstation: a file and a note of what it was made of.

Rules:
    * They lie in ``<home>/galleries``, outside every casebook, for their owner alone.
    * A graph is loaded only when its bytes have the digest of its note, and the batches of the note are the first ones
      of the gallery. It is mapped from the disk: its pages take memory only as they are used.
    * Where nothing can be kept there, a search takes longer, and says so; it does not fail.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import sha256_of_file
from forensic_app.errors import ForensicAppError
from forensic_app.private import make_private_folder, open_private
from forensic_app.regular_files import read_regular

FOLDER: Final = "galleries"
NOTE_FILE: Final = "graph.json"
MOST_NOTE_BYTES: Final = 4 << 20
_TEMPORARY: Final = ".making-"
_ENDING: Final = ".usearch"


class _NotUsable(Exception):
    """Why a kept graph is not used."""


@dataclass(frozen=True, slots=True)
class IndexNote:
    """What a graph was made of.

    Attributes:
        made_with: Settings of the graph.
        digests: SHA-256 of the batches in it, oldest first.
        recall_at_10: As measured when it was made.
        sha256: Digest of the graph's file; empty before it is kept.
    """

    made_with: Mapping[str, str | int]
    digests: tuple[str, ...]
    recall_at_10: float
    sha256: str = ""


def cache_folder(home: Path, casebook_id: str, gallery_id: str) -> Path:
    """Return where the workstation keeps the graphs of a gallery.

    Args:
        home: The workstation's folder, ``Settings.home``.
        casebook_id: Identifier of the casebook.
        gallery_id: Identifier of the gallery in it.
    """
    name = hashlib.sha256(f"{casebook_id}\n{gallery_id}".encode("utf-8", "surrogatepass")).hexdigest()
    return home / FOLDER / name[:32]


class IndexCache:
    """The graph that is kept of one gallery."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder; without one nothing is kept."""
        self._folder = folder

    def load(
        self, graph: Any, *, made_with: Mapping[str, str | int], digests: Sequence[str]
    ) -> tuple[IndexNote | None, str]:
        """Fill an empty graph with the one that is kept.

        Args:
            graph: A graph of usearch.
            made_with: The settings that it must have.
            digests: The gallery's batches.

        Returns:
            The note of what was loaded, and an empty text; or ``None`` and why a new one is needed.
        """
        if self._folder is None:
            return None, ""
        try:
            return self._loaded(self._folder, graph, made_with, digests), ""
        except _NotUsable as reason:
            return None, f"The graph of the gallery was made from its batches: {reason}."

    def _loaded(
        self, folder: Path, graph: Any, made_with: Mapping[str, str | int], digests: Sequence[str]
    ) -> IndexNote:
        try:
            note = self._note()
        except FileNotFoundError:
            raise _NotUsable("there was none yet") from None
        except (OSError, ValueError, TypeError, KeyError, ForensicAppError):
            raise _NotUsable("the note of the one that was kept cannot be read") from None
        if dict(note.made_with) != dict(made_with):
            raise _NotUsable("the one that was kept was made in another way")
        if tuple(digests[: len(note.digests)]) != note.digests or not note.digests:
            raise _NotUsable("the one that was kept holds other batches")
        path = folder / f"{note.sha256[:32]}{_ENDING}"
        try:
            is_same = sha256_of_file(path) == note.sha256
            if is_same:
                graph.view(str(path))
        except (OSError, RuntimeError, ValueError, ForensicAppError):
            raise _NotUsable("the one that was kept cannot be read") from None
        if not is_same:
            raise _NotUsable("the one that was kept was altered")
        return note

    def keep(self, graph: Any, note: IndexNote) -> list[str]:
        """Keep a graph with its note in the place of the one before; return what there is to say when that fails."""
        if self._folder is None:
            return []
        temporary = self._folder / f"{_TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            make_private_folder(self._folder)
            with open_private(temporary, "xb"):
                pass
            graph.save(str(temporary))
            digest = sha256_of_file(temporary)
            temporary.replace(self._folder / f"{digest[:32]}{_ENDING}")
            kept = json.dumps({**asdict(note), "sha256": digest}, indent=1)
            with open_private(temporary, "xb") as stream:
                stream.write(kept.encode())
            temporary.replace(self._folder / NOTE_FILE)
            self._remove_others(digest)
        except (OSError, RuntimeError) as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            return [f"The graph could not be kept for the next search: {error}."]
        return []

    def _remove_others(self, digest: str) -> None:
        """Remove graphs that no note names and what killed processes left."""
        if self._folder is None:
            return
        for path in self._folder.iterdir():
            if path.name not in (NOTE_FILE, f"{digest[:32]}{_ENDING}"):
                path.unlink(missing_ok=True)

    def _note(self) -> IndexNote:
        if self._folder is None:
            raise FileNotFoundError(NOTE_FILE)
        found = parse_json_object(
            read_regular(self._folder / NOTE_FILE, max_bytes=MOST_NOTE_BYTES), most_bytes=MOST_NOTE_BYTES
        )
        return IndexNote(
            dict(found["made_with"]),
            tuple(map(str, found["digests"])),
            float(found["recall_at_10"]),
            str(found["sha256"]),
        )
