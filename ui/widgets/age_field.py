"""The field for a person's age in a photograph, which may be unknown."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox

from ui.widgets.basics import padded

NOT_KNOWN = -1.0
"""Value that stands for an age that is not known."""


class AgeField(QDoubleSpinBox):
    """Years with one digit after the point, or "not known", which it starts with.

    Args:
        oldest_years: Largest age that can be entered.
    """

    def __init__(self, oldest_years: float) -> None:
        super().__init__()
        padded(self)
        self.setRange(NOT_KNOWN, oldest_years)
        self.setDecimals(1)
        self.setSpecialValueText(self.tr("not known"))
        self.setSuffix(self.tr(" years"))
        self.setValue(NOT_KNOWN)

    def age(self) -> float | None:
        """Return the years, ``None`` where they are not known."""
        return self.value() if self.value() >= 0 else None

    def show_age(self, years: float | None) -> None:
        """Show an age."""
        self.setValue(NOT_KNOWN if years is None else years)
