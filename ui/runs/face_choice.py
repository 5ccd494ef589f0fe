"""The picture that a run works on, with the face that it works on marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFormLayout, QSpinBox

from forensic_app.engines.analysers import ANALYSER_NAMES
from forensic_app.measured import face_number
from forensic_app.records import DerivedImage, Exhibit
from ui.desk import Desk
from ui.evidence.face_boxes import face_boxes
from ui.widgets.basics import Card, label, padded
from ui.widgets.combo import Combo
from ui.widgets.image_view import ImageView
from ui.widgets.plain import set_tip

if TYPE_CHECKING:
    from forensic_app.workflows.face_inspection import FoundFace

PREVIEW_PX = 960
_HEIGHT_PX = 190
_OWN_DETECTOR = "insightface"
"""The analyser that finds faces by itself: how it counts them is not known here."""


class FaceChoice(Card):
    """Shows the picture and lets the face and its analyser be chosen.

    Signals:
        changed: Another face or analyser, or more is known of the faces.
    """

    changed = Signal()

    def __init__(self, desk: Desk, exhibit: Exhibit, source: DerivedImage | None, face_index: int) -> None:
        super().__init__(self.tr("Photograph") if source is None else self.tr("Derived image"))
        self._desk = desk
        self._exhibit = exhibit
        self._is_exhibit = source is None
        self._faces: list[FoundFace] | None = None
        self.picture = ImageView(desk.theme)
        self.picture.setFixedHeight(_HEIGHT_PX)
        self.picture.setAccessibleName(self.tr("The picture that is worked on"))
        self.picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.face = QSpinBox()
        self.picture.box_clicked.connect(lambda place: self.face.setValue(face_number(place)))
        padded(self.face)
        self.face.setRange(1, 99)
        self.face.setValue(face_number(face_index))
        self.face.setAccessibleName(self.tr("Face, 1 is the largest"))
        set_tip(self.face, self.tr("1 is the largest face, then in order of size."))
        self.analyser = Combo()
        self.analyser.addItems(list(ANALYSER_NAMES))
        self.analyser.setAccessibleName(self.tr("Face analyser"))
        self.words = label(name="muted", wraps=True)
        self.words.hide()
        self.body.addWidget(self.picture)
        fields = QFormLayout()
        fields.addRow(self.tr("&Face"), self.face)
        fields.addRow(self.tr("Face &analyser"), self.analyser)
        self.body.addLayout(fields)
        self.body.addWidget(self.words)
        self.face.valueChanged.connect(lambda _: self._show_faces())
        self.analyser.currentTextChanged.connect(lambda _: self._show_faces())
        sha256 = exhibit.sha256 if source is None else source.sha256
        desk.thumbnails.request(sha256, self, self._show_picture, side_px=PREVIEW_PX)
        if self._is_exhibit:
            self._say(self.tr("Looking for faces…"))
            desk.faces.want(exhibit.sha256, self, self._take, lambda _: self._say(""))

    def face_index(self) -> int:
        """Return the chosen face as a record counts it, 0 = largest."""
        return self.face.value() - 1

    def fault(self) -> str:
        """Return why no run can work on this picture; empty where it can, or where that is not known."""
        if self._faces is None or self.analyser.currentText() == _OWN_DETECTOR:
            return ""
        if not self._faces:
            return self.tr("No face was found in this photograph: a run would stop with that reason.")
        if self.face.value() > len(self._faces):
            words = self.tr("This photograph shows {count} faces: choose 1 to {count}.")
            return words.format(count=len(self._faces))
        return ""

    def _show_picture(self, image: QImage) -> None:
        self.picture.show_image(image, self.tr("This picture cannot be shown."))
        self._show_faces()

    def _take(self, faces: list[FoundFace]) -> None:
        self._faces = faces
        self._show_faces()

    def _show_faces(self) -> None:
        faces, size = self._faces or [], self.picture.image_size()
        if not size.isEmpty():
            self.picture.show_boxes(face_boxes(faces, self.face_index()))
        if self._faces is not None:
            words = self.tr("Face {number} of {count}; click another one to choose it.")
            several = words.format(number=self.face.value(), count=len(faces)) if len(faces) > 1 else ""
            self._say(self.fault() or several)
        self.changed.emit()

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))
