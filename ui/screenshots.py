"""Drives the real window over the demonstration case and saves what it shows; ``make screenshots``.

The demonstration is made with the real model pack in a temporary folder, or taken from a casebook that is named.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from forensic_app.cli.output import note
from forensic_app.records import Run, RunStatus
from ui.app import create_application, create_window
from ui.cases.workspace import CUSTODY, EXHIBITS, IMAGES, REPORTS, RUNS, Workspace
from ui.comparison.pictures import SIDE_BY_SIDE, WIPE
from ui.main_window import MainWindow
from ui.preferences import Preferences

DEADLINE_S = 120.0
SIZE = (1360, 860)
SIZE_OF_LISTS = (1360, 600)
"""Of pages that are a table: more rows show nothing more."""
QUALITY = 50


def main(arguments: list[str] | None = None) -> int:
    """Write ``<out>/<page>-<theme>.webp`` for every page, in the light theme unless told; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ui.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--casebook", type=Path, help="a demonstration casebook that is there already")
    parser.add_argument(
        "--theme",
        choices=("light", "dark"),
        action="append",
        help="theme, again for both; light alone by default",
    )
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "casebook"
        if given.casebook is not None:
            shutil.copytree(given.casebook, place)
        else:
            _make_demonstration(Path(folder))
        app = create_application(["screenshots"])
        for theme in given.theme or ["light"]:
            preferences = Preferences(
                QSettings(str(Path(folder) / f"{theme}.ini"), QSettings.Format.IniFormat)
            )
            preferences.theme, preferences.language, preferences.examiner = theme, "en", "Ada Example"
            window = create_window(app, preferences)
            window.resize(*SIZE)
            window.show()
            _Tour(window, given.out, theme).take(place)
    return 0


def _make_demonstration(folder: Path) -> None:
    from forensic_app.engines.autoencoder.schema import DESCRIPTOR
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.demo import run_demo
    from forensic_app.workflows.packs import accept_licence, find_pack

    run_demo(folder / "demonstration", examiner="Ada Example", on_stage=note)
    (folder / "demonstration" / "casebook").rename(folder / "casebook")
    with CaseStore.open(folder / "casebook", examiner="Ada Example") as store:
        accept_licence(store, find_pack(DESCRIPTOR.default_pack, store.packs_dir))


class _Tour:
    """One walk through the window."""

    def __init__(self, window: MainWindow, out: Path, theme: str) -> None:
        self._window = window
        self._out = out
        self._theme = theme

    def take(self, casebook: Path) -> None:
        """Open the casebook, save every page, close the window."""
        window = self._window
        self._settle()
        self._save(window, "start")
        window.open_casebook(casebook)
        self._wait(lambda: window.session is not None)
        self._settle()
        self._save(window, "cases")
        if window.session is None:
            raise RuntimeError("the casebook was not opened")
        window.open_case(window.session.store.cases()[0])
        workspace: Workspace = window.workspace
        self._walk(workspace)
        window.close()
        self._wait(lambda: window.leaving.is_closed)

    def _walk(self, workspace: Workspace) -> None:
        self._settle()
        self._save(self._window, "overview")
        workspace.show_tab(EXHIBITS)
        self._settle()
        self._save(self._window, "exhibits")
        workspace.new_run()
        self._save_dialog("new-run")
        workspace.show_tab(RUNS)
        self._save_list("runs")
        self._walk_images(workspace)
        workspace.show_tab(REPORTS)
        self._settle()
        workspace.issue_report()
        self._save_dialog("report-preview")
        workspace.show_tab(CUSTODY)
        self._settle()
        workspace.custody.verify()
        self._save_list("custody")

    def _walk_images(self, workspace: Workspace) -> None:
        """Decide on every run's images; photograph the aged faces, side by side and wiped, and a sketch."""
        workspace.show_tab(IMAGES)
        view = workspace.comparison
        runs = self._completed_runs()
        for run in runs:
            self._show(workspace, run)
            self._decide(workspace)
        sketches = [run for run in runs if run.spec.source_derived_image_id]
        if sketches:
            self._show(workspace, sketches[-1])
            self._save(self._window, "sketch")
        self._show(workspace, next(run for run in runs if run.spec.parameters.get("target_ages")))
        view.strip.setCurrentRow(view.strip.count() - 1)
        for mode, name in ((WIPE, "wipe"), (SIDE_BY_SIDE, "comparison")):
            view.set_mode(mode)
            self._settle()
            self._save(self._window, name)

    def _completed_runs(self) -> list[Run]:
        if self._window.session is None:
            raise RuntimeError("the casebook was closed")
        return list(self._window.session.store.runs(status=RunStatus.COMPLETED))

    def _show(self, workspace: Workspace, run: Run) -> None:
        workspace.comparison.show_run(run.run_id)
        self._settle()

    def _decide(self, workspace: Workspace) -> None:
        """Accept every image but the first of several, as an examiner would after looking at them."""
        view = workspace.comparison
        for row in range(view.strip.count()):
            view.strip.setCurrentRow(row)
            if view.decision.state.property("pill") != "neutral":
                continue
            is_accepted = row > 0 or view.strip.count() == 1
            view.decision.reason.setCurrentIndex(1 if is_accepted else 2)
            view.decision.decide(is_accepted)
            self._settle()

    def _save_list(self, name: str) -> None:
        self._window.resize(*SIZE_OF_LISTS)
        self._settle()
        self._save(self._window, name)
        self._window.resize(*SIZE)
        self._settle()

    def _save_dialog(self, name: str) -> None:
        self._settle()
        dialog = next(each for each in self._window.findChildren(QDialog) if each.isVisible())
        self._save(dialog, name)
        dialog.reject()

    def _save(self, widget: QWidget, name: str) -> None:
        """Save a picture of a widget as WebP, a fifth of what PNG would take."""
        from PIL import Image

        grabbed = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        size = (grabbed.width(), grabbed.height())
        picture = Image.frombytes(
            "RGB", size, bytes(grabbed.constBits()), "raw", "RGB", grabbed.bytesPerLine()
        )
        picture.save(self._out / f"{name}-{self._theme}.webp", quality=QUALITY, method=6)

    def _settle(self) -> None:
        """Wait until nothing is under way and nothing was for a moment."""
        calm_since = time.monotonic()
        end = calm_since + DEADLINE_S
        while time.monotonic() - calm_since < 0.6:
            QApplication.processEvents()
            time.sleep(0.01)
            if self._window.background.is_busy:
                calm_since = time.monotonic()
            if time.monotonic() > end:
                raise TimeoutError("the window does not come to rest")

    def _wait(self, is_reached: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE_S
        while not is_reached():
            QApplication.processEvents()
            time.sleep(0.01)
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")


if __name__ == "__main__":
    sys.exit(main())
