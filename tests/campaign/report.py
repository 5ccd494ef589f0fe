"""Run the campaign whole and write its table into docs/assurance.md.

Use: ``python tests/campaign/report.py``; takes some twelve minutes on two cores.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / "docs" / "assurance.md"
WHAT = {
    "test_attacks": "attacks without a key, each verified twelve times",
    "test_open_casebook": "attacks on an open casebook, on its opening and on the verifier",
    "test_momentary_changes": "changes for a moment, hidden rows and poisoned indexes while a casebook is open",
    "test_decisions": "what an administrator's decision covers, and what not",
    "test_amended_decisions": "records that are amended after a decision",
    "test_places": "folders, copies and keys that are exchanged",
    "test_version_1": "logs of version 1, upgraded, put back and signed by others",
    "test_edits": "cells of every table, edited",
    "test_edits_of_corrected_records": "cells of amended and withdrawn records, edited",
    "test_faults": "kills, torn writes and a full disk at calls that change files",
    "test_mutated_images": "photographs with bytes changed",
}
OTHERS = "## The window"
"""Where that begins which is not of the campaign, and stays as it is."""
HEAD = """# What was tried against the casebook

Written by `make campaign`, on {machine}, Python {python}, SQLite {sqlite}, {date}, in {minutes:.0f} minutes.
A trial is one attack, one edited cell, one call at which the process was ended (or its disk full), or one file. A
failure is a change that was not found, a loss, a casebook that does not open or verify afterwards, or an error that is
no sentence. `make test` tries a part of the same.

| what | trials | failures |
|---|---|---|
"""


def main() -> int:
    """Run, write the table, and return the tests' exit status."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        command = [
            sys.executable, "-m", "pytest", "-q", "tests/campaign", "-p", "no:cacheprovider",
            "-o", "junit_family=xunit1", f"--junitxml={results}",
        ]  # fmt: skip
        status = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "CAMPAIGN": "whole"}, check=False
        ).returncode
        counts: dict[str, tuple[int, int]] = {}
        for case in ElementTree.parse(results).iter("testcase"):
            kind = (case.get("classname") or "").rpartition(".")[2]
            given = [
                int(each.get("value") or 0) for each in case.iter("property") if each.get("name") == "trials"
            ]
            failed = case.find("failure") is not None or case.find("error") is not None
            trials, failures = counts.get(kind, (0, 0))
            counts[kind] = trials + (given[0] if given else 1), failures + failed
    import sqlite3

    text = HEAD.format(
        machine=f"{psutil.cpu_count()} cores ({platform.machine()}), {platform.system()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        minutes=(time.monotonic() - began) / 60,
    )
    for kind, words in WHAT.items():
        trials, failures = counts.get(kind, (0, 0))
        text += f"| {words} (`tests/campaign/{kind}.py`) | {trials} | {failures} |\n"
    total, failed = (sum(each[part] for each in counts.values()) for part in (0, 1))
    text += f"| all | {total} | {failed} |\n"
    kept = TARGET.read_text(encoding="utf-8").partition(OTHERS)
    TARGET.write_text(f"{text}\n{OTHERS}{kept[2]}" if kept[1] else text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
