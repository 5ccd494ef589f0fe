"""Markdown pages show headings, tables, links and the pictures of one folder, and nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.widgets.markdown_page import MarkdownPage

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def page(qapp: QApplication, qtbot: Any) -> MarkdownPage:
    made = MarkdownPage("Manual")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def headings(page: MarkdownPage) -> list[tuple[int, str]]:
    block, found = page.document().begin(), []
    while block.isValid():
        if block.blockFormat().headingLevel():
            found.append((block.blockFormat().headingLevel(), block.text()))
        block = block.next()
    return found


def test_headings_and_tables_are_drawn_and_html_is_not(page: MarkdownPage) -> None:
    page.show_text("# One\n\n## Two\n\n| a | b |\n| --- | --- |\n| 1 | <script>x</script> |\n\n<b>bold</b>")
    assert headings(page) == [(1, "One"), (2, "Two")]
    tables = [each for each in page.document().rootFrame().childFrames() if isinstance(each, QTextTable)]
    assert (tables[0].rows(), tables[0].columns()) == (2, 2)
    assert "<script>x</script>" in page.toPlainText()
    assert "<b>bold</b>" in page.toPlainText()


def test_pictures_come_from_the_given_folder_alone_and_fit_the_page(
    page: MarkdownPage, tmp_path: Path
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "text").mkdir()
    Image.new("RGB", (900, 300), "red").save(tmp_path / "images" / "wide.png")
    Image.new("RGB", (40, 40), "red").save(tmp_path / "secret.png")
    page.show_text(
        "![A wide picture](../images/wide.png)\n\n![No](../secret.png)",
        folder=tmp_path / "text",
        pictures=tmp_path / "images",
    )
    assert page.loadResource(IMAGE, QUrl("../images/wide.png")).width() == 900
    for other in ("../secret.png", "../images/../secret.png", "https://example.org/x.png", "/etc/hostname"):
        assert page.loadResource(IMAGE, QUrl(other)) is None
    assert page.horizontalScrollBar().maximum() == 0, "the picture is no wider than the page"
    page.show_text("![x](wide.png)", folder=tmp_path / "images")
    assert page.loadResource(IMAGE, QUrl("wide.png")) is None, "no folder, no picture"


def test_links_are_told_and_open_nothing_by_themselves(page: MarkdownPage, qtbot: Any) -> None:
    followed: list[str] = []
    page.followed.connect(followed.append)
    page.show_text("See [the other](other.md) and [there](https://example.org).")
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Tab)
    QTest.keyClick(page, Qt.Key.Key_Return)
    QTest.keyClick(page, Qt.Key.Key_Tab)
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert followed == ["other.md", "https://example.org"]
    assert page.toPlainText().startswith("See the other")


def test_a_heading_is_scrolled_to(page: MarkdownPage) -> None:
    page.show_text("# A\n\n" + "\n\n".join(["text"] * 80) + "\n\n## Here\n\n" + "\n\n".join(["x"] * 80))
    assert page.show_heading("Here")
    assert page.verticalScrollBar().value() > 100
    assert not page.show_heading("Nowhere")
