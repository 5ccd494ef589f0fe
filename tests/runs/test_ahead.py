"""Workers that are spawned before the casebook is open."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from forensic_app.engines import registry
from forensic_app.runs.ahead import worker_ahead

from . import fake_engines


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load_engine", fake_engines.load_engine)


def test_a_worker_is_there_for_the_block_and_gone_at_once_afterwards(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    with worker_ahead(tmp_path, engine="Prepared") as worker:
        assert worker is not None
        assert worker.is_alive
        [child] = multiprocessing.active_children()
        assert child.pid == worker.pid
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert multiprocessing.active_children() == []
    assert list((tmp_path / "logs").iterdir()) == []


def test_an_error_in_the_block_ends_the_worker_too(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    with pytest.raises(KeyError), worker_ahead(tmp_path, engine="Prepared"):
        raise KeyError
    assert multiprocessing.active_children() == []


def test_a_casebook_without_a_folder_for_logs_has_no_worker_ahead(tmp_path: Path) -> None:
    with worker_ahead(tmp_path, engine="Prepared") as worker:
        assert worker is None
    assert list(tmp_path.iterdir()) == []
    assert multiprocessing.active_children() == []
