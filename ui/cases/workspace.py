"""One case: its header and the tabs of everything that belongs to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTabWidget, QToolButton, QVBoxLayout, QWidget

from forensic_app.records import Case, CaseStatus, DerivedImage, Exhibit, RunStatus
from forensic_app.workflows.timeline import Moment
from ui.cases.bundle_dialog import BundleDialog
from ui.cases.case_dialog import CaseDialog, StatusDialog
from ui.cases.overview import OverviewView
from ui.compare.comparing import Comparing
from ui.comparison.comparison_view import ComparisonView
from ui.custody.custody_view import CustodyView
from ui.desk import Desk
from ui.evidence.exhibits_view import ExhibitsView
from ui.reports.reports_view import ReportsView
from ui.runs.runs_view import RunsView
from ui.widgets.basics import ElidedLabel, button, clear, keep_icon, pill
from ui.widgets.page import Page
from ui.widgets.plain import set_tip
from ui.wording import case_status_words, kind_words

OVERVIEW, EXHIBITS, RUNS, IMAGES, REPORTS, CUSTODY = range(6)


class Workspace(Page):
    """Everything about one case.

    Signals:
        back_wanted: Show the list of cases again.
        search_wanted: Identifier of a gallery and number of a search of it that is to be shown.
        lookalikes_wanted: An exhibit, and the face of it that others are to be compared with, 0 = largest.
    """

    back_wanted = Signal()
    lookalikes_wanted = Signal(object, int)
    search_wanted = Signal(str, int)

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self.case = case
        self._stale: set[int] = set()
        self._title = ElidedLabel()
        self._title.setObjectName("title")
        self._pills = QHBoxLayout()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName(self.tr("Parts of the case"))
        self.overview = OverviewView(desk, case)
        self.exhibits = ExhibitsView(desk, case)
        self.runs = RunsView(desk, case)
        self.comparison = ComparisonView(desk, case)
        self.reports = ReportsView(desk, case)
        self.custody = CustodyView(desk, case)
        self.comparing = Comparing(desk, case, self)
        for view, text in (
            (self.overview, self.tr("Overview")),
            (self.exhibits, self.tr("Exhibits")),
            (self.runs, self.tr("Runs")),
            (self.comparison, self.tr("Derived images")),
            (self.reports, self.tr("Reports")),
            (self.custody, self.tr("Custody")),
        ):
            self.tabs.addTab(view, text)
        self._connect()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_header())
        column.addWidget(self.tabs, 1)
        self._show_case(case)
        self._stale = set(range(self.tabs.count()))
        self._refresh_shown()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the bar of tabs."""
        return (self.tabs.tabBar(),)

    def show_tab(self, place: int) -> None:
        """Show one part of the case."""
        self.tabs.setCurrentIndex(place)
        self.tabs.currentWidget().setFocus()

    def edit_case(self) -> None:
        """Edit the case."""
        dialog = CaseDialog(self._desk, self.case, self)
        dialog.saved.connect(self._show_case)
        dialog.open()

    def toggle_status(self) -> None:
        """Close an open case, reopen a closed one."""
        dialog = StatusDialog(self._desk, self.case, self)
        dialog.saved.connect(self._show_case)
        dialog.open()

    def add_subject(self) -> None:
        """Add a person."""
        self.show_tab(OVERVIEW)
        self.overview.add_subject()

    def receive(self) -> None:
        """Choose photographs to receive."""
        self.show_tab(EXHIBITS)
        self.exhibits.choose_files()

    def new_run(self) -> None:
        """Set up a run."""
        self.show_tab(EXHIBITS)
        self.exhibits.new_run()

    def new_batch(self) -> None:
        """Set up runs on several photographs."""
        self.show_tab(EXHIBITS)
        self.exhibits.new_batch()

    def refresh_images(self) -> None:
        """Set up a run at the person's age today, on the photograph of the case's newest run."""

        def work(store: Any) -> tuple[Exhibit, int] | None:
            kept = {each.exhibit_id: each for each in store.exhibits(self.case.case_id)}
            for run in reversed(store.runs(self.case.case_id, status=RunStatus.COMPLETED)):
                if run.spec.exhibit_id in kept and not run.spec.source_derived_image_id:
                    return kept[run.spec.exhibit_id], run.spec.face_index
            return None

        def show(found: tuple[Exhibit, int] | None) -> None:
            from ui.runs.new_run_dialog import NewRunDialog

            self.show_tab(EXHIBITS)
            if found is None:
                return
            exhibit, face_index = found
            dialog = NewRunDialog(self._desk, exhibit, face_index=face_index, wants_today=True, parent=self)
            dialog.queued.connect(lambda queued: self._show_run(queued.run_id))
            dialog.open()

        self._desk.session.read(work, self, show)

    def find_lookalikes(self) -> None:
        """Ask who else in the casebook looks like the chosen photograph's face."""
        exhibit = self.exhibits.current()
        if exhibit is None:
            self.show_tab(EXHIBITS)
            self.exhibits.details.say_choose()
            return
        self.lookalikes_wanted.emit(exhibit, self.exhibits.details.face_index)

    def find_leads(self) -> None:
        """Set up leads from the chosen photograph: other ages, sketches of these, and searches."""
        exhibit = self.exhibits.current()
        self.show_tab(EXHIBITS)
        if exhibit is None:
            self.exhibits.details.say_choose()
            return
        from ui.search.leads_dialog import LeadsDialog

        face_index = self.exhibits.details.face_index
        dialog = LeadsDialog(self._desk, exhibit, face_index=face_index, parent=self)
        dialog.search_wanted.connect(self.search_wanted)
        dialog.open()

    def sketch(self, image: DerivedImage, exhibit: Exhibit) -> None:
        """Set up a run that draws a derived image."""
        from ui.runs.new_run_dialog import NewRunDialog

        run = self.comparison.current_run()
        face_index = run.spec.face_index if run is not None else 0
        dialog = NewRunDialog(self._desk, exhibit, source=image, face_index=face_index, parent=self)
        dialog.queued.connect(lambda queued: self._show_run(queued.run_id))
        dialog.open()

    def compare(self) -> None:
        """Compare what is chosen on the page that is shown, or choose what is to be compared."""
        shown = self.tabs.currentWidget()
        if shown in (self.exhibits, self.runs, self.comparison):
            shown.compare()
        else:
            self.comparing.compare(())

    def issue_report(self) -> None:
        """Set up a report."""
        self.show_tab(REPORTS)
        self.reports.issue()

    def print_report(self) -> None:
        """Print the chosen report, the newest one by default."""
        self.show_tab(REPORTS)
        self.reports.print_report()

    def hand_out_case(self) -> None:
        """Hand out the whole case as a bundle."""
        BundleDialog(self._desk, self.case, self).open()

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._refresh_shown)
        self._desk.session.changed.connect(self._mark_stale)
        self.exhibits.run_queued.connect(self._show_run)
        self.exhibits.batch_queued.connect(self._show_runs)
        self.exhibits.details.lookalikes_wanted.connect(self.find_lookalikes)
        self.exhibits.leads_wanted.connect(self.find_leads)
        self.runs.images_wanted.connect(self.show_images)
        self.runs.new_run_wanted.connect(self.new_run)
        self.comparison.sketch_wanted.connect(self.sketch)
        self.exhibits.comparison_wanted.connect(self.comparing.compare)
        self.exhibits.addition_wanted.connect(self.comparing.add)
        self.runs.comparison_wanted.connect(self.comparing.compare_runs)
        self.comparison.comparison_wanted.connect(self.comparing.compare)
        self.comparison.addition_wanted.connect(self.comparing.add)
        self.overview.exhibits_wanted.connect(lambda: self.show_tab(EXHIBITS))
        self.overview.glance.row.moment_wanted.connect(self._show_moment)

    def _show_moment(self, moment: Moment) -> None:
        """Show a picture of the timeline: the image in its run, or the exhibit."""
        if moment.is_derived:
            self.comparison.show_image(moment.record_id, moment.name)
            self.show_tab(IMAGES)
        else:
            self.exhibits.show_exhibit(moment.record_id)
            self.show_tab(EXHIBITS)

    def _show_run(self, run_id: str) -> None:
        self.show_tab(RUNS)
        self.runs.start(run_id)

    def _show_runs(self, run_ids: list[str]) -> None:
        for run_id in run_ids:
            self._desk.queue.start(run_id)
        self.show_tab(RUNS)
        self.runs.select(run_ids[0])

    def show_images(self, run_id: str) -> None:
        """Show the images of a run."""
        self.comparison.show_run(run_id)
        self.show_tab(IMAGES)

    def _mark_stale(self) -> None:
        self._stale = set(range(self.tabs.count()))
        self._refresh_shown()
        self._desk.session.read(lambda store: store.case(self.case.case_id), self, self._show_case)

    def _refresh_shown(self) -> None:
        place = self.tabs.currentIndex()
        if place in self._stale:
            self._stale.discard(place)
            self.tabs.currentWidget().reload()  # type: ignore[attr-defined]

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        back = QToolButton()
        back.setAccessibleName(self.tr("Back to the cases"))
        set_tip(back, self.tr("Back to the cases"))
        keep_icon(back, self._desk.theme, "back")
        back.clicked.connect(self.back_wanted)
        self._edit_button = button(
            self.tr("Edit"), self.edit_case, icon="edit", theme=self._desk.theme, tip="Ctrl+E"
        )
        self._status_button = button("", self.toggle_status, icon="lock", theme=self._desk.theme)
        for each in (self._edit_button, self._status_button):
            each.setEnabled(not self._desk.session.is_read_only)
        row = QHBoxLayout(header)
        row.setContentsMargins(16, 12, 24, 12)
        row.setSpacing(10)
        row.addWidget(back)
        row.addWidget(self._title)
        row.addLayout(self._pills)
        row.addStretch(1)
        row.addWidget(self._edit_button)
        row.addWidget(self._status_button)
        return header

    def _show_case(self, case: Case) -> None:
        self.case = case
        is_open = case.status is CaseStatus.OPEN
        self._title.setText(f"{case.case_number}  {case.title}")
        clear(self._pills)
        self._pills.addWidget(pill(kind_words(case.kind)))
        self._pills.addWidget(pill(case_status_words(case.status), "good" if is_open else "warning"))
        self._status_button.setText(self.tr("Close case…") if is_open else self.tr("Reopen case…"))
        for view in (self.overview, self.exhibits, self.runs, self.comparison, self.reports, self.custody):
            view.show_case(case)
