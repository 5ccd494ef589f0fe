"""The pictures of a file that holds several: how many there are, how large, and the one that was asked for.

Rules:
    * Nothing in a file is passed over unsaid: pages, frames and reduced copies are counted, with their sizes.
    * Pages are numbered from 1. Without a number the picture that the file itself shows first is used.
"""

from __future__ import annotations

from PIL import Image

from forensic_app.errors import InvalidInput
from forensic_app.exif import DECODER_ERRORS

MOST_SIZES = 8
"""Of how many pictures the sizes are said."""
_ANIMATED = {"PNG", "WEBP", "GIF"}
_SUB_IFDS = 330


def page_count(image: Image.Image) -> int:
    """Return how many pictures the file holds."""
    return max(1, int(getattr(image, "n_frames", 1)))


def first_page(image: Image.Image) -> int:
    """Return the number of the picture that the file shows first, from 1."""
    return int(image.tell()) + 1 if page_count(image) > 1 else 1


def choose_page(image: Image.Image, page: int, name: str) -> None:
    """Turn to a picture of the file, from 1.

    Raises:
        InvalidInput: There is no such picture.
    """
    refuse_beyond(page, page_count(image), name)
    if image.tell() != page - 1:
        image.seek(page - 1)


def refuse_beyond(page: int, count: int, name: str) -> None:
    """Refuse a number that no picture of the file has.

    Raises:
        InvalidInput: It has none.
    """
    if not 1 <= page <= count:
        holds = "one picture" if count == 1 else f"{count} pictures"
        raise InvalidInput(
            f"The file {name} holds {holds}; there is no number {page}.", f"Give 1 to {count}."
        )


def page_notes(image: Image.Image) -> tuple[str, ...]:
    """Return what else the file holds, in words; ``image`` stays at its place."""
    notes = []
    count = page_count(image)
    if count > 1:
        used = int(image.tell()) + 1
        which = f"number {used} of them is used"
        if image.format in _ANIMATED:
            notes.append(f"animated, {count} frames: {which}")
        else:
            notes.append(f"holds {count} images ({_sizes(image, count)}): {which}")
    copies = getattr(image, "tag_v2", {}).get(_SUB_IFDS)
    if copies:
        reduced = len(copies) if isinstance(copies, tuple) else 1
        notes.append(f"holds {reduced} further images within this one (SubIFDs), which are not read")
    thumbnails = image.info.get("thumbnails")
    if thumbnails:
        notes.append(f"holds {len(thumbnails)} reduced copies of itself, which are not read")
    return tuple(notes)


def _sizes(image: Image.Image, count: int) -> str:
    """Return the sizes of the first pictures, such as ``4000 x 3000 and 160 x 120 px``."""
    place = image.tell()
    told = []
    for number in range(min(count, MOST_SIZES)):
        try:
            image.seek(number)
            told.append(f"{image.size[0]} x {image.size[1]}")
        except DECODER_ERRORS:
            told.append("unreadable")
    image.seek(place)
    more = f" and {count - MOST_SIZES} more" if count > MOST_SIZES else ""
    if len(set(told)) == 1 and not more:
        return f"{told[0]} px each"
    return f"{', '.join(told)} px{more}"
