"""A failed verification as a state of the open casebook: kept, shown over every page, and ended by a decision.

Rules:
    * As soon as a verification found what nobody decided about, the casebook is open for reading only; a run that is
      executed is cancelled, which is recorded.
    * It stays so when the casebook is opened again, until a verification finds nothing or somebody goes on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from forensic_app.verify import VerificationResult
from ui.casebook_opening import Opened, Opening, undecided
from ui.dispute_bar import DisputeBar

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class Disputes(QObject):
    """What is wrong with the window's casebook.

    Attributes:
        bar: Says so over every page.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.bar = DisputeBar()
        self.bar.check_wanted.connect(self.check_again)
        self.bar.going_on_wanted.connect(self.go_on)

    def opening(
        self, folder: Path, examiner: str, *, creates: bool = False, read_only: bool = False
    ) -> Opening:
        """Return how a casebook is to be opened, given what is known of it."""
        preferences = self._window.preferences
        return Opening(
            folder,
            examiner,
            creates=creates,
            read_only=read_only,
            failed=0 if creates else preferences.failed_findings(folder),
            known=preferences.known_findings(folder),
        )

    def take_opened(self, opened: Opened) -> None:
        """Show and keep what is wrong with a casebook that was opened."""
        preferences, folder = self._window.preferences, opened.store.folder
        preferences.remember_verification(folder, opened.failed)
        if opened.went_on:
            known = preferences.known_findings(folder)
            preferences.remember_known_findings(folder, [*known, *opened.went_on])
        self.bar.show_dispute(opened.dispute)

    def take_verification(self, result: VerificationResult) -> None:
        """Take notice of a verification of the open casebook."""
        session = self._window.session
        if session is None:
            return
        opening = self.opening(session.folder, session.store.examiner)

        def done(findings: tuple[str, ...]) -> None:
            if self._window.session is not session:
                return
            self._window.preferences.remember_verification(session.folder, len(findings))
            if findings:
                self._window.reopen(
                    Opening(
                        opening.folder,
                        opening.examiner,
                        read_only=True,
                        findings=findings,
                        known=opening.known,
                    )
                )
            elif self.bar.isVisibleTo(self._window):
                self._window.reopen(Opening(opening.folder, opening.examiner, known=opening.known))

        session.compute(lambda: undecided(opening, result), session, done)

    def check_again(self) -> None:
        """Verify the casebook again and open it for writing where nothing is found."""
        self._reopen("")

    def go_on(self, reason: str) -> None:
        """Open the casebook for writing whatever a verification finds; the reason is recorded with it."""
        self._reopen(reason)

    def _reopen(self, reason: str) -> None:
        session = self._window.session
        if session is None:
            return
        folder, examiner = session.folder, session.store.examiner
        known = self._window.preferences.known_findings(folder)
        self.bar.say(self.tr("The casebook is being checked…"))
        self._window.reopen(Opening(folder, examiner, checks=True, reason=reason, known=known))
