"""The one door for texts with headings, tables, pictures and links: Markdown, and nothing that acts.

Rules:
    * Marks of HTML in a text are shown as they stand; characters that hide or turn the direction are spelt out.
    * No file is read but pictures of the folder that the page was given; nothing is fetched from anywhere.
    * A link does nothing by itself: the page tells which one was followed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QImage,
    QImageReader,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from forensic_app.visible import visible_lines

_MARGIN_PX = 14
_SETTLE_MS = 60
_WIDEST_PX = 1400


class MarkdownPage(QTextBrowser):
    """Shows a text of the program or of a model pack; scrolls with the keys, and Tab goes from link to link.

    Signals:
        followed: Target of the link that was followed, as it is written.
    """

    followed = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make an empty page that screen readers call ``name``."""
        super().__init__(parent)
        self._pictures: Path | None = None
        self._base = QUrl()
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.anchorClicked.connect(lambda url: self.followed.emit(url.toString()))
        self.document().setDocumentMargin(_MARGIN_PX)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._fit_pictures)

    def show_text(self, markdown: str, *, folder: Path | None = None, pictures: Path | None = None) -> None:
        """Show a text.

        Args:
            markdown: The text.
            folder: Where the paths of its pictures begin.
            pictures: Folder of the pictures that may be shown; none are without it.
        """
        self._pictures = pictures.resolve() if pictures is not None else None
        self._base = QUrl.fromLocalFile(f"{folder}/") if folder is not None else QUrl()
        document = self.document()
        document.clear()
        document.setBaseUrl(self._base)
        features = QTextDocument.MarkdownFeature
        document.setMarkdown(
            "\n".join(visible_lines(markdown)),
            features.MarkdownDialectGitHub | features.MarkdownNoHTML,
        )
        self._dress_tables()
        self._fit_pictures()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def show_heading(self, words: str) -> bool:
        """Scroll to the heading with these words and return whether there is one."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text().strip() == words.strip():
                self.setTextCursor(QTextCursor(block))
                at = self.cursorRect().topLeft() + QPoint(0, self.verticalScrollBar().value())
                self.verticalScrollBar().setValue(at.y() - _MARGIN_PX)
                return True
            block = block.next()
        return False

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture of the page's own folder; nothing else is read."""
        path = Path(self._base.resolved(QUrl(name)).toLocalFile()).resolve()
        allowed = self._pictures
        if kind != QTextDocument.ResourceType.ImageResource.value or allowed is None:
            return None
        if not path.is_relative_to(allowed) or not path.is_file():
            return None
        reader = QImageReader(str(path))
        return reader.read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures to another width, once it stays."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settling.start()

    def _fit_pictures(self) -> None:
        """Make pictures as wide as the page, at most as wide as they are."""
        room = min(self.viewport().width() - 2 * _MARGIN_PX - 4, _WIDEST_PX)
        document, block = self.document(), self.document().begin()
        while block.isValid():
            fragments = block.begin()
            while not fragments.atEnd():
                fragment = fragments.fragment()
                shape = fragment.charFormat().toImageFormat()
                if fragment.charFormat().isImageFormat() and shape.isValid():
                    image = document.resource(
                        QTextDocument.ResourceType.ImageResource.value, QUrl(shape.name())
                    )
                    if isinstance(image, QImage) and not image.isNull():
                        shape.setWidth(min(image.width(), room))
                        cursor = QTextCursor(document)
                        cursor.setPosition(fragment.position())
                        cursor.setPosition(
                            fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor
                        )
                        cursor.setCharFormat(shape)
                fragments += 1
            block = block.next()

    def _dress_tables(self) -> None:
        """Give tables thin lines and room in their cells."""
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                dress = frame.format()
                dress.setCellPadding(5)
                dress.setCellSpacing(0)
                dress.setBorder(1)
                dress.setBorderCollapse(True)
                dress.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                dress.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
                dress.setBorderBrush(self.palette().mid())
                dress.setProperty(QTextFormat.Property.BlockBottomMargin, 8.0)
                frame.setFormat(dress)
