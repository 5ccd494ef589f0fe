"""A form drawn from an engine's parameter schema; what it gives, ``parameters.resolve`` accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from forensic_app.parameters import Parameter, Schema, resolve
from ui.runs.age_field import AgeField
from ui.widgets.basics import label, padded

_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Field:
    widget: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]


class ParameterForm(QWidget):
    """One field for each parameter; advanced ones are folded away.

    Signals:
        changed: A value is another one.
    """

    changed = Signal()

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._schema = schema
        self._fields: dict[str, _Field] = {}
        basic, advanced = QFormLayout(), QFormLayout()
        for form in (basic, advanced):
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            form.setVerticalSpacing(9)
            form.setHorizontalSpacing(16)
        for parameter in schema:
            self._add(parameter, advanced if parameter.is_advanced else basic)
        self.fold = QToolButton()
        self.fold.setText(self.tr("Advanced parameters"))
        self.fold.setCheckable(True)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setVisible(advanced.rowCount() > 0)
        folded = QWidget()
        folded.setLayout(advanced)
        advanced.setContentsMargins(0, 0, 0, 0)
        folded.hide()
        self.fold.toggled.connect(folded.setVisible)
        self.fold.toggled.connect(
            lambda is_open: self.fold.setArrowType(
                Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(basic)
        column.addWidget(self.fold)
        column.addWidget(folded)
        column.addStretch(1)

    def field(self, name: str) -> QWidget:
        """Return the widget of a parameter."""
        return self._fields[name].widget

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

    def reset(self) -> None:
        """Show the defaults."""
        self.set_values({parameter.name: parameter.default for parameter in self._schema})

    def _add(self, parameter: Parameter, form: QFormLayout) -> None:
        field = _make_field(parameter, self.changed.emit)
        name = parameter.name.replace("_", " ").capitalize()
        tip = f"{parameter.help}\n{parameter.name}"
        title = label(name)
        title.setToolTip(tip)
        title.setBuddy(field.widget)
        field.widget.setToolTip(tip)
        if not field.widget.accessibleName():
            field.widget.setAccessibleName(name)
        field.widget.setAccessibleDescription(parameter.help)
        self._fields[parameter.name] = field
        form.addRow(title, field.widget)


def _make_field(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    makers = {
        "ages": _ages,
        "integer": _integer,
        "number": _number,
        "choice": _choice,
        "flag": _flag,
        "text": _text,
    }
    return makers[parameter.kind](parameter, on_change)


def _ages(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = AgeField(parameter.default or ())
    widget.changed.connect(on_change)
    return _Field(widget, widget.ages, lambda value: widget.set_ages(value or ()))


def _integer(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = QSpinBox()
    widget.setRange(int(parameter.minimum or 0), int(min(parameter.maximum or _LARGEST, _LARGEST)))
    widget.setSuffix(f" {parameter.unit}" if parameter.unit else "")
    padded(widget)
    widget.valueChanged.connect(lambda _: on_change())
    widget.setValue(int(parameter.default or 0))
    return _Field(widget, widget.value, lambda value: widget.setValue(int(value or 0)))


def _number(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = QDoubleSpinBox()
    low, high = (
        float(parameter.minimum or 0),
        float(parameter.maximum if parameter.maximum is not None else 1e6),
    )
    is_optional = parameter.default is None
    step = 1.0 if high - low > 20 else 0.5 if high - low > 5 else 0.05
    widget.setDecimals(1 if step == 1.0 else 2)
    widget.setSingleStep(step)
    empty = low - step
    widget.setRange(empty if is_optional else low, high)
    widget.setSuffix(f" {parameter.unit}" if parameter.unit else "")
    if is_optional:
        widget.setSpecialValueText(widget.tr("from the record"))
    padded(widget)
    widget.valueChanged.connect(lambda _: on_change())

    def write(value: Any) -> None:
        widget.setValue(empty if value is None and is_optional else float(value or 0))

    def read() -> float | None:
        return None if is_optional and widget.value() <= empty else widget.value()

    write(parameter.default)
    return _Field(widget, read, write)


def _choice(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = QComboBox()
    widget.addItems(list(parameter.choices))
    widget.currentIndexChanged.connect(lambda _: on_change())
    widget.setCurrentText(str(parameter.default))
    return _Field(widget, widget.currentText, lambda value: widget.setCurrentText(str(value)))


def _flag(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = QCheckBox(parameter.help)
    widget.setChecked(bool(parameter.default))
    widget.toggled.connect(lambda _: on_change())
    return _Field(widget, widget.isChecked, lambda value: widget.setChecked(bool(value)))


def _text(parameter: Parameter, on_change: Callable[[], None]) -> _Field:
    widget = QLineEdit(str(parameter.default or ""))
    widget.textChanged.connect(lambda _: on_change())
    return _Field(
        widget, lambda: widget.text() or parameter.default, lambda value: widget.setText(str(value or ""))
    )
