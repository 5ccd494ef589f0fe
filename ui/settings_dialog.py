"""Settings: everything the window remembers that a person chooses, in one place; a change counts at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.text_size import SIZES
from ui.translation import LANGUAGES
from ui.widgets.basics import Banner, Card, button, label, padded, scrolled
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit

if TYPE_CHECKING:
    from ui.main_window import MainWindow

LABORATORY = ("name", "address", "contact")
"""What reports print of the laboratory, by the names that the preferences keep."""


class SettingsDialog(QDialog):
    """Looks, who works, the laboratory, runs and notifications.

    Signals of its fields write at once into the preferences; there is nothing to confirm and nothing to lose.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Settings"))
        self._window = window
        self._preferences = window.preferences
        self.banner = Banner()
        self.theme = Combo()
        self.language = Combo()
        self.text_size = Combo()
        self.examiner = QLineEdit(self._preferences.examiner)
        known = self._preferences.laboratory()
        self.laboratory = {key: QLineEdit(known.get(key, "")) for key in LABORATORY}
        self.device = Combo()
        self.threads = QSpinBox()
        self.notifies = QCheckBox(self.tr("&Tell the desktop when a run has ended"))
        self.reasons_button = button(self.tr("Reasons for decisions…"), self.edit_reasons)
        self._fill()
        self._connect()
        self._lay_out()
        fit(self, 640, 660)
        self.theme.setFocus()

    def done(self, result: int) -> None:
        """Keep what was typed last, and close."""
        self._keep_examiner()
        self._keep_laboratory()
        super().done(result)

    def edit_reasons(self) -> None:
        """Show the stock reasons for decisions to be edited."""
        from ui.comparison.decision_reasons import ReasonsDialog

        ReasonsDialog(self._preferences, self).open()

    def _fill(self) -> None:
        as_system = self.tr("As the system")
        kept = self._preferences
        for box, choices, chosen in (
            (self.theme, (("system", as_system), ("light", self.tr("Light")), ("dark", self.tr("Dark"))), kept.theme),
            (self.language, tuple((code, name or as_system) for code, name in LANGUAGES.items()), kept.language),
            (self.text_size, tuple((each, f"{each} %") for each in SIZES), kept.text_percent),
            (self.device, (("auto", self.tr("Best available")), ("cpu", "CPU"), ("cuda", self.tr("CUDA card"))),
             kept.device),
        ):  # fmt: skip
            for data, text in choices:
                box.addItem(text, data)
            box.setCurrentIndex(max(box.findData(chosen), 0))
        padded(self.threads)
        self.threads.setRange(0, os.cpu_count() or 1)
        self.threads.setSpecialValueText(self.tr("chosen by the engine"))
        self.threads.setValue(kept.threads)
        self.notifies.setChecked(kept.notifies)
        self.examiner.setPlaceholderText(self.tr("First and last name"))

    def _connect(self) -> None:
        kept, window = self._preferences, self._window
        self.theme.currentIndexChanged.connect(lambda _: window.choose_theme(self.theme.currentData()))
        self.language.currentIndexChanged.connect(self._choose_language)
        self.text_size.currentIndexChanged.connect(self._choose_text_size)
        self.device.currentIndexChanged.connect(lambda _: setattr(kept, "device", self.device.currentData()))
        self.threads.valueChanged.connect(lambda count: setattr(kept, "threads", count))
        self.notifies.toggled.connect(lambda is_wanted: setattr(kept, "notifies", is_wanted))
        self.examiner.editingFinished.connect(self._keep_examiner)
        for each in self.laboratory.values():
            each.editingFinished.connect(self._keep_laboratory)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        session = self._window.session
        who = self.tr("The open casebook goes on under the name {name}; another one counts from the next.")
        for heading, rows, remark in (
            (self.tr("Looks"), ((self.tr("&Theme"), self.theme), (self.tr("&Language"), self.language),
                                (self.tr("Te&xt size"), self.text_size)), ""),
            (self.tr("Who works here?"), ((self.tr("&Examiner"), self.examiner),),
             who.format(name=session.store.examiner) if session is not None else ""),
            (self.tr("Laboratory"), ((self.tr("&Name"), self.laboratory["name"]),
                                     (self.tr("&Address"), self.laboratory["address"]),
                                     (self.tr("Conta&ct"), self.laboratory["contact"])),
             self.tr("Every report begins with these; each can be changed there.")),
            (self.tr("Runs"), ((self.tr("&Device"), self.device), (self.tr("CPU t&hreads"), self.threads)),
             self.tr("The device and the threads of each run are in its record.")),
        ):  # fmt: skip
            column.addWidget(_card(heading, rows, remark))
        decisions = Card(self.tr("Decisions"))
        decisions.body.addWidget(self.reasons_button)
        column.addWidget(decisions)
        told = Card(self.tr("Notification"))
        told.body.addWidget(self.notifies)
        column.addWidget(told)
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(12)
        outer.addWidget(label(self.tr("A change counts at once and is remembered."), "muted", wraps=True))
        outer.addWidget(self.banner)
        outer.addWidget(scrolled(content), 1)
        outer.addWidget(buttons)

    def _choose_language(self) -> None:
        self._preferences.language = self.language.currentData()
        self.banner.say(self.tr("The language changes when the window is opened again."))

    def _choose_text_size(self) -> None:
        self._preferences.text_percent = self.text_size.currentData()
        self._window.theme.set_text_size(self.text_size.currentData())

    def _keep_examiner(self) -> None:
        name = self.examiner.text().strip()
        if name and name != self._preferences.examiner:
            self._preferences.examiner = name
            self._window.start_page.examiner.setText(name)

    def _keep_laboratory(self) -> None:
        details = {key: field.text().strip() for key, field in self.laboratory.items()}
        if details != {key: self._preferences.laboratory().get(key, "") for key in LABORATORY}:
            self._preferences.remember_laboratory(details)


def _card(heading: str, rows: tuple[tuple[str, QWidget], ...], remark: str) -> Card:
    made = Card(heading)
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    for text, field in rows:
        field.setAccessibleName(text.replace("&", ""))
        form.addRow(text, field)
    made.body.addLayout(form)
    if remark:
        made.body.addWidget(label(remark, "muted", wraps=True))
    return made
