"""Print a report: its pages are drawn in the background and go to a printer of the system."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPageLayout, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter

DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72


def drawn_pages(data: bytes) -> list[QImage]:
    """Return the pages of a PDF as pictures of 200 dots an inch; needs no window and may run in any thread.

    Args:
        data: The PDF.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    scale = DOTS_PER_INCH / _POINTS_PER_INCH
    pages = []
    for number in range(document.pageCount()):
        size = document.pagePointSize(number)
        drawn = document.render(number, QSize(round(size.width() * scale), round(size.height() * scale)))
        page = QImage(drawn.size(), QImage.Format.Format_RGB32)
        page.fill(0xFFFFFFFF)
        painter = QPainter(page)
        painter.drawImage(0, 0, drawn)
        painter.end()
        pages.append(page)
    document.close()
    return pages


def print_pages(pages: Sequence[QImage], printer: QPrinter) -> bool:
    """Print pages, each as large as the paper allows; returns whether the printer took them.

    Args:
        pages: As :func:`drawn_pages` gives them.
        printer: Chosen by the examiner.
    """
    printer.setFullPage(True)
    painter = QPainter()
    if not pages or not _turned(printer, pages[0]) or not painter.begin(printer):
        return False
    first = max(printer.fromPage(), 1)
    last = min(printer.toPage() or len(pages), len(pages))
    for number in range(first, last + 1):
        if number > first and not (_turned(printer, pages[number - 1]) and printer.newPage()):
            painter.end()
            return False
        page = pages[number - 1]
        paper = QRectF(printer.pageRect(QPrinter.Unit.DevicePixel))
        size = page.size().scaled(paper.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRectF(0, 0, size.width(), size.height()), page)
    return bool(painter.end())


def _turned(printer: QPrinter, page: QImage) -> bool:
    lies = page.width() > page.height()
    wanted = QPageLayout.Orientation.Landscape if lies else QPageLayout.Orientation.Portrait
    return printer.pageLayout().orientation() == wanted or printer.setPageOrientation(wanted)
