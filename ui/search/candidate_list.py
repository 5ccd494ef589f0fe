"""Candidates as cards: the probe's face and the candidate's side by side, with the score in words."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from ui.desk import Desk
from ui.search.face_pictures import FacePictures
from ui.search.shown import ShownCandidate, ShownSearch
from ui.search.words import score_words, verdict_words
from ui.widgets.basics import picture_icon
from ui.widgets.plain import list_item

FACE_SIDE_PX = 68
_GAP_PX = 4


class CandidateList(QListWidget):
    """The arrows go through the candidates; Enter goes on to the decision.

    Signals:
        candidate_chosen: The candidate, ``None`` where there is none.
        decision_wanted: Enter was pressed on a candidate.
    """

    candidate_chosen = Signal(object)
    decision_wanted = Signal()

    def __init__(self, desk: Desk, faces: FacePictures) -> None:
        super().__init__()
        self._theme = desk.theme
        self._faces = faces
        self._probe = QImage()
        self._images: dict[str, QImage] = {}
        self._search: ShownSearch | None = None
        self.setObjectName("thumbnails")
        self.setAccessibleName(self.tr("Candidates"))
        self.setIconSize(QSize(2 * FACE_SIDE_PX + _GAP_PX, FACE_SIDE_PX))
        self.setSpacing(2)
        self.setWordWrap(True)
        self.setUniformItemSizes(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.currentItemChanged.connect(lambda *_: self.candidate_chosen.emit(self.current()))

    def show_search(self, search: ShownSearch | None) -> None:
        """Show the candidates of a search; the chosen one stays where it is the same search."""
        kept = self.current()
        same = search is not None and self._search is not None and search.number == self._search.number != 0
        self._search = search
        self._images = {}
        self.blockSignals(True)
        self.clear()
        for each in search.candidates if search is not None else ():
            self._add(each, search.threshold if search is not None else None)
        self.blockSignals(False)
        if search is None:
            self.candidate_chosen.emit(None)
            return
        keys = [each.key for each in search.candidates]
        wanted = keys.index(kept.key) if same and kept is not None and kept.key in keys else 0
        self.setCurrentRow(wanted if keys else -1)
        self.candidate_chosen.emit(self.current())
        self._probe = QImage()
        self._faces.request(
            search.probe_sha256, search.probe_box, self, lambda image: self._take_probe(search, image)
        )

    def current(self) -> ShownCandidate | None:
        """Return the chosen candidate."""
        item = self.currentItem()
        found = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        return found if isinstance(found, ShownCandidate) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on to the decision with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current() is not None:
            self.decision_wanted.emit()
            return
        super().keyPressEvent(event)

    def _add(self, candidate: ShownCandidate, threshold: float | None) -> None:
        name = candidate.name or self.tr("nobody stated")
        decided = (
            "" if candidate.decision is None else f"  ·  {verdict_words(candidate.decision.verdict.value)}"
        )
        lines = (
            f"{candidate.rank}.  {name}{decided}",
            score_words(candidate.score, threshold, candidate.is_above),
            candidate.template,
        )
        item = list_item(QIcon(), *lines)
        item.setData(Qt.ItemDataRole.UserRole, candidate)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(lines))
        self.addItem(item)
        self._draw(item)
        self._faces.request(
            candidate.sha256, candidate.box, self, lambda image: self._take(candidate.key, candidate, image)
        )

    def _take(self, key: str, candidate: ShownCandidate, image: QImage) -> None:
        self._images[key] = image
        for place in range(self.count()):
            item = self.item(place)
            if item.data(Qt.ItemDataRole.UserRole) == candidate:
                self._draw(item)

    def _take_probe(self, search: ShownSearch, image: QImage) -> None:
        if self._search is not search:
            return
        self._probe = image
        for place in range(self.count()):
            self._draw(self.item(place))

    def _draw(self, item: QListWidgetItem) -> None:
        candidate = item.data(Qt.ItemDataRole.UserRole)
        pixmap = QPixmap(2 * FACE_SIDE_PX + _GAP_PX, FACE_SIDE_PX)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for place, image in enumerate((self._probe, self._images.get(candidate.key, QImage()))):
            room = QRect(place * (FACE_SIDE_PX + _GAP_PX), 0, FACE_SIDE_PX, FACE_SIDE_PX)
            painter.fillRect(room, QColor(self._theme.tokens.canvas))
            if not image.isNull():
                fitted = image.scaled(
                    room.size(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                painter.drawImage(
                    room.center().x() - fitted.width() // 2 + 1,
                    room.center().y() - fitted.height() // 2 + 1,
                    fitted,
                )
        painter.end()
        item.setIcon(picture_icon(pixmap))
