"""What lies in the place of a worker's log is neither shown nor waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensic_app.runs.worker_process import WorkerProcess

from . import fake_engines


@pytest.mark.parametrize("put", ["link", "pipe", "nothing"])
def test_last_words_come_from_the_workers_own_log_alone(tmp_path: Path, put: str) -> None:
    secret = tmp_path / "signing.key"
    secret.write_text("secret")
    worker = WorkerProcess(log_dir=tmp_path / "logs", load_engine=fake_engines.load_engine)
    try:
        worker.log_path.unlink(missing_ok=True)
        if put == "link":
            worker.log_path.symlink_to(secret)
        elif put == "pipe":
            os.mkfifo(worker.log_path)
        worker.mark_log()
        assert worker.last_words() == ""
    finally:
        worker.kill()
    assert secret.read_text() == "secret"


def test_nobody_can_know_the_name_of_a_log_before(tmp_path: Path) -> None:
    workers = [WorkerProcess(log_dir=tmp_path, load_engine=fake_engines.load_engine) for _ in range(2)]
    names = {each.log_path.stem.rpartition("-")[2] for each in workers}
    for each in workers:
        each.kill()
    assert len(names) == 2
    assert {len(name) for name in names} == {8}
