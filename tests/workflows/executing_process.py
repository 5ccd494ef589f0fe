"""A process that executes a casebook's queued runs, as the command line does."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from forensic_app.custody import SigningKey
from forensic_app.engines import registry
from forensic_app.messages import Progress, WorkerMessage
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.execution import execute_queued, open_run_queue

from . import fake_engines


def main(folder: Path, key_hex: str) -> None:
    registry.load_engine = fake_engines.load_engine
    key = SigningKey.from_bytes(bytes.fromhex(key_hex))
    with (
        CaseStore.open(folder, examiner="Grace", key=key) as store,
        open_run_queue(store) as queue,
    ):

        def announce(message: WorkerMessage) -> None:
            if isinstance(message, Progress) and message.fraction > 0:
                sys.stdout.write(f"{message.run_id} {multiprocessing.active_children()[0].pid}\n")
                sys.stdout.flush()

        ended = execute_queued(store, queue=queue, on_message=announce)
        sys.stdout.write(f"ended {' '.join(run.status for run in ended)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
