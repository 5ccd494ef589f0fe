"""What cannot be used gets the same sentence and advice in the window as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.system.conftest import vault_listing
from tests.system.test_bad_inputs import (
    a_folder,
    a_huge_photograph,
    a_pickle,
    a_text,
    a_truncated_photograph,
    nothing,
)
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, Workspace

MAKERS: tuple[Callable[[Path], None], ...] = (
    a_text,
    a_truncated_photograph,
    nothing,
    a_huge_photograph,
    a_pickle,
    a_folder,
)


def test_no_exhibit_is_made_of_it_and_each_gets_its_sentence(
    workspace: Workspace, casebook: Path, qtbot: Any, tmp_path: Path
) -> None:
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.list.count() == 1, timeout=WAIT_MS)
    before = vault_listing(casebook)
    paths = [tmp_path / f"{make.__name__}.jpg" for make in MAKERS]
    for make, path in zip(MAKERS, paths, strict=True):
        make(path)
    dialog = workspace.exhibits.receive([*paths, tmp_path / "gone.jpg"])
    dialog.start()
    qtbot.waitUntil(lambda: "0 received, 7 refused" in dialog.banner.text(), timeout=WAIT_MS)
    for row, path in enumerate([*paths, tmp_path / "gone.jpg"]):
        words = dialog.result_of(row)
        assert path.name in words
        assert words.count(".") >= 3, "a sentence and an advice"
    dialog.reject()
    assert vault_listing(casebook) == before
    assert workspace.exhibits.list.count() == 1


def test_an_age_that_makes_no_sense_is_refused_in_the_form(
    workspace: Workspace, qtbot: Any, tmp_path: Path, photo: Path
) -> None:
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.list.count() == 1, timeout=WAIT_MS)
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes() + b"\0")
    dialog = workspace.exhibits.receive([other])
    assert dialog.age.maximum() <= 130
    dialog.photo_date.setText("yesterday")
    dialog.start()
    qtbot.waitUntil(lambda: "refused" in dialog.banner.text(), timeout=WAIT_MS)
    assert "date" in dialog.result_of(0)
    dialog.reject()
    assert workspace.exhibits.list.count() == 1
