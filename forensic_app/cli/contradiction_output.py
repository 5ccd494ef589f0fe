"""Contradictions between statements, on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from forensic_app.cli.output import note

if TYPE_CHECKING:
    from forensic_app.life_dates import Contradiction


def contradiction_words(found: Iterable[Contradiction]) -> list[str]:
    """Return the sentences, for ``--json``."""
    return [each.words for each in found]


def note_contradictions(found: Iterable[Contradiction]) -> None:
    """Say each contradiction on standard error; nothing is refused for one."""
    for words in contradiction_words(found):
        note(f"Contradiction: {words}")
