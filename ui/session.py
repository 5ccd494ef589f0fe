"""An open casebook in the window: its store, its background, its runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ui.background import Background, OnDone, OnError
from ui.run_bridge import RunBridge
from ui.runs.run_monitor import RunMonitor

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


class Session(QObject):
    """An open casebook.

    Attributes:
        store: The casebook.
        background: Runs everything that may take longer than the blink of an eye.
        runs: Executes runs; ``None`` when the casebook is open for reading only.
        monitor: What is executed now; ``None`` as ``runs``.
        close_reason: Why it is closed, for the record of the run that is cancelled with it; empty for the window's end.
        copying: Held while the casebook is copied, or written to for long: it is not closed meanwhile.
        closers: Called before the casebook is closed, in no particular thread.
        matchers: What :mod:`ui.search.matchers` keeps for it.
        viewed: Photographs whose being looked at is on record already, see :mod:`ui.evidence.view_log`.

    Signals:
        changed: A record was added or changed; views that show records read them again.
        failed: An error to be told.
        verified: ``VerificationResult`` of a verification of the casebook.
        about_to_close: Whoever works on files for long should stop now.
    """

    changed = Signal()
    about_to_close = Signal()
    failed = Signal(object)
    verified = Signal(object)

    def __init__(self, store: CaseStore, background: Background) -> None:
        super().__init__(background)
        self.store = store
        self.close_reason = ""
        self.background = background
        self.runs: RunBridge | None = None
        self.monitor: RunMonitor | None = None
        self.copying = threading.Lock()
        self.closers: list[Callable[[], None]] = []
        self.matchers: Any = None
        self.viewed: set[str] = set()
        if not store.is_read_only:
            self.runs = RunBridge(store, parent=self)
            self.runs.failed.connect(self.failed)
            self.monitor = RunMonitor(self.runs, self)

    @property
    def folder(self) -> Path:
        """The casebook's folder."""
        return self.store.folder

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self.store.is_read_only

    def read(
        self,
        work: Callable[[CaseStore], Any],
        owner: QObject,
        on_done: OnDone,
        on_error: OnError | None = None,
    ) -> None:
        """Read records; see :meth:`ui.background.Background.in_pool` for the arguments."""
        self.background.in_lane(lambda: work(self.store), owner, on_done, on_error or self.failed.emit)

    def write(
        self,
        work: Callable[[CaseStore], Any],
        owner: QObject,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Change records, then tell every view; see :meth:`read`."""

        def done(result: Any) -> None:
            if on_done is not None:
                on_done(result)
            self.changed.emit()

        self.background.in_lane(lambda: work(self.store), owner, done, on_error or self.failed.emit)

    def compute(
        self, work: Callable[[], Any], owner: QObject, on_done: OnDone, on_error: OnError | None = None
    ) -> None:
        """Work on files; see :meth:`read`."""
        self.background.in_pool(work, owner, on_done, on_error or self.failed.emit)

    def close(self) -> None:
        """Stop the runs and close the casebook; waits."""
        if self.runs is not None:
            self.runs.close(reason=self.close_reason or f"The window was closed by {self.store.examiner}.")
        with self.copying:
            for each in self.closers:
                each()
            self.store.close()
