"""What there is to know about one image, and the decision about it, which stays in view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from forensic_app.records import DerivedImage, ImageRole, Run
from ui.comparison.decision_panel import DecisionPanel
from ui.comparison.figures import Origin, image_sentences, image_title, reference_rows
from ui.comparison.scores_table import ScoresTable
from ui.desk import Desk
from ui.widgets.basics import Card, DigestLabel, label, pill, scrolled, set_property

WIDTH_PX, NARROW_PX = 340, 272


class ImageSide(QWidget):
    """Title, measures, scores and digest of an image above the decision."""

    def __init__(self, desk: Desk, sketch_button: QPushButton) -> None:
        super().__init__()
        self.title = label(name="heading", wraps=True)
        self.role = pill("")
        self.figures = label(wraps=True, selectable=True)
        self.scores = ScoresTable()
        self.digest = DigestLabel(desk.theme)
        self.decision = DecisionPanel(desk)
        card = Card()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.role, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(head)
        reminder = self.tr("One possible appearance. Not a photograph; it identifies nobody.")
        card.body.addWidget(label(reminder, "muted", wraps=True))
        card.body.addWidget(label(self.tr("What was measured"), "subheading"))
        card.body.addWidget(self.figures)
        card.body.addWidget(self.scores)
        card.body.addWidget(label("SHA-256", "muted"))
        card.body.addWidget(self.digest)
        card.body.addSpacing(6)
        card.body.addWidget(sketch_button)
        card.body.addStretch(1)
        area = scrolled(card)
        card.setObjectName("card")
        pinned = Card()
        pinned.body.setContentsMargins(14, 10, 14, 12)
        pinned.body.addWidget(self.decision)
        self.setFixedWidth(NARROW_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(area, 1)
        column.addWidget(pinned)

    def show_image(
        self, image: DerivedImage, run: Run, origin: Origin, *, decision: Any, numbers: Mapping[str, str]
    ) -> None:
        """Show what there is to know.

        Args:
            image: The image.
            run: The run that made it.
            origin: What that worked on.
            decision: The newest one on it, ``None`` without one.
            numbers: Exhibit numbers by identifier.
        """
        self.title.setText(image_title(image, run, origin))
        words = {
            ImageRole.DERIVED: self.tr("Derived"),
            ImageRole.MEAN: self.tr("Mean"),
            ImageRole.SPREAD: self.tr("Spread"),
        }[image.role]
        self.role.setText(words)
        set_property(self.role, "pill", "accent" if image.role is ImageRole.DERIVED else "neutral")
        self.figures.setText("\n\n".join(image_sentences(run, image)) or self.tr("Nothing was measured."))
        self.scores.show_rows(reference_rows(run, image), numbers)
        self.digest.show_digest(image.sha256)
        self.decision.show_image(image, decision)
