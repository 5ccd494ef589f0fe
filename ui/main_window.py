"""The main window: the rail, the pages, the menus, and the life of an open casebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError, StoreLocked
from forensic_app.records import Case
from forensic_app.settings import resources_dir
from ui.background import Background
from ui.demonstration import Demonstration
from ui.desk import Desk
from ui.error_dialog import show_error
from ui.garbage import GarbageCollector
from ui.preferences import Preferences
from ui.session import Session
from ui.start_page import StartPage
from ui.theme import Theme
from ui.widgets.basics import follow, label
from ui.widgets.thumbnails import Thumbnails

CASES, PACKS, WORKSTATION = "cases", "packs", "workstation"


class MainWindow(QMainWindow):
    """The window on one casebook at a time.

    Attributes:
        session: The open casebook, if any.
        background: Work beside the event loop.
        start_page: What is shown while no casebook is open.
    """

    def __init__(
        self,
        preferences: Preferences,
        theme: Theme,
        *,
        log_path: Path | None = None,
        allows_test_engines: bool = False,
    ) -> None:
        super().__init__()
        self.session: Session | None = None
        self.desk: Desk | None = None
        self._garbage = GarbageCollector(self)
        self.background = Background(self)
        self.background.failed.connect(self.tell)
        self.preferences = preferences
        self.theme = theme
        self.pages: dict[str, QWidget] = {}
        self.workspace: Any = None
        self._log_path = log_path
        self._allows_test_engines = allows_test_engines
        self._is_closed = False
        self._is_closing = False
        self.start_page = StartPage(preferences, theme)
        self.demonstration = Demonstration(self.background, self.start_page, self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start_page)
        self._build_rail()
        self._build_menus()
        self._connect_start_page()
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(central)
        self.setWindowIcon(QIcon(str(resources_dir() / "icons" / "forensic-app.svg")))
        self.resize(1280, 820)
        self.setMinimumSize(QSize(1000, 640))
        self.restoreGeometry(preferences.bytes_of("window"))
        self._show_session()

    def open_casebook(
        self, folder: Path, *, examiner: str = "", creates: bool = False, read_only: bool = False
    ) -> None:
        """Open a casebook, or make one, in place of the open one."""
        name = examiner or self.start_page.examiner_name() or self.preferences.examiner
        if self.session is not None:
            self._leave(
                lambda: self.open_casebook(folder, examiner=name, creates=creates, read_only=read_only)
            )
            return

        def work() -> Any:
            from forensic_app.workflows.casebook import create_casebook, open_casebook

            if creates:
                return create_casebook(folder, examiner=name)
            if not read_only and not (folder / "casebook.db").exists():
                from forensic_app.errors import StoreUnavailable

                raise StoreUnavailable(
                    f"There is no casebook in {folder}.", "Choose the folder of a casebook, or create one."
                )
            return open_casebook(folder, examiner=name, read_only=read_only)

        self.start_page.banner.say(self.tr("Opening {folder}…").format(folder=folder))

        def failed(error: BaseException) -> None:
            self.start_page.banner.say("")
            if isinstance(error, StoreLocked):
                self._offer_reading(folder, name, error)
            else:
                self.tell(error)

        self.background.in_lane(work, self, lambda store: self._enter(store, name), failed)

    def close_casebook(self) -> None:
        """Close the casebook and show the start page."""
        self.preferences.forget_last_casebook()
        self._leave(self._show_session)

    def show_page(self, name: str) -> None:
        """Show the cases, the packs or the workstation."""
        if name not in self.pages:
            if self.session is None and name != WORKSTATION:
                return
            self.pages[name] = self._make_page(name)
            self._stack.addWidget(self.pages[name])
        self._stack.setCurrentWidget(self.pages[name])
        if name == CASES:
            self.pages[name].setFocus()
        self._buttons[name].setChecked(True)
        self._update_menus()

    def open_case(self, case: Case) -> None:
        """Show a case in the workspace."""
        from ui.cases.workspace import Workspace

        if self.session is None or self.desk is None:
            return
        if self.workspace is not None:
            self._stack.removeWidget(self.workspace)
            self.workspace.deleteLater()
        self.workspace = Workspace(self.desk, case)
        self.workspace.back_wanted.connect(lambda: self.show_page(CASES))
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self.workspace.setFocus()
        self.preferences.remember_case(self.session.folder, case.case_id)
        self._update_menus()

    def tell(self, error: BaseException) -> None:
        """Show an error."""
        show_error(self, error, log_path=self._log_path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when a run is active, then stop it and close the casebook without blocking the window."""
        if self._is_closed:
            event.accept()
            return
        event.ignore()
        if self._is_closing:
            return
        self.preferences.remember_bytes("window", self.saveGeometry())
        if self.demonstration.is_active or (
            self.session and self.session.runs and self.session.runs.active_run_ids
        ):
            self._ask_before_closing()
        else:
            self._shut_down()

    def _ask_before_closing(self) -> None:
        box = QMessageBox(self)
        box.setObjectName("closeBox")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("A run is active."))
        box.setInformativeText(
            self.tr(
                "Closing cancels it; that is recorded. Runs that wait stay queued and can be started later."
            )
        )
        leave = box.addButton(self.tr("Cancel the run and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Keep working"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.buttonClicked.connect(lambda chosen: self._shut_down() if chosen is leave else None)
        box.open()

    def _shut_down(self) -> None:
        self._is_closing = True
        self.setEnabled(False)
        self.setWindowTitle(self.tr("Closing…"))
        self.demonstration.stop()
        self._leave(self._finish, forgets=False)

    def _finish(self) -> None:
        self.background.close()
        self._garbage.close()
        self._is_closed = True
        self.close()

    def _leave(self, then: Callable[[], None], *, forgets: bool = True) -> None:
        session = self.session
        if session is None:
            QTimer.singleShot(0, self, then)
            return
        if forgets:
            self._drop_pages()
        self.session = None
        self.desk = None

        def done(_: object) -> None:
            session.deleteLater()
            then()

        def failed(error: BaseException) -> None:
            if isinstance(error, ForensicAppError):
                self.tell(error)
            done(None)

        self.background.in_pool(session.close, self, done, failed)

    def _enter(self, store: Any, examiner: str) -> None:
        self.start_page.banner.say("")
        self.preferences.examiner = examiner
        self.preferences.remember_casebook(store.folder)
        self.session = Session(store, self.background, allows_test_engines=self._allows_test_engines)
        self.session.failed.connect(self.tell)
        self.desk = Desk(self.session, self.theme, self.preferences, Thumbnails(self.session))
        self._show_session()

    def _offer_reading(self, folder: Path, examiner: str, error: StoreLocked) -> None:
        box = QMessageBox(self)
        box.setObjectName("lockedBox")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(error.message)
        box.setInformativeText(
            self.tr("Close the other window first, or open the casebook for reading only.")
        )
        read = box.addButton(self.tr("Open for reading only"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.buttonClicked.connect(
            lambda chosen: (
                self.open_casebook(folder, examiner=examiner, read_only=True) if chosen is read else None
            )
        )
        box.open()

    def _make_page(self, name: str) -> QWidget:
        if name == CASES:
            from ui.cases.case_list_view import CaseListView

            assert self.desk is not None
            view = CaseListView(self.desk)
            view.case_opened.connect(self.open_case)
            return view
        if name == PACKS:
            from ui.workstation.packs_view import PacksView

            assert self.desk is not None
            return PacksView(self.desk)
        from ui.workstation.workstation_view import WorkstationView

        return WorkstationView(self.background, self.theme, self.preferences, self.session)

    def _drop_pages(self) -> None:
        for page in (*self.pages.values(), *((self.workspace,) if self.workspace is not None else ())):
            self._stack.removeWidget(page)
            page.deleteLater()
        self.pages.clear()
        self.workspace = None

    def _show_session(self) -> None:
        self._drop_pages()
        session = self.session
        for name, each in self._buttons.items():
            each.setEnabled(session is not None or name == WORKSTATION)
        if session is None:
            self.start_page.refresh()
            self._stack.setCurrentWidget(self.start_page)
            self.setWindowTitle(self.tr("Forensic App"))
            self._rail_casebook.setText("")
            self._rail_examiner.setText("")
            checked = self._group.checkedButton()
            if checked is not None:
                self._group.setExclusive(False)
                checked.setChecked(False)
                self._group.setExclusive(True)
        else:
            reading = self.tr(" (reading only)") if session.is_read_only else ""
            self.setWindowTitle(self.tr("{name} – Forensic App").format(name=session.folder.name) + reading)
            self._rail_casebook.setText(session.folder.name + reading)
            self._rail_casebook.setToolTip(str(session.folder))
            self._rail_examiner.setText(session.store.examiner)
            self.show_page(CASES)
        self._update_menus()

    def _build_rail(self) -> None:
        self._rail = QFrame()
        self._rail.setObjectName("rail")
        self._rail.setFixedWidth(190)
        column = QVBoxLayout(self._rail)
        column.setContentsMargins(12, 16, 12, 14)
        column.setSpacing(4)
        self._rail_casebook = label(name="railTitle", wraps=True)
        self._rail_examiner = label(wraps=True)
        column.addWidget(self._rail_casebook)
        column.addWidget(self._rail_examiner)
        column.addSpacing(14)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for name, text, icon in (
            (CASES, self.tr("Cases"), "cases"),
            (PACKS, self.tr("Model packs"), "pack"),
            (WORKSTATION, self.tr("Workstation"), "workstation"),
        ):
            column.addWidget(self._rail_button(name, text, icon))
        column.addStretch(1)
        hint = QLabel(self.tr("Derived images show one possible appearance. They identify nobody."))
        hint.setWordWrap(True)
        column.addWidget(hint)

    def _rail_button(self, name: str, text: str, icon: str) -> QToolButton:
        made = QToolButton()
        made.setText(f"  {text}")
        made.setAccessibleName(text)
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(QSize(18, 18))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(
            made, self.theme, lambda: made.setIcon(self.theme.icon(icon, colour=self.theme.tokens.rail_text))
        )
        made.clicked.connect(lambda: self.show_page(name))
        self._group.addButton(made)
        self._buttons[name] = made
        return made

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu(self.tr("&File"))
        self._add(file, self.tr("&New casebook…"), self.start_page.create_button.click, "Ctrl+Shift+N")
        self._add(
            file, self.tr("&Open casebook…"), self.start_page.open_button.click, QKeySequence.StandardKey.Open
        )
        self._recent_menu = file.addMenu(self.tr("&Recent casebooks"))
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        file.addSeparator()
        self._close_action = self._add(file, self.tr("&Close casebook"), self.close_casebook, "Ctrl+W")
        self._add(file, self.tr("&Quit"), self.close, "Ctrl+Q")
        case = bar.addMenu(self.tr("&Case"))
        self._case_actions = [
            self._add(case, self.tr("&New case…"), partial(self._on_cases, "new_case"), "Ctrl+N"),
            self._add(case, self.tr("&Find a case"), partial(self._on_cases, "focus_search"), "Ctrl+F"),
        ]
        case.addSeparator()
        self._workspace_actions = [
            self._add(case, self.tr("&Edit case…"), partial(self._on_workspace, "edit_case"), "Ctrl+E"),
            self._add(
                case, self.tr("&Close or reopen case…"), partial(self._on_workspace, "toggle_status"), ""
            ),
            self._add(
                case, self.tr("Add &subject…"), partial(self._on_workspace, "add_subject"), "Ctrl+Shift+S"
            ),
            self._add(
                case, self.tr("&Receive photographs…"), partial(self._on_workspace, "receive"), "Ctrl+I"
            ),
            self._add(case, self.tr("New &run…"), partial(self._on_workspace, "new_run"), "Ctrl+R"),
            self._add(case, self.tr("&Issue report…"), partial(self._on_workspace, "issue_report"), "Ctrl+P"),
        ]
        self._build_view_menu()
        help_menu = bar.addMenu(self.tr("&Help"))
        self._add(help_menu, self.tr("&Keyboard shortcuts"), self.show_shortcuts, "F1")
        self._add(help_menu, self.tr("&About"), self._about, "")

    def _build_view_menu(self) -> None:
        view = self.menuBar().addMenu(self.tr("&View"))
        for name, text, keys in (
            (CASES, self.tr("&Cases"), "Ctrl+1"),
            (PACKS, self.tr("&Model packs"), "Ctrl+2"),
            (WORKSTATION, self.tr("&Workstation"), "Ctrl+3"),
        ):
            self._add(view, text, partial(self.show_page, name), keys)
        view.addSeparator()
        self._tab_actions = [
            self._add(view, text, partial(self._show_tab, place), f"Alt+{place + 1}")
            for place, text in enumerate(
                (
                    self.tr("Overview"), self.tr("Exhibits"), self.tr("Runs"),
                    self.tr("Derived images"), self.tr("Reports"), self.tr("Custody"),
                )
            )
        ]  # fmt: skip
        view.addSeparator()
        group = QActionGroup(self)
        for mode, text in (
            ("system", self.tr("Theme of the system")),
            ("light", self.tr("Light theme")),
            ("dark", self.tr("Dark theme")),
        ):
            action = self._add(view, text, partial(self._choose_theme, mode), "")
            action.setCheckable(True)
            action.setChecked(self.preferences.theme == mode)
            group.addAction(action)

    def _add(
        self, menu: Any, text: str, action: Callable[[], object], keys: str | QKeySequence.StandardKey
    ) -> QAction:
        made = QAction(text, self)
        if keys:
            made.setShortcut(QKeySequence(keys))
        made.triggered.connect(lambda _=False: action())
        menu.addAction(made)
        return made

    def _update_menus(self) -> None:
        has_session = self.session is not None
        self._close_action.setEnabled(has_session)
        for action in self._case_actions:
            action.setEnabled(has_session)
        in_case = self.workspace is not None and self._stack.currentWidget() is self.workspace
        for action in (*self._workspace_actions, *self._tab_actions):
            action.setEnabled(in_case)
        can_write = has_session and self.session is not None and not self.session.is_read_only
        for action in (self._case_actions[0], *self._workspace_actions):
            action.setEnabled(action.isEnabled() and can_write)

    def _on_cases(self, method: str) -> None:
        self.show_page(CASES)
        getattr(self.pages[CASES], method)()

    def _on_workspace(self, method: str) -> None:
        if self.workspace is not None:
            getattr(self.workspace, method)()

    def _show_tab(self, place: int) -> None:
        if self.workspace is not None:
            self.workspace.show_tab(place)

    def _choose_theme(self, mode: str) -> None:
        self.preferences.theme = mode
        self.theme.set_mode(mode)

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        for folder in self.preferences.recent_casebooks:
            self._add(self._recent_menu, str(folder), partial(self.open_casebook, folder), "")

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.casebook_chosen.connect(self.open_casebook)
        page.casebook_wanted.connect(lambda folder: self.open_casebook(folder, creates=True))
        page.demonstration_wanted.connect(self.demonstration.start)
        page.demonstration_stopped.connect(self.demonstration.stop)
        self.demonstration.ready.connect(self.open_casebook)
        self.demonstration.failed.connect(self.tell)

    def show_shortcuts(self) -> None:
        """Show every shortcut of the window."""
        from ui.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self, self.findChildren(QAction)).open()

    def _about(self) -> None:
        from forensic_app import __version__

        box = QMessageBox(self)
        box.setIconPixmap(self.windowIcon().pixmap(64, 64))
        box.setText(self.tr("Forensic App {version}").format(version=__version__))
        box.setInformativeText(
            self.tr(
                "Age progression and de-ageing with a verifiable custody record. Derived images show one "
                "possible appearance; they are no photograph and identify nobody."
            )
        )
        box.open()
