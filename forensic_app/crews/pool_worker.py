"""The process of a pool: takes photographs through a socket, one after the other, and answers in JSON.

Rules:
    * A photograph comes as the descriptor of a nameless file in memory, so that whoever sends never waits for whoever
      works; its bytes are hashed before anything looks at them.
    * Each process computes with one thread: as many processes as processors use all of them.
    * Who is short of memory says so and ends, so that the next one begins with what is free.
    * The process ends when the other end of its connection is gone. Ctrl-C is the other process's to decide upon.

References:
    memfd_create(2); unix(7), SCM_RIGHTS.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Any, Final

from forensic_app.crews.serving import served
from forensic_app.crews.work import Job, Recipe, Work, message_of
from forensic_app.digests import canonical_json
from forensic_app.runs.worker import prepare_process

THREADS: Final = "1"
THREAD_VARIABLES: Final = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def worker_main(connection: Connection[Any, Any], recipe: Recipe, log_path: Path) -> None:
    """Serve tasks until the other end of ``connection`` is closed.

    Args:
        connection: Duplex; a header in JSON and a descriptor come in for each task, a message goes out.
        recipe: How the work is set up; done at the first task.
        log_path: File that receives everything the process prints.
    """
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, THREADS))
    prepare_process(log_path)

    @cache
    def work() -> Work:
        return recipe.build()

    try:
        while True:
            header = message_of(connection.recv_bytes())
            data = _received(recv_handle(connection))
            job = Job(str(header["digest"]), data, header["asked"])
            message = served(int(header["ticket"]), job, work, where="this machine")
            connection.send_bytes(canonical_json(message))
            if "lost" in message:
                break
    except (EOFError, ConnectionResetError, BrokenPipeError):
        pass
    connection.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _received(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        stream.seek(0)
        return stream.read()
