"""F1: the chapter of the page or dialog that one is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ui.manual.chapters import INDEX
from ui.pages import CASES, PACKS, SEARCH, WORKSTATION

if TYPE_CHECKING:
    from ui.main_window import MainWindow
    from ui.manual.manual_window import ManualWindow

KEY = "F1"
TABS = ("first-steps", "photographs", "ageing", "comparing", "reports", "custody")
"""Chapters of the parts of a case, in the order of its tabs."""
PAGES = {CASES: "first-steps", SEARCH: "searching", PACKS: "settings", WORKSTATION: "settings"}
START = "first-steps"
DIALOGS = {
    "CaseDialog": "first-steps", "SubjectDialog": "first-steps", "StatusDialog": "first-steps",
    "IntakeDialog": "photographs", "ExhibitDialog": "photographs", "WithdrawDialog": "photographs",
    "NewRunDialog": "ageing", "BatchDialog": "ageing", "LicenceDialog": "ageing", "ReasonsDialog": "comparing",
    "CompareDialog": "comparing", "NoteDialog": "comparing", "AmendNoteDialog": "comparing", "NotesDialog": "comparing",

    "GalleryDialog": "searching", "EnrolDialog": "searching", "LeadsDialog": "searching",
    "ReportDialog": "reports", "PosterDialog": "reports", "InspectionDialog": "reports",
    "BundleDialog": "reports", "IdentityDialog": "reports", "ConsentsDialog": "photographs",
    "RecordConsentDialog": "photographs", "WithdrawConsentDialog": "photographs", "BackupDialog": "custody",
    "RelativesDialog": "photographs", "RecordRelativeDialog": "photographs", "TakeBackRelativeDialog": "photographs",
    "SettingsDialog": "settings", "ImportDialog": "settings", "ShortcutsDialog": "index",
}  # fmt: skip
"""Chapters of dialogs, by class."""


class Help(QObject):
    """Opens the manual at the right place, from the window and from its dialogs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._manual: ManualWindow | None = None
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._serve)

    def chapter(self) -> str:
        """Return the chapter of what the window shows."""
        window = self._window
        if window.shown_workspace() is not None:
            return TABS[window.shown_workspace().tabs.currentIndex()]
        if window.session is None and not any(each.isVisible() for each in window.pages.values()):
            return START
        shown = next((name for name, page in window.pages.items() if page.isVisible()), "")
        return PAGES.get(shown, INDEX)

    def show_here(self) -> None:
        """Show the manual at the chapter of what the window shows."""
        self.show_chapter(self.chapter())

    def show_chapter(self, name: str) -> ManualWindow:
        """Show a chapter beside the window and return the manual."""
        from ui.manual.manual_window import ManualWindow

        if self._manual is None or not shiboken6.isValid(self._manual):
            self._manual = ManualWindow(self._window.theme, self._window)
        return _shown(self._manual, name)

    def _serve(self, window: QWindow | None) -> None:
        """Give a dialog that comes to the front the key: a modal one takes it from the window."""
        dialog = QApplication.activeModalWidget() if window is not None else None
        if not isinstance(dialog, QDialog) or dialog.property("hasHelp") or not self._is_ours(dialog):
            return
        dialog.setProperty("hasHelp", True)
        QShortcut(QKeySequence(KEY), dialog).activated.connect(lambda: self._show_for(dialog))

    def _is_ours(self, dialog: QWidget) -> bool:
        return self._window in (dialog.window(), *_parents(dialog))

    def _show_for(self, dialog: QDialog) -> None:
        from ui.manual.manual_window import ManualWindow

        manual = ManualWindow(self._window.theme, dialog)
        manual.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        _shown(manual, DIALOGS.get(type(dialog).__name__, INDEX))


def _shown(manual: ManualWindow, name: str) -> ManualWindow:
    manual.show_chapter(name)
    manual.show()
    manual.activateWindow()
    manual.page.setFocus()
    return manual


def _parents(widget: QWidget) -> list[QWidget]:
    found, parent = [], widget.parentWidget()
    while parent is not None:
        found.append(parent)
        parent = parent.parentWidget()
    return found
