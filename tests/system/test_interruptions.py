"""A process that is killed, a worker that is killed, Ctrl-C: recorded, and the casebook verifies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from forensic_app.records import RunStatus
from forensic_app.store.case_store import CaseStore
from tests.system.conftest import add_case, environment, run_cli, vault_listing

PATIENCE_S = 120.0


@pytest.fixture
def casebook(tmp_path: Path, photo_path: Path) -> Path:
    """A casebook with one exhibit and an accepted licence."""
    folder = tmp_path / "casebook"
    add_case(folder)
    assert run_cli(folder, "exhibit", "add", photo_path, "--case", "MP-7", "--age-at-photo", 34).code == 0
    assert run_cli(folder, "pack", "accept", "base", "--accept-licence").code == 0
    return folder


@contextlib.contextmanager
def ageing(casebook: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a long run in a process of its own and yield it when the run is on record as running."""
    command = [
        sys.executable, "-m", "forensic_app.cli", "--casebook", str(casebook),
        "age", "E-0001", "--to", "8,16,27,45,62,75", "--steps", "200", "--variants", "8", "--json",
    ]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE_S
            while status_of_run(casebook) is not RunStatus.RUNNING:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def status_of_run(casebook: Path) -> RunStatus | None:
    with CaseStore.open(casebook, examiner="watcher", read_only=True) as store:
        runs = store.runs()
        return runs[0].status if runs else None


def test_a_killed_program_leaves_an_interrupted_run(casebook: Path) -> None:
    before = vault_listing(casebook)
    with ageing(casebook) as process:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(workers, timeout=PATIENCE_S)
        assert not alive
    assert run_cli(casebook, "verify").code == 0
    reopened = run_cli(casebook, "case", "new", "--number", "2", "--title", "Reopened")
    assert reopened.code == 0, reopened.err
    runs = run_cli(casebook, "run", "list", "--json").json["runs"]
    assert [run["status"] for run in runs] == ["interrupted"]
    assert run_cli(casebook, "verify").code == 0
    assert vault_listing(casebook) == before


def test_a_killed_worker_is_a_failed_run(casebook: Path) -> None:
    before = vault_listing(casebook)
    with ageing(casebook) as process:
        for worker in psutil.Process(process.pid).children(recursive=True):
            if "resource_tracker" not in " ".join(worker.cmdline()):
                worker.kill()
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert json.loads(out)["error"] == "EngineError"
    assert "Traceback" not in err
    runs = run_cli(casebook, "run", "list", "--json").json["runs"]
    assert [run["status"] for run in runs] == ["failed"]
    assert "worker" in runs[0]["failure"].lower()
    assert run_cli(casebook, "verify").code == 0
    assert vault_listing(casebook) == before


def test_ctrl_c_cancels_the_run(casebook: Path) -> None:
    with ageing(casebook) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "cancelled" in err
    runs = run_cli(casebook, "run", "list", "--json").json["runs"]
    assert [run["status"] for run in runs] == ["cancelled"]
    assert run_cli(casebook, "verify").code == 0


def test_another_process_is_refused_but_may_read_and_cancel(casebook: Path) -> None:
    with ageing(casebook) as process:
        refused = run_cli(casebook, "case", "new", "--number", "2", "--title", "T", "--json")
        assert (refused.code, refused.json["error"]) == (1, "StoreLocked")
        assert str(process.pid) in refused.json["message"]
        assert run_cli(casebook, "case", "list", "--json").json["total"] == 1
        assert run_cli(casebook, "verify").code == 0
        cancelled = run_cli(casebook, "run", "cancel", "R-0001", "--wait", PATIENCE_S, "--json")
        assert (cancelled.code, cancelled.json["status"]) == (0, "cancelled")
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
