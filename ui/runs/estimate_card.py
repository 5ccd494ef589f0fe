"""What a run will make and take, asked for again a moment after something was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from forensic_app.errors import InvalidInput
from ui.desk import Desk
from ui.runs.estimate_words import control_words, memory_words, output_words, time_estimate_words
from ui.runs.run_settings import RunSettings
from ui.widgets.basics import Card, label
from ui.wording import duration_words, error_words

if TYPE_CHECKING:
    from forensic_app.workflows.estimate import RunEstimate

ESTIMATE_PAUSE_MS = 200


class EstimateCard(Card):
    """Words on pictures, time and memory.

    Attributes:
        timer: Runs while the next look is near.
        runs: How many runs are asked for with these values.

    Signals:
        looked: Why the values cannot be used; empty when they can.
    """

    looked = Signal(str)

    def __init__(self, desk: Desk, settings: RunSettings) -> None:
        super().__init__(self.tr("What it will take"))
        self._desk = desk
        self._settings = settings
        self._generation = 0
        self.runs = 1
        self._is_done = False
        self.estimate = label(wraps=True)
        self.memory = label(name="muted", wraps=True)
        self.body.addWidget(self.estimate)
        self.body.addWidget(self.memory)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(ESTIMATE_PAUSE_MS)
        self.timer.timeout.connect(self._look)
        settings.changed.connect(self.timer.start)

    def show_runs(self, count: int) -> None:
        """Say what ``count`` runs with these values take together."""
        self.runs = count
        self.timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._is_done = True
        self.timer.stop()

    def _look(self) -> None:
        if self._is_done:
            return
        self._generation += 1
        generation = self._generation
        fault, values = "", {}
        try:
            values = self._settings.values()
        except InvalidInput as error:
            fault = error_words(error)
        self.looked.emit(fault)
        pack = self._settings.chosen_pack()
        if fault or pack is None:
            self.estimate.setText(fault or self._settings.fault())
            self.memory.setText("")
            return
        engine = self._settings.descriptor().name
        elsewhere = self._desk.preferences.timings(engine, pack.sha256)

        def work(store: Any) -> RunEstimate:
            from forensic_app.workflows.estimate import estimate_run

            return estimate_run(
                values,
                engine=engine,
                pack_sha256=pack.sha256,
                pack_path=pack.path,
                past=store.runs(),
                elsewhere=elsewhere,
            )

        self._desk.session.read(work, self, lambda found: self._show(found, generation, values))

    def _show(self, found: RunEstimate, generation: int, values: dict[str, Any]) -> None:
        if generation != self._generation:
            return
        engine = self._settings.descriptor()
        told = (
            f"{output_words(engine, values)}; {time_estimate_words(found)}. {control_words(engine, values)}"
        ).strip()
        if self.runs != 1:
            told = f"{self._together(found)} {self.tr('Each:')} {told}"
        self.estimate.setText(told)
        self.memory.setText(memory_words(found, engine))

    def _together(self, found: RunEstimate) -> str:
        if found.seconds is None:
            return self.tr("{count} runs.").format(count=self.runs)
        words = self.tr("{count} runs, together about {time}.")
        return words.format(count=self.runs, time=duration_words(self.runs * found.seconds))
