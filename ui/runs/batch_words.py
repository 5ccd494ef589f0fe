"""What stands in the way of a run on a photograph, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from forensic_app.workflows.batches import Concern


def concern_words(concern: Concern, face_count: int) -> str:
    """Return a concern as a sentence; ``face_count`` is how many faces were found."""
    words = {
        "no_face": QCoreApplication.translate("BatchWords", "no face was found in it."),
        "no_such_face": QCoreApplication.translate(
            "BatchWords", "it has no face with that number; {count} were found."
        ),
        "small_face": QCoreApplication.translate("BatchWords", "the face is too small for a run."),
        "under_age": QCoreApplication.translate(
            "BatchWords", "photographs under 2 years of age are refused."
        ),
        "unclear_face": QCoreApplication.translate(
            "BatchWords", "{count} faces, and it is unclear which is meant: choose one."
        ),
        "doubtful_face": QCoreApplication.translate("BatchWords", "it is doubtful whether this is a face."),
        "age_unknown": QCoreApplication.translate(
            "BatchWords", "the age is not stated; it would be estimated, which can be wrong by many years."
        ),
    }
    return words[concern.value].format(count=face_count)
