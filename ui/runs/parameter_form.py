"""A form drawn from an engine's parameter schema; what it gives, ``parameters.resolve`` accepts."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel, QValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from forensic_app.parameters import Parameter, Schema, resolve
from ui.parameter_names import FIRST
from ui.parameter_words import choice_words, parameter_help, parameter_name, parameter_unit
from ui.runs.age_field import AgeField
from ui.translation import translate
from ui.widgets.basics import label, padded
from ui.widgets.combo import Combo
from ui.widgets.plain import set_tip

_LARGEST = 2**31 - 1
_MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Field:
    """A widget with what reads and writes its value; ``beside`` are words that stand right of it."""

    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]
    beside: str = ""


class ParameterForm(QWidget):
    """One field for each parameter: what a run is about first, the rest folded away under "More settings".

    Signals:
        changed: A value is another one.
    """

    changed = Signal()

    def __init__(self, schema: Schema, own: Mapping[str, Field] | None = None) -> None:
        """Draw ``schema``; ``own`` holds fields to show for some parameters in place of the usual ones."""
        super().__init__()
        self._schema = schema
        self._own = own or {}
        self._fields: dict[str, Field] = {}
        first, usual, fine = _form(), _form(), _form()
        self._first = first
        for parameter in schema:
            self._fields[parameter.name] = self._made(parameter)
        for parameter in sorted(schema, key=_place):
            form = first if parameter.name in FIRST else fine if parameter.is_advanced else usual
            self._add(parameter, form)
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.folded = self._folded(usual, fine)
        self.fold.setVisible(usual.rowCount() + fine.rowCount() > 0)
        self.fold.toggled.connect(self._unfold)
        self._unfold(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(first)
        column.addWidget(self.fold)
        column.addWidget(self.folded)
        column.addStretch(1)
        self.changed.connect(self._tell_changes)
        self._tell_changes()

    def field(self, name: str) -> QWidget:
        """Return the widget of a parameter."""
        return self._fields[name].widget

    def fields(self) -> Mapping[str, Field]:
        """Return the fields by the names of their parameters."""
        return self._fields

    def age_field(self) -> AgeField | None:
        """Return the field for target ages, if the engine has one."""
        return next(
            (each.widget for each in self._fields.values() if isinstance(each.widget, AgeField)), None
        )

    def given(self) -> dict[str, Any]:
        """Return the values as entered.

        Raises:
            InvalidInput: A value cannot be read.
        """
        return {name: field.read() for name, field in self._fields.items()}

    def values(self) -> dict[str, Any]:
        """Return every parameter, checked, defaults filled in.

        Raises:
            InvalidInput: A value is out of bounds.
        """
        return resolve(self._schema, self.given())

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values; unknown names are left out, missing ones stay."""
        for name, value in values.items():
            if name in self._fields:
                self._fields[name].write(value)

    def changed_settings(self) -> list[str]:
        """Return the names of the folded parameters whose values are other than usual."""
        return [
            each.name
            for each in self._schema
            if each.name not in FIRST and not _is_same(self._fields[each.name].read(), each.default)
        ]

    def offer_only(self, name: str, values: Collection[str]) -> None:
        """Have a choice offer none but these values; where another one is chosen the first of them is taken."""
        widget = self._fields[name].widget if name in self._fields else None
        if not isinstance(widget, Combo):
            return
        model = widget.model()
        if isinstance(model, QStandardItemModel):
            for place in range(widget.count()):
                model.item(place).setEnabled(widget.itemData(place) in values)
        if widget.currentData() not in values:
            widget.setCurrentIndex(
                next(place for place in range(widget.count()) if widget.itemData(place) in values)
            )

    def show_below(self, name: str, widget: QWidget) -> None:
        """Show a widget in a row of its own below a parameter that is asked at first."""
        shown: list[str] = [each for each in FIRST if each in self._fields]
        self._first.insertRow(shown.index(name) + 1, widget)

    def _made(self, parameter: Parameter) -> Field:
        field = self._own.get(parameter.name) or _make_field(parameter, self.changed.emit)
        set_tip(field.widget, self._tip(parameter))
        if not field.widget.accessibleName():
            field.widget.setAccessibleName(parameter_name(parameter))
        field.widget.setAccessibleDescription(parameter_help(parameter))
        return field

    def _add(self, parameter: Parameter, form: QFormLayout) -> None:
        field = self._fields[parameter.name]
        title = label(parameter_name(parameter))
        set_tip(title, self._tip(parameter))
        title.setBuddy(field.widget)
        form.addRow(title, _with_words(field) if field.beside else field.widget)

    def _tip(self, parameter: Parameter) -> str:
        recorded = self.tr("In the record: {name}").format(name=parameter.name)
        return f"{parameter_help(parameter)}\n{recorded}"

    def _folded(self, usual: QFormLayout, fine: QFormLayout) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(usual)
        if fine.rowCount() > 0:
            column.addSpacing(6)
            column.addWidget(label(self.tr("Fine settings"), "subheading"))
            column.addLayout(fine)
        return made

    def _unfold(self, is_open: bool) -> None:
        self.folded.setVisible(is_open)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

    def _tell_changes(self) -> None:
        """Say on the fold how many of the values behind it are other than usual: what is hidden counts too."""
        count = len(self.changed_settings())
        words = self.tr("More settings ({count} other than usual)").format(count=count)
        self.fold.setText(words if count else self.tr("More settings"))


