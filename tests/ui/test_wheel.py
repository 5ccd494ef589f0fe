"""The mouse wheel scrolls a page and changes no field."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QSlider, QVBoxLayout, QWidget

from ui.widgets.basics import scrolled


def turn(field: QWidget) -> None:
    """Turn the wheel by a notch with the pointer on a field."""
    place = QPointF(field.rect().center())
    event = QWheelEvent(
        place,
        QPointF(field.mapToGlobal(field.rect().center())),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)


@pytest.mark.parametrize("is_late", [False, True], ids=["there from the start", "added later"])
def test_the_wheel_over_a_field_scrolls_the_page(qtbot: Any, is_late: bool) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    combo, spin, slider = QComboBox(), QDoubleSpinBox(), QSlider(Qt.Orientation.Horizontal)
    combo.addItems(["one", "two", "three"])
    spin.setValue(5.0)
    slider.setValue(50)
    fields = (combo, spin, slider)
    if not is_late:
        for field in fields:
            column.addWidget(field)
    area = scrolled(page)
    qtbot.addWidget(area)
    area.resize(300, 120)
    area.show()
    qtbot.waitExposed(area)
    if is_late:
        for field in fields:
            column.addWidget(field)
    for _ in range(40):
        column.addWidget(QWidget(minimumHeight=20))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 100)
    before = [combo.currentIndex(), spin.value(), slider.value()]
    for field in fields:
        field.setFocus()
        place = area.verticalScrollBar().value()
        turn(field)
        assert area.verticalScrollBar().value() > place
    assert [combo.currentIndex(), spin.value(), slider.value()] == before
