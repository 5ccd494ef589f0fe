"""The menus of the window with their shortcuts, and when each action can be used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from ui.about import show_about
from ui.manual.chapters import INDEX
from ui.manual.help import KEY, Help
from ui.widgets.plain import plain

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class Menus(QObject):
    """The menu bar of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._recent: list[QAction] = []
        self._build_file_menu()
        self._build_case_menu()
        self._build_view_menu()
        tools = window.menuBar().addMenu(self.tr("&Tools"))
        self._add(tools, self.tr("&Inspect a file…"), self._inspect, "Ctrl+Shift+I")
        self._add(tools, self.tr("&Laboratory identity…"), self._show_identity, "")
        menu = window.menuBar().addMenu(self.tr("&Help"))
        self.help = Help(window)
        self._add(menu, self.tr("&Help on this page"), self.help.show_here, KEY)
        self._add(menu, self.tr("&Manual"), partial(self.help.show_chapter, INDEX), "")
        self._add(menu, self.tr("&Keyboard shortcuts"), self.show_shortcuts, "Ctrl+F1")
        self._add(menu, self.tr("&About"), partial(show_about, window), "")

    def show_settings(self) -> None:
        """Show everything that the window remembers and a person chooses."""
        from ui.settings_dialog import SettingsDialog

        SettingsDialog(self._window).open()

    def show_shortcuts(self) -> None:
        """Show every shortcut of the window."""
        from ui.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self._window, self._window.findChildren(QAction)).open()

    def update(self, *, has_casebook: bool, is_in_case: bool, can_write: bool) -> None:
        """Enable what can be done now."""
        self._close_action.setEnabled(has_casebook)
        self._backup_action.setEnabled(has_casebook)
        for action in self._case_actions:
            action.setEnabled(has_casebook)
        for action in (*self._workspace_actions, *self._tab_actions):
            action.setEnabled(is_in_case)
        for action in (self._case_actions[0], *self._workspace_actions):
            action.setEnabled(action.isEnabled() and can_write)

    def _inspect(self) -> None:
        """Ask for a file and lead it back to its run."""
        from ui.inspection_dialog import choose_and_inspect

        choose_and_inspect(self._window.background, self._window.session, self._window)

    def _show_identity(self) -> None:
        """Show whose certificate signs on this workstation."""
        from forensic_app.settings import load_settings
        from ui.identity_dialog import IdentityDialog

        IdentityDialog(self._window.background, load_settings().home, self._window).open()

    def fill_recent(self) -> None:
        """Offer the casebooks that were open before; one that is gone cannot be chosen."""
        window, menu = self._window, self.recent
        for action in self._recent:
            menu.removeAction(action)
            action.deleteLater()
        self._recent = []
        folders = window.preferences.recent_casebooks
        shown = window.session.folder if window.session is not None else None
        for place, folder in enumerate(folders):
            is_there = (folder / "casebook.db").exists()
            name = plain(str(folder))
            text = name if is_there else self.tr("{folder} (not there)").format(folder=name)
            keys = f"&{place + 1}  " if place < 9 else ""
            action = self._add(
                menu, keys + text.replace("&", "&&"), partial(window.open_casebook, folder), ""
            )
            action.setEnabled(is_there)
            action.setCheckable(folder == shown)
            action.setChecked(folder == shown)
            self._recent.append(action)
        if not folders:
            self._recent.append(self._add(menu, self.tr("None yet"), lambda: None, ""))
            self._recent[0].setEnabled(False)
            return
        self._recent.append(menu.addSeparator())
        self._recent.append(self._add(menu, self.tr("&Forget these"), window.forget_recent, ""))

    def _build_file_menu(self) -> None:
        window = self._window
        file = window.menuBar().addMenu(self.tr("&File"))
        self._add(file, self.tr("&New casebook…"), window.start_page.choose_new, "Ctrl+Shift+N")
        self._add(file, self.tr("&Open casebook…"), window.start_page.choose, QKeySequence.StandardKey.Open)
        self.recent = file.addMenu(self.tr("&Recent casebooks"))
        self.recent.aboutToShow.connect(self.fill_recent)
        file.addSeparator()
        self._backup_action = self._add(file, self.tr("&Back up casebook…"), window.backup.choose, "")
        file.addSeparator()
        self._add(file, self.tr("&Settings…"), self.show_settings, "Ctrl+,")
        file.addSeparator()
        self._close_action = self._add(file, self.tr("&Close casebook"), window.close_casebook, "Ctrl+W")
        self._add(file, self.tr("&Quit"), window.close, "Ctrl+Q")

    def _build_case_menu(self) -> None:
        case = self._window.menuBar().addMenu(self.tr("&Case"))
        on_cases, on_workspace = self._window.on_cases, self._window.on_workspace
        self._case_actions = [
            self._add(case, self.tr("&New case…"), partial(on_cases, "new_case"), "Ctrl+N"),
            self._add(case, self.tr("&Find a case"), partial(on_cases, "focus_search"), "Ctrl+F"),
        ]
        case.addSeparator()
        self._workspace_actions = [
            self._add(case, text, partial(on_workspace, method), keys)
            for text, method, keys in (
                (self.tr("&Edit case…"), "edit_case", "Ctrl+E"),
                (self.tr("&Close or reopen case…"), "toggle_status", ""),
                (self.tr("Add &subject…"), "add_subject", "Ctrl+Shift+S"),
                (self.tr("&Receive photographs…"), "receive", "Ctrl+I"),
                (self.tr("New &run…"), "new_run", "Ctrl+R"),
                (self.tr("Runs on se&veral photographs…"), "new_batch", "Ctrl+Shift+R"),
                (self.tr("Who else looks &like this?"), "find_lookalikes", "Ctrl+L"),
                (self.tr("Leads fr&om this photograph…"), "find_leads", "Ctrl+Shift+L"),
                (self.tr("&Issue report…"), "issue_report", "Ctrl+Shift+P"),
                (self.tr("&Print report…"), "print_report", "Ctrl+P"),
                (self.tr("&Hand out the whole case…"), "hand_out_case", "Ctrl+Shift+H"),
            )
        ]

    def _build_view_menu(self) -> None:
        window = self._window
        view = window.menuBar().addMenu(self.tr("&View"))
        for name, text, keys in (
            ("cases", self.tr("&Cases"), "Ctrl+1"),
            ("search", self.tr("&Search"), "Ctrl+4"),
            ("queue", self.tr("&Queue"), "Ctrl+5"),
            ("packs", self.tr("&Model packs"), "Ctrl+2"),
            ("workstation", self.tr("&Workstation"), "Ctrl+3"),
        ):
            self._add(view, text, partial(window.show_page, name), keys)
        view.addSeparator()
        self._tab_actions = [
            self._add(view, text, partial(window.show_tab, place), f"Alt+{place + 1}")
            for place, text in enumerate(
                (
                    self.tr("Overview"), self.tr("Exhibits"), self.tr("Runs"),
                    self.tr("Derived images"), self.tr("Reports"), self.tr("Custody"),
                )
            )
        ]  # fmt: skip
        self._tab_actions.append(
            self._add(view, self.tr("Com&pare…"), partial(window.on_workspace, "compare"), "Ctrl+Shift+C")
        )
        view.addSeparator()
        self._themes: dict[str, QAction] = {}
        group = QActionGroup(self)
        for mode, text in (
            ("system", self.tr("Theme of the system")),
            ("light", self.tr("Light theme")),
            ("dark", self.tr("Dark theme")),
        ):
            action = self._add(view, text, partial(window.choose_theme, mode), "")
            action.setCheckable(True)
            group.addAction(action)
            self._themes[mode] = action
        view.aboutToShow.connect(self._mark_theme)
        self._mark_theme()

    def _mark_theme(self) -> None:
        action = self._themes.get(self._window.preferences.theme)
        if action is not None:
            action.setChecked(True)

    def _add(
        self, menu: QMenu, text: str, action: Callable[[], object], keys: str | QKeySequence.StandardKey
    ) -> QAction:
        made = QAction(text, self._window)
        if keys:
            made.setShortcut(QKeySequence(keys))
        made.triggered.connect(lambda _=False: action())
        menu.addAction(made)
        return made
