"""How far the repetition of a run is, and what became of it, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from forensic_app.errors import ForensicAppError, RunCancelled
from forensic_app.messages import Progress
from forensic_app.records import CustodyEvent
from ui.theme import Theme
from ui.widgets.basics import button, label, scrolled, set_property
from ui.wording import duration_words, recorded_words, time_words

if TYPE_CHECKING:
    from forensic_app.workflows.replay import ImageComparison, ReplayOutcome

REPLAYED, REPLAY_FAILED = "run_replayed", "run_replay_failed"
_TONES = {"identical": "good", "within_tolerance": "info", "different": "bad"}
_DETAILS_HEIGHT_PX = 110
_SIDES_PX = 60
_FRAME_PX = 8


class ReplayPanel(QFrame):
    """Shows one repetition; hidden until there is one.

    Signals:
        stop_wanted: The repetition of this run is to be stopped.
    """

    stop_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run_id = ""
        self.sentence = label(name="subheading", wraps=True, selectable=True)
        self.details = label(wraps=True, selectable=True)
        self._area = scrolled(self.details)
        self.details.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName(self.tr("Details of the repetition"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress of the repetition"))
        self.stop_button = button(
            self.tr("Stop"), lambda: self.stop_wanted.emit(self._run_id), icon="stop", theme=theme
        )
        self.close_button = button(self.tr("Dismiss"), self.hide)
        row = QHBoxLayout()
        row.addWidget(self.sentence, 1)
        row.addWidget(self.stop_button)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 9)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self._area)
        self.hide()

    def show_waiting(self, run_id: str) -> None:
        """Show that a repetition waits for its turn."""
        self._show_active(run_id, 0.0, self.tr("{run} will be repeated.").format(run=run_id))

    def show_progress(self, message: Progress) -> None:
        """Show how far a repetition is."""
        words = self.tr("Repeating {run}: {stage}").format(
            run=message.run_id, stage=recorded_words(message.stage)
        )
        if message.seconds_left is not None:
            words += self.tr(" · about {time} left").format(time=duration_words(message.seconds_left))
        self._show_active(message.run_id, message.fraction, words)

    def show_stopping(self) -> None:
        """Show that the stop was asked for."""
        self.stop_button.setEnabled(False)
        self.sentence.setText(self.tr("Stopping the repetition of {run}…").format(run=self._run_id))

    def show_end(self, run_id: str, result: object) -> None:
        """Show what became of a repetition: its outcome, or the error that ended it."""
        if isinstance(result, RunCancelled):
            words = self.tr("The repetition of {run} was stopped. Nothing was compared.")
            self._show_result(words.format(run=run_id), "", "warning")
        elif isinstance(result, ForensicAppError):
            words = self.tr("{run} could not be repeated: {message}")
            said = words.format(run=run_id, message=recorded_words(result.message))
            self._show_result(said, recorded_words(result.advice), "bad")
        else:
            outcome: ReplayOutcome = result  # type: ignore[assignment]
            sentence = outcome_sentence(run_id, outcome.outcome.value, len(outcome.images))
            details = "\n".join(outcome_details(outcome))
            self._show_result(sentence, details, _TONES[outcome.outcome.value])

    def _show_active(self, run_id: str, fraction: float, words: str) -> None:
        if run_id != self._run_id or self.progress.isHidden():
            self.stop_button.setEnabled(True)
        self._run_id = run_id
        if self.stop_button.isEnabled():
            self.sentence.setText(words)
        self.progress.setValue(round(fraction * 1000))
        self._set_tone("info")
        self._show_parts(is_active=True)

    def _show_result(self, sentence: str, details: str, tone: str) -> None:
        self.sentence.setText(sentence)
        self.details.setText(details)
        needed = self.details.heightForWidth(max(self.width() - _SIDES_PX, _SIDES_PX))
        self._area.setFixedHeight(min(needed + _FRAME_PX, _DETAILS_HEIGHT_PX))
        self._set_tone(tone)
        self._show_parts(is_active=False)

    def _set_tone(self, tone: str) -> None:
        set_property(self, "banner", tone)
        self.setAccessibleName(self.sentence.text())

    def _show_parts(self, *, is_active: bool) -> None:
        self.progress.setVisible(is_active)
        self.stop_button.setVisible(is_active)
        self.close_button.setVisible(not is_active)
        self._area.setVisible(not is_active and bool(self.details.text()))
        self.show()


def outcome_sentence(run_id: str, outcome: str, count: int) -> str:
    """Return what a repetition showed, in one sentence.

    Args:
        run_id: The run.
        outcome: ``identical``, ``within_tolerance`` or ``different``.
        count: Number of recorded files that were compared.
    """
    words = {
        "identical": QCoreApplication.translate(
            "Replay", "{run} was repeated: identical. Every file ({count}) has the recorded SHA-256 again."
        ),
        "within_tolerance": QCoreApplication.translate(
            "Replay",
            "{run} was repeated: within tolerance. The files ({count}) are not the same byte for byte, but "
            "every image is within the tolerance.",
        ),
        "different": QCoreApplication.translate(
            "Replay",
            "{run} was repeated: different. The repetition did not make the recorded files ({count}).",
        ),
    }[outcome]
    return words.format(run=run_id, count=count)


def outcome_details(outcome: ReplayOutcome) -> list[str]:
    """Return a sentence for each file that is not identical, for the surroundings, and the tolerance."""
    told = [_file_words(each) for each in outcome.images if each.result.value != "identical"]
    if outcome.surplus_images:
        words = QCoreApplication.translate(
            "Replay", "The repetition made {count} more image(s) than recorded."
        )
        told.append(words.format(count=outcome.surplus_images))
    if outcome.environment_differences:
        told.append(QCoreApplication.translate("Replay", "What differs between the two executions:"))
        told += [f"  {each}" for each in outcome.environment_differences]
    else:
        told.append(
            QCoreApplication.translate(
                "Replay", "Programs, libraries and hardware are the same as when it was recorded."
            )
        )
    if outcome.outcome.value != "identical":
        words = QCoreApplication.translate("Replay", "Within tolerance means: {tolerance}")
        told.append(words.format(tolerance=outcome.tolerance))
    return told


def replay_lines(events: Sequence[CustodyEvent]) -> list[str]:
    """Return a line for each repetition in ``events``: when, by whom, how it ended."""
    return [
        f"{time_words(event.occurred_at)}, {event.examiner}: {_end_words(event.action, event.details)}"
        for event in events
    ]


def _end_words(action: str, details: Mapping[str, Any]) -> str:
    if action == REPLAY_FAILED:
        words = QCoreApplication.translate("Replay", "not completed ({message})")
        return words.format(message=details.get("message", ""))
    return {
        "identical": QCoreApplication.translate("Replay", "identical"),
        "within_tolerance": QCoreApplication.translate("Replay", "within tolerance"),
        "different": QCoreApplication.translate("Replay", "different"),
    }.get(str(details.get("outcome")), str(details.get("outcome")))


def _file_words(file: ImageComparison) -> str:
    if file.replayed_sha256 is None:
        words = QCoreApplication.translate("Replay", "{name}: was not made again.")
        return words.format(name=file.derived_image_id)
    if file.max_difference is None or file.mean_difference is None:
        words = QCoreApplication.translate("Replay", "{name}: another file of another size or kind.")
        return words.format(name=file.derived_image_id)
    words = QCoreApplication.translate(
        "Replay", "{name}: samples differ by up to {largest} of 255, by {mean:.3f} on average."
    )
    return words.format(name=file.derived_image_id, largest=file.max_difference, mean=file.mean_difference)
