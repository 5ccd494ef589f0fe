"""One candidate: both faces, what is known, and the examiner's decision."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.search.face_pictures import FacePictures
from ui.search.shown import ShownCandidate, ShownSearch
from ui.search.words import decision_words, score_words, verdict_tone, verdict_words
from ui.widgets.basics import Banner, button, clear, label, pill, scrolled, set_property
from ui.widgets.combo import Combo
from ui.widgets.plain import PlainLabel, plain, set_tip
from ui.widgets.reason_field import ReasonField

SIDE_PX = 176
VERDICTS = ("lead", "excluded", "undecided")


class CandidateDetails(QWidget):
    """Shows a candidate and records what is made of it.

    Signals:
        decided: The candidate's key, the verdict and the reason.
    """

    decided = Signal(str, str, str)

    def __init__(self, desk: Desk, faces: FacePictures) -> None:
        super().__init__()
        self._desk = desk
        self._faces = faces
        self._search: ShownSearch | None = None
        self._candidate: ShownCandidate | None = None
        self.name = label(name="heading", wraps=True, selectable=True)
        self.score = label(wraps=True, selectable=True)
        self.above = pill("")
        self.kind = pill("")
        self.probe_face, self.face = _face(), _face()
        self.probe_caption, self.caption = label(name="muted", wraps=True), label(name="muted", wraps=True)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(14)
        self.state = pill("")
        self.told = label(name="muted", wraps=True, selectable=True)
        self.banner = Banner()
        self.verdict = Combo()
        self.verdict.setAccessibleName(self.tr("What is made of the candidate"))
        for each in VERDICTS:
            self.verdict.addItem(verdict_words(each), each)
        self.reason = ReasonField(
            (
                self.tr("Features of the face agree; to be followed up"),
                self.tr("Features of the face differ"),
                self.tr("Age or dates do not fit"),
                self.tr("Photograph too poor to judge"),
            ),
            name=self.tr("Reason of the decision"),
            least_characters=14,
        )
        line = self.reason.lineEdit()
        if line is not None:
            line.returnPressed.connect(self.decide)
        self.decide_button = button(self.tr("Record"), self.decide, icon="check", theme=desk.theme)
        set_tip(self.decide_button, self.tr("Record the decision in the custody log; it is never taken back"))
        self._decision = QWidget()
        self._lay_out()
        self.show_candidate(None, None)

    def show_candidate(self, search: ShownSearch | None, candidate: ShownCandidate | None) -> None:
        """Show another candidate of a search, ``None`` where there is none."""
        is_other = candidate is None or self._candidate is None or candidate.key != self._candidate.key
        self._search, self._candidate = search, candidate
        self.setVisible(candidate is not None)
        if search is None or candidate is None:
            return
        if is_other:
            self.reason.setCurrentText("")
            self.banner.say("")
        self.name.setText(plain(candidate.name) or self.tr("nobody stated"))
        self.score.setText(score_words(candidate.score, search.threshold, candidate.is_above))
        self.above.setVisible(candidate.is_above is not None)
        self.above.setText(
            self.tr("Above the threshold") if candidate.is_above else self.tr("Below the threshold")
        )
        set_property(self.above, "pill", "accent" if candidate.is_above else "neutral")
        self.kind.setText(self.tr("Derived template") if candidate.is_derived else self.tr("Photograph"))
        set_property(self.kind, "pill", "warning" if candidate.is_derived else "neutral")
        self.probe_caption.setText(
            self.tr("Probe: {name}, a derived image").format(name=search.probe_name)
            if search.is_probe_derived
            else self.tr("Probe: {name}").format(name=search.probe_name)
        )
        self.caption.setText(
            self.tr("The photograph that the derived face was made of")
            if candidate.is_derived
            else self.tr("Candidate")
        )
        clear(self._facts)
        for name, value in ((self.tr("Template"), candidate.template), *candidate.facts):
            self._facts.addRow(label(name, "muted"), label(plain(value), wraps=True, selectable=True))
        self._show_decision(search, candidate)
        for widget, sha256, box in (
            (self.probe_face, search.probe_sha256, search.probe_box),
            (self.face, candidate.sha256, candidate.box),
        ):
            self._show_face(widget, candidate, sha256, box)

    def focus_decision(self) -> None:
        """Put the focus on the decision."""
        if self.verdict.isEnabled() and self._decision.isVisible():
            self.verdict.setFocus()

    def decide(self) -> None:
        """Ask for the decision to be recorded; without a reason it is asked for."""
        candidate, reason = self._candidate, self.reason.currentText().strip()
        if candidate is None or not self.decide_button.isEnabled():
            return
        if not reason:
            self.banner.say(self.tr("Give the reason first: it is recorded with the decision."), "warning")
            self.reason.setFocus()
            return
        self.banner.say("")
        self.decided.emit(candidate.key, str(self.verdict.currentData()), reason)

    def _show_decision(self, search: ShownSearch, candidate: ShownCandidate) -> None:
        self._decision.setVisible(search.number > 0)
        made = candidate.decision
        self.state.setText(self.tr("Not decided") if made is None else verdict_words(made.verdict.value))
        set_property(self.state, "pill", "neutral" if made is None else verdict_tone(made.verdict.value))
        self.told.setText(decision_words(made))
        for widget in (self.verdict, self.reason, self.decide_button):
            widget.setEnabled(search.number > 0 and not self._desk.session.is_read_only)

    def _show_face(
        self, widget: PlainLabel, candidate: ShownCandidate, sha256: str, box: tuple[float, ...] | None
    ) -> None:
        widget.setPixmap(QPixmap())
        widget.setText("…")

        def show(image: QImage) -> None:
            if self._candidate is not candidate:
                return
            if image.isNull():
                widget.setText(self.tr("Not in the casebook"))
                return
            widget.setPixmap(
                QPixmap.fromImage(image).scaled(
                    SIDE_PX,
                    SIDE_PX,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )

        self._faces.request(sha256, box, self, show)

    def _lay_out(self) -> None:
        faces = QHBoxLayout()
        faces.setSpacing(10)
        for widget, caption in ((self.probe_face, self.probe_caption), (self.face, self.caption)):
            column = QVBoxLayout()
            column.setSpacing(3)
            caption.setFixedWidth(SIDE_PX)
            column.addWidget(widget)
            column.addWidget(caption)
            column.addStretch(1)
            faces.addLayout(column)
        faces.addStretch(1)
        pills = QHBoxLayout()
        pills.addWidget(self.above)
        pills.addWidget(self.kind)
        pills.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Decision"), "subheading"))
        head.addWidget(self.state)
        head.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.verdict)
        row.addWidget(self.reason, 1)
        row.addWidget(self.decide_button)
        decision = QVBoxLayout(self._decision)
        decision.setContentsMargins(0, 4, 0, 0)
        decision.addLayout(head)
        decision.addWidget(self.told)
        decision.addWidget(self.banner)
        decision.addLayout(row)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(6)
        column.addWidget(self.name)
        column.addLayout(pills)
        column.addLayout(faces)
        column.addWidget(self.score)
        column.addWidget(self._decision)
        column.addLayout(self._facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))


def _face() -> PlainLabel:
    made = label(name="muted")
    made.setFixedSize(QSize(SIDE_PX, SIDE_PX))
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
