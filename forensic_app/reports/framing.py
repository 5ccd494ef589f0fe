"""How a run's pictures are cut and scaled for paper, so that they compare with the untouched photograph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PIL import Image

from forensic_app.engines.pictures.marking import picture_window
from forensic_app.engines.pictures.placing import composed, moved
from forensic_app.faces.align import invert
from forensic_app.faces.analyser import FloatArray
from forensic_app.measured import face_frame
from forensic_app.placement import placement
from forensic_app.records import DerivedImage, ImageRole, Run
from forensic_app.reports import pictures
from forensic_app.reports.run_content import LinkedImage, Picture, ResultImage
from forensic_app.reports.texts import Texts

MarkCut = Callable[[DerivedImage, Image.Image], tuple[Image.Image, str]]
"""Returns what is printed of a derived image with its invisible mark, and its XMP packet."""
_FINER: Final = 2
"""Pixels of a picture of its own geometry for one of the pictures that it stands below."""
_BEYOND: Final = 224
"""Grey level of what lies beyond the photograph."""


class Framing:
    """How a run's pictures are cut and scaled so that they compare with the untouched photograph.

    Attributes:
        excerpt: What part of each picture is shown; ``None`` without pictures.
        control: The untouched photograph, ``None`` where it has no picture of the derived images' size.
        is_excerpt: Whether the pictures show only the surroundings of the face.
    """

    def __init__(
        self,
        run: Run,
        photo: Image.Image | None,
        pairs: Sequence[tuple[DerivedImage, Image.Image]],
        texts: Texts,
        *,
        mark: MarkCut | None = None,
    ) -> None:
        self._texts, self._mark = texts, mark
        self.face = face_frame(run.face)
        self.placed = placement(pairs[0][0].metrics) if pairs else None
        self.size = photo.size if photo is not None else (0, 0)
        self.image_size = (0, 0)
        self.excerpt: pictures.Excerpt | None = None
        self.control: Picture | None = None
        self.is_excerpt = False
        if not pairs:
            return
        size = self.image_size = self._bare(*pairs[0]).size
        untouched = self._untouched(photo, size)
        self.excerpt = pictures.whole(size)
        if untouched is not None and untouched is photo and self.face.box:
            self.excerpt = pictures.excerpt_around(self.face.box, size)
            self.is_excerpt = self.excerpt.window != (0, 0, *size)
        if untouched is not None:
            self.control = pictures.shown(untouched, self.excerpt)

    def _bare(self, image: DerivedImage, pixels: Image.Image) -> Image.Image:
        """Return a derived image without the band below it and the margins beside it."""
        side_px = self.face.crop_size_px or 0
        sizes = (self.image_size, self.size, (side_px, side_px))
        return pixels.crop(picture_window(image, sizes=sizes))

    def _untouched(self, photo: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
        """Return the photograph, or what of it the derived images show, in their geometry; ``None`` if unknown."""
        if photo is None or photo.size == size:
            return photo
        if self.placed is not None and self.placed.of_size == photo.size:
            return moved(photo, np.asarray(self.placed.matrix), size, fill=_BEYOND)
        matrix, side = self.face.matrix, self.face.crop_size_px
        return pictures.aligned(photo, matrix, side) if matrix and side and size == (side, side) else None

    def result(self, image: DerivedImage, pixels: Image.Image) -> ResultImage:
        """Return one derived image as printed."""
        bare = self._bare(image, pixels)
        excerpt = self.excerpt if self.excerpt is not None else pictures.whole(bare.size)
        part, xmp = self._cut(image, bare, excerpt)
        key = None
        if image.role is ImageRole.DERIVED:
            key = pictures.key_picture(part, band=self._texts("marks.band"), xmp=xmp)
        return ResultImage(image, self._banded(image, part, xmp), key)

    def linked(self, image: DerivedImage, pixels: Image.Image, *, source: str = "") -> LinkedImage:
        """Return an image of another run as it stands among this run's.

        Args:
            image: A sketch of one of the run's images or of the exhibit, or what the run drew.
            pixels: Its pixels, band included.
            source: For a sketch: the derived image that it was drawn from, empty for the exhibit.
        """
        bare = self._bare(image, pixels)
        finer = self._brought_back(image, bare)
        if finer is not None:
            return LinkedImage(
                record=image,
                picture=self._marked(image, finer, pictures.Excerpt((0, 0, *finer.size), 1.0)),
                finer=_FINER,
                source_derived_image_id=source,
            )
        placed = self._in_place(bare)
        is_to_scale = placed is not None and self.excerpt is not None
        if placed is None or self.excerpt is None:
            excerpt = pictures.whole(bare.size)
        else:
            bare, excerpt = placed, self.excerpt
        return LinkedImage(
            record=image,
            picture=self._marked(image, bare, excerpt),
            is_to_scale=is_to_scale,
            source_derived_image_id=source,
        )

    def _brought_back(self, image: DerivedImage, bare: Image.Image) -> Image.Image | None:
        """Return a picture of its own geometry as this run's excerpts show it, in finer pixels than they have."""
        matrix = self._to_picture(image)
        if matrix is None or self.excerpt is None:
            return None
        left, top, *_ = self.excerpt.window
        scale = _FINER * self.excerpt.reduction
        # centres of pixels lie on integers, and the window begins at a pixel's corner
        cut = np.array([[scale, 0.0, (0.5 - left) * scale - 0.5], [0.0, scale, (0.5 - top) * scale - 0.5]])
        width, height = self.excerpt.size
        paper = int(np.asarray(bare.convert("L"))[0, 0])
        return moved(bare, composed(invert(matrix), cut), (_FINER * width, _FINER * height), fill=paper)

    def _to_picture(self, image: DerivedImage) -> FloatArray | None:
        """Return the matrix from pixels of this run's images to those of a picture of its own geometry."""
        placed = placement(image.metrics)
        if placed is None:
            return None
        matrix = np.asarray(placed.matrix, dtype=np.float64)
        if placed.of_size == self.image_size:
            return matrix
        side = self.face.crop_size_px or 0
        if placed.of_size == self.size and self.image_size == (side, side) and self.face.matrix:
            return composed(invert(np.asarray(self.face.matrix, dtype=np.float64)), matrix)
        return None

    def _marked(self, image: DerivedImage, bare: Image.Image, excerpt: pictures.Excerpt) -> Picture:
        return self._banded(image, *self._cut(image, bare, excerpt))

    def _cut(
        self, image: DerivedImage, bare: Image.Image, excerpt: pictures.Excerpt
    ) -> tuple[Image.Image, str]:
        """Return what is printed of a derived image, with its invisible mark, and its XMP packet."""
        part = pictures.cut_out(bare, excerpt)
        return (part, "") if self._mark is None else self._mark(image, part)

    def _banded(self, image: DerivedImage, part: Image.Image, xmp: str) -> Picture:
        caption = self._texts("marks.caption", run=image.run_id, image=image.derived_image_id)
        return pictures.banded(part, caption, self._texts("marks.band"), xmp=xmp)

    def _in_place(self, bare: Image.Image) -> Image.Image | None:
        """Return another run's picture in the geometry of this run's images, if it can be brought there."""
        sizes = [self.image_size, self.size] + ([self.placed.of_size] if self.placed else [])
        if bare.size not in sizes:
            return None
        return self._untouched(bare, self.image_size)
