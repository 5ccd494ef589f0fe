"""The queue across the cases of a casebook: order, pause, removal, and how long it will take.

Rules:
    * What lies queued from before is shown and offered; it is started by nobody but the examiner.
    * A removal asks for a reason and is recorded as the cancel of the run.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.desk import Desk
from ui.notifications import ends_words
from ui.runs.queue_keeper import QueueEntry, Stand
from ui.runs.queue_model import STATE_COLUMN, TIME_COLUMN, QueueModel
from ui.widgets.basics import Banner, EmptyState, button, label
from ui.widgets.page import Page
from ui.widgets.plain import set_tip
from ui.widgets.rows import show_rows
from ui.wording import duration_words

_WIDTHS = (56, 84, 150, 110, 280, 150, 130)


class QueueView(Page):
    """The runs that are executed, wait, or wait to be started.

    Signals:
        run_wanted: Identifier of a run that is to be shown in its case.
    """

    run_wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._queue = desk.queue
        self.model = QueueModel(desk, self)
        self.table = QTableView()
        show_rows(self.table, self.model, name=self.tr("Queue of runs"), row_px=34, widths_px=_WIDTHS)
        self.table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for column in (STATE_COLUMN, TIME_COLUMN):
            self.table.horizontalHeader().setSectionResizeMode(
                column, QHeaderView.ResizeMode.ResizeToContents
            )
        self.total = label(wraps=True)
        self.banner = Banner()
        self.pause_button = self._button(self.tr("Pause after this run"), self.toggle_pause)
        self.start_button = self._button("", self._queue.start_offered)
        self.start_one_button = self._button(self.tr("Start"), self._start_chosen, "run")
        self.up_button = self._button(self.tr("Up"), lambda: self.move_chosen(-1), "arrow-up")
        self.down_button = self._button(self.tr("Down"), lambda: self.move_chosen(1), "arrow-down")
        self.remove_button = self._button(self.tr("Remove…"), self.remove_chosen, kind="danger")
        self.show_button = self._button(self.tr("Show in its case"), self._show_chosen)
        self._stack = QStackedWidget()
        self._lay_out()
        self._add_keys()
        self._queue.changed.connect(self._show)
        monitor = desk.session.monitor
        if monitor is not None:
            monitor.changed.connect(self._show_progress)
            monitor.all_ended.connect(self._tell_ends)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._refresh())
        self.table.doubleClicked.connect(lambda _: self._show_chosen())
        self._show()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the table."""
        return (self.table, self.pause_button)

    def current(self) -> QueueEntry | None:
        """Return the chosen run."""
        return self.model.entry(self.table.currentIndex().row())

    def choose(self, run_id: str) -> None:
        """Choose a run."""
        row = self.model.row_of(run_id)
        if row >= 0:
            self.table.setCurrentIndex(self.model.index(row, 0))

    def move_chosen(self, by: int) -> None:
        """Have the chosen run change places with the one before it (-1) or behind it (1)."""
        entry = self.current()
        if entry is not None:
            self._queue.move(entry.run_id, by=by)
            self.choose(entry.run_id)

    def toggle_pause(self) -> None:
        """Begin nothing after what is executed now, or go on."""
        self._queue.pause(not self._queue.is_paused)

    def remove_chosen(self) -> None:
        """Ask why the chosen run is removed, and cancel it on record."""
        entry = self.current()
        if entry is None or not self._queue.can_write:
            return
        dialog = QInputDialog(self)
        dialog.setObjectName("removeDialog")
        dialog.setWindowTitle(self.tr("Remove {run} from the queue").format(run=entry.run_id))
        dialog.setLabelText(
            self.tr("The run stays on record as cancelled, with your name. Reason (may stay empty):")
        )
        dialog.setOkButtonText(self.tr("Remove the run"))
        dialog.setCancelButtonText(self.tr("Leave it"))
        dialog.textValueSelected.connect(lambda reason: self._queue.cancel(entry.run_id, reason=reason))
        dialog.open()

    def _button(
        self, text: str, on_click: Callable[[], object], icon: str = "", *, kind: str = ""
    ) -> QPushButton:
        return button(text, on_click, icon=icon, theme=self._desk.theme, kind=kind)

    def _add_keys(self) -> None:
        for text, keys, made in (
            (self.tr("Move the run up in the queue"), "Ctrl+Up", lambda: self.move_chosen(-1)),
            (self.tr("Move the run down in the queue"), "Ctrl+Down", lambda: self.move_chosen(1)),
            (self.tr("Remove the run from the queue"), "Del", self.remove_chosen),
            (self.tr("Pause the queue or go on"), "Ctrl+Shift+H", self.toggle_pause),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _=False, act=made: act())
            self.addAction(action)
        set_tip(self.up_button, "Ctrl+↑")
        set_tip(self.down_button, "Ctrl+↓")
        set_tip(self.pause_button, "Ctrl+Shift+H")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Queue"), "title"))
        top.addStretch(1)
        top.addWidget(self.start_button)
        top.addWidget(self.pause_button)
        tools = QHBoxLayout()
        tools.addWidget(self.total, 1)
        for each in (
            self.start_one_button, self.up_button, self.down_button, self.remove_button, self.show_button,
        ):  # fmt: skip
            tools.addWidget(each)
        shown = QWidget()
        inside = QVBoxLayout(shown)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addLayout(tools)
        inside.addWidget(self.table, 1)
        self._stack.addWidget(shown)
        self._stack.addWidget(
            EmptyState(
                self.tr("Nothing waits"),
                self.tr("Runs of every case of this casebook stand here while they wait or are executed."),
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)

    def _show(self) -> None:
        entry = self.current()
        with QSignalBlocker(self.table.selectionModel()):
            self.model.show_entries()
        self._stack.setCurrentIndex(0 if self.model.entries else 1)
        if entry is not None:
            self.choose(entry.run_id)
        if self.model.entries and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, 0))
        self._refresh()

    def _show_progress(self) -> None:
        self.model.tell_progress()
        self.total.setText(self._total_words())

    def _refresh(self) -> None:
        queue, entry = self._queue, self.current()
        run_id = entry.run_id if entry is not None else ""
        is_paused = queue.is_paused
        executed = bool(queue.of(Stand.EXECUTED))
        self.up_button.setEnabled(queue.can_write and queue.can_move(run_id, by=-1))
        self.down_button.setEnabled(queue.can_write and queue.can_move(run_id, by=1))
        self.remove_button.setEnabled(queue.can_write and entry is not None)
        self.show_button.setEnabled(entry is not None)
        offered = queue.of(Stand.OFFERED)
        self.start_one_button.setVisible(queue.can_write and entry in offered)
        self.start_button.setVisible(bool(offered) and queue.can_write)
        self.start_button.setText(self.tr("Start those not started ({count})").format(count=len(offered)))
        words = self.tr("Pause after this run") if executed else self.tr("Pause")
        self.pause_button.setText(self.tr("Go on") if is_paused else words)
        self.pause_button.setEnabled(queue.can_write)
        self.total.setText(self._total_words())

    def _total_words(self) -> str:
        total = self._queue.total()
        count = total.known + total.unknown
        if not count:
            return ""
        parts = [self.tr("{count} run(s).").format(count=count)]
        if self._queue.is_paused:
            parts.append(self.tr("Paused: nothing begins before you go on."))
        if total.unknown == count:
            parts.append(self.tr("How long it takes is not known: nothing like it was measured yet."))
        elif total.unknown:
            words = self.tr("About {time} left for {known} of them; {unknown} not known.")
            time = duration_words(total.seconds)
            parts.append(words.format(time=time, known=total.known, unknown=total.unknown))
        else:
            parts.append(self.tr("About {time} left.").format(time=duration_words(total.seconds)))
        return " ".join(parts)

    def _tell_ends(self, ends: list[tuple[str, str]]) -> None:
        is_good = all(how in ("completed", "repeated") for _, how in ends)
        self.banner.say(ends_words(ends), "good" if is_good else "warning", fades=True)

    def _start_chosen(self) -> None:
        entry = self.current()
        if entry is not None:
            self._queue.start(entry.run_id)

    def _show_chosen(self) -> None:
        entry = self.current()
        if entry is not None:
            self.run_wanted.emit(entry.run_id)
