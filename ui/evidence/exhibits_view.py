"""The photographs of a case: thumbnails to drop files on, and the chosen one in full."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, CaseStatus, Exhibit, Subject
from ui.compare.comparing import compare_action, compare_button
from ui.desk import Desk
from ui.evidence.exhibit_details import ExhibitDetails
from ui.evidence.exhibit_dialog import ExhibitDialog
from ui.evidence.exhibits_list import ExhibitsPane
from ui.evidence.intake_dialog import IntakeDialog
from ui.evidence.withdraw_dialog import WithdrawDialog
from ui.search.own_comparison import OwnComparisons, own_comparison_text
from ui.widgets.basics import EmptyState, button, label, set_property
from ui.widgets.page import Page
from ui.widgets.page_stack import PageStack
from ui.widgets.wrapping import WrappingRow

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.casebook_comparison import OwnComparison

FILE_PATTERNS = "*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp *.heic *.heif *.avif *.gif *.jp2 *.j2k *.pdf"


class DropZone(QFrame):
    """A frame that takes files.

    Signals:
        files_dropped: Their paths.
    """

    files_dropped = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dropZone")
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take local files."""
        if _paths(event):
            set_property(self, "active", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        set_property(self, "active", "false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which files were dropped."""
        set_property(self, "active", "false")
        self.files_dropped.emit(_paths(event))
        event.acceptProposedAction()


class ExhibitsView(Page):
    """Exhibits of a case.

    Signals:
        run_queued: Identifier of a run that was set up here.
        batch_queued: Identifiers of the runs that were set up here together.
        leads_wanted: Leads from the chosen exhibit are to be found.
        comparison_wanted: Identifiers of exhibits that are to be compared.
        addition_wanted: Identifiers of exhibits that are to be added to what is compared.
    """

    run_queued = Signal(str)
    batch_queued = Signal(object)
    leads_wanted = Signal()
    comparison_wanted = Signal(list)
    addition_wanted = Signal(list)

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self._wanted = ""
        self._exhibits: list[Exhibit] = []
        self.own_comparisons = OwnComparisons(desk.session, self)
        self.zone = DropZone()
        self.zone.files_dropped.connect(self.receive)
        self.pane = ExhibitsPane(desk)
        self.list = self.pane.list
        self.details = ExhibitDetails(desk)
        self.list.chosen.connect(self._show_current)
        self.list.several_chosen.connect(lambda: self.details.show_chosen(len(self.list.selected())))
        self.list.activated.connect(lambda _: self.details.setFocus())
        self.details.new_run_wanted.connect(self.new_run)
        self.details.amendment_wanted.connect(self.amend)
        self.details.withdrawal_wanted.connect(self.withdraw)
        self.hint = label(name="muted", wraps=True)
        self.receive_button = button(
            self.tr("Receive photographs…"),
            self.choose_files,
            icon="add",
            theme=desk.theme,
            tip="Ctrl+I",
        )
        words = self.tr("Compare the selected exhibits")
        self.compare_button = compare_button(desk.theme, words, f"{words} (Ctrl+Shift+C)", self.compare)
        self._add_context_menus()
        self._stack = PageStack()
        self._stack.addWidget(self.pane)
        first = button(self.tr("Choose photographs…"), self.choose_files, kind="primary")
        self._stack.addWidget(
            EmptyState(
                self.tr("Drop photographs here"),
                self.tr(
                    "Each becomes an exhibit: copied byte for byte, with its SHA-256, never opened "
                    "for writing."
                ),
                first,
            )
        )
        self._first_button = first
        self._lay_out()
        self.show_case(case)

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case
        can_write = not self._desk.session.is_read_only and case.status is CaseStatus.OPEN
        self.receive_button.setEnabled(can_write)
        self._first_button.setEnabled(can_write)
        self.zone.setAcceptDrops(can_write)
        self.details.set_can_run(can_write)
        self._leads.setEnabled(can_write)

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the photographs, or the button that stands in their place."""
        return (self.list, self._first_button)

    def reload(self) -> None:
        """Read the exhibits again."""
        case_id = self._case.case_id
        self._desk.session.read(
            lambda store: (
                store.exhibits(case_id, include_removed=True),
                {each.subject_id: each for each in store.subjects(case_id)},
            ),
            self,
            lambda found: self._show(*found),
        )

    def show_exhibit(self, exhibit_id: str) -> None:
        """Choose an exhibit, now or once the exhibits were read."""
        self.pane.filter.clear()
        if self.list.exhibits.row_of(exhibit_id) >= 0:
            self.pane.choose(exhibit_id)
        else:
            self._wanted = exhibit_id

    def choose_files(self) -> None:
        """Ask for files and receive them."""
        names, _ = QFileDialog.getOpenFileNames(
            self,
            self.tr("Photographs to receive"),
            "",
            self.tr("Photographs ({patterns});;Every file (*)").format(patterns=FILE_PATTERNS),
        )
        if names:
            self.receive([Path(name) for name in names])

    def receive(self, files: Sequence[Path]) -> IntakeDialog:
        """Show the dialog that receives files."""
        dialog = IntakeDialog(self._desk, self._case, files, self)
        dialog.received.connect(self._select_later)
        dialog.received.connect(self.own_comparisons.compare)
        dialog.open()
        return dialog

    def new_run(self) -> None:
        """Set up a run on the chosen exhibit, or on each of several."""
        if len(self.list.selected()) > 1:
            self.new_batch()
            return
        exhibit = self.current()
        if exhibit is None:
            self.details.say_choose()
            return
        from ui.runs.new_run_dialog import NewRunDialog

        dialog = NewRunDialog(self._desk, exhibit, face_index=self.details.face_index, parent=self)
        dialog.queued.connect(lambda run: self.run_queued.emit(run.run_id))
        dialog.open()

    def new_batch(self) -> None:
        """Set up runs on the chosen exhibits; of one alone, on every photograph of its subject."""
        from ui.runs.batch_dialog import BatchDialog

        chosen = self.list.selected()
        if len(chosen) == 1 and chosen[0].subject_id is not None:
            chosen = [each for each in self._exhibits if each.subject_id == chosen[0].subject_id]
        dialog = BatchDialog(self._desk, self._case, chosen, self)
        dialog.queued.connect(lambda runs: self.batch_queued.emit([run.run_id for run in runs]))
        dialog.open()

    def amend(self) -> None:
        """Amend what is stated about the chosen exhibit."""
        exhibit = self.current()
        if exhibit is not None:
            ExhibitDialog(self._desk, exhibit, self).open()

    def withdraw(self) -> None:
        """Withdraw the chosen exhibit."""
        exhibit = self.current()
        if exhibit is not None:
            WithdrawDialog(self._desk, exhibit, self).open()

    def compare(self) -> None:
        """Compare the selected exhibits."""
        self.comparison_wanted.emit([each.exhibit_id for each in self.list.selected()])

    def current(self) -> Exhibit | None:
        """Return the chosen exhibit."""
        return self.list.current()

    def _add_context_menus(self) -> None:
        def add_selected() -> None:
            self.addition_wanted.emit([each.exhibit_id for each in self.list.selected()])

        compare = compare_action(self.tr("Compare the selected exhibits"), self.compare, self)
        add = compare_action(self.tr("Add to comparison"), add_selected, self)
        self._leads = leads = compare_action(
            self.tr("Leads from this photograph…"), self.leads_wanted.emit, self
        )
        for widget, actions in ((self.list, (compare, add, leads)), (self.details.picture, (add, leads))):
            widget.addActions(actions)
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.zone)
        inside.setContentsMargins(4, 4, 4, 4)
        inside.addWidget(self._stack)
        top = WrappingRow()
        top.addWidget(label(self.tr("Exhibits"), "heading"))
        top.addStretch(1)
        top.addWidget(self.receive_button)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(10)
        column.addWidget(top)
        column.addWidget(self.zone, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.compare_button)
        column.addLayout(foot)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setSizes([390, 760])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 16, 24, 16)
        outer.addWidget(splitter)

    def _show(self, records: list[Exhibit], people: dict[str, Subject]) -> None:
        names = {key: each.name for key, each in people.items()}
        self.details.people = people
        exhibits = [each for each in records if each.tombstone_reason is None]
        self._exhibits = exhibits
        hint = self.tr("Drop files anywhere in the frame.")
        withdrawn = len(records) - len(exhibits)
        more = self.tr("{count} withdrawn: see the custody log.").format(count=withdrawn) if withdrawn else ""
        self.hint.setText(" ".join(each for each in (hint, more) if each))
        kept = self.current()
        wanted = self._wanted or (kept.exhibit_id if kept else "")
        self._wanted = ""
        self.details.names = names
        self.list.exhibits.show_exhibits(exhibits, names)
        self._stack.setCurrentIndex(0 if exhibits else 1)
        self.details.run_button.setVisible(bool(exhibits))
        self.pane.choose(wanted)
        self._show_current()

    def _select_later(self, exhibit: Exhibit) -> None:
        self._wanted = exhibit.exhibit_id

    def _show_current(self) -> None:
        exhibit = self.current()
        self.details.show_exhibit(exhibit)
        if exhibit is not None and exhibit.subject_id is not None:
            self._tell_own_comparison(exhibit)

    def _tell_own_comparison(self, exhibit: Exhibit) -> None:
        """Say where the photograph disagrees with its subject's others, as it is on record."""

        def read(store: CaseStore) -> OwnComparison | None:
            from forensic_app.workflows.casebook_comparison import recorded_own_comparison

            return recorded_own_comparison(store, exhibit.exhibit_id)

        def show(found: OwnComparison | None) -> None:
            words = own_comparison_text(found)
            if words and self.current() == exhibit and not self.details.banner.text():
                self.details.banner.say(words, "warning")

        self._desk.session.read(read, self, show)


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
