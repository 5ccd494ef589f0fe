"""Two pictures on each other: one through the other, in turn, or how much they differ.

Rules:
    * Pictures change at most three times in a second, whatever was asked for (WCAG 2.2, 2.3.1), and only while they are
      looked at.
    * The difference is computed beside the event loop, of a picture of a million pixels at most.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QPainter, QResizeEvent, QShowEvent

from ui.compare.difference import luminance_difference
from ui.compare.layer import Layer
from ui.compare.stage import Stage
from ui.compare.stage_view import StageView
from ui.session import Session
from ui.theme import Theme

SHORTEST_MS, USUAL_MS, LONGEST_MS = 334, 1000, 5000
"""How long each of two pictures is shown in turn."""
_MOST_PIXELS = 1_000_000
_PAUSE_MS = 40


class Way(IntEnum):
    """How two pictures are shown."""

    SIDE_BY_SIDE = 0
    OVERLAY = 1
    BLINK = 2
    DIFFERENCE = 3


class PairView(StageView):
    """Shows two pictures on each other.

    Attributes:
        shown: Which of the two is shown now, where they are shown in turn: 0 or 1.

    Signals:
        turned: Another one of the two is shown, or they stopped or went on.
    """

    turned = Signal()

    def __init__(self, session: Session, theme: Theme, stage: Stage) -> None:
        super().__init__(theme, stage)
        self._session = session
        self._pair = (Layer(self, stage), Layer(self, stage))
        self._way = Way.OVERLAY
        self._opacity = 0.5
        self._gain = 1.0
        self.shown = 0
        self._marks = ("", "")
        self._difference = QImage()
        self._is_computing = False
        self._is_stale = False
        self._interval_ms = USUAL_MS
        self._stands_still = False
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._turn)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self._compute)
        stage.changed.connect(self.refresh)
        for each in self._pair:
            each.sharpened.connect(self.refresh)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The two pictures."""
        return self._pair

    @property
    def way(self) -> Way:
        """How the pictures are shown."""
        return self._way

    @property
    def is_blinking(self) -> bool:
        """Whether the pictures are shown in turn now."""
        return self._blink.isActive()

    def set_way(self, way: Way) -> None:
        """Show the pictures through each other, in turn, or their difference."""
        self._way = way
        self._stands_still = False
        self.shown = 0
        self._difference = QImage()
        self._keep_time()
        self.refresh()

    def set_marks(self, first: str, second: str) -> None:
        """Keep words on each picture; on both together those of either."""
        self._marks = (first, second)
        self._mark()

    def set_opacity(self, opacity: float) -> None:
        """Show so much of the second picture, from 0 to 1."""
        self._opacity = min(max(opacity, 0.0), 1.0)
        self.update()

    def set_gain(self, gain: float) -> None:
        """Show the difference so many times as bright."""
        self._gain = max(gain, 1.0)
        self.refresh()

    def set_interval(self, interval_ms: int) -> None:
        """Show each picture for so long; never shorter than :data:`SHORTEST_MS`."""
        self._interval_ms = min(max(interval_ms, SHORTEST_MS), LONGEST_MS)
        self._keep_time()

    @property
    def interval_ms(self) -> int:
        """How long each picture is shown."""
        return self._interval_ms

    def stand_still(self, stands_still: bool) -> None:
        """Stop on the picture that is shown, or go on."""
        self._stands_still = stands_still
        self._keep_time()

    def refresh(self) -> None:
        """Have what is seen made again."""
        self._mark()
        if self._way is Way.DIFFERENCE and self.isVisible():
            self._is_stale = True
            if not self._later.isActive():
                self._later.start()
        self.update()

    def paint_pictures(self, painter: QPainter) -> None:
        """Draw the pictures as they are to be seen."""
        first, second = self._pair
        if self._way is Way.BLINK:
            self._pair[self.shown].paint(painter)
        elif self._way is Way.DIFFERENCE:
            if not self._difference.isNull():
                painter.drawImage(QRectF(self.rect()), self._difference)
        else:
            first.paint(painter)
            image = second.rendered(self.devicePixelRatioF())
            painter.setOpacity(self._opacity)
            painter.drawImage(QRectF(self.rect()), image)
            painter.setOpacity(1.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Stop and go on with the space bar, else as every view."""
        if event.key() == Qt.Key.Key_Space and self._way is Way.BLINK:
            self.stand_still(not self._stands_still)
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on."""
        super().showEvent(event)
        self._keep_time()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing changes while nobody looks."""
        super().hideEvent(event)
        self._blink.stop()
        self._later.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the difference again at this size."""
        super().resizeEvent(event)
        self.refresh()

    def _keep_time(self) -> None:
        if self._way is Way.BLINK and not self._stands_still and self.isVisible():
            self._blink.start(self._interval_ms)
        else:
            self._blink.stop()
        self.turned.emit()

    def _turn(self) -> None:
        self.shown = 1 - self.shown
        self._mark()
        self.update()
        self.turned.emit()

    def _mark(self) -> None:
        first, second = self._marks
        self.mark = self._marks[self.shown] if self._way is Way.BLINK else first or second

    def _compute(self) -> None:
        if self._is_computing or not all(each.has_image for each in self._pair):
            return
        ratio = self.devicePixelRatioF()
        pixels = self.width() * self.height() * ratio * ratio
        scale = ratio * min(1.0, (_MOST_PIXELS / max(pixels, 1.0)) ** 0.5)
        first, second = (each.rendered(scale) for each in self._pair)
        gain = self._gain
        self._is_computing, self._is_stale = True, False
        self._session.compute(
            lambda: luminance_difference(first, second, gain=gain), self, self._take, self._failed
        )

    def _take(self, difference: QImage) -> None:
        self._is_computing = False
        self._difference = difference
        self.update()
        if self._is_stale and self.isVisible():
            self._later.start()

    def _failed(self, error: BaseException) -> None:
        self._is_computing = False
        self._session.failed.emit(error)
