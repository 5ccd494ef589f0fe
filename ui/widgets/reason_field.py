"""The reason of a decision: one that is offered, or words of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox

from ui.widgets.combo import Combo


class ReasonField(Combo):
    """An editable choice of reasons that begins empty and may be narrow.

    Args:
        offered: Reasons to choose from.
        name: What a screen reader calls it.
        least_characters: How many characters it shows at least.
    """

    def __init__(self, offered: Sequence[str], *, name: str, least_characters: int) -> None:
        super().__init__()
        self.setEditable(True)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(least_characters)
        self.addItems(["", *offered])
        line = self.lineEdit()
        if line is not None:
            line.setPlaceholderText(QCoreApplication.translate("ReasonField", "Reason, required"))
