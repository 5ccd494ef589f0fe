"""Set up a public appeal with the derived image that is chosen; a draft until somebody approves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from forensic_app.records import DerivedImage
from ui.desk import Desk
from ui.reports.standing_signature import signing_credentials
from ui.widgets.basics import label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

_ENDINGS = {"a4": ".pdf", "a3": ".pdf", "square": ".png", "portrait": ".png", "story": ".png"}


class PosterDialog(FormDialog):
    """Fields of a public appeal.

    Signals:
        made: The file that was written, and what became of it.
    """

    made = Signal(object, object)

    def __init__(self, desk: Desk, image: DerivedImage, case_id: str, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self.setObjectName("posterDialog")
        self._image, self._case_id = image, case_id
        self.name(self.tr("Public appeal"), self.tr("Write it…"))
        self.template = _choice(
            (self.tr("By the kind of the case"), ""),
            (self.tr("Missing person"), "missing-person"),
            (self.tr("Cold case"), "cold-case"),
            (self.tr("Unidentified: without a name"), "unidentified"),
        )
        self.language = _choice(
            ("English", ("en",)), ("Deutsch", ("de",)),
            ("English, Deutsch", ("en", "de")), ("Deutsch, English", ("de", "en")),
        )  # fmt: skip
        self.sheet = _choice(
            ("A4 (PDF)", "a4"),
            ("A3 (PDF)", "a3"),
            (self.tr("Square picture (PNG)"), "square"),
            (self.tr("Upright picture (PNG)"), "portrait"),
            (self.tr("Tall picture (PNG)"), "story"),
        )
        self.contact = QPlainTextEdit()
        self.contact.setTabChangesFocus(True)
        self.contact.setMaximumHeight(64)
        self.contact.setPlaceholderText(self.tr("Whom the public is to call, line by line"))
        self.link = QLineEdit()
        self.link.setPlaceholderText(self.tr("What the QR code holds; the contact where empty"))
        self.approved_by = QLineEdit()
        self.approved_by.setPlaceholderText(self.tr("Empty: DRAFT stands across the sheet"))
        self.recipient, self.purpose = QLineEdit(), QLineEdit()
        for text, widget in (
            (self.tr("&Template"), self.template),
            (self.tr("&Languages"), self.language),
            (self.tr("&Size"), self.sheet),
            (self.tr("&Contact"), self.contact),
            (self.tr("&Link"), self.link),
            (self.tr("Approved b&y"), self.approved_by),
            (self.tr("&Recipient"), self.recipient),
            (self.tr("&Purpose"), self.purpose),
        ):
            self.form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
            if isinstance(widget, QLineEdit | QPlainTextEdit):
                self.unprintable.watch(widget)
        words = self.tr("A text for the press is written beside it. Both are recorded.")
        self.form.addRow("", label(words, "muted", wraps=True))
        fit(self, 560, 560)
        self.contact.setFocus()

    def save(self) -> None:
        """Ask where to, and write it there."""
        ending = _ENDINGS[self.sheet.currentData()]
        name = f"{self._image.derived_image_id}-appeal{ending}"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Write the public appeal"), name, f"*{ending}",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if path:
            self.write_to(Path(path) if Path(path).suffix else Path(path).with_suffix(ending))

    def write_to(self, out: Path) -> None:
        """Write it to a new file; a refusal is said and the dialog stays."""
        given: dict[str, Any] = {
            "contact": self.contact.toPlainText(),
            "template": self.template.currentData(),
            "languages": tuple(self.language.currentData()),
            "size": self.sheet.currentData(),
            "link": self.link.text(),
            "approved_by": self.approved_by.text(),
            "recipient": self.recipient.text(),
            "purpose": self.purpose.text(),
        }
        case_id, image = self._case_id, self._image.derived_image_id

        def work(store: CaseStore) -> Any:
            from forensic_app.workflows.poster_export import Appeal, export_poster

            appeal = Appeal(case=case_id, image=image, **given)
            return export_poster(store, appeal, out, credentials=signing_credentials())

        self.write(work, lambda made: self.made.emit(out, made))


def _choice(*entries: tuple[str, Any]) -> Combo:
    combo = Combo()
    for words, value in entries:
        combo.addItem(words, value)
    return combo
