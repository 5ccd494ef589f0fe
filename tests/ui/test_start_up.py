from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = ("torch", "diffusers", "transformers", "sqlalchemy", "dlib", "_dlib_pybind11", "matplotlib")
SHOW = """
import json, sys, time
began = time.perf_counter()
from PySide6.QtCore import QSettings, QTimer
from ui.app import create_application, create_window
from ui.preferences import Preferences
app = create_application(["window"])
window = create_window(app, Preferences(QSettings(sys.argv[1], QSettings.Format.IniFormat)))
window.show()
app.processEvents()
seconds = time.perf_counter() - began
loaded = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
QTimer.singleShot(0, window.close)
app.exec()
print(json.dumps({"loaded": loaded, "seconds": seconds, "closed": window._is_closed}))
"""


def test_the_window_opens_without_torch_and_without_the_store(tmp_path: Path) -> None:
    answer = _python(["-c", SHOW, str(tmp_path / "window.ini"), json.dumps(FORBIDDEN)], tmp_path)
    assert answer["loaded"] == []
    assert answer["closed"]
    assert answer["seconds"] < 10, "even on a busy machine"


def test_the_window_has_a_glyph_for_every_letter_of_the_reports(tmp_path: Path) -> None:
    code = """
import json, sys
sys.path.append("tests/reports")
from names_of_people import NAMES
from PySide6.QtGui import QTextLayout
from ui.app import create_application
app = create_application(["window"])
def glyphs(name):
    layout = QTextLayout(name, app.font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
print(json.dumps([script for script, name in NAMES.items() if 0 in glyphs(name) or not glyphs(name)]))
"""
    assert _python(["-c", code], tmp_path) == []


def test_importing_the_module_loads_no_qt(tmp_path: Path) -> None:
    code = "import json, sys, ui.__main__; print(json.dumps('PySide6' in sys.modules))"
    assert _python(["-c", code], tmp_path) is False


def test_the_command_becomes_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from forensic_app.cli.app import app

    asked: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: asked.append([program, *arguments]))
    result = CliRunner().invoke(app, ["--casebook", "/tmp/book", "--examiner", "Ada", "gui"])
    assert result.exit_code == 0
    expected = [sys.executable, "-m", "ui", "--casebook", "/tmp/book", "--examiner", "Ada"]
    assert asked == [[sys.executable, *expected]]


def _python(arguments: list[str], home: Path) -> Any:
    environment = {**os.environ, "FORENSIC_APP_HOME": str(home / "home"), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
