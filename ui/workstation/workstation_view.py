"""The workstation: which casebook is open, the way to the settings, and whether the machine is fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background import Background
from ui.session import Session
from ui.theme import Theme
from ui.widgets.basics import Banner, Card, button, label, scrolled
from ui.widgets.plain import table_item


class WorkstationView(QWidget):
    """The open casebook and checks of the machine.

    Signals:
        settings_wanted: The settings are to be shown.
        casebook_wanted: Another casebook is to be opened.
        new_casebook_wanted: A casebook is to be made.
    """

    settings_wanted = Signal()
    casebook_wanted = Signal()
    new_casebook_wanted = Signal()

    def __init__(self, background: Background, theme: Theme, session: Session | None) -> None:
        super().__init__()
        self._background = background
        self._theme = theme
        self._session = session
        self.banner = Banner()
        self.settings_button = button(
            self.tr("Settings…"), self.settings_wanted.emit, icon="settings", theme=theme, tip="Ctrl+,"
        )
        self.casebook = QLineEdit(str(session.folder) if session else "")
        self.open_button = button(self.tr("Open another…"), self.casebook_wanted.emit)
        self.new_button = button(self.tr("New…"), self.new_casebook_wanted.emit)
        self.table = QTableWidget(0, 4)
        self.check_button = button(self.tr("Examine this computer"), self.examine, icon="search", theme=theme)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("The examination is under way"))
        self.progress.hide()
        self._set_up()
        self._lay_out()

    def examine(self) -> None:
        """Look at this machine; every check does what it speaks of."""
        folder = self._session.folder if self._session else None
        self.check_button.setEnabled(False)
        self.progress.show()
        self._background.in_process(_examine, folder, self, self._show_checks, self._broke)

    def _set_up(self) -> None:
        self.casebook.setReadOnly(True)
        self.casebook.setPlaceholderText(self.tr("none is open"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("What"), self.tr("State"), self.tr("Found"), self.tr("What to do")]
        )
        self.table.setAccessibleName(self.tr("Checks of this computer"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 190), (1, 100), (3, 320)):
            self.table.setColumnWidth(column, width)

    def _lay_out(self) -> None:
        place = Card(self.tr("Casebook"))
        self.casebook.setAccessibleName(self.tr("Casebook"))
        row = QHBoxLayout()
        for each, stretch in ((self.casebook, 1), (self.open_button, 0), (self.new_button, 0)):
            row.addWidget(each, stretch)
        place.body.addLayout(row)
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Workstation"), "title"))
        top.addStretch(1)
        top.addWidget(self.settings_button)
        checks = Card(self.tr("Is this computer fit?"))
        checks.top.addWidget(self.check_button)
        checks.body.addWidget(self.progress)
        checks.body.addWidget(self.banner)
        checks.body.addWidget(self.table, 1)
        self.table.setMinimumHeight(260)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addLayout(top)
        column.addWidget(place)
        column.addWidget(checks, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _show_checks(self, checks: list[Any]) -> None:
        self.progress.hide()
        self.check_button.setEnabled(True)
        words = {"ok": self.tr("in order"), "warning": self.tr("look at it"), "failed": self.tr("not fit")}
        tones = {"ok": "good", "warning": "warning", "failed": "bad"}
        self.table.setRowCount(len(checks))
        for row, check in enumerate(checks):
            for column, text in enumerate((check.name, words[check.status], check.value, check.advice)):
                item = table_item(text, tip=text)
                if column == 1:
                    item.setForeground(QColor(getattr(self._theme.tokens, tones[check.status])))
                self.table.setItem(row, column, item)
        failed = [check.name for check in checks if check.status == "failed"]
        self.banner.say(
            self.tr("To be put right before the main work can be done: {names}.").format(
                names=", ".join(failed)
            )
            if failed
            else self.tr("This computer is fit for the work."),
            "bad" if failed else "good",
        )

    def _broke(self, error: BaseException) -> None:
        self.progress.hide()
        self.check_button.setEnabled(True)
        self._background.failed.emit(error)


def _examine(folder: Path | None) -> list[Any]:
    """Examine the machine in another process: torch never enters the window's."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.doctor import examine

    return examine(load_settings(), casebook=folder)
