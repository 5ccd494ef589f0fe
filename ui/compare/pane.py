"""One of the pictures that are compared: its caption, what can be done with it, and the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout

from forensic_app.measured import face_number
from forensic_app.records import NoteKind
from forensic_app.workflows.comparable import Comparable
from ui.compare.captions import caption_of
from ui.compare.pane_view import PaneView
from ui.compare.stage import Placement, Stage
from ui.desk import Desk
from ui.evidence.view_log import ViewLog
from ui.widgets.basics import ElidedLabel, keep_icon, set_property
from ui.widgets.plain import plain, set_tip

if TYPE_CHECKING:
    from forensic_app.workflows.face_inspection import FoundFace


class Pane(QFrame):
    """One picture with its caption.

    Attributes:
        compared: What is shown.
        placement: Size, band and eyes.

    Signals:
        chosen: It is among the chosen ones, or no longer.
        move_wanted: It is to change places: -1 towards the front, 1 towards the end.
        replacement_wanted: Another picture is to take its place.
        removal_wanted: It is to go.
        placed: Size or eyes became known.
        note_wanted: A kind of note, its points, and the eyes with where they are from, is to be recorded.
        notes_wanted: What stands on the picture is to be listed.
        export_wanted: The picture of a name is to be handed out with its notes; ``True`` to a printer.
    """

    FOUND = "bundled detector"
    """What the record of a length names where no run recorded the eyes."""
    chosen = Signal()
    move_wanted = Signal(int)
    replacement_wanted = Signal()
    removal_wanted = Signal()
    placed = Signal()
    note_wanted = Signal(object, object, object)
    notes_wanted = Signal()
    export_wanted = Signal(str, bool)

    def __init__(self, desk: Desk, stage: Stage, compared: Comparable) -> None:
        super().__init__()
        self._desk = desk
        self._face_words = ""
        self._face_place = 0
        self._is_aligning = False
        self._shows_notes = True
        self._eyes_origin = compared.eyes_origin
        self.compared = compared
        self.placement = Placement(0, 0)
        self.setObjectName("pane")
        self.number = QToolButton()
        self.number.setCheckable(True)
        self.number.toggled.connect(self._choose)
        self.title, self.made, self.record = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.title.setObjectName("subheading")
        for each in (self.made, self.record):
            each.setObjectName("muted")
        self.face_line = ElidedLabel()
        self.face_line.setObjectName("faceLine")
        self.face_line.hide()
        self.view = PaneView(desk.theme, stage)
        self.views = ViewLog(desk.session, self)
        self.menu_button = QToolButton()
        self.menu = QMenu(self)
        self._add_actions()
        self._lay_out()
        self._say_face("")
        self.show_compared(compared)

    @property
    def is_chosen(self) -> bool:
        """Whether it is one of those that are laid on each other."""
        return self.number.isChecked()

    def show_compared(self, compared: Comparable) -> None:
        """Show another picture."""
        is_same = self.view.layer.was_shown and compared.sha256 == self.compared.sha256
        self.compared = compared
        words = caption_of(compared)
        for target, text in ((self.title, words.title), (self.made, words.made), (self.record, words.record)):
            target.setText(plain(text))
        self.view.setAccessibleName(plain(words.text))
        self.view.mark = self.mark()
        self.show_notes(self._shows_notes)
        if not is_same:
            self._load()
            if self._is_aligning:
                self.look_for_eyes()

    def show_notes(self, are_shown: bool) -> None:
        """Draw what stands on the picture, or not."""
        self._shows_notes = are_shown
        self.view.show_notes(self.compared.notes, are_shown=are_shown)

    def place(self, kind: NoteKind) -> None:
        """Have a note placed on the picture; for a line the eyes are looked for meanwhile."""
        self.view.begin_placing(kind)
        compared = self.compared
        if kind is NoteKind.LINE and self.placement.eyes is None and compared.image is None:

            def found(faces: list[FoundFace]) -> None:
                eyes = faces[0].eyes if faces else None
                if self.compared.sha256 == compared.sha256 and self.placement.eyes is None and eyes:
                    self._eyes_origin = self.FOUND
                    self._place(replace(self.placement, eyes=eyes))

            self._desk.faces.want(compared.sha256, self, found, lambda _: None)

    def mark(self) -> str:
        """Return what has to stay on the picture; empty for a photograph."""
        return self.tr("Derived image · one possible appearance") if self.compared.image is not None else ""

    def show_number(self, number: int, *, is_last: bool) -> None:
        """Take a number, from 1, in the order of the panes."""
        self.number.setText(str(number))
        self.number.setAccessibleName(
            self.tr("Choose picture {number}: {title}").format(number=number, title=self.title.text())
        )
        set_tip(
            self.number,
            self.tr("Choose it for an overlay, a blink or a difference ({number})").format(number=number),
        )
        self.menu_button.setAccessibleName(
            self.tr("What can be done with picture {number}").format(number=number)
        )
        self._earlier.setEnabled(number > 1)
        self._later.setEnabled(not is_last)

    def look_for_eyes(self) -> None:
        """Have the eyes found where no run recorded them, and say what is aligned on."""
        compared, self._is_aligning = self.compared, True
        if compared.eyes is not None:
            words = self.tr("Aligned on the eyes that a run recorded (face {number})")
            self._say_face(words.format(number=face_number(compared.face_index)))
        elif compared.image is not None:
            self._say_face(self.tr("No face is on record for this image: shown whole, not aligned"))
        else:
            self._want_face(0)

    def leave(self) -> None:
        """Take notice that it is looked at no more."""
        self.views.look(None)
        self.stop_aligning()

    def stop_aligning(self) -> None:
        """Say no more of the eyes."""
        self._is_aligning = False
        self._desk.faces.forget(self)
        self._say_face("")

    def next_face(self) -> None:
        """Align on the next face of a photograph that shows several."""
        self._want_face(self._face_place + 1)

    @property
    def face_words(self) -> str:
        """What is said of the face, empty while nothing is aligned."""
        return self._face_words

    def _say_placing(self) -> None:
        """Say in the place of the last line how it is done: the picture must not move meanwhile."""
        words = {
            None: plain(caption_of(self.compared).record),
            NoteKind.NOTE: self.tr("Arrows move the cross, Enter sets the note, Esc stops"),
            NoteKind.ARROW: self.tr("Arrows move the cross, Enter sets tail and head, Esc stops"),
            NoteKind.LINE: self.tr("Arrows move the cross, Enter sets both ends, Esc stops"),
        }[self.view.placing]
        self.record.setText(words)

    def _record(self, kind: NoteKind, points: object) -> None:
        eyes = self.placement.eyes
        told = (eyes, self._eyes_origin) if kind is NoteKind.LINE and eyes is not None else None
        self.note_wanted.emit(kind, points, told)

    def _want_face(self, place: int) -> None:
        sha256 = self.compared.sha256
        self._say_face(self.tr("Looking for the face…"))

        def found(faces: list[FoundFace]) -> None:
            if self.compared.sha256 == sha256 and self._is_aligning:
                self._take_faces(faces, place)

        def failed(_: BaseException) -> None:
            if self.compared.sha256 == sha256 and self._is_aligning:
                self._say_face(self.tr("The faces could not be looked for: shown whole, not aligned"))

        self._desk.faces.want(sha256, self, found, failed)

    def _take_faces(self, faces: list[FoundFace], place: int) -> None:
        self._face_place = place % max(len(faces), 1)
        eyes = faces[self._face_place].eyes if faces else None
        if eyes is None:
            self._say_face(self.tr("No face was found: shown whole, not aligned"))
        elif len(faces) > 1:
            words = self.tr("Aligned on face {number} of {count} that were found (N: the next one)")
            self._say_face(words.format(number=face_number(self._face_place), count=len(faces)))
        else:
            self._say_face(self.tr("Aligned on the eyes that were found"))
        self._eyes_origin = self.FOUND
        self._place(replace(self.placement, eyes=eyes))

    def _say_face(self, words: str) -> None:
        self._face_words = words
        self._next.setEnabled(self._is_aligning and self.compared.image is None)
        self.face_line.setText(words)
        self.face_line.setVisible(bool(words))
        self.view.setAccessibleDescription(words)

    def _place(self, placement: Placement) -> None:
        self.placement = placement
        self.view.layer.set_placement(placement)
        self.placed.emit()

    def _load(self) -> None:
        each = self.compared
        sha256 = each.sha256
        record = each.exhibit if each.image is None else each.image
        self.view.layer.clear()
        self.views.look(None)
        self.view.message = self.tr("Reading the picture…")
        self._face_place, self._eyes_origin = each.face_index, each.eyes_origin
        self._place(Placement(record.width_px, record.height_px, each.band_px, each.eyes))

        def show(picture: QImage) -> None:
            if self.compared.sha256 != sha256:
                return
            self.view.message = self.tr("Its file is missing, altered or cannot be decoded.")
            self.views.look(each.exhibit if each.image is None and not picture.isNull() else None)
            self.view.layer.show_image(picture, partial(self._desk.thumbnails.request_part, sha256))
            self._place(replace(self.view.layer.placement, eyes=self.placement.eyes))

        self._desk.thumbnails.request(sha256, self, show)

    def _choose(self, is_chosen: bool) -> None:
        set_property(self, "chosen", is_chosen)
        self.chosen.emit()

    def _add_actions(self) -> None:
        self._earlier = self._action(
            self.tr("Move towards the front"), "Ctrl+Left", lambda: self.move_wanted.emit(-1)
        )
        self._later = self._action(
            self.tr("Move towards the end"), "Ctrl+Right", lambda: self.move_wanted.emit(1)
        )
        self._next = self._action(self.tr("Align on the next face"), "N", self.next_face)
        self._action(self.tr("Replace…"), "R", self.replacement_wanted.emit)
        self._action(self.tr("Take out of the comparison"), "Delete", self.removal_wanted.emit)

        self._note_actions = [
            self._action(self.tr("Place a note"), "T", partial(self.place, NoteKind.NOTE)),
            self._action(self.tr("Draw an arrow"), "W", partial(self.place, NoteKind.ARROW)),
            self._action(self.tr("Measure a line"), "M", partial(self.place, NoteKind.LINE)),
        ]
        self._action(self.tr("Notes on this picture…"), "L", self.notes_wanted.emit)
        self._note_actions += [
            self._action(self.tr("Export with notes…"), "Ctrl+S", lambda: self._export(False)),
            self._action(self.tr("Print with notes…"), "Ctrl+P", lambda: self._export(True)),
        ]
        for each in self._note_actions:
            each.setEnabled(not self._desk.session.is_read_only)
        self.view.placing_changed.connect(self._say_placing)
        self.view.points_placed.connect(self._record)

    def _export(self, is_printed: bool) -> None:
        self.export_wanted.emit(self.compared.name, is_printed)

    def _action(self, text: str, keys: str, do: Callable[[], object]) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(keys))
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.triggered.connect(lambda _=False: do())
        self.addAction(made)
        self.view.addAction(made)
        self.menu.addAction(made)
        return made

    def _lay_out(self) -> None:
        theme = self._desk.theme
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.menu_button.setText("⋯")
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_tip(self.menu_button, self.tr("Move, replace, take out, notes"))
        away = QToolButton()
        away.setAccessibleName(self.tr("Take out of the comparison"))
        set_tip(away, self.tr("Take out of the comparison (Delete)"))
        away.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        keep_icon(away, theme, "cross", role="muted")
        away.clicked.connect(lambda _=False: self.removal_wanted.emit())
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.number)
        head.addWidget(self.title, 1)
        head.addWidget(self.menu_button)
        head.addWidget(away)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(2)
        column.addLayout(head)
        for each in (self.made, self.record, self.face_line):
            column.addWidget(each)
        column.addWidget(self.view, 1)
