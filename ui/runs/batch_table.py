"""The photographs of a batch, a line for each: whether it is taken, its face, its age, and what stands in the way.

Rules:
    * A photograph that a run would refuse cannot be ticked; why is said beside it.
    * One that needs a word of the examiner (unclear face, doubtful face, age not stated) begins unticked: whoever takes
      it ticks it, or states what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from forensic_app.errors import ForensicAppError
from forensic_app.life_dates import parse_years
from forensic_app.measured import face_number
from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.runs.batch_words import concern_words
from ui.widgets.basics import picture_icon
from ui.widgets.plain import plain, set_tip, table_item
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.workflows.batches import BatchItem, Concern
    from forensic_app.workflows.face_inspection import FoundFace

PHOTOGRAPH, SUBJECT, FACE, AGE, STATE = range(5)
_SIDE_PX = 40
_AT_ONCE = 60
_NARROW_PX = 520
"""Narrower tables leave the subject to the photographs' tips."""
_WIDTHS = ((PHOTOGRAPH, 152), (SUBJECT, 110), (FACE, 74), (AGE, 56))


class BatchRow(QObject):
    """What is known and chosen of one photograph.

    Attributes:
        exhibit: The photograph.
        faces: What was found, ``None`` before it was looked at.
        failure: Why it could not be looked at.
        face_index: The face that the examiner chose, ``None`` where nobody chose.
        age_text: What stands in the field for the age.
        was_ticked: What the examiner decided, ``None`` where nobody did.
    """

    def __init__(self, exhibit: Exhibit, parent: QObject) -> None:
        super().__init__(parent)
        self.exhibit = exhibit
        self.faces: list[FoundFace] | None = None
        self.failure = ""
        self.face_index: int | None = None
        self.age_text = stated_words(exhibit)
        self.was_ticked: bool | None = None

    def age(self) -> float | None:
        """Return the age in the photograph, ``None`` where it is not stated or no number."""
        try:
            return parse_years(self.age_text) if self.age_text else None
        except ValueError:
            return None

    def is_age_wrong(self) -> bool:
        """Return whether what was entered is no age."""
        return bool(self.age_text) and self.age() is None

    def item(self) -> BatchItem:
        """Return what is to be queued."""
        from forensic_app.workflows.batches import BatchItem

        age = self.age()
        stated = age if age != self.exhibit.age_at_photo else None
        return BatchItem(self.exhibit.exhibit_id, self.face_index or 0, stated)


def stated_words(exhibit: Exhibit) -> str:
    """Return the age that is stated of a photograph; empty without one."""
    return "" if exhibit.age_at_photo is None else f"{exhibit.age_at_photo:g}"


