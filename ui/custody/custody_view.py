"""The custody log of a case or of the casebook: events, chain head, checkpoint."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QLocale, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from forensic_app.measured import with_face_numbers
from forensic_app.records import Case, CustodyEvent
from ui.custody.events_model import EventsModel
from ui.custody.verification_panel import VerificationPanel
from ui.desk import Desk
from ui.widgets.basics import Card, DigestLabel, button, label, make_clearable
from ui.widgets.page import Page
from ui.widgets.plain import plain_lines
from ui.widgets.rows import show_rows
from ui.widgets.wrapping import WrappingRow
from ui.wording import utc_words

_WIDTHS = (70, 190, 190, 160, 106, 120)
FILTER_PAUSE_MS = 250


class CustodyView(Page):
    """Events of a case with their verification."""

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self.model = EventsModel(desk.session, self)
        self.model.arrived.connect(self._show_events)
        self.model.counted.connect(self._show_count)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by action, person, object or digest"))
        self.filter.setAccessibleName(self.tr("Filter events"))
        make_clearable(self.filter, desk.theme)
        self._filter_pause = QTimer(self)
        self._filter_pause.setSingleShot(True)
        self._filter_pause.setInterval(FILTER_PAUSE_MS)
        self._filter_pause.timeout.connect(self._ask)
        self.filter.textChanged.connect(self._filter_pause.start)
        self.count = label(name="muted")
        self.whole = QCheckBox(self.tr("Events of the &whole casebook"))
        self.whole.toggled.connect(self.reload)
        self.table = self._make_table()
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(self.tr("Details of the event"))
        self.verify_button = button(
            self.tr("Verify the casebook"), self.verify, kind="primary", icon="custody", theme=desk.theme
        )
        self.verification = VerificationPanel(desk)
        self.verification.ended.connect(lambda: self.verify_button.setEnabled(True))
        self.head = DigestLabel(desk.theme)
        self.root = DigestLabel(desk.theme)
        self.key = DigestLabel(desk.theme)
        self.head_text = label(name="muted", wraps=True)
        self.checkpoint_text = label(name="muted", wraps=True)
        self._lay_out()

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the log."""
        return (self.table,)

    def reload(self) -> None:
        """Read what is new."""

        def work(store: Any) -> tuple[CustodyEvent, Any, str]:
            checkpoints = store.checkpoints()
            return store.events(limit=1)[-1], checkpoints[-1] if checkpoints else None, store.public_key_hex

        self._ask()
        self._desk.session.read(work, self, lambda found: self._show_chain(*found))

    def verify(self) -> None:
        """Re-check every file, record, event and checkpoint of the casebook."""
        self.verify_button.setEnabled(False)
        self.verification.start()

    def _make_table(self) -> QTableView:
        table = QTableView()
        show_rows(table, self.model, name=self.tr("Custody events"), row_px=30, widths_px=_WIDTHS)
        table.horizontalHeader().setStretchLastSection(True)
        table.selectionModel().currentRowChanged.connect(lambda index, _: self._show_event(index))
        return table

    def _lay_out(self) -> None:
        top = WrappingRow()
        top.addWidget(label(self.tr("Custody"), "heading"))
        top.addWidget(self.filter, 1)
        top.addWidget(self.count)
        top.addWidget(self.whole)
        top.addWidget(self.verify_button)
        chain = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, (name, digest, text) in enumerate(
            (
                (self.tr("Chain head"), self.head, self.head_text),
                (self.tr("Checkpoint root"), self.root, self.checkpoint_text),
                (self.tr("Public key"), self.key, None),
            )
        ):
            grid.addWidget(label(name, "subheading"), row, 0)
            grid.addWidget(digest, row, 1, Qt.AlignmentFlag.AlignLeft)
            if text is not None:
                grid.addWidget(text, row, 2)
        grid.setColumnStretch(2, 1)
        chain.body.addLayout(grid)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.table)
        splitter.addWidget(self.details)
        splitter.setSizes([790, 250])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 16, 24, 16)
        outer.setSpacing(10)
        outer.addWidget(top)
        outer.addWidget(self.verification)
        outer.addWidget(chain)
        outer.addWidget(splitter, 1)

    def _ask(self) -> None:
        self.model.ask(None if self.whole.isChecked() else self._case.case_id, self.filter.text())

    def _show_events(self, is_first_page: bool) -> None:
        if is_first_page:
            self.table.setCurrentIndex(self.model.index(0, 0))
            self._show_event(self.table.currentIndex())
        self._show_count()

    def _show_count(self) -> None:
        total = self.model.total
        if total is None:
            self.count.setText(self.tr("counting…"))
        elif total == 1:
            self.count.setText(self.tr("1 event"))
        else:
            self.count.setText(self.tr("{count} events").format(count=QLocale().toString(total)))

    def _show_chain(self, newest: CustodyEvent, checkpoint: Any, key: str) -> None:
        self.head.show_digest(newest.sha256)
        self.head_text.setText(
            self.tr("event {number}, {time}").format(
                number=newest.sequence, time=utc_words(newest.occurred_at)
            )
        )
        self.key.show_digest(key)
        if checkpoint is None:
            self.root.show_digest("")
            self.checkpoint_text.setText(self.tr("no checkpoint yet"))
        else:
            self.root.show_digest(checkpoint.root_sha256)
            self.checkpoint_text.setText(
                self.tr("signed over events 1 to {size} with key {key}").format(
                    size=checkpoint.size, key=checkpoint.key_id
                )
            )

    def _show_event(self, index: QModelIndex) -> None:
        event = self.model.event_at(index.row())
        if event is None:
            self.details.clear()
            return
        lines = [
            self.tr("Event {number}: {action}").format(number=event.sequence, action=event.action),
            "",
            json.dumps(with_face_numbers(event.details), indent=2, ensure_ascii=False, default=str),
            "",
            f"SHA-256 {event.sha256}",
            self.tr("previous {digest}").format(digest=event.previous_sha256),
        ]
        self.details.setPlainText("\n".join(map(plain_lines, lines)))
