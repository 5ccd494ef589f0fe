from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter

from forensic_app.digests import sha256_of_file
from forensic_app.verify import VerificationProgress, VerificationResult, verify_casebook
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import CUSTODY, REPORTS, Workspace
from ui.custody.events_model import PAGE_EVENTS, details_words
from ui.reports.printing import drawn_pages
from ui.reports.report_dialog import ReportDialog
from ui.widgets.plain import PlainBox

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")


def test_a_report_is_previewed_issued_superseded_and_saved(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(REPORTS)
    view = workspace.reports
    store = workspace._desk.session.store
    image = store.derived_images("R-0001")[0]
    store.decide(image.derived_image_id, is_accepted=False, reason="Artefacts")
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    qtbot.waitUntil(lambda: dialog.pdf.page_count() > 1, timeout=WAIT_MS)
    assert store.reports("2026-001") == []
    assert dialog.contents.topLevelItem(0).child(0).text(1) == "rejected: Artefacts"
    assert "code points" not in dialog.banner.text()
    dialog.purpose.setText("Appeal \u202efor witnesses")
    dialog.preview()
    qtbot.waitUntil(lambda: "code points: U+202E." in dialog.banner.text(), timeout=WAIT_MS)
    dialog.purpose.setText("Appeal for witnesses")
    dialog.laboratory["name"].setText("The laboratory")
    dialog.issue()
    qtbot.waitUntil(lambda: view.list.count() == 1 and view.pdf.page_count() > 1, timeout=WAIT_MS)
    assert "is issued" in view.banner.text()
    assert workspace._desk.preferences.laboratory()["name"] == "The laboratory"
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    qtbot.waitUntil(lambda: dialog.issue_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    dialog.supersedes.setCurrentIndex(1)
    dialog.issue()
    qtbot.waitUntil(lambda: "reason" in dialog.banner.text().lower(), timeout=WAIT_MS)
    dialog.reason.setText("A name was corrected")
    dialog.issue()
    qtbot.waitUntil(lambda: view.list.count() == 2, timeout=WAIT_MS)
    assert "replaces 2026-001-REP-01: A name was corrected" in view.list.item(0).text()
    assert "superseded, kept" in view.list.item(1).text()
    view.save_copy(view._reports[0], tmp_path / "copy.pdf")
    qtbot.waitUntil(lambda: "Saved as" in view.banner.text(), timeout=WAIT_MS)
    assert (tmp_path / "copy.pdf").read_bytes().startswith(b"%PDF")
    assert store.events()[-1].action == "report_exported"


def test_language_and_form_are_chosen_previewed_recorded_and_remembered(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(REPORTS)
    view, store = workspace.reports, workspace._desk.session.store
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    assert (dialog.language.currentData(), dialog.form.currentData()) == ("en", "full")
    qtbot.waitUntil(lambda: dialog.pdf.page_count() > 1, timeout=WAIT_MS)
    full = dialog.pdf.page_count()
    dialog.form.setCurrentIndex(dialog.form.findData("short"))
    dialog.language.setCurrentIndex(dialog.language.findData("de"))
    qtbot.waitUntil(
        lambda: dialog.issue_button.isEnabled() and "Kurzform" in dialog.pdf.words_of_page(0), timeout=WAIT_MS
    )
    assert dialog.pdf.page_count() < full
    dialog.issue()
    qtbot.waitUntil(lambda: view.list.count() == 1 and view.pdf.page_count() > 1, timeout=WAIT_MS)
    issued = next(each for each in store.events() if each.action == "report_issued")
    assert (issued.details["language"], issued.details["form"]) == ("de", "short")
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    assert (dialog.language.currentData(), dialog.form.currentData()) == ("de", "short")
    qtbot.waitUntil(dialog.issue_button.isEnabled, timeout=WAIT_MS)
    dialog.reject()


def test_enter_in_a_field_issues_nothing_and_what_is_missing_is_said_first(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(REPORTS)
    store = workspace._desk.session.store
    workspace.reports.issue()
    dialog = dialog_of(workspace.reports, ReportDialog)
    qtbot.waitUntil(lambda: dialog.pdf.page_count() > 1, timeout=WAIT_MS)
    for field in (dialog.purpose, dialog.authorised_by, dialog.laboratory["name"], dialog.supersedes):
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClick(field, Qt.Key.Key_Enter)
    assert store.reports("2026-001") == []
    assert dialog.isVisible()
    assert "images are not decided yet" in dialog.banner.text()
    dialog.purpose.setText("Appeal for witnesses")
    dialog.issue_button.click()
    box = dialog_of(dialog, PlainBox)
    assert "No laboratory is named" in box.informativeText()
    assert "Nobody is named who authorises it" in box.informativeText()
    assert "not decided yet" in box.informativeText()
    assert "No purpose" not in box.informativeText()
    assert box.defaultButton().text().replace("&", "") == "Cancel"
    box.defaultButton().click()
    assert store.reports("2026-001") == []
    dialog.reject()


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_report_is_printed_page_by_page_and_the_printing_is_recorded(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    view = workspace.reports
    view.print_report()
    assert "no report to print" in view.banner.text()
    workspace.show_tab(REPORTS)
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    qtbot.waitUntil(lambda: dialog.issue_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    dialog.issue()
    qtbot.waitUntil(lambda: view.pdf.page_count() > 1, timeout=WAIT_MS)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    view.print_on(view.current(), printer)
    qtbot.waitUntil(lambda: "went to the printer" in view.banner.text(), timeout=WAIT_MS)
    store = workspace._desk.session.store
    assert store.events()[-1].action == "report_printed"
    pages = drawn_pages((tmp_path / "printed.pdf").read_bytes())
    assert len(pages) == view.pdf.page_count()
    colours = {pages[0].pixelColor(x, y).name() for x in range(0, 1600, 40) for y in range(0, 2200, 40)}
    assert len(colours) > 2
    unwritable = QPrinter(QPrinter.PrinterMode.HighResolution)
    unwritable.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    unwritable.setOutputFileName(str(tmp_path / "none" / "printed.pdf"))
    view.print_on(view.current(), unwritable)
    qtbot.waitUntil(lambda: "did not take" in view.banner.text(), timeout=WAIT_MS)
    assert store.events()[-1].action == "report_printed"
    assert len([each for each in store.events() if each.action == "report_printed"]) == 1


def test_a_preview_leaves_the_casebook_as_it_is(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    workspace.show_tab(REPORTS)
    store = workspace._desk.session.store
    store.record_event("exhibit_accessed", object_type="exhibit", object_id="E-0001", case_id="2026-001")
    before = store.checkpoints(), store.events(), sha256_of_file(store.folder / "casebook.db")
    assert before[0][-1].size == before[1][-1].sequence
    workspace.reports.issue()
    dialog = dialog_of(workspace.reports, ReportDialog)
    qtbot.waitUntil(lambda: dialog.pdf.page_count() > 1, timeout=WAIT_MS)
    dialog.preview()
    qtbot.waitUntil(lambda: dialog.issue_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    assert (store.checkpoints(), store.events(), sha256_of_file(store.folder / "casebook.db")) == before
    dialog.reject()


def test_the_log_is_filtered_verified_and_damage_is_told(workspace: Workspace, qtbot: Any) -> None:
    workspace.show_tab(CUSTODY)
    view = workspace.custody
    qtbot.waitUntil(lambda: view.model.rowCount() > 2, timeout=WAIT_MS)
    few = view.model.rowCount()
    view.whole.setChecked(True)
    qtbot.waitUntil(lambda: view.model.rowCount() > few, timeout=WAIT_MS)
    view.filter.setText("exhibit received")
    qtbot.waitUntil(lambda: view.model.rowCount() == 1 and view.count.text() == "1 event", timeout=WAIT_MS)
    assert "exhibit_received" in view.details.toPlainText()
    view.head.copy_button.click()
    store = workspace._desk.session.store
    assert QGuiApplication.clipboard().text() == store.events()[-1].sha256
    view.verify()
    qtbot.waitUntil(
        lambda: view.verification.result.text().startswith("Everything verifies"), timeout=WAIT_MS
    )
    path = store.vault.path(store.exhibit("E-0001").sha256)
    path.chmod(0o644)
    path.write_bytes(b"x")
    told: list[str] = []
    workspace._desk.session.verified.connect(lambda result: told.extend(result.findings))
    view.verify()
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert "E-0001" in told[0]
    window = workspace.window()
    qtbot.waitUntil(window.disputes.bar.isVisible, timeout=WAIT_MS)


def test_several_values_of_a_detail_are_told_apart_by_commas() -> None:
    assert details_words({"sha256": ["ab12", "cd34"], "number": 5}) == "5  ab12, cd34"


def test_a_long_log_is_read_page_by_page_and_grows_on_top(workspace: Workspace, qtbot: Any) -> None:
    store = workspace._desk.session.store
    for number in range(2 * PAGE_EVENTS + 30):
        store.record_event(
            "report_exported", object_type="report", object_id=f"P-{number}", case_id="2026-001"
        )
    view = workspace.custody
    workspace.show_tab(CUSTODY)
    qtbot.waitUntil(lambda: view.count.text() == f"{2 * PAGE_EVENTS + 33} events", timeout=WAIT_MS)
    assert view.model.rowCount() == PAGE_EVENTS
    view.table.scrollToBottom()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2 * PAGE_EVENTS, timeout=WAIT_MS)
    view.table.selectRow(300)
    chosen = view.model.event_at(300)
    store.record_event("case_viewed", object_type="case", object_id="C-0001", case_id="2026-001")
    workspace._desk.session.changed.emit()
    view.reload()
    qtbot.waitUntil(lambda: view.model.event_at(0).action == "case_viewed", timeout=WAIT_MS)
    assert view.model.rowCount() == 2 * PAGE_EVENTS + 1
    assert view.model.event_at(view.table.currentIndex().row()) == chosen
    view.table.scrollToBottom()
    qtbot.waitUntil(lambda: not view.model.canFetchMore(QModelIndex()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.model.rowCount() == view.model.total, timeout=WAIT_MS)
    shown = [view.model.event_at(row).sequence for row in range(view.model.rowCount())]
    assert shown == [event.sequence for event in store.events("2026-001")][::-1]


def test_a_verification_tells_how_far_it_is_and_can_be_stopped(
    workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_held, goes_on = threading.Event(), threading.Event()

    def held(
        folder: Path, *, progress: Callable[[VerificationProgress], None], **given: Any
    ) -> VerificationResult:
        progress(VerificationProgress("events", 500, 2000))
        is_held.set()
        goes_on.wait(20)
        return verify_casebook(folder, progress=progress, **given)

    monkeypatch.setattr("forensic_app.workflows.casebook.verify_casebook", held)
    workspace.show_tab(CUSTODY)
    view = workspace.custody
    view.verify()
    qtbot.waitUntil(is_held.is_set, timeout=WAIT_MS)
    panel = view.verification
    qtbot.waitUntil(lambda: panel.words.text() == "500 of 2,000 events", timeout=WAIT_MS)
    assert (panel.bar.value(), panel.bar.maximum()) == (250, 1000)
    assert not view.verify_button.isEnabled()
    panel.stop_button.click()
    goes_on.set()
    qtbot.waitUntil(lambda: "was stopped" in panel.result.text(), timeout=WAIT_MS)
    assert view.verify_button.isEnabled()
    assert not panel.bar.isVisible()
    is_held.clear()
    goes_on.clear()
    view.verify()
    qtbot.waitUntil(is_held.is_set, timeout=WAIT_MS)
    workspace._desk.session.about_to_close.emit()
    goes_on.set()
    qtbot.waitUntil(lambda: "was stopped" in panel.result.text(), timeout=WAIT_MS)
