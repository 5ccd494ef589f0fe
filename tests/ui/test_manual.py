"""The manual: its files hold together, name only what there is, and open where one is."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QKeySequence, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from setuptools import find_namespace_packages

from tests.ui.conftest import WAIT_MS, close, kept_language, open_case
from ui.app import create_window
from ui.main_window import MainWindow
from ui.manual.chapters import Chapter, chapters, found_in, manual_dir, pictures_dir
from ui.manual.help import DIALOGS, PAGES, START, TABS
from ui.manual.manual_window import ManualWindow
from ui.preferences import Preferences
from ui.settings_dialog import SettingsDialog
from ui.shortcuts_dialog import ShortcutsDialog

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "de")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)]+)\)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
"""What is bold in the manual is a button or, with ``>``, a way through the menus."""
KEYS = re.compile(r"`((?:(?:Ctrl|Alt|Shift)\+)+[^`]|F\d+|(?:Ctrl|Alt|Shift)\+F\d+|[A-Z0-9+-])`")
DialogOf = Callable[..., Any]


def files(language: str) -> list[Path]:
    return sorted((manual_dir() / language).glob("*.md"))


def texts(language: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in files(language))


def bare(text: str) -> str:
    return text.replace("&", "").strip()


@pytest.fixture
def window_in(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None
) -> Iterator[Callable[[str], MainWindow]]:
    made: list[MainWindow] = []

    def make(language: str) -> MainWindow:
        preferences.language = language
        made.append(create_window(qapp, preferences))
        return made[-1]

    with kept_language(qapp):
        yield make
        for each in made:
            close(qtbot, each)


def test_both_languages_have_the_same_chapters_with_the_same_parts() -> None:
    names = {language: [path.name for path in files(language)] for language in LANGUAGES}
    assert names["en"] == names["de"]
    assert len(names["en"]) == 11
    for name in names["en"]:
        parts = [
            [re.match("#+", line)[0] for line in path.read_text("utf-8").splitlines() if line.startswith("#")]  # type: ignore[index]
            for path in (manual_dir() / language / name for language in LANGUAGES)
        ]
        assert parts[0] == parts[1], name
        pictures = [LINK.findall((manual_dir() / each / name).read_text("utf-8")) for each in LANGUAGES]
        assert pictures[0] == pictures[1], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_list_every_chapter_and_every_link_and_picture_is_there(language: str) -> None:
    every = chapters(language)
    assert {each.name for each in every} == {path.stem for path in files(language)}
    assert [each.text.splitlines()[0] for each in every] == [f"# {each.title}" for each in every]
    count = 0
    for path in files(language):
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            assert (path.parent / target).resolve().is_file(), f"{path}: {target}"
            count += 1
    assert count > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_menu_button_and_key_that_is_named_exists(
    language: str, window_in: Callable[[str], MainWindow]
) -> None:
    window = window_in(language)
    ways, keys = set(), set()
    for top in window.menuBar().actions():
        menu: QMenu = top.menu()
        ways |= {f"{bare(top.text())} > {bare(each.text())}" for each in menu.actions() if each.text()}
    for action in window.findChildren(QAction):
        keys.add(action.shortcut().toString(QKeySequence.SequenceFormat.PortableText))
    listed = ShortcutsDialog(window, window.findChildren(QAction))
    for each in listed.findChildren(QLabel):
        keys |= (
            set(re.split(r" / | ", each.text().replace("−", "-"))) if each.objectName() == "digest" else set()
        )
    listed.deleteLater()
    place = "source" if language == "en" else "translation"
    catalogue = ElementTree.parse(ROOT / "resources" / "translations" / "window_de.ts")
    words = {bare(message.findtext(place) or "") for message in catalogue.iter("message")}
    text = texts(language)
    named = [each.replace("\n", " ") for each in BOLD.findall(text)]
    assert len(named) > 25
    assert [each for each in named if " > " in each and each not in ways] == []
    assert [each for each in named if " > " not in each and each not in words] == []
    pressed = KEYS.findall(text)
    assert len(pressed) > 20
    assert [each for each in pressed if each not in keys] == []


def test_commands_that_are_named_exist() -> None:
    commands = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        for command in re.findall(r"`forensic-app ([^`]+)`", texts(language)):
            assert command.split()[-1] in commands


def test_an_installed_program_finds_the_manual() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    found = find_namespace_packages(str(ROOT), include=settings["packages"]["find"]["include"])
    assert {"docs.manual.en", "docs.manual.de", "docs.images", "resources.icons"} <= set(found)
    assert not [each for each in found if each.startswith("docs.adr")]
    assert settings["package-data"] == {"*": ["**/*"]}
    assert manual_dir().is_relative_to(ROOT)
    assert pictures_dir() == ROOT / "docs" / "images"


def test_pages_and_dialogs_have_chapters_that_exist() -> None:
    names = {each.name for each in chapters("en")}
    assert {START, *TABS, *PAGES.values(), *DIALOGS.values()} <= names
    classes = {
        node.name
        for path in (ROOT / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert set(DIALOGS) <= classes
    dialogs = {name for name in classes if name.endswith("Dialog")} - {"FormDialog"}
    assert dialogs == set(DIALOGS), "every dialog has a chapter"


def manual_of(window: MainWindow) -> ManualWindow:
    found = window.menus.help._manual
    assert found is not None
    return found


def press_help(window: MainWindow, qtbot: Any) -> str:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_F1)
    manual = manual_of(window)
    qtbot.waitUntil(manual.isVisible, timeout=WAIT_MS)
    shown = manual.shown()
    manual.close()
    return shown


@pytest.mark.usefixtures("without_faces")
def test_the_key_opens_the_chapter_of_the_page(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    assert press_help(window, qtbot) == START
    window.show_page("workstation")
    assert press_help(window, qtbot) == "settings"
    workspace = open_case(window, casebook, qtbot)
    for tab, name in enumerate(TABS):
        workspace.show_tab(tab)
        assert press_help(window, qtbot) == name
    for page, name in PAGES.items():
        window.show_page(page)
        assert press_help(window, qtbot) == name
    qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)


def test_the_key_works_in_a_dialog_too(window: MainWindow, qtbot: Any, dialog_of: DialogOf) -> None:
    window.menus.show_settings()
    dialog = dialog_of(window, SettingsDialog)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and bool(dialog.property("hasHelp")), timeout=WAIT_MS)
    QTest.keyClick(dialog.theme, Qt.Key.Key_F1)
    manual = dialog_of(dialog, ManualWindow)
    assert manual.shown() == "settings"
    assert manual.page.hasFocus() or manual.focusWidget() is manual.page
    manual.close()
    dialog.reject()


def test_links_search_and_the_way_back(window: MainWindow, qtbot: Any) -> None:
    manual = window.menus.help.show_chapter("index")
    assert manual.list.count() == 11
    manual.page.followed.emit("ageing.md")
    assert manual.shown() == "ageing"
    assert manual.list.currentItem().text() == "Ageing"
    assert manual.page.horizontalScrollBar().maximum() == 0
    manual.activateWindow()
    qtbot.waitUntil(manual.isActiveWindow, timeout=WAIT_MS)
    QTest.keyClick(manual.page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: manual.shown() == "index", timeout=WAIT_MS)
    QTest.keyClicks(manual.search, "line-up")
    assert [manual.list.item(row).text().splitlines()[0] for row in range(manual.list.count())] == [
        "What the pictures are not"
    ]
    assert manual.shown() == "limits"
    assert manual.page.textCursor().selectedText() == "line-up"
    manual.search.setText("zeppelin")
    assert manual.list.count() == 0
    assert manual.banner.text() == "No chapter holds these words."
    manual.search.clear()
    manual.page.followed.emit("https://example.org")
    assert "leads out of the manual" in manual.banner.text()
    assert manual.shown() == "limits"
    manual.close()


def test_pictures_are_shown_and_a_chapter_stays_when_the_theme_changes(
    window: MainWindow, qtbot: Any
) -> None:
    manual = window.menus.help.show_chapter("ageing")
    picture = manual.page.document().resource(
        QTextDocument.ResourceType.ImageResource.value, QUrl("../../images/new-run-light.webp")
    )
    assert picture.width() > 500
    told: list[bool] = []
    window.theme.changed.connect(lambda: told.append(True))
    window.choose_theme("dark")
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert manual.shown() == "ageing"
    assert "Choose an exhibit" in manual.page.toPlainText()
    manual.close()


def test_a_language_without_a_manual_gets_the_english_one() -> None:
    assert chapters("fr") == chapters("en")
    chapter = Chapter("a", "A", "One [two](b.md) three two", Path())
    assert found_in([chapter], "TWO three") == [(chapter, 2)]
    assert found_in([chapter], "four") == []
    assert found_in([chapter], "") == [(chapter, 0)]
