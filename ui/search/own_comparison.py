"""A photograph that was just received against the others of its subject: compared in the background, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QObject

from forensic_app.errors import ForensicAppError
from forensic_app.records import Exhibit
from ui.search.job import Stopped
from ui.search.matchers import matchers_of
from ui.session import Session

if TYPE_CHECKING:
    from forensic_app.workflows.casebook_comparison import OwnComparison


class OwnComparisons(QObject):
    """Compares one photograph after the other; what is found is on record, and views read it from there."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._is_closing = False
        session.about_to_close.connect(self._stop)

    def compare(self, exhibit: Exhibit) -> None:
        """Compare a photograph beside the event loop, where its subject has others; failures are silent.

        The photograph was received whatever comes of this.
        """
        session = self._session
        if session.is_read_only or exhibit.subject_id is None:
            return

        def work() -> bool:
            from forensic_app.workflows.casebook_comparison import compare_with_own, other_photographs

            if self._is_closing or not other_photographs(session.store, exhibit):
                return False
            analyser = matchers_of(session).load("dlib", None)
            return bool(
                compare_with_own(session.store, exhibit.exhibit_id, analyser, report=self._report).scores
            )

        def done(is_recorded: bool) -> None:
            if is_recorded:
                session.changed.emit()

        def failed(error: BaseException) -> None:
            if not isinstance(error, ForensicAppError | Stopped):
                session.failed.emit(error)

        session.compute(work, self, done, failed)

    def _report(self, _share: float, _words: str) -> None:
        if self._is_closing:
            raise Stopped

    def _stop(self) -> None:
        self._is_closing = True


def own_comparison_text(compared: OwnComparison | None) -> str:
    """Return what an examiner should know of a recorded comparison, in the window's language; empty where nothing."""
    if compared is None or not compared.disagrees:
        return ""
    each_text = QCoreApplication.translate(
        "OwnComparisons", "{number}: score {score}, {gap} years apart, where 19 of 20 real pairs reach {low}"
    )
    told = "; ".join(
        each_text.format(
            number=each.exhibit_number,
            score=_number(each.score, 3),
            gap=_number(each.gap_years or 0.0, 0),
            low=_number(each.usual_low, 3),
        )
        for each in compared.scores
        if each.usual_low is not None
    )
    return QCoreApplication.translate(
        "OwnComparisons",
        "The face is less like the subject's other photographs than real photographs of one person usually are "
        "({told}; measured on {data}). That does not say that it is somebody else: people change over decades, and one "
        "pair in 20 scores lower still. Check whom the photograph shows.",
    ).format(told=told, data=compared.measured_on)


def _number(value: float, digits: int) -> str:
    return QLocale().toString(float(value), "f", digits)
