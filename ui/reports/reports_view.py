"""The issued reports of a case, the chosen one shown in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, Report
from ui.desk import Desk
from ui.reports.pdf_pane import PdfPane
from ui.widgets.basics import Banner, DigestLabel, EmptyState, button, label
from ui.widgets.page import Page
from ui.widgets.plain import list_item
from ui.wording import size_words, time_words

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtPrintSupport import QPrinter


class ReportsView(Page):
    """Reports of a case, the newest first."""

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self._reports: list[Report] = []
        self._shown = ""
        self.banner = Banner()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Issued reports"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.currentRowChanged.connect(self._show_report)
        self.digest = DigestLabel(desk.theme)
        self.facts = label(name="muted", wraps=True, selectable=True)
        self.pdf = PdfPane(desk.theme)
        self.issue_button = button(
            self.tr("Issue report…"),
            self.issue,
            kind="primary",
            icon="report",
            theme=desk.theme,
            tip="Ctrl+Shift+P",
        )
        self.print_button = button(
            self.tr("Print…"), self.print_report, icon="report", theme=desk.theme, tip="Ctrl+P"
        )
        self.save_button = button(self.tr("Save a copy…"), self._save, icon="export", theme=desk.theme)
        self._stack = QStackedWidget()
        self._lay_out()
        self.show_case(case)

    def show_case(self, case: Case) -> None:
        """Take notice of the state of the case."""
        self._case = case
        self.issue_button.setEnabled(not self._desk.session.is_read_only)
        self._first_button.setEnabled(not self._desk.session.is_read_only)

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the list, or the button that stands in its place."""
        return (self.list, self._first_button)

    def reload(self) -> None:
        """Read the reports again."""
        case_id = self._case.case_id
        self._desk.session.read(lambda store: store.reports(case_id), self, self._show)

    def issue(self) -> None:
        """Set up a report."""
        from ui.reports.report_dialog import ReportDialog

        dialog = ReportDialog(self._desk, self._case, self._reports, self)
        dialog.issued.connect(self._tell_issued)
        dialog.open()

    def print_report(self) -> None:
        """Ask for a printer and print the chosen report."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        report = self.current()
        if report is None:
            self.banner.say(self.tr("There is no report to print yet."), "warning")
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(report.report_number)
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, max(self.pdf.page_count(), 1))
        dialog.accepted.connect(lambda: self.print_on(report, printer))
        QDialog.open(dialog)

    def print_on(self, report: Report, printer: QPrinter) -> None:
        """Print a report; that it was printed is recorded.

        Args:
            report: An issued report.
            printer: Where to.
        """
        from ui.reports.printing import drawn_pages, print_pages

        vault = self._desk.session.store.vault
        self.banner.say(self.tr("Preparing the pages…"))

        def printed(pages: list[QImage]) -> None:
            if not print_pages(pages, printer):
                self.banner.say(
                    self.tr("The printer did not take the report. Check it, then print again."), "bad"
                )
                return
            self._record_printed(report, printer.printerName() or printer.outputFileName())

        self._desk.session.compute(lambda: drawn_pages(vault.read_verified(report.sha256)), self, printed)

    def _record_printed(self, report: Report, printer: str) -> None:
        said = self.tr("{number} went to the printer.").format(number=report.report_number)
        if self._desk.session.is_read_only:
            self.banner.say(said, "good")
            return

        def work(store: object) -> None:
            store.record_event(  # type: ignore[attr-defined]
                "report_printed",
                object_type="report",
                object_id=report.report_id,
                case_id=report.case_id,
                details={"sha256": report.sha256, "printer": printer},
            )

        self._desk.session.write(work, self, lambda _: self.banner.say(said, "good"))

    def current(self) -> Report | None:
        """Return the chosen report."""
        row = self.list.currentRow()
        return self._reports[row] if 0 <= row < len(self._reports) else None

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Reports"), "heading"))
        top.addStretch(1)
        top.addWidget(self.print_button)
        top.addWidget(self.save_button)
        top.addWidget(self.issue_button)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.list, 1)
        column.addWidget(label("SHA-256", "muted"))
        column.addWidget(self.digest)
        column.addWidget(self.facts)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(self.pdf)
        splitter.setSizes([330, 800])
        left.setMinimumWidth(250)
        splitter.setChildrenCollapsible(False)
        self._stack.addWidget(splitter)
        self._first_button = button(self.tr("Set up the first report…"), self.issue)
        self._stack.addWidget(
            EmptyState(
                self.tr("No report was issued yet"),
                self.tr(
                    "A report prints the case, every run, accepted results and the head of the custody log."
                ),
                self._first_button,
            )
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 16, 24, 16)
        outer.setSpacing(10)
        outer.addLayout(top)
        outer.addWidget(self.banner)
        outer.addWidget(self._stack, 1)

    def _show(self, reports: list[Report]) -> None:
        kept = self.current()
        self._reports = reports[::-1]
        numbers = {report.report_id: report.report_number for report in reports}
        replaced = {report.supersedes for report in reports}
        self.list.clear()
        for report in self._reports:
            lines = [report.report_number, f"{time_words(report.issued_at)} · {report.examiner}"]
            if report.supersedes:
                words = self.tr("replaces {number}: {reason}")
                lines.append(words.format(number=numbers.get(report.supersedes, ""), reason=report.reason))
            if report.report_id in replaced:
                lines.append(self.tr("superseded, kept"))
            item = list_item(self._desk.theme.icon("report"), *lines)
            self.list.addItem(item)
        self._stack.setCurrentIndex(0 if reports else 1)
        self.save_button.setEnabled(bool(reports))
        self.print_button.setEnabled(bool(reports))
        places = [
            place for place, each in enumerate(self._reports) if kept and each.report_id == kept.report_id
        ]
        self.list.setCurrentRow(places[0] if places else 0 if reports else -1)

    def _show_report(self) -> None:
        report = self.current()
        if report is None:
            return
        self.digest.show_digest(report.sha256)
        self.facts.setText(
            self.tr("{size}, issued {time} by {examiner}").format(
                size=size_words(report.size_bytes),
                time=time_words(report.issued_at),
                examiner=report.examiner,
            )
        )
        if self._shown == report.sha256:
            return
        self._shown = report.sha256
        vault = self._desk.session.store.vault
        self._desk.session.compute(
            lambda: vault.read_verified(report.sha256), self, lambda data: self._show_pdf(report, data)
        )

    def _show_pdf(self, report: Report, data: bytes) -> None:
        if self._shown == report.sha256:
            self.pdf.show_pdf(data)

    def _tell_issued(self, report: Report) -> None:
        self.list.setCurrentRow(-1)
        self.banner.say(
            self.tr("{number} is issued and kept in the casebook. Its SHA-256 is in the custody log.").format(
                number=report.report_number
            ),
            "good",
        )

    def _save(self) -> None:
        report = self.current()
        if report is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save a copy of the report"), f"{report.report_number}.pdf", "PDF (*.pdf)"
        )
        if name:
            self.save_copy(report, Path(name))

    def save_copy(self, report: Report, path: Path) -> None:
        """Write a copy of a report; the export is recorded."""

        def work(store: object) -> None:
            from forensic_app.errors import InvalidInput

            data = store.vault.read_verified(report.sha256)  # type: ignore[attr-defined]
            try:
                path.write_bytes(data)
            except OSError as error:
                raise InvalidInput(
                    f"{path} could not be written: {error.strerror or error}.", "Choose another folder."
                ) from error
            if not self._desk.session.is_read_only:
                store.record_event(  # type: ignore[attr-defined]
                    "report_exported",
                    object_type="report",
                    object_id=report.report_id,
                    case_id=report.case_id,
                    details={"sha256": report.sha256, "file_name": path.name},
                )

        self._desk.session.write(
            work, self, lambda _: self.banner.say(self.tr("Saved as {path}.").format(path=path), "good")
        )
