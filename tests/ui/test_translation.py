from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from forensic_app.engines import registry
from tests.ui import fake_engine
from tests.ui.conftest import close
from ui.app import create_window
from ui.main_window import MainWindow
from ui.parameter_words import CONTEXT, texts_of
from ui.preferences import Preferences
from ui.runs.parameter_form import ParameterForm
from ui.wording import ENGINES_CONTEXT

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"


def messages(catalogue: str = "window") -> list[tuple[str, str, bool]]:
    tree = ElementTree.parse(FOLDER / f"{catalogue}_de.ts")
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


class Texts(ast.NodeVisitor):
    """The texts of a module that are to be translated, each with its context."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._classes: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        words = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "tr" and words:
            owner = ast.unparse(node.func.value)
            self.found.append((self._classes[-1] if owner == "self" else owner, words[0]))
        if ast.unparse(node.func).rpartition(".")[2] == "translate" and len(words) == 2:
            self.found.append((words[0], words[1]))
        self.generic_visit(node)


def test_no_text_of_the_window_is_missing_from_the_translation() -> None:
    known = {
        (context.findtext("name"), message.findtext("source"))
        for context in ElementTree.parse(FOLDER / "window_de.ts").iter("context")
        for message in context.iter("message")
    }
    count = 0
    for path in (ROOT / "ui").rglob("*.py"):
        texts = Texts()
        texts.visit(ast.parse(path.read_text(encoding="utf-8")))
        count += len(texts.found)
        missing = set(texts.found) - known
        assert not missing, path.name
    assert count > 400


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


def test_every_text_of_every_engine_is_translated_and_none_is_left_over() -> None:
    engines = [registry.descriptor(name) for name in registry.names()]
    wanted = {(CONTEXT, text) for each in engines for text in texts_of(each.schema)}
    wanted |= {(ENGINES_CONTEXT, each.title) for each in engines}
    found = {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation")
        for context in ElementTree.parse(FOLDER / "parameters_de.ts").iter("context")
        for message in context.iter("message")
    }
    assert found.keys() == wanted
    assert all(is_finished for *_, is_finished in messages("parameters"))
    assert all(found.values())
    translator = QTranslator()
    assert translator.load(str(FOLDER / "parameters_de.qm"))
    assert {key: translator.translate(*key) for key in wanted} == found


@pytest.mark.usefixtures("fake_engines")
def test_the_window_speaks_german(qapp: QApplication, qtbot: Any, preferences: Preferences) -> None:
    before = QLocale()
    preferences.language = "de"
    window: MainWindow = create_window(qapp, preferences)
    try:
        assert window.start_page.create_button.text() == "Fallbuch anlegen…"
        assert window.menuBar().actions()[0].text() == "&Datei"
        form = ParameterForm(fake_engine.SCHEMA)
        qtbot.addWidget(form)
        assert form.field("num_inference_steps").accessibleName() == "Feinheit (Schritte)"
        assert "num_inference_steps" in form.field("num_inference_steps").toolTip()
        inversion = form.field("inversion")
        assert [inversion.itemText(place) for place in range(2)] == [
            "Schritt für Schritt (ddim)",
            "aus der Startzahl gezogen (edit-friendly)",
        ]
        assert form.fold.text() == "Weitere Einstellungen"
        form.set_values({"inversion": "edit-friendly"})
        assert form.fold.text() == "Weitere Einstellungen (1 anders als üblich)"
        assert form.values()["inversion"] == "edit-friendly"
    finally:
        close(qtbot, window)
        for translator in qapp.findChildren(QTranslator):
            qapp.removeTranslator(translator)
        QLocale.setDefault(before)
