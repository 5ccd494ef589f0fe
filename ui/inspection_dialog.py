"""Lead a picture or document back to its run: every mark that is found in it, and what each proves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from forensic_app.errors import ForensicAppError
from ui.widgets.basics import Banner, Card, clear, label, scrolled
from ui.widgets.fitting import fit
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.workflows.inspecting import Inspection, Mark
    from ui.background import Background
    from ui.session import Session


class InspectionDialog(QDialog):
    """What is found in one file; looks for it beside the event loop.

    Attributes:
        banner: The whole, as a sentence.
    """

    def __init__(self, path: Path, background: Background, session: Session | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inspectionDialog")
        self.setWindowTitle(self.tr("Inspect a file"))
        self.banner = Banner()
        self._background, self._session = background, session
        self.finished.connect(self.deleteLater)
        content = QWidget()
        self._marks = QVBoxLayout(content)
        self._marks.setSpacing(10)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(path.name, "heading", wraps=True))
        column.addWidget(self.banner)
        column.addWidget(scrolled(content), 1)
        column.addWidget(buttons)
        self.banner.say(self.tr("Looking for marks; this takes some seconds…"))
        fit(self, 680, 620)

        def work() -> Inspection:
            from forensic_app.workflows.inspecting import inspect_file

            if session is None:
                return inspect_file(path, store=None)
            with session.copying:
                return inspect_file(path, store=session.store)

        background.in_pool(work, self, self._show, self._failed)

    def _show(self, found: Inspection) -> None:
        self.banner.say(found.summary, "good" if found.run_id else "info")
        clear(self._marks)
        if self._session is None:
            words = self.tr("No casebook is open: open the one that the file may come from, and ask again.")
            self._marks.addWidget(label(words, "muted", wraps=True))
        self._marks.addWidget(label(f"SHA-256 {found.sha256}", "digest", wraps=True, selectable=True))
        for mark in found.marks:
            self._marks.addWidget(self._card(mark))
        self._marks.addStretch(1)

    def _card(self, mark: Mark) -> QWidget:
        kinds = {
            "digest": self.tr("Digest"),
            "signature": self.tr("Signature of the PDF"),
            "c2pa": self.tr("Content credentials"),
            "xmp": self.tr("XMP"),
            "watermark": self.tr("Invisible mark"),
            "band": self.tr("Band"),
        }
        states = {
            "known": self.tr("known here"),
            "found": self.tr("found"),
            "strange": self.tr("of another casebook or laboratory"),
            "invalid": self.tr("does not fit"),
            "none": self.tr("not found"),
            "not checked": self.tr("not checked"),
        }
        heading = f"{kinds.get(mark.kind, mark.kind)}: {states.get(mark.status, mark.status)}"
        card = Card(heading)
        card.setAccessibleName(heading)
        column = card.body
        column.addWidget(label(mark.words, wraps=True, selectable=True))
        if mark.proves:
            proves = self.tr("Proves: {words}").format(words=mark.proves)
            column.addWidget(label(proves, "muted", wraps=True))
            proves_not = self.tr("Does not prove: {words}").format(words=mark.proves_not)
            column.addWidget(label(proves_not, "muted", wraps=True))
        return card

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
            return
        self.reject()
        self._background.failed.emit(error)


def choose_and_inspect(background: Background, session: Session | None, parent: QWidget) -> None:
    """Ask for a file and show what is found in it."""
    path, _ = QFileDialog.getOpenFileName(
        parent, QCoreApplication.translate("InspectionDialog", "Inspect a file")
    )
    if path:
        InspectionDialog(Path(path), background, session, parent).open()
