"""A photograph whose name, EXIF and profile want to be more than text, on the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox

from forensic_app.errors import EvidenceAltered
from ui.app import _parser
from ui.cases.workspace import EXHIBITS, Workspace
from ui.error_dialog import show_error
from ui.main_window import MainWindow

_NAME = "<img src=x><b>a<b>\u202egpj.jpg"


def test_names_and_exif_are_plain_text(
    workspace: Workspace, window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    from forensic_app.workflows.intake import receive_exhibit

    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "<h1>Canon</h1>\nline"
    path = tmp_path / _NAME
    Image.new("RGB", (40, 40), "red").save(path, exif=exif)
    store = window.session.store if window.session else None
    assert store is not None
    receive_exhibit(store, path, case=workspace.case.case_id)
    window.session.changed.emit()  # type: ignore[union-attr]
    workspace.tabs.setCurrentIndex(EXHIBITS)
    view = workspace.tabs.currentWidget()

    def shown() -> None:
        model = view.list.exhibits
        items = [model.index(row) for row in range(view.list.count())]
        tips = [model.data(item, Qt.ItemDataRole.ToolTipRole) for item in items]
        assert any("&lt;img" in tip for tip in tips)
        assert not any("\u202e" in tip or "<img" in tip for tip in tips)
        view.list.setCurrentRow(len(items) - 1)
        texts = [each.text() for each in view.findChildren(QLabel)]
        assert "<h1>Canon</h1>\\x0aline" in texts
        assert "<img src=x><b>a<b>\\u202egpj.jpg" in texts

    qtbot.waitUntil(shown, timeout=10_000)
    assert all(
        each.textFormat() is Qt.TextFormat.PlainText
        for each in view.findChildren(QLabel)
        if "<" in each.text()
    )


def test_a_wrong_argument_of_the_window_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["a\x1b[2J\n"])
    assert "a\\x1b[2J\\x0a" in capsys.readouterr().err


def test_a_message_box_shows_a_name_as_text(window: MainWindow) -> None:
    box = show_error(window, EvidenceAltered(f"The file {_NAME} was altered.", f"Not {_NAME}."))
    assert isinstance(box, QMessageBox)
    assert box.textFormat() is Qt.TextFormat.PlainText
    labels = [each for each in box.findChildren(QLabel) if "<img" in each.text()]
    assert len(labels) == 2
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels)
    assert "\\u202e" in box.text()
    box.done(0)
