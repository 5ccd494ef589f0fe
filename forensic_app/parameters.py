"""Parameter schema with bounds that the command line, the window and the records share.

Rules:
    * A schema is plain data: no engine, torch or Qt is needed to validate or to draw a form.
    * :func:`resolve` fills in every default, so that a record of a run is complete.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from forensic_app.errors import InvalidInput

Kind = Literal["integer", "number", "choice", "text", "ages", "flag"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an engine.

    Attributes:
        name: Field-standard name, such as ``guidance_scale``.
        kind: How the value is typed and drawn.
        default: Value used when none is given; JSON type, ``None`` where the engine decides.
        help: One sentence for ``--help`` and tool tips.
        minimum: Smallest value allowed (for ``ages``: of each age).
        maximum: Largest value allowed.
        choices: Allowed values of a ``choice``.
        unit: Unit shown beside the value.
        is_advanced: Whether a form hides it at first.
        before: What runs did before there was the parameter, where that is not the default; a recorded run that lacks
            the parameter is repeated with it.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    is_advanced: bool = False
    before: Any = None


Schema = Sequence[Parameter]


def resolve(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter of ``schema`` with ``given`` values checked and defaults filled in.

    Args:
        schema: The engine's parameters.
        given: Values by name; ``None`` means "use the default".

    Returns:
        A new dictionary in schema order, JSON types only.

    Raises:
        InvalidInput: A name is unknown, or a value is of the wrong type or out of bounds.
    """
    known = {parameter.name for parameter in schema}
    for name in given:
        if name not in known:
            raise InvalidInput(
                f"There is no parameter named {name!r}.",
                f"Use one of: {', '.join(sorted(known))}.",
            )
    resolved: dict[str, Any] = {}
    for parameter in schema:
        value = given.get(parameter.name)
        resolved[parameter.name] = _checked(parameter, parameter.default if value is None else value)
    return resolved


def resolve_recorded(schema: Schema, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter of a recorded run; those that came after it are as they were then.

    Args:
        schema: The engine's parameters.
        recorded: Values by name, complete for the version that recorded them.

    Raises:
        InvalidInput: A name is unknown, or a value is of the wrong type or out of bounds.
    """
    earlier = {each.name: each.before for each in schema if each.before is not None}
    return resolve(schema, {**earlier, **recorded})


def parsed_settings(schema: Schema, settings: Sequence[str]) -> dict[str, Any]:
    """Return parameters written as ``name=value``, typed as the schema says.

    Flags are ``true`` or ``false``; ages are numbers separated by commas.

    Raises:
        InvalidInput: A setting has no ``=``, names no parameter, or its value is of another type or out of bounds.
    """
    kinds = {parameter.name: parameter.kind for parameter in schema}
    given: dict[str, Any] = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        name = name.strip().replace("-", "_")
        if not separator:
            raise InvalidInput(f"{setting!r} is not a setting.", "Write it as name=value.")
        try:
            given[name] = _typed(kinds.get(name, "text"), text.strip())
        except ValueError:
            raise InvalidInput(
                f"{text!r} is not a value of {name}.", f"Give a value of the kind {kinds[name]}."
            ) from None
    resolve(schema, given)
    return given


def _typed(kind: Kind, text: str) -> Any:
    if kind == "flag":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind == "ages":
        return [float(age) for age in text.split(",")]
    converters: Mapping[str, Callable[[str], Any]] = {"integer": int, "number": float}
    return converters.get(kind, str)(text)


def _checked(parameter: Parameter, value: Any) -> Any:
    if value is None and parameter.default is None:
        return None
    if parameter.kind == "ages":
        return _checked_ages(parameter, value)
    if parameter.kind == "choice":
        if value not in parameter.choices:
            raise InvalidInput(
                f"{parameter.name} cannot be {value!r}.",
                f"Use one of: {', '.join(parameter.choices)}.",
            )
        return value
    if parameter.kind == "flag":
        if not isinstance(value, bool):
            raise InvalidInput(f"{parameter.name} cannot be {value!r}.", "Use true or false.")
        return value
    if parameter.kind == "text":
        return str(value)
    return _checked_number(parameter, value)


def _checked_number(parameter: Parameter, value: Any) -> int | float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or (parameter.kind == "integer" and int(value) != value):
        article = "a whole number" if parameter.kind == "integer" else "a number"
        raise InvalidInput(f"{parameter.name} cannot be {value!r}.", f"Give {article}.")
    number = int(value) if parameter.kind == "integer" else float(value)
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise InvalidInput(
            f"{parameter.name} is {number:g}, out of its bounds.",
            f"Give a value from {low:g} to {high:g}{' ' + parameter.unit if parameter.unit else ''}."
            if low is not None and high is not None
            else f"Give a value {'of at least' if low is not None else 'of at most'} "
            f"{low if low is not None else high}.",
        )
    return number


def _checked_ages(parameter: Parameter, value: Any) -> list[float]:
    if not isinstance(value, list | tuple) or not value:
        raise InvalidInput(f"{parameter.name} is empty.", "Give at least one age, such as 8,16,27.")
    each = Parameter(
        parameter.name,
        "number",
        None,
        parameter.help,
        parameter.minimum,
        parameter.maximum,
        (),
        parameter.unit,
    )
    ages = [float(_checked_number(each, age)) for age in value]
    if len(set(ages)) != len(ages):
        raise InvalidInput(f"{parameter.name} names an age twice.", "Give each age once.")
    return ages
