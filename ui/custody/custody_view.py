"""The custody log of a case or of the casebook: events, chain head, checkpoint, verification."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, CustodyEvent
from ui.custody.events_model import EventsModel
from ui.desk import Desk
from ui.widgets.basics import Banner, Card, DigestLabel, button, label
from ui.wording import utc_words

_WIDTHS = (50, 186, 126, 150, 106, 120)


class CustodyView(QWidget):
    """Events of a case with their verification."""

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self.model = EventsModel(self)
        self.filtered = QSortFilterProxyModel(self)
        self.filtered.setSourceModel(self.model)
        self.filtered.setFilterKeyColumn(-1)
        self.filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by action, person, object or digest"))
        self.filter.setAccessibleName(self.tr("Filter events"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.filtered.setFilterFixedString)
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
        self.result = Banner()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Verification is under way"))
        self.progress.hide()
        self.head = DigestLabel(desk.theme)
        self.root = DigestLabel(desk.theme)
        self.key = DigestLabel(desk.theme)
        self.head_text = label(name="muted", wraps=True)
        self.checkpoint_text = label(name="muted", wraps=True)
        self._lay_out()

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case

    def reload(self) -> None:
        """Read events and checkpoints again."""
        case_id = None if self.whole.isChecked() else self._case.case_id

        def work(store: Any) -> tuple[list[CustodyEvent], CustodyEvent, Any, str]:
            newest = store.events(limit=1)
            checkpoints = store.checkpoints()
            last = checkpoints[-1] if checkpoints else None
            return store.events(case_id), newest[-1], last, store.public_key_hex

        self._desk.session.read(work, self, lambda found: self._show(*found))

    def verify(self) -> None:
        """Re-check every file, record, event and checkpoint of the casebook."""
        folder = self._desk.session.folder
        self.verify_button.setEnabled(False)
        self.progress.show()
        self.result.say(self.tr("Every file is hashed and every event recomputed…"))

        def work() -> Any:
            from forensic_app.verify import verify_casebook

            return verify_casebook(folder)

        self._desk.session.compute(work, self, self._show_result, self._broke)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.filtered)
        table.setAccessibleName(self.tr("Custody events"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.horizontalHeader().setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        table.horizontalHeader().setStretchLastSection(True)
        table.selectionModel().currentRowChanged.connect(lambda index, _: self._show_event(index))
        return table

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Custody"), "heading"))
        top.addSpacing(12)
        top.addWidget(self.filter, 1)
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
        outer.addLayout(top)
        outer.addWidget(self.progress)
        outer.addWidget(self.result)
        outer.addWidget(chain)
        outer.addWidget(splitter, 1)

    def _show(self, events: list[CustodyEvent], newest: CustodyEvent, checkpoint: Any, key: str) -> None:
        self.model.show_events(events[::-1])
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
        if events and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.filtered.index(0, 0))

    def _show_event(self, index: QModelIndex) -> None:
        event = self.model.event_at(self.filtered.mapToSource(index).row())
        if event is None:
            self.details.clear()
            return
        lines = [
            self.tr("Event {number}: {action}").format(number=event.sequence, action=event.action),
            "",
            json.dumps(dict(event.details), indent=2, ensure_ascii=False, default=str),
            "",
            f"SHA-256 {event.sha256}",
            self.tr("previous {digest}").format(digest=event.previous_sha256),
        ]
        self.details.setPlainText("\n".join(lines))

    def _show_result(self, result: Any) -> None:
        self.progress.hide()
        self.verify_button.setEnabled(True)
        checked = self.tr(
            "{files} files, {events} events and {checkpoints} signed checkpoints were checked in "
            "{seconds:.1f} s."
        ).format(
            files=result.files, events=result.events, checkpoints=result.checkpoints, seconds=result.seconds
        )
        if result.is_intact:
            self.result.say(
                self.tr("Everything verifies: nothing was found wrong. {checked}").format(checked=checked),
                "good",
            )
            return
        findings = "\n".join(f"• {each}" for each in result.findings)
        words = self.tr(
            "The casebook does not verify. Stop working with it and secure a copy.\n{findings}\n{checked}"
        )
        self.result.say(words.format(findings=findings, checked=checked), "bad")

    def _broke(self, error: BaseException) -> None:
        self.progress.hide()
        self.verify_button.setEnabled(True)
        self.result.say("")
        self._desk.session.failed.emit(error)
