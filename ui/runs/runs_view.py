"""The runs of a case: a live table, and everything about the chosen one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QInputDialog,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from forensic_app.measured import device, stage_seconds
from forensic_app.messages import Cancelled, Completed, Failed, Progress
from forensic_app.records import Case, CaseStatus, CustodyEvent, Run, RunStatus
from forensic_app.workflows.sketches import makers_of
from ui.compare.comparing import compare_action, compare_button
from ui.desk import Desk
from ui.parameter_words import recorded_parameters
from ui.runs.replay_panel import REPLAY_FAILED, REPLAYED, ReplayPanel, replay_lines
from ui.runs.run_strip import RunStrip
from ui.runs.runs_model import PROGRESS_COLUMN, ProgressDelegate, RunsModel
from ui.widgets.basics import Banner, Card, EmptyState, button, clear, label, scrolled
from ui.widgets.page import Page
from ui.widgets.plain import set_tip
from ui.widgets.rows import show_rows
from ui.widgets.wrapping import WrappingRow
from ui.wording import engine_words, recorded_words, run_status_words, stage_name_words, time_words

_WIDTHS = (88, 162, 132, 156, 110, 126, 220, 96)


class RunsView(Page):
    """Runs of a case.

    Signals:
        images_wanted: Identifier of the run whose images are to be shown.
        new_run_wanted: A new run is to be set up.
        comparison_wanted: Identifiers of runs whose images are to be compared.
    """

    images_wanted = Signal(str)
    comparison_wanted = Signal(list)
    new_run_wanted = Signal()

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self.model = RunsModel(desk, self)
        self.table = self._make_table()
        self.banner = Banner()
        self.replay_panel = ReplayPanel(desk.theme)
        self.strip = RunStrip(is_wide=True)
        self.strip.follow(desk.session.monitor)
        self.strip.run_wanted.connect(self.select)
        self._replays: list[CustodyEvent] = []
        self._adapters: dict[str, str] = {}
        self._facts = QFormLayout()
        theme = desk.theme
        self.new_button = button(
            self.tr("New run…"),
            self.new_run_wanted.emit,
            kind="primary",
            icon="add",
            theme=theme,
            tip="Ctrl+R",
        )
        self.images_button = button(self.tr("Show images"), self._show_images, icon="photo", theme=theme)
        words = self.tr("Compare the images of the selected runs")
        self.compare_button = compare_button(theme, words, f"{words} (Ctrl+Shift+C)", self.compare)
        self.replay_button = button(self.tr("Repeat and compare"), self.replay, icon="compare", theme=theme)
        set_tip(
            self.replay_button,
            self.tr(
                "Execute the run again from its record and compare the files. The record stays as it is."
            ),
        )
        self.start_button = button(self.tr("Start"), self._start_current, icon="run", theme=theme)
        self.cancel_button = button(
            self.tr("Cancel run…"), self._cancel, kind="danger", icon="stop", theme=theme
        )
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.show_case(case)

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case
        self._refresh_buttons()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the table, or the button that stands in its place."""
        return (self.table, self._first_button)

    def reload(self) -> None:
        """Read the runs again."""
        case_id = self._case.case_id

        def work(store: Any) -> tuple[Any, ...]:
            runs = store.runs(case_id)
            return (
                runs,
                {each.exhibit_id: each for each in store.exhibits(case_id, include_removed=True)},
                [each for each in store.events(case_id) if each.action in (REPLAYED, REPLAY_FAILED)],
                {each.run_id: each.adapter_id for each in store.adapters()},
                makers_of(store, runs),
            )

        self._desk.session.read(work, self, lambda found: self._show(*found))

    def start(self, run_id: str) -> None:
        """Execute a queued run after those that were started before it."""
        self._desk.queue.start(run_id)
        if self._desk.queue.is_paused:
            self.banner.say(
                self.tr("The queue is paused: the run waits until you go on, on the page of the queue."),
                "warning",
            )
        self.model.select_wanted = self.model.select_wanted or run_id
        self.reload()

    def select(self, run_id: str) -> None:
        """Choose a run."""
        self.model.select_wanted = run_id
        self.reload()

    def replay(self) -> None:
        """Repeat the chosen run beside the event loop and compare."""
        run, bridge = self.current(), self._desk.session.runs
        if run is None or bridge is None or run.status is not RunStatus.COMPLETED:
            return
        bridge.replay(run.run_id)
        self.banner.say("")
        self.replay_panel.show_waiting(run.run_id)
        self.replay_panel.stop_button.setFocus()
        self._refresh_buttons()

    def compare(self) -> None:
        """Compare the images of the selected runs."""
        names = [each.run_id for each in self._selected() if self._has_images(each)]
        if names:
            self.comparison_wanted.emit(names)

    def current(self) -> Run | None:
        """Return the chosen run."""
        return self.model.run(self.table.currentIndex().row())

    def _connect(self) -> None:
        bridge = self._desk.session.runs
        if bridge is None:
            return
        bridge.began.connect(lambda *_: self.banner.say(""))
        bridge.message_arrived.connect(self._take)
        bridge.became_idle.connect(self._refresh_buttons)
        bridge.replay_progressed.connect(self._take_replay_progress)
        bridge.replay_ended.connect(self._end_replay)
        self.replay_panel.stop_wanted.connect(self._stop_replay)

    def _make_table(self) -> QTableView:
        table = QTableView()
        show_rows(table, self.model, name=self.tr("Runs"), row_px=36, widths_px=_WIDTHS)
        table.setItemDelegateForColumn(PROGRESS_COLUMN, ProgressDelegate(self._desk.theme, table))
        header = table.horizontalHeader()
        header.setSectionResizeMode(PROGRESS_COLUMN, QHeaderView.ResizeMode.Stretch)
        table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        table.selectionModel().selectionChanged.connect(lambda *_: self._refresh_compare())
        compare = compare_action(self.tr("Compare the images of the selected runs"), self.compare, self)
        table.addAction(compare)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        table.selectionModel().currentRowChanged.connect(lambda *_: self._show_run())
        table.doubleClicked.connect(self._activated)
        return table

    def _lay_out(self) -> None:
        top = WrappingRow()
        top.addWidget(label(self.tr("Runs"), "heading"))
        top.addStretch(1)
        for each in (
            self.compare_button, self.start_button, self.cancel_button, self.replay_button, self.images_button,
            self.new_button,
        ):  # fmt: skip
            top.addWidget(each)
        card = Card()
        self._facts.setHorizontalSpacing(18)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        card.body.addLayout(self._facts)
        card.body.addStretch(1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(scrolled(card))
        card.setObjectName("card")
        splitter.setSizes([300, 240])
        splitter.setChildrenCollapsible(False)
        self._stack.addWidget(splitter)
        first = button(self.tr("Set up a run…"), self.new_run_wanted.emit)
        self._stack.addWidget(
            EmptyState(
                self.tr("No runs yet"),
                self.tr("A run makes derived images from an exhibit. It is recorded whatever its end."),
                first,
            )
        )
        self._first_button = first
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(10)
        column.addWidget(top)
        column.addWidget(self.banner)
        column.addWidget(self.replay_panel)
        column.addWidget(self.strip)
        column.addWidget(self._stack, 1)

    def _show(
        self,
        runs: list[Run],
        exhibits: dict[str, Any],
        replays: list[CustodyEvent],
        adapters: dict[str, str],
        makers: dict[str, str],
    ) -> None:
        self._replays, self._adapters = replays, adapters
        kept, selected = self.current(), {each.run_id for each in self._selected()}
        wanted = self.model.select_wanted or (kept.run_id if kept else "")
        self.model.select_wanted = ""
        self.model.show_runs(runs, exhibits, makers)
        self._stack.setCurrentIndex(0 if runs else 1)
        places = [place for place, run in enumerate(self.model.runs) if run.run_id == wanted]
        if runs:
            self.table.setCurrentIndex(self.model.index(places[0] if places else 0, 0))
        if kept is not None and wanted == kept.run_id:
            self._select_again(selected)
        self._show_run()

    def _selected(self) -> list[Run]:
        rows = sorted(each.row() for each in self.table.selectionModel().selectedRows())
        return [each for each in map(self.model.run, rows) if each is not None]

    def _select_again(self, run_ids: set[str]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        for row, run in enumerate(self.model.runs):
            if run.run_id in run_ids:
                self.table.selectionModel().select(self.model.index(row, 0), flags.Select | flags.Rows)

    def _refresh_compare(self) -> None:
        self.compare_button.setEnabled(any(map(self._has_images, self._selected())))

    def _take(self, message: object) -> None:
        if isinstance(message, Progress):
            self.model.show_progress(message)
        else:
            self.model.forget_progress(getattr(message, "run_id", ""))
            if isinstance(message, Completed | Failed | Cancelled):
                self._tell_end(message)
            else:
                self.reload()

    def _is_shown(self, run_id: str) -> bool:
        return any(run.run_id == run_id for run in self.model.runs)

    def _take_replay_progress(self, message: Progress) -> None:
        if self._is_shown(message.run_id):
            self.replay_panel.show_progress(message)

    def _stop_replay(self, run_id: str) -> None:
        bridge = self._desk.session.runs
        if bridge is not None:
            self.replay_panel.show_stopping()
            bridge.stop_replay(run_id)

    def _end_replay(self, run_id: str, result: object) -> None:
        if self._is_shown(run_id):
            self.replay_panel.show_end(run_id, result)
            self._desk.session.changed.emit()

    def _tell_end(self, message: Completed | Failed | Cancelled) -> None:
        if isinstance(message, Completed):
            self.banner.say(self.tr("{run} is completed.").format(run=message.run_id), "good", fades=True)
        elif isinstance(message, Failed):
            words = self.tr("{run} failed: {message} {advice}").format(
                run=message.run_id,
                message=recorded_words(message.message),
                advice=recorded_words(message.advice),
            )
            self.banner.say(words, "bad")
        else:
            words = self.tr("{run} was cancelled.").format(run=message.run_id)
            self.banner.say(words, "warning", fades=True)

    def _show_run(self) -> None:
        run = self.current()
        clear(self._facts)
        self._refresh_buttons()
        if run is None:
            return
        parameters = recorded_parameters(run.spec.engine, run.spec.parameters)
        seconds = stage_seconds(run.environment)
        stages = ", ".join(f"{stage_name_words(name)} {value:.1f} s" for name, value in seconds.items())
        failure = recorded_words(run.failure)
        for name, value in (
            (self.tr("State"), run_status_words(run.status) + (f": {failure}" if failure else "")),
            (self.tr("Warnings"), "\n".join(map(recorded_words, run.warnings))),
            (self.tr("Engine"), f"{engine_words(run.spec.engine)} {run.spec.engine_version}"),
            (self.tr("Parameters"), parameters),
            (self.tr("Adapter"), self._adapter_words(run)),
            (self.tr("Model pack"), f"{run.spec.pack_name}  {run.spec.pack_sha256}"),
            (self.tr("Analyser"), self.tr("{name}, face {number}").format(
                name=run.spec.analyser, number=run.spec.face_index + 1)),
            (self.tr("Device"), device(run.environment)),
            (self.tr("Time by stage"), stages),
            (self.tr("Queued by"), f"{run.examiner}, {time_words(run.queued_at)}"),
            (self.tr("Started, ended"), f"{time_words(run.started_at)}, {time_words(run.ended_at)}"),
            (self.tr("Repeated"), "\n".join(
                replay_lines([each for each in self._replays if each.object_id == run.run_id]))),
        ):  # fmt: skip
            if value:
                self._facts.addRow(label(name, "muted"), label(value, wraps=True, selectable=True))

    def _adapter_words(self, run: Run) -> str:
        name = self._adapters.get(run.run_id)
        if name is None:
            return ""
        return self.tr("{name}; choose it in a new ageing run on a photograph of this subject").format(
            name=name
        )

    def _refresh_buttons(self) -> None:
        bridge = self._desk.session.runs
        run = self.current()
        active = bridge.active_run_ids if bridge is not None else ()
        can_write = bridge is not None and self._case.status is CaseStatus.OPEN
        self.new_button.setEnabled(can_write)
        self._first_button.setEnabled(can_write)
        is_completed = run is not None and run.status is RunStatus.COMPLETED
        self.images_button.setEnabled(run is not None and self._has_images(run))
        self._refresh_compare()
        self.replay_button.setEnabled(
            bridge is not None and run is not None and is_completed and run.run_id not in active
        )
        self.start_button.setVisible(
            bridge is not None
            and run is not None
            and run.status is RunStatus.QUEUED
            and run.run_id not in active
        )
        self.cancel_button.setEnabled(bridge is not None and run is not None and not run.status.is_terminal)

    def _has_images(self, run: Run) -> bool:
        return run.status is RunStatus.COMPLETED and run.run_id not in self._adapters

    def _activated(self, _: QModelIndex) -> None:
        self._show_images()

    def _show_images(self) -> None:
        run = self.current()
        if run is not None and self._has_images(run):
            self.images_wanted.emit(run.run_id)

    def _start_current(self) -> None:
        run = self.current()
        if run is not None:
            self.start(run.run_id)

    def _cancel(self) -> None:
        run = self.current()
        if run is None:
            return
        dialog = QInputDialog(self)
        dialog.setObjectName("cancelDialog")
        dialog.setWindowTitle(self.tr("Cancel run {run}").format(run=run.run_id))
        dialog.setLabelText(self.tr("The cancel is recorded. Reason (may stay empty):"))
        dialog.setOkButtonText(self.tr("Cancel the run"))
        dialog.setCancelButtonText(self.tr("Let it go on"))
        dialog.textValueSelected.connect(lambda reason: self.cancel_run(run.run_id, reason))
        dialog.open()

    def cancel_run(self, run_id: str, reason: str) -> None:
        """Cancel a run: the executed one through its worker, a queued one in the record."""
        if self._desk.queue.cancel(run_id, reason=reason):
            self.model.show_stopping(run_id)
