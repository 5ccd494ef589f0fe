"""Killed at any point: no original and no event is lost, and the next writer carries on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest
from kept_files import keep

from forensic_app.custody import verify_chain
from forensic_app.records import RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook

VICTIM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from forensic_app.custody import SigningKey
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore

folder, fatal = Path(sys.argv[1]), int(sys.argv[2])
steps = 0

def trace(frame, event, argument):
    # Dies at the given one of all lines executed inside the store, whatever it is doing there.
    global steps
    if "forensic_app/store" not in frame.f_code.co_filename:
        return None
    def each_line(frame, event, argument):
        global steps
        if event == "line":
            steps += 1
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return each_line
    return each_line

with CaseStore.open(folder, examiner="A. Doe", key=SigningKey.from_bytes(bytes(range(32)))) as store:
    sys.settrace(trace)
    case = store.create_case(number="MP-1", title="Missing", kind=CaseKind.MISSING_PERSON)
    (folder / "logs" / "photo.jpg").write_bytes(b"photograph" * 500)
    stored = store.vault.import_file(folder / "logs" / "photo.jpg")
    exhibit = store.add_exhibit(
        case=case.case_id, subject_id=None, sha256=stored.sha256, size_bytes=stored.size_bytes,
        media_type="image/jpeg", width_px=1, height_px=1, original_name="photo.jpg", source="",
        received_how="", received_at=datetime.now(UTC), photo_date="", age_at_photo=None, exif={}, notes=(),
    )
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "demo", "a" * 64, "dlib")
    run = store.queue_run(case_id=case.case_id, spec=spec)
    store.start_run(run.run_id, environment={})
    output = folder / "logs" / "out.png"
    output.write_bytes(b"image")
    image = OutputImage(output, "derived", 30.0, 0, 1, 1, {})
    store.complete_run(run.run_id, result=EngineResult((image,), {}, {}, {}))
    sys.settrace(None)
    print(steps, flush=True)
"""


def run_victim(folder, fatal):
    command = [sys.executable, "-c", VICTIM, str(folder), str(fatal)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})


@pytest.fixture(scope="module")
def line_count(new_casebook, tmp_path_factory):
    folder = shutil.copytree(new_casebook, tmp_path_factory.mktemp("whole") / "casebook")
    done = run_victim(folder, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("part", range(1, 8))
def test_a_process_killed_anywhere_leaves_a_casebook_that_verifies(
    part, line_count, folder, key, new_casebook
):
    shutil.copytree(new_casebook, folder)
    assert run_victim(folder, line_count * part // 8).returncode == -signal.SIGKILL
    result = verify_casebook(folder)
    assert result.findings == ()
    with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
        assert store.runs(status=RunStatus.RUNNING) == []
        for exhibit in (each for case in store.cases() for each in store.exhibits(case.case_id)):
            assert store.vault.read_verified(exhibit.sha256) == b"photograph" * 500
        for run in store.runs(status=RunStatus.COMPLETED):
            assert [
                store.vault.read_verified(image.sha256) for image in store.derived_images(run.run_id)
            ] == [b"image"]
        assert not list(store.vault.folder.glob(".incoming-*"))
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())
    assert verify_casebook(folder).is_intact


def test_what_was_acknowledged_before_the_kill_is_there_after_it(folder, key, new_casebook, line_count):
    shutil.copytree(new_casebook, folder)
    run_victim(folder, line_count - 1)
    with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
        actions = [event.action for event in store.events()]
    assert actions[3:7] == ["case_created", "exhibit_received", "run_queued", "run_started"]


def test_an_orphan_in_the_vault_is_a_note_and_can_be_received_again(store, case, receive, folder):
    stored = keep(store.vault, b"photograph")
    result = verify_casebook(folder)
    assert result.is_intact
    assert any(stored.sha256 in note for note in result.notes)
    assert receive(case.case_id, b"photograph").sha256 == stored.sha256
    assert not any(stored.sha256 in note for note in verify_casebook(folder).notes)
