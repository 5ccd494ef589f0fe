"""The first page: who works, and which casebook."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from forensic_app.settings import resources_dir
from ui.preferences import Preferences
from ui.theme import Theme
from ui.widgets.basics import Banner, Card, button, label, scrolled
from ui.widgets.casework_mark import CaseworkMark
from ui.widgets.plain import list_item, set_tip


class StartPage(QWidget):
    """Create or open a casebook, or see the demonstration.

    Signals:
        casebook_chosen: Folder to open.
        casebook_wanted: Folder to make a casebook in.
        demonstration_wanted: Folder to make the demonstration in.
        demonstration_stopped: The examiner wants it no more.
    """

    casebook_chosen = Signal(Path)
    casebook_wanted = Signal(Path)
    demonstration_wanted = Signal(Path)
    demonstration_stopped = Signal()

    def __init__(self, preferences: Preferences, theme: Theme) -> None:
        super().__init__()
        self.preferences = preferences
        self._theme = theme
        self.banner = Banner()
        self.examiner = QLineEdit(preferences.examiner)
        self.examiner.setPlaceholderText(self.tr("First and last name"))
        self.examiner.setAccessibleName(self.tr("Examiner"))
        self.examiner.textChanged.connect(self._name_changed)
        self.create_button = button(
            self.tr("Create a casebook…"), self.choose_new, kind="primary", icon="add", theme=theme
        )
        self.open_button = button(self.tr("Open a casebook…"), self.choose, icon="folder", theme=theme)
        self.demo_button = button(
            self.tr("Open the demonstration case"), self._demonstrate, icon="run", theme=theme
        )
        self.recent = QListWidget()
        self.recent.setAccessibleName(self.tr("Recent casebooks"))
        self.recent.itemActivated.connect(
            lambda item: self.casebook_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        self.recent.itemClicked.connect(
            lambda item: self.casebook_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the demonstration"))
        self.progress_text = label(name="muted")
        self.stop_button = button(self.tr("Stop"), self.demonstration_stopped.emit, icon="stop", theme=theme)
        self._lay_out()
        self.show_progress(None)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent casebooks."""
        self.recent.clear()
        for folder in self.preferences.recent_casebooks:
            item = list_item(self._theme.icon("folder"), folder.name, str(folder.parent))
            item.setData(Qt.ItemDataRole.UserRole, folder)
            self.recent.addItem(item)
        self._recent_card.setVisible(self.recent.count() > 0)
        self._refresh_buttons()
        (self.create_button if self.examiner_name() else self.examiner).setFocus()

    def examiner_name(self) -> str:
        """Return who works."""
        return self.examiner.text().strip()

    def show_progress(self, fraction: float | None, words: str = "") -> None:
        """Show how far the demonstration is; ``None`` hides it."""
        for widget in (self.progress, self.progress_text, self.stop_button):
            widget.setVisible(fraction is not None)
        self._is_busy = fraction is not None
        if fraction is not None:
            self.progress.setRange(0, 0 if fraction < 0 else 1000)
            self.progress.setValue(round(max(fraction, 0) * 1000))
            self.progress_text.setText(words)
        self._refresh_buttons()

    def _lay_out(self) -> None:
        who = Card(self.tr("Who works here?"))
        form = QFormLayout()
        form.addRow(self.tr("&Examiner"), self.examiner)
        who.body.addLayout(form)
        who.body.addWidget(
            label(self.tr("The name is written into every entry of the custody log."), "muted", wraps=True)
        )
        where = Card(self.tr("Casebook"))
        where.body.addWidget(
            label(
                self.tr(
                    "A casebook is one folder that holds cases, photographs as received, every "
                    "result and the "
                    "custody log. Nothing leaves this computer."
                ),
                "muted",
                wraps=True,
            )
        )
        row = QHBoxLayout()
        row.addWidget(self.create_button)
        row.addWidget(self.open_button)
        row.addStretch(1)
        where.body.addLayout(row)
        demo = Card(self.tr("New here?"))
        demo.body.addWidget(
            label(
                self.tr(
                    "The demonstration receives a public portrait, makes six derived images and two "
                    "sketches with the bundled model packs, issues a report and verifies the casebook."
                ),
                "muted",
                wraps=True,
            )
        )
        row = QHBoxLayout()
        row.addWidget(self.demo_button)
        row.addWidget(self.stop_button)
        row.addStretch(1)
        demo.body.addLayout(row)
        demo.body.addWidget(self.progress)
        demo.body.addWidget(self.progress_text)
        self.mark = CaseworkMark(
            self._theme,
            self.tr(
                "The model packs that come with the program may be evaluated and trained only: use no picture made "
                "with them in a case. Import a pack whose licence allows casework."
            ),
        )
        self._recent_card = Card(self.tr("Recent casebooks"))
        self._recent_card.body.addWidget(self.recent)
        self.recent.setMinimumHeight(150)
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addWidget(self._headline())
        for widget in (self.banner, self.mark, who, where, demo, self._recent_card):
            column.addWidget(widget)
        column.addStretch(1)
        content = QWidget()
        content.setMaximumWidth(760)
        content.setLayout(column)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.addStretch(1)
        row.addWidget(content, 8)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(centred))

    def _headline(self) -> QWidget:
        from PySide6.QtSvgWidgets import QSvgWidget

        mark = QSvgWidget(str(resources_dir() / "icons" / "forensic-app.svg"))
        mark.setFixedSize(52, 52)
        words = QVBoxLayout()
        words.addWidget(label(self.tr("Forensic App"), "title"))
        words.addWidget(
            label(
                self.tr("Age progression and de-ageing with a verifiable custody record"), "muted", wraps=True
            )
        )
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 18, 0, 8)
        row.setSpacing(14)
        row.addWidget(mark)
        row.addLayout(words, 1)
        return made

    def _name_changed(self) -> None:
        self.banner.say("")
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        is_ready = bool(self.examiner_name()) and not self._is_busy
        for widget in (self.create_button, self.open_button, self.demo_button, self.recent):
            widget.setEnabled(is_ready)
        why = "" if self.examiner_name() else self.tr("Enter the examiner's name first.")
        for widget in (self.create_button, self.open_button, self.demo_button):
            set_tip(widget, why)

    def choose_new(self) -> None:
        """Ask for a folder to make a casebook in."""
        if not self._can_begin():
            return
        path, _ = QFileDialog.getSaveFileName(
            self.window(), self.tr("Folder of the new casebook"), str(default_folder() / self.tr("casebook"))
        )
        if path:
            self.casebook_wanted.emit(Path(path))

    def choose(self) -> None:
        """Ask for a casebook to open."""
        if not self._can_begin():
            return
        path = QFileDialog.getExistingDirectory(
            self.window(), self.tr("Folder of the casebook"), str(default_folder())
        )
        if path:
            self.casebook_chosen.emit(Path(path))

    def _can_begin(self) -> bool:
        if not self.examiner_name():
            self.banner.say(self.tr("Enter the examiner's name first."), "warning")
            self.examiner.setFocus()
        return bool(self.examiner_name()) and not self._is_busy

    def _demonstrate(self) -> None:
        self.demonstration_wanted.emit(default_folder() / "forensic-app-demonstration")


def default_folder() -> Path:
    """Return where casebooks are looked for and made first."""
    return Path(
        QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home()
    )
