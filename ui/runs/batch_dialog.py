"""Set up one run for each of several photographs, with one set of parameters.

Rules:
    * Every photograph has its own run; what would refuse one is said in the table before anything is queued.
    * Nothing is queued for a photograph that is not ticked, and none is ticked that a run would refuse.
    * An age that is entered here is recorded with its photograph, with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import Case, Exhibit, Subject
from forensic_app.workflows.suggested_ages import SuggestedAges, suggested_ages
from ui.desk import Desk
from ui.evidence.face_boxes import face_boxes
from ui.runs.batch_table import BatchTable
from ui.runs.estimate_card import EstimateCard
from ui.runs.run_settings import RunSettings
from ui.widgets.basics import Banner, label, scrolled
from ui.widgets.fitting import fit
from ui.widgets.image_view import ImageView
from ui.widgets.plain import plain, set_tip
from ui.widgets.wrapping import WrappingRow
from ui.wording import error_words, recorded_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.batches import BatchOutcome

PREVIEW_PX = 960
_LEAST_PREVIEW_PX, _MOST_PREVIEW_PX = 90, 190


class BatchDialog(QDialog):
    """Photographs, and one set of parameters for all of them.

    Signals:
        queued: The runs as recorded, in the order of the photographs.
    """

    queued = Signal(object)

    def __init__(
        self, desk: Desk, case: Case, exhibits: Sequence[Exhibit], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Runs on several photographs"))
        self._desk = desk
        self._case = case
        self._first = list(exhibits)
        self._every: list[Exhibit] = []
        self._subjects: dict[str, Subject] = {}
        self._fault = ""
        self._is_busy = False
        self._pictured = ""
        self.banner = Banner()
        self.settings = RunSettings(
            desk, [name for name in registry.names() if not registry.descriptor(name).is_learning]
        )
        self.packs = self.settings.packs
        self.takes = EstimateCard(desk, self.settings)
        self.table = BatchTable(desk)
        self.add_button = QPushButton(self.tr("Add photographs…"))
        self.count = label(name="muted", wraps=True)
        self.picture = ImageView(desk.theme)
        self.reason = QLineEdit()
        self._lay_out()
        self._connect()
        self.settings.show_engine()
        self.packs.reload()
        desk.session.read(
            lambda store: (store.exhibits(case.case_id), store.subjects(case.case_id)),
            self,
            lambda found: self._show_case(*found),
        )
        fit(self, 1240, 760)
        self.table.setFocus()

    def done(self, result: int) -> None:
        """Close; nothing is estimated and no face is looked for any more."""
        self.takes.stop()
        self.table.forget()
        super().done(result)

    def add_of_subject(self, subject_id: str | None) -> None:
        """Add every photograph of a subject, of every subject where ``None``."""
        wanted = [
            each
            for each in self._every
            if each.subject_id is not None and subject_id in (None, each.subject_id)
        ]
        self._add(wanted)

    def queue_runs(self) -> None:
        """Record a run for each ticked photograph; a refusal is shown and nothing is recorded."""
        pack = self.settings.chosen_pack()
        if self._why_not() or pack is None:
            return
        items = [row.item() for row in self.table.taken()]
        engine, given, reason = self.settings.descriptor().name, self.settings.given(), self.reason.text()
        device = self._desk.preferences.device
        self.settings.remember()
        self._set_busy(True)

        def work(store: CaseStore) -> BatchOutcome:
            from forensic_app.workflows.batches import queue_batch

            return queue_batch(
                store,
                items,
                engine=engine,
                pack=pack.name,
                parameters=given,
                device=device,
                reason=reason,
            )

        self._desk.session.write(work, self, self._take_outcome, self._refused)

    def _take_outcome(self, outcome: BatchOutcome) -> None:
        if not outcome.refusals:
            self.accept()
            self.queued.emit(list(outcome.runs))
            return
        for exhibit_id, words in outcome.refusals:
            self.table.tell(exhibit_id, recorded_words(words))
        self._set_busy(False)
        self.banner.say(
            self.tr("Nothing was started: {count} photograph(s) were refused.").format(
                count=len(outcome.refusals)
            ),
            "bad",
        )

    def _refused(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self._desk.session.failed.emit(error)

    def _connect(self) -> None:
        self.settings.changed.connect(self._refresh)
        self.settings.refused.connect(lambda words: self.banner.say(words, "bad"))
        self.takes.looked.connect(self._take_look)
        self.table.changed.connect(self._refresh)
        self.table.row_chosen.connect(self._show_picture)
        self.picture.box_clicked.connect(self.table.choose_face)
        self.reason.textChanged.connect(lambda _: self._refresh())

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for each in (self.settings, self.packs):
            column.addWidget(each)
        column.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        tools = WrappingRow()
        tools.addWidget(self.count, 1)
        tools.addWidget(self.add_button)
        self.add_button.setAutoDefault(False)
        self.picture.setAccessibleName(self.tr("The chosen photograph with its faces"))
        self.picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reason.setPlaceholderText(
            self.tr("Where the ages entered here are known from, recorded with each")
        )
        self.reason.setAccessibleName(self.tr("Reason for the ages entered here"))
        self.reason.hide()
        right.addWidget(tools)
        right.addWidget(self.table, 3)
        right.addWidget(self.reason)
        below = QHBoxLayout()
        below.setSpacing(8)
        takes = scrolled(self.takes)
        self.takes.setObjectName("card")
        for low in (self.picture, takes):
            low.setMinimumHeight(_LEAST_PREVIEW_PX)
            low.setMaximumHeight(_MOST_PREVIEW_PX)
        below.addWidget(self.picture, 1)
        below.addWidget(takes, 1)
        right.addLayout(below, 2)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(scrolled(left), 4)
        body.addLayout(right, 5)
        buttons = QDialogButtonBox()
        self.start_button = buttons.addButton(self.tr("Start runs"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start_button.setProperty("kind", "primary")
        self.start_button.setAutoDefault(False)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setAutoDefault(False)
        buttons.accepted.connect(self.queue_runs)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Runs on several photographs"), "heading"))
        outer.addWidget(
            label(
                self.tr("One set of parameters; each photograph has a run and a record of its own."),
                "muted",
                wraps=True,
            )
        )
        outer.addWidget(self.banner)
        outer.addLayout(body, 1)
        outer.addWidget(buttons)

    def _show_case(self, exhibits: list[Exhibit], subjects: list[Subject]) -> None:
        self._every = [each for each in exhibits if each.tombstone_reason is None]
        self._subjects = {each.subject_id: each for each in subjects if each.tombstone_reason is None}
        kept = {each.exhibit_id for each in self._every}
        self._add([each for each in self._first if each.exhibit_id in kept])
        menu = QMenu(self)
        for subject_id, subject in self._subjects.items():
            count = sum(each.subject_id == subject_id for each in self._every)
            if count:
                words = self.tr("All of {name} ({count})").format(name=plain(subject.name), count=count)
                menu.addAction(words.replace("&", "&&"), partial(self.add_of_subject, subject_id))
        menu.addSeparator()
        menu.addAction(self.tr("All of every subject"), partial(self.add_of_subject, None))
        menu.addAction(
            self.tr("All of the case ({count})").format(count=len(self._every)),
            lambda: self._add(self._every),
        )
        self.add_button.setMenu(menu)

    def _add(self, exhibits: Sequence[Exhibit]) -> None:
        self.table.add(exhibits, {key: each.name for key, each in self._subjects.items()})
        people = {row.exhibit.subject_id for row in self.table.rows}
        person = self._subjects.get(next(iter(people)) or "") if len(people) == 1 else None
        if person is None:
            self.settings.suggest(SuggestedAges())
        else:
            today = datetime.now().astimezone().date()
            self.settings.suggest(suggested_ages(person, self.table.rows[0].exhibit, on=today))

    def _take_look(self, fault: str) -> None:
        self._fault = fault
        self.banner.say(fault, "bad")
        self._refresh()

    def _why_not(self) -> str:
        has_ages = any(row.item().age_at_photo is not None for row in self.table.taken())
        why = self.settings.fault() or self._fault or self.table.fault()
        if not why and has_ages and not self.reason.text().strip():
            why = self.tr("Say where the ages entered here are known from: it is recorded.")
        return why

    def _refresh(self) -> None:
        self._tell_needs()
        taken = self.table.taken()
        self.reason.setVisible(any(row.item().age_at_photo is not None for row in taken))
        words = self.tr("{taken} of {count} photograph(s) are taken.")
        told = words.format(taken=len(taken), count=len(self.table.rows))
        self.start_button.setText(self.tr("Start {count} run(s)").format(count=len(taken)))
        why = self._why_not()
        self.count.setText(f"{told} {why}".strip())
        self.start_button.setEnabled(not why and not self._is_busy)
        set_tip(self.start_button, why)
        if self.takes.runs != len(taken):
            self.takes.show_runs(len(taken))

    def _tell_needs(self) -> None:
        """Tell the table whether the runs need to know ages."""
        from forensic_app.workflows.batches import shows_ages

        try:
            given: dict[str, Any] = self.settings.given()
        except InvalidInput:
            return
        age = given.get("source_age")
        engine = self.settings.descriptor().name
        self.table.set_needs(needs_age=shows_ages(engine), age_for_all=None if age is None else float(age))

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._refresh()

    def _show_picture(self) -> None:
        row = self.table.current()
        if row is None:
            return
        sha256 = row.exhibit.picture_sha256
        self.picture.show_boxes(face_boxes(row.faces or (), self.table.chosen_face()))
        if sha256 == self._pictured:
            return
        self._pictured = sha256

        def show(image: QImage) -> None:
            if self._pictured == sha256:
                self.picture.show_image(image, self.tr("This picture cannot be shown."))
                self.picture.show_boxes(face_boxes(row.faces or (), self.table.chosen_face()))

        self._desk.thumbnails.request(sha256, self, show, side_px=PREVIEW_PX)
