"""Derived images leave the window: exported, copied, dragged, printed, or on a contact sheet; each is recorded.

Rules:
    * What leaves bears its band, its name and the digest of its file, whichever way it goes.
    * A casebook that is open for reading only hands nothing out: it could not be recorded.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDrag, QGuiApplication, QImage, QKeySequence, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QToolButton, QWidget

from forensic_app.errors import ForensicAppError
from forensic_app.private import make_private_folder
from forensic_app.records import DerivedImage, Exhibit
from ui.comparison.poster_dialog import PosterDialog
from ui.desk import Desk
from ui.reports.printing import print_pages
from ui.reports.standing_signature import signing_credentials
from ui.widgets.basics import keep_icon
from ui.widgets.plain import set_tip
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.image_export import HandedOut
    from forensic_app.workflows.poster_export import MadePoster

_DRAGGED_PX = 96


class ImageExport(QObject):
    """The ways out for the image that is chosen.

    Signals:
        told: A sentence on what was done, and its tone.
    """

    told = Signal(str, str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self._image: DerivedImage | None = None
        self._exhibit: Exhibit | None = None
        self._prepared: HandedOut | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.export_action = self._action(self.tr("Export this image…"), self.export, "Ctrl+S")
        self.copy_action = self._action(self.tr("Copy this image"), self.copy, QKeySequence.StandardKey.Copy)
        self.print_action = self._action(self.tr("Print this image…"), self.print_image, "")
        self.sheet_action = self._action(self.tr("Contact sheet of the run…"), self.export_run_sheet, "")
        self.subject_action = self._action(
            self.tr("Contact sheet of the subject…"), self.export_subject_sheet, ""
        )
        self.poster_action = self._action(self.tr("Public appeal…"), self.set_up_poster, "")
        desk.session.about_to_close.connect(self._clean)
        self.show_image(None, None)

    @property
    def actions(self) -> tuple[QAction, ...]:
        """Everything that can be done, in order."""
        return (
            self.export_action, self.copy_action, self.print_action, self.sheet_action, self.subject_action,
            self.poster_action,
        )  # fmt: skip

    def menu_button(self) -> QToolButton:
        """Return a button that offers every way out."""
        menu = QMenu(self._window)
        menu.addActions(self.actions)
        made = QToolButton()
        made.setAccessibleName(self.tr("Export"))
        set_tip(made, self.tr("Export, copy, print, contact sheet"))
        keep_icon(made, self._desk.theme, "export")
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def show_image(self, image: DerivedImage | None, exhibit: Exhibit | None) -> None:
        """Take notice of the image that is chosen, and of the exhibit that it goes back to."""
        self._image, self._exhibit, self._prepared = image, exhibit, None
        can = image is not None and not self._desk.session.is_read_only
        why = (
            "" if can else self.tr("What is handed out is recorded; this casebook is open for reading only.")
        )
        for each in self.actions:
            each.setEnabled(can)
            set_tip(each, why)
        self.poster_action.setEnabled(can and exhibit is not None)
        self.subject_action.setEnabled(can and exhibit is not None and exhibit.subject_id is not None)

    def export(self) -> None:
        """Ask for a file and write the image to it."""
        if self._image is not None:
            name = self._image.derived_image_id
            path = self._ask_file(self.tr("Export the image"), f"{name}.png")
            if path is not None:
                self.write(name, path)

    def export_run_sheet(self) -> None:
        """Ask for a file and write a contact sheet of the run to it."""
        if self._image is not None:
            self._export_sheet(self._image.run_id)

    def export_subject_sheet(self) -> None:
        """Ask for a file and write a contact sheet of the subject to it."""
        if self._exhibit is not None and self._exhibit.subject_id is not None:
            self._export_sheet(self._exhibit.subject_id)

    def set_up_poster(self) -> None:
        """Set up a public appeal with the image."""
        if self._image is None or self._exhibit is None:
            return
        dialog = PosterDialog(self._desk, self._image, self._exhibit.case_id, self._window)
        dialog.made.connect(self._tell_poster)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _tell_poster(self, path: Path, made: MadePoster) -> None:
        words = self.tr("{file} was written, and the text for the press beside it; that is recorded.")
        if made.is_draft:
            words += " " + self.tr("It is a draft: nobody approved it.")
        self.told.emit(" ".join((words.format(file=path.name), *made.notes)), "good")

    def write(self, name: str, path: Path, *, is_sheet: bool = False) -> None:
        """Write an image or a contact sheet to a new file, which is recorded."""

        def work(store: CaseStore) -> Any:
            from forensic_app.workflows.image_export import hand_out_to_file

            return hand_out_to_file(store, name, path, is_sheet=is_sheet, credentials=signing_credentials())

        words = self.tr("{name} was written to {file}; that is recorded.").format(name=name, file=path.name)

        def done(made: HandedOut) -> None:
            self.told.emit(" ".join((words, *made.notes)), "good")

        self._desk.session.write(work, self, done, self._failed)

    def copy(self) -> None:
        """Put the image on the clipboard, which is recorded."""

        def done(made: HandedOut) -> None:
            QGuiApplication.clipboard().setImage(QImage.fromData(made.data))
            self.told.emit(
                self.tr("{name} was copied; that is recorded.").format(name=made.object_id), "good"
            )

        self._hand_out("clipboard", done)

    def print_image(self) -> None:
        """Ask for a printer and print the image, which is recorded."""
        if self._image is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self._window)
        dialog.setObjectName("imagePrintDialog")
        dialog.accepted.connect(lambda: self.print_on(printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)

    def print_on(self, printer: QPrinter) -> None:
        """Print the image on a printer that was chosen."""

        def done(made: HandedOut) -> None:
            if print_pages([QImage.fromData(made.data)], printer):
                self.told.emit(
                    self.tr("{name} went to the printer; that is recorded.").format(name=made.object_id),
                    "good",
                )
            else:
                self.told.emit(
                    self.tr("The printer did not take the image. It is on record as printed."), "bad"
                )

        self._hand_out("printed", done, place=printer.printerName() or printer.outputFileName())

    def prepare_drag(self) -> None:
        """Have the image ready for when it is dragged; nothing is recorded before it is dropped."""
        image = self._image
        if image is None or self._prepared is not None or self._desk.session.is_read_only:
            return
        name = image.derived_image_id

        def work(store: CaseStore) -> HandedOut:
            from forensic_app.workflows.image_export import image_to_hand_out

            return image_to_hand_out(store, name, credentials=signing_credentials())

        def keep(made: HandedOut) -> None:
            if self._image is not None and self._image.derived_image_id == made.object_id:
                self._prepared = made

        self._desk.session.read(work, self, keep, self._failed)

    def drag(self) -> None:
        """Drag the image out of the window, once it is ready; a drop that is taken is recorded."""
        made = self._prepared
        if made is None:
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="forensic-app-drag-")
            make_private_folder(Path(self._folder.name))
        path = Path(self._folder.name) / f"{made.object_id}.png"
        path.write_bytes(made.data)
        picture = QImage.fromData(made.data)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        data.setImageData(picture)
        drag = QDrag(self._window)
        drag.setMimeData(data)
        small = picture.scaledToWidth(_DRAGGED_PX, Qt.TransformationMode.SmoothTransformation)
        drag.setPixmap(QPixmap.fromImage(small))
        if drag.exec(Qt.DropAction.CopyAction) is not Qt.DropAction.IgnoreAction:
            self.record_drop(made)

    def record_drop(self, made: HandedOut) -> None:
        """Record that an image was dropped on another program."""
        words = self.tr("{name} was dropped outside; that is recorded.").format(name=made.object_id)
        self._record(made, "dragged", "", lambda: self.told.emit(words, "good"))

    def _export_sheet(self, name: str) -> None:
        path = self._ask_file(self.tr("Write a contact sheet"), f"{name}-contact-sheet.png")
        if path is not None:
            self.write(name, path, is_sheet=True)

    def _hand_out(self, way: str, then: Callable[[HandedOut], None], *, place: str = "") -> None:
        """Make the image, record that it goes, and let it go then."""
        if self._image is None:
            return
        name = self._image.derived_image_id

        def work(store: CaseStore) -> HandedOut:
            from forensic_app.workflows.image_export import image_to_hand_out, record_handing_out

            made = image_to_hand_out(store, name)
            record_handing_out(store, made, way, place=place)
            return made

        self._desk.session.write(work, self, then, self._failed)

    def _record(self, made: HandedOut, way: str, place: str, then: Callable[[], None]) -> None:
        def work(store: CaseStore) -> None:
            from forensic_app.workflows.image_export import record_handing_out

            record_handing_out(store, made, way, place=place)

        self._desk.session.write(work, self, lambda _: then(), self._failed)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.told.emit(error_words(error), "bad")
        else:
            self._desk.session.failed.emit(error)

    def _ask_file(self, title: str, name: str) -> Path | None:
        path, chosen = QFileDialog.getSaveFileName(
            self._window, title, name, self.tr("PNG picture (*.png);;JPEG picture (*.jpg)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if not path:
            return None
        made = Path(path)
        return made if made.suffix else made.with_suffix(".jpg" if "jpg" in chosen else ".png")

    def _clean(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _action(self, text: str, do: Callable[[], None], keys: str | QKeySequence.StandardKey) -> QAction:
        made = QAction(text, self)
        made.triggered.connect(lambda _=False: do())
        if keys:
            made.setShortcut(QKeySequence(keys))
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return made
