"""The pages of a PDF: their numbers, zoom and search, with the mouse and by keys alone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QApplication, QMainWindow
from reportlab.pdfgen.canvas import Canvas

from tests.ui.conftest import WAIT_MS
from ui.reports.pdf_pane import LARGEST_ZOOM, ZOOM_STEP, PdfPane
from ui.theme import Theme

PAGES = 12
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def pdf(pages: int, words: str = "Checkpoint") -> bytes:
    """Return a file with a word on every third page."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for page in range(pages):
        canvas.drawString(100, 700, f"This is page {page + 1}.")
        if page % 3 == 2:
            canvas.drawString(100, 400, f"A {words} stands here.")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.fixture
def pane(qapp: QApplication, qtbot: Any) -> PdfPane:
    made = PdfPane(Theme(qapp, "light"))
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    made.show_pdf(pdf(PAGES))
    made._view.setFocus()
    return made


def current(pane: PdfPane) -> int:
    return pane._view.pageNavigator().currentPage() + 1


def test_it_says_which_page_of_how_many_and_goes_to_one(pane: PdfPane, qtbot: Any) -> None:
    assert (pane.page.value(), pane.page.maximum(), pane._of.text()) == (1, PAGES, f"of {PAGES}")
    pane.page.setValue(7)
    qtbot.waitUntil(lambda: current(pane) == 7, timeout=WAIT_MS)
    bar = pane._view.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: pane.page.value() >= PAGES - 1, timeout=WAIT_MS)
    pane.show_pdf(pdf(3))
    assert (pane.page.maximum(), pane.page_count()) == (3, 3)
    pane.show_pdf(b"")
    assert pane.page_count() == 0
    assert not pane._bar.isEnabled()
    pane.find_next()
    pane.go_to_page(2)


def test_pages_are_shown_larger_smaller_and_fitted_by_keys(pane: PdfPane, qtbot: Any) -> None:
    first = pane.zoom()
    qtbot.keyClick(pane._view, Qt.Key.Key_Plus, CONTROL)
    assert pane.zoom() == pytest.approx(first * ZOOM_STEP, rel=0.02)
    qtbot.keyClick(pane._view, Qt.Key.Key_Plus, CONTROL | SHIFT)
    assert pane.zoom() > first * ZOOM_STEP
    for _ in range(40):
        qtbot.keyClick(pane._view, Qt.Key.Key_Plus, CONTROL)
    assert pane.zoom() == LARGEST_ZOOM
    for _ in range(4):
        qtbot.keyClick(pane._view, Qt.Key.Key_Minus, CONTROL)
    assert pane.zoom() < LARGEST_ZOOM
    qtbot.keyClick(pane._view, Qt.Key.Key_0, CONTROL)
    assert pane._view.zoomMode() == QPdfView.ZoomMode.FitToWidth
    assert pane.zoom() == pytest.approx(first)


