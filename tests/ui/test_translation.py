from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import close
from ui.app import create_window
from ui.main_window import MainWindow
from ui.preferences import Preferences

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"


def messages() -> list[tuple[str, str, bool]]:
    tree = ElementTree.parse(FOLDER / "window_de.ts")
    found = []
    for message in tree.iter("message"):
        translation = message.find("translation")
        assert translation is not None
        found.append(
            (message.findtext("source") or "", translation.text or "", translation.get("type") is None)
        )
    return found


def test_every_text_has_a_finished_translation_with_the_same_values() -> None:
    assert len(messages()) > 400
    for source, translation, is_finished in messages():
        assert is_finished, source
        assert translation, source
        assert sorted(re.findall(r"\{[^}]*\}", source)) == sorted(re.findall(r"\{[^}]*\}", translation)), (
            source
        )


def test_no_text_of_the_window_is_missing_from_the_translation() -> None:
    known = {source for source, _, _ in messages()}
    calls = re.compile(r'self\.tr\(\s*"((?:[^"\\]|\\.)*)"\s*\)')
    for path in (ROOT / "ui").rglob("*.py"):
        for text in calls.findall(path.read_text(encoding="utf-8")):
            assert text.replace("\\n", "\n") in known, f"{path.name}: {text}"


def test_the_compiled_file_is_of_the_same_age() -> None:
    translator = QTranslator()
    assert translator.load(str(FOLDER / "window_de.qm"))
    for source, translation, _ in messages()[:50]:
        assert translation in {
            translator.translate(context, source)
            for context in {
                each.findtext("name") or ""
                for each in ElementTree.parse(FOLDER / "window_de.ts").iter("context")
            }
        }


@pytest.mark.usefixtures("fake_engines")
def test_the_window_speaks_german(qapp: QApplication, qtbot: Any, preferences: Preferences) -> None:
    before = QLocale()
    preferences.language = "de"
    window: MainWindow = create_window(qapp, preferences)
    try:
        assert window.start_page.create_button.text() == "Fallbuch anlegen…"
        assert window.menuBar().actions()[0].text() == "&Datei"
    finally:
        close(qtbot, window)
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
        QLocale.setDefault(before)
