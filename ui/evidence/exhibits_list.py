"""The thumbnails of a case's exhibits, with an order, a filter and a size."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.evidence.exhibits_model import (
    BY_AGE,
    BY_NUMBER,
    BY_NUMBER_DOWN,
    BY_RECEIPT,
    BY_SUBJECT,
    ExhibitsModel,
    grid_size,
)
from ui.widgets.basics import label, make_clearable
from ui.widgets.combo import Combo
from ui.widgets.plain import set_tip
from ui.widgets.wrapping import WrappingRow

SMALLEST_PX, USUAL_PX, LARGEST_PX = 64, 108, 240


class ExhibitsList(QListView):
    """Thumbnails in as many columns as there is room for.

    Signals:
        chosen: Another exhibit is chosen.
        several_chosen: More exhibits, or fewer, are chosen together.
    """

    chosen = Signal()
    several_chosen = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._px = USUAL_PX
        self.exhibits = ExhibitsModel(desk, self)
        self.setModel(self.exhibits)
        self.setObjectName("thumbnails")
        self.setAccessibleName(self.tr("Exhibits"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.set_icon_px(USUAL_PX)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit())
        self.selectionModel().selectionChanged.connect(lambda *_: self.several_chosen.emit())

    def set_icon_px(self, icon_px: int) -> None:
        """Show thumbnails of this size; what is left of the width is shared among the columns."""
        self._px = icon_px
        self.setIconSize(QSize(icon_px, icon_px))
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        self._share_width()

    def count(self) -> int:
        """Return how many exhibits are shown."""
        return self.exhibits.rowCount()

    def current(self) -> Exhibit | None:
        """Return the chosen exhibit."""
        return self.exhibits.exhibit(self.currentIndex().row())

    def selected(self) -> list[Exhibit]:
        """Return the exhibits that are chosen together, in the order shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [each for each in map(self.exhibits.exhibit, rows) if each is not None]

    def setCurrentRow(self, row: int) -> None:
        """Choose the exhibit of a row alone, none with -1."""
        if row < 0:
            self.setCurrentIndex(QModelIndex())
            return
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.exhibits.index(row), flag)

    def _share_width(self) -> None:
        wanted = grid_size(self._px)
        bar = self.verticalScrollBar()
        reserved = 0 if bar.isVisible() else bar.sizeHint().width()
        room = max(self.viewport().width() - reserved - 2, wanted.width())
        columns = max(room // wanted.width(), 1)
        self.setGridSize(QSize(room // columns, wanted.height()))


class ExhibitsPane(QWidget):
    """The list below a filter, an order and a size."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.list = ExhibitsList(desk)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter: number, name, file, source"))
        self.filter.setAccessibleName(self.tr("Filter the exhibits"))
        make_clearable(self.filter, desk.theme)
        self.order = Combo()
        self.order.setAccessibleName(self.tr("Order of the exhibits"))
        for words, order in (
            (self.tr("By number"), BY_NUMBER),
            (self.tr("By number, newest first"), BY_NUMBER_DOWN),
            (self.tr("By subject"), BY_SUBJECT),
            (self.tr("By age in the photograph"), BY_AGE),
            (self.tr("By receipt, newest first"), BY_RECEIPT),
        ):
            self.order.addItem(words, order)
        self.order.setMinimumContentsLength(9)
        self.order.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST_PX, LARGEST_PX)
        self.size_slider.setValue(USUAL_PX)
        self.size_slider.setAccessibleName(self.tr("Size of the thumbnails"))
        set_tip(self.size_slider, self.tr("Size of the thumbnails"))
        self.size_slider.setMinimumWidth(60)
        self.hidden = label(name="muted", wraps=True)
        self.hidden.hide()
        row = WrappingRow()
        row.addWidget(self.order, 2)
        row.addWidget(self.size_slider, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addWidget(row)
        column.addWidget(self.hidden)
        column.addWidget(self.list, 1)
        self.filter.textChanged.connect(lambda _: self._arrange())
        self.order.currentIndexChanged.connect(lambda _: self._arrange())
        self.size_slider.valueChanged.connect(self.list.set_icon_px)

    def choose(self, exhibit_id: str) -> None:
        """Choose an exhibit, the first one where it is not shown."""
        row = self.list.exhibits.row_of(exhibit_id)
        if row >= 0 and row == self.list.currentIndex().row() and self.list.selected():
            return
        self.list.setCurrentRow(row if row >= 0 else min(self.list.count(), 1) - 1)

    def _arrange(self) -> None:
        kept = self.list.current()
        self.list.exhibits.arrange(order=self.order.currentData(), text=self.filter.text())
        self.choose(kept.exhibit_id if kept is not None else "")
        count = self.list.exhibits.hidden_count()
        self.hidden.setText(self.tr("{count} more do not match the filter.").format(count=count))
        self.hidden.setVisible(count > 0)
