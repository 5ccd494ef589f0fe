"""The queue of the open casebook across its cases: what is executed, what waits, and what waits to be started.

Rules:
    * What lies queued from before is offered and never started by itself.
    * The order is kept for the next time that the casebook is opened.
    * Removing a run cancels it on record, with a reason: nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.preferences import Preferences
from ui.session import Session
from ui.timings import keep_timing

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.run_line import RunInLine, TotalTime


class Stand(Enum):
    """Where a run of the queue stands."""

    EXECUTED = "executed"
    WAITING = "waiting"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A run of the queue.

    Attributes:
        found: The run, its case and how long it will take.
        stand: Where it stands.
    """

    found: RunInLine
    stand: Stand

    @property
    def run_id(self) -> str:
        """Identifier of the run."""
        return self.found.run.run_id


class QueueKeeper(QObject):
    """Keeps the queue of a casebook for every page of the window.

    Attributes:
        entries: The runs of the queue, in their order.

    Signals:
        changed: The queue is another one.
        loaded: It was read for the first time.
    """

    changed = Signal()
    loaded = Signal()

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__(session)
        self._session = session
        self._preferences = preferences
        self._found: list[RunInLine] = []
        self._order = preferences.queue_order(session.folder)
        self._ended: set[str] = set()
        self._is_loaded = False
        self.entries: tuple[QueueEntry, ...] = ()
        session.changed.connect(self.reload)
        if session.runs is not None and session.monitor is not None:
            session.runs.began.connect(lambda *_: self._arrange())
            session.runs.became_idle.connect(self._arrange)
            session.runs.queue_changed.connect(self._arrange)
            session.monitor.ended.connect(self._end)
        self.reload()

    @property
    def can_write(self) -> bool:
        """Whether runs can be started, moved and removed."""
        return self._session.runs is not None

    @property
    def is_paused(self) -> bool:
        """Whether nothing begins after what is executed now."""
        return self._session.runs is not None and self._session.runs.is_paused

    def of(self, stand: Stand) -> list[QueueEntry]:
        """Return the runs that stand there, in order."""
        return [each for each in self.entries if each.stand is stand]

    def seconds_left(self, entry: QueueEntry) -> float | None:
        """Return how long a run will still take, ``None`` where that is not known."""
        monitor = self._session.monitor
        now = monitor.now if monitor is not None else None
        if entry.stand is Stand.EXECUTED and now is not None and now.run_id == entry.run_id:
            if now.progress is not None and now.progress.seconds_left is not None:
                return now.progress.seconds_left
            if now.fraction is not None:
                return None if entry.found.seconds is None else entry.found.seconds * (1 - now.fraction)
        return entry.found.seconds

    def total(self) -> TotalTime:
        """Return how long all of it will still take."""
        from forensic_app.workflows.run_line import total_time

        return total_time(self.seconds_left(each) for each in self.entries)

    def reload(self) -> None:
        """Read the runs of every case again."""
        timings = self._preferences.every_timing()

        def read(store: CaseStore) -> list[RunInLine]:
            from forensic_app.workflows.run_line import runs_in_line

            return runs_in_line(store, timings=timings)

        self._session.read(read, self, self._show)

    def start(self, run_id: str) -> None:
        """Execute a queued run after those that were started before it."""
        bridge = self._session.runs
        if bridge is not None:
            bridge.start(run_id, device=self._preferences.device, threads=self._preferences.threads)
            if all(each.run_id != run_id for each in self.entries):
                self.reload()

    def start_offered(self) -> None:
        """Start every run that waits to be started, in order."""
        for each in self.of(Stand.OFFERED):
            self.start(each.run_id)

    def can_move(self, run_id: str, *, by: int) -> bool:
        """Return whether a run stands beside another one that it can change places with."""
        return self._neighbour(run_id, by) is not None

    def move(self, run_id: str, *, by: int) -> None:
        """Have a run change places with the one before it (-1) or behind it (1)."""
        neighbour, bridge = self._neighbour(run_id, by), self._session.runs
        if neighbour is None or bridge is None:
            return
        if neighbour.stand is Stand.WAITING:
            bridge.move(run_id, by=by)
            return
        order = [each.run_id for each in self.entries]
        first, second = order.index(run_id), order.index(neighbour.run_id)
        order[first], order[second] = order[second], order[first]
        self._order = order
        self._preferences.remember_queue_order(self._session.folder, order)
        self._arrange()

    def cancel(self, run_id: str, *, reason: str) -> bool:
        """Cancel a run on record; return whether it is executed, and asked to stop."""
        session, bridge = self._session, self._session.runs
        if bridge is None:
            return False
        told = reason.strip() or f"Requested by {session.store.examiner}."
        if bridge.cancel(run_id, reason=told):
            return True
        session.write(lambda store: store.cancel_run(run_id, reason=told), self)
        return False

    def pause(self, is_paused: bool) -> None:
        """Begin nothing after what is executed now, or go on."""
        bridge = self._session.runs
        if bridge is not None:
            if is_paused:
                bridge.pause()
            else:
                bridge.resume()

    def _neighbour(self, run_id: str, by: int) -> QueueEntry | None:
        places = [each.run_id for each in self.entries]
        if run_id not in places:
            return None
        place = places.index(run_id)
        entry = self.entries[place]
        if entry.stand is Stand.EXECUTED or not 0 <= place + by < len(places):
            return None
        other = self.entries[place + by]
        return other if other.stand is entry.stand else None

    def _end(self, run_id: str, how: str) -> None:
        if how != "repeated":
            self._ended.add(run_id)
        if how == "completed":
            preferences = self._preferences
            self._session.read(
                lambda store: store.run(run_id), self, lambda run: keep_timing(preferences, run)
            )
        self._session.changed.emit()

    def _show(self, found: Sequence[RunInLine]) -> None:
        self._found = list(found)
        self._arrange()
        if not self._is_loaded:
            self._is_loaded = True
            self.loaded.emit()

    def _arrange(self) -> None:
        from forensic_app.workflows.run_line import in_order

        bridge = self._session.runs
        active = bridge.active_run_ids if bridge is not None else ()
        executed = bridge.executed_run_id if bridge is not None else ""
        by_id = {each.run.run_id: each for each in self._found if each.run.run_id not in self._ended}
        started = [run_id for run_id in active if run_id in by_id]
        running = [run_id for run_id, each in by_id.items() if each.run.started_at and run_id not in active]
        rest = [run_id for run_id in by_id if run_id not in started and run_id not in running]
        offered = in_order(rest, self._order)
        self.entries = tuple(
            QueueEntry(by_id[run_id], self._stand(run_id, executed, started, running))
            for run_id in (*running, *started, *offered)
        )
        self._remember([*started, *offered])
        self.changed.emit()

    def _stand(self, run_id: str, executed: str, started: Sequence[str], running: Sequence[str]) -> Stand:
        if run_id == executed or run_id in running:
            return Stand.EXECUTED
        return Stand.WAITING if run_id in started else Stand.OFFERED

    def _remember(self, order: list[str]) -> None:
        if self._is_loaded and self.can_write and order != self._order:
            self._order = order
            self._preferences.remember_queue_order(self._session.folder, order)
