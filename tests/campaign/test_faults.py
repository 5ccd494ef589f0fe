"""Kills, torn writes and a full disk at calls that change files, in every operation that writes to a casebook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
POINTS = 0 if os.environ.get("CAMPAIGN") == "whole" else 4
"""How many calls of each operation are tried; 0 for every one."""


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    built = tmp_path_factory.mktemp("shim") / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(built), str(HERE / "shim.c"), "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("the compiler cannot build a library")
    return built


@pytest.mark.parametrize("mode", ["kill", "tear", "full"])
@pytest.mark.parametrize("operation", ["create", "intake", "run", "report", "amend", "upgrade"])
def test_nothing_is_lost_and_the_next_writer_goes_on(shim, tmp_path, record_property, operation, mode):
    command = [sys.executable, str(HERE / "faults.py"), str(tmp_path), operation, mode, str(POINTS)]
    environment = {**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    outcome = json.loads(done.stdout)
    record_property("trials", outcome["trials"])
    assert outcome["calls"] > 10
    assert outcome["failures"] == []
