"""The picture of a new run in each style of the chosen sketch pack: looked at before one is chosen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from forensic_app.records import DerivedImage, Exhibit
from forensic_app.workflows.style_preview import (
    DrawnStyle,
    StyleJob,
    is_drawn,
    named_styles,
    preview_source,
)
from ui.desk import Desk
from ui.parameter_words import choice_words
from ui.runs.face_choice import FaceChoice
from ui.runs.preview_strip import Pictures, PreviewStrip
from ui.runs.run_settings import RunSettings

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.store.case_store import CaseStore
    from ui.runs.preview_strip import Asks

PAUSE_MS = 250
SIDE_PX = 104
_BESIDE_PX, _WORDS_PX = 24, 46
STYLE = "style"


def has_styles(engine: EngineDescriptor) -> bool:
    """Return whether an engine draws in styles that its pack lists."""
    return engine.is_drawing and any(each.parameter == STYLE for each in engine.pack_choices)


class StyleStrip(PreviewStrip):
    """Small pictures of every style; one that is chosen becomes the form's.

    It is shown only while the chosen pack has several styles.

    Signals:
        chosen: A style that somebody chose.
    """

    chosen = Signal(str)

    def __init__(
        self,
        desk: Desk,
        settings: RunSettings,
        face: FaceChoice,
        exhibit: Exhibit,
        source: DerivedImage | None,
    ) -> None:
        pictures = Pictures(SIDE_PX, beside_px=_BESIDE_PX, words_px=_WORDS_PX, words_wide_px=SIDE_PX)
        super().__init__(desk, settings, face, exhibit, pictures, desk.styles)
        self._source = source
        self.timer.setInterval(PAUSE_MS)
        self.list.setAccessibleName(self.tr("Styles of the pack, drawn as a preview"))
        self.list.currentRowChanged.connect(self._choose)
        self.hide()
        self.follow()

    def follow(self) -> None:
        """Follow the form; hide where there is nothing to choose."""
        super().follow()
        self.setVisible(bool(self._shown))

    def shown(self) -> Sequence[str]:
        """Return the styles of the chosen pack, where it names several."""
        pack = self._pack()
        return [] if pack is None else named_styles(pack)

    def titles(self, shown: Hashable) -> tuple[str, str]:
        """Return a style's name, and that it is a preview."""
        style = str(shown)
        schema = self.settings.descriptor().schema
        parameter = next((each for each in schema if each.name == STYLE), None)
        words = style if parameter is None else choice_words(parameter, style)
        return words, self.tr("{style}: preview, not a result").format(style=words)

    def question(self) -> Hashable:
        """Return the pack and the face."""
        pack = self._pack()
        return None if pack is None else (pack.sha256, self.face.face_index())

    def asks(self) -> Asks:
        """Return what asks for the face in each style."""
        pack, face_index, styles = self._pack(), self.face.face_index(), self.shown()
        exhibit = self.exhibit.exhibit_id
        image = self._source.derived_image_id if self._source is not None else ""

        def jobs(store: CaseStore) -> list[StyleJob]:
            source = preview_source(store, exhibit=exhibit, derived_image=image)
            if pack is None:
                return []
            return [StyleJob(source, face_index, pack.path, pack.sha256, each) for each in styles]

        return jobs

    def take(self, drawn: object) -> None:
        """Show a style that was drawn."""
        if isinstance(drawn, DrawnStyle):
            side = drawn.side_px
            self.put(drawn.style, QImage(drawn.pixels, side, side, side, QImage.Format.Format_Grayscale8))

    def meaning(self) -> str:
        """Return what the pictures are."""
        return self.tr("A preview, not a result: it is recorded nowhere. Start the run to have the sketch.")

    def progress(self, done: int, count: int) -> str:
        """Return how many styles are drawn."""
        words = self.tr("Drawing the preview: {done} of {count} styles.")
        return words.format(done=done, count=count)

    def show_chosen(self) -> None:
        """Mark the style that the form has."""
        form = self.settings.form
        if form is None or not self._shown:
            return
        value, styles = str(form.given().get(STYLE)), [str(each) for each in self._shown]
        row = next((n for n, each in enumerate(styles) if is_drawn(value, each, styles)), -1)
        if row != self.list.currentRow():
            self.list.blockSignals(True)
            self.list.setCurrentRow(row)
            self.list.blockSignals(False)

    def _pack(self) -> Pack | None:
        return self.settings.chosen_pack() if has_styles(self.settings.descriptor()) else None

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            self.chosen.emit(str(self._shown[row]))
