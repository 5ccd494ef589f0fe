"""What can be set while two pictures lie on each other: opacity, the time of each, the strength of the difference."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.compare.pair_view import LONGEST_MS, SHORTEST_MS, USUAL_MS, PairView, Way
from ui.widgets.basics import ElidedLabel, button, label, padded

LARGEST_GAIN = 8


class PairControls(QWidget):
    """A row of controls above the pair, for the way in which it is shown."""

    def __init__(self, view: PairView) -> None:
        super().__init__()
        self._view = view
        self._titles = ("", "")
        self.first, self.second = ElidedLabel(), ElidedLabel()
        self.opacity = self._slider(self.tr("How much of the second picture is seen"), 0, 100, 50)
        self.opacity.valueChanged.connect(lambda value: view.set_opacity(value / 100))
        self.interval = QDoubleSpinBox()
        self.interval.setRange(-(-SHORTEST_MS // 10) / 100, LONGEST_MS / 1000)
        self.interval.setSingleStep(0.1)
        self.interval.setDecimals(2)
        self.interval.setSuffix(self.tr(" s"))
        self.interval.setValue(USUAL_MS / 1000)
        self.interval.setAccessibleName(self.tr("How long each picture is shown, in seconds"))
        padded(self.interval)
        self.interval.valueChanged.connect(lambda value: view.set_interval(round(value * 1000)))
        self.stop_button: QPushButton = button(self.tr("Stop"), self._turn)
        self.now = ElidedLabel()
        self.now.setObjectName("subheading")
        self.gain = self._slider(self.tr("How strongly the difference is shown"), 1, LARGEST_GAIN, 1)
        self.gain.valueChanged.connect(self._set_gain)
        self.gain_label = label()
        self.caution = label(name="muted", wraps=True)
        self._stack = QStackedWidget()
        self._lay_out()
        view.turned.connect(self._refresh)
        self._set_gain(1)

    def show_way(self, way: Way) -> None:
        """Show the controls of a way."""
        if way is not Way.SIDE_BY_SIDE:
            self._stack.setCurrentIndex(int(way) - 1)
        self._refresh()

    def name(self, first: str, second: str) -> None:
        """Say which two pictures they are."""
        self._titles = (first, second)
        self.first.setText(first)
        self.second.setText(second)
        self._refresh()

    def warn(self, words: str) -> None:
        """Say more of how far the two can be laid on each other."""
        told = self.tr(
            "The difference of the pictures' luminance, pixel by pixel: black is alike. It shows differences of "
            "light, pose and expression as well as of the face, and proves nothing."
        )
        self.caution.setText(f"{told} {words}".strip())

    def _slider(self, name: str, least: int, most: int, value: int) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(least, most)
        made.setValue(value)
        made.setAccessibleName(name)
        return made

    def _set_gain(self, gain: int) -> None:
        self._view.set_gain(gain)
        self.gain_label.setText(self.tr("shown {times} times as strong").format(times=gain))

    def _turn(self) -> None:
        self._view.stand_still(self._view.is_blinking)

    def _refresh(self) -> None:
        self.now.setText(self._titles[self._view.shown])
        self.stop_button.setText(self.tr("Stop") if self._view.is_blinking else self.tr("Go on"))

    def _lay_out(self) -> None:
        overlay, blink, difference = QWidget(), QWidget(), QWidget()
        row = QHBoxLayout(overlay)
        row.addWidget(self.first, 1)
        row.addWidget(self.opacity, 2)
        row.addWidget(self.second, 1)
        row = QHBoxLayout(blink)
        row.addWidget(self.now, 1)
        row.addWidget(label(self.tr("Each for")))
        row.addWidget(self.interval)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(difference)
        row = QHBoxLayout()
        row.addWidget(self.caution, 3)
        row.addWidget(self.gain, 1)
        row.addWidget(self.gain_label)
        column.addLayout(row)
        for each in (overlay, blink, difference):
            layout = each.layout()
            if layout is not None:
                layout.setContentsMargins(0, 0, 0, 0)
            self._stack.addWidget(each)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
