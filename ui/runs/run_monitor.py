"""What is being executed now, for every page of the window: kept from the first message to the last.

Rules:
    * A page that is opened later shows at once what was told before.
    * While a worker starts and loads, how far it is is not known, and nothing pretends that it were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QObject, Signal

from forensic_app.messages import Cancelled, Completed, Failed, Progress, Started
from ui.run_bridge import RunBridge
from ui.wording import duration_words, recorded_words


@dataclass(frozen=True, slots=True)
class RunNow:
    """The run that is executed or repeated.

    Attributes:
        run_id: The run.
        progress: Its newest message, ``None`` before the first one.
        is_replay: Whether it is repeated for comparison.
    """

    run_id: str
    progress: Progress | None = None
    is_replay: bool = False

    @property
    def fraction(self) -> float | None:
        """How far it is, from 0 to 1; ``None`` while it starts and loads."""
        return self.progress.fraction if self.progress is not None and self.progress.fraction > 0 else None

    def stage_words(self) -> str:
        """Return what it does."""
        if self.progress is None:
            return QCoreApplication.translate("RunMonitor", "Starting the worker")
        return recorded_words(self.progress.stage)

    def left_words(self) -> str:
        """Return how long it will take; empty while that is not known."""
        if self.progress is None or self.progress.seconds_left is None:
            return ""
        return QCoreApplication.translate("RunMonitor", "about {time} left").format(
            time=duration_words(self.progress.seconds_left)
        )


class RunMonitor(QObject):
    """Keeps what the bridge tells.

    Attributes:
        now: What is executed, ``None`` while nothing is.
        waiting: How many runs wait for it.

    Signals:
        changed: Something else is known.
        ended: A run came to an end: its identifier, and ``completed``, ``failed``, ``cancelled`` or ``repeated``.
        all_ended: Nothing is executed any more, and nothing will be by itself: what ended since the last time, as pairs
            of what :attr:`ended` says.
    """

    changed = Signal()
    ended = Signal(str, str)
    all_ended = Signal(object)

    def __init__(self, bridge: RunBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.now: RunNow | None = None
        self.waiting = 0
        self._ends: list[tuple[str, str]] = []
        bridge.began.connect(self._begin)
        bridge.message_arrived.connect(self._take)
        bridge.replay_progressed.connect(self._take)
        bridge.replay_ended.connect(lambda run_id, _: self._end(run_id, "repeated"))
        bridge.became_idle.connect(self._become_idle)
        bridge.queue_changed.connect(self._refresh)
        bridge.failed.connect(lambda _: self._refresh())

    def _begin(self, run_id: str, is_replay: bool) -> None:
        self.now = RunNow(run_id, is_replay=is_replay)
        self._refresh()

    def _take(self, message: object) -> None:
        if isinstance(message, Progress):
            kept = self.now if self.now is not None and self.now.run_id == message.run_id else None
            self.now = replace(kept or RunNow(message.run_id), progress=message)
        elif isinstance(message, Started):
            if self.now is None or self.now.run_id != message.run_id:
                self.now = RunNow(message.run_id)
        elif isinstance(message, Completed | Failed | Cancelled):
            how = {Completed: "completed", Failed: "failed", Cancelled: "cancelled"}[type(message)]
            self._end(message.run_id, how)
            return
        self._refresh()

    def _end(self, run_id: str, how: str) -> None:
        if self.now is not None and self.now.run_id == run_id:
            self.now = None
        self._ends.append((run_id, how))
        self.ended.emit(run_id, how)
        self._refresh()
        self._tell_all()

    def _become_idle(self) -> None:
        self._refresh()
        self._tell_all()

    def _tell_all(self) -> None:
        if self._ends and not self._bridge.can_go_on:
            ends, self._ends = self._ends, []
            self.all_ended.emit(ends)

    def _refresh(self) -> None:
        active = self._bridge.active_run_ids
        if not active:
            self.now = None
        current = self.now.run_id if self.now is not None else ""
        self.waiting = len([each for each in active if each != current])
        self.changed.emit()
