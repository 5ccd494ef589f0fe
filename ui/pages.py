"""The pages that the rail offers; each is made when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from ui.main_window import MainWindow

CASES, PACKS, WORKSTATION = "cases", "packs", "workstation"


def made_page(window: MainWindow, name: str) -> QWidget:
    """Return the cases, the packs or the workstation."""
    if name == CASES:
        from ui.cases.case_list_view import CaseListView

        assert window.desk is not None
        view = CaseListView(window.desk)
        view.case_opened.connect(window.open_case)
        view.refresh_wanted.connect(window.navigation.refresh_images)
        return view
    if name == PACKS:
        from ui.workstation.packs_view import PacksView

        assert window.desk is not None
        return PacksView(window.desk)
    from ui.workstation.workstation_view import WorkstationView

    made = WorkstationView(window.background, window.theme, window.preferences, window.session)
    made.casebook_wanted.connect(window.start_page.choose)
    made.new_casebook_wanted.connect(window.start_page.choose_new)
    return made