def test_words_are_found_page_after_page_by_keys_alone(pane: PdfPane, qtbot: Any) -> None:
    qtbot.keyClick(pane._view, Qt.Key.Key_F, CONTROL)
    assert pane.words.hasFocus()
    qtbot.keyClicks(pane.words, "checkpoint")
    qtbot.waitUntil(lambda: pane.hits.text() == "1 of 4", timeout=WAIT_MS)
    assert 3 in pages_in_view(pane)
    qtbot.keyClick(pane.words, Qt.Key.Key_Return)
    assert pane.hits.text() == "2 of 4"
    assert 6 in pages_in_view(pane)
    qtbot.keyClick(pane.words, Qt.Key.Key_F3)
    assert pane.hits.text() == "3 of 4"
    assert 9 in pages_in_view(pane)
    qtbot.keyClick(pane.words, Qt.Key.Key_F3, SHIFT)
    qtbot.keyClick(pane.words, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClick(pane.words, Qt.Key.Key_Return, SHIFT)
    assert pane.hits.text() == "4 of 4"
    assert 12 in pages_in_view(pane)
    qtbot.keyClick(pane.words, Qt.Key.Key_Escape)
    assert not pane.words.isVisible()
    assert pane._view.hasFocus()
    assert pane.hits.text() == ""


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0])
def test_a_place_that_is_found_is_brought_into_view(pane: PdfPane, qtbot: Any, zoom: float) -> None:
    pane.zoom_by(zoom / pane.zoom())
    pane.words.setText("stands")
    qtbot.waitUntil(lambda: pane.hits.text() == "1 of 4", timeout=WAIT_MS)
    for page in (3, 6, 9, 12):
        qtbot.waitUntil(lambda page=page: page in pages_in_view(pane), timeout=WAIT_MS)
        place = pane._search.resultAtIndex(pane._found)
        scale = pane._pixels_per_point(place.page())
        top = (
            pane._top_of(place.page()) + place.location().y() * scale - pane._view.verticalScrollBar().value()
        )
        assert 0 <= top <= pane._view.viewport().height()
        pane.find_next()


def pages_in_view(pane: PdfPane) -> list[int]:
    """Return the numbers of the pages that the view shows any of."""
    start = pane._view.verticalScrollBar().value()
    end = start + pane._view.viewport().height()
    tops = [pane._top_of(page) for page in range(pane.page_count() + 1)]
    return [page + 1 for page in range(pane.page_count()) if tops[page + 1] > start and tops[page] < end]


def test_where_a_page_begins_is_where_the_view_puts_it(pane: PdfPane, qtbot: Any) -> None:
    for number in (5, 2, 8):
        pane.go_to_page(number)
        qtbot.waitUntil(lambda number=number: current(pane) == number, timeout=WAIT_MS)
        gap = pane._view.verticalScrollBar().value() - pane._top_of(number - 1)
        assert abs(gap) <= 12


def test_what_stands_nowhere_is_said_once_all_pages_were_searched(pane: PdfPane, qtbot: Any) -> None:
    pane.open_search()
    pane.words.setText("no such word")
    assert pane.hits.text() in {"searching…", "not found"}
    qtbot.waitUntil(lambda: pane.hits.text() == "not found", timeout=WAIT_MS)
    pane.words.setText("checkpoint")
    qtbot.waitUntil(lambda: pane.hits.text() == "1 of 4", timeout=WAIT_MS)
    pane.show_pdf(pdf(3))
    qtbot.waitUntil(lambda: pane.hits.text() == "1 of 1", timeout=WAIT_MS)


def test_a_page_is_asked_for_by_keys(pane: PdfPane, qtbot: Any) -> None:
    qtbot.keyClick(pane._view, Qt.Key.Key_G, CONTROL)
    assert pane.page.hasFocus()
    qtbot.keyClicks(pane.page, "9")
    qtbot.keyClick(pane.page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current(pane) == 9, timeout=WAIT_MS)


def test_its_keys_go_before_the_windows_own(qapp: QApplication, qtbot: Any) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    asked: list[bool] = []
    action = QAction("Find a case", window)
    action.setShortcut(QKeySequence("Ctrl+F"))
    action.triggered.connect(asked.append)
    window.addAction(action)
    pane = PdfPane(Theme(qapp, "light"))
    window.setCentralWidget(pane)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    pane.show_pdf(pdf(2))
    pane._view.setFocus()
    qtbot.waitUntil(pane._view.hasFocus, timeout=WAIT_MS)
    qtbot.keyClick(pane._view, Qt.Key.Key_F, CONTROL)
    assert pane.words.hasFocus()
    assert asked == []


def test_every_button_and_field_has_a_name(pane: PdfPane) -> None:
    from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox

    for kind in (QPushButton, QSpinBox):
        assert all(each.accessibleName() for each in pane.findChildren(kind))
    assert pane.words.accessibleName()
    assert isinstance(pane.words, QLineEdit)
