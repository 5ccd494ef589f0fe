"""Set up a run of any engine: picture, parameters, model pack with its licence, what it will take.

Rules:
    * Every engine is set up here, on an exhibit or, where it takes one, on a derived image.
    * An adapter is never chosen by itself, nor remembered: whoever wants it used chooses it each time.
    * What is to be known about the photographs of a personalisation is told before it is queued.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import DerivedImage, Exhibit, Run, RunSpec, Subject, SubjectAdapter
from forensic_app.workflows.suggested_ages import SuggestedAges, suggested_ages
from ui.comparison.figures import Origin, origin_words
from ui.desk import Desk
from ui.runs.adapter_field import AdapterField
from ui.runs.estimate_words import control_words, memory_words, output_words, time_estimate_words
from ui.runs.face_choice import FaceChoice
from ui.runs.pack_choice import PackChoice
from ui.runs.parameter_form import Field, ParameterForm
from ui.runs.photograph_choice import PhotographChoice
from ui.runs.planning import (
    PhotographReview,
    RunChoice,
    planned,
    queued_runs,
    review_photographs,
    subject_records,
)
from ui.runs.preset_choice import PresetChoice
from ui.widgets.basics import Banner, Card, label, scrolled
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.plain import PlainLabel, set_tip
from ui.wording import engine_words

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.workflows.estimate import RunEstimate

ESTIMATE_PAUSE_MS = 200


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
        self._adapters: list[SubjectAdapter] = []
        self._suggested = SuggestedAges()
        self._wants_today = wants_today
        self._generation = 0
        self._fault = ""
        self._is_busy = False
        self._is_done = False
        self._warned_of: RunSpec | None = None
        self.banner = Banner()
        self.engine = Combo()
        self.presets = PresetChoice(desk.preferences)
        self.packs = PackChoice(desk)
        self.pack = self.packs.pack
        self.licence_state, self.licence_button = self.packs.licence_state, self.packs.licence_button
        self.subject_face = FaceChoice(desk, exhibit, source, face_index)
        self.face, self.analyser = self.subject_face.face, self.subject_face.analyser
        self.adapter: AdapterField | None = None
        self.photographs = PhotographChoice(desk)
        self.form: ParameterForm | None = None
        self._form_place = QVBoxLayout()
        self.estimate = label(wraps=True)
        self.memory = label(name="muted", wraps=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ESTIMATE_PAUSE_MS)
        self._timer.timeout.connect(self._estimate)
        self._set_up()
        self._lay_out()
        self._show_engine()
        self.packs.reload()
        self._read_subject()
        fit(self, 1000, 740)
        self.engine.setFocus()

    def done(self, result: int) -> None:
        """Close; nothing is estimated any more."""
        self._is_done = True
        self._timer.stop()
        super().done(result)

    def queue_run(self) -> None:
        """Record the run as queued; a refusal is shown and the dialog stays.

        The photographs of a personalisation are looked at first.
        """
        chosen = self.packs.chosen()
        if self.form is None or chosen is None:
            return
        try:
            given = self.form.given()
            self.form.values()
        except InvalidInput as error:
            self.banner.say(str(error), "bad")
            return
        choice = self._choice(chosen[0], given)
        remembered = {name: value for name, value in given.items() if name != "adapter"}
        self._desk.preferences.remember_run_form(choice.engine, {**remembered, "pack": choice.pack})
        self._set_busy(True)
        if self._engine().is_learning:
            self.banner.say(self.tr("Looking at the photographs…"))
            self._desk.session.read(lambda store: planned(store, choice), self, self._review, self._refused)
        else:
            self._queue(lambda store: planned(store, choice))

    def _engine(self) -> EngineDescriptor:
        return registry.descriptor(self.engine.currentData())

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
            self.banner.say("\n".join(warnings), "warning")

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
            self.banner.say(f"{error.message} {error.advice}", "bad")
        else:
            self.banner.say("")
            self._desk.session.failed.emit(error)

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._refresh_start()

    def _set_up(self) -> None:
        for name in registry.names():
            if self._source is None or registry.descriptor(name).accepts_derived_images:
                self.engine.addItem(engine_words(name), name)
        self.engine.setAccessibleName(self.tr("Engine"))
        self.engine.currentIndexChanged.connect(self._show_engine)
        self.presets.chosen.connect(self._apply_preset)
        self.presets.named.connect(self._keep_preset)
        self.packs.changed.connect(self._show_pack)
        self.subject_face.changed.connect(self._refresh_start)
        self.photographs.changed.connect(self._timer.start)

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        top.addRow(self.tr("&Engine"), self.engine)
        title = PlainLabel(self.tr("&Preset"))
        title.setBuddy(self.presets.box)
        top.addRow(title, self.presets)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 12, 0)
        column.addLayout(top)
        column.addLayout(self._form_place, 1)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(scrolled(left), 3)
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
        takes = Card(self.tr("What it will take"))
        takes.body.addWidget(self.estimate)
        takes.body.addWidget(self.memory)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for card in (self.subject_face, self._photographs_card, self.packs, takes):
            column.addWidget(card)
        column.addStretch(1)
        return made

    def _show_engine(self) -> None:
        engine = self.engine.currentData()
        if engine is None:
            return
        learns = self._engine().is_learning
        self.subject_face.setVisible(not learns)
        self._photographs_card.setVisible(learns)
        schema = self._engine().schema
        if self.form is not None:
            self._form_place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = ParameterForm(schema, self._own_fields())
        self._suggest_ages()
        self.form.set_values(self._desk.preferences.run_form(engine))
        self.form.changed.connect(self._timer.start)
        self._form_place.addWidget(self.form)
        self.presets.offer(engine, schema)
        preferred = str(self._desk.preferences.run_form(engine).get("pack") or "")
        self.packs.offer(self._engine().pack_kind, preferred=preferred)
        self._timer.start()

    def _own_fields(self) -> dict[str, Field]:
        """Return the field for the subject's adapters; engines without that parameter do not show it."""
        field = AdapterField()
        field.show_adapters(self._adapters)
        field.currentIndexChanged.connect(lambda _: self._timer.start())
        self.adapter = field
        return {"adapter": Field(field, field.adapter_id, field.choose)}

    def _read_subject(self) -> None:
        """Read the exhibit's subject with its adapters and photographs, the exhibit first."""
        if self._exhibit.subject_id is None:
            return

        exhibit = self._exhibit
        self._desk.session.read(
            lambda store: subject_records(store, exhibit), self, lambda found: self._show_subject(*found)
        )

    def _show_subject(
        self, subject: Subject, adapters: list[SubjectAdapter], exhibits: list[Exhibit]
    ) -> None:
        self._adapters = adapters
        self._suggested = suggested_ages(subject, self._exhibit, on=datetime.now().astimezone().date())
        if self.adapter is not None:
            self.adapter.show_adapters(adapters)
        self.photographs.show_exhibits(exhibits)
        self._suggest_ages()
        ages = self.form.age_field() if self.form is not None else None
        if self._wants_today and ages is not None:
            ages.choose_today()

    def _suggest_ages(self) -> None:
        ages = self.form.age_field() if self.form is not None else None
        if ages is not None:
            ages.suggest(self._suggested)

    def _apply_preset(self, values: dict[str, Any]) -> None:
        if self.form is not None:
            self.form.set_values(values)

    def _keep_preset(self, name: str) -> None:
        if self.form is None or not name:
            return
        try:
            self.presets.keep(name, self.form.given())
        except InvalidInput as error:
            self.banner.say(str(error), "bad")

    def _show_pack(self) -> None:
        chosen = self.packs.chosen()
        if self.adapter is not None:
            self.adapter.show_pack(chosen[0].sha256 if chosen is not None else "")
        for choice in self._engine().pack_choices:
            if self.form is not None and chosen is not None:
                self.form.offer_only(choice.parameter, choice.known(chosen[0].card))
        self._refresh_start()
        self._timer.start()

    def _why_not(self) -> str:
        """Return why the run cannot be started; empty when it can."""
        chosen = self.packs.chosen()
        if chosen is None:
            return self.tr("No model pack of this engine is on this computer. Import one under Model packs.")
        if not chosen[1]:
            return self.tr("Read and accept the pack's licence first.")
        if self._engine().is_learning and self.photographs.fault():
            return self.photographs.fault()
        if not self._engine().is_learning and self.subject_face.fault():
            return self.subject_face.fault()
        return self._fault

    def _refresh_start(self) -> None:
        why = self._why_not()
        self.start_button.setEnabled(not why and not self._is_busy)
        set_tip(self.start_button, why)

    def _estimate(self) -> None:
        if self._is_done:
            return
        chosen = self.packs.chosen()
        self._generation += 1
        generation = self._generation
        self._warned_of = None
        self.start_button.setText(self.tr("Start run"))
        try:
            values = self.form.values() if self.form is not None else {}
            self._fault = ""
        except InvalidInput as error:
            self._fault = str(error)
        self._refresh_start()
        self.banner.say(self._fault, "bad")
        if self._fault or chosen is None:
            self.estimate.setText(self._fault or self._why_not())
            self.memory.setText("")
            return
        engine, pack = self.engine.currentData(), chosen[0]
        elsewhere = self._desk.preferences.timings(engine, pack.sha256)

        def work(store: Any) -> RunEstimate:
            from forensic_app.workflows.estimate import estimate_run

            return estimate_run(
                values,
                engine=engine,
                pack_sha256=pack.sha256,
                pack_path=pack.path,
                past=store.runs(),
                elsewhere=elsewhere,
            )

        self._desk.session.read(work, self, lambda found: self._show_estimate(found, generation, values))

    def _show_estimate(self, found: RunEstimate, generation: int, values: dict[str, Any]) -> None:
        if generation != self._generation:
            return
        engine = self._engine()
        told = (
            f"{output_words(engine, values)}; {time_estimate_words(found)}. {control_words(engine, values)}"
        )
        self.estimate.setText(told.strip())
        self.memory.setText(memory_words(found, engine))
