"""One photograph in full: picture with its faces, record, digest, quality."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from forensic_app.records import Exhibit, Subject
from ui.desk import Desk
from ui.evidence.contradiction_words import words_about
from ui.evidence.face_boxes import face_boxes
from ui.evidence.quality_words import QUALITY_ROWS
from ui.evidence.view_log import ViewLog
from ui.widgets.basics import Banner, DigestLabel, button, clear, label, pill, scrolled, set_property
from ui.widgets.image_view import ImageView
from ui.widgets.plain import plain, table_item
from ui.widgets.thumbnails import full_size
from ui.widgets.wrapping import WrappingRow
from ui.wording import error_words, recorded_words, size_words, time_words


class ExhibitDetails(QWidget):
    """Shows one exhibit and lets a face of it be chosen.

    Attributes:
        face_index: The chosen face, 0 = largest.
        names: Names of the subjects by identifier.
        people: The subjects by identifier.

    Signals:
        new_run_wanted: A run on this exhibit is wanted.
        amendment_wanted: What is stated about this exhibit is to be amended.
        lookalikes_wanted: Others who look like the chosen face are to be found.
        withdrawal_wanted: This exhibit is to be withdrawn.
    """

    new_run_wanted = Signal()
    amendment_wanted = Signal()
    lookalikes_wanted = Signal()
    withdrawal_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._exhibit: Exhibit | None = None
        self.face_index = 0
        self.names: dict[str, str] = {}
        self.people: dict[str, Subject] = {}
        self.banner = Banner()
        self.contradictions = Banner()
        self.views = ViewLog(desk.session, self)
        self.picture = ImageView(desk.theme)
        self.picture.setAccessibleName(self.tr("Photograph"))
        self.picture.box_clicked.connect(self.choose_face)
        self.faces_line = label(name="muted", wraps=True)
        self.digest = DigestLabel(desk.theme)
        self.verified = pill("")
        self.run_button = button(
            self.tr("New run…"),
            self.new_run_wanted.emit,
            kind="primary",
            icon="run",
            theme=desk.theme,
            tip="Ctrl+R",
        )
        self.amend_button = button(
            self.tr("Amend…"), self.amendment_wanted.emit, icon="edit", theme=desk.theme
        )
        self.lookalikes_button = button(
            self.tr("Who else?"),
            self.lookalikes_wanted.emit,
            icon="search",
            theme=desk.theme,
            tip=self.tr("Who else in the casebook looks like this? (Ctrl+L)"),
        )
        self.withdraw_button = button(self.tr("Withdraw…"), self.withdrawal_wanted.emit, kind="danger")
        self._can_run = True
        self._facts = QFormLayout()
        self._metadata = QFormLayout()
        self.quality = QTableWidget(0, 3)
        self._lay_out()
        self.show_exhibit(None)

    def set_can_run(self, can_run: bool) -> None:
        """Say whether runs can be set up."""
        self._can_run = can_run
        self.run_button.setEnabled(can_run and self._exhibit is not None)

    def show_chosen(self, count: int) -> None:
        """Say on how many photographs a run will be set up."""
        several = self.tr("New run on {count}…").format(count=count)
        self.run_button.setText(several if count > 1 else self.tr("New run…"))

    def say_choose(self) -> None:
        """Tell that an exhibit is needed first."""
        self.banner.say(self.tr("Choose the photograph to work on first, or receive one."), "warning")

    def show_exhibit(self, exhibit: Exhibit | None) -> None:
        """Show another exhibit."""
        cannot_be = (
            "" if exhibit is None else words_about(self.people.get(exhibit.subject_id or ""), [exhibit])
        )
        self.contradictions.say(cannot_be, "warning")
        if exhibit is not None and self._exhibit is not None and exhibit == self._exhibit:
            return
        self._exhibit = exhibit
        self.face_index = 0
        self._desk.thumbnails.forget_parts()
        self.banner.say("")
        self.picture.show_boxes(())
        self.picture.view_transform.set_zoom(1.0)
        self.run_button.setEnabled(self._can_run and exhibit is not None)
        self.amend_button.setEnabled(not self._desk.session.is_read_only and exhibit is not None)
        self.lookalikes_button.setEnabled(exhibit is not None)
        self.withdraw_button.setEnabled(self.amend_button.isEnabled())
        self._pages.setEnabled(exhibit is not None)
        self.faces_line.setText("")
        self.digest.show_digest(exhibit.sha256 if exhibit else "")
        self.verified.setVisible(exhibit is not None)
        self.quality.setRowCount(0)
        self._show_facts(exhibit)
        self.views.look(None)
        if exhibit is None:
            self.picture.show_image(QImage(), self.tr("No exhibit is chosen."))
            self._desk.faces.forget(self)
            return
        self.picture.show_image(QImage(), self.tr("Loading…"))
        self._show_verified("neutral", self.tr("Checking the digest…"))
        self._desk.thumbnails.request(
            exhibit.picture_sha256, self, lambda image: self._show_image(exhibit, image)
        )
        self._verify(exhibit)
        self._find_faces(exhibit)

    def choose_face(self, index: int) -> None:
        """Choose the face that a run works on."""
        known = None if self._exhibit is None else self._desk.faces.known(self._exhibit.picture_sha256)
        if self._exhibit is not None and 0 <= index < len(known or ()):
            self.face_index = index
            self._show_faces(self._exhibit)

    def _lay_out(self) -> None:
        top = WrappingRow()
        self._name = label(name="heading")
        top.addWidget(self._name)
        top.addStretch(1)
        top.addWidget(self.lookalikes_button)
        top.addWidget(self.withdraw_button)
        top.addWidget(self.amend_button)
        top.addWidget(self.run_button)
        digest = WrappingRow()
        digest.addWidget(label("SHA-256", "muted"))
        digest.addWidget(self.digest)
        digest.addWidget(self.verified)
        digest.addStretch(1)
        self._pages = QTabWidget()
        self._pages.setDocumentMode(True)
        self._pages.tabBar().setAccessibleName(self.tr("Facts about the exhibit"))
        self._pages.addTab(_page(self._facts), self.tr("Record"))
        self._pages.addTab(self._quality_page(), self.tr("Quality"))
        self._pages.addTab(_page(self._metadata), self.tr("Metadata"))
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.picture, 1)
        column.addWidget(self.faces_line)
        self._splitter.addWidget(left)
        self._splitter.addWidget(self._pages)
        self._splitter.setSizes([430, 330])
        self._splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(6, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(top)
        outer.addWidget(self.banner)
        outer.addWidget(self.contradictions)
        outer.addWidget(digest)
        outer.addWidget(self._splitter, 1)

    def _quality_page(self) -> QWidget:
        self.quality.setAccessibleName(self.tr("Quality measures of the chosen face"))
        self.quality.setHorizontalHeaderLabels([self.tr("Measure"), self.tr("Value"), self.tr("Score 0–100")])
        self.quality.verticalHeader().hide()
        self.quality.setShowGrid(False)
        self.quality.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.quality.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.quality.setTabKeyNavigation(False)
        self.quality.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.quality.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        quality = QWidget()
        column = QVBoxLayout(quality)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.quality)
        column.addWidget(
            label(
                self.tr("Formulas of OFIQ on five landmarks; no conformant ISO/IEC 29794-5 assessment."),
                "muted",
                wraps=True,
            )
        )
        return quality

    def _show_facts(self, exhibit: Exhibit | None) -> None:
        self._name.setText(self.tr("No exhibit") if exhibit is None else exhibit.exhibit_number)
        clear(self._facts)
        clear(self._metadata)
        if exhibit is None:
            return
        age = (
            self.tr("{age:g} years").format(age=exhibit.age_at_photo)
            if exhibit.age_at_photo is not None
            else ""
        )
        for name, value in (
            (self.tr("File"), plain(exhibit.original_name)),
            (self.tr("Subject"), self.names.get(exhibit.subject_id or "", "")),
            (self.tr("Age in it"), age),
            (self.tr("Taken on"), exhibit.photo_date),
            (self.tr("Picture"), f"{exhibit.width_px} × {exhibit.height_px} px, {exhibit.media_type}"),
            (self.tr("Size"), size_words(exhibit.size_bytes)),
            (self.tr("Source"), exhibit.source),
            (self.tr("Received how"), exhibit.received_how),
            (self.tr("Received at"), time_words(exhibit.received_at)),
            (self.tr("Exhibit id"), exhibit.exhibit_id),
            (self.tr("Page"), str(exhibit.page or "")),
            (self.tr("Notes"), "\n".join(plain(recorded_words(each)) for each in exhibit.notes)),
        ):
            self._facts.addRow(
                label(name, "muted"),
                label(value or "–", "" if value else "muted", wraps=True, selectable=True),
            )
        for name, value in exhibit.exif.items():
            self._metadata.addRow(
                label(plain(str(name)), "muted"), label(plain(str(value)[:300]), wraps=True, selectable=True)
            )
        if not exhibit.exif:
            self._metadata.addRow(label(self.tr("The file holds no EXIF metadata."), "muted", wraps=True))

    def _show_image(self, exhibit: Exhibit, image: QImage) -> None:
        if self._exhibit is not None and self._exhibit.exhibit_id == exhibit.exhibit_id:
            self.picture.show_image(image, self.tr("This picture cannot be shown."))
            self.views.look(None if image.isNull() or not self.isVisible() else exhibit)
            if full_size(image) != image.size():
                self.picture.set_parts(partial(self._desk.thumbnails.request_part, exhibit.picture_sha256))

    def _verify(self, exhibit: Exhibit) -> None:
        from forensic_app.workflows.exhibit_pictures import check_exhibit_files

        store = self._desk.session.store

        def done(_: object) -> None:
            if self._exhibit == exhibit:
                self._show_verified("good", self.tr("Verified now"))

        def failed(error: BaseException) -> None:
            if self._exhibit == exhibit and isinstance(error, ForensicAppError):
                self._show_verified("bad", self.tr("Altered or missing"))
                self.banner.say(error_words(error), "bad")
            elif not isinstance(error, ForensicAppError):
                self._desk.session.failed.emit(error)

        self._desk.session.compute(lambda: check_exhibit_files(store, exhibit), self, done, failed)

    def _show_verified(self, tone: str, words: str) -> None:
        set_property(self.verified, "pill", tone)
        self.verified.setText(words)

    def _find_faces(self, exhibit: Exhibit) -> None:
        self.faces_line.setText(self.tr("Looking for faces…"))

        def failed(error: BaseException) -> None:
            if self._exhibit == exhibit:
                words = recorded_words(error.message) if isinstance(error, ForensicAppError) else str(error)
                self.faces_line.setText(self.tr("Faces could not be looked for: {why}").format(why=words))

        self._desk.faces.want(exhibit.picture_sha256, self, lambda _: self._show_faces(exhibit), failed)

    def _show_faces(self, exhibit: Exhibit) -> None:
        if self._exhibit is None or self._exhibit.picture_sha256 != exhibit.picture_sha256:
            return
        faces = self._desk.faces.known(exhibit.picture_sha256) or []
        self.picture.show_boxes(face_boxes(faces, self.face_index))
        if not faces:
            words = self.tr("No face was found. A run on this photograph would stop with that reason.")
        elif len(faces) == 1:
            words = self.tr("One face was found.")
        else:
            words = self.tr(
                "{count} faces were found, the largest first. Click the one that a run is to work on."
            )
        warnings = faces[self.face_index].warnings if faces else ()
        self.faces_line.setText("\n".join([words.format(count=len(faces)), *map(recorded_words, warnings)]))
        self._show_quality(faces[self.face_index].quality if faces else {})

    def _show_quality(self, measures: Any) -> None:
        rows = [(text(), *words(measures[name])) for name, text, words in QUALITY_ROWS if name in measures]
        self.quality.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.quality.setItem(row, column, table_item(text))


def _page(form: QFormLayout) -> QWidget:
    form.setHorizontalSpacing(16)
    form.setContentsMargins(4, 10, 4, 10)
    content = QWidget()
    content.setLayout(form)
    return scrolled(content)
