"""Two to six pictures of a case beside each other, or two of them on each other.

Rules:
    * One zoom and one place for all: what is seen of one is seen of each.
    * A derived image bears its mark in every view.
    * Two pictures are laid on each other only where it is plain which two: the chosen ones, or the only ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, NoteKind
from forensic_app.workflows.comparable import (
    MOST_AT_ONCE,
    Comparable,
    Eyes,
    Point,
    chosen_of_runs,
    comparables,
)
from ui.compare.note_dialogs import NoteDialog, NotesDialog
from ui.compare.note_export import NoteExport
from ui.compare.pair_controls import PairControls
from ui.compare.pair_view import PairView, Way
from ui.compare.pane import Pane
from ui.compare.pane_grid import PaneGrid
from ui.compare.picker import Picker
from ui.compare.stage import Stage
from ui.desk import Desk
from ui.widgets.basics import Banner, EmptyState, button, keep_icon
from ui.widgets.fitting import fit
from ui.widgets.image_view import ZOOM_STEP
from ui.widgets.plain import plain, set_tip
from ui.widgets.wrapping import WrappingRow


class CompareDialog(QDialog):
    """The pictures that are compared.

    Attributes:
        stage: Their zoom and place.
        panes: What is shown, in order.
        pair: The view of two on each other.
        way: How pictures are shown.
    """

    def __init__(self, desk: Desk, case: Case, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._case = case
        self._every: dict[str, Comparable] = {}
        self._in_use: Pane | None = None
        self.way = Way.SIDE_BY_SIDE
        self.stage = Stage(self)
        self.panes: list[Pane] = []
        self.banner = Banner()
        self.grid = PaneGrid()
        self.pair = PairView(desk.session, desk.theme, self.stage)
        self.pair.message = self.tr("Reading the picture…")
        self.controls = PairControls(self.pair)
        self.add_button = button(self.tr("Add…"), self.pick, icon="add", theme=desk.theme)
        set_tip(self.add_button, self.tr("Add a picture of this case (A)"))
        self.aligned = QCheckBox(self.tr("Aligned on the eyes"))
        set_tip(self.aligned, self.tr("The same zoom shows the same part of the face in each (E)"))
        self.aligned.toggled.connect(self._align)
        self.notes_box = QCheckBox(self.tr("Notes"))
        self.notes_box.setChecked(True)
        set_tip(self.notes_box, self.tr("Show notes, arrows and measured lines in the panes (H)"))
        self.notes_box.toggled.connect(self._show_notes)
        self.export = NoteExport(desk, self)
        self.export.told.connect(lambda words, tone: self.banner.say(words, tone, fades=tone == "good"))
        self._ways: dict[Way, QPushButton] = {}
        self._pages = QStackedWidget()
        self.setWindowTitle(self.tr("Compare pictures of {case}").format(case=plain(case.case_number)))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._lay_out()
        self._add_keys()
        self.stage.changed.connect(lambda: self.aligned.setChecked(self.stage.is_aligned))
        desk.session.changed.connect(self.reload)
        desk.session.about_to_close.connect(self.close)
        self.finished.connect(lambda _: desk.thumbnails.forget_parts())
        fit(self, 1360, 860)
        self._refresh()

    @property
    def names(self) -> list[str]:
        """Identifiers of what is shown, in order."""
        return [each.compared.name for each in self.panes]

    def show_only(self, names: Sequence[str]) -> None:
        """Show these pictures, by identifier, and no others."""

        def take(found: list[Comparable]) -> None:
            self._clear()
            self._add(found, names)

        self._read(take)

    def show_runs(self, run_ids: Sequence[str]) -> None:
        """Show images of these runs and no others."""

        def take(found: list[Comparable]) -> None:
            self._clear()
            self._add(found, chosen_of_runs(found, run_ids))

        self._read(take)

    def add(self, names: Sequence[str]) -> None:
        """Add pictures by identifier; what is there already is not added again, and what is too much is told."""
        self._read(lambda found: self._add(found, names))

    def reload(self) -> None:
        """Read again what is on record of what is shown."""
        if self.isVisible():
            self._read(self._take)

    def pick(self) -> None:
        """Choose what to add."""
        room = MOST_AT_ONCE - len(self.panes)
        if room > 0:
            self._open_picker(self.tr("Add to the comparison"), room, self.add)

    def replace(self, pane: Pane) -> None:
        """Choose what takes the place of a pane."""

        def take(names: list[str]) -> None:
            pane.show_compared(self._every[names[0]])
            self._refresh()
            pane.view.setFocus()

        self._open_picker(self.tr("Replace {title}").format(title=pane.title.text()), 1, take)

    def remove(self, pane: Pane) -> None:
        """Take a pane out of the comparison."""
        place = self.panes.index(pane)
        self._drop(pane)
        self._refresh()
        if self.panes:
            self.panes[min(place, len(self.panes) - 1)].view.setFocus()
        else:
            self.add_button.setFocus()

    def move_pane(self, pane: Pane, by: int) -> None:
        """Move a pane to another place; it keeps the focus."""
        place = self.panes.index(pane)
        wanted = min(max(place + by, 0), len(self.panes) - 1)
        self.panes.insert(wanted, self.panes.pop(place))
        focus = self.focusWidget()
        self._refresh()
        (focus if focus is not None and pane.isAncestorOf(focus) else pane.view).setFocus()

    def choose(self, number: int) -> None:
        """Choose the pane of a number, or let go of it, and put the focus on it."""
        if number <= len(self.panes):
            self.panes[number - 1].number.toggle()
            if self.way is Way.SIDE_BY_SIDE:
                self.panes[number - 1].view.setFocus()

    def pair_panes(self) -> tuple[Pane, Pane] | None:
        """Return the two that can be laid on each other: the chosen ones, or the only ones."""
        chosen = [each for each in self.panes if each.is_chosen]
        found = self.panes if len(self.panes) == 2 and len(chosen) in (0, 2) else chosen
        return (found[0], found[1]) if len(found) == 2 else None

    def set_way(self, way: Way) -> None:
        """Show the pictures side by side, or two of them on each other."""
        if way is not Way.SIDE_BY_SIDE and self.pair_panes() is None:
            way = Way.SIDE_BY_SIDE
        self.way = way
        if way is Way.DIFFERENCE:
            self.aligned.setChecked(True)
        self._refresh()
        if way is not Way.SIDE_BY_SIDE:
            self.pair.setFocus()

    def show_pixels(self) -> None:
        """Show pixel for pixel: of the pane in use, or of the first of two."""
        if self.way is not Way.SIDE_BY_SIDE:
            self.pair.show_pixels()
        elif self.panes:
            (self._in_use or self.panes[0]).view.show_pixels()

    def _read(self, take: Callable[[list[Comparable]], None]) -> None:
        case_id = self._case.case_id
        self._desk.session.read(lambda store: comparables(store, case_id), self, take)

    def _clear(self) -> None:
        self.way = Way.SIDE_BY_SIDE
        for pane in list(self.panes):
            self._drop(pane)

    def _drop(self, pane: Pane) -> None:
        self.panes.remove(pane)
        self._in_use = None
        pane.leave()
        pane.hide()
        pane.deleteLater()

    def _add(self, found: list[Comparable], names: Sequence[str]) -> None:
        self._take(found)
        wanted = [each for each in dict.fromkeys(names) if each in self._every and each not in self.names]
        room = MOST_AT_ONCE - len(self.panes)
        left_out = wanted[room:]
        for name in wanted[:room]:
            self._add_pane(self._every[name])
        if left_out:
            words = self.tr("{most} pictures can be compared at once. Not added: {names}.")
            self.banner.say(words.format(most=MOST_AT_ONCE, names=", ".join(left_out)), "warning")
        else:
            self.banner.say("")
        self._refresh()
        if self.panes and self.way is Way.SIDE_BY_SIDE:
            self.panes[-1 if len(wanted) == 1 else 0].view.setFocus()

    def _add_pane(self, compared: Comparable) -> None:
        pane = Pane(self._desk, self.stage, compared)
        pane.move_wanted.connect(partial(self.move_pane, pane))
        pane.replacement_wanted.connect(partial(self.replace, pane))
        pane.removal_wanted.connect(partial(self.remove, pane))
        pane.chosen.connect(self._refresh_ways)
        pane.placed.connect(self._follow_placements)
        pane.note_wanted.connect(partial(self._ask_words, pane))
        pane.notes_wanted.connect(lambda: self._open(NotesDialog(self._desk, pane.compared, self)))
        pane.export_wanted.connect(self.export.hand_out)
        pane.show_notes(self.notes_box.isChecked())
        pane.view.came_into_use.connect(partial(self._use, pane))
        self.panes.append(pane)
        if self.stage.is_aligned:
            pane.look_for_eyes()

    def _ask_words(
        self, pane: Pane, kind: NoteKind, points: list[Point], eyes: tuple[Eyes, str] | None
    ) -> None:
        self.notes_box.setChecked(True)
        self._open(NoteDialog(self._desk, pane.compared, kind, points, eyes, self))

    def _show_notes(self, are_shown: bool) -> None:
        for pane in self.panes:
            pane.show_notes(are_shown)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use(self, pane: Pane) -> None:
        self._in_use = pane

    def _take(self, found: list[Comparable]) -> None:
        """Take what is on record now; a pane whose picture is gone from the case stays as it was."""
        self._every = {each.name: each for each in found}
        for pane in self.panes:
            if pane.compared.name in self._every:
                pane.show_compared(self._every[pane.compared.name])
        self._refresh()

    def _align(self, is_aligned: bool) -> None:
        self.stage.set_aligned(is_aligned)
        for pane in self.panes:
            if is_aligned:
                pane.look_for_eyes()
            else:
                pane.stop_aligning()
        self._follow_placements()

    def _follow_placements(self) -> None:
        """Have the tallest band counted, and the two on each other lie as their panes do."""
        self.stage.set_band_share(max((each.placement.band_share for each in self.panes), default=0.0))
        pair = self.pair_panes()
        if pair is not None and self.way is not Way.SIDE_BY_SIDE:
            self._show_pair(pair)

    def _show_pair(self, pair: tuple[Pane, Pane]) -> None:
        for layer, pane in zip(self.pair.layers, pair, strict=True):
            layer.copy(pane.view.layer)
        self.pair.set_marks(pair[0].mark(), pair[1].mark())
        self.pair.setAccessibleName(" / ".join(each.view.accessibleName() for each in pair))
        self.controls.name(*(f"{each.number.text()}: {each.title.text()}" for each in pair))
        missing = [each.number.text() for each in pair if each.placement.eyes is None]
        words = ""
        if missing:
            words = self.tr("No eyes are known in {numbers}: shown whole there, not aligned.")
            words = words.format(numbers=", ".join(missing))
        self.controls.warn(words)

    def _refresh(self) -> None:
        for number, pane in enumerate(self.panes, start=1):
            pane.show_number(number, is_last=number == len(self.panes))
        self.grid.lay_out(self.panes)
        self.add_button.setEnabled(len(self.panes) < MOST_AT_ONCE)
        self._follow_placements()
        self._refresh_ways()

    def _refresh_ways(self) -> None:
        """Offer what two pictures are needed for only where it is plain which two."""
        pair = self.pair_panes()
        if pair is None:
            self.way = Way.SIDE_BY_SIDE
        why = "" if pair is not None else self.tr("Choose two pictures with their numbers first")
        for way, each in self._ways.items():
            each.setChecked(way is self.way)
            if way is not Way.SIDE_BY_SIDE:
                each.setEnabled(pair is not None)
                set_tip(each, why)
        if pair is not None and self.way is not Way.SIDE_BY_SIDE:
            self._show_pair(pair)
            if self.pair.way is not self.way:
                self.pair.set_way(self.way)
            self._pages.setCurrentIndex(1)
        else:
            self._pages.setCurrentIndex(0 if self.panes else 2)
        self.controls.setVisible(self.way is not Way.SIDE_BY_SIDE)
        self.controls.show_way(self.way)

    def _open_picker(self, title: str, most: int, take: Callable[[list[str]], None]) -> None:
        offered = [each for each in self._every.values() if each.name not in self.names]
        dialog = Picker(self._desk, offered, self, most=most, title=title)
        dialog.picked.connect(take)
        self._open(dialog)

    def _lay_out(self) -> None:
        row = WrappingRow(6)
        row.addWidget(self.add_button)
        group = QButtonGroup(self)
        for way, text in (
            (Way.SIDE_BY_SIDE, self.tr("Side by side")),
            (Way.OVERLAY, self.tr("Overlay")),
            (Way.BLINK, self.tr("Blink")),
            (Way.DIFFERENCE, self.tr("Difference")),
        ):
            made = button(text, partial(self.set_way, way))
            made.setCheckable(True)
            group.addButton(made)
            self._ways[way] = made
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self.notes_box)
        row.addWidget(self.aligned)
        for icon, text, do in (
            ("zoom-out", self.tr("Zoom out (−)"), lambda: self.stage.zoom_by(1 / ZOOM_STEP)),
            ("zoom-in", self.tr("Zoom in (+)"), lambda: self.stage.zoom_by(ZOOM_STEP)),
            ("fit", self.tr("Fit (0)"), self.stage.fit),
            (
                "",
                self.tr("Pixel for pixel: one of the screen for each of the picture in use (O)"),
                self.show_pixels,
            ),
        ):
            tool = QToolButton()
            tool.setAccessibleName(text)
            set_tip(tool, text)
            if icon:
                keep_icon(tool, self._desk.theme, icon)
            else:
                tool.setText("1:1")
            tool.clicked.connect(lambda _=False, act=do: act())
            row.addWidget(tool)
        for page in (self.grid, self.pair):
            self._pages.addWidget(page)
        first = button(self.tr("Choose pictures…"), self.pick, kind="primary")
        words = self.tr("Two to six photographs or derived images of this case, with one zoom.")
        self._pages.addWidget(EmptyState(self.tr("Nothing is compared"), words, first))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addWidget(row)
        column.addWidget(self.banner)
        column.addWidget(self.controls)
        column.addWidget(self._pages, 1)

    def _add_keys(self) -> None:
        for keys, do in (
            ("A", self.pick),
            ("E", self.aligned.toggle),
            ("H", self.notes_box.toggle),
            ("0", self.stage.fit),
            ("O", self.show_pixels),
            ("Ctrl++", lambda: self.stage.zoom_by(ZOOM_STEP)),
            ("Ctrl+-", lambda: self.stage.zoom_by(1 / ZOOM_STEP)),
            *((str(number), partial(self.choose, number)) for number in range(1, MOST_AT_ONCE + 1)),
        ):
            made = QAction(self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(lambda _=False, act=do: act())
            self.addAction(made)
