"""Words of public appeals, one TOML file per language under ``resources/poster_texts``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from forensic_app.errors import InvalidInput

TEMPLATES: Final = ("missing-person", "cold-case", "unidentified")
_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "poster_texts"


class PosterWords:
    """Words of one or two languages, the first one leading."""

    def __init__(self, languages: Sequence[str]) -> None:
        """Read the words.

        Raises:
            InvalidInput: A language is unknown, stands twice, or there are more than two.
        """
        self.languages = tuple(languages)
        if not 1 <= len(self.languages) <= 2 or len(set(self.languages)) != len(self.languages):
            raise InvalidInput("A sheet has one or two languages.", "Give --language once or twice.")
        self._words = [_words(each) for each in self.languages]

    def every(self, key: str, **values: str) -> tuple[str, ...]:
        """Return a text in each language."""
        return tuple(words[key].format(**values) for words in self._words)

    def joined(self, key: str, **values: str) -> str:
        """Return a text in each language on one line, once where both say the same."""
        return " / ".join(dict.fromkeys(self.every(key, **values)))


@cache
def _words(language: str) -> dict[str, str]:
    known = {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}
    if language not in known:
        raise InvalidInput(
            f"There are no words for public appeals in the language {language}.",
            f"Use one or two of: {', '.join(known)}.",
        )
    read = tomllib.loads(known[language].read_text(encoding="utf-8"))
    return {name: str(value) for name, value in read.items()}
