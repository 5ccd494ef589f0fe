"""Errors as an examiner sees them: what is wrong, what to do, and for our own faults where the log is."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from forensic_app.errors import ForensicAppError
from forensic_app.shortages import known_shortage
from ui.widgets.plain import PlainBox
from ui.wording import recorded_words

_log = logging.getLogger("ui")


def show_error(parent: QWidget | None, error: BaseException, *, log_path: Path | None = None) -> QMessageBox:
    """Show an error and return its box, already open and not modal to the program."""
    box = PlainBox(parent)
    box.setObjectName("errorBox")
    error = known_shortage(error) or error
    if isinstance(error, ForensicAppError):
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(recorded_words(error.message))
        box.setInformativeText(recorded_words(error.advice))
    else:
        _log.error("Unexpected error", exc_info=error)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setText(QCoreApplication.translate("ErrorDialog", "Something went wrong that should not have."))
        where = str(log_path) if log_path else QCoreApplication.translate("ErrorDialog", "the program's log")
        told = QCoreApplication.translate(
            "ErrorDialog",
            "Nothing that was recorded is lost. Send the log to who looks after the program: {path}",
        )
        box.setInformativeText(told.format(path=where))
        box.setDetailedText(f"{type(error).__name__}: {error}")
    box.setWindowTitle(QCoreApplication.applicationName())
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.open()
    return box
