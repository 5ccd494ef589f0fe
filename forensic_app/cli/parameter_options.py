"""Command line options made from an engine's parameter schema, so that they never drift apart."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from forensic_app.parameters import Parameter, Schema

_OPTION_NAMES = {
    "target_ages": ("--to", "--target-ages"),
    "num_inference_steps": ("--num-inference-steps", "--steps"),
    "source_age": ("--source-age", "--age-at-photo"),
}
_TYPES: Mapping[str, Any] = {
    "integer": int,
    "number": float,
    "choice": str,
    "text": str,
    "ages": str,
    "flag": bool,
}


def with_parameters(schema: Schema) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds one option for each parameter of ``schema``.

    The decorated function takes them in its last argument, ``parameters``: values by name as typed, ``None``
    where the option was not given; ages stay text.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        fixed = [each for each in signature.parameters.values() if each.name != "parameters"]

        def command(**given: Any) -> None:
            parameters = {each.name: given.pop(each.name) for each in schema}
            function(**given, parameters=parameters)

        command.__doc__ = function.__doc__
        command.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[
                each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                for each in (*fixed, *(_option(parameter) for parameter in schema))
            ]
        )
        return command

    return decorate


def _option(parameter: Parameter) -> inspect.Parameter:
    dashed = "--" + parameter.name.replace("_", "-")
    names = _OPTION_NAMES.get(parameter.name, (dashed,))
    if parameter.kind == "flag":
        names = (f"{dashed}/--no-{dashed[2:]}",)
    option = typer.Option(
        *names,
        help=f"{parameter.help} {_bounds(parameter)}".strip(),
        show_default=False,
        rich_help_panel="Fine settings" if parameter.is_advanced else "Settings of the method",
    )
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[_TYPES[parameter.kind] | None, option],
    )


def _bounds(parameter: Parameter) -> str:
    parts = []
    if parameter.choices:
        parts.append(" or ".join(parameter.choices))
    elif parameter.minimum is not None and parameter.maximum is not None:
        unit = f" {parameter.unit}" if parameter.unit else ""
        parts.append(f"{_words(float(parameter.minimum))} to {_words(float(parameter.maximum))}{unit}")
    if parameter.default is not None:
        parts.append(f"default {_words(parameter.default)}")
    return f"({'; '.join(parts)})" if parts else ""


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(_words(each) for each in value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:g}"
    return str(value)
