"""Presets of an engine's values: the last ones, the bundled ones and the examiner's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QInputDialog, QVBoxLayout, QWidget

from forensic_app.parameters import Schema
from ui.parameter_names import NEVER_KEPT
from ui.preferences import Preferences
from ui.runs.presets import bundled_presets
from ui.widgets.basics import button
from ui.widgets.combo import Combo
from ui.widgets.wrapping import WrappingRow


class PresetChoice(QWidget):
    """Offers presets and keeps new ones.

    Signals:
        chosen: Values of the preset that was chosen.
        named: Name under which the present values are to be kept.
    """

    chosen = Signal(object)
    named = Signal(str)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._engine = ""
        self.box = Combo()
        self.box.setAccessibleName(self.tr("Preset"))
        self.box.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(10)
        self.box.activated.connect(lambda place: self.chosen.emit(self.box.itemData(place) or {}))
        row = WrappingRow()
        row.addWidget(self.box, 1)
        row.addWidget(button(self.tr("Save as preset…"), self._ask_name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(row)

    def offer(self, engine: str, schema: Schema) -> None:
        """Offer the presets of an engine."""
        self._engine = engine
        self.box.clear()
        self.box.addItem(self.tr("As last time"), self._preferences.run_form(engine))
        for name, values in {**bundled_presets(schema), **self._preferences.presets(engine)}.items():
            self.box.addItem(name, dict(values))

    def keep(self, name: str, values: Mapping[str, Any]) -> None:
        """Keep values under a name and choose them; what is one person's own is never kept."""
        kept = {key: value for key, value in values.items() if key not in NEVER_KEPT}
        self._preferences.remember_preset(self._engine, name, kept)
        self.box.addItem(name, kept)
        self.box.setCurrentIndex(self.box.count() - 1)

    def _ask_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(self.tr("Save as preset"))
        dialog.setLabelText(self.tr("Name of the preset:"))
        dialog.textValueSelected.connect(lambda name: self.named.emit(name.strip()))
        dialog.open()
