"""From an old photograph to leads: ages, style and gallery are chosen, and every stage is done and shown in one table.

Rules:
    * What is done is what the command ``leads`` does, through the same workflow; runs go through the window's queue.
    * Both licences are read and accepted here before anything begins.
    * Closing while work is under way stops it; what was done stays recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFormLayout,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import Exhibit, Gallery
from forensic_app.workflows.suggested_ages import suggested_ages
from ui.desk import Desk
from ui.parameter_words import choice_words
from ui.runs.age_field import AgeField
from ui.runs.pack_choice import PackChoice
from ui.runs.planning import subject_records
from ui.search.job import JobBar, Progress, StopsFirst
from ui.search.leads_table import LeadsTable
from ui.search.leads_words import end_words, evidence_words, leads_progress_words, leads_sentences
from ui.search.matchers import matchers_of
from ui.search.run_waiting import RunWaiting
from ui.widgets.basics import Banner, label, padded, scrolled
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.plain import plain, set_tip
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.workflows.leads import Leads, LeadsAsked

FMRS = (0.01, 0.001, 0.0001)
MOST_CANDIDATES = 200


class LeadsDialog(StopsFirst):
    """Everything from a photograph to its leads.

    Signals:
        search_wanted: Identifier of the gallery and number of a search that is to be shown on its page.
    """

    search_wanted = Signal(str, int)

    def __init__(
        self, desk: Desk, exhibit: Exhibit, *, face_index: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._exhibit = exhibit
        self.done_leads: Leads | None = None
        self.setWindowTitle(
            self.tr("Leads from the photograph {number}").format(number=exhibit.exhibit_number)
        )
        self.banner = Banner()
        self.ages = AgeField(())
        self.gallery, self.manner, self.fmr = Combo(), Combo(), Combo()
        self.top, self.face = QSpinBox(), QSpinBox()
        self.face.setRange(0, 99)
        self.face.setValue(face_index + 1 if face_index else 0)
        self.ageing_pack = PackChoice(desk, self.tr("Model pack for the ages"))
        self.sketch_pack = PackChoice(desk, self.tr("Model pack for the sketches"))
        self.job = JobBar(desk.session, leads_progress_words)
        self.table = LeadsTable()
        self.warning = Banner()
        self.sentences = label(name="muted", wraps=True, selectable=True)
        self._runs = RunWaiting(desk, self)
        self._stack = QStackedWidget()
        self._set_up()
        self._lay_out()
        self._read()
        fit(self, 900, 760)
        self.ages.buttons[0].setFocus()

    def start(self) -> None:
        """Do every stage, beside the event loop; what stands in the way is said first."""
        try:
            asked = self._asked()
        except InvalidInput as error:
            self.banner.say(error_words(error), "bad")
            return
        session = self._desk.session
        load = matchers_of(session).load
        self.banner.say("")

        def work(progress: Progress) -> Leads:
            from forensic_app.workflows.gallery_matcher import matcher_of
            from forensic_app.workflows.leads import find_leads, plan_leads

            plan = plan_leads(session.store, asked)
            matcher = matcher_of(session.store, plan.gallery, load=load)
            execute = partial(self._runs.execute, progress)
            return find_leads(session.store, plan, matcher, execute, report=progress)

        self.job.start(work, self._show, self._refused, words=self.tr("Loading the matcher"))

    def show_search(self) -> None:
        """Close, and have the chosen column's search shown on the page of searches."""
        number = self.table.chosen_search()
        if self.done_leads is not None and number is not None:
            gallery_id = self.done_leads.plan.gallery.gallery_id
            self.accept()
            self.search_wanted.emit(gallery_id, number)

    def _asked(self) -> LeadsAsked:
        """Return what is chosen.

        Raises:
            InvalidInput: Something is missing.
        """
        from forensic_app.workflows.leads import LeadsAsked

        ages = self.ages.ages()
        packs = [each.chosen() for each in (self.ageing_pack, self.sketch_pack)]
        if self.gallery.currentData() is None:
            raise InvalidInput(
                self.tr("There is no gallery to search in."), self.tr("Make one on the page of searches.")
            )
        if None in packs:
            raise InvalidInput(
                self.tr("A model pack is missing."), self.tr("Import one on the page “Model packs”.")
            )
        if not all(each is not None and each[1] for each in packs):
            raise InvalidInput(
                self.tr("The licence of a model pack is not accepted."), self.tr("Read and accept it first.")
            )
        ageing, drawing = (each[0].name for each in packs if each is not None)
        return LeadsAsked(
            exhibit=self._exhibit.exhibit_id,
            gallery=str(self.gallery.currentData()),
            target_ages=ages,
            ageing_pack=ageing,
            sketch_pack=drawing,
            style=self.manner.currentData(),
            face=self.face.value() or None,
            device=self._desk.preferences.device,
            top=self.top.value(),
            fmr=float(self.fmr.currentData()),
        )

    def _show(self, done: Leads) -> None:
        self.done_leads = done
        self.banner.say(*end_words(done))
        self.warning.say(evidence_words(), "warning")
        self.sentences.setText("\n".join(leads_sentences(done)))
        self.table.show_leads(done)
        self._stack.setCurrentIndex(1)
        self.show_button.setVisible(self.table.chosen_search() is not None)
        self.start_button.setVisible(not done.is_complete)
        self.start_button.setText(self.tr("Go on"))
        self._desk.session.changed.emit()
        self.table.setFocus()

    def _refused(self, error: BaseException) -> None:
        self._desk.session.changed.emit()
        if not isinstance(error, ForensicAppError):
            self._desk.session.failed.emit(error)
            return
        words = error_words(error)
        if "--face" in error.advice:
            words = self.tr(
                "It is unclear which face is meant. Choose its number in the field “Face”; 1 is the largest, then in "
                "order of size."
            )
        elif "--threshold" in error.advice:
            words = self.tr(
                "The gallery has too few people for this FMR. Enrol more, or choose a higher FMR."
            )
        self.banner.say(words, "bad")

    def _say_stopped(self) -> None:
        self._desk.session.changed.emit()
        self.banner.say(
            self.tr("Stopped. What was done is recorded, and the same question goes on from there."),
            "warning",
        )
        self.start_button.setFocus()

    def _show_running(self, is_running: bool) -> None:
        self._stack.setEnabled(not is_running)
        self.start_button.setEnabled(not is_running)
        self.show_button.setEnabled(not is_running)
        if is_running:
            self.job.stop_button.setFocus()

    def _read(self) -> None:
        exhibit, session = self._exhibit, self._desk.session
        session.read(lambda store: store.galleries(), self, self._show_galleries)
        self.ageing_pack.reload()
        self.sketch_pack.reload()
        if exhibit.subject_id is not None:
            session.read(lambda store: subject_records(store, exhibit), self, self._suggest)

    def _suggest(self, found: Any) -> None:
        today = datetime.now().astimezone().date()
        self.ages.suggest(suggested_ages(found[0], self._exhibit, on=today))

    def _show_galleries(self, galleries: Sequence[Gallery]) -> None:
        form = self._desk.preferences.search_form(self._desk.session.folder)
        for each in galleries:
            self.gallery.addItem(plain(f"{each.name} ({each.analyser})"), each.gallery_id)
        self.gallery.setCurrentIndex(max(0, self.gallery.findData(str(form.get("gallery", "")))))
        if not galleries:
            self.gallery.addItem(self.tr("No gallery is here"), None)

    def _show_styles(self) -> None:
        """Offer the styles that the chosen sketch pack knows."""
        described, chosen = registry.default(Output.SKETCH), self.sketch_pack.chosen()
        kept = self.manner.currentData()
        self.manner.clear()
        for choice in described.pack_choices:
            parameter = next(each for each in described.schema if each.name == choice.parameter)
            for value in choice.known({} if chosen is None else chosen[0].card):
                self.manner.addItem(choice_words(parameter, value), value)
        self.manner.setCurrentIndex(max(0, self.manner.findData(kept)))

    def _set_up(self) -> None:
        ageing, drawing = registry.default(Output.AGES), registry.default(Output.SKETCH)
        self.sketch_pack.changed.connect(self._show_styles)
        self.ageing_pack.offer(ageing.pack_kind, preferred=ageing.default_pack)
        self.sketch_pack.offer(drawing.pack_kind, preferred=drawing.default_pack)
        for rate in FMRS:
            self.fmr.addItem(f"{QLocale().toString(100 * rate, 'g', 3)} %", rate)
        self.fmr.setCurrentIndex(1)
        self.top.setRange(1, MOST_CANDIDATES)
        self.top.setValue(20)
        self.face.setSpecialValueText(self.tr("the clear one"))
        for field in (self.top, self.face):
            padded(field)
        for widget, name in (
            (self.gallery, self.tr("Gallery")),
            (self.manner, self.tr("Style of the sketches")),
            (self.fmr, self.tr("False match rate that the threshold is set at")),
            (self.top, self.tr("Most candidates of each search")),
            (self.face, self.tr("Face of the picture, 1 = largest")),
        ):
            widget.setAccessibleName(name)
        self.job.running_changed.connect(self._show_running)
        self.job.stopped.connect(self._say_stopped)

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox()
        self.start_button = buttons.addButton(self.tr("Find leads"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start_button.setProperty("kind", "primary")
        self.show_button = buttons.addButton(
            self.tr("Show the column's search"), QDialogButtonBox.ButtonRole.ActionRole
        )
        set_tip(self.show_button, self.tr("Candidates side by side with the picture, and decisions on them"))
        self.show_button.hide()
        self.show_button.clicked.connect(self.show_search)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self.start)
        buttons.rejected.connect(self.reject)
        self.table.cellActivated.connect(lambda *_: self.show_search())
        self._stack.addWidget(scrolled(self._form()))
        self._stack.addWidget(scrolled(self._results()))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(self.windowTitle(), "heading", wraps=True))
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        column.addWidget(self.job)
        column.addWidget(buttons)

    def _form(self) -> QWidget:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for words, field in (
            (self.tr("&Gallery"), self.gallery),
            (self.tr("St&yle"), self.manner),
            (self.tr("&FMR"), self.fmr),
            (self.tr("At &most"), self.top),
            (self.tr("F&ace"), self.face),
        ):
            form.addRow(words, field)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        column.addWidget(
            label(
                self.tr(
                    "The face is shown at other ages, each of these is drawn as a sketch, and the gallery is searched "
                    "with the untouched photograph and with each picture. Every stage is a run or a search of its own."
                ),
                "muted",
                wraps=True,
            )
        )
        column.addWidget(self.ages)
        column.addLayout(form)
        column.addWidget(self.ageing_pack)
        column.addWidget(self.sketch_pack)
        column.addStretch(1)
        return made

    def _results(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.warning)
        column.addWidget(self.table, 1)
        column.addWidget(self.sentences)
        return made
