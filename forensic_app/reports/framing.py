"""How a run's pictures are cut and scaled for paper, so that they compare with the untouched photograph."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from forensic_app.engines.pictures.marking import picture_window
from forensic_app.measured import face_frame
from forensic_app.records import DerivedImage, ImageRole, Run
from forensic_app.reports import pictures
from forensic_app.reports.run_content import LinkedImage, Picture, ResultImage
from forensic_app.reports.texts import Texts


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
    ) -> None:
        self._texts = texts
        self.face = face_frame(run.face)
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
        """Return the photograph, or its aligned crop, whichever has the derived images' size."""
        if photo is None or photo.size == size:
            return photo
        matrix, side = self.face.matrix, self.face.crop_size_px
        return pictures.aligned(photo, matrix, side) if matrix and side and size == (side, side) else None

    def result(self, image: DerivedImage, pixels: Image.Image) -> ResultImage:
        """Return one derived image as printed."""
        bare = self._bare(image, pixels)
        excerpt = self.excerpt if self.excerpt is not None else pictures.whole(bare.size)
        key = None
        if image.role is ImageRole.DERIVED:
            key = pictures.key_picture(bare, excerpt, band=self._texts("marks.band"))
        return ResultImage(image, self._marked(image, bare, excerpt), key)

    def linked(self, image: DerivedImage, pixels: Image.Image, *, source: str = "") -> LinkedImage:
        """Return an image of another run as it stands among this run's.

        Args:
            image: A sketch of one of the run's images or of the exhibit, or what the run drew.
            pixels: Its pixels, band included.
            source: For a sketch: the derived image that it was drawn from, empty for the exhibit.
        """
        bare = self._bare(image, pixels)
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

    def _marked(self, image: DerivedImage, bare: Image.Image, excerpt: pictures.Excerpt) -> Picture:
        caption = self._texts("marks.caption", run=image.run_id, image=image.derived_image_id)
        return pictures.shown(bare, excerpt, caption=caption, band=self._texts("marks.band"))

    def _in_place(self, bare: Image.Image) -> Image.Image | None:
        """Return another run's picture in the geometry of this run's images, if it can be brought there."""
        if bare.size not in (self.image_size, self.size):
            return None
        return self._untouched(bare, self.image_size)
