"""The writer lock, against a real second process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from forensic_app.errors import StoreLocked, StoreUnavailable
from forensic_app.store.locking import WriterLock

HOLDER = """
import sys, pathlib
from forensic_app.store.locking import WriterLock
lock = WriterLock(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_other_process_is_named_and_its_death_frees_the_lock(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=f"PID {process.pid} on"):
            WriterLock(tmp_path)
        process.kill()
        process.wait()
    lock = WriterLock(tmp_path)
    lock.release()
    lock.release()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(StoreUnavailable, match="nowhere"):
        WriterLock(tmp_path / "nowhere")


def test_a_holder_that_wrote_no_name_is_unknown(tmp_path):
    lock = WriterLock(tmp_path)
    (tmp_path / "casebook.lock").write_text("")
    with pytest.raises(StoreLocked, match="unknown"):
        WriterLock(tmp_path)
    lock.release()
