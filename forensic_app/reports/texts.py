"""Fixed texts of the reports, one TOML file per language under ``resources/report_texts``.

The numbers of the sections, to which some texts refer, are known once the sections are (:meth:`Texts.numbered`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "report_texts"
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)


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

    def words(self, table: str) -> tuple[tuple[str, str], ...]:
        """Return the recorded values of a table and their words."""
        return tuple((str(name), str(words)) for name, words in self._tables.get(table, {}).items())

    def numeral(self, written: str) -> str:
        """Return a number that was written as ``1,234.5`` with the language's signs."""
        signs = {",": self("form.thousands_sign"), ".": self("form.decimal_sign")}
        return "".join(signs.get(each, each) for each in written)

    def day(self, stated: str) -> str:
        """Return a date that was stated as year, month and day, or as year and month, in the language's form.

        Anything else is returned as it was stated.
        """
        found = _DAY.fullmatch(stated)
        if found is None:
            return stated
        year, month, day = found.groups()
        if day is None:
            return self("form.month", year=year, month=month)
        return self("form.day", year=year, month=month, day=day)

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


def languages() -> tuple[str, ...]:
    """Return the languages that there are report texts in, by their codes."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def load_texts(language: str = "en") -> Texts:
    """Return the texts of a language; each file is read once.

    Raises:
        InvalidInput: There is no file for the language.
    """
    path = _FOLDER / f"{language}.toml"
    if not path.is_file():
        raise InvalidInput(
            f"There are no report texts in the language {language!r}.",
            f"Use one of: {', '.join(languages())}.",
        )
    return Texts(language, tomllib.loads(path.read_text(encoding="utf-8")))
