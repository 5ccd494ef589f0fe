"""The page of searches: a face among a gallery, or among the photographs of the casebook.

Rules:
    * A candidate is called a lead wherever it is shown; the threshold, its FMR and the false candidates to expect stand
      above the list.
    * One piece of work at a time, beside the event loop, with progress; what was stopped is not recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from forensic_app.records import Exhibit, Gallery
from ui.desk import Desk
from ui.search.candidate_details import CandidateDetails
from ui.search.candidate_list import CandidateList
from ui.search.face_pictures import FacePictures
from ui.search.job import JobBar, Progress
from ui.search.matchers import matchers_of
from ui.search.picture_field import PictureField
from ui.search.searching import Asked, Choices, choices_of, read_search, searched
from ui.search.shown import ShownCandidate, ShownSearch
from ui.search.words import lead_words, progress_words, unrecorded_words, verdict_words
from ui.widgets.basics import Banner, EmptyState, button, label, padded
from ui.widgets.combo import Combo
from ui.widgets.page import Page
from ui.widgets.plain import plain
from ui.widgets.wrapping import WrappingRow
from ui.wording import recorded_words, time_words

if TYPE_CHECKING:
    from forensic_app.searches import RecordedSearch

FMRS = (0.01, 0.001, 0.0001)
MOST_CANDIDATES = 200
CASEBOOK = ""
"""In the box of galleries: the photographs of the casebook."""


class SearchView(Page):
    """Searches, their candidates and the decisions on them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._searches: dict[str, list[RecordedSearch]] = {}
        self._is_filled = False
        self.shown: ShownSearch | None = None
        self.gallery = Combo()
        self.picture = PictureField(desk)
        self.top = QSpinBox()
        self.fmr = Combo()
        self.face = QSpinBox()
        self.earlier = Combo()
        self.search_button = button(
            self.tr("Search"), self.search, kind="primary", icon="search", theme=desk.theme
        )
        self.new_button = button(self.tr("New gallery…"), self.new_gallery, icon="add", theme=desk.theme)
        self._first_button = button(self.tr("New gallery…"), self.new_gallery)
        self.add_button = button(
            self.tr("Add photographs…"), self.add_photographs, icon="photo", theme=desk.theme
        )
        self.banner = Banner()
        self.job = JobBar(desk.session, progress_words)
        self.sentences = label(name="muted", wraps=True, selectable=True)
        faces = FacePictures(desk.session, self)
        self.candidates = CandidateList(desk, faces)
        self.details = CandidateDetails(desk, faces)
        self._pages = QStackedWidget()
        self._set_up_fields()
        self._lay_out()
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Read galleries, cases and earlier searches again."""
        self.picture.reload()
        self._desk.session.read(choices_of, self, self._show_choices)

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the box of galleries."""
        return (self.gallery,)

    def choose_exhibit(self, exhibit: Exhibit, *, face_index: int = 0) -> None:
        """Set up the question who else looks like a photograph's face."""
        self.gallery.setCurrentIndex(0)
        self.picture.choose(exhibit.case_id, exhibit.exhibit_id)
        self.face.setValue(face_index + 1 if face_index else 0)
        self.search_button.setFocus()

    def search(self) -> None:
        """Search the chosen picture, beside the event loop."""
        chosen = self.picture.chosen()
        if chosen is None or self.job.is_running:
            self.banner.say(self.tr("Choose a photograph, or an accepted derived image, first."), "warning")
            return
        asked = Asked(
            probe=chosen.name,
            gallery_id=str(self.gallery.currentData() or CASEBOOK),
            top=self.top.value(),
            fmr=float(self.fmr.currentData()),
            face=self.face.value() or None,
        )
        self.banner.say("")
        self._remember()
        session, load = self._desk.session, matchers_of(self._desk.session).load

        def work(progress: Progress) -> ShownSearch:
            return searched(session.store, asked, load=load, report=progress)

        self.job.start(work, self._show_new, self._refused, words=self.tr("Loading the matcher"))

    def new_gallery(self) -> None:
        """Ask for a new gallery."""
        from ui.search.gallery_dialog import GalleryDialog

        dialog = GalleryDialog(self._desk, self)
        dialog.made.connect(self._take_gallery)
        dialog.open()

    def add_photographs(self) -> None:
        """Add photographs to the chosen gallery."""
        from ui.search.enrol_dialog import EnrolDialog

        gallery = self._chosen_gallery()
        if gallery is None:
            self.banner.say(
                self.tr("Choose the gallery that photographs are to be added to first."), "warning"
            )
            return
        EnrolDialog(self._desk, gallery, self).open()

    def _show_new(self, shown: ShownSearch) -> None:
        self.show_search(shown)
        if not shown.gallery_id:
            self.earlier.setCurrentIndex(0)
        self._desk.session.changed.emit()
        self.candidates.setFocus()

    def show_search(self, shown: ShownSearch | None) -> None:
        """Show a search and its candidates."""
        self.shown = shown
        self.sentences.setText("" if shown is None else "\n".join(shown.sentences[1:]))
        self._lead.say("" if shown is None else f"{lead_words()}")
        self.candidates.show_search(shown)
        if shown is None:
            self._pages.setCurrentIndex(0)
            return
        if not shown.candidates:
            self.banner.say(self.tr("No face was found to compare with."), "warning")
        self._pages.setCurrentIndex(1 if shown.candidates else 0)

    def _refused(self, error: BaseException) -> None:
        if not isinstance(error, ForensicAppError):
            self._desk.session.failed.emit(error)
            return
        advice = recorded_words(error.advice)
        if "--face" in error.advice:
            advice = self.tr(
                "Choose its number in the field “Face”; 1 is the largest, then in order of size."
            )
        elif "pack accept" in error.advice:
            advice = self.tr("Read and accept it on the page “Model packs”.")
        elif "--threshold" in error.advice:
            advice = self.tr("Enrol more people, or choose a higher FMR.")
        self.banner.say(f"{recorded_words(error.message)} {advice}", "bad")

    def _decide(self, key: str, verdict: str, reason: str) -> None:
        shown = self.shown
        if shown is None or not shown.number:
            return

        def work(store: Any) -> None:
            from forensic_app.workflows.gallery_decisions import decide_candidate

            decide_candidate(store, shown.gallery_id, shown.number, key, verdict=verdict, reason=reason)

        def done(_: object) -> None:
            self.banner.say(self.tr("Recorded: {verdict}.").format(verdict=verdict_words(verdict)), "good")
            self.open_search(shown.gallery_id, shown.number)
            self.candidates.setFocus()

        self._desk.session.write(work, self, done, self._refused)

    def open_search(self, gallery_id: str, number: int) -> None:
        """Read a recorded search and show it."""
        self._desk.session.read(
            lambda store: read_search(store, gallery_id, number), self, self.show_search, self._refused
        )

    def _show_choices(self, choices: Choices) -> None:
        form = {} if self._is_filled else self._desk.preferences.search_form(self._desk.session.folder)
        wanted = str(form.get("gallery", self.gallery.currentData() or CASEBOOK))
        self._searches = {each: list(found) for each, found in choices.searches.items()}
        self.gallery.blockSignals(True)
        self.gallery.clear()
        self.gallery.addItem(self.tr("Photographs of this casebook"), CASEBOOK)
        for gallery in choices.galleries:
            words = self.tr("{name} ({matcher}, {count} faces)")
            self.gallery.addItem(
                plain(
                    words.format(
                        name=gallery.name, matcher=gallery.analyser, count=choices.counts[gallery.gallery_id]
                    )
                ),
                gallery.gallery_id,
            )
            self.gallery.setItemData(self.gallery.count() - 1, gallery, _GALLERY)
        self.gallery.setCurrentIndex(max(0, self.gallery.findData(wanted)))
        self.gallery.blockSignals(False)
        if not self._is_filled:
            self._is_filled = True
            if form.get("case"):
                self.picture.choose(str(form["case"]))
            self.top.setValue(int(form.get("top", 20)))
            self.fmr.setCurrentIndex(max(0, self.fmr.findData(float(form.get("fmr", 0.001)))))
        self._show_gallery()

    def _show_gallery(self) -> None:
        gallery = self._chosen_gallery()
        is_writable = not self._desk.session.is_read_only
        self.add_button.setEnabled(gallery is not None and is_writable and not self.job.is_running)
        self.new_button.setEnabled(is_writable and not self.job.is_running)
        self.fmr.setEnabled(gallery is not None)
        found = self._searches.get(str(self.gallery.currentData() or ""), [])
        self.earlier.blockSignals(True)
        self.earlier.clear()
        self.earlier.addItem(self.tr("Earlier searches ({count})").format(count=len(found)), 0)
        for each in reversed(found):
            words = self.tr("{number}: {probe}, {when}, {decided} of {count} decided")
            self.earlier.addItem(
                plain(
                    words.format(
                        number=each.sequence,
                        probe=each.probe["name"],
                        when=time_words(each.searched_at),
                        decided=len(each.decisions),
                        count=len(each.candidates),
                    )
                ),
                each.sequence,
            )
        shown = self.shown.number if self.shown is not None else 0
        self.earlier.setCurrentIndex(max(0, self.earlier.findData(shown)))
        self.earlier.setEnabled(bool(found))
        self.earlier.blockSignals(False)

    def _choose_earlier(self) -> None:
        number, gallery = int(self.earlier.currentData() or 0), self._chosen_gallery()
        if number and gallery is not None and not self.job.is_running:
            self.banner.say("")
            self.open_search(gallery.gallery_id, number)

    def _chosen_gallery(self) -> Gallery | None:
        found = self.gallery.currentData(_GALLERY)
        return found if isinstance(found, Gallery) else None

    def _take_gallery(self, gallery: Gallery) -> None:
        self._desk.preferences.remember_search_form(
            self._desk.session.folder, {**self._form(), "gallery": gallery.gallery_id}
        )
        self._is_filled = False
        self.reload()
        self.gallery.setFocus()

    def _form(self) -> dict[str, Any]:
        return {
            "gallery": str(self.gallery.currentData() or CASEBOOK),
            "case": self.picture.case_id(),
            "top": self.top.value(),
            "fmr": self.fmr.currentData(),
        }

    def _remember(self) -> None:
        self._desk.preferences.remember_search_form(self._desk.session.folder, self._form())

    def _show_running(self, is_running: bool) -> None:
        self.search_button.setEnabled(not is_running and self.picture.chosen() is not None)
        self._show_gallery()

    def _say_stopped(self) -> None:
        self.banner.say(self.tr("The search was stopped; nothing of it is recorded."), "warning")
        self.search_button.setFocus()

    def _connect(self) -> None:
        self.job.running_changed.connect(self._show_running)
        self.job.stopped.connect(self._say_stopped)
        self.gallery.currentIndexChanged.connect(lambda _: self._show_gallery())
        self.earlier.activated.connect(lambda _: self._choose_earlier())
        self.picture.changed.connect(lambda: self._show_running(self.job.is_running))
        self.candidates.candidate_chosen.connect(self._show_candidate)
        self.candidates.decision_wanted.connect(self.details.focus_decision)
        self.details.decided.connect(self._decide)
        self._desk.session.changed.connect(self.reload)

    def _show_candidate(self, candidate: ShownCandidate | None) -> None:
        self.details.show_candidate(self.shown, candidate)

    def _set_up_fields(self) -> None:
        self.top.setRange(1, MOST_CANDIDATES)
        self.top.setValue(20)
        self.face.setRange(0, 99)
        self.face.setSpecialValueText(self.tr("the clear one"))
        for field in (self.top, self.face):
            padded(field)
        for rate in FMRS:
            self.fmr.addItem(f"{QLocale().toString(100 * rate, 'g', 3)} %", rate)
        self.fmr.setCurrentIndex(1)
        names: tuple[tuple[QWidget, str], ...] = (
            (self.gallery, self.tr("Among")),
            (self.top, self.tr("Most candidates")),
            (self.fmr, self.tr("False match rate that the threshold is set at")),
            (self.face, self.tr("Face of the picture, 1 = largest")),
            (self.earlier, self.tr("Earlier searches")),
        )
        for widget, name in names:
            widget.setAccessibleName(name)
        for box, length in ((self.gallery, 20), (self.earlier, 18)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(length)

    def _lay_out(self) -> None:
        top = WrappingRow()
        top.addWidget(label(self.tr("Search"), "title"))
        top.addStretch(1)
        top.addWidget(self.new_button)
        top.addWidget(self.add_button)
        first, second = WrappingRow(), WrappingRow()
        first.addWidget(self.gallery, 2)
        first.addWidget(self.earlier, 2)
        second.addWidget(self.picture, 3)
        for words, field in (
            (self.tr("Face"), self.face),
            (self.tr("At most"), self.top),
            (self.tr("FMR"), self.fmr),
        ):
            second.addWidget(label(words, "muted"))
            second.addWidget(field)
        second.addWidget(self.search_button)
        form = QGridLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        form.setColumnStretch(1, 1)
        for place, (words, field, row) in enumerate(
            (
                (self.tr("A&mong"), self.gallery, first),
                (self.tr("Loo&k for"), self.picture.case, second),
            )
        ):
            name = label(words)
            name.setBuddy(field)
            form.addWidget(name, place, 0)
            form.addWidget(row, place, 1)
        self._lead = Banner()
        splitter = QSplitter()
        splitter.addWidget(self.candidates)
        splitter.addWidget(self.details)
        splitter.setSizes([500, 500])
        splitter.setChildrenCollapsible(False)
        self._pages.addWidget(
            EmptyState(
                self.tr("No search is shown"),
                self.tr(
                    "Choose a gallery of known people, or the photographs of this casebook, and a face to search for. "
                    "What is found is a lead for an examiner and identifies nobody."
                ),
                self._first_button,
            )
        )
        self._pages.addWidget(splitter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 14, 24, 14)
        column.setSpacing(8)
        column.addWidget(top)
        column.addLayout(form)
        column.addWidget(self.banner)
        column.addWidget(self.job)
        column.addWidget(self._lead)
        column.addWidget(self.sentences)
        column.addWidget(self._pages, 1)
        if self._desk.session.is_read_only:
            self.banner.say(unrecorded_words(), "info")


_GALLERY = 0x0101
"""Role of the gallery's record in the box, one above Qt's user role."""
