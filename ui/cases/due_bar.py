"""Says of the chosen case that new images are due, why, and sets them up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from ui.widgets.basics import button, label, set_property

if TYPE_CHECKING:
    from forensic_app.store.case_list import CaseSummary


class DueBar(QFrame):
    """A sentence and a button; hidden while nothing is due.

    Signals:
        wanted: New images of the chosen case are to be set up.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_property(self, "banner", "warning")
        self.words = label(wraps=True)
        self.button = button(self.tr("Set up new images…"), self.wanted.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 10, 8)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def show_case(self, line: CaseSummary | None, *, can_write: bool) -> None:
        """Show what is due in a case."""
        due = None if line is None else line.refresh_due_on
        is_due = due is not None and due <= datetime.now(UTC).date()
        self.setVisible(is_due)
        if line is None or due is None or not is_due:
            return
        self.words.setText(
            self.tr(
                "{number}: new images are due since {day}. People change: images go stale two years after the newest "
                "run for people under 18 or of unknown age, five years after it for adults."
            ).format(number=line.case.case_number, day=due.isoformat())
        )
        self.button.setEnabled(can_write)
