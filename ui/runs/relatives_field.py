"""Choose photographs of recorded relatives that a run is drawn towards, each with its share.

Rules:
    * None is chosen unless somebody does. Whoever's consent does not hold is shown with the reason and cannot be
      chosen.
    * What it does to the likeness is not measured, and the field says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSpinBox, QVBoxLayout, QWidget

from forensic_app.engines.aging.relatives import MOST_SHARE, named_shares, shares_text
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit
from forensic_app.workflows.relatives import OfferedRelative
from ui.desk import Desk
from ui.widgets.basics import label, padded
from ui.widgets.plain import PlainLabel, plain
from ui.wording import kinship_words, time_words

SIDE_PX = 44
USUAL_PERCENT = 20
_MOST_PERCENT = round(100 * MOST_SHARE)


@dataclass(frozen=True, slots=True)
class _Row:
    exhibit_id: str
    chosen: QCheckBox
    share: QSpinBox


class RelativesField(QWidget):
    """A row for each photograph.

    Signals:
        changed: Other photographs or shares are chosen.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows: list[_Row] = []
        self.words = label(self.tr("Relatives are chosen in a run on one photograph."), "muted", wraps=True)
        self._place = QVBoxLayout()
        self._shown: QWidget | None = None
        self._is_offering = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._place)
        column.addWidget(self.words)

    def show_relatives(self, relatives: Sequence[OfferedRelative]) -> None:
        """Offer these photographs; none is chosen."""
        if self._shown is not None:
            self._place.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        self._rows = []
        self._shown = QWidget()
        grid = QGridLayout(self._shown)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, each in enumerate(relatives):
            self._add(grid, row, each)
        self._place.addWidget(self._shown)
        self._is_offering = bool(relatives)
        self._shown.setVisible(self._is_offering)
        self._tell()

    def shares(self) -> str | None:
        """Return what is chosen as a run takes it, ``None`` for nobody.

        Raises:
            InvalidInput: The shares are together more than a run takes.
        """
        text = self._text()
        if text:
            named_shares(text)
        return text or None

    def choose(self, value: object) -> None:
        """Choose photographs that are offered, by a text of :meth:`shares`; anything else chooses nobody."""
        wanted: dict[str, float] = {}
        if isinstance(value, str) and value:
            try:
                wanted = named_shares(value)
            except InvalidInput:
                wanted = {}
        for row in self._rows:
            share = wanted.get(row.exhibit_id)
            row.chosen.setChecked(share is not None)
            if share is not None:
                row.share.setValue(round(100 * share))

    def _text(self) -> str:
        return shares_text(
            {row.exhibit_id: row.share.value() / 100 for row in self._rows if row.chosen.isChecked()}
        )

    def _add(self, grid: QGridLayout, row: int, each: OfferedRelative) -> None:
        why = self._why_not(each)
        told = QVBoxLayout()
        told.setSpacing(0)
        if each.exhibit is not None:
            told.addWidget(self._photograph(grid, row, each, each.exhibit, why))
        told.addWidget(label(self._words(each), wraps=True))
        if why:
            told.addWidget(label(why, "muted", wraps=True))
        grid.addLayout(told, row, 1, 1, 2 if why else 1)

    def _photograph(
        self, grid: QGridLayout, row: int, each: OfferedRelative, exhibit: Exhibit, why: str
    ) -> QCheckBox:
        """Show a photograph, and its share where it can be chosen; return the box that chooses it."""
        name = plain(f"{exhibit.exhibit_number}, {self._words(each)}")
        chosen = QCheckBox(plain(exhibit.exhibit_number).replace("&", "&&"))
        chosen.setAccessibleName(self.tr("Draw towards {name}").format(name=name))
        chosen.setAccessibleDescription(why)
        chosen.setEnabled(not why)
        grid.addWidget(self._picture(exhibit), row, 0, Qt.AlignmentFlag.AlignTop)
        if why:
            return chosen
        share = QSpinBox()
        padded(share)
        share.setRange(1, _MOST_PERCENT)
        share.setSingleStep(5)
        share.setValue(USUAL_PERCENT)
        share.setSuffix(" %")
        share.setEnabled(False)
        share.setAccessibleName(self.tr("Share of {name}").format(name=name))
        grid.addWidget(share, row, 2, Qt.AlignmentFlag.AlignTop)
        self._rows.append(_Row(exhibit.exhibit_id, chosen, share))
        chosen.toggled.connect(share.setEnabled)
        chosen.toggled.connect(self._take_change)
        share.valueChanged.connect(self._take_change)
        return chosen

    def _picture(self, exhibit: Exhibit) -> QWidget:
        picture = PlainLabel()
        picture.setFixedSize(SIDE_PX, SIDE_PX)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)

        def show(image: QImage) -> None:
            if not image.isNull():
                mode = Qt.TransformationMode.SmoothTransformation
                ratio = Qt.AspectRatioMode.KeepAspectRatio
                picture.setPixmap(QPixmap.fromImage(image).scaled(picture.size(), ratio, mode))

        self._desk.thumbnails.request(exhibit.picture_sha256, picture, show, side_px=SIDE_PX * 2)
        return picture

    def _words(self, each: OfferedRelative) -> str:
        words = self.tr("{kinship}: {name}").format(
            kinship=kinship_words(each.relationship.kinship), name=each.person.name
        )
        if each.exhibit is None:
            return words
        age = each.exhibit.age_at_photo
        aged = self.tr("age not stated") if age is None else self.tr("{age} years").format(age=f"{age:g}")
        return f"{words}, {aged}"

    def _why_not(self, each: OfferedRelative) -> str:
        if each.exhibit is None:
            return self.tr("The case has no photograph of this person.")
        if each.consent is not None:
            return ""
        last = each.last_consent
        if last is None:
            return self.tr("Cannot be chosen: no consent of this person is recorded (Overview, Consents…).")
        if last.withdrawn_at is not None:
            return self.tr("Cannot be chosen: the consent {number} was withdrawn on {time}.").format(
                number=last.consent_id, time=time_words(last.withdrawn_at)
            )
        return self.tr("Cannot be chosen: the consent {number} ended on {day}.").format(
            number=last.consent_id, day=last.valid_until
        )

    def _take_change(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        if not self._is_offering:
            self.words.setText(self.tr("No relative of this person is recorded (Overview, Relatives…)."))
        else:
            self.words.setText(
                self.tr(
                    "What this does to the likeness is not measured. The shares together are at most {most} %; the "
                    "same run without relatives is made beside it."
                ).format(most=_MOST_PERCENT)
            )
