"""Engines' parameters in the window's language.

The schemas are plain English data, made without Qt; their texts are looked up in the catalogue
``resources/translations/parameters_<language>``. A text that it does not hold is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from forensic_app.engines import registry
from forensic_app.parameters import Parameter, Schema
from ui.parameter_names import CHOICES, NAMES
from ui.translation import translate

CONTEXT = "Parameters"


def parameter_name(parameter: Parameter) -> str:
    """Return a parameter's name as a form shows it."""
    return translate(CONTEXT, _plain_name(parameter))


def parameter_help(parameter: Parameter) -> str:
    """Return the sentence that says what a parameter does."""
    return translate(CONTEXT, parameter.help)


def parameter_unit(parameter: Parameter) -> str:
    """Return the unit of a parameter's values, empty when there is none."""
    return translate(CONTEXT, parameter.unit) if parameter.unit else ""


def choice_words(parameter: Parameter, choice: str) -> str:
    """Return one of a parameter's choices as a form shows it; the record keeps the choice itself."""
    return translate(CONTEXT, _plain_choice(parameter, choice))


def recorded_parameters(engine: str, values: Mapping[str, Any]) -> str:
    """Return what a run was given, by the names that a form shows; a name of an older version as it is recorded."""
    described = registry.find(engine)
    known = {} if described is None else {each.name: each for each in described.schema}
    return "; ".join(
        f"{parameter_name(known[name]) if name in known else name}: {_value_words(known.get(name), value)}"
        for name, value in values.items()
    )


def texts_of(schema: Schema) -> Iterator[str]:
    """Yield every text of a schema that a catalogue must hold."""
    for parameter in schema:
        yield _plain_name(parameter)
        yield from (text for text in (parameter.help, parameter.unit) if text)
        yield from (_plain_choice(parameter, choice) for choice in parameter.choices)


def _plain_name(parameter: Parameter) -> str:
    return NAMES.get(parameter.name) or parameter.name.replace("_", " ").capitalize()


def _plain_choice(parameter: Parameter, choice: str) -> str:
    return CHOICES.get((parameter.name, choice), choice)


def _value_words(parameter: Parameter | None, value: Any) -> str:
    if isinstance(value, bool):
        return (
            QCoreApplication.translate("Wording", "yes")
            if value
            else QCoreApplication.translate("Wording", "no")
        )
    if isinstance(value, list):
        return " ".join(_value_words(None, each) for each in value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", QLocale().decimalPoint())
    if parameter is not None and value in parameter.choices:
        return choice_words(parameter, value)
    return "–" if value in (None, "") else str(value)
