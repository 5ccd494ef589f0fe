"""Faces in the window: looked for newest first, kept, marked where a run is set up, and a helper that may die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QObject

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import WorkerDied
from forensic_app.workflows.face_inspection import FoundFace
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from tests.ui.dying_helpers import die, die_once, echo
from ui.background import Background
from ui.cases.workspace import EXHIBITS, Workspace
from ui.evidence.face_lookups import FaceLookups
from ui.runs.new_run_dialog import NewRunDialog


@pytest.fixture
def background(qapp: Any) -> Iterator[Background]:
    made = Background()
    yield made
    made.close()
    made.deleteLater()


def test_a_helper_that_died_is_replaced_and_its_work_done_again(
    background: Background, qtbot: Any, tmp_path: Path
) -> None:
    answers: list[Any] = []
    background.in_process(die_once, str(tmp_path / "marker"), background, answers.append, answers.append)
    qtbot.waitUntil(lambda: answers == ["answered"], timeout=3 * WAIT_MS)


def test_work_that_ends_every_helper_is_told_once_and_the_next_work_is_done(
    background: Background, qtbot: Any
) -> None:
    answers: list[Any] = []
    background.in_process(die, "", background, answers.append, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=3 * WAIT_MS)
    assert isinstance(answers[0], WorkerDied)
    background.in_process(echo, "again", background, answers.append, answers.append)
    qtbot.waitUntil(lambda: answers[1:] == ["again"], timeout=3 * WAIT_MS)


class Asked:
    """A session whose helper answers when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> None:
        self.calls: list[tuple[str, Callable[[Any], None], Callable[[Any], None]]] = []
        session = workspace._desk.session

        def in_process(_work: Any, argument: Any, _owner: Any, done: Any, failed: Any) -> None:
            self.calls.append((argument[1], done, failed))

        monkeypatch.setattr(session.background, "in_process", in_process)
        self.lookups = FaceLookups(session)


@pytest.fixture
def asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch, workspace)


def found(count: int) -> list[FoundFace]:
    return [FoundFace((10.0, 20.0, 110.0 - each, 120.0), 1.0, {}) for each in range(count)]


def test_the_newest_question_is_answered_first_and_stale_ones_are_not_asked(asked: Asked) -> None:
    page, other = QObject(), QObject()
    answers: list[str] = []
    names: dict[str, str] = {}

    def ask(owner: QObject, sha256: str) -> None:
        digest = sha256_of_bytes(sha256.encode())
        names[digest] = sha256
        asked.lookups.want(digest, owner, lambda _: answers.append(sha256), lambda _: None)

    for each in range(30):
        ask(page, f"{each}")
    ask(other, "dialog")
    assert [names[call[0]] for call in asked.calls] == ["0"]
    asked.calls[0][1](found(1))
    assert answers == []
    asked.calls[1][1](found(1))
    asked.calls[2][1](found(2))
    assert [names[call[0]] for call in asked.calls] == ["0", "dialog", "29"]
    assert answers == ["dialog", "29"]
    ask(page, "0")
    assert answers == ["dialog", "29", "0"]
    assert len(asked.calls) == 3
    assert asked.lookups.known(sha256_of_bytes(b"29")) is not None
    assert asked.lookups.known(sha256_of_bytes(b"17")) is None


def test_a_look_that_failed_is_told_and_may_be_asked_again(asked: Asked) -> None:
    page = QObject()
    answers: list[Any] = []
    for _ in range(2):
        asked.lookups.want("1" * 64, page, answers.append, answers.append)
        asked.calls[-1][2](ValueError("no"))
    assert len(asked.calls) == len(answers) == 2


def test_a_new_run_marks_its_face_and_does_not_start_without_one(
    workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = workspace._desk
    blank = tmp_path / "blank.png"
    Image.new("RGB", (300, 200), "gray").save(blank)
    store = desk.session.store
    faceless = receive_exhibit(store, blank, case="2026-001")
    exhibit = store.exhibit("E-0001")
    monkeypatch.setitem(desk.faces._found, exhibit.sha256, found(3))
    monkeypatch.setitem(desk.faces._found, faceless.sha256, [])
    dialog = NewRunDialog(desk, exhibit, face_index=1, parent=workspace)
    dialog.open()
    choice = dialog.subject_face
    qtbot.waitUntil(choice.picture.has_image, timeout=WAIT_MS)
    assert [box.caption for box in choice.picture._boxes] == ["Face 1", "Face 2 · chosen", "Face 3"]
    assert choice.picture._boxes[1].rect.left() == 10.0
    assert choice.words.text() == "Face 2 of 3; click another one to choose it."
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=WAIT_MS)
    choice.picture.box_clicked.emit(2)
    assert choice.face_index() == 2
    dialog.face.setValue(4)
    assert not dialog.start_button.isEnabled()
    assert "choose 1 to 3" in dialog.start_button.toolTip()
    dialog.reject()
    without = NewRunDialog(desk, faceless, parent=workspace)
    without.open()
    qtbot.waitUntil(lambda: without.pack.count() > 0, timeout=WAIT_MS)
    assert not without.start_button.isEnabled()
    assert "No face was found" in without.start_button.toolTip()
    without.subject_face.analyser.setCurrentText("insightface")
    qtbot.waitUntil(without.start_button.isEnabled, timeout=WAIT_MS)
    without.reject()


def test_leaving_the_exhibits_takes_the_question_back(workspace: Workspace, asked: Asked, qtbot: Any) -> None:
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=WAIT_MS)
    details = workspace.exhibits.details
    details.show_exhibit(None)
    assert all(each.owner is not details for each in workspace._desk.faces._wishes)
