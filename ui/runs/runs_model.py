"""The table of runs as a model, with the progress that messages tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from forensic_app.engines.sketch.schema import PACKS_OWN
from forensic_app.messages import Progress
from forensic_app.records import Exhibit, Run, RunStatus
from forensic_app.workflows.sketches import grouped
from ui.desk import Desk
from ui.theme import Theme
from ui.widgets.plain import plain, plain_tip
from ui.widgets.rows import Index, RowsModel
from ui.wording import (
    duration_words,
    engine_words,
    recorded_words,
    run_status_tone,
    run_status_words,
    time_words,
)

PROGRESS_COLUMN = 6
STATUS_COLUMN = 5
BELOW = "↳ "
"""Before a run on an image that the run above it made."""
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 1


class RunsModel(RowsModel):
    """Runs of a case, newest first, those on derived images below the runs that made them.

    Attributes:
        runs: The runs in the order shown.
        select_wanted: Run to select when the table is read next.
    """

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._exhibits: Mapping[str, Exhibit] = {}
        self._makers: Mapping[str, str] = {}
        self._progress: dict[str, Progress] = {}
        now = desk.session.monitor.now if desk.session.monitor is not None else None
        if now is not None and now.progress is not None:
            self._progress[now.run_id] = now.progress
        self._stopping: set[str] = set()
        self.runs: list[Run] = []
        self.select_wanted = ""
        self.headers = (
            self.tr("Run"),
            self.tr("Exhibit"),
            self.tr("Engine"),
            self.tr("Target ages"),
            self.tr("Model pack"),
            self.tr("Status"),
            self.tr("Progress"),
            self.tr("Took"),
        )

    def show_runs(
        self, runs: Sequence[Run], exhibits: Mapping[str, Exhibit], makers: Mapping[str, str]
    ) -> None:
        """Show these runs, each run on a derived image below the run that made it (``makers``)."""
        newest_first = grouped(list(runs)[::-1], makers)
        self._exhibits, self._makers = exhibits, makers
        if [each.run_id for each in newest_first] == [each.run_id for each in self.runs]:
            self.runs = newest_first
            if newest_first:
                self.dataChanged.emit(
                    self.index(0, 0), self.index(len(newest_first) - 1, len(self.headers) - 1)
                )
            return
        self.beginResetModel()
        self.runs = newest_first
        self.endResetModel()

    def run(self, row: int) -> Run | None:
        """Return the run of a row."""
        return self.runs[row] if 0 <= row < len(self.runs) else None

    def show_progress(self, message: Progress) -> None:
        """Show how far a run is."""
        self._progress[message.run_id] = message
        self._changed(message.run_id)

    def show_stopping(self, run_id: str) -> None:
        """Show that a run was asked to stop."""
        self._stopping.add(run_id)
        self._changed(run_id)

    def forget_progress(self, run_id: str) -> None:
        """The run has ended or begun."""
        self._progress.pop(run_id, None)
        self._stopping.discard(run_id)
        self._changed(run_id)

    def row_total(self) -> int:
        """Return the number of runs."""
        return len(self.runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, colour, or the fraction done."""
        run = self.runs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(self._text(run, index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(run) if index.column() == 0 else self._text(run, index.column()))
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == STATUS_COLUMN:
            tone = run_status_tone(run.status)
            tokens = self._desk.theme.tokens
            return QColor(tokens.muted if tone == "neutral" else getattr(tokens, tone))
        if role == FRACTION_ROLE:
            progress = self._progress.get(run.run_id)
            return progress.fraction if progress and run.status is RunStatus.RUNNING else None
        return None

    def _text(self, run: Run, column: int) -> str:
        spec = run.spec
        exhibit = self._exhibits.get(spec.exhibit_id)
        number = exhibit.exhibit_number if exhibit else spec.exhibit_id
        texts = {
            0: f"{BELOW if run.run_id in self._makers else ''}{run.run_id}",
            1: f"{number}, {spec.source_derived_image_id}" if spec.source_derived_image_id else number,
            2: f"{engine_words(spec.engine)}{_style(run)}",
            3: ", ".join(f"{age:g}" for age in spec.parameters.get("target_ages") or ()),
            4: spec.pack_name,
            5: run_status_words(run.status),
            6: self._progress_words(run),
            7: duration_words((run.ended_at - run.started_at).total_seconds())
            if run.started_at and run.ended_at
            else "",
        }
        return texts[column]

    def _tip(self, run: Run) -> str:
        maker = self._makers.get(run.run_id)
        if maker is None:
            return run.run_id
        words = self.tr("{run} is made of {image}, an image of {maker}.")
        return words.format(run=run.run_id, image=run.spec.source_derived_image_id, maker=maker)

    def _progress_words(self, run: Run) -> str:
        if run.run_id in self._stopping:
            return self.tr("Stopping…")
        progress = self._progress.get(run.run_id)
        if run.status is RunStatus.RUNNING and progress is not None:
            left = (
                self.tr(" · about {time} left").format(time=duration_words(progress.seconds_left))
                if progress.seconds_left is not None
                else ""
            )
            return f"{recorded_words(progress.stage)}{left}"
        if run.status is RunStatus.QUEUED:
            return self.tr("waits since {time}").format(time=time_words(run.queued_at))
        return recorded_words(run.failure) or time_words(run.ended_at or run.started_at)

    def _changed(self, run_id: str) -> None:
        for row, run in enumerate(self.runs):
            if run.run_id == run_id:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.headers) - 1))


def _style(run: Run) -> str:
    """Return the style that was asked for, after a comma; the pack's own is not told."""
    style = run.spec.parameters.get("style")
    return f", {style}" if isinstance(style, str) and style != PACKS_OWN else ""


class ProgressDelegate(QStyledItemDelegate):
    """Draws a bar under the words while a run is under way."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell."""
        fraction = index.data(FRACTION_ROLE)
        if fraction is None:
            super().paint(painter, option, index)
            return
        tokens = self._theme.tokens
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        painter.save()
        if is_selected:
            painter.fillRect(rect, QColor(tokens.accent_soft))
        inside = rect.adjusted(8, 4, -12, -9)
        words = painter.fontMetrics().elidedText(
            f"{round(fraction * 100)} %  {index.data()}", Qt.TextElideMode.ElideRight, inside.width()
        )
        painter.setPen(QColor(tokens.text))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        groove = QRect(inside.left(), rect.bottom() - 7, inside.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(groove, 2, 2)
        painter.setBrush(QColor(tokens.accent))
        groove.setWidth(round(groove.width() * fraction))
        painter.drawRoundedRect(groove, 2, 2)
        painter.restore()
