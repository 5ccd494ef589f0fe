"""The main window: its pages, and the life of an open casebook.

Rules:
    * Another casebook is opened before the present one is left: where it cannot be opened, nothing changes.
    * A run that is executed is not cancelled by opening or closing something before the examiner said so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from forensic_app.errors import ForensicAppError, StoreLocked
from forensic_app.records import Case
from forensic_app.settings import resources_dir
from ui.background import Background
from ui.casebook_backup import CasebookBackup
from ui.casebook_boxes import offer_reading
from ui.casebook_opening import Opened, Opening, below, is_open, opened_casebook
from ui.demonstration import Demonstration
from ui.desk import Desk, made_desk
from ui.disputes import Disputes
from ui.error_dialog import show_error
from ui.garbage import GarbageCollector
from ui.leaving import Leaving
from ui.menus import Menus
from ui.navigation import Navigation, Place
from ui.notifications import Notifier
from ui.pages import CASES, PACKS, QUEUE, SEARCH, WORKSTATION, made_page, rail_pages
from ui.preferences import Preferences
from ui.queue_offer import QueueOffer
from ui.rail import Rail
from ui.session import Session
from ui.start_page import StartPage
from ui.theme import Theme
from ui.widgets.fitting import fit
from ui.widgets.page_stack import PageStack, Stage
from ui.widgets.plain import plain


class MainWindow(QMainWindow):
    """The window on one casebook at a time.

    Attributes:
        session: The open casebook, if any.
        background: Work beside the event loop.
        start_page: What is shown while no casebook is open.
        notifier: Tells the desktop that a run has ended.

    Signals:
        closed: Everything is stopped and closed; the window was hidden before.
    """

    closed = Signal()

    def __init__(
        self,
        preferences: Preferences,
        theme: Theme,
        *,
        log_path: Path | None = None,
        warms_worker: bool = False,
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
        self._wanted_images = ""
        self._log_path = log_path
        self._warms_worker = warms_worker
        self._is_opening = False
        self.leaving = Leaving(self)
        self.navigation = Navigation(self)
        self.notifier = Notifier(self, preferences)
        self.start_page = StartPage(preferences, theme)
        self.demonstration = Demonstration(self.background, self.start_page, self)
        self._stack = PageStack()
        self._stack.addWidget(self.start_page)
        self.rail = Rail(theme, rail_pages())
        self.rail.page_wanted.connect(self.show_page)
        self.rail.stay_wanted.connect(self.leaving.stay)
        self.rail.progress.run_wanted.connect(self.navigation.show_run)
        self.disputes = Disputes(self)
        self.dispute = self.disputes.bar
        self.backup = CasebookBackup(self)
        self.offer = QueueOffer(self)
        self.menus = Menus(self)
        self._connect_start_page()
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.backup.reminder)
        column.addWidget(self.offer.bar)
        column.addWidget(Stage(self._stack), 1)
        row.addLayout(column, 1)
        self.setCentralWidget(below(self.dispute, central))
        self.setWindowIcon(QIcon(str(resources_dir() / "icons" / "forensic-app.svg")))
        fit(self, 1280, 820)
        self.setMinimumSize(QSize(640, 360))
        self.restoreGeometry(preferences.bytes_of("window"))
        self._show_session()

    def open_casebook(
        self, folder: Path, *, examiner: str = "", creates: bool = False, read_only: bool = False
    ) -> None:
        """Open a casebook, or make one, in place of the open one; asks first when a run is active."""
        if self._is_opening or self.leaving.is_closing:
            return
        if self.demonstration.is_active:
            self.start_page.banner.say(self.tr("The demonstration is being made; stop it first."), "warning")
            return
        session = self.session
        if session is not None and is_open(session, folder) and (read_only or not session.is_read_only):
            self.show_page(CASES)
            return
        name = examiner or self.start_page.examiner_name() or self.preferences.examiner
        self.leaving.ask_first(
            lambda: self._open(self.disputes.opening(folder, name, creates=creates, read_only=read_only)),
            self.tr("Opening another casebook cancels it; that is recorded."),
            self.tr("Cancel the run and open"),
        )

    def open_demonstration(self, folder: Path) -> None:
        """Open the demonstration and show the images that it made."""
        self._wanted_images = self.demonstration.RUN_ID
        self.open_casebook(folder)

    def close_casebook(self) -> None:
        """Close the casebook and show the start page; asks first when a run is active."""

        def leave() -> None:
            self.preferences.forget_last_casebook()
            self.leave(self._show_session)

        self.leaving.ask_first(
            leave,
            self.tr("Closing the casebook cancels it; that is recorded."),
            self.tr("Cancel the run and close"),
        )

    def forget_recent(self) -> None:
        """Forget which casebooks were open."""
        self.preferences.forget_recent_casebooks()
        self.start_page.refresh()

    def show_page(self, name: str) -> None:
        """Show the cases, the searches, the queue, the packs or the workstation."""
        if name not in self.pages:
            if self.session is None and name != WORKSTATION:
                return
            self.pages[name] = made_page(self, name)
            self._stack.addWidget(self.pages[name])
        self._stack.setCurrentWidget(self.pages[name])
        if name in (CASES, SEARCH, QUEUE):
            self.pages[name].setFocus()
        self.rail.mark(name)
        self.offer.bar.setVisible(self.offer.bar.isVisible() and name != QUEUE)
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
        self.workspace.lookalikes_wanted.connect(self.navigation.search_exhibit)
        self.workspace.search_wanted.connect(self.navigation.show_search)
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self.workspace.setFocus()
        self.preferences.remember_case(self.session.folder, case.case_id)
        self.rail.mark(CASES)
        self._update_menus()
        if self._warms_worker and self.session.runs is not None:
            self.session.runs.prepare(device=self.preferences.device, threads=self.preferences.threads)

    def show_case(self, case: Case) -> None:
        """Show a case, as it was left where it is the one that was opened last."""
        if self.workspace is None or self.workspace.case.case_id != case.case_id:
            self.open_case(case)
        self._stack.setCurrentWidget(self.workspace)
        self.rail.mark(CASES)
        self._update_menus()

    def shown_workspace(self) -> Any:
        """Return the workspace if it is what is shown."""
        is_shown = self.workspace is not None and self._stack.currentWidget() == self.workspace
        return self.workspace if is_shown else None

    def tell(self, error: BaseException) -> None:
        """Show an error."""
        show_error(self, error, log_path=self._log_path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the pages more room in a small window."""
        super().resizeEvent(event)
        self.rail.fit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when a run is active, then stop it and close the casebook without blocking the window."""
        if self._is_closed:
            event.accept()
            return
        event.ignore()
        self.preferences.remember_bytes("window", self.saveGeometry())
        self.leaving.begin()

    @property
    def _is_closed(self) -> bool:
        return self.leaving.is_closed

    def _shut_down(self) -> None:
        self.leaving.shut_down()

    def end(self) -> None:
        """End every thread and process; the casebook is closed."""
        self.background.close()
        self._garbage.close()

    def leave(self, then: Callable[[], None], *, forgets: bool = True) -> None:
        """Close the casebook, if one is open, and then call ``then``.

        Args:
            then: What comes after it.
            forgets: Whether the pages of the casebook go.
        """
        session = self.session
        if session is None:
            QTimer.singleShot(0, self, then)
            return
        session.about_to_close.emit()
        self.rail.progress.follow(None)
        self.offer.leave()
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

    def reopen(self, opening: Opening) -> None:
        """Open the open casebook anew, and show the same part of the same case again; active runs are cancelled."""
        if not self._is_opening and not self.leaving.is_closing:
            if self.session is not None and opening.read_only:
                self.session.close_reason = (
                    "A verification of the casebook failed; nothing more is written to it."
                )
            self._open(opening, returns=True)

    def _open(self, opening: Opening, *, returns: bool = False) -> None:
        self._is_opening = True
        self.start_page.banner.say(self.tr("Opening {folder}…").format(folder=opening.folder))
        place = self.navigation.place() if returns else None

        def opened(found: Opened) -> None:
            self._is_opening = False
            self.start_page.banner.say("")
            if self.leaving.is_closing:
                self.background.in_pool(found.store.close, self)
            else:
                self.leave(lambda: self._enter(found, opening.examiner, place))

        def failed(error: BaseException) -> None:
            self._is_opening = False
            self.start_page.banner.say("")
            if isinstance(error, StoreLocked) and not opening.read_only:
                again = partial(self.open_casebook, opening.folder, examiner=opening.examiner, read_only=True)
                offer_reading(self, error, again)
            else:
                self.tell(error)
            if self.session is None:
                self._show_session()

        def begin() -> None:
            self.background.in_lane(lambda: opened_casebook(opening), self, opened, failed)

        if returns:
            self.leave(begin)
        else:
            begin()

    def _enter(self, opened: Opened, examiner: str, place: Place | None) -> None:
        store = opened.store
        self.disputes.take_opened(opened)
        self.preferences.examiner = examiner
        self.start_page.examiner.setText(examiner)
        self.preferences.remember_casebook(store.folder)
        self.session = Session(store, self.background)
        self.session.failed.connect(self.tell)
        self.session.verified.connect(self.disputes.take_verification)
        self.desk = made_desk(self.session, self.theme, self.preferences)
        self.offer.follow(self.desk.queue)
        self.rail.progress.follow(self.session.monitor)
        if self.session.monitor is not None and self.session.runs is not None:
            self.session.monitor.all_ended.connect(self.notifier.tell_ends)
            self.session.runs.became_idle.connect(self.leaving.close_if_done)
        self._show_session()
        wanted, self._wanted_images = self._wanted_images, ""
        if wanted:
            self.navigation.show_run(wanted, shows_images=True)
        if place is not None:
            self.navigation.return_to(place)

    def _drop_pages(self) -> None:
        for page in (*self.pages.values(), *((self.workspace,) if self.workspace is not None else ())):
            self._stack.removeWidget(page)
            page.deleteLater()
        self.pages.clear()
        self.workspace = None

    def _show_session(self) -> None:
        self._drop_pages()
        session = self.session
        for name in (CASES, SEARCH, QUEUE, PACKS):
            self.rail.enable(name, session is not None)
        if session is None:
            self.dispute.show_dispute(None)
            self.start_page.refresh()
            self._stack.setCurrentWidget(self.start_page)
            self.setWindowTitle(self.tr("Forensic App"))
            self.rail.show_casebook("", "", "")
            self.rail.mark("")
        else:
            reading = self.tr(" (reading only)") if session.is_read_only else ""
            self.setWindowTitle(
                self.tr("{name} – Forensic App").format(name=plain(session.folder.name)) + reading
            )
            self.rail.show_casebook(
                session.folder.name + reading, str(session.folder), session.store.examiner
            )
            self.show_page(CASES)
        self.backup.look()
        self._update_menus()

    def _update_menus(self) -> None:
        session = self.session
        self.menus.update(
            has_casebook=session is not None,
            is_in_case=self.shown_workspace() is not None,
            can_write=session is not None and not session.is_read_only,
        )

    def on_cases(self, method: str) -> None:
        """Show the cases and call a method of theirs."""
        self.show_page(CASES)
        getattr(self.pages[CASES], method)()

    def on_workspace(self, method: str) -> None:
        """Call a method of the case that is open, if there is one."""
        if self.workspace is not None:
            getattr(self.workspace, method)()

    def show_tab(self, place: int) -> None:
        """Show a tab of the case that is open, if there is one."""
        if self.workspace is not None:
            self.workspace.show_tab(place)

    def choose_theme(self, mode: str) -> None:
        """Show another theme and remember it: ``system``, ``light`` or ``dark``."""
        self.preferences.theme = mode
        self.theme.set_mode(mode)

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.casebook_chosen.connect(self.open_casebook)
        page.casebook_wanted.connect(lambda folder: self.open_casebook(folder, creates=True))
        page.demonstration_wanted.connect(self.demonstration.start)
        page.demonstration_stopped.connect(self.demonstration.stop)
        self.demonstration.ready.connect(self.open_demonstration)
        self.demonstration.failed.connect(self.tell)
