"""Target ages: six buttons for the age groups and a field for any other age."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from forensic_app.engines.pictures.ages import AGE_GROUPS, parse_target_ages
from forensic_app.errors import InvalidInput
from ui.widgets.basics import label, set_property
from ui.widgets.plain import set_tip


def group_words(name: str) -> str:
    """Return the name of an age group in the window's language."""
    return {
        "child": QCoreApplication.translate("Ages", "Child"),
        "teenager": QCoreApplication.translate("Ages", "Teenager"),
        "young adult": QCoreApplication.translate("Ages", "Young adult"),
        "middle-aged": QCoreApplication.translate("Ages", "Middle-aged"),
        "elderly": QCoreApplication.translate("Ages", "Elderly"),
        "old": QCoreApplication.translate("Ages", "Old"),
    }.get(name, name)


class AgeField(QWidget):
    """The ages to show.

    Signals:
        changed: The ages are other ones, or cannot be read.
    """

    changed = Signal()

    def __init__(self, ages: Sequence[float]) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self.others = QLineEdit()
        self.others.setPlaceholderText(self.tr("Other ages in years, such as 35, 50.5"))
        self.others.setAccessibleName(self.tr("Other target ages in years"))
        self._fault = label(name="muted", wraps=True)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, group in enumerate(AGE_GROUPS):
            made = QPushButton(f"{group_words(group.name)}\n{group.target_age:g}")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.setMinimumHeight(48)
            made.setAccessibleName(
                self.tr("{group}, {age:g} years").format(group=group_words(group.name), age=group.target_age)
            )
            set_tip(
                made,
                self.tr("{first} to {last} years; shown at {age:g}").format(
                    first=group.first_age, last=group.last_age, age=group.target_age
                ),
            )
            made.toggled.connect(lambda _: self._refresh())
            self.buttons.append(made)
            grid.addWidget(made, place // 3, place % 3)
        row = QHBoxLayout()
        row.addWidget(self.others, 1)
        self.others.textChanged.connect(self._refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addLayout(row)
        column.addWidget(self._fault)
        self.set_ages(ages)

    def ages(self) -> list[float]:
        """Return the ages in years, rising.

        Raises:
            InvalidInput: None is chosen, or a word is no age.
        """
        text = self.others.text().replace(";", ",")
        chosen = [
            group.target_age for group, made in zip(AGE_GROUPS, self.buttons, strict=True) if made.isChecked()
        ]
        if text.strip(" ,"):
            chosen += parse_target_ages(text)
        if not chosen:
            raise InvalidInput(self.tr("No target age is chosen."), self.tr("Choose at least one."))
        return sorted(set(chosen))

    def set_ages(self, ages: Sequence[float]) -> None:
        """Choose these ages."""
        wanted = [float(age) for age in ages]
        groups = {group.target_age for group in AGE_GROUPS}
        for group, made in zip(AGE_GROUPS, self.buttons, strict=True):
            made.setChecked(group.target_age in wanted)
        self.others.setText(", ".join(f"{age:g}" for age in wanted if age not in groups))
        self._refresh()

    def _refresh(self) -> None:
        try:
            self.ages()
        except InvalidInput as error:
            self._fault.setText(str(error))
            set_property(self.others, "state", "bad" if self.others.text().strip() else "")
        else:
            self._fault.setText("")
            set_property(self.others, "state", "")
        self._fault.setVisible(bool(self._fault.text()))
        self.changed.emit()
