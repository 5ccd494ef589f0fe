"""Fixed texts of the reports, one TOML file per language under ``resources/report_texts``.

The numbers of the sections, to which some texts refer, are known once the sections are (:meth:`Texts.numbered`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "report_texts"


class Texts:
    """Texts of one language, by dotted key such as ``front.title``."""

    def __init__(
        self, language: str, tables: Mapping[str, Any], numbers: Mapping[str, str] | None = None
    ) -> None:
        self.language = language
        self._tables = tables
        self._numbers = numbers or {}

    def numbered(self, numbers: Mapping[str, str]) -> Texts:
        """Return these texts for a report whose sections have these numbers, by name."""
        return Texts(self.language, self._tables, numbers)

    def section(self, name: str) -> str:
        """Return the number or letter of a section of the report.

        Raises:
            KeyError: The report has no such section, which is an error of the program.
        """
        return self._numbers[name]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under ``key`` with ``{names}`` filled in.

        Raises:
            KeyError: The file has no such text, which is an error of the program.
        """
        text = self._find(key)
        if not isinstance(text, str):
            raise KeyError(key)
        return text.format(**values) if values else text

    def word(self, table: str, value: str) -> str:
        """Return the words for a recorded value, or the value itself with blanks for underscores."""
        words = self._tables.get(table, {})
        return str(words.get(value, value.replace("_", " ").replace("-", " ")))

    def pairs(self, table: str) -> tuple[tuple[str, str], ...]:
        """Return the ``term`` and ``meaning`` of a list of tables, in file order."""
        return tuple((entry["term"], entry["meaning"]) for entry in self._find(table))

    def paragraphs(self, key: str) -> tuple[str, ...]:
        """Return a list of paragraphs."""
        return tuple(self._find(key))

    def _find(self, key: str) -> Any:
        value: Any = self._tables
        for part in key.split("."):
            value = value[part]
        return value


@cache
def load_texts(language: str = "en") -> Texts:
    """Return the texts of a language; each file is read once.

    Raises:
        InvalidInput: There is no file for the language.
    """
    path = _FOLDER / f"{language}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in _FOLDER.glob("*.toml")))
        raise InvalidInput(
            f"There are no report texts in the language {language!r}.", f"Use one of: {known}."
        )
    return Texts(language, tomllib.loads(path.read_text(encoding="utf-8")))
