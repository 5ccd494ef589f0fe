"""What the window leaves on the disk: a log without names, for its owner alone, and private preferences."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, qInstallMessageHandler

from forensic_app.settings import load_settings
from ui.app import _keep_private, start_logging


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_log_is_private_and_holds_no_message_of_an_error() -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    path = start_logging()
    try:
        logging.getLogger("ui").error("Unexpected error", exc_info=ValueError("Mia Mustermann"))
    finally:
        qInstallMessageHandler(None)  # type: ignore[arg-type]
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
    told = path.read_text(encoding="utf-8")
    assert "Unexpected error\nValueError" in told
    assert "Mustermann" not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(load_settings().home.stat().st_mode) == 0o700
    assert path.is_relative_to(load_settings().home)


def test_the_preferences_are_private(tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "config" / "window.ini"), QSettings.Format.IniFormat)
    _keep_private(settings)
    settings.setValue("examiner", "Ada")
    settings.sync()
    path = Path(settings.fileName())
    assert "Ada" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_preferences_that_cannot_be_kept_stop_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config").touch()
    _keep_private(QSettings(str(tmp_path / "config" / "window.ini"), QSettings.Format.IniFormat))
    assert "cannot be kept" in caplog.text
