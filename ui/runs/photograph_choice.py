"""Choose the photographs of a subject that a personalisation learns from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from forensic_app.engines.personalisation.schema import FEWEST_PHOTOS, GOOD_PHOTOS, MOST_PHOTOS
from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.widgets.basics import label, picture_icon
from ui.widgets.plain import list_item, plain

_SIDE_PX = 48
_LIST_HEIGHT_PX = 190


class PhotographChoice(QWidget):
    """A list of exhibits with a tick each, and how many are needed.

    Signals:
        changed: Another set is chosen.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Photographs of the subject"))
        self.list.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        self.list.setMinimumHeight(_LIST_HEIGHT_PX)
        self.list.setSpacing(1)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(lambda _: self._tell())
        self.count = label(wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addWidget(self.count)
        self._tell()

    def show_exhibits(self, exhibits: Sequence[Exhibit]) -> None:
        """Offer these exhibits; the first twenty are chosen."""
        self.list.blockSignals(True)
        self.list.clear()
        for place, exhibit in enumerate(exhibits):
            self._add(exhibit, is_chosen=place < MOST_PHOTOS)
        if exhibits:
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._tell()

    def chosen(self) -> tuple[str, ...]:
        """Return the identifiers of the chosen exhibits, in the order shown."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return tuple(
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        )

    def fault(self) -> str:
        """Return why these photographs cannot be learned from; empty when they can."""
        count = len(self.chosen())
        if not self.list.count():
            return self.tr("No photograph of a stated subject is here. State the subject under Exhibits.")
        if count < FEWEST_PHOTOS:
            words = self.tr("{count} chosen; at least {fewest} are needed, {good} or more are better.")
            return words.format(count=count, fewest=FEWEST_PHOTOS, good=GOOD_PHOTOS)
        if count > MOST_PHOTOS:
            words = self.tr("{count} chosen; {most} are the most that are learned from.")
            return words.format(count=count, most=MOST_PHOTOS)
        return ""

    def _tell(self) -> None:
        count = len(self.chosen())
        words = self.tr("{count} chosen.").format(count=count)
        if count < GOOD_PHOTOS:
            words += self.tr(" {good} or more, of several ages, are better.").format(good=GOOD_PHOTOS)
        self.count.setText(self.fault() or words)
        self.changed.emit()

    def _add(self, exhibit: Exhibit, *, is_chosen: bool) -> None:
        age = (
            self.tr("{age:g} years").format(age=exhibit.age_at_photo)
            if exhibit.age_at_photo is not None
            else self.tr("age is estimated")
        )
        blank = QPixmap(_SIDE_PX, _SIDE_PX)
        blank.fill(Qt.GlobalColor.transparent)
        item = list_item(QIcon(blank), f"{exhibit.exhibit_number}  {age}", tip=plain(exhibit.original_name))
        item.setData(Qt.ItemDataRole.UserRole, exhibit.exhibit_id)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        self.list.addItem(item)

        def show(image: QImage) -> None:
            if not image.isNull() and self.list.row(item) >= 0:
                self.list.blockSignals(True)
                item.setIcon(picture_icon(image))
                self.list.blockSignals(False)

        self._desk.thumbnails.request(exhibit.picture_sha256, self, show, side_px=_SIDE_PX * 2)