def _form() -> QFormLayout:
    made = QFormLayout()
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    made.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    made.setVerticalSpacing(9)
    made.setHorizontalSpacing(16)
    made.setContentsMargins(0, 0, 0, 0)
    return made


def _place(parameter: Parameter) -> int:
    """Return where a parameter stands: the first ones in their order, the others as the schema has them."""
    return FIRST.index(parameter.name) if parameter.name in FIRST else len(FIRST)


def _is_same(value: Any, usual: Any) -> bool:
    """Return whether a value is the usual one; fields hold numbers with a few digits."""
    if isinstance(value, float) and isinstance(usual, int | float):
        return math.isclose(value, usual, abs_tol=10.0**-_MOST_DECIMALS)
    return bool(value == usual) or (not value and usual is None and not isinstance(value, int | float))


def _with_words(field: Field) -> QWidget:
    """Return the widget with its words beside it, in as many lines as they need."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(field.widget, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(field.beside, "muted", wraps=True), 1)
    return made


def _make_field(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    makers = {
        "ages": _ages,
        "integer": _integer,
        "number": _number,
        "choice": _choice,
        "flag": _flag,
        "text": _text,
    }
    return makers[parameter.kind](parameter, on_change)


def _ages(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = AgeField(parameter.default or ())
    widget.changed.connect(on_change)
    return Field(widget, widget.ages, lambda value: widget.set_ages(value or ()))


def _integer(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = QSpinBox()
    widget.setRange(int(parameter.minimum or 0), int(min(parameter.maximum or _LARGEST, _LARGEST)))
    widget.setSuffix(f" {parameter_unit(parameter)}" if parameter.unit else "")
    padded(widget)
    widget.valueChanged.connect(lambda _: on_change())
    widget.setValue(int(parameter.default or 0))
    return Field(widget, widget.value, lambda value: widget.setValue(int(value or 0)))


class NumberField(QDoubleSpinBox):
    """A number that is shown with as many digits as it has, so that small ones are not rounded away."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(_MOST_DECIMALS)

    def textFromValue(self, value: float) -> str:
        """Return the number without needless zeros."""
        return f"{value:.6g}".replace(".", self.locale().decimalPoint())

    def valueFromText(self, text: str) -> float:
        """Return the number that was typed, also such as ``1e-4``."""
        return float(self._number_words(text))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Take what reads as a number."""
        try:
            float(self._number_words(text))
        except ValueError:
            return QValidator.State.Intermediate, text, position
        return QValidator.State.Acceptable, text, position

    def _number_words(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip().replace(self.locale().decimalPoint(), ".")


def _number(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = NumberField()
    low, high = (
        float(parameter.minimum or 0),
        float(parameter.maximum if parameter.maximum is not None else 1e6),
    )
    is_optional = parameter.default is None
    step = 1.0 if high - low > 20 else 0.5 if high - low > 5 else 0.05
    widget.setSingleStep(step)
    if parameter.default and abs(float(parameter.default)) < step:
        widget.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    empty = low - step
    widget.setRange(empty if is_optional else low, high)
    widget.setSuffix(f" {parameter_unit(parameter)}" if parameter.unit else "")
    if is_optional:
        widget.setSpecialValueText(translate("ParameterForm", "empty"))
    padded(widget)
    widget.valueChanged.connect(lambda _: on_change())

    def write(value: Any) -> None:
        widget.setValue(empty if value is None and is_optional else float(value or 0))

    def read() -> float | None:
        return None if is_optional and widget.value() <= empty else widget.value()

    write(parameter.default)
    return Field(widget, read, write)


def _choice(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = Combo()
    for choice in parameter.choices:
        widget.addItem(choice_words(parameter, choice), choice)
    widget.currentIndexChanged.connect(lambda _: on_change())

    def write(value: Any) -> None:
        if value in parameter.choices:
            widget.setCurrentIndex(parameter.choices.index(value))

    write(parameter.default)
    return Field(widget, widget.currentData, write)


def _flag(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = QCheckBox()
    widget.setChecked(bool(parameter.default))
    widget.toggled.connect(lambda _: on_change())
    return Field(
        widget, widget.isChecked, lambda value: widget.setChecked(bool(value)), parameter_help(parameter)
    )


def _text(parameter: Parameter, on_change: Callable[[], None]) -> Field:
    widget = QLineEdit(str(parameter.default or ""))
    widget.textChanged.connect(lambda _: on_change())
    return Field(
        widget, lambda: widget.text() or parameter.default, lambda value: widget.setText(str(value or ""))
    )
