"""The demonstration case, made beside the event loop and opened when it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from forensic_app.messages import Progress
from ui.background import Background
from ui.start_page import StartPage
from ui.timings import keep_timing
from ui.wording import recorded_words

if TYPE_CHECKING:
    from forensic_app.workflows.demo import DemoResult


class Demonstration(QObject):
    """Makes the demonstration casebook once.

    Signals:
        ready: Folder of the casebook.
        failed: What went wrong.
    """

    RUN_ID = "R-0001"
    """The run that shows the photograph at six ages."""
    ready = Signal(Path)
    failed = Signal(object)
    _stage_began = Signal(str)
    _message_came = Signal(object)

    def __init__(self, background: Background, page: StartPage, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._page = page
        self._folder: Path | None = None
        self._stage = ""
        self._stage_began.connect(self._show_stage)
        self._message_came.connect(self._show_message)

    @property
    def is_active(self) -> bool:
        """Whether it is being made."""
        return self._folder is not None

    def start(self, folder: Path) -> None:
        """Open the demonstration in ``folder``, making it first when it is not there."""
        casebook = folder / "casebook"
        if (casebook / "casebook.db").exists() and (folder / "report.pdf").exists():
            self.ready.emit(casebook)
            return
        self._folder = folder
        self._page.show_progress(-1.0, self.tr("Starting"))
        examiner = self._page.examiner_name()

        def work() -> DemoResult:
            from forensic_app.workflows.demo import run_demo

            place = _free_folder(folder)
            self._folder = place
            return run_demo(
                place, examiner=examiner, on_stage=self._stage_began.emit, on_message=self._message_came.emit
            )

        self._background.in_pool(work, self, self._done, self._broke)

    def stop(self) -> None:
        """Have the demonstration's run cancelled; harmless when there is none."""
        if self._folder is None:
            return
        casebook, examiner = self._folder / "casebook", self._page.examiner_name()

        def work() -> Any:
            from forensic_app.workflows.cancelling import CancelRequest, CancelRequests

            CancelRequests(casebook).put(CancelRequest(self.RUN_ID, examiner))

        self._background.in_lane(work, self, None, lambda _: None)

    def _done(self, made: DemoResult) -> None:
        self._folder = None
        self._page.show_progress(None)
        keep_timing(self._page.preferences, made.run)
        self.ready.emit(made.casebook)

    def _broke(self, error: BaseException) -> None:
        self._folder = None
        self._page.show_progress(None)
        self.failed.emit(error)

    def _show_stage(self, words: str) -> None:
        self._stage = recorded_words(words)
        self._page.show_progress(-1.0, self._stage)

    def _show_message(self, message: object) -> None:
        if isinstance(message, Progress):
            self._page.show_progress(message.fraction, f"{self._stage}: {recorded_words(message.stage)}")


def _free_folder(folder: Path) -> Path:
    """Return ``folder``, or it with a number when something is in it."""
    number = 1
    place = folder
    while place.exists() and any(place.iterdir()):
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place
