"""What is set for a run whatever it works on: engine, preset, parameters, and the model pack with its licence.

Rules:
    * An adapter and relatives are never chosen by themselves, nor remembered: whoever wants them used chooses them
      each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from forensic_app.engines import registry
from forensic_app.errors import InvalidInput
from forensic_app.records import SubjectAdapter
from forensic_app.workflows.relatives import OfferedRelative
from forensic_app.workflows.suggested_ages import SuggestedAges
from ui.desk import Desk
from ui.parameter_names import NEVER_KEPT
from ui.runs.adapter_field import AdapterField
from ui.runs.pack_choice import PackChoice
from ui.runs.parameter_form import Field, ParameterForm
from ui.runs.preset_choice import PresetChoice
from ui.runs.relatives_field import RelativesField
from ui.widgets.combo import Combo
from ui.widgets.plain import PlainLabel
from ui.wording import engine_words, error_words

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack


class RunSettings(QWidget):
    """Engine, preset and parameters; the card of the model pack (:attr:`packs`) stands elsewhere in the dialog.

    Attributes:
        engine: The engines to choose from.
        packs: Packs of the chosen engine.
        form: Parameters of the chosen engine, ``None`` before one was shown.
        adapter: The field for the subject's adapters.
        relatives: The field for photographs of the subject's relatives.

    Signals:
        engine_changed: Another engine is chosen, and its form is there.
        changed: Something is another one.
        refused: Why a preset could not be kept.
    """

    engine_changed = Signal()
    changed = Signal()
    refused = Signal(str)

    def __init__(self, desk: Desk, engines: Sequence[str]) -> None:
        super().__init__()
        self._desk = desk
        self._adapters: Sequence[SubjectAdapter] = ()
        self._relatives: Sequence[OfferedRelative] | None = None
        self._suggested = SuggestedAges()
        self.engine = Combo()
        self.presets = PresetChoice(desk.preferences)
        self.packs = PackChoice(desk)
        self.form: ParameterForm | None = None
        self.adapter: AdapterField | None = None
        self.relatives: RelativesField | None = None
        self._form_place = QVBoxLayout()
        for name in engines:
            self.engine.addItem(engine_words(name), name)
        self.engine.setAccessibleName(self.tr("Engine"))
        self.engine.currentIndexChanged.connect(self.show_engine)
        self.presets.chosen.connect(self._apply_preset)
        self.presets.named.connect(self.keep_preset)
        self.packs.changed.connect(self._show_pack)
        self._lay_out()

    def descriptor(self) -> EngineDescriptor:
        """Return the chosen engine."""
        return registry.descriptor(self.engine.currentData())

    def chosen_pack(self) -> Pack | None:
        """Return the chosen pack, ``None`` where there is none of the engine's kind."""
        chosen = self.packs.chosen()
        return None if chosen is None else chosen[0]

    def given(self) -> dict[str, Any]:
        """Return the values as entered.

        Raises:
            InvalidInput: One cannot be read.
        """
        return self.form.given() if self.form is not None else {}

    def values(self) -> dict[str, Any]:
        """Return the values with every default filled in.

        Raises:
            InvalidInput: One cannot be read, or is out of bounds.
        """
        return self.form.values() if self.form is not None else {}

    def fault(self) -> str:
        """Return why no run can be started with this pack; empty when one can."""
        chosen = self.packs.chosen()
        if chosen is None:
            return self.tr("No model pack of this engine is on this computer. Import one under Model packs.")
        if not chosen[1]:
            return self.tr("Read and accept the pack's licence first.")
        return ""

    def remember(self) -> None:
        """Keep the values and the pack for the next run of the engine; never what is one person's own."""
        values = {name: value for name, value in self.given().items() if name not in NEVER_KEPT}
        pack = self.chosen_pack()
        self._desk.preferences.remember_run_form(
            self.engine.currentData(), {**values, "pack": pack.name if pack is not None else ""}
        )

    def show_adapters(self, adapters: Sequence[SubjectAdapter]) -> None:
        """Offer what was learned about the subject."""
        self._adapters = adapters
        if self.adapter is not None:
            self.adapter.show_adapters(adapters)

    def show_relatives(self, relatives: Sequence[OfferedRelative]) -> None:
        """Offer the photographs of the recorded relatives of the person."""
        self._relatives = tuple(relatives)
        if self.relatives is not None:
            self.relatives.show_relatives(self._relatives)

    def suggest(self, suggested: SuggestedAges, *, chooses_today: bool = False) -> None:
        """Offer a person's own ages; with ``chooses_today`` the age today alone is chosen."""
        self._suggested = suggested
        ages = self.form.age_field() if self.form is not None else None
        if ages is not None:
            ages.suggest(suggested)
            if chooses_today:
                ages.choose_today()

    def keep_preset(self, name: str) -> None:
        """Keep the values under a name."""
        if self.form is None or not name:
            return
        try:
            self.presets.keep(name, self.form.given())
        except InvalidInput as error:
            self.refused.emit(error_words(error))

    def show_engine(self) -> None:
        """Show the form of the chosen engine."""
        engine = self.engine.currentData()
        if engine is None:
            return
        schema = self.descriptor().schema
        if self.form is not None:
            self._form_place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = ParameterForm(schema, self._own_fields())
        self.suggest(self._suggested)
        kept = self._desk.preferences.run_form(engine)
        self.form.set_values({name: value for name, value in kept.items() if name not in NEVER_KEPT})
        self.form.changed.connect(self.changed)
        self._form_place.addWidget(self.form)
        self.presets.offer(engine, schema)
        preferred = str(self._desk.preferences.run_form(engine).get("pack") or "")
        self.packs.offer(self.descriptor().pack_kind, preferred=preferred)
        self.engine_changed.emit()
        self.changed.emit()

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        top.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        top.addRow(self.tr("&Engine"), self.engine)
        title = PlainLabel(self.tr("&Preset"))
        title.setBuddy(self.presets.box)
        top.addRow(title, self.presets)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 12, 0)
        column.addLayout(top)
        column.addLayout(self._form_place, 1)

    def _own_fields(self) -> dict[str, Field]:
        """Return the fields for adapters and relatives; engines without these parameters do not show them."""
        field = AdapterField()
        field.show_adapters(self._adapters)
        field.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.adapter = field
        relatives = RelativesField(self._desk)
        if self._relatives is not None:
            relatives.show_relatives(self._relatives)
        relatives.changed.connect(self.changed)
        self.relatives = relatives
        return {
            "adapter": Field(field, field.adapter_id, field.choose),
            "relatives": Field(relatives, relatives.shares, relatives.choose),
        }

    def _apply_preset(self, values: dict[str, Any]) -> None:
        if self.form is not None:
            self.form.set_values(values)

    def _show_pack(self) -> None:
        pack = self.chosen_pack()
        if self.adapter is not None:
            self.adapter.show_pack(pack.sha256 if pack is not None else "")
        for choice in self.descriptor().pack_choices:
            if self.form is not None and pack is not None:
                self.form.offer_only(choice.parameter, choice.known(pack.card))
        self.changed.emit()
