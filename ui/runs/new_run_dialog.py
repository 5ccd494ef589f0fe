"""Set up a run: engine, parameters, model pack with its licence, what it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.parameter_form import ParameterForm
from ui.runs.presets import bundled_presets
from ui.widgets.basics import Banner, Card, button, label, padded, pill, scrolled, set_property
from ui.widgets.image_view import ImageView
from ui.wording import duration_words, engine_words, size_words

if TYPE_CHECKING:
    from forensic_app.engines.packs import Pack
    from forensic_app.workflows.estimate import RunEstimate

ESTIMATE_PAUSE_MS = 200


class NewRunDialog(QDialog):
    """Everything that decides a run.

    Signals:
        queued: The run as recorded.
    """

    queued = Signal(object)

    def __init__(
        self, desk: Desk, exhibit: Exhibit, *, face_index: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New run"))
        self._desk = desk
        self._exhibit = exhibit
        self._every_pack: list[tuple[Pack, bool]] = []
        self._packs: list[tuple[Pack, bool]] = []
        self._generation = 0
        self.banner = Banner()
        self.engine = QComboBox()
        self.preset = QComboBox()
        self.pack = QComboBox()
        self.analyser = QComboBox()
        self.face = QSpinBox()
        self.form: ParameterForm | None = None
        self._form_place = QVBoxLayout()
        self.licence_state = pill("")
        self.licence_button = button(self.tr("Read the licence…"), self.show_licence)
        self.estimate = label(wraps=True)
        self.memory = label(name="muted", wraps=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ESTIMATE_PAUSE_MS)
        self._timer.timeout.connect(self._estimate)
        self._set_up(face_index)
        self._lay_out()
        self._show_engine()
        self._read_packs()
        self.resize(1000, 700)

    def show_licence(self) -> None:
        """Show the licence of the chosen pack."""
        chosen = self._chosen_pack()
        if chosen is not None:
            dialog = LicenceDialog(self._desk, chosen[0], is_accepted=chosen[1], parent=self)
            dialog.accepted_licence.connect(self._read_packs)
            dialog.open()

    def queue_run(self) -> None:
        """Record the run as queued; a refusal is shown and the dialog stays."""
        chosen = self._chosen_pack()
        if self.form is None or chosen is None:
            return
        try:
            given = self.form.given()
            self.form.values()
        except InvalidInput as error:
            self.banner.say(str(error), "bad")
            return
        engine, exhibit, pack = self.engine.currentData(), self._exhibit, chosen[0]
        analyser, face_index = self.analyser.currentText(), self.face.value() - 1
        self._desk.preferences.remember_run_form(engine, {**given, "pack": pack.name})

        def work(store: Any) -> Any:
            from forensic_app.workflows.execution import plan_run, queue_run

            spec = plan_run(
                store,
                engine=engine,
                exhibit=exhibit.exhibit_id,
                parameters=given,
                pack=pack.name,
                analyser=analyser,
                face_index=face_index,
            )
            return queue_run(store, spec)

        def done(run: Any) -> None:
            self.accept()
            self.queued.emit(run)

        def failed(error: BaseException) -> None:
            self._refresh_start()
            if isinstance(error, ForensicAppError):
                self.banner.say(f"{error.message} {error.advice}", "bad")
            else:
                self._desk.session.failed.emit(error)

        self.start_button.setEnabled(False)
        self._desk.session.write(work, self, done, failed)

    def _set_up(self, face_index: int) -> None:
        for name in registry.names():
            self.engine.addItem(engine_words(name), name)
        self.engine.setAccessibleName(self.tr("Engine"))
        self.engine.currentIndexChanged.connect(self._show_engine)
        self.preset.setAccessibleName(self.tr("Preset"))
        self.preset.activated.connect(self._apply_preset)
        self.pack.setAccessibleName(self.tr("Model pack"))
        self.pack.currentIndexChanged.connect(self._show_pack)
        self.analyser.addItems(["dlib", "insightface"])
        self.analyser.setAccessibleName(self.tr("Face analyser"))
        padded(self.face)
        self.face.setRange(1, 99)
        self.face.setValue(face_index + 1)
        self.face.setAccessibleName(self.tr("Face, 1 is the largest"))
        self.face.setToolTip(self.tr("1 is the largest face, then in order of size."))

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        top.addRow(self.tr("&Engine"), self.engine)
        presets = QHBoxLayout()
        presets.addWidget(self.preset, 1)
        presets.addWidget(button(self.tr("Save as preset…"), self._save_preset))
        title = QLabel(self.tr("&Preset"))
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
        buttons = QDialogButtonBox()
        self.start_button = buttons.addButton(self.tr("Start run"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start_button.setProperty("kind", "primary")
        self.start_button.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.queue_run)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(12)
        outer.addWidget(
            label(self.tr("New run on {number}").format(number=self._exhibit.exhibit_number), "heading")
        )
        outer.addWidget(self.banner)
        outer.addLayout(body, 1)
        outer.addWidget(buttons)

    def _side(self) -> QWidget:
        picture = ImageView(self._desk.theme)
        picture.setFixedHeight(150)
        picture.setAccessibleName(self.tr("The exhibit"))
        picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._desk.thumbnails.request(
            self._exhibit.sha256, self, lambda image: _show(picture, image), side_px=480
        )
        exhibit = Card(self.tr("Photograph"))
        exhibit.body.addWidget(picture)
        face = QFormLayout()
        face.addRow(self.tr("&Face"), self.face)
        face.addRow(self.tr("Face &analyser"), self.analyser)
        exhibit.body.addLayout(face)
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
        for card in (exhibit, pack, takes):
            column.addWidget(card)
        column.addStretch(1)
        return made

    def _show_engine(self) -> None:
        engine = self.engine.currentData()
        if engine is None:
            return
        schema = registry.engine_schema(engine)
        if self.form is not None:
            self._form_place.removeWidget(self.form)
            self.form.deleteLater()
        self.form = ParameterForm(schema)
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
            values = self.form.given()
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
        self._packs = [each for each in packs if _serves(each[0], self.engine.currentData())]
        self.pack.clear()
        for pack, _ in self._packs:
            self.pack.addItem(f"{pack.name}  {pack.version}", pack.name)
        place = self.pack.findData(kept)
        self.pack.setCurrentIndex(place if place >= 0 else 0)
        self._show_pack()

    def _chosen_pack(self) -> tuple[Pack, bool] | None:
        place = self.pack.currentIndex()
        return self._packs[place] if 0 <= place < len(self._packs) else None

    def _show_pack(self) -> None:
        chosen = self._chosen_pack()
        if chosen is None:
            self.licence_state.setText(self.tr("No model pack is on this computer"))
            set_property(self.licence_state, "pill", "bad")
        else:
            words = self.tr("Licence accepted") if chosen[1] else self.tr("Licence not accepted yet")
            self.licence_state.setText(words)
            set_property(self.licence_state, "pill", "good" if chosen[1] else "warning")
        self.licence_button.setEnabled(chosen is not None)
        self._refresh_start()
        self._timer.start()

    def _refresh_start(self) -> None:
        chosen = self._chosen_pack()
        self.start_button.setEnabled(chosen is not None and chosen[1])
        self.start_button.setToolTip(
            "" if chosen is not None and chosen[1] else self.tr("Read and accept the pack's licence first.")
        )

    def _estimate(self) -> None:
        chosen = self._chosen_pack()
        self._generation += 1
        generation = self._generation
        if self.form is None or chosen is None:
            self.estimate.setText(self.tr("Unknown without a model pack."))
            return
        try:
            values = self.form.values()
        except InvalidInput as error:
            self.banner.say(str(error), "bad")
            self.start_button.setEnabled(False)
            return
        self.banner.say("")
        self._refresh_start()
        engine, pack = self.engine.currentData(), chosen[0]

        def work(store: Any) -> RunEstimate:
            from forensic_app.workflows.estimate import estimate_run

            return estimate_run(
                values, engine=engine, pack_sha256=pack.sha256, pack_path=pack.path, past=store.runs()
            )

        self._desk.session.read(work, self, lambda found: self._show_estimate(found, generation, values))

    def _show_estimate(self, found: RunEstimate, generation: int, values: dict[str, Any]) -> None:
        if generation != self._generation:
            return
        count = max(len(values.get("target_ages") or ()), 1) * int(values.get("variants") or 1)
        images = (
            self.tr("{count} derived images").format(count=count)
            if count != 1
            else self.tr("1 derived image")
        )
        if found.seconds is None:
            time = self.tr("time not known yet: no run with this pack has been measured in this casebook")
        else:
            time = self.tr("about {time}, from {count} measured run(s) in this casebook").format(
                time=duration_words(found.seconds), count=found.measured_runs
            )
        self.estimate.setText(f"{images}; {time}.")
        self.memory.setText(
            self.tr("Memory: {weights} of weights and working memory on top; {free} is free now.").format(
                weights=size_words(found.weights_bytes), free=size_words(found.free_memory_bytes)
            )
        )


def _serves(pack: Pack, engine: str) -> bool:
    """Whether runs of ``engine`` may use ``pack``."""
    from forensic_app.engines.packs import require_kind

    try:
        require_kind(pack, engine)
    except ForensicAppError:
        return False
    return True


def _show(view: ImageView, image: QImage) -> None:
    view.show_image(image)
