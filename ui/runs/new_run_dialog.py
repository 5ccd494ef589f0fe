"""Set up a run of any engine: picture, parameters, model pack with its licence, what it will take.

Rules:
    * Every engine is set up here, on an exhibit or, where it takes one, on a derived image.
    * What is to be known about the photographs of a personalisation is told before it is queued.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import DerivedImage, Exhibit, Run, RunSpec, Subject, SubjectAdapter
from forensic_app.workflows.suggested_ages import suggested_ages
from ui.comparison.figures import Origin, origin_words
from ui.desk import Desk
from ui.runs.adapter_field import AdapterField
from ui.runs.age_strip import AGES, AgeStrip, has_ages
from ui.runs.estimate_card import EstimateCard
from ui.runs.face_choice import FaceChoice
from ui.runs.parameter_form import ParameterForm
from ui.runs.photograph_choice import PhotographChoice
from ui.runs.planning import (
    PhotographReview,
    RunChoice,
    planned,
    queued_runs,
    review_photographs,
    subject_records,
)
from ui.runs.run_settings import RunSettings
from ui.runs.style_strip import STYLE, StyleStrip, has_styles
from ui.widgets.basics import Banner, Card, label, scrolled
from ui.widgets.fitting import fit
from ui.widgets.plain import set_tip
from ui.wording import error_words, recorded_words

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.workflows.relatives import OfferedRelative


class NewRunDialog(QDialog):
    """Everything that decides a run.

    Signals:
        queued: A run as recorded: the one that was set up, then its control arm where it has one.
    """

    queued = Signal(object)

    def __init__(
        self,
        desk: Desk,
        exhibit: Exhibit,
        *,
        source: DerivedImage | None = None,
        face_index: int = 0,
        wants_today: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Offer runs on ``exhibit``, or on ``source``, a derived image that goes back to it.

        With ``wants_today`` the person's age today is chosen as soon as it is known.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("New run"))
        self._desk = desk
        self._exhibit = exhibit
        self._source = source
        self._wants_today = wants_today
        self._fault = ""
        self._is_busy = False
        self._warned_of: RunSpec | None = None
        self.banner = Banner()
        accepted = [
            name
            for name in registry.names()
            if source is None or registry.descriptor(name).accepts_derived_images
        ]
        self.settings = RunSettings(desk, accepted)
        self.engine, self.packs, self.pack = (
            self.settings.engine,
            self.settings.packs,
            self.settings.packs.pack,
        )
        self.licence_state, self.licence_button = self.packs.licence_state, self.packs.licence_button
        self.subject_face = FaceChoice(desk, exhibit, source, face_index)
        self.face, self.analyser = self.subject_face.face, self.subject_face.analyser
        self.photographs = PhotographChoice(desk)
        self.takes = EstimateCard(desk, self.settings)
        self.estimate, self.memory = self.takes.estimate, self.takes.memory
        self._timer = self.takes.timer
        self.styles: StyleStrip | None = None
        self.ages: AgeStrip | None = None
        self._set_up()
        self._lay_out()
        self.settings.show_engine()
        self.packs.reload()
        self._read_subject()
        fit(self, 1000, 740)
        self.engine.setFocus()

    def done(self, result: int) -> None:
        """Close; nothing is estimated or drawn any more."""
        self.takes.stop()
        self._stop_previews()
        super().done(result)

    @property
    def form(self) -> ParameterForm | None:
        """Parameters of the chosen engine."""
        return self.settings.form

    @property
    def adapter(self) -> AdapterField | None:
        """The field for the subject's adapters."""
        return self.settings.adapter

    def queue_run(self) -> None:
        """Record the run as queued; a refusal is shown and the dialog stays.

        The photographs of a personalisation are looked at first.
        """
        pack = self.settings.chosen_pack()
        if self.form is None or pack is None:
            return
        try:
            given = self.form.given()
            self.form.values()
        except InvalidInput as error:
            self.banner.say(error_words(error), "bad")
            return
        choice = self._choice(pack, given)
        self.settings.remember()
        self._set_busy(True)
        if self._engine().is_learning:
            self.banner.say(self.tr("Looking at the photographs…"))
            self._desk.session.read(lambda store: planned(store, choice), self, self._review, self._refused)
        else:
            self._queue(lambda store: planned(store, choice))

    def _engine(self) -> EngineDescriptor:
        return self.settings.descriptor()

    def _choice(self, pack: Pack, given: dict[str, Any]) -> RunChoice:
        return RunChoice(
            engine=self.engine.currentData(),
            pack=pack.name,
            parameters=given,
            exhibit_id=self._exhibit.exhibit_id,
            subject_id=self._exhibit.subject_id,
            analyser=self.analyser.currentText(),
            face_index=self.subject_face.face_index(),
            source_id=self._source.derived_image_id if self._source else "",
            photographs=self.photographs.chosen(),
        )

    def _review(self, spec: RunSpec) -> None:
        """Have the photographs of a planned personalisation looked at, unless what was found was told."""
        if spec == self._warned_of:
            self._queue(lambda _: spec)
            return
        store = self._desk.session.store
        review = PhotographReview(store.folder, store.examiner, spec)

        def done(warnings: list[str]) -> None:
            if not self.isVisible():
                return
            if not warnings:
                self._queue(lambda _: spec)
                return
            self._set_busy(False)
            self._warned_of = spec
            self.start_button.setText(self.tr("Start all the same"))
            self.banner.say("\n".join(map(recorded_words, warnings)), "warning")

        self._desk.session.background.in_process(review_photographs, review, self, done, self._refused)

    def _queue(self, plan: Callable[[Any], RunSpec]) -> None:
        device = self._desk.preferences.device

        def done(runs: list[Run]) -> None:
            self.accept()
            for run in runs:
                self.queued.emit(run)

        self._desk.session.write(
            lambda store: queued_runs(store, plan(store), device=device), self, done, self._refused
        )

    def _refused(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self.banner.say("")
            self._desk.session.failed.emit(error)

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._refresh_start()

    def _set_up(self) -> None:
        self.settings.engine_changed.connect(self._show_engine)
        self.settings.changed.connect(self._refresh_start)
        self.settings.refused.connect(lambda words: self.banner.say(words, "bad"))
        self.takes.looked.connect(self._take_look)
        self.subject_face.changed.connect(self._refresh_start)
        self.photographs.changed.connect(self._timer.start)

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(scrolled(self.settings), 3)
        body.addWidget(scrolled(self._side()), 2)
        self._buttons = buttons = QDialogButtonBox()
        self.start_button = buttons.addButton(self.tr("Start run"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start_button.setProperty("kind", "primary")
        self.start_button.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.queue_run)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(12)
        what = origin_words(Origin(self._exhibit.exhibit_number, self._source))
        outer.addWidget(label(self.tr("New run on {number}").format(number=what), "heading"))
        outer.addWidget(self.banner)
        outer.addLayout(body, 1)
        outer.addWidget(buttons)

    def _side(self) -> QWidget:
        self._photographs_card = Card(self.tr("Photographs of the subject"))
        self._photographs_card.body.addWidget(self.photographs)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for card in (self.subject_face, self._photographs_card, self.packs, self.takes):
            column.addWidget(card)
        column.addStretch(1)
        return made

    def _show_engine(self) -> None:
        learns = self._engine().is_learning
        self.subject_face.setVisible(not learns)
        self._photographs_card.setVisible(learns)
        self._stop_previews()
        form = self.settings.form
        if form is not None and has_styles(self._engine()):
            strip = self.styles = StyleStrip(
                self._desk, self.settings, self.subject_face, self._exhibit, self._source
            )
            strip.chosen.connect(lambda style: form.set_values({STYLE: style}))
            form.show_below(STYLE, strip)
        if form is not None and has_ages(self._engine()):
            self.ages = AgeStrip(self._desk, self.settings, self.subject_face, self._exhibit)
            form.show_below(AGES, self.ages)

    def _stop_previews(self) -> None:
        for each in (self.styles, self.ages):
            if each is not None:
                each.stop()
        self.styles = self.ages = None

    def _read_subject(self) -> None:
        """Read the exhibit's subject with its adapters and photographs, the exhibit first."""
        if self._exhibit.subject_id is None:
            self.settings.show_relatives(())
            return

        exhibit = self._exhibit
        self._desk.session.read(
            lambda store: subject_records(store, exhibit), self, lambda found: self._show_subject(*found)
        )

    def _show_subject(
        self,
        subject: Subject,
        adapters: list[SubjectAdapter],
        exhibits: list[Exhibit],
        relatives: list[OfferedRelative],
    ) -> None:
        self.settings.show_adapters(adapters)
        self.settings.show_relatives(relatives)
        self.photographs.show_exhibits(exhibits)
        today = datetime.now().astimezone().date()
        self.settings.suggest(
            suggested_ages(subject, self._exhibit, on=today), chooses_today=self._wants_today
        )

    def _why_not(self) -> str:
        """Return why the run cannot be started; empty when it can."""
        if self.settings.fault():
            return self.settings.fault()
        if self._engine().is_learning and self.photographs.fault():
            return self.photographs.fault()
        if not self._engine().is_learning and self.subject_face.fault():
            return self.subject_face.fault()
        return self._fault

    def _refresh_start(self) -> None:
        why = self._why_not()
        self.start_button.setEnabled(not why and not self._is_busy)
        set_tip(self.start_button, why)

    def _take_look(self, fault: str) -> None:
        """Take notice of whether the values can be used."""
        self._warned_of = None
        self.start_button.setText(self.tr("Start run"))
        self._fault = fault
        self._refresh_start()
        self.banner.say(fault, "bad")
