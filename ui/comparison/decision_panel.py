"""Accept or reject a derived image, with a reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from forensic_app.records import DerivedImage
from ui.desk import Desk
from ui.widgets.basics import Banner, button, label, pill, set_property
from ui.widgets.plain import set_tip
from ui.widgets.reason_field import ReasonField
from ui.wording import time_words


class DecisionPanel(QWidget):
    """Shows the decision on an image and records a new one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._image: DerivedImage | None = None
        self.state = pill("")
        self.told = label(name="muted", wraps=True, selectable=True)
        self.banner = Banner()
        self.reason = ReasonField(
            (
                self.tr("Plausible; facial proportions kept"),
                self.tr("Proportions differ from the photograph"),
                self.tr("Visible artefacts"),
                self.tr("Does not show the target age"),
            ),
            name=self.tr("Reason for accepting or rejecting"),
            least_characters=12,
        )
        self.accept_button = button(
            self.tr("Accept"), lambda: self.decide(True), icon="check", theme=desk.theme
        )
        set_tip(self.accept_button, self.tr("Accept as a result (A)"))
        self.reject_button = button(
            self.tr("Reject"), lambda: self.decide(False), kind="danger", icon="cross", theme=desk.theme
        )
        set_tip(self.reject_button, self.tr("Reject; it is listed but not shown as a result (R)"))
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Decision"), "subheading"))
        head.addStretch(1)
        head.addWidget(self.state)
        row = QHBoxLayout()
        row.addWidget(self.accept_button)
        row.addWidget(self.reject_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.told)
        column.addWidget(self.banner)
        column.addWidget(self.reason)
        column.addLayout(row)
        for widget in (self.reason, self.accept_button, self.reject_button):
            widget.setEnabled(not desk.session.is_read_only)

    def show_image(self, image: DerivedImage, decision: Any) -> None:
        """Show the newest decision on an image, ``None`` when there is none."""
        if self._image is None or image.derived_image_id != self._image.derived_image_id:
            self.reason.setCurrentText("")
            self.banner.say("")
        self._image = image
        if decision is None:
            self.state.setText(self.tr("Not decided"))
            set_property(self.state, "pill", "neutral")
            self.told.setText(self.tr("Only accepted images reach a report as results."))
            return
        self.state.setText(self.tr("Accepted") if decision.is_accepted else self.tr("Rejected"))
        set_property(self.state, "pill", "good" if decision.is_accepted else "bad")
        self.told.setText(f"{decision.reason} · {decision.examiner}, {time_words(decision.decided_at)}")

    def decide(self, is_accepted: bool) -> None:
        """Record a decision; without a reason it is asked for."""
        image, reason = self._image, self.reason.currentText().strip()
        if image is None or self._desk.session.is_read_only:
            return
        if not reason:
            self.banner.say(self.tr("Give the reason first: it is recorded with the decision."), "warning")
            self.reason.setFocus()
            return
        self.banner.say("")
        self._desk.session.write(
            lambda store: store.decide(image.derived_image_id, is_accepted=is_accepted, reason=reason),
            self,
            lambda _: self.reason.setCurrentText(""),
        )
