"""Training configurations: frozen dataclasses that are read from and written as JSON objects."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from forensic_app.errors import InvalidInput
from forensic_app.regular_files import read_regular_text

_KINDS = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "true or false"),
    str: ("text", "texts"),
    NoneType: ("null", "null"),
}
"""The types of a field in words: one of it, a list of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class JsonConfig:
    """Base of a configuration whose fields are numbers, booleans, words and tuples of them."""

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as JSON types."""
        return json.loads(json.dumps(dataclasses.asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return a configuration from (some of) its values; the rest keep their defaults.

        Raises:
            InvalidInput: A name is unknown, a value is of another type than its field, or the sizes do not fit each
                other.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InvalidInput(
                f"The training configuration has unknown names: {', '.join(unknown)}.",
                f"Use names among: {', '.join(sorted(known))}.",
            )
        kinds = get_type_hints(cls)
        for name, value in values.items():
            if not _fits(value, kinds[name]):
                raise InvalidInput(
                    f"The training configuration sets {name} to {json.dumps(value, ensure_ascii=False)}.",
                    f"Give {_words(kinds[name])}.",
                )
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists})

    @classmethod
    def load(cls, path: Path | None) -> Self:
        """Return the configuration in a JSON file, or the defaults for ``None``.

        Raises:
            InvalidInput: The file is not readable JSON, or holds unknown names or values of other types.
        """
        return cls.from_json(cls.read(path))

    @classmethod
    def read(cls, path: Path | None) -> dict[str, Any]:
        """Return the settings in a JSON file as they stand, none for ``None``.

        Raises:
            InvalidInput: The file is not a readable JSON object.
        """
        if path is None:
            return {}
        try:
            values = json.loads(read_regular_text(path))
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"The training configuration {path} cannot be read: {error}.",
                "Give a JSON object of settings.",
            ) from error
        if not isinstance(values, dict):
            raise InvalidInput(
                f"The training configuration {path} is no JSON object.", "Give a JSON object of settings."
            )
        return values


def _fits(value: Any, kind: Any) -> bool:
    """Return whether a JSON value is of a field's type; a whole number is a number, true is no number."""
    if get_origin(kind) is UnionType:
        return any(_fits(value, each) for each in get_args(kind))
    if get_origin(kind) is tuple:
        return isinstance(value, list | tuple) and all(_fits(each, get_args(kind)[0]) for each in value)
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, kind)


def _words(kind: Any) -> str:
    if get_origin(kind) is UnionType:
        return " or ".join(_words(each) for each in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list of {_KINDS[get_args(kind)[0]][1]}"
    return _KINDS[kind][0]
