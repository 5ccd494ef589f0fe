from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMIT = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
from ui.singletons import keep_singletons
keep_singletons()
class Sender(QObject):
    sent = Signal(int)
app = QCoreApplication([])
sender = Sender()
sender.sent.connect(lambda number: None)
for number in range(200_000):
    sender.sent.emit(number)
    sender.blockSignals(False)
print("alive")
"""


def test_many_signals_do_not_bring_the_interpreter_down() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", EMIT],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "alive"
