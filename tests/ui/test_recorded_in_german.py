"""What is on record in English is told in German in a German window: actions of the log, objects, warnings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from forensic_app.errors import InvalidInput
from ui.cases.workspace import CUSTODY, Workspace
from ui.error_dialog import show_error
from ui.wording import action_words, actions_called, error_words, object_words, recorded_words

WAIT_MS = 15_000
SMALL = "The face is small (43 px between the eyes); the pictures hold little detail."


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de"))
    yield
    QLocale.setDefault(before)


def test_an_english_window_shows_the_record_as_it_is() -> None:
    assert action_words("exhibit_received") == "exhibit received"
    assert object_words("derived_image") == "derived image"
    assert recorded_words(SMALL) == SMALL
    assert actions_called("received") == []


@pytest.mark.usefixtures("german")
def test_a_german_window_tells_it_in_german() -> None:
    assert action_words("exhibit_received") == "Foto empfangen und aufbewahrt"
    assert action_words("of_tomorrow") == "of tomorrow"
    assert object_words("derived_image") == "abgeleitetes Bild"
    assert recorded_words(SMALL).startswith("Das Gesicht ist klein (43 px")
    assert set(actions_called("Foto empfangen")) == {"exhibit_received"}
    assert actions_called("") == []


def test_events_are_found_by_their_german_words(workspace: Workspace, german: None, qtbot: object) -> None:
    workspace.show_tab(CUSTODY)
    model = workspace.custody.model
    workspace.custody.filter.setText("Fall angelegt")
    qtbot.waitUntil(lambda: model.total == 1, timeout=WAIT_MS)  # type: ignore[attr-defined]
    assert model.data(model.index(0, 2)) == "Fall angelegt"
    assert str(model.data(model.index(0, 3))).startswith("Fall ")


@pytest.mark.usefixtures("german")
def test_an_error_box_speaks_german_where_there_are_words(qtbot: object) -> None:
    known = show_error(None, InvalidInput("The case 2026-1 is closed.", "Reopen it with a reason first."))
    unknown = show_error(None, InvalidInput("Nobody wrote this.", "Ever."))
    for box in (known, unknown):
        qtbot.addWidget(box)  # type: ignore[attr-defined]
    assert known.text() == "Der Fall 2026-1 ist geschlossen."
    assert known.informativeText() == "Öffnen Sie ihn zuerst mit einem Grund wieder."
    assert (unknown.text(), unknown.informativeText()) == ("Nobody wrote this.", "Ever.")
    assert error_words(InvalidInput("Nobody wrote this.", "Check the path.")) == (
        "Nobody wrote this. Prüfen Sie den Pfad."
    )
