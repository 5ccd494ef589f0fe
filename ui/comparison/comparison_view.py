"""Derived images beside the original: side by side or wiped, with an age strip, figures and decisions."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.engines import registry
from forensic_app.measured import face_frame, is_unlike_photograph, measures_of
from forensic_app.placement import box_in_image
from forensic_app.records import Case, CaseStatus, DerivedImage, Exhibit, ImageRole, Run, RunStatus
from forensic_app.workflows.sketches import Sketch, grouped, is_sketching, makers_of, sketches_of, source_of
from ui.compare.comparing import compare_action, compare_button
from ui.comparison.age_strip import IMAGE_ROLE, STRIP_PX, AgeStrip, face_part, marked
from ui.comparison.decision_words import state_words
from ui.comparison.figures import (
    Origin,
    draws_derived_images,
    image_title,
    makes_images,
    origin_of,
    origin_words,
)
from ui.comparison.image_export import ImageExport
from ui.comparison.image_side import NARROW_PX, WIDTH_PX, ImageSide
from ui.comparison.pictures import Pictures
from ui.comparison.placed import is_placed, placed_beside
from ui.comparison.sketch_gallery import SketchGallery
from ui.comparison.view_tools import ViewTools
from ui.desk import Desk
from ui.runs.runs_model import BELOW
from ui.text_size import scaled
from ui.widgets.basics import Banner, EmptyState, button, picture_icon
from ui.widgets.combo import Combo
from ui.widgets.image_view import ZOOM_STEP
from ui.widgets.page import Page
from ui.widgets.plain import list_item, plain, set_tip
from ui.widgets.wrapping import WrappingRow
from ui.wording import engine_words, time_words

NARROW_BELOW_PX = 1080
MOST_BESIDE = 0.42
"""Share of the page that the facts beside the pictures take at most."""
THUMBNAIL_PX = 1024
"""Longest side of the pictures that the faces of the strip are cut from."""


class ComparisonView(Page):
    """Images of the case's completed runs.

    Signals:
        sketch_wanted: A derived image, and the exhibit that it goes back to, of which a sketch is to be made.
        comparison_wanted: Identifiers of pictures that are to be compared.
        addition_wanted: Identifiers of pictures that are to be added to what is compared.
    """

    sketch_wanted = Signal(object, object)
    comparison_wanted = Signal(list)
    addition_wanted = Signal(list)

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self._runs: list[Run] = []
        self._exhibits: dict[str, Exhibit] = {}
        self._images: list[DerivedImage] = []
        self._decisions: dict[str, Any] = {}
        self._sketches: dict[str, list[Sketch]] = {}
        self._origin = Origin("")
        self._wanted_run = self._wanted_image = ""
        self._shown_original = ""
        self._face_shown = ""
        self.run_box = Combo()
        self.run_box.setAccessibleName(self.tr("Run"))
        self.run_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.run_box.setMinimumContentsLength(8)
        self.run_box.currentIndexChanged.connect(self._read_images)
        self.pictures = Pictures(desk.theme)
        self.original, self.derived = self.pictures.original, self.pictures.derived
        self.wipe, self.slider = self.pictures.wipe, self.pictures.slider
        self.source_label = self.pictures.source_label
        self.strip = AgeStrip()
        self.strip.currentRowChanged.connect(self._show_image)
        self.sketch_action = QAction(self.tr("Make a sketch of this image…"), self)
        self.sketch_action.triggered.connect(self._want_sketch)
        self.sketch_button = button(
            self.tr("Make a sketch of this image…"), self.sketch_action.trigger, icon="edit", theme=desk.theme
        )
        self.side = ImageSide(desk, self.sketch_button)
        self.title, self.figures, self.decision = self.side.title, self.side.figures, self.side.decision
        self.strip.decision_wanted.connect(self.decision.decide)
        self.strip.images_chosen.connect(self.decision.choose)
        self.decision.add_keys(self)
        self.decision.image_wanted.connect(self.show_image)
        self.sketches = SketchGallery(desk)
        self.sketches.image_wanted.connect(self.show_image)
        self.banner = Banner()
        self.export = ImageExport(desk, self)
        self._connect_export()
        self._pages = QStackedWidget()
        self._lay_out()
        desk.theme.changed.connect(self._fit_side)
        self.show_case(case)

    def _connect_export(self) -> None:
        self.export.told.connect(lambda words, tone: self.banner.say(words, tone, fades=tone == "good"))
        self.strip.drag_prepared.connect(self.export.prepare_drag)
        self.strip.drag_wanted.connect(self.export.drag)
        for action in self.export.actions[:2]:
            self.addAction(action)
        words, wanted = self.tr("Add to comparison"), self.addition_wanted
        add = compare_action(words, lambda: wanted.emit([self._image_name()]), self)
        self.original.addAction(compare_action(words, lambda: wanted.emit([self._original_name()]), self))
        self.original.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for widget in (self.strip, self.derived, self.wipe):
            widget.addActions((add, self.sketch_action))
            widget.addActions(self.export.actions)
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give what there is to know less width in a small window."""
        super().resizeEvent(event)
        self._fit_side()

    def _fit_side(self) -> None:
        """Give the facts the width that their letters need, and at most what the pictures can spare."""
        wide = scaled(WIDTH_PX if self.width() >= NARROW_BELOW_PX else NARROW_PX)
        self.side.setFixedWidth(max(NARROW_PX, min(wide, round(self.width() * MOST_BESIDE))))

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case
        self._refresh_sketch()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the row of images."""
        return (self.strip,)

    def show_run(self, run_id: str) -> None:
        """Show the images of a run."""
        self._wanted_run = run_id
        self.reload()

    def show_image(self, run_id: str, derived_image_id: str) -> None:
        """Show an image of a run."""
        self._wanted_image = derived_image_id
        place = self.run_box.findData(run_id)
        if place >= 0 and place != self.run_box.currentIndex():
            self.run_box.setCurrentIndex(place)
        else:
            self.strip.choose_image(derived_image_id)

    def reload(self) -> None:
        """Read the completed runs again."""
        case_id = self._case.case_id

        def work(store: Any) -> tuple[Any, ...]:
            runs = store.runs(case_id, status=RunStatus.COMPLETED)
            exhibits = store.exhibits(case_id, include_removed=True)
            return runs, {each.exhibit_id: each for each in exhibits}, makers_of(store, runs)

        self._desk.session.read(work, self, lambda found: self._show_runs(*found))

    def set_mode(self, mode: int) -> None:
        """Show side by side or wiped."""
        self.pictures.setCurrentIndex(mode)
        self.tools.show_mode(mode)

    def current(self) -> DerivedImage | None:
        """Return the chosen image."""
        row = self.strip.currentRow()
        return self._images[row] if 0 <= row < len(self._images) else None

    def current_run(self) -> Run | None:
        """Return the chosen run."""
        place = self.run_box.currentIndex()
        return self._runs[place] if 0 <= place < len(self._runs) else None

    def compare(self) -> None:
        """Compare the image that is shown with what it was made from, and with others."""
        self.comparison_wanted.emit([self._original_name(), self._image_name()])

    def _image_name(self) -> str:
        image = self.current()
        return "" if image is None else image.derived_image_id

    def _original_name(self) -> str:
        run = self.current_run()
        return "" if run is None else run.spec.source_derived_image_id or run.spec.exhibit_id

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._tools())
        left.addWidget(self.banner)
        left.addWidget(self.pictures, 1)
        below = QHBoxLayout()
        below.addWidget(self.strip, 1)
        below.addWidget(self.sketches)
        left.addLayout(below)
        shown = QWidget()
        row = QHBoxLayout(shown)
        row.setContentsMargins(24, 16, 24, 16)
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(self.side)
        self._pages.addWidget(shown)
        self._pages.addWidget(
            EmptyState(
                self.tr("No derived images yet"),
                self.tr("They appear here when a run is completed. Set one up from an exhibit."),
            )
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        for keys, change in ((QKeySequence("Ctrl++"), ZOOM_STEP), (QKeySequence("Ctrl+-"), 1 / ZOOM_STEP)):
            shortcut = QShortcut(keys, self)
            shortcut.activated.connect(lambda factor=change: self.pictures.zoom(factor))

    def _tools(self) -> WrappingRow:
        row = WrappingRow(6)
        row.addWidget(self.run_box, 1)
        self.tools = ViewTools(self._desk.theme)
        self.tools.mode_wanted.connect(self.set_mode)
        self.tools.face_wanted.connect(self.show_face)
        self.tools.zoom_wanted.connect(self.pictures.zoom)
        row.addWidget(self.tools)
        words = self.tr("Compare with other pictures of the case")
        self.compare_button = compare_button(self._desk.theme, words, f"{words} (Ctrl+Shift+C)", self.compare)
        row.addWidget(self.compare_button)
        self.export_button = self.export.menu_button()
        row.addWidget(self.export_button)
        return row

    def show_face(self) -> None:
        """Zoom every view to the face that the run worked on."""
        run, image = self.current_run(), self.current()
        box = None if run is None else face_frame(run.face).box
        self.pictures.show_face(box if image is None else box_in_image(box, image.metrics))

    def _refresh_sketch(self) -> None:
        image, run = self.current(), self.current_run()
        why = ""
        if image is None or run is None or image.role is not ImageRole.DERIVED:
            why = self.tr("A sketch is made of the image of one variant.")
        elif draws_derived_images(run.spec.engine):
            why = self.tr("This image is a sketch already.")
        elif self._case.status is not CaseStatus.OPEN or self._desk.session.is_read_only:
            why = self.tr("Nothing can be added to this case.")
        for each in (self.sketch_action, self.sketch_button):
            each.setEnabled(not why)
            set_tip(each, why)
        has_engine = any(draws_derived_images(name) for name in registry.names())
        self.sketch_action.setVisible(has_engine)
        self.sketch_button.setVisible(has_engine)

    def _want_sketch(self) -> None:
        image, run = self.current(), self.current_run()
        if image is not None and run is not None and run.spec.exhibit_id in self._exhibits:
            self.sketch_wanted.emit(image, self._exhibits[run.spec.exhibit_id])

    def _show_runs(self, runs: list[Run], exhibits: dict[str, Exhibit], makers: dict[str, str]) -> None:
        kept = self.current_run()
        wanted = self._wanted_run or (kept.run_id if kept else "")
        self._wanted_run = ""
        self._runs = grouped([run for run in runs[::-1] if makes_images(run.spec.engine)], makers)
        self._exhibits = exhibits
        self.run_box.blockSignals(True)
        self.run_box.clear()
        for run in self._runs:
            exhibit = exhibits.get(run.spec.exhibit_id)
            facts = (
                f"{BELOW if run.run_id in makers else ''}{run.run_id}  {engine_words(run.spec.engine)}",
                run.spec.source_derived_image_id,
                exhibit.exhibit_number if exhibit else "",
                time_words(run.ended_at),
            )
            self.run_box.addItem(plain(", ".join(each for each in facts if each)), run.run_id)
        place = self.run_box.findData(wanted)
        self.run_box.setCurrentIndex(place if place >= 0 else self._first_run())
        self.run_box.blockSignals(False)
        self._pages.setCurrentIndex(0 if self._runs else 1)
        self._read_images()

    def _first_run(self) -> int:
        """Return the row of the newest run that shows ages, of the newest one where none does."""
        shows_ages = [not draws_derived_images(run.spec.engine) for run in self._runs]
        return shows_ages.index(True) if True in shows_ages else 0

    def _read_images(self) -> None:
        run = self.current_run()
        if run is None:
            return
        case_id = self._case.case_id

        def work(store: Any) -> tuple[Any, ...]:
            images = store.derived_images(run.run_id)
            sources = {source_of(run), *(each.derived_image_id for each in images)}
            sketches = sketches_of(store, case_id, sources)
            return images, store.decisions(run.run_id), origin_of(store, run), sketches

        self._desk.session.read(work, self, lambda found: self._show_images(run.run_id, *found))

    def _show_images(
        self,
        run_id: str,
        images: list[DerivedImage],
        decisions: dict[str, Any],
        origin: Origin,
        sketches: dict[str, list[Sketch]],
    ) -> None:
        run = self.current_run()
        if run is None or run.run_id != run_id:
            return
        self._decisions, self._origin, self._sketches = decisions, origin, sketches
        ordered = sorted(images, key=lambda each: (each.target_age or 0, each.role is not ImageRole.DERIVED))
        if [each.derived_image_id for each in ordered] != [each.derived_image_id for each in self._images]:
            self._images = ordered
            self.strip.clear()
            for image in ordered:
                self.strip.addItem(self._strip_item(image, run))
            self._show_original(run)
        self._mark_strip()
        if self.strip.currentRow() < 0:
            self.strip.setCurrentRow(self._first_to_show(run))
        if self.strip.choose_image(self._wanted_image):
            self._wanted_image = ""
        self._show_image()

    def _first_to_show(self, run: Run) -> int:
        """Return the row of the first image that the run's critic does not call unlike a photograph, else 0."""
        unlike = [is_unlike_photograph(measures_of(image.metrics), run.environment) for image in self._images]
        return unlike.index(False) if False in unlike else 0

    def _strip_item(self, image: DerivedImage, run: Run) -> QListWidgetItem:
        blank = QPixmap(STRIP_PX, STRIP_PX)
        blank.fill(Qt.GlobalColor.transparent)
        item = list_item(QIcon(blank), image_title(image, run, self._origin))
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        item.setData(IMAGE_ROLE, image.derived_image_id)
        return item

    def _mark_strip(self) -> None:
        for row, image in enumerate(self._images):
            item = self.strip.item(row)
            decision = self._decisions.get(image.derived_image_id)
            accepted = None if decision is None else decision.is_accepted
            state = f"{state_words(accepted)}{self._sketched_words(image)}"
            set_tip(item, f"{image.derived_image_id}: {state}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {state}")
            show = partial(self._show_thumbnail, item, accepted, image)
            self._desk.thumbnails.request(image.sha256, self, show, side_px=THUMBNAIL_PX)

    def _sketched_words(self, image: DerivedImage) -> str:
        count = len(self._sketches.get(image.derived_image_id, ()))
        if not count:
            return ""
        return self.tr(", 1 sketch") if count == 1 else self.tr(", {count} sketches").format(count=count)

    def _show_sketches(self) -> None:
        """Show the sketches of the chosen image; of a sketch, those of the same picture and that picture."""
        image, run = self.current(), self.current_run()
        if image is None or run is None:
            return
        own = self._sketches.get(image.derived_image_id, [])
        if own or not is_sketching(run):
            title = self.tr("Sketches of this image")
            self.sketches.show_sketches(title, own, current="", source=None)
            return
        what = self.tr("Sketches of {image}").format(image=origin_words(self._origin))
        alike = self._sketches.get(source_of(run), [])
        source = self._origin.image
        shown = alike if source is not None or len(alike) > 1 else []
        self.sketches.show_sketches(what, shown, current=image.derived_image_id, source=source)

    def _show_thumbnail(
        self, item: QListWidgetItem, is_accepted: bool | None, image: DerivedImage, picture: QImage
    ) -> None:
        run = self.current_run()
        if run is not None and self.strip.row(item) >= 0:
            part = face_part(picture, image, box_in_image(face_frame(run.face).box, image.metrics))
            count = len(self._sketches.get(image.derived_image_id, ()))
            item.setIcon(picture_icon(marked(part, is_accepted, self._desk.theme, sketches=count)))

    def _show_original(self, run: Run) -> None:
        sha256 = run.spec.source_sha256 or run.spec.exhibit_sha256
        self._shown_original = sha256
        words = self.tr("Original") if self._origin.image is None else _capital(origin_words(self._origin))
        if is_placed(self._images):
            words = self.tr("%1, turned and scaled as on the sheet").replace("%1", words)
        self.pictures.name_source(words)

        def show(picture: QImage) -> None:
            if self._shown_original == sha256:
                beside = placed_beside(picture, self._images, self._origin.image)
                self.pictures.show_original(beside, partial(self._desk.thumbnails.request_part, sha256))

        self._desk.thumbnails.request(sha256, self, show)

    def _show_image(self) -> None:
        image, run = self.current(), self.current_run()
        if image is None or run is None:
            return
        self._refresh_sketch()
        self._show_sketches()
        self.export.show_image(image, self._exhibits.get(run.spec.exhibit_id))
        self.side.show_image(
            image,
            run,
            self._origin,
            decision=self._decisions.get(image.derived_image_id),
            numbers={name: each.exhibit_number for name, each in self._exhibits.items()},
        )
        wanted = image.derived_image_id

        def show(picture: QImage) -> None:
            shown = self.current()
            if shown is not None and shown.derived_image_id == wanted:
                self.pictures.show_derived(picture, partial(self._desk.thumbnails.request_part, image.sha256))
                if self._face_shown != image.run_id and not picture.isNull():
                    self._face_shown = image.run_id
                    self.show_face()

        self._desk.thumbnails.request(image.sha256, self, show)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
