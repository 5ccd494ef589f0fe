"""Set up a report: what is in it, a preview, then issue it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from forensic_app.records import Case, Report, RunStatus
from forensic_app.reports.texts import languages
from ui.comparison.figures import Origin, image_title, origin_of
from ui.desk import Desk
from ui.reports.pdf_pane import PdfPane
from ui.reports.signing_fields import SigningFields, signature
from ui.translation import LANGUAGES, window_language
from ui.widgets.basics import Banner, button, label, scrolled
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.plain import PlainBox, tree_item
from ui.widgets.wrapping import FoldingSplitter
from ui.wording import engine_words, error_words, run_status_words, unprintable_words


class ReportDialog(QDialog):
    """Fields of a report with its preview.

    Signals:
        issued: The record of the report.
    """

    issued = Signal(object)

    def __init__(
        self, desk: Desk, case: Case, reports: Sequence[Report], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Issue report"))
        self._desk = desk
        self._case = case
        self._undecided = 0
        self._characters = ""
        self.banner = Banner()
        self._is_stale = False
        self.language = Combo()
        self.form = Combo()
        self.purpose = QLineEdit()
        self.authorised_by = QLineEdit()
        self.supersedes = Combo()
        self.reason = QLineEdit()
        self.deviations = QLineEdit()
        self.recipient = QLineEdit()
        self.signing = SigningFields(desk.session.background, self)
        laboratory = desk.preferences.laboratory()
        self.laboratory = {key: QLineEdit(laboratory.get(key, "")) for key in ("name", "address", "contact")}
        self.contents = QTreeWidget()
        self.pdf = PdfPane(desk.theme)
        self._set_up(reports)
        self.preview_button = button(self.tr("Preview"), self.preview, icon="search", theme=desk.theme)
        self._buttons = buttons = QDialogButtonBox()
        self.issue_button = buttons.addButton(self.tr("Issue report"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.issue_button.setProperty("kind", "primary")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.preview_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.accepted.connect(self.ask)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.addWidget(label(self.tr("Report on case {number}").format(number=case.case_number), "heading"))
        outer.addWidget(self.banner)
        outer.addWidget(self._body(), 1)
        outer.addWidget(buttons)
        fit(self, 1120, 740)
        self._read_contents()
        self.preview()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter go to the next field: nothing that stays for ever is done by it."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        else:
            self.focusNextChild()

    def ask(self) -> None:
        """Say what is missing and ask whether to issue the report; it cannot be taken back."""
        box = PlainBox(self)
        box.setWindowTitle(self.tr("Issue report"))
        box.setIcon(PlainBox.Icon.Question)
        box.setText(self.tr("Issue this report? It is signed into the log and kept for good."))
        box.setInformativeText("\n".join(f"• {line}" for line in self.missing()))
        issue = box.addButton(self.tr("Issue report"), PlainBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(PlainBox.StandardButton.Cancel))
        issue.clicked.connect(self.issue)
        box.open()

    def missing(self) -> list[str]:
        """Return what the report would go without, a sentence each."""
        lines = []
        if not self.laboratory["name"].text().strip():
            lines.append(self.tr("No laboratory is named."))
        if not self.authorised_by.text().strip():
            lines.append(self.tr("Nobody is named who authorises it; a line to sign is printed."))
        if not self.purpose.text().strip():
            lines.append(self.tr("No purpose is stated."))
        if self._undecided:
            lines.append(self._undecided_words())
        return lines

    def issue(self) -> None:
        """Render the report, keep it in the vault, record it."""
        case, values, signing = self._case, self._values(), self.signing.values()
        recipient = self.recipient.text()
        self._desk.preferences.remember_laboratory(self._laboratory())
        self._desk.preferences.remember_report_choices(
            {"language": values["language"], "form": values["form"]}
        )
        self._set_busy(True, self.tr("Issuing the report…"))

        def work(store: Any) -> Report:
            from forensic_app.workflows.reporting import issue_report

            number = store.next_report_number(case.case_id)
            out = store.reports_dir / f"{_file_name(number)}.pdf"
            return issue_report(
                store,
                case=case.case_id,
                out=out,
                overwrite=True,
                recipient=recipient,
                **values,
                **signature(signing),
            )

        def done(report: Report) -> None:
            self.accept()
            self.issued.emit(report)

        self._desk.session.write(work, self, done, self._failed)

    def preview(self) -> None:
        """Render the report as it would be and show it; nothing is issued, signed or recorded."""
        case, values = self._case, self._values()
        self._set_busy(True, self.tr("Rendering the preview…"))

        def work(store: Any) -> tuple[bytes, str]:
            from datetime import UTC, datetime

            from forensic_app.reports.pdf import render_pdf
            from forensic_app.reports.unprintable import code_points_entered
            from forensic_app.workflows.reporting import gather_content

            texts = {**values, "authorised_by": values["authorised_by"] or ""}
            replaced = texts.pop("supersedes")
            content = gather_content(
                store,
                store.case(case.case_id),
                report_number=store.next_report_number(case.case_id),
                issued_at=datetime.now(UTC).replace(microsecond=0),
                supersedes=replaced or "",
                **texts,
            )
            return render_pdf(content), code_points_entered(content)

        store = self._desk.session.store
        self._desk.session.compute(lambda: work(store), self, self._show_preview, self._failed)

    def _set_up(self, reports: Sequence[Report]) -> None:
        self._offer_choices()
        self.supersedes.addItem(self.tr("No earlier report"), None)
        for report in reports:
            self.supersedes.addItem(report.report_number, report.report_number)
        self.supersedes.currentIndexChanged.connect(self._refresh_reason)
        self.authorised_by.setPlaceholderText(self.tr("Leave empty for a line to sign"))
        self.reason.setPlaceholderText(self.tr("What changed and why, required"))
        self.deviations.setPlaceholderText(self.tr("None, unless stated here"))
        self.contents.setHeaderLabels([self.tr("Run or image"), self.tr("In the report")])
        self.contents.setAccessibleName(self.tr("Contents of the report"))
        self.contents.setMinimumHeight(190)
        self._refresh_reason()

    def _offer_choices(self) -> None:
        """Offer languages and forms, those of the last report first; without one the window's own language."""
        for code in languages():
            self.language.addItem(LANGUAGES.get(code, code), code)
        self.form.addItem(self.tr("Full: everything that is recorded"), "full")
        self.form.addItem(self.tr("Short: key results, limits, head of the log"), "short")
        chosen = self._desk.preferences.report_choices()
        for field, value in (
            (self.language, chosen.get("language", window_language())),
            (self.form, chosen.get("form", "full")),
        ):
            field.setCurrentIndex(max(field.findData(value), 0))
            field.currentIndexChanged.connect(self._preview_again)

    def _preview_again(self) -> None:
        """Render the preview anew, now or when the one that is being rendered is done."""
        if self.preview_button.isEnabled():
            self.preview()
        else:
            self._is_stale = True

    def _body(self) -> QSplitter:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(9)
        for text, field in (
            (self.tr("Lan&guage"), self.language),
            (self.tr("&Form"), self.form),
            (self.tr("&Purpose"), self.purpose),
            (self.tr("Rec&ipient"), self.recipient),
            (self.tr("&Authorised by"), self.authorised_by),
            (self.tr("&Replaces"), self.supersedes),
            (self.tr("R&eason"), self.reason),
            (self.tr("&Deviations"), self.deviations),
            (self.tr("&Laboratory"), self.laboratory["name"]),
            (self.tr("Addre&ss"), self.laboratory["address"]),
            (self.tr("&Contact"), self.laboratory["contact"]),
        ):
            field.setAccessibleName(text.replace("&", ""))
            form.addRow(text, field)
        self.signing.add_to(form)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 6, 12, 6)
        column.addLayout(form)
        column.addWidget(label(self.tr("Runs and images"), "subheading"))
        column.addWidget(
            label(
                self.tr(
                    "Every run is listed. Accepted images are shown as results; rejected ones are "
                    "listed with the "
                    "reason. Decide under Derived images."
                ),
                "muted",
                wraps=True,
            )
        )
        column.addWidget(self.contents, 1)
        splitter = FoldingSplitter()
        splitter.addWidget(scrolled(left))
        splitter.addWidget(self.pdf)
        splitter.setSizes([440, 640])
        splitter.setChildrenCollapsible(False)
        return splitter

    def _refresh_reason(self) -> None:
        self.reason.setEnabled(self.supersedes.currentData() is not None)

    def _laboratory(self) -> dict[str, str]:
        return {key: field.text() for key, field in self.laboratory.items()}

    def _values(self) -> dict[str, Any]:
        from forensic_app.reports.content import LaboratoryDetails

        supersedes = self.supersedes.currentData()
        return {
            "purpose": self.purpose.text(),
            "authorised_by": self.authorised_by.text() or None,
            "supersedes": supersedes,
            "reason": self.reason.text() if supersedes else "",
            "deviations": self.deviations.text(),
            "only_accepted": True,
            "language": self.language.currentData(),
            "form": self.form.currentData(),
            "laboratory": LaboratoryDetails(**self._laboratory()),
        }

    def _set_busy(self, is_busy: bool, words: str = "") -> None:
        self.banner.say(words)
        self.issue_button.setEnabled(not is_busy)
        self.preview_button.setEnabled(not is_busy)

    def _show_preview(self, made: tuple[bytes, str]) -> None:
        data, characters = made
        self._set_busy(False)
        self._characters = unprintable_words(characters)
        self._rest()
        self.pdf.show_pdf(data)
        if self._is_stale:
            self._is_stale = False
            self.preview()

    def _rest(self) -> None:
        """Show what stays to be said while nothing goes on."""
        undecided = self._undecided_words() if self._undecided else ""
        self.banner.say(" ".join(each for each in (self._characters, undecided) if each), "warning")

    def _undecided_words(self) -> str:
        return self.tr("{count} images are not decided yet; the report says so.").format(
            count=self._undecided
        )

    def _failed(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self._desk.session.failed.emit(error)

    def _read_contents(self) -> None:
        case_id = self._case.case_id

        def work(store: Any) -> list[tuple[Any, Any, Any, Origin]]:
            return [
                (
                    run,
                    store.derived_images(run.run_id),
                    store.decisions(run.run_id),
                    origin_of(store, run),
                )
                for run in store.runs(case_id)
            ]

        self._desk.session.read(work, self, self._show_contents)

    def _show_contents(self, found: list[tuple[Any, Any, Any, Origin]]) -> None:
        self.contents.clear()
        undecided = 0
        for run, images, decisions, origin in found:
            item = tree_item(f"{run.run_id}  {engine_words(run.spec.engine)}", run_status_words(run.status))
            self.contents.addTopLevelItem(item)
            for image in images:
                decision = decisions.get(image.derived_image_id)
                undecided += decision is None
                state = (
                    self.tr("not decided")
                    if decision is None
                    else self.tr("result")
                    if decision.is_accepted
                    else self.tr("rejected: {reason}").format(reason=decision.reason)
                )
                item.addChild(tree_item(image_title(image, run, origin), state))
            item.setExpanded(run.status is RunStatus.COMPLETED)
        self.contents.resizeColumnToContents(0)
        self._undecided = undecided
        if self.preview_button.isEnabled():
            self._rest()


def _file_name(number: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "-" for each in number)
