"""Ways through the window to one place in a case: a run, its images, new images, or where the examiner was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from forensic_app.records import Case, Exhibit
from ui.pages import SEARCH

if TYPE_CHECKING:
    from ui.main_window import MainWindow

Place = tuple[str, int]
"""A case and one of its tabs."""


class Navigation(QObject):
    """Shows places of the open casebook."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def place(self) -> Place | None:
        """Return the case and the tab that are shown."""
        workspace = self._window.shown_workspace()
        return None if workspace is None else (workspace.case.case_id, workspace.tabs.currentIndex())

    def return_to(self, place: Place) -> None:
        """Show a case and one of its tabs again."""
        session, (case_id, tab) = self._window.session, place

        def show(case: Case) -> None:
            self._window.open_case(case)
            self._window.show_tab(tab)

        if session is not None:
            session.read(lambda store: store.case(case_id), session, show)

    def show_run(self, run_id: str, *, shows_images: bool = False) -> None:
        """Show a run in its case, or the images that it made."""
        window = self._window
        session = window.session
        if session is None:
            return

        def show(case: Case) -> None:
            from ui.cases.workspace import RUNS

            window.show_case(case)
            if shows_images:
                window.workspace.show_images(run_id)
            else:
                window.show_tab(RUNS)
                window.workspace.runs.select(run_id)

        session.read(lambda store: store.case(store.run(run_id).case_id), session, show)

    def search_exhibit(self, exhibit: Exhibit, face_index: int) -> None:
        """Show the searches, set up to ask who else looks like a face of a photograph."""
        self._window.show_page(SEARCH)
        page: Any = self._window.pages[SEARCH]
        page.choose_exhibit(exhibit, face_index=face_index)

    def show_search(self, gallery_id: str, number: int) -> None:
        """Show a recorded search of a gallery."""
        session = self._window.session
        if session is None:
            return
        preferences, folder = self._window.preferences, session.folder
        form = {**preferences.search_form(folder), "gallery": gallery_id}
        preferences.remember_search_form(folder, form)
        self._window.show_page(SEARCH)
        page: Any = self._window.pages[SEARCH]
        page.gallery.setCurrentIndex(max(0, page.gallery.findData(gallery_id)))
        page.open_search(gallery_id, number)

    def refresh_images(self, case: Case) -> None:
        """Open a case and set up new images of the photograph that its newest run worked on, at the age today."""
        self._window.show_case(case)
        self._window.workspace.refresh_images()
