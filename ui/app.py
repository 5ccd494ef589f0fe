"""Composition root: the application object, its looks, its language, and the main window.

Rules:
    * Nothing here or below imports torch, and the store is loaded after the window is on the screen.
    * An unexpected error is logged and told, never swallowed.
"""

from __future__ import annotations

import argparse
import logging
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from PySide6.QtCore import QSettings, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from forensic_app import __version__
from forensic_app.private import make_private_folder, touch_private
from forensic_app.settings import load_settings, resources_dir
from forensic_app.traces import PrivateFormatter, kind_of
from forensic_app.visible import visible
from ui.error_dialog import show_error
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.singletons import keep_singletons
from ui.theme import Theme
from ui.translation import install_translator

LOG_FILE = "window.log"
_LOG_BYTES = 2 << 20
_log = logging.getLogger("ui")


def run(arguments: list[str]) -> int:
    """Open the main window, serve it until it is closed, and return the exit status."""
    given = _parser().parse_args(arguments)
    app = create_application(sys.argv[:1])
    log_path = start_logging()
    settings = QSettings()
    _keep_private(settings)
    preferences = Preferences(settings)
    window = create_window(app, preferences, log_path=log_path, warms_worker=True)
    sys.excepthook = _excepthook(window, log_path)
    app.setQuitOnLastWindowClosed(False)
    window.show()
    folder = given.casebook or preferences.last_casebook
    if folder is not None:
        QTimer.singleShot(
            0, lambda: window.open_casebook(folder, examiner=given.examiner or preferences.examiner)
        )
    return app.exec()


def create_application(arguments: list[str]) -> QApplication:
    """Return the application object with the bundled fonts."""
    keep_singletons()
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(arguments)
    app.setOrganizationName("forensic-app")
    app.setApplicationName("forensic-app")
    app.setApplicationDisplayName("Forensic App")
    app.setApplicationVersion(__version__)
    _choose_font(app)
    return app


def create_window(
    app: QApplication, preferences: Preferences, *, log_path: Path | None = None, warms_worker: bool = False
) -> MainWindow:
    """Return the main window, not shown yet, in the theme and language of ``preferences``.

    Args:
        app: The application object.
        preferences: What the window remembers.
        log_path: The window's log.
        warms_worker: Whether the worker loads what runs need when a case is opened.
    """
    install_translator(app, preferences.language)
    theme = Theme(app, preferences.theme, text_percent=preferences.text_percent)
    return MainWindow(preferences, theme, log_path=log_path, warms_worker=warms_worker)


def start_logging() -> Path:
    """Send the window's log to a file in the workstation's folder and return its path."""
    folder = load_settings().home / "logs"
    make_private_folder(folder)
    path = folder / LOG_FILE
    handler = _PrivateLog(path, maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(PrivateFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    qInstallMessageHandler(lambda kind, _context, message: _log.warning("Qt (%s): %s", kind.name, message))
    return path


class _PrivateLog(RotatingFileHandler):
    """A log that only its owner can read."""

    def _open(self) -> TextIOWrapper:
        touch_private(Path(self.baseFilename))
        return super()._open()


def _keep_private(settings: QSettings) -> None:
    """Make the file of the preferences, which name the examiner and casebooks, its owner's alone."""
    path = Path(settings.fileName())
    try:
        make_private_folder(path.parent)
        touch_private(path)
    except OSError as error:
        _log.warning("The preferences cannot be kept: %s", kind_of(error))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="forensic-app gui", description="Open the window.")
    parser.add_argument("--casebook", type=Path, metavar="FOLDER", help="casebook to open")
    parser.add_argument("--examiner", default="", metavar="NAME", help="who works")
    return parser


def _choose_font(app: QApplication) -> None:
    """Set the window's font, and lend it the reports' fonts for scripts that the system has no font for."""
    families = QFontDatabase.families()
    fonts = resources_dir() / "fonts"
    for path in (*sorted(fonts.glob("Noto*.ttf")), fonts / "DroidSansFallback.ttf"):
        QFontDatabase.addApplicationFont(str(path))
    if not any(name in families for name in ("Inter", "Segoe UI", "Noto Sans", "Ubuntu", "Cantarell")):
        for path in sorted(fonts.glob("DejaVuSans*.ttf")):
            QFontDatabase.addApplicationFont(str(path))
    for name in ("Inter", "Segoe UI", "Noto Sans", "Ubuntu", "Cantarell", "DejaVu Sans"):
        if name in QFontDatabase.families():
            app.setFont(QFont(name, 10))
            return


def _excepthook(window: MainWindow, log_path: Path):  # type: ignore[no-untyped-def]
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log.error("Unexpected error", exc_info=(kind, error, trace))
        show_error(window, error, log_path=log_path)

    return hook
