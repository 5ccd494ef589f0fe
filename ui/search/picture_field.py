"""Choose what is searched with: a case, and one of its photographs or accepted derived images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from forensic_app.records import Case, Exhibit, ImageRole, RunStatus
from ui.desk import Desk
from ui.widgets.basics import picture_icon
from ui.widgets.combo import Combo
from ui.widgets.plain import plain

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

_ICON_PX = 28
_MOST_CASES = 500


@dataclass(frozen=True, slots=True)
class ProbePicture:
    """A picture that can be searched with.

    Attributes:
        name: Identifier of the exhibit or derived image.
        number: Number of the exhibit.
        target_age: Age that a derived image shows, years; ``None`` for a photograph.
        is_derived: Whether it is a derived image.
        sha256: Digest of its file.
    """

    name: str
    number: str
    target_age: float | None
    is_derived: bool
    sha256: str


class PictureField(QWidget):
    """Two boxes: the case, and the picture.

    Signals:
        changed: Another picture is chosen.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._wanted_case = self._wanted_picture = ""
        self._asked = 0
        self.case = Combo()
        self.case.setAccessibleName(self.tr("Case of the picture that is searched with"))
        self.picture = Combo()
        self.picture.setAccessibleName(self.tr("Picture that is searched with"))
        self.picture.setIconSize(QSize(_ICON_PX, _ICON_PX))
        for box, length in ((self.case, 9), (self.picture, 12)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(length)
        self.case.currentIndexChanged.connect(lambda _: self._read_pictures())
        self.picture.currentIndexChanged.connect(lambda _: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.case, 2)
        row.addWidget(self.picture, 3)
        self.setFocusProxy(self.case)

    def reload(self) -> None:
        """Read cases and pictures again; what is chosen stays where it is still there."""
        self._desk.session.read(lambda store: store.cases(limit=_MOST_CASES), self, self._show_cases)

    def choose(self, case_id: str, picture: str = "") -> None:
        """Choose a case, and a picture of it, now or once they were read."""
        self._wanted_case, self._wanted_picture = case_id, picture
        place = self.case.findData(case_id)
        if place >= 0:
            if place == self.case.currentIndex():
                self._read_pictures()
            self.case.setCurrentIndex(place)

    def chosen(self) -> ProbePicture | None:
        """Return the chosen picture."""
        found = self.picture.currentData()
        return found if isinstance(found, ProbePicture) else None

    def case_id(self) -> str:
        """Return the chosen case."""
        return str(self.case.currentData() or "")

    def _show_cases(self, cases: list[Case]) -> None:
        wanted = self._wanted_case or self.case_id()
        self.case.blockSignals(True)
        self.case.clear()
        for each in cases:
            self.case.addItem(plain(f"{each.case_number}  {each.title}"), each.case_id)
        self.case.setCurrentIndex(max(0, self.case.findData(wanted)) if cases else -1)
        self.case.blockSignals(False)
        self._read_pictures()

    def _read_pictures(self) -> None:
        case_id = self.case_id()
        if not case_id:
            self._show_pictures([])
            return
        self._asked += 1
        asked = self._asked

        def done(found: list[ProbePicture]) -> None:
            if asked == self._asked:
                self._show_pictures(found)

        self._desk.session.read(lambda store: pictures_of(store, case_id), self, done)

    def _show_pictures(self, found: list[ProbePicture]) -> None:
        kept = self.chosen()
        wanted = self._wanted_picture or (kept.name if kept else "")
        self._wanted_case = self._wanted_picture = ""
        self.picture.blockSignals(True)
        self.picture.clear()
        for each in found:
            self.picture.addItem(self._words(each), each)
            self._fetch_icon(each)
        places = [place for place, each in enumerate(found) if each.name == wanted]
        self.picture.setCurrentIndex(places[0] if places else 0 if found else -1)
        self.picture.blockSignals(False)
        self.changed.emit()

    def _words(self, picture: ProbePicture) -> str:
        if not picture.is_derived:
            return plain(picture.number)
        if picture.target_age is None:
            return self.tr("{image}, derived of {number}").format(
                image=picture.name, number=plain(picture.number)
            )
        return self.tr("{image}, derived of {number} at {age:g} years").format(
            image=picture.name, number=plain(picture.number), age=picture.target_age
        )

    def _fetch_icon(self, picture: ProbePicture) -> None:
        def show(image: QImage) -> None:
            for place in range(self.picture.count()):
                if self.picture.itemData(place) == picture and not image.isNull():
                    self.picture.setItemIcon(place, picture_icon(image))

        self._desk.thumbnails.request(picture.sha256, self, show, side_px=_ICON_PX * 2)


def pictures_of(store: CaseStore, case_id: str) -> list[ProbePicture]:
    """Return the photographs of a case, and the accepted images derived of them after each."""
    derived: dict[str, list[ProbePicture]] = {}
    exhibits: list[Exhibit] = store.exhibits(case_id)
    numbers = {each.exhibit_id: each.exhibit_number for each in exhibits}
    for run in store.runs(case_id):
        if run.status is not RunStatus.COMPLETED or run.spec.exhibit_id not in numbers:
            continue
        decisions = store.decisions(run.run_id)
        for image in store.derived_images(run.run_id):
            made = decisions.get(image.derived_image_id)
            if made is None or not made.is_accepted or image.role is not ImageRole.DERIVED:
                continue
            derived.setdefault(run.spec.exhibit_id, []).append(
                ProbePicture(
                    name=image.derived_image_id,
                    number=numbers[run.spec.exhibit_id],
                    target_age=image.target_age,
                    is_derived=True,
                    sha256=image.sha256,
                )
            )
    found: list[ProbePicture] = []
    for exhibit in exhibits:
        found.append(
            ProbePicture(exhibit.exhibit_id, exhibit.exhibit_number, None, False, exhibit.picture_sha256)
        )
        found += derived.get(exhibit.exhibit_id, [])
    return found
