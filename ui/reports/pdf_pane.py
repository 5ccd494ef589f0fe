"""Pages of a PDF."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QVBoxLayout, QWidget


class PdfPane(QWidget):
    """Shows the bytes of a PDF.

    The document is made before the view and is its sibling: children are deleted in the order of their making,
    and a document that is deleted after its view still tells it so.
    """

    def __init__(self) -> None:
        super().__init__()
        self._document = QPdfDocument(self)
        self._buffer = QBuffer(self)
        self._view = QPdfView(self)
        self._view.setDocument(self._document)
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.setAccessibleName(self.tr("Pages of the report"))
        self.setFocusProxy(self._view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)

    def show_pdf(self, data: bytes) -> None:
        """Show a document; empty bytes show nothing."""
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(data))
        if data:
            self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
            self._document.load(self._buffer)

    def page_count(self) -> int:
        """Return the number of pages shown."""
        return self._document.pageCount()

    def words_of_page(self, page: int) -> str:
        """Return the text of a page, counted from 0."""
        return self._document.getAllText(page).text()
