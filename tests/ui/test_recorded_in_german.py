"""What is on record in English is told in German in a German window: actions of the log, objects, warnings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from forensic_app.errors import InvalidInput
from forensic_app.galleries.entries import BadEntry, read_entries
from forensic_app.messages import Failed, Progress
from forensic_app.settings import resources_dir
from ui.cases.workspace import CUSTODY, RUNS, Workspace
from ui.error_dialog import show_error
from ui.parameter_words import recorded_parameters
from ui.runs.run_monitor import RunNow
from ui.search.words import reason_words
from ui.wording import (
    action_words,
    actions_called,
    error_words,
    object_words,
    recorded_words,
    stage_name_words,
)

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


@pytest.mark.usefixtures("german")
def test_what_a_run_is_doing_is_told_in_german() -> None:
    now = RunNow("R-0001", Progress("R-0001", 0.2, "Encoding the photograph", 30.0))
    assert now.stage_words() == "Das Foto wird kodiert"
    assert RunNow("R-0001", Progress("R-0001", 0.2, "Of tomorrow", None)).stage_words() == "Of tomorrow"
    assert stage_name_words("denoise") == "Alter ändern"


def test_stages_of_an_english_window_are_as_they_are_recorded() -> None:
    assert RunNow("R-0001", Progress("R-0001", 0.2, "Encoding the photograph", 30.0)).stage_words() == (
        "Encoding the photograph"
    )
    assert stage_name_words("denoise") == "denoise"


def test_the_parameters_of_a_run_have_the_names_of_the_form() -> None:
    given = {
        "target_ages": [8.0, 62.5],
        "scheduler": "ddim",
        "adapter": "",
        "keep_tone": True,
        "of_tomorrow": 3,
    }
    assert recorded_parameters("aging", given) == (
        "Ages to show: 8 62.5; Rule of the steps: without added noise (ddim); Learned from other photographs: –; "
        "Black-and-white stays so: yes; of_tomorrow: 3"
    )
    assert recorded_parameters("of tomorrow", {"seed": 1}) == "seed: 1"


@pytest.mark.usefixtures("german")
def test_the_parameters_of_a_run_are_named_in_german() -> None:
    translator = QTranslator()
    assert translator.load(str(resources_dir() / "translations" / "parameters_de.qm"))
    app = QCoreApplication.instance()
    assert app is not None
    app.installTranslator(translator)
    try:
        words = recorded_parameters("aging", {"target_ages": [8.5], "seed": 1})
    finally:
        app.removeTranslator(translator)
    assert "Ages to show" not in words
    assert "Random start number" not in words
    assert ": 8,5; " in words
    assert words.endswith(": 1")


def test_a_failure_is_told_in_german(workspace: Workspace, german: None) -> None:
    workspace.show_tab(RUNS)
    workspace.runs._tell_end(
        Failed("R-0001", "OutOfMemory", "There is not enough memory.", "Check the path.")
    )
    assert "Es ist nicht genug Speicher frei. Prüfen Sie den Pfad." in workspace.runs.banner.text()


def test_no_error_passes_the_window_without_its_words() -> None:
    """A message and its advice in one text, or a refused value's error, goes through ``error_words``."""
    root = Path(__file__).resolve().parents[2] / "ui"
    raw = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                values = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
                if any(isinstance(each, ast.Attribute) and each.attr == "advice" for each in values):
                    raw.append(f"{path.relative_to(root)}:{node.lineno}")
            if isinstance(node, ast.ExceptHandler) and node.name and "InvalidInput" in ast.unparse(node.type):  # type: ignore[arg-type]
                raw += [
                    f"{path.relative_to(root)}:{each.lineno}"
                    for each in ast.walk(node)
                    if isinstance(each, ast.Call) and ast.unparse(each) == f"str({node.name})"
                ]
    assert raw == []


@pytest.mark.usefixtures("german")
def test_why_a_photograph_was_not_enrolled_is_told_in_german(tmp_path: Path) -> None:
    lines = ("Ana,", "Ana,/etc/passwd", "Ana,a,b", 'Ana,"a', "Ana," + "x" * 70_000)
    (tmp_path / "list.csv").write_text("\n".join(["name,file", *lines]), encoding="utf-8")
    reasons = [each.reason for each in read_entries(tmp_path / "list.csv") if isinstance(each, BadEntry)]
    assert len(reasons) == len(lines)
    reasons += [
        "The file t.jpg is damaged or truncated and cannot be decoded",
        "it cannot be read: No such file or directory",
        "it shows 6 faces, and does not say which is meant",
        "no face was found",
        "the same file is enrolled for Bo (Bo/copy.jpg), and not again for Ana",
        "the person would be -2 years old in the photograph",
        "The name holds control characters",
        "it changed while it was being read",
    ]
    told = {each: reason_words(each) for each in reasons}
    assert not [words for each, words in told.items() if words == each or words.endswith(".")]
    assert told["no face was found"] == "kein Gesicht gefunden"
