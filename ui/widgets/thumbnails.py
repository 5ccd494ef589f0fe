"""Pictures of the vault's files, decoded beside the event loop and kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from ui.session import Session

KEPT_BYTES = 256 << 20

OnImage = Callable[[QImage], None]


class Thumbnails(QObject):
    """Decodes pictures by digest; a picture is checked against its digest before it is shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._kept: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[tuple[str, int], list[tuple[QObject, OnImage]]] = {}

    def request(self, sha256: str, owner: QObject, on_image: OnImage, *, side_px: int = 0) -> None:
        """Have ``on_image`` called with a picture, at once when it is kept.

        Args:
            sha256: Digest of the vault file.
            owner: Whose picture it is.
            on_image: Called in the window's thread; with a null image when the file cannot be shown.
            side_px: Longest side in pixels, 0 for the whole picture.
        """
        key = (sha256, side_px)
        if key in self._kept:
            self._kept.move_to_end(key)
            on_image(self._kept[key])
            return
        if key in self._waiting:
            self._waiting[key].append((owner, on_image))
            return
        self._waiting[key] = [(owner, on_image)]
        vault = self._session.store.vault

        def load() -> QImage:
            return read_image(vault.read_verified(sha256), name=sha256, side_px=side_px)

        self._session.background.in_pool(
            load, self, lambda image: self._keep(key, image), lambda _: self._keep(key, QImage())
        )

    def _keep(self, key: tuple[str, int], image: QImage) -> None:
        import shiboken6

        self._kept[key] = image
        self._kept_bytes += image.sizeInBytes()
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.sizeInBytes()
        for owner, on_image in self._waiting.pop(key, []):
            if shiboken6.isValid(owner):
                on_image(image)


def read_image(data: bytes, *, name: str, side_px: int = 0) -> QImage:
    """Return a photograph as it is worked with (upright, sRGB), at most ``side_px`` wide and high.

    Raises:
        UnreadableImage: The bytes cannot be decoded.
    """
    from PIL import Image

    from forensic_app.images import load_working_copy_from

    pixels = load_working_copy_from(data, name)
    if side_px:
        picture = Image.fromarray(pixels)
        picture.thumbnail((side_px, side_px))
        return _from_bytes(picture.tobytes(), *picture.size)
    return _from_bytes(pixels.tobytes(), pixels.shape[1], pixels.shape[0])


def _from_bytes(data: bytes, width: int, height: int) -> QImage:
    return QImage(data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
