"""Faces as frames on a picture, numbered as everywhere: 1 is the largest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF

from forensic_app.measured import face_number
from ui.widgets.image_view import Box

if TYPE_CHECKING:
    from forensic_app.workflows.face_inspection import FoundFace


def face_boxes(faces: Sequence[FoundFace], chosen: int) -> list[Box]:
    """Return a frame for each face.

    Args:
        faces: The faces, largest first.
        chosen: Place of the face that is meant.
    """
    made = []
    for place, face in enumerate(faces):
        left, top, right, bottom = face.box
        words = QCoreApplication.translate("FaceBoxes", "Face {number}").format(number=face_number(place))
        if place == chosen:
            words += QCoreApplication.translate("FaceBoxes", " · chosen")
        made.append(Box(QRectF(left, top, right - left, bottom - top), words, place == chosen))
    return made