class BatchTable(QTableWidget):
    """Photographs with a tick each; the cells of face and age are for entering.

    Signals:
        changed: What is taken, or what is known of it, is another one.
        row_chosen: Another line is chosen.
    """

    changed = Signal()
    row_chosen = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(0, STATE + 1)
        self._desk = desk
        self._needs_age = True
        self._age_for_all: float | None = None
        self._to_add: list[tuple[Exhibit, str]] = []
        self.rows: list[BatchRow] = []
        self.setHorizontalHeaderLabels(
            [self.tr("Photograph"), self.tr("Subject"), self.tr("Face"), self.tr("Age"), self.tr("State")]
        )
        self.setAccessibleName(self.tr("Photographs of the batch"))
        self.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_SIDE_PX + 8)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        triggers = QTableWidget.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS:
            self.setColumnWidth(column, width)
        self.itemChanged.connect(self._take_entry)
        self.currentCellChanged.connect(lambda row, _c, before, _b: self._choose(row, before))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every line the height that its words need at this width."""
        super().resizeEvent(event)
        self.setColumnHidden(SUBJECT, event.size().width() < _NARROW_PX)
        for place in range(self.rowCount()):
            self._fit_row(place)

    def chosen_face(self) -> int:
        """Return the face of the chosen line that a run would work on, -1 where it is unclear or there is none."""
        row = self.current()
        if row is None or row.faces is None:
            return -1
        unclear = any(each.value == "unclear_face" for each in self.concerns_of(row))
        return -1 if unclear else row.face_index or 0

    def add(self, exhibits: Sequence[Exhibit], names: dict[str, str]) -> None:
        """Add photographs that are not there yet, and look for their faces; ``names`` are of their subjects."""
        known = {each.exhibit_id for each, _ in self._to_add}
        known |= {each.exhibit.exhibit_id for each in self.rows}
        for exhibit in exhibits:
            if exhibit.exhibit_id not in known:
                self._to_add.append((exhibit, names.get(exhibit.subject_id or "", "")))
        self._add_some()

    def set_needs(self, *, needs_age: bool, age_for_all: float | None) -> None:
        """Say whether a run needs the age in a photograph, and which one was given for all of them."""
        if (needs_age, age_for_all) != (self._needs_age, self._age_for_all):
            self._needs_age, self._age_for_all = needs_age, age_for_all
            for place in range(len(self.rows)):
                self._show_row(place)

    def current(self) -> BatchRow | None:
        """Return the chosen line."""
        row = self.currentRow()
        return self.rows[row] if 0 <= row < len(self.rows) else None

    def choose_face(self, face_index: int) -> None:
        """Choose a face of the photograph of the chosen line."""
        row = self.current()
        if row is not None:
            row.face_index = face_index
            self._show_row(self.currentRow())
            self.row_chosen.emit()

    def taken(self) -> list[BatchRow]:
        """Return the lines that are ticked."""
        return [row for place, row in enumerate(self.rows) if self._is_ticked(place)]

    def pending(self) -> int:
        """Return how many photographs were not looked at yet."""
        return len(self._to_add) + sum(row.faces is None and not row.failure for row in self.rows)

    def fault(self) -> str:
        """Return why these photographs cannot be started; empty when they can."""
        if not self.rows:
            return self.tr("Add photographs first.")
        wrong = [row.exhibit.exhibit_number for row in self.rows if row.is_age_wrong()]
        if wrong:
            return self.tr("{numbers}: the age is no number of years.").format(numbers=", ".join(wrong))
        if self.pending():
            return self.tr("{count} photograph(s) are still looked at.").format(count=self.pending())
        if not self.taken():
            return self.tr("No photograph is ticked.")
        return ""

    def concerns_of(self, row: BatchRow) -> tuple[Concern, ...]:
        """Return what stands in the way of a photograph that was looked at."""
        from forensic_app.workflows.batches import concerns

        age = row.age() if self._age_for_all is None else self._age_for_all
        return concerns(row.faces or (), face_index=row.face_index, age=age, needs_age=self._needs_age)

    def tell(self, exhibit_id: str, words: str) -> None:
        """Say why a photograph was refused; it is taken no more."""
        for place, row in enumerate(self.rows):
            if row.exhibit.exhibit_id == exhibit_id:
                row.failure = words
                self._show_row(place)

    def forget(self) -> None:
        """Add no more, and take back the questions for faces."""
        self._to_add.clear()
        for row in self.rows:
            self._desk.faces.forget(row)

    def _add_some(self) -> None:
        """Add as many as a turn of the event loop has time for; the others follow in later turns."""
        now, self._to_add = self._to_add[:_AT_ONCE], self._to_add[_AT_ONCE:]
        for exhibit, name in now:
            self._add(exhibit, name)
        if self.rows and self.currentRow() < 0:
            self.setCurrentCell(0, PHOTOGRAPH)
        self.changed.emit()
        if self._to_add:
            QTimer.singleShot(0, self, self._add_some)

    def _add(self, exhibit: Exhibit, name: str) -> None:
        row = BatchRow(exhibit, self)
        place = self.rowCount()
        self.rows.append(row)
        self.blockSignals(True)
        self.insertRow(place)
        blank = QPixmap(_SIDE_PX, _SIDE_PX)
        blank.fill(Qt.GlobalColor.transparent)
        first = table_item(exhibit.exhibit_number, tip=plain(f"{exhibit.original_name}, {name}".strip(", ")))
        first.setIcon(QIcon(blank))
        self.setItem(place, PHOTOGRAPH, first)
        self.setItem(place, SUBJECT, table_item(name or self.tr("nobody stated")))
        for column, tip in (
            (FACE, self.tr("Number of the face, 1 is the largest; or click it in the picture")),
            (AGE, self.tr("Age in the photograph in years; what is entered here is recorded with it")),
        ):
            self.setItem(place, column, table_item("", tip=tip))
        self.setItem(place, STATE, table_item(""))
        self.blockSignals(False)
        self._show_row(place)

        def show(image: QImage) -> None:
            if not image.isNull():
                self.blockSignals(True)
                first.setIcon(picture_icon(image))
                self.blockSignals(False)

        def found(faces: list[FoundFace]) -> None:
            row.faces = faces
            self._show_row(self.rows.index(row))
            self.changed.emit()
            if row is self.current():
                self.row_chosen.emit()

        def failed(error: BaseException) -> None:
            if isinstance(error, ForensicAppError):
                row.failure = error_words(error)
            else:
                row.failure = str(error) or type(error).__name__
            self._show_row(self.rows.index(row))
            self.changed.emit()

        self._desk.thumbnails.request(exhibit.picture_sha256, row, show, side_px=_SIDE_PX * 2)
        self._desk.faces.want(exhibit.picture_sha256, row, found, failed)

    def _show_row(self, place: int) -> None:
        row = self.rows[place]
        is_known = row.faces is not None and not row.failure
        found = self.concerns_of(row) if is_known else ()
        is_refused = bool(row.failure) or any(each.is_refusal for each in found)
        can_tick = is_known and not is_refused and not row.is_age_wrong()
        wants = row.was_ticked if row.was_ticked is not None else not found
        self.blockSignals(True)
        editable, checkable = Qt.ItemFlag.ItemIsEditable, Qt.ItemFlag.ItemIsUserCheckable
        for column in range(STATE + 1):
            item = self._item(place, column)
            flags = item.flags() & ~editable & ~checkable
            if column in (FACE, AGE) and not row.failure:
                flags |= editable
            if column == PHOTOGRAPH and can_tick:
                flags |= checkable
            item.setFlags(flags)
        ticked = can_tick and wants
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self._item(place, PHOTOGRAPH).setData(Qt.ItemDataRole.CheckStateRole, state if can_tick else None)
        self._item(place, FACE).setText(self._face_words(row, found))
        self._item(place, AGE).setText(row.age_text)
        words, tone = self._state(row, found, is_ticked=ticked)
        shown = self._item(place, STATE)
        shown.setText(plain(words))
        set_tip(shown, words)
        shown.setForeground(QColor(getattr(self._desk.theme.tokens, tone)))
        first = self._item(place, PHOTOGRAPH)
        first.setData(Qt.ItemDataRole.AccessibleTextRole, f"{first.text()}, {words}")
        self.blockSignals(False)
        self._fit_row(place)

    def _face_words(self, row: BatchRow, found: tuple[Concern, ...]) -> str:
        names = {each.value for each in found}
        if row.failure or row.faces is None or "no_face" in names:
            return "–"
        return "?" if "unclear_face" in names else str(face_number(row.face_index or 0))

    def _fit_row(self, place: int) -> None:
        self.resizeRowToContents(place)
        self.setRowHeight(place, max(self.rowHeight(place), _SIDE_PX + 8))

    def _state(self, row: BatchRow, found: tuple[Concern, ...], *, is_ticked: bool) -> tuple[str, str]:
        fault = row.failure or (self.tr("The age is no number of years.") if row.is_age_wrong() else "")
        if fault:
            return fault, "bad"
        if row.faces is None:
            return self.tr("is looked at…"), "muted"
        words = " ".join(concern_words(each, len(row.faces)) for each in found)
        if found:
            if any(each.is_refusal for each in found):
                return self.tr("Left out: {why}").format(why=words), "bad"
            told = self.tr("Taken all the same: {why}") if is_ticked else self.tr("Tick it to take it: {why}")
            return told.format(why=words), "warning"
        if not is_ticked:
            return self.tr("left out"), "muted"
        return " ".join((self.tr("is taken."), *row.faces[row.face_index or 0].warnings)), "good"

    def _take_entry(self, item: QTableWidgetItem) -> None:
        place, column = item.row(), item.column()
        row = self.rows[place]
        if column == PHOTOGRAPH:
            row.was_ticked = item.checkState() is Qt.CheckState.Checked
        elif column == FACE:
            text = item.text().strip()
            row.face_index = int(text) - 1 if text.isdecimal() and int(text) > 0 else None
        elif column == AGE:
            row.age_text = item.text().strip() or stated_words(row.exhibit)
        if column in (FACE, AGE):
            row.was_ticked = None
        self._show_row(place)
        self.changed.emit()
        if row is self.current():
            self.row_chosen.emit()

    def _choose(self, row: int, before: int) -> None:
        if row != before:
            self.row_chosen.emit()

    def _is_ticked(self, place: int) -> bool:
        return self._item(place, PHOTOGRAPH).checkState() is Qt.CheckState.Checked

    def _item(self, place: int, column: int) -> QTableWidgetItem:
        item = self.item(place, column)
        if item is None:
            raise RuntimeError(f"line {place} has no cell {column}")
        return item
