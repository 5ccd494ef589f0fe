"""The face of a new run at the ages that are asked for, drawn at once by the quick autoencoder."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout

from forensic_app.engines.autoencoder.schema import DESCRIPTOR as AUTOENCODER
from forensic_app.engines.descriptor import Output
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit
from forensic_app.workflows.age_preview import DrawnAge, age_jobs
from ui.desk import Desk
from ui.runs.face_choice import FaceChoice
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.preview_strip import Pictures, PreviewStrip
from ui.runs.run_settings import RunSettings
from ui.widgets.basics import button
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack
    from ui.runs.preview_strip import Asks

PAUSE_MS = 150
MOST_AGES = 6
SIDE_PX = 84
_BESIDE_PX, _WORDS_PX, _WORDS_WIDE_PX = 6, 30, 70
_LINES = 2
AGES = "target_ages"


def has_ages(engine: EngineDescriptor) -> bool:
    """Return whether an engine shows a face at ages."""
    return engine.makes is Output.AGES


class AgeStrip(PreviewStrip):
    """Small pictures of the chosen ages, with the box that has them shown or not."""

    def __init__(self, desk: Desk, settings: RunSettings, face: FaceChoice, exhibit: Exhibit) -> None:
        pictures = Pictures(
            SIDE_PX, beside_px=_BESIDE_PX, words_px=_WORDS_PX, words_wide_px=_WORDS_WIDE_PX, least=MOST_AGES
        )
        super().__init__(desk, settings, face, exhibit, pictures, desk.ages)
        self._of: Hashable = None
        self._pictures: dict[Hashable, QImage] = {}
        self.timer.setInterval(PAUSE_MS)
        self.list.setAccessibleName(self.tr("The chosen ages, drawn as a preview"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.words.setMinimumHeight(_LINES * self.words.fontMetrics().lineSpacing())
        self.box = QCheckBox(self.tr("Show preview"))
        self.box.setChecked(desk.preferences.shows_age_preview)
        self.box.toggled.connect(self._switch)
        self.licence = button("", self._show_licence)
        room = self.licence.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.licence.setSizePolicy(room)
        self.licence.hide()
        row = QHBoxLayout()
        row.addWidget(self.box)
        row.addStretch(1)
        row.addWidget(self.licence)
        self.column.insertLayout(0, row)
        self.follow()

    def follow(self) -> None:
        """Follow the form, where previews are wanted."""
        if self._of is not None and self._of != self._face_asked():
            self._of, self._pictures = None, {}
            self._shown = ()
        is_on = self.box.isChecked()
        self.list.setVisible(is_on)
        self.words.setVisible(is_on)
        pack = self._pack_to_accept()
        self.licence.setVisible(is_on and pack is not None)
        if pack is not None:
            self.licence.setText(self.tr("Licence of {name}…").format(name=pack.name))
        super().follow()

    def shown(self) -> Sequence[float]:
        """Return the first of the chosen ages, years; none where they cannot be read or are not wanted."""
        return self._ages()[:MOST_AGES] if self.box.isChecked() else []

    def titles(self, shown: Hashable) -> tuple[str, str]:
        """Return an age, and that it is a preview."""
        words = self.tr("{age:g} years").format(age=shown)
        return words, self.tr("{age}: preview, not a result").format(age=words)

    def question(self) -> Hashable:
        """Return face, pack, age in the photograph and ages."""
        return (self._face_asked(), tuple(self.shown()))

    def why_not(self) -> str:
        """Return why there are no previews: also a licence of the autoencoder's pack that was not accepted."""
        if not self.settings.packs.is_known:
            return self.tr("Reading the model packs…")
        words = self._ages_fault() or super().why_not()
        if words:
            return words
        found = self._found_pack()
        if found is None:
            return self.tr("There is no pack {name} here to draw a preview.").format(
                name=AUTOENCODER.default_pack
            )
        if not found[1]:
            words = self.tr("For a preview, read and accept the licence of the pack {name} too.")
            return words.format(name=found[0].name)
        return ""

    def asks(self) -> Asks:
        """Return what asks for the face at each age."""
        found, face_index, ages = self._found_pack(), self.face.face_index(), tuple(self.shown())
        exhibit, source_age = self.exhibit.exhibit_id, self._source_age()
        if found is None:
            return lambda _: ()
        pack = found[0]
        self._of = self._face_asked()
        return lambda store: age_jobs(
            store,
            exhibit=exhibit,
            face_index=face_index,
            pack=pack,
            source_age=source_age,
            target_ages=ages,
        )

    def take(self, drawn: object) -> None:
        """Show an age that was drawn."""
        if isinstance(drawn, DrawnAge):
            side = drawn.side_px
            picture = QImage(drawn.pixels, side, side, 3 * side, QImage.Format.Format_RGB888).copy()
            self._pictures[drawn.age] = picture
            self.put(drawn.age, picture)

    def kept(self) -> Mapping[Hashable, QImage]:
        """Return the ages that were drawn of this face."""
        return {} if self.why_not() else self._pictures

    def meaning(self) -> str:
        """Return what the pictures are, and of how many ages."""
        words = self.tr("Preview, not a result: drawn by the quick autoencoder, recorded nowhere.")
        count = len(self._ages())
        if count > MOST_AGES:
            more = self.tr("The first {most} of {count} ages.")
            words += " " + more.format(most=MOST_AGES, count=count)
        return words

    def progress(self, done: int, count: int) -> str:
        """Return how many ages are drawn."""
        return self.tr("Drawing the preview: {done} of {count} ages.").format(done=done, count=count)

    def _switch(self, is_on: bool) -> None:
        self.desk.preferences.shows_age_preview = is_on
        self.follow()

    def _given(self, name: str) -> Any:
        """Return a value of the form; ``None`` where the engine has no such parameter."""
        form = self.settings.form
        field = None if form is None else form.fields().get(name)
        return None if field is None else field.read()

    def _ages(self) -> list[float]:
        try:
            return list(self._given(AGES) or [])
        except InvalidInput:
            return []

    def _ages_fault(self) -> str:
        try:
            self._given(AGES)
        except InvalidInput as error:
            return error_words(error)
        return ""

    def _source_age(self) -> float | None:
        given = self._given("source_age")
        return None if given is None else float(given)

    def _found_pack(self) -> tuple[Pack, bool] | None:
        """Return the pack that draws, and whether its licence was accepted: the run's own where it can draw."""
        chosen = self.settings.packs.chosen()
        if chosen is not None and chosen[0].kind == AUTOENCODER.pack_kind:
            return chosen
        return self.settings.packs.named(AUTOENCODER.default_pack, AUTOENCODER.pack_kind)

    def _pack_to_accept(self) -> Pack | None:
        """Return the autoencoder's pack where its licence alone stands in the way."""
        found = self._found_pack()
        is_missing = found is not None and not found[1] and not self.settings.fault()
        return found[0] if found is not None and is_missing else None

    def _face_asked(self) -> Hashable:
        found = self._found_pack()
        pack = "" if found is None else found[0].sha256
        return (pack, self.face.face_index(), self._source_age())

    def _show_licence(self) -> None:
        pack = self._pack_to_accept()
        if pack is not None:
            dialog = LicenceDialog(self.desk, pack, is_accepted=False, parent=self.window())
            dialog.accepted_licence.connect(self.settings.packs.reload)
            dialog.open()
