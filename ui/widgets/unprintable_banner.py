"""What of an entry a report cannot print as it was entered, said while it is entered."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from ui.session import Session
from ui.widgets.basics import Banner
from ui.wording import unprintable_words

_PAUSE_MS = 250


class UnprintableBanner(Banner):
    """Names the characters of its fields that a report prints as code points; nothing is refused."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._fields: list[QLineEdit | QPlainTextEdit] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._check)

    def watch(self, field: QLineEdit | QPlainTextEdit) -> None:
        """Look at a field now and after each pause in writing."""
        self._fields.append(field)
        field.textChanged.connect(lambda *_: self._timer.start())
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _texts(self) -> list[str]:
        return [each.text() if isinstance(each, QLineEdit) else each.toPlainText() for each in self._fields]

    def _check(self) -> None:
        texts = self._texts()
        if all(map(str.isascii, texts)):
            self.say("")
            return

        def work() -> str:
            from forensic_app.reports.unprintable import code_points

            return code_points(*texts)

        def show(characters: str) -> None:
            if texts == self._texts():
                self.say(unprintable_words(characters), "warning")

        self._session.compute(work, self, show)
