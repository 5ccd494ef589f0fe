"""The stock reasons of decisions: numbered, chosen by key, and edited by whoever works at this computer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from forensic_app.visible import visible
from ui.preferences import Preferences
from ui.widgets.basics import button, label
from ui.widgets.reason_field import ReasonField

MOST_REASONS = 9
"""As many as there are keys from 1 to 9."""
_MOST_CHARACTERS = 200


def stock_reasons(preferences: Preferences) -> list[str]:
    """Return this computer's reasons, the program's own where nobody edited them."""
    kept = preferences.reasons()
    return (kept if kept is not None else own_reasons())[:MOST_REASONS]


def own_reasons() -> list[str]:
    """Return the program's own reasons in the window's language."""
    return [
        QCoreApplication.translate("DecisionPanel", "Plausible; facial proportions kept"),
        QCoreApplication.translate("DecisionPanel", "Proportions differ from the photograph"),
        QCoreApplication.translate("DecisionPanel", "Visible artefacts"),
        QCoreApplication.translate("DecisionPanel", "Does not show the target age"),
    ]


class NumberedReasons(ReasonField):
    """A field for a reason whose offers are numbered; the number is no part of what is recorded."""

    def __init__(self, preferences: Preferences, *, name: str, least_characters: int) -> None:
        super().__init__((), name=name, least_characters=least_characters)
        self._preferences = preferences
        self._reasons: list[str] = []
        self.currentIndexChanged.connect(self._take)
        self.activated.connect(self._take)
        self.reload()

    def reload(self) -> None:
        """Offer the reasons of this computer as they are now; what was entered stays."""
        entered = self.currentText()
        self._reasons = stock_reasons(self._preferences)
        self.blockSignals(True)
        self.clear()
        self.addItem("")
        for number, reason in enumerate(self._reasons, start=1):
            self.addItem(f"{number}  {reason}")
        self.blockSignals(False)
        self.setEditText(entered)

    def choose(self, number: int) -> bool:
        """Enter the reason with a number, from 1; return whether there is one."""
        if not 1 <= number <= len(self._reasons):
            return False
        self.setCurrentIndex(number)
        self._take(number)
        return True

    def _take(self, place: int) -> None:
        if 1 <= place <= len(self._reasons):
            self.setEditText(self._reasons[place - 1])
            line = self.lineEdit()
            if line is not None:
                line.setCursorPosition(0)


class ReasonsDialog(QDialog):
    """One reason a line, at most nine.

    Signals:
        saved: The list is another one.
    """

    saved = Signal()

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.setWindowTitle(self.tr("Reasons for decisions"))
        self.text = QPlainTextEdit("\n".join(stock_reasons(preferences)))
        self.text.setAccessibleName(self.tr("Reasons, one a line"))
        self.text.setTabChangesFocus(True)
        self.fault = label(wraps=True)
        self.fault.hide()
        buttons = QDialogButtonBox()
        self.save_button = buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setProperty("kind", "primary")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.own_button = button(self.tr("The program's own"), self._offer_own)
        buttons.addButton(self.own_button, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(self.tr("Reasons for decisions"), "heading"))
        words = self.tr(
            "One a line, at most nine: the keys 1 to 9 choose them. They are kept on this computer for everybody who "
            "works here; what is recorded with a decision is the sentence itself."
        )
        column.addWidget(label(words, "muted", wraps=True))
        column.addWidget(self.text, 1)
        column.addWidget(self.fault)
        column.addWidget(buttons)
        self.resize(520, 360)
        self.text.setFocus()

    def reasons(self) -> list[str]:
        """Return what is entered, without empty lines and repetitions."""
        lines = [visible(line.strip()) for line in self.text.toPlainText().splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def save(self) -> None:
        """Keep the list; what is too much is said and the dialog stays."""
        reasons = self.reasons()
        fault = self._fault(reasons)
        self.fault.setText(fault)
        self.fault.setVisible(bool(fault))
        if fault:
            return
        self._preferences.remember_reasons([] if reasons == own_reasons() else reasons)
        self.saved.emit()
        self.accept()

    def _fault(self, reasons: Sequence[str]) -> str:
        if len(reasons) > MOST_REASONS:
            return self.tr("{count} reasons; nine are the most.").format(count=len(reasons))
        if any(len(each) > _MOST_CHARACTERS for each in reasons):
            return self.tr("A reason is longer than {count} characters.").format(count=_MOST_CHARACTERS)
        return ""

    def _offer_own(self) -> None:
        self.text.setPlainText("\n".join(own_reasons()))
