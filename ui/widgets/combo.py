"""A choice whose list is as wide as its longest entry needs, within the screen."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

_FRAME_PX = 28


class Combo(QComboBox):
    """A combo box that cuts no entry of its list."""

    def showPopup(self) -> None:
        """Show the list, wider than the field where an entry needs it."""
        view = self.view()
        wanted = view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width() + _FRAME_PX
        room = self.screen().availableGeometry().width() if self.screen() is not None else wanted
        view.setMinimumWidth(min(max(wanted, self.width()), room))
        super().showPopup()
