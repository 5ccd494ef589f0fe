"""Faces cut from the vault's photographs, beside the event loop; a few are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QImage

from ui.session import Session

FACE_PX = 320
"""Longest side of a face that is shown, in pixels."""
_MARGIN = 1.7
"""Side of what is shown, as a multiple of the face's box."""
_MOST_KEPT = 256

Box = tuple[float, ...]


class FacePictures(QObject):
    """Cuts faces out; a photograph is checked against its digest before it is shown."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: OrderedDict[tuple[str, Box], QImage] = OrderedDict()

    def request(
        self, sha256: str, box: Sequence[float] | None, owner: QObject, on_image: Callable[[QImage], None]
    ) -> None:
        """Have ``on_image`` called in the window's thread with a face, at once when it is kept.

        Args:
            sha256: Digest of the photograph; a file that is not in the vault gives a null image.
            box: ``(left, top, right, bottom)`` of the face in pixels of the decoded photograph; ``None`` for all of it.
            owner: Whose picture it is; when it is deleted first nothing is called.
            on_image: Receives a null image where the photograph cannot be shown.
        """
        key = (sha256, tuple(box or ()))
        if key in self._kept:
            self._kept.move_to_end(key)
            on_image(self._kept[key])
            return
        vault = self._session.store.vault

        def load() -> QImage:
            return cut_out(_read_image(vault.read_verified(sha256), name=sha256), box)

        def done(image: QImage) -> None:
            self._kept[key] = image
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            if shiboken6.isValid(owner):
                on_image(image)

        self._session.background.in_pool(load, self, done, lambda _: done(QImage()))


def cut_out(picture: QImage, box: Sequence[float] | None) -> QImage:
    """Return a face with what is around it, at most :data:`FACE_PX` wide and high."""
    if picture.isNull():
        return picture
    if box:
        left, top, right, bottom = box
        side = _MARGIN * max(right - left, bottom - top)
        wanted = QRectF((left + right - side) / 2, (top + bottom - side) / 2, side, side).toRect()
        part = wanted.intersected(picture.rect())
        if part.width() > 1 and part.height() > 1:
            picture = picture.copy(part)
    return picture.scaled(
        FACE_PX, FACE_PX, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _read_image(data: bytes, *, name: str) -> QImage:
    """Return a photograph as it is worked with (upright, sRGB).

    Raises:
        UnreadableImage: The bytes cannot be decoded.
    """
    from forensic_app.images import load_working_copy_from

    pixels = load_working_copy_from(data, name)
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
