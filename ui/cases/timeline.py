"""A person at a glance: portrait, age today, missing since, the next step, and every picture by age in one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QListView, QListWidget, QVBoxLayout

from forensic_app.life_dates import age_range, whole_years
from forensic_app.records import Case, CaseKind, Subject
from forensic_app.workflows.timeline import Glance, Moment, NextStep
from ui.desk import Desk
from ui.evidence.contradiction_words import contradiction_words
from ui.text_size import scaled
from ui.widgets.basics import Card, clear, label, picture_icon
from ui.widgets.plain import list_item

PICTURE_PX = 84
PORTRAIT_PX = 104

_STEPS: Mapping[NextStep, Callable[[], str]] = {
    NextStep.ADD_SUBJECT: lambda: QCoreApplication.translate("NextStep", "Add the person concerned."),
    NextStep.STATE_BIRTH: lambda: QCoreApplication.translate(
        "NextStep", "State the date of birth: ages follow from it."
    ),
    NextStep.RECEIVE: lambda: QCoreApplication.translate("NextStep", "Receive a photograph of the person."),
    NextStep.RESOLVE: lambda: QCoreApplication.translate(
        "NextStep", "Find out which side of a contradiction is wrong, and amend it."
    ),
    NextStep.STATE_AGE: lambda: QCoreApplication.translate(
        "NextStep", "State the age or the date of each photograph."
    ),
    NextStep.RUN: lambda: QCoreApplication.translate("NextStep", "Set up a run on a photograph."),
    NextStep.DECIDE: lambda: QCoreApplication.translate("NextStep", "Accept or reject the derived images."),
    NextStep.REPORT: lambda: QCoreApplication.translate("NextStep", "Issue a report."),
    NextStep.NOTHING: lambda: QCoreApplication.translate("NextStep", "Nothing is open."),
}


class GlanceCard(Card):
    """The chosen person at a glance."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown = 0
        self.portrait = label()
        self.portrait.setFixedSize(PORTRAIT_PX, PORTRAIT_PX)
        self.portrait.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.portrait.setAccessibleName(self.tr("Portrait"))
        self.facts = QFormLayout()
        self.facts.setHorizontalSpacing(18)
        self.row = TimelineRow(desk)
        left = QVBoxLayout()
        left.addLayout(self.facts)
        left.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.portrait, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(left, 2)
        line.addWidget(self.row, 5)
        self.body.addLayout(line)

    def show_glance(self, case: Case, subject: Subject | None, seen: Glance) -> None:
        """Show what is seen of a person."""
        self._shown += 1
        clear(self.facts)
        for name, value in self._rows(case, subject, seen):
            if value:
                self.facts.addRow(label(name, "muted"), label(value, wraps=True))
        self.row.show_moments(seen.moments)
        self.portrait.setPixmap(QPixmap())
        self.portrait.setVisible(seen.portrait is not None)
        if seen.portrait is not None:
            number = self._shown
            self._desk.thumbnails.request(
                seen.portrait.picture_sha256,
                self,
                lambda image: self._show_portrait(number, image),
                side_px=PORTRAIT_PX * 2,
            )

    def texts(self) -> str:
        """Return the facts as lines, for whoever reads them without looking."""
        return "\n".join(each.text() for each in self.findChildren(QLabel) if each.text())

    def _rows(self, case: Case, subject: Subject | None, seen: Glance) -> list[tuple[str, str]]:
        today = datetime.now(UTC).date().isoformat()
        birth, last = (subject.birth_date, subject.last_seen) if subject else ("", "")
        age, gone = age_range(birth, today), age_range(last, today)
        since = self.tr("Missing since") if case.kind is CaseKind.MISSING_PERSON else self.tr("Last seen")
        gone_words = (
            self.tr("{date}, {years} years").format(date=last, years=whole_years(gone)) if gone else ""
        )
        return [
            (self.tr("Person"), subject.name if subject else ""),
            (self.tr("Age today"), whole_years(age) if age and age[1] >= 0 else ""),
            (since, gone_words if gone and gone[1] >= 0 else last),
            (self.tr("Next step"), _STEPS[seen.next_step]()),
        ]

    def _show_portrait(self, number: int, image: QImage) -> None:
        if number == self._shown and not image.isNull():
            side = PORTRAIT_PX
            self.portrait.setPixmap(
                QPixmap.fromImage(
                    image.scaled(
                        side,
                        side,
                        Qt.AspectRatioMode.KeepAspectRatio,
                        Qt.TransformationMode.SmoothTransformation,
                    )
                )
            )


class TimelineRow(QListWidget):
    """Photographs and accepted derived images by age, those without one last; a doubtful age is said and coloured.

    Signals:
        moment_wanted: ``Moment`` that is to be shown where it belongs: Enter or a double click.
    """

    moment_wanted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._moments: tuple[Moment, ...] = ()
        self.setObjectName("thumbnails")
        self.setAccessibleName(self.tr("Pictures by age"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setWordWrap(True)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self._fit_letters()
        desk.theme.changed.connect(self._fit_letters)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.itemActivated.connect(lambda item: self.moment_wanted.emit(self._moments[self.row(item)]))

    def _fit_letters(self) -> None:
        """Leave each picture the room that three lines below it need."""
        below = scaled(58)
        self.setGridSize(QSize(PICTURE_PX + scaled(36), PICTURE_PX + below))
        self.setFixedHeight(PICTURE_PX + below + 18)

    def show_moments(self, moments: tuple[Moment, ...]) -> None:
        """Show a person's pictures."""
        if moments == self._moments:
            return
        self._moments = moments
        self.clear()
        for moment in moments:
            self._add(moment)

    def _add(self, moment: Moment) -> None:
        blank = QPixmap(PICTURE_PX, PICTURE_PX)
        blank.fill(Qt.GlobalColor.transparent)
        age = self.tr("age not known")
        if moment.age is not None:
            age = self.tr("{age:g} years").format(age=moment.age)
        kind = self.tr("derived") if moment.is_derived else moment.taken
        doubt = self.tr("age in doubt") if moment.contradictions else kind
        tip = contradiction_words(moment.contradictions)
        item = list_item(QIcon(blank), age, moment.name, doubt, tip=tip)
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{age}, {moment.name}, {doubt}. {tip}")
        if moment.contradictions:
            item.setForeground(QColor(self._desk.theme.tokens.bad))
        elif moment.is_derived:
            item.setForeground(QColor(self._desk.theme.tokens.muted))
        self.addItem(item)

        def show(image: QImage) -> None:
            if not image.isNull() and self.row(item) >= 0:
                item.setIcon(picture_icon(image))

        self._desk.thumbnails.request(moment.sha256, self, show, side_px=PICTURE_PX * 2)
