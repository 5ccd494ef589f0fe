"""How a run's pictures are cut and scaled for paper, so that they compare with the untouched photograph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PIL import Image

from forensic_app.engines.marking import picture_window
from forensic_app.records import DerivedImage, Run
from forensic_app.reports import pictures
from forensic_app.reports.measured import measures_of, number
from forensic_app.reports.run_content import LinkedImage, Picture, ResultImage


class Framing:
    """How a run's pictures are cut and scaled so that they compare with the untouched photograph.

    Attributes:
        excerpt: What part of each picture is shown; ``None`` without pictures.
        control: The untouched photograph, ``None`` where it has no picture of the derived images' size.
        is_excerpt: Whether the pictures show only the surroundings of the face.
    """

    def __init__(
        self, run: Run, photo: Image.Image | None, pairs: Sequence[tuple[DerivedImage, Image.Image]]
    ) -> None:
        self.run = run
        self.size = photo.size if photo is not None else (0, 0)
        self.image_size = (0, 0)
        self.excerpt: pictures.Excerpt | None = None
        self.control: Picture | None = None
        self.is_excerpt = False
        if not pairs:
            return
        size = self.image_size = self._bare(*pairs[0]).size
        untouched = self._untouched(photo, size)
        box = run.face.get("box")
        self.excerpt = pictures.whole(size)
        if untouched is not None and untouched is photo and box:
            self.excerpt = pictures.excerpt_around(box, size)
            self.is_excerpt = self.excerpt.window != (0, 0, *size)
        if untouched is not None:
            self.control = pictures.shown(untouched, self.excerpt)

    def _bare(self, image: DerivedImage, pixels: Image.Image) -> Image.Image:
        """Return a derived image without the band below it and the margins beside it."""
        side_px = int(self.run.face.get("crop_size_px") or 0)
        sizes = (self.image_size, self.size, (side_px, side_px))
        return pixels.crop(picture_window(image, sizes=sizes))

    def _untouched(self, photo: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
        """Return the photograph, or its aligned crop, whichever has the derived images' size."""
        if photo is None or photo.size == size:
            return photo
        matrix, side = self.run.face.get("matrix"), self.run.face.get("crop_size_px")
        return (
            pictures.aligned(photo, matrix, int(side)) if matrix and side and size == (side, side) else None
        )

    def result(self, image: DerivedImage, pixels: Image.Image, numbers: Mapping[str, str]) -> ResultImage:
        """Return one derived image as printed."""
        bare = self._bare(image, pixels)
        excerpt = self.excerpt if self.excerpt is not None else pictures.whole(bare.size)
        return ResultImage(
            derived_image_id=image.derived_image_id,
            role=image.role.value,
            target_age=image.target_age,
            variant=image.variant,
            sha256=image.sha256,
            size_bytes=image.size_bytes,
            width_px=image.width_px,
            height_px=image.height_px,
            measures=measures_of(image.metrics, numbers),
            picture=pictures.shown(bare, excerpt, caption=_caption(image)),
            largest_spread=number(image.metrics.get("largest_spread")),
            full_scale=number(image.metrics.get("full_scale")),
        )

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
            run_id=image.run_id,
            derived_image_id=image.derived_image_id,
            sha256=image.sha256,
            picture=pictures.shown(bare, excerpt, caption=_caption(image)),
            is_to_scale=is_to_scale,
            source_derived_image_id=source,
        )

    def _in_place(self, bare: Image.Image) -> Image.Image | None:
        """Return another run's picture in the geometry of this run's images, if it can be brought there."""
        if bare.size not in (self.image_size, self.size):
            return None
        return self._untouched(bare, self.image_size)


def _caption(image: DerivedImage) -> str:
    return f"run {image.run_id} · {image.derived_image_id}"
