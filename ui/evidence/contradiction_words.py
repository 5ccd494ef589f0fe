"""What cannot be of a person and of photographs, in the window's language and beside the fields that state it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QWidget

from forensic_app.life_dates import Contradiction, ContradictionKind, contradictions, parse_date
from forensic_app.records import Exhibit, Subject
from ui.widgets.basics import Banner

_SENTENCES: Mapping[ContradictionKind, Callable[[], str]] = {
    ContradictionKind.BORN_LATER: lambda: QCoreApplication.translate(
        "Contradiction", "Born {birth}, which is in the future."
    ),
    ContradictionKind.SEEN_LATER: lambda: QCoreApplication.translate(
        "Contradiction", "Last seen {seen}, which is in the future."
    ),
    ContradictionKind.TAKEN_LATER: lambda: QCoreApplication.translate(
        "Contradiction", "{exhibit}: photographed {taken}, which is in the future."
    ),
    ContradictionKind.SEEN_BEFORE_BIRTH: lambda: QCoreApplication.translate(
        "Contradiction", "Last seen {seen}, before the birth {birth}."
    ),
    ContradictionKind.TAKEN_BEFORE_BIRTH: lambda: QCoreApplication.translate(
        "Contradiction", "{exhibit}: photographed {taken}, before the birth {birth}."
    ),
    ContradictionKind.TAKEN_AFTER_SEEN: lambda: QCoreApplication.translate(
        "Contradiction", "{exhibit}: photographed {taken}, after the person was last seen {seen}."
    ),
    ContradictionKind.AGE_AGAINST_DATES: lambda: QCoreApplication.translate(
        "Contradiction",
        "{exhibit}: {age} years old by what is stated, {range} by the dates of birth ({birth}) and of the "
        "photograph ({taken}).",
    ),
    ContradictionKind.OLDER_THAN_TODAY: lambda: QCoreApplication.translate(
        "Contradiction",
        "{exhibit}: {age} years old by what is stated, though born {birth} and {range} today.",
    ),
    ContradictionKind.AGES_AGAINST_EACH_OTHER: lambda: QCoreApplication.translate(
        "Contradiction",
        "{exhibit} and {other}: {age} and {other_age} years do not fit the dates {taken} and {other_taken}.",
    ),
}


def contradiction_words(found: Iterable[Contradiction]) -> str:
    """Return the sentences, a line for each; empty where nothing contradicts."""
    return "\n".join(_SENTENCES[each.kind]().format(**each.values) for each in found)


def words_about(subject: Subject | None, exhibits: Iterable[Exhibit]) -> str:
    """Return what cannot be of a person and photographs as of today; empty where nothing contradicts."""
    return contradiction_words(contradictions(subject, exhibits, today=datetime.now(UTC).date()))


def entered_date(field: QLineEdit) -> str:
    """Return a date as it would be recorded; empty while it is none yet."""
    try:
        return parse_date(field.text())
    except ValueError:
        return ""


class ContradictionBanner(Banner):
    """Says beside fields what cannot be of what they hold, at every change; nothing is refused for it."""

    def __init__(self, words: Callable[[], str]) -> None:
        super().__init__()
        self._words = words

    def watch(self, *fields: QWidget) -> None:
        """Look again whenever one of these fields changes."""
        for field in fields:
            if isinstance(field, QLineEdit):
                field.textChanged.connect(self.look)
            elif isinstance(field, QComboBox):
                field.currentIndexChanged.connect(self.look)
            elif isinstance(field, QDoubleSpinBox):
                field.valueChanged.connect(self.look)

    def look(self) -> None:
        """Say what cannot be now."""
        self.say(self._words(), "warning")
