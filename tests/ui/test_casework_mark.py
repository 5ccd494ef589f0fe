"""Models that are not for casework say so in the same words, colour and sign wherever they are offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs.pack import bundled_packs_dir, list_packs, read_pack
from forensic_app.workflows.packs import card_text
from tests.fake_packs import write_pack
from tests.ui.conftest import WAIT_MS, open_case
from ui.cases.workspace import Workspace
from ui.main_window import MainWindow
from ui.runs.new_run_dialog import NewRunDialog
from ui.widgets.casework_mark import CaseworkMark, mark_words

CARD = "# Model pack\n\n## Data\n\n- 12 photographs\n\n| measure | value |\n| --- | --- |\n| error | 8.5 |\n"


def shown(mark: CaseworkMark) -> tuple[str, str, str, bool]:
    """Return the words, the style, the colour and whether a sign is drawn."""
    sign = mark._sign.pixmap()
    return (
        mark.words.text(), str(mark.property("banner")),
        mark.words.palette().color(mark.words.foregroundRole()).name(), not sign.isNull(),
    )  # fmt: skip


def restricted_pack(folder: Path) -> None:
    from forensic_app.engines.packs.pack import write_manifest

    write_pack(folder, {"MODEL_CARD.md": CARD})
    write_manifest(folder, {"name": folder.name, "version": "1", "licence": "LicenseRef-evaluation-only"})


def test_every_bundled_pack_is_marked() -> None:
    packs = list_packs((bundled_packs_dir(),))
    assert len(packs) >= 4
    for pack in packs:
        assert not pack.is_for_casework, f"the start page says this of {pack.name} too"
        assert "NOT CASEWORK" in pack.licence_text


@pytest.mark.usefixtures("without_faces")
def test_start_page_run_form_and_packs_bear_the_same_mark(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    start = window.start_page.mark
    assert start.isVisible()
    assert start.visibleRegion().boundingRect().height() == start.height(), "in view without scrolling"
    told = shown(start)
    assert told[0] == "Not for casework"
    assert told[3]
    restricted_pack(casebook / "packs" / "restricted")
    workspace: Workspace = open_case(window, casebook, qtbot)
    exhibit = workspace._desk.session.store.exhibit("E-0001")
    form = NewRunDialog(workspace._desk, exhibit, parent=workspace)
    form.open()
    qtbot.waitUntil(lambda: form.pack.count() >= 2, timeout=WAIT_MS)
    form.pack.setCurrentIndex(form.pack.findData("fake-pack"))
    assert not form.packs.mark.isVisible()
    form.pack.setCurrentIndex(form.pack.findData("restricted"))
    assert form.packs.mark.isVisible()
    assert shown(form.packs.mark) == told
    form.reject()
    window.show_page("packs")
    view = window.pages["packs"]
    qtbot.waitUntil(lambda: view.list.count() >= 2, timeout=WAIT_MS)
    rows = {view.list.item(row).text().splitlines()[0]: row for row in range(view.list.count())}
    view.list.setCurrentRow(rows["fake-pack"])
    assert not view.mark.isVisible()
    assert mark_words() not in view.list.item(rows["fake-pack"]).text()
    view.list.setCurrentRow(rows["restricted"])
    assert shown(view.mark) == told
    assert mark_words() in view.list.item(rows["restricted"]).text().splitlines()


def test_the_model_card_is_read_in_the_window_with_keys(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    restricted_pack(casebook / "packs" / "carded")
    open_case(window, casebook, qtbot)
    window.show_page("packs")
    view = window.pages["packs"]
    qtbot.waitUntil(lambda: view.list.count() >= 2, timeout=WAIT_MS)
    rows = {view.list.item(row).text().splitlines()[0]: row for row in range(view.list.count())}
    view.list.setCurrentRow(rows["carded"])
    qtbot.waitUntil(lambda: "12 photographs" in view.card.toPlainText(), timeout=WAIT_MS)
    bar = view.tabs.tabBar()
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert view.card.isVisible()
    QTest.keyClick(bar, Qt.Key.Key_Tab)
    assert window.focusWidget() is view.card
    view.card.show_text("\n\n".join(["word"] * 300))
    QTest.keyClick(view.card, Qt.Key.Key_PageDown)
    assert view.card.verticalScrollBar().value() > 0
    view.list.setCurrentRow(rows["fake-pack"])
    qtbot.waitUntil(lambda: view.card.toPlainText() == "This pack has no model card.", timeout=WAIT_MS)


def test_an_altered_card_is_refused(casebook: Path, window: MainWindow, qtbot: Any) -> None:
    folder = casebook / "packs" / "carded"
    restricted_pack(folder)
    pack = read_pack(folder)
    assert sha256_of_bytes(card_text(pack).encode()) == pack.files["MODEL_CARD.md"]
    (folder / "MODEL_CARD.md").write_text("# Better\n")
    open_case(window, casebook, qtbot)
    window.show_page("packs")
    view = window.pages["packs"]
    qtbot.waitUntil(lambda: view.list.count() >= 2, timeout=WAIT_MS)
    row = next(row for row in range(view.list.count()) if view.list.item(row).text().startswith("carded"))
    view.list.setCurrentRow(row)
    qtbot.waitUntil(lambda: "does not have the digest" in view.card.toPlainText(), timeout=WAIT_MS)
    assert "Better" not in view.card.toPlainText()


def test_the_mark_stays_beside_the_words_at_any_width(window: MainWindow) -> None:
    mark = window.start_page.mark
    for width in (900, 1280):
        window.resize(width, 700)
        QApplication.processEvents()
        sign = mark._sign.mapTo(mark, QPoint(0, 0)).x()
        assert sign < mark.words.mapTo(mark, QPoint(0, 0)).x()
