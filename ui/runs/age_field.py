"""Target ages: six buttons for the age groups and a field for any other age."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from forensic_app.engines.pictures.ages import AGE_GROUPS, parse_target_ages
from forensic_app.errors import InvalidInput
from forensic_app.workflows.suggested_ages import SuggestedAges
from ui.widgets.basics import label, set_property
from ui.widgets.plain import set_tip
from ui.widgets.wrapping import FoldingGrid
from ui.wording import error_words


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
        self._suggested: dict[QPushButton, float] = {}
        self.today = self._suggestion(self.tr("Age today"))
        self.last_seen = self._suggestion(self.tr("Age when last seen"))
        self.every_five = QPushButton(self.tr("Every five years"))
        self.every_five.setAutoDefault(False)
        self.every_five.setMinimumHeight(48)
        self.every_five.hide()
        self.every_five.clicked.connect(self._choose_every_five)
        self._steps: tuple[int, ...] = ()
        suggestions, grid = FoldingGrid(3), FoldingGrid(3)
        for each in (self.today, self.last_seen, self.every_five):
            suggestions.addWidget(each)
        for group in AGE_GROUPS:
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
            grid.addWidget(made)
        row = QHBoxLayout()
        row.addWidget(self.others, 1)
        self.others.textChanged.connect(self._refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(suggestions)
        column.addWidget(grid)
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
        chosen += [age for made, age in self._suggested.items() if made.isChecked()]
        if text.strip(" ,"):
            chosen += parse_target_ages(text)
        if not chosen:
            raise InvalidInput(self.tr("No target age is chosen."), self.tr("Choose at least one."))
        return sorted(set(chosen))

    def set_ages(self, ages: Sequence[float]) -> None:
        """Choose these ages."""
        wanted = [float(age) for age in ages]
        groups = {group.target_age for group in AGE_GROUPS}
        for made, age in self._suggested.items():
            made.setChecked(age in wanted and age not in groups)
            groups |= {age}
        for group, made in zip(AGE_GROUPS, self.buttons, strict=True):
            made.setChecked(group.target_age in wanted)
        self.others.setText(", ".join(f"{age:g}" for age in wanted if age not in groups))
        self._refresh()

    def suggest(self, suggested: SuggestedAges) -> None:
        """Offer a person's own ages, first of all the age today; nothing is chosen by it."""
        for made, words, age in (
            (self.today, self.tr("Age today"), suggested.today),
            (self.last_seen, self.tr("Age when last seen"), suggested.last_seen),
        ):
            made.setVisible(age is not None)
            if age is None:
                self._suggested.pop(made, None)
                made.setChecked(False)
                continue
            shown = self.tr("about {age}") if age.is_about else "{age}"
            made.setText(f"{words}\n{shown.format(age=age.years)}")
            made.setAccessibleName(self.tr("{group}, {age:g} years").format(group=words, age=age.years))
            set_tip(made, self.tr("From the date of birth; about where a date is known in part only."))
            self._suggested[made] = float(age.years)
        self._steps = suggested.every_five_years
        self.every_five.setVisible(len(self._steps) > 1)
        if self._steps:
            words = self.tr("Every five years\n{first} to {last}")
            self.every_five.setText(words.format(first=self._steps[0], last=self._steps[-1]))
            set_tip(self.every_five, ", ".join(map(str, self._steps)))

    def choose_today(self) -> None:
        """Choose the age today alone, where it is known."""
        if self.today in self._suggested:
            self.set_ages(())
            self.today.setChecked(True)

    def _choose_every_five(self) -> None:
        self.set_ages(self._steps)

    def _suggestion(self, words: str) -> QPushButton:
        made = QPushButton(words)
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.setMinimumHeight(48)
        made.hide()
        made.toggled.connect(lambda _: self._refresh())
        return made

    def _refresh(self) -> None:
        try:
            self.ages()
        except InvalidInput as error:
            self._fault.setText(error_words(error))
            set_property(self.others, "state", "bad" if self.others.text().strip() else "")
        else:
            self._fault.setText("")
            set_property(self.others, "state", "")
        self._fault.setVisible(bool(self._fault.text()))
        self.changed.emit()
