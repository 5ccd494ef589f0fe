"""The pages that the rail offers; each is made when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from ui.main_window import MainWindow

CASES, SEARCH, QUEUE, PACKS, WORKSTATION = "cases", "search", "queue", "packs", "workstation"


def rail_pages() -> tuple[tuple[str, str, str], ...]:
    """Return name, text and icon of each page, in the order of the rail."""
    return (
        (CASES, QCoreApplication.translate("MainWindow", "Cases"), "cases"),
        (SEARCH, QCoreApplication.translate("MainWindow", "Search"), "search"),
        (QUEUE, QCoreApplication.translate("MainWindow", "Queue"), "queue"),
        (PACKS, QCoreApplication.translate("MainWindow", "Model packs"), "pack"),
        (WORKSTATION, QCoreApplication.translate("MainWindow", "Workstation"), "workstation"),
    )


def made_page(window: MainWindow, name: str) -> QWidget:
    """Return a new page of the window; all but that of the workstation need an open casebook."""
    desk = window.desk
    if name == WORKSTATION or desk is None:
        from ui.workstation.workstation_view import WorkstationView

        made = WorkstationView(window.background, window.theme, window.preferences, window.session)
        made.casebook_wanted.connect(window.start_page.choose)
        made.new_casebook_wanted.connect(window.start_page.choose_new)
        return made
    if name == SEARCH:
        from ui.search.search_view import SearchView

        return SearchView(desk)
    if name == QUEUE:
        from ui.runs.queue_view import QueueView

        queue = QueueView(desk)
        queue.run_wanted.connect(window.navigation.show_run)
        return queue
    if name == PACKS:
        from ui.workstation.packs_view import PacksView

        return PacksView(desk)
    from ui.cases.case_list_view import CaseListView

    view = CaseListView(desk)
    view.case_opened.connect(window.open_case)
    view.refresh_wanted.connect(window.navigation.refresh_images)
    return view
