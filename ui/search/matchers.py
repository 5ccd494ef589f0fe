"""The matcher that the window compares with, kept warm in a process of its own while the casebook is open."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ui.session import Session

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.faces.analyser import FaceAnalyser
    from forensic_app.workflows.analyser_process import AnalyserProcess


class Matchers:
    """Keeps one matcher; another one takes its place. Safe to use from several threads."""

    def __init__(self, session: Session) -> None:
        self._lock = threading.Lock()
        self._key: tuple[str, str] = ("", "")
        self._kept: AnalyserProcess | None = None
        self._is_closed = False
        session.closers.append(self.close)

    def load(self, analyser: str, pack: Pack | None) -> FaceAnalyser:
        """Return the matcher, from memory where it is the one that was used last; takes seconds otherwise.

        Raises:
            PackAltered: A file of the pack does not have its digest.
            PackRefused: The pack cannot be read as what it should be.
            WorkerDied: The process ended, or the casebook is being closed.
        """
        from forensic_app.errors import WorkerDied
        from forensic_app.workflows import analyser_process

        key = (analyser, "" if pack is None else pack.sha256)
        with self._lock:
            if self._is_closed:
                raise WorkerDied("The casebook is being closed.", "Open it again.")
            if self._kept is None or self._key != key or not self._kept.is_alive:
                self._drop()
                self._kept, self._key = analyser_process.AnalyserProcess(analyser, pack), key
            return self._kept

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._is_closed = True
            self._drop()

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def matchers_of(session: Session) -> Matchers:
    """Return the matchers of an open casebook, made when they are first asked for."""
    if session.matchers is None:
        session.matchers = Matchers(session)
    found: Matchers = session.matchers
    return found
