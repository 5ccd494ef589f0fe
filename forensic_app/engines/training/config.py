"""Training configurations: frozen dataclasses that are read from and written as JSON objects."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Self

from forensic_app.errors import InvalidInput


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
            InvalidInput: A name is unknown, or the sizes do not fit each other.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InvalidInput(
                f"The training configuration has unknown names: {', '.join(unknown)}.",
                f"Use names among: {', '.join(sorted(known))}.",
            )
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists})

    @classmethod
    def load(cls, path: Path | None) -> Self:
        """Return the configuration in a JSON file, or the defaults for ``None``.

        Raises:
            InvalidInput: The file is not readable JSON or holds unknown names.
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
            values = json.loads(path.read_text(encoding="utf-8"))
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
