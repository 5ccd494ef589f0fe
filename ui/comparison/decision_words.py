"""Decisions on derived images in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ui.wording import time_words

if TYPE_CHECKING:
    from forensic_app.store.decisions import DecisionEntry


def entry_words(entry: DecisionEntry) -> str:
    """Return what was decided or withdrawn, why, by whom and when."""
    words = {
        "image_accepted": QCoreApplication.translate("DecisionWords", "accepted"),
        "image_rejected": QCoreApplication.translate("DecisionWords", "rejected"),
        "decision_withdrawn": QCoreApplication.translate("DecisionWords", "decision withdrawn"),
    }[entry.action]
    return f"{words}: {entry.reason} · {entry.examiner}, {time_words(entry.recorded_at)}"


def state_words(is_accepted: bool | None) -> str:
    """Return what was decided about an image; ``None`` where nothing counts."""
    if is_accepted is None:
        return QCoreApplication.translate("DecisionWords", "not decided")
    if is_accepted:
        return QCoreApplication.translate("DecisionWords", "accepted")
    return QCoreApplication.translate("DecisionWords", "rejected")


def counted_words(undecided: int, total: int) -> str:
    """Return how many images of the case nobody decided about; empty where there are none."""
    if not total:
        return ""
    words = QCoreApplication.translate("DecisionWords", "{undecided} of {total} undecided")
    return words.format(undecided=undecided, total=total)
