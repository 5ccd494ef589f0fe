"""Pictures of the vault's files at the size of a screen, decoded beside the event loop and kept while there is room.

Rules:
    * No picture is larger than a screen; what is looked at more closely comes part by part.
    * Large photographs are decoded in another process: Python's lock is not held for long here.
    * A picture is checked against its digest before it is shown.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QRect, QSize
from PySide6.QtGui import QImage

from ui.session import Session

KEPT_BYTES = 128 << 20
SCREEN_PX = 2048
"""Longest side of a picture that is shown whole."""
LARGE_PIXELS = 3_000_000
"""From so many pixels on a photograph is decoded in another process."""
_FULL_WIDTH, _FULL_HEIGHT = "full_width", "full_height"

OnImage = Callable[[QImage], None]


class Thumbnails(QObject):
    """Decodes pictures by digest."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._kept: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[tuple[str, int], list[tuple[QObject, OnImage]]] = {}
        self._has_parts = False

    def request(self, sha256: str, owner: QObject, on_image: OnImage, *, side_px: int = 0) -> None:
        """Have ``on_image`` called with a picture, at once when it is kept.

        Args:
            sha256: Digest of the vault file.
            owner: Whose picture it is.
            on_image: Called in the window's thread; with a null image when the file cannot be shown.
            side_px: Longest side in pixels, 0 for that of a screen; :func:`full_size` says how large the file is.
        """
        key = (sha256, side_px or SCREEN_PX)
        if key in self._kept:
            self._kept.move_to_end(key)
            on_image(self._kept[key])
            return
        if key in self._waiting:
            self._waiting[key].append((owner, on_image))
            return
        self._waiting[key] = [(owner, on_image)]
        vault, background = self._session.store.vault, self._session.background

        def load() -> QImage | None:
            from ui.picture_helper import pixel_count, reduced

            data = vault.read_verified(sha256)
            if pixel_count(data) > LARGE_PIXELS:
                return None
            return _image(reduced(data, sha256, key[1]))

        def loaded(image: QImage | None) -> None:
            from ui.picture_helper import read_reduced

            if image is not None:
                self._keep(key, image)
                return
            background.in_picture_process(
                read_reduced,
                (vault.path(sha256), *key),
                self,
                lambda raw: self._keep(key, _image(raw)),
                lambda _: self._keep(key, QImage()),
            )

        background.in_pool(load, self, loaded, lambda _: self._keep(key, QImage()))

    def request_part(self, sha256: str, part: QRect, size: QSize, owner: QObject, on_image: OnImage) -> None:
        """Have ``on_image`` called with a part of a large picture.

        Args:
            sha256: Digest of the vault file.
            part: The part in pixels of the file.
            size: How large it is wanted; never enlarged.
            owner: Whose picture it is.
            on_image: Called in the window's thread; with a null image where the file cannot be read.
        """
        from ui.picture_helper import read_part

        self._has_parts = True
        window = (part.left(), part.top(), part.left() + part.width(), part.top() + part.height())
        job = (self._session.store.vault.path(sha256), sha256, window, (size.width(), size.height()))
        self._session.background.in_picture_process(
            read_part, job, owner, lambda raw: on_image(_image(raw)), lambda _: on_image(QImage())
        )

    def forget_parts(self) -> None:
        """Let go of the large pictures that were looked at closely."""
        from ui.picture_helper import forget

        if self._has_parts:
            self._has_parts = False
            self._session.background.in_picture_process(forget, None, self, None, lambda _: None)

    def _keep(self, key: tuple[str, int], image: QImage) -> None:
        self._kept[key] = image
        self._kept_bytes += image.sizeInBytes()
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.sizeInBytes()
        for owner, on_image in self._waiting.pop(key, []):
            if shiboken6.isValid(owner):
                on_image(image)


def full_size(image: QImage) -> QSize:
    """Return how large the file of a picture is, upright; the picture's own size where that is not known."""
    width, height = image.text(_FULL_WIDTH), image.text(_FULL_HEIGHT)
    return QSize(int(width), int(height)) if width and height else image.size()


def _image(raw: object) -> QImage:
    """Return pixels of the helper as a picture that knows the size of its file."""
    from ui.picture_helper import Raw

    assert isinstance(raw, Raw)
    line = raw.width_px * 3
    made = QImage(raw.pixels, raw.width_px, raw.height_px, line, QImage.Format.Format_RGB888)
    made = made.convertToFormat(QImage.Format.Format_RGB32)
    made.setText(_FULL_WIDTH, str(raw.full[0]))
    made.setText(_FULL_HEIGHT, str(raw.full[1]))
    return made
