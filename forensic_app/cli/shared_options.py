"""Options that several commands have, from one table: a frozen dataclass whose fields are annotated as options."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def with_options(table: type[Any], argument: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds the options of ``table``; the function takes them as one object.

    Args:
        table: A dataclass of keyword-only fields; each is an option of the same name, in that order.
        argument: Name of the function's argument that takes the object.
    """
    hints = get_type_hints(table, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is dataclasses.MISSING else each.default,
            annotation=hints[each.name],
        )
        for each in dataclasses.fields(table)
    ]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        fixed = [each for each in signature.parameters.values() if each.name != argument]

        def command(**given: Any) -> None:
            options = table(**{each.name: given.pop(each.name) for each in shared})
            function(**given, **{argument: options})

        command.__doc__ = function.__doc__
        command.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in fixed), *shared]
        )
        return command

    return decorate
