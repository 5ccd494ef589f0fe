"""Accept or reject derived images with a reason, withdraw a decision, and go on to the next undecided one.

Rules:
    * Nothing is decided without a reason. Several images may be decided together: each has its own custody event.
    * A withdrawal is recorded with a reason; what was decided before stays in the log, and is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from forensic_app.records import DerivedImage
from ui.comparison.decision_reasons import MOST_REASONS, NumberedReasons, ReasonsDialog
from ui.comparison.decision_words import counted_words, entry_words
from ui.desk import Desk
from ui.widgets.basics import Banner, button, keep_icon, label, pill, set_property
from ui.widgets.plain import set_tip
from ui.widgets.wrapping import WrappingRow
from ui.wording import time_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.store.decisions import DecisionEntry
    from forensic_app.workflows.undecided import ImageState

    Found = tuple[dict[str, tuple[DecisionEntry, ...]], list[ImageState]]

_EARLIER_SHOWN = 2


class DecisionPanel(QWidget):
    """Shows the decision on an image and records new ones.

    Signals:
        image_wanted: Identifiers of a run and of an image of it that nobody decided about.
    """

    image_wanted = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._image: DerivedImage | None = None
        self._chosen: tuple[str, ...] = ()
        self._entries: dict[str, tuple[DecisionEntry, ...]] = {}
        self._states: list[ImageState] = []
        self.state = pill("")
        self.told = label(name="muted", wraps=True, selectable=True)
        self.earlier = label(name="muted", wraps=True, selectable=True)
        self.counter = label(name="muted")
        self.banner = Banner()
        self.reason = NumberedReasons(
            desk.preferences, name=self.tr("Reason for accepting or rejecting"), least_characters=12
        )
        self.edit_button = self._tool(self.tr("Edit the list of reasons…"), "edit", self.edit_reasons)
        self.accept_button = button("", lambda: self.decide(True), icon="check", theme=desk.theme)
        self.reject_button = button(
            "", lambda: self.decide(False), kind="danger", icon="cross", theme=desk.theme
        )
        self.withdraw_button = button(self.tr("Withdraw the decision"), self.withdraw)
        self.withdraw_button.hide()
        set_tip(self.withdraw_button, self.tr("Withdraw the decision; both stay in the custody log (W)"))
        self.next_button = button(self.tr("Next (N)"), self.show_next)
        self.next_button.setAccessibleName(self.tr("Next undecided"))
        set_tip(self.next_button, self.tr("The next image of the case that nobody decided about (N)"))
        self._lay_out()
        self._can_write = not desk.session.is_read_only
        for widget in (self.reason, self.accept_button, self.reject_button):
            widget.setEnabled(self._can_write)
        self._name_buttons()
        desk.session.changed.connect(self._read)

    def add_keys(self, page: QWidget) -> None:
        """Have the keys of the panel work wherever the focus is on a page, but in its fields."""
        for number in range(1, MOST_REASONS + 1):
            words = self.tr("Decision: reason {number}").format(number=number)
            self._add_key(page, words, str(number), partial(self._choose_reason, number))
        self._add_key(page, self.tr("Decision: next undecided image"), "N", self.show_next)
        self._add_key(page, self.tr("Decision: withdraw"), "W", self.withdraw)

    def show_image(self, image: DerivedImage, decision: Any) -> None:
        """Show the decision that counts on an image, ``None`` when there is none."""
        if self._image is None or image.derived_image_id != self._image.derived_image_id:
            self.reason.setCurrentText("")
            self.banner.say("")
        is_other_run = self._image is None or image.run_id != self._image.run_id
        self._image = image
        if image.derived_image_id not in self._chosen:
            self._chosen = (image.derived_image_id,)
        self.withdraw_button.setVisible(decision is not None and self._can_write)
        if decision is None:
            self.state.setText(self.tr("Not decided"))
            set_property(self.state, "pill", "neutral")
            self.told.setText(self.tr("Only accepted images reach a report as results."))
        else:
            self.state.setText(self.tr("Accepted") if decision.is_accepted else self.tr("Rejected"))
            set_property(self.state, "pill", "good" if decision.is_accepted else "bad")
            self.told.setText(f"{decision.reason} · {decision.examiner}, {time_words(decision.decided_at)}")
        self._name_buttons()
        self._show_entries()
        if is_other_run:
            self._read()

    def choose(self, derived_image_ids: Sequence[str]) -> None:
        """Have the next decision be about these images together."""
        if derived_image_ids:
            self._chosen = tuple(derived_image_ids)
            self._name_buttons()

    def decide(self, is_accepted: bool) -> None:
        """Record a decision on every chosen image; without a reason it is asked for."""
        reason = self._reason(self.tr("Give the reason first: it is recorded with the decision."))
        if reason:
            chosen = self._chosen
            self._desk.session.write(
                lambda store: store.decide_all(chosen, is_accepted=is_accepted, reason=reason),
                self,
                lambda _: self.reason.setCurrentText(""),
            )

    def withdraw(self) -> None:
        """Withdraw the decisions on the chosen images; without a reason it is asked for."""
        decided = {each.derived_image_id for each in self._states if each.is_decided}
        decided |= {name for name, entries in self._entries.items() if entries[-1].withdraws is None}
        chosen = [each for each in self._chosen if each in decided]
        if not chosen:
            return
        reason = self._reason(self.tr("Give the reason for the withdrawal first: it is recorded."))
        if reason:
            self._desk.session.write(
                lambda store: store.withdraw_decisions(chosen, reason=reason),
                self,
                lambda _: self.reason.setCurrentText(""),
            )

    def show_next(self) -> None:
        """Ask for the next image of the case that nobody decided about."""
        from forensic_app.workflows.undecided import next_undecided

        image = self._image
        if image is None:
            return
        found = next_undecided(self._states, image.derived_image_id)
        if found is None:
            self.banner.say(self.tr("Every image of the case is decided."), "good", fades=True)
        elif found.derived_image_id != image.derived_image_id:
            self.image_wanted.emit(found.run_id, found.derived_image_id)

    def edit_reasons(self) -> None:
        """Show the list of reasons to be edited."""
        dialog = ReasonsDialog(self._desk.preferences, self.window())
        dialog.saved.connect(self.reason.reload)
        dialog.open()

    def _reason(self, request: str) -> str:
        """Return the reason, empty where there is none, or nothing to decide about."""
        if self._image is None or not self._can_write:
            return ""
        reason = self.reason.currentText().strip()
        self.banner.say("" if reason else request, "warning")
        if not reason:
            self.reason.setFocus()
        return reason

    def _choose_reason(self, number: int) -> None:
        if self._can_write and self.reason.choose(number):
            self.banner.say("")

    def _read(self) -> None:
        """Read what was decided about the run's images, and which images of the case are undecided."""
        image = self._image
        if image is None:
            return
        run_id = image.run_id

        def read(store: CaseStore) -> Found:
            from forensic_app.workflows.undecided import image_states

            return store.decision_entries(run_id), image_states(store, store.run(run_id).case_id)

        self._desk.session.read(read, self, self._take)

    def _take(self, found: Found) -> None:
        self._entries, self._states = found
        self._show_entries()

    def _show_entries(self) -> None:
        image = self._image
        entries = self._entries.get(image.derived_image_id, ()) if image is not None else ()
        counts = bool(entries) and entries[-1].withdraws is None
        lines = [entry_words(each) for each in (entries[:-1] if counts else entries)][::-1]
        words = self.tr("Before: {entry}")
        shown = [words.format(entry=each) for each in lines[:_EARLIER_SHOWN]]
        if len(lines) > _EARLIER_SHOWN:
            shown.append(self.tr("and {count} more").format(count=len(lines) - _EARLIER_SHOWN))
        self.earlier.setText("\n".join(shown))
        set_tip(self.earlier, "\n".join(lines))
        self.earlier.setVisible(bool(lines))
        left = sum(not each.is_decided for each in self._states)
        self.counter.setText(counted_words(left, len(self._states)))
        self.next_button.setEnabled(left > 0)

    def _name_buttons(self) -> None:
        count = len(self._chosen)
        accept, reject = self.tr("Accept"), self.tr("Reject")
        if count > 1:
            accept = self.tr("Accept {count}").format(count=count)
            reject = self.tr("Reject {count}").format(count=count)
        self.accept_button.setText(accept)
        self.reject_button.setText(reject)
        set_tip(self.accept_button, self.tr("Accept as a result (A)"))
        set_tip(self.reject_button, self.tr("Reject; it is listed but not shown as a result (R)"))

    def _tool(self, words: str, icon: str, on_click: Any) -> QToolButton:
        made = QToolButton()
        made.setAccessibleName(words)
        set_tip(made, words)
        keep_icon(made, self._desk.theme, icon)
        made.clicked.connect(lambda _=False: on_click())
        return made

    def _add_key(self, page: QWidget, words: str, key: str, on_key: Any) -> None:
        action = QAction(words, page)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _=False: on_key())
        page.addAction(action)

    def _lay_out(self) -> None:
        head = WrappingRow()
        head.addWidget(label(self.tr("Decision"), "subheading"))
        head.addStretch(1)
        head.addWidget(self.state)
        reason = QHBoxLayout()
        reason.setSpacing(4)
        reason.addWidget(self.reason, 1)
        reason.addWidget(self.edit_button)
        row = WrappingRow()
        row.addWidget(self.accept_button, 1)
        row.addWidget(self.reject_button, 1)
        last = WrappingRow()
        last.addWidget(self.counter, 1)
        last.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for each in (self.told, self.earlier, self.banner):
            column.addWidget(each)
        column.insertWidget(0, head)
        column.addLayout(reason)
        for line in (row, self.withdraw_button, last):
            column.addWidget(line)
