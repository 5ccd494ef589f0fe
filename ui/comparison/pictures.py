"""Original and derived image, side by side or wiped from one to the other, at one zoom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSlider, QStackedWidget, QVBoxLayout, QWidget

from ui.comparison.wipe_view import WipeView
from ui.theme import Theme
from ui.widgets.basics import label
from ui.widgets.image_view import ImageView, ViewTransform
from ui.widgets.plain import PlainLabel
from ui.widgets.thumbnails import full_size
from ui.widgets.tiles import PartSource

SIDE_BY_SIDE, WIPE = 0, 1


class Pictures(QStackedWidget):
    """Two views of the same two pictures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.transform = ViewTransform(self)
        self.original = ImageView(theme, self.transform)
        self.original.setAccessibleName(self.tr("Original"))
        self.derived = ImageView(theme, self.transform)
        self.derived.setAccessibleName(self.tr("Derived image"))
        self.wipe = WipeView(theme, self.transform)
        self.wipe.setAccessibleName(self.tr("Original and derived image, wiped"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 1000)
        self.slider.setValue(500)
        self.slider.setAccessibleName(self.tr("Wipe from the original to the derived image"))
        self.slider.valueChanged.connect(lambda value: self.wipe.set_share(value / 1000))
        self.source_label = label(self.tr("Original"), "muted", wraps=True)
        self.wiped_source_label = label(self.tr("Original"), "muted", wraps=True)
        for view in (self.derived, self.wipe):
            view.set_mark(self.tr("Derived image · one possible appearance"))
        self.addWidget(self._pair())
        self.addWidget(self._wiped())

    def name_source(self, words: str) -> None:
        """Say what the derived image was made from."""
        for each in (self.source_label, self.wiped_source_label):
            each.setText(words)

    def show_original(self, picture: QImage, parts: PartSource) -> None:
        """Show what was worked on, with parts of it where it is larger than a screen."""
        self.original.show_image(picture, self.tr("The original cannot be shown."))
        self.wipe.show_image(picture)
        if full_size(picture) != picture.size():
            self.original.set_parts(parts)
            self.wipe.set_parts(parts)

    def show_derived(self, picture: QImage, parts: PartSource) -> None:
        """Show a derived image, and lay the original out in its frame."""
        self.derived.show_image(picture, self.tr("Its file is missing or altered."))
        if full_size(picture) != picture.size():
            self.derived.set_parts(parts)
        self.wipe.show_over(picture)
        frame = None if picture.isNull() else self.derived.image_size()
        for view in (self.original, self.derived, self.wipe):
            view.set_frame(frame)

    def show_face(self, box: Sequence[float] | None) -> None:
        """Zoom to a face, all of the picture without one; the box is in pixels of the derived image."""
        size = self.derived.image_size()
        if box is None or size.isEmpty():
            self.transform.set_zoom(1.0)
            return
        left, top, right, bottom = box
        part = QRectF(left / size.width(), top / size.height(), (right - left) / size.width(), 0.0)
        part.setHeight((bottom - top) / size.height())
        self.transform.show_part(part)

    def zoom(self, factor: float) -> None:
        """Zoom by a factor; 0 fits the picture into its view."""
        self.transform.set_zoom(self.transform.zoom * factor if factor else 1.0)

    def _pair(self) -> QWidget:
        pair = QWidget()
        grid = QGridLayout(pair)  # titles of several lines leave both views the same room
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setRowStretch(1, 1)
        titled: tuple[tuple[ImageView, PlainLabel], ...] = (
            (self.original, self.source_label),
            (self.derived, label(self.tr("Derived image"), "muted")),
        )
        for column, (view, title) in enumerate(titled):
            grid.setColumnStretch(column, 1)
            grid.addWidget(title, 0, column)
            grid.addWidget(view, 1, column)
        return pair

    def _wiped(self) -> QWidget:
        wiped = QWidget()
        column = QVBoxLayout(wiped)
        column.setContentsMargins(0, 0, 0, 0)
        ends = QHBoxLayout()
        ends.addWidget(self.wiped_source_label)
        ends.addWidget(self.slider, 1)
        ends.addWidget(label(self.tr("Derived image"), "muted"))
        column.addLayout(ends)
        column.addWidget(self.wipe, 1)
        return wiped
