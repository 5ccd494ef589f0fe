"""Spawn the worker before the casebook is open, so that it imports while this process does.

Rules:
    * Nothing is recorded, and no lock is taken: a worker that no run is given to is ended at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forensic_app.engines import registry
from forensic_app.messages import Preparation
from forensic_app.runs.worker_process import WorkerProcess

LOGS_FOLDER = "logs"


@contextmanager
def worker_ahead(casebook: Path, *, engine: str) -> Iterator[WorkerProcess | None]:
    """Yield a worker that loads ``engine`` meanwhile; ``None`` where the casebook takes no logs of it.

    Args:
        casebook: The casebook's folder, which holds one.
        engine: Registry name of the engine.
    """
    logs = casebook / LOGS_FOLDER
    worker = None
    if logs.is_dir():
        try:
            worker = WorkerProcess(log_dir=logs, load_engine=registry.load_engine)
        except OSError:
            worker = None
    if worker is None:
        yield None
        return
    worker.send(Preparation(engine))
    try:
        yield worker
    finally:
        worker.stop()
