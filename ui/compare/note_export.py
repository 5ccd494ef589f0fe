"""Pictures leave the comparison with what stands on them: to a file or a printer, marked and recorded as everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from forensic_app.errors import ForensicAppError
from ui.desk import Desk
from ui.reports.printing import print_pages
from ui.reports.standing_signature import signing_credentials
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.image_export import HandedOut


class NoteExport(QObject):
    """The ways out for a picture with its notes.

    Signals:
        told: A sentence on what was done, and its tone.
    """

    told = Signal(str, str)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window

    def hand_out(self, name: str, is_printed: bool) -> None:
        """Ask for a printer or for a file, and hand a picture out with its notes."""
        if is_printed:
            self.ask_printer(name)
        else:
            self.export(name)

    def export(self, name: str) -> None:
        """Ask for a file and write a picture with its notes to it."""
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export with notes"), f"{name}-notes.png",
            self.tr("PNG picture (*.png);;JPEG picture (*.jpg)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if path:
            self.write(name, Path(path) if Path(path).suffix else Path(f"{path}.png"))

    def write(self, name: str, path: Path) -> None:
        """Write a picture with its notes to a new file, which is recorded."""

        def work(store: CaseStore) -> HandedOut:
            from forensic_app.workflows.image_export import hand_out_to_file

            return hand_out_to_file(store, name, path, with_notes=True, credentials=signing_credentials())

        def done(made: HandedOut) -> None:
            words = self.tr("{name} was written to {file} with its notes; that is recorded.")
            self.told.emit(" ".join((words.format(name=name, file=path.name), *made.notes)), "good")

        self._desk.session.write(work, self, done, self._failed)

    def ask_printer(self, name: str) -> None:
        """Ask for a printer and print a picture with its notes, which is recorded."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self._window)
        dialog.setObjectName("notesPrintDialog")
        dialog.accepted.connect(lambda: self.print_on(name, printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)

    def print_on(self, name: str, printer: QPrinter) -> None:
        """Print a picture with its notes on a printer that was chosen."""
        place = printer.printerName() or printer.outputFileName()

        def work(store: CaseStore) -> HandedOut:
            from forensic_app.workflows.image_export import PRINTED, noted_to_hand_out, record_handing_out

            made = noted_to_hand_out(store, name)
            record_handing_out(store, made, PRINTED, place=place)
            return made

        def done(made: HandedOut) -> None:
            if print_pages([QImage.fromData(made.data)], printer):
                words = self.tr("{name} went to the printer with its notes; that is recorded.")
                self.told.emit(words.format(name=name), "good")
            else:
                self.told.emit(
                    self.tr("The printer did not take the picture. It is on record as printed."), "bad"
                )

        self._desk.session.write(work, self, done, self._failed)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.told.emit(error_words(error), "bad")
        else:
            self._desk.session.failed.emit(error)
