"""Two pictures on top of each other, with a divider that wipes from one to the other."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from ui.theme import Theme
from ui.widgets.image_view import ImageView, ViewTransform


class WipeView(ImageView):
    """Shows the original left of the divider and the derived image right of it."""

    def __init__(self, theme: Theme, transform: ViewTransform) -> None:
        super().__init__(theme, transform)
        self._over = QPixmap()
        self._share = 0.5

    @property
    def share(self) -> float:
        """Place of the divider in what is seen of the picture, from 0 (left edge) to 1."""
        return self._share

    def show_over(self, image: QImage) -> None:
        """Show the picture right of the divider."""
        self._over = QPixmap.fromImage(image)
        self.update()

    def set_share(self, share: float) -> None:
        """Move the divider."""
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def paint_picture(self, painter: QPainter) -> None:
        """Draw both pictures and the divider."""
        super().paint_picture(painter)
        if self._over.isNull():
            return
        rect = self.pixmap_rect(self._over)
        left, right = max(rect.left(), 0.0), min(rect.right(), float(self.width()))
        x = left + (right - left) * self._share
        painter.save()
        painter.setClipRect(QRectF(x, 0, self.width(), self.height()))
        painter.drawPixmap(rect, self._over, QRectF(self._over.rect()))
        painter.restore()
        painter.setPen(QPen(QColor(0, 0, 0, 160), 4))
        top, bottom = max(rect.top(), 0), min(rect.bottom(), self.height())
        painter.drawLine(int(x), int(top), int(x), int(bottom))
        painter.setPen(QPen(QColor("#ffffff"), 2, Qt.PenStyle.SolidLine))
        painter.drawLine(int(x), int(top), int(x), int(bottom))
