"""How far the run is that is executed: stage, bar and time left, in the rail and over the table of runs."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from ui.runs.run_monitor import RunMonitor, RunNow
from ui.widgets.basics import label
from ui.widgets.plain import PlainLabel, set_tip

_LOADING = (0, 0)
_KNOWN = (0, 1000)


class RunStrip(QFrame):
    """Shows what a monitor knows; hidden while nothing is executed.

    Signals:
        run_wanted: Identifier of the run, when it is clicked.
    """

    run_wanted = Signal(str)

    def __init__(self, *, is_wide: bool) -> None:
        """Lay stage, bar and time beside each other where it ``is_wide``, else below each other."""
        super().__init__()
        self.setObjectName("runStrip")
        self._monitor: RunMonitor | None = None
        self._is_compact = False
        self.run = label(name="subheading")
        self.stage = label(wraps=not is_wide)
        self.left = label(wraps=not is_wide)
        self.waiting = label(wraps=not is_wide)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(self.tr("Progress of the run"))
        if is_wide:
            row = QHBoxLayout(self)
            row.setContentsMargins(12, 8, 12, 8)
            row.setSpacing(12)
            for each in (self.run, self.stage):
                row.addWidget(each)
            row.addWidget(self.bar, 1)
            for each in (self.left, self.waiting):
                row.addWidget(each)
        else:
            column = QVBoxLayout(self)
            column.setContentsMargins(10, 8, 10, 8)
            column.setSpacing(4)
            for widget in (self.run, self.stage, self.bar, self.left, self.waiting):
                column.addWidget(widget)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def set_compact(self, is_compact: bool) -> None:
        """Show the bar alone, with the words in a tool tip."""
        self._is_compact = is_compact
        self._show()

    def follow(self, monitor: RunMonitor | None) -> None:
        """Show what ``monitor`` knows from now on, nothing without one."""
        self._monitor = monitor
        if monitor is not None:
            monitor.changed.connect(self._show)
        self._show()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the run."""
        self._ask()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the run with Return or the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask()
            return
        super().keyPressEvent(event)

    def _ask(self) -> None:
        now = self._monitor.now if self._monitor is not None else None
        if now is not None:
            self.run_wanted.emit(now.run_id)

    def _show(self) -> None:
        monitor = self._monitor
        now = monitor.now if monitor is not None else None
        self.setVisible(now is not None)
        if monitor is None or now is None:
            return
        fraction = now.fraction
        self.run.setText(_run_words(now))
        self.stage.setText(now.stage_words())
        self.bar.setRange(*(_LOADING if fraction is None else _KNOWN))
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))
        _say(self.left, now.left_words())
        _say(
            self.waiting, self.tr("{count} waiting").format(count=monitor.waiting) if monitor.waiting else ""
        )
        if self._is_compact:
            for each in (self.run, self.stage, self.left, self.waiting):
                each.hide()
        else:
            self.run.show()
            self.stage.show()
        set_tip(self, "\n".join((self.run.text(), self.stage.text(), self.left.text())))
        self.setAccessibleName(", ".join((self.run.text(), self.stage.text(), self.left.text())))


def _run_words(now: RunNow) -> str:
    words = (
        QCoreApplication.translate("RunStrip", "{run}, repeated").format(run=now.run_id)
        if now.is_replay
        else now.run_id
    )
    return words if now.fraction is None else f"{words} · {round(now.fraction * 100)} %"


def _say(target: PlainLabel, words: str) -> None:
    target.setText(words)
    target.setVisible(bool(words))
