"""The workstation: settings of the window and of runs, and whether the machine is fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background import Background
from ui.preferences import Preferences
from ui.session import Session
from ui.theme import Theme
from ui.translation import LANGUAGES
from ui.widgets.basics import Banner, Card, button, label, padded, scrolled
from ui.widgets.combo import Combo
from ui.widgets.plain import table_item


class WorkstationView(QWidget):
    """Settings and checks.

    Signals:
        casebook_wanted: Another casebook is to be opened.
        new_casebook_wanted: A casebook is to be made.
    """

    casebook_wanted = Signal()
    new_casebook_wanted = Signal()

    def __init__(
        self, background: Background, theme: Theme, preferences: Preferences, session: Session | None
    ) -> None:
        super().__init__()
        self._background = background
        self._theme = theme
        self._preferences = preferences
        self._session = session
        self.banner = Banner()
        self.theme_box = Combo()
        self.language = Combo()
        self.device = Combo()
        self.threads = QSpinBox()
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

    def edit_reasons(self) -> None:
        """Show the stock reasons for decisions to be edited."""
        from ui.comparison.decision_reasons import ReasonsDialog

        ReasonsDialog(self._preferences, self.window()).open()

    def _set_up(self) -> None:
        for mode, text in (
            ("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark")),
        ):  # fmt: skip
            self.theme_box.addItem(text, mode)
        self._theme.changed.connect(self._show_theme)
        self._show_theme()
        self.theme_box.activated.connect(self._choose_theme)
        for code, name in LANGUAGES.items():
            self.language.addItem(name or self.tr("As the system"), code)
        self.language.setCurrentIndex(max(self.language.findData(self._preferences.language), 0))
        self.language.activated.connect(self._choose_language)
        for name, text in (
            ("auto", self.tr("Best available")), ("cpu", "CPU"), ("cuda", self.tr("CUDA card")),
        ):  # fmt: skip
            self.device.addItem(text, name)
        self.device.setCurrentIndex(max(self.device.findData(self._preferences.device), 0))
        self.device.activated.connect(
            lambda _: setattr(self._preferences, "device", self.device.currentData())
        )
        padded(self.threads)
        self.threads.setRange(0, os.cpu_count() or 1)
        self.threads.setSpecialValueText(self.tr("chosen by the engine"))
        self.threads.setValue(self._preferences.threads)
        self._preferences.threads = self.threads.value()
        self.threads.valueChanged.connect(lambda count: setattr(self._preferences, "threads", count))
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
        window = Card(self.tr("Window"))
        runs = Card(self.tr("Runs"))
        for card, rows in (
            (window, ((self.tr("&Theme"), self.theme_box), (self.tr("&Language"), self.language),
                      (self.tr("&Casebook"), self.casebook))),
            (runs, ((self.tr("&Device"), self.device), (self.tr("CPU t&hreads"), self.threads))),
        ):  # fmt: skip
            form = QFormLayout()
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for text, field in rows:
                field.setAccessibleName(text.replace("&", ""))
                form.addRow(text, field)
            card.body.addLayout(form)
            if card is window:
                row = QHBoxLayout()
                row.addStretch(1)
                row.addWidget(self.open_button)
                row.addWidget(self.new_button)
                card.body.addLayout(row)
            card.body.addStretch(1)
        runs.body.insertWidget(
            2,
            label(self.tr("The device and the threads of each run are in its record."), "muted", wraps=True),
        )
        self.reasons_button = button(self.tr("Reasons for decisions…"), self.edit_reasons)
        runs.body.addWidget(self.reasons_button)
        cards = QHBoxLayout()
        cards.setSpacing(14)
        cards.addWidget(window, 1)
        cards.addWidget(runs, 1)
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
        column.addWidget(label(self.tr("Workstation"), "title"))
        column.addLayout(cards)
        column.addWidget(checks, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _show_theme(self) -> None:
        self.theme_box.setCurrentIndex(max(self.theme_box.findData(self._preferences.theme), 0))

    def _choose_theme(self) -> None:
        self._preferences.theme = self.theme_box.currentData()
        self._theme.set_mode(self.theme_box.currentData())

    def _choose_language(self) -> None:
        self._preferences.language = self.language.currentData()
        self.banner.say(self.tr("The language changes when the window is opened again."))

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
