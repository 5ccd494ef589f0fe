"""What a run will make, how long it will take and how much memory, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from forensic_app.engines.descriptor import EngineDescriptor, Output
from ui.wording import duration_words, size_words

if TYPE_CHECKING:
    from forensic_app.workflows.estimate import RunEstimate


def output_words(engine: EngineDescriptor, values: Mapping[str, Any]) -> str:
    """Return what a run makes."""
    if engine.makes is Output.ADAPTER:
        words = QCoreApplication.translate("Estimate", "1 adapter, after {steps} training steps")
        return words.format(steps=values.get("steps"))
    count = max(len(values.get("target_ages") or ()), 1) * int(values.get("variants") or 1)
    if count == 1:
        return QCoreApplication.translate("Estimate", "1 derived image")
    return QCoreApplication.translate("Estimate", "{count} derived images").format(count=count)


def time_estimate_words(found: RunEstimate) -> str:
    """Return how long a run will take, and what that rests on."""
    if found.seconds is None:
        return QCoreApplication.translate(
            "Estimate",
            "time not known yet: no run of this engine with this pack was measured on this computer. The table "
            "of runs shows the time left once it is under way",
        )
    words = (
        QCoreApplication.translate("Estimate", "about {time}, from {count} measured run(s) in this casebook")
        if found.is_of_casebook
        else QCoreApplication.translate(
            "Estimate", "about {time}, from {count} run(s) measured on this computer"
        )
    )
    return words.format(time=duration_words(found.seconds), count=found.measured_runs)


def control_words(engine: EngineDescriptor, values: Mapping[str, Any]) -> str:
    """Return that a run with an adapter or relatives is followed by its control arm; empty for other runs."""
    if not engine.takes_adapters or not (values.get("adapter") or values.get("relatives")):
        return ""
    if values.get("relatives"):
        return QCoreApplication.translate(
            "Estimate",
            "The same run without adapter and relatives follows as its control, unless the case has it.",
        )
    return QCoreApplication.translate(
        "Estimate", "The same run without the adapter follows as its control, unless the case has it."
    )


def memory_words(found: RunEstimate, engine: EngineDescriptor) -> str:
    """Return how much memory a run will take, and how much is free."""
    free = size_words(found.free_memory_bytes)
    if found.peak_memory_bytes is not None:
        words = QCoreApplication.translate(
            "Estimate", "Memory: earlier runs took up to {peak}; {free} is free now."
        )
        return words.format(peak=size_words(found.peak_memory_bytes), free=free)
    words = QCoreApplication.translate(
        "Estimate", "Memory: {weights} of weights and working memory on top; {free} is free now."
    )
    told = words.format(weights=size_words(found.weights_bytes), free=free)
    if engine.makes is Output.ADAPTER:
        told += " " + QCoreApplication.translate(
            "Estimate", "The run measures what its training needs and stops at once where that does not fit."
        )
    return told
