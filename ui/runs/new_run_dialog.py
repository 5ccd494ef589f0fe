"""Set up a run of any engine: picture, parameters, model pack with its licence, what it will take.

Rules:
    * Every engine is set up here, on an exhibit or, where it takes one, on a derived image.
    * An adapter is never chosen by itself, nor remembered: whoever wants it used chooses it each time.
    * What is to be known about the photographs of a personalisation is told before it is queued.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QInputDialog,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import DerivedImage, Exhibit, Run, RunSpec, SubjectAdapter
from ui.comparison.figures import Origin, origin_words
from ui.desk import Desk
from ui.runs.adapter_field import AdapterField
from ui.runs.estimate_words import control_words, memory_words, output_words, time_estimate_words
from ui.runs.face_choice import FaceChoice
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.parameter_form import Field, ParameterForm
from ui.runs.photograph_choice import PhotographChoice
from ui.runs.planning import PhotographReview, RunChoice, planned, review_photographs
from ui.runs.presets import bundled_presets
from ui.widgets.basics import Banner, Card, button, label, pill, scrolled, set_property
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.plain import PlainLabel, plain, set_tip
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
        parent: QWidget | None = None,
    ) -> None:
        """Offer runs on ``exhibit``, or on ``source``, a derived image that goes back to it."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("New run"))
        self._desk = desk
        self._exhibit = exhibit
        self._source = source
        self._every_pack: list[tuple[Pack, bool]] = []
        self._packs: list[tuple[Pack, bool]] = []
        self._adapters: list[SubjectAdapter] = []
        self._generation = 0
        self._fault = ""
        self._is_busy = False
        self._is_done = False
        self._warned_of: RunSpec | None = None
        self.banner = Banner()
        self.engine = Combo()
        self.preset = Combo()
        self.pack = Combo()
        self.subject_face = FaceChoice(desk, exhibit, source, face_index)
        self.face, self.analyser = self.subject_face.face, self.subject_face.analyser
        self.adapter: AdapterField | None = None
        self.photographs = PhotographChoice(desk)
        self.form: ParameterForm | None = None
        self._form_place = QVBoxLayout()
        self.licence_state = pill("")
        self.licence_button = button(self.tr("Read the &licence…"), self.show_licence)
        self.estimate = label(wraps=True)
        self.memory = label(name="muted", wraps=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ESTIMATE_PAUSE_MS)
        self._timer.timeout.connect(self._estimate)
        self._set_up()
        self._lay_out()
        self._show_engine()
        self._read_packs()
        self._read_subject()
        fit(self, 1000, 740)
        self.engine.setFocus()

    def done(self, result: int) -> None:
        """Close; nothing is estimated any more."""
        self._is_done = True
        self._timer.stop()
        super().done(result)

    def show_licence(self) -> None:
        """Show the licence of the chosen pack."""
        chosen = self._chosen_pack()
        if chosen is not None:
            dialog = LicenceDialog(self._desk, chosen[0], is_accepted=chosen[1], parent=self)
            dialog.accepted_licence.connect(self._read_packs)
            dialog.open()

    def queue_run(self) -> None:
        """Record the run as queued; a refusal is shown and the dialog stays.

        The photographs of a personalisation are looked at first.
        """
        chosen = self._chosen_pack()
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

        def work(store: Any) -> list[Run]:
            from forensic_app.workflows.control_arms import queue_with_control

            runs = queue_with_control(store, plan(store), device=device)
            return [run for run in runs if run is not None]

        def done(runs: list[Run]) -> None:
            self.accept()
            for run in runs:
                self.queued.emit(run)

        self._desk.session.write(work, self, done, self._refused)

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
        self.preset.setAccessibleName(self.tr("Preset"))
        self.preset.activated.connect(self._apply_preset)
        self.pack.setAccessibleName(self.tr("Model pack"))
        self.pack.currentIndexChanged.connect(self._show_pack)
        self.subject_face.changed.connect(self._refresh_start)
        self.photographs.changed.connect(self._timer.start)

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        top.addRow(self.tr("&Engine"), self.engine)
        presets = QHBoxLayout()
        presets.addWidget(self.preset, 1)
        presets.addWidget(button(self.tr("Save as preset…"), self._save_preset))
        title = PlainLabel(self.tr("&Preset"))
        title.setBuddy(self.preset)
        top.addRow(title, presets)
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
        pack = Card(self.tr("Model pack"))
        pack.body.addWidget(self.pack)
        row = QHBoxLayout()
        row.addWidget(self.licence_state)
        row.addStretch(1)
        row.addWidget(self.licence_button)
        pack.body.addLayout(row)
        takes = Card(self.tr("What it will take"))
        takes.body.addWidget(self.estimate)
        takes.body.addWidget(self.memory)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for card in (self.subject_face, self._photographs_card, pack, takes):
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
        self.form.set_values(self._desk.preferences.run_form(engine))
        self.form.changed.connect(self._timer.start)
        self._form_place.addWidget(self.form)
        self.preset.clear()
        self.preset.addItem(self.tr("As last time"), self._desk.preferences.run_form(engine))
        presets = {**bundled_presets(schema), **self._desk.preferences.presets(engine)}
        for name, values in presets.items():
            self.preset.addItem(name, dict(values))
        self._show_packs(self._every_pack)
        self._timer.start()

    def _own_fields(self) -> dict[str, Field]:
        """Return the field for the subject's adapters; engines without that parameter do not show it."""
        field = AdapterField()
        field.show_adapters(self._adapters)
        field.currentIndexChanged.connect(lambda _: self._timer.start())
        self.adapter = field
        return {"adapter": Field(field, field.adapter_id, field.choose)}

    def _read_subject(self) -> None:
        """Read the adapters and the photographs of the exhibit's subject, the exhibit first."""
        subject_id, first = self._exhibit.subject_id, self._exhibit.exhibit_id
        if subject_id is None:
            return

        def work(store: Any) -> tuple[list[SubjectAdapter], list[Exhibit]]:
            own = [each for each in store.exhibits(self._exhibit.case_id) if each.subject_id == subject_id]
            return (
                store.adapters(subject_id=subject_id),
                sorted(own, key=lambda each: each.exhibit_id != first),
            )

        self._desk.session.read(work, self, lambda found: self._show_subject(*found))

    def _show_subject(self, adapters: list[SubjectAdapter], exhibits: list[Exhibit]) -> None:
        self._adapters = adapters
        if self.adapter is not None:
            self.adapter.show_adapters(adapters)
        self.photographs.show_exhibits(exhibits)

    def _apply_preset(self, place: int) -> None:
        if self.form is not None:
            self.form.set_values(self.preset.itemData(place) or {})

    def _save_preset(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(self.tr("Save as preset"))
        dialog.setLabelText(self.tr("Name of the preset:"))
        dialog.textValueSelected.connect(self._keep_preset)
        dialog.open()

    def _keep_preset(self, name: str) -> None:
        if self.form is None or not name.strip():
            return
        try:
            values = {key: value for key, value in self.form.given().items() if key != "adapter"}
        except InvalidInput as error:
            self.banner.say(str(error), "bad")
            return
        self._desk.preferences.remember_preset(self.engine.currentData(), name.strip(), values)
        self.preset.addItem(name.strip(), values)
        self.preset.setCurrentIndex(self.preset.count() - 1)

    def _read_packs(self) -> None:
        def work(store: Any) -> list[tuple[Pack, bool]]:
            from forensic_app.workflows.packs import list_states

            return [(each.pack, bool(each.is_accepted)) for each in list_states(store.packs_dir, store=store)]

        self._desk.session.read(work, self, self._show_packs)

    def _show_packs(self, packs: list[tuple[Pack, bool]]) -> None:
        kept = self.pack.currentData() or self._desk.preferences.run_form(self.engine.currentData()).get(
            "pack"
        )
        self._every_pack = packs
        kind = self._engine().pack_kind if self.engine.count() else ""
        self._packs = [each for each in packs if each[0].kind == kind]
        self.pack.clear()
        for pack, _ in self._packs:
            self.pack.addItem(plain(f"{pack.name}  {pack.version}"), pack.name)
        place = self.pack.findData(kept)
        self.pack.setCurrentIndex(place if place >= 0 else 0)
        self._show_pack()

    def _chosen_pack(self) -> tuple[Pack, bool] | None:
        place = self.pack.currentIndex()
        return self._packs[place] if 0 <= place < len(self._packs) else None

    def _show_pack(self) -> None:
        chosen = self._chosen_pack()
        if self.adapter is not None:
            self.adapter.show_pack(chosen[0].sha256 if chosen is not None else "")
        if chosen is None:
            self.licence_state.setText(self.tr("No pack of this engine here"))
            set_property(self.licence_state, "pill", "bad")
        else:
            words = self.tr("Licence accepted") if chosen[1] else self.tr("Licence not accepted yet")
            self.licence_state.setText(words)
            set_property(self.licence_state, "pill", "good" if chosen[1] else "warning")
        self.licence_button.setEnabled(chosen is not None)
        self._refresh_start()
        self._timer.start()

    def _why_not(self) -> str:
        """Return why the run cannot be started; empty when it can."""
        chosen = self._chosen_pack()
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
        chosen = self._chosen_pack()
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
