"""An invisible mark in the pixels of a derived image that names it, and survives a screenshot.

A pattern of pseudo-random chips is laid over the picture like tiles, too faint to be seen: one half of its strength
says where the tiles lie, the other carries the number of the image and a short tag of the casebook under an
error-correcting code. The pattern is fixed relative to the picture's size, so that a large photograph that is shown
small still has it; who looks for it tries every scale and every displacement.

Rules:
    * The mark is no secret and no proof: whoever knows the method can take it away, and put one where none was.
    * Strength follows what the eye hides: more in texture, little in flat areas.
    * A mark is read only where the pattern stands out (:data:`THRESHOLD`) *and* the checksum of what it carries fits.

References:
    Cox et al. (1997), Secure spread spectrum watermarking for multimedia; Kutter (1998), Watermarking resisting to
    translation, rotation and scaling (a tiled pattern, found by correlation).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.digests import sha256_of_bytes
from forensic_app.exchange.error_correction import coded_length, decode, encode

IMAGE_BITS: Final = 20
TAG_BITS: Final = 16
THRESHOLD: Final = 7.5
"""How many standard deviations the best correlation with the pattern must stand out, over all scales and places."""
SMALLEST_PX: Final = 160
"""Pictures with a shorter side are marked, but reading the mark of one cannot be relied on."""
_MESSAGE_BITS = IMAGE_BITS + TAG_BITS
_TILE = 64
_FINE = 2 * _TILE
_CHIPS_ACROSS = 384
_SMALLEST_CHIP_PX = 2.0
_SYNC_SHARE = 0.4
_SEED = 20261128
_STRENGTHS = (0.5, 0.7, 1.0, 1.35, 1.8, 2.4)
_FLAT, _PER_TEXTURE, _LEAST, _MOST = 1.0, 0.22, 1.1, 5.0
_STEP, _PLANE_STEP = 1.007, 1.35
_LOOKED_AT_PX = 1000
_MIDDLE_TILES = 4
_CANDIDATES = 4

RgbImage = NDArray[np.uint8]
_Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WatermarkReading:
    """What was read from a picture.

    Attributes:
        image_number: Number of the derived image, 1 for ``D-000001``.
        casebook_tag: See :func:`casebook_tag`.
        distinctness: How many standard deviations the pattern stands out.
        chip_px: Size of a chip in the picture that was read, in pixels.
    """

    image_number: int
    casebook_tag: int
    distinctness: float
    chip_px: float


def casebook_tag(casebook_id: str) -> int:
    """Return the 16 bits by which a casebook is recognised: one in 65,536 others has the same."""
    return int(sha256_of_bytes(casebook_id.encode())[:4], 16)


def embed(picture: RgbImage, *, image_number: int, tag: int) -> RgbImage:
    """Return the picture with the mark.

    The least strength is used at which the mark is read after JPEG at quality 40, in the middle three quarters of each
    side after JPEG at quality 60 and, where half the picture is not too small for it, halved after JPEG at quality 80.

    Args:
        picture: Shape ``(height, width, 3)``, uint8 RGB.
        image_number: From 0 to ``2**20 - 1``.
        tag: From 0 to ``2**16 - 1``.

    Returns:
        The same shape; differs by a few levels of 255 at most.

    Raises:
        ValueError: A number is out of range.
    """
    message = image_number << TAG_BITS | tag
    code = encode(message, _MESSAGE_BITS)
    chip_px = chip_size(picture.shape[1], picture.shape[0])
    light = _light(picture)
    change = _change(light, code, chip_px)
    marked = picture
    for strength in _STRENGTHS:
        marked = np.clip(np.rint(picture + (strength * change)[..., None]), 0, 255).astype(np.uint8)
        if all(_holds(each, chip_px * share, message) for each, share in _treated(marked)):
            break
    return marked


def read(picture: RgbImage) -> WatermarkReading | None:
    """Return the mark of a picture, ``None`` where none stands out; takes seconds where there is none.

    Args:
        picture: Shape ``(height, width, 3)``, uint8 RGB; a screenshot or crop will do, a turned picture will not.
    """
    return _looked_for(picture)[0]


def distinctness_of(picture: RgbImage) -> float:
    """Return how far the best correlation stands out over all scales, for measuring false alarms."""
    return _looked_for(picture)[1]


def _looked_for(picture: RgbImage) -> tuple[WatermarkReading | None, float]:
    """Return what is read from a picture and how far the pattern stood out at most.

    The likely sizes of chips are tried first; then every size on the middle of the picture, and those that
    stand out most on all of it.
    """
    light = _light(picture)
    height, width = light.shape
    shrunk = min(1.0, _LOOKED_AT_PX / float(np.sqrt(width * height)))
    if shrunk < 1.0:
        light = _resized(light, max(round(width * shrunk), 1), max(round(height * shrunk), 1))
    best = 0.0
    likely = (chip * shrunk for chip in _likely_chips(width, height))
    for chip_px in (*likely, *_candidates(light)):
        reading, distinctness = _read_at(light, chip_px)
        best = max(best, distinctness)
        if reading is not None:
            return replace(reading, chip_px=chip_px / shrunk), distinctness
    return None, best


def _candidates(light: _Plane) -> Iterator[float]:
    """Yield the sizes of chips at which the middle of a picture correlates most, and sizes close to them."""
    height, width = light.shape
    across = float(np.sqrt(width * height)) / _CHIPS_ACROSS
    chip, end = max(0.45 * across, 0.9), max(3.2 * across, 3.0)
    found = []
    while chip <= end:
        plane = _white(light, round(3.5 * chip))
        stop = min(chip * _PLANE_STEP, end * _STEP)
        while chip < stop:
            found.append((_correlated(_folded(plane, chip, is_middle=True))[0], chip))
            chip *= _STEP
    for _, each in sorted(found, reverse=True)[:_CANDIDATES]:
        for step in (0, -2, 2, -4, 4):
            yield each * (1 + step / 1000)


def chip_size(width_px: int, height_px: int) -> float:
    """Return the size of a chip in a picture that is marked, in pixels."""
    return max(_SMALLEST_CHIP_PX, float(np.sqrt(width_px * height_px)) / _CHIPS_ACROSS)


def _likely_chips(width_px: int, height_px: int) -> Iterator[float]:
    """Yield sizes of chips where the picture is whole, at its size, half of it, or with a band."""
    base = chip_size(width_px, height_px)
    yield base
    for share in (0.93, 0.96, 0.5, 0.75):
        yield base * share


def _treated(marked: RgbImage) -> Iterator[tuple[RgbImage, float]]:
    """Yield what may become of a picture, and how large it is then."""
    height, width = marked.shape[:2]
    yield _jpeg(marked, 40), 1.0
    cropped = marked[height // 8 : height - height // 8, width // 8 : width - width // 8]
    if min(cropped.shape[:2]) >= SMALLEST_PX:
        yield _jpeg(cropped, 60), 1.0
    height, width = height // 2, width // 2
    if min(height, width) >= SMALLEST_PX:
        half = Image.fromarray(marked).resize((width, height), Image.Resampling.BICUBIC)
        yield _jpeg(np.asarray(half), 80), width / marked.shape[1]


def _jpeg(picture: RgbImage, quality: int) -> RgbImage:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def _holds(picture: RgbImage, chip_px: float, message: int) -> bool:
    reading, distinctness = _read_at(_light(picture), chip_px)
    return (
        reading is not None
        and reading.image_number << TAG_BITS | reading.casebook_tag == message
        and distinctness > THRESHOLD + 1.5
    )


def _light(picture: RgbImage) -> _Plane:
    weights = np.array((0.299, 0.587, 0.114), np.float32)
    return picture.astype(np.float32) @ weights


def _change(light: _Plane, code: NDArray[np.int8], chip_px: float) -> _Plane:
    """Return what is added to the picture at strength 1, in levels of 255."""
    height, width = light.shape
    rows, columns = (max(round(2 * size / chip_px), 1) for size in (height, width))
    sync, carriers, places = _patterns()
    tile = _smooth(np.sqrt(_SYNC_SHARE) * sync + np.sqrt(1 - _SYNC_SHARE) * carriers * code[places])
    repeated = np.tile(tile, (-(-rows // _FINE), -(-columns // _FINE)))[:rows, :columns]
    small = _resized(light, columns, rows)
    rest = small - ndimage.gaussian_filter(small, 3.0, mode="reflect")
    texture = np.sqrt(np.maximum(ndimage.gaussian_filter(rest * rest, 4.0, mode="reflect"), 0.0))
    allowed = np.clip(_FLAT + _PER_TEXTURE * texture, _LEAST, _MOST)
    return _resized(repeated * allowed, width, height)


@cache
def _patterns() -> tuple[_Plane, _Plane, NDArray[np.int64]]:
    """Return the pattern that tells the place, the signs of the chips that carry bits, and the bit of each chip."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    sync, carriers = (random.integers(0, 2, (_TILE, _TILE)) * 2.0 - 1.0 for _ in range(2))
    count = coded_length(_MESSAGE_BITS)
    places = random.permutation(np.arange(_TILE * _TILE) % count).reshape(_TILE, _TILE)
    return sync.astype(np.float32), carriers.astype(np.float32), places


def _smooth(tile: _Plane | NDArray[np.float64]) -> _Plane:
    """Return a tile of chips at two samples a chip, without its slow waves, seamless."""
    fine = np.repeat(np.repeat(np.asarray(tile, np.float32), 2, axis=0), 2, axis=1)
    fine = ndimage.gaussian_filter(fine, 0.7, mode="wrap") - ndimage.gaussian_filter(fine, 4.0, mode="wrap")
    return np.asarray(fine / fine.std(), np.float32)


@cache
def _expected() -> tuple[NDArray[np.complex64], NDArray[np.float32]]:
    """Return the transform of the place pattern, and the chips that carry bits, both as they are read."""
    sync, carriers, places = _patterns()
    count = coded_length(_MESSAGE_BITS)
    tiles = np.zeros((count, _FINE * _FINE), np.float32)
    for bit in range(count):
        chips = np.where(places == bit, carriers, 0)
        fine = np.repeat(np.repeat(chips, 2, axis=0), 2, axis=1)
        tiles[bit] = ndimage.gaussian_filter(fine, 0.7, mode="wrap").ravel()
    return np.conj(np.fft.rfft2(_smooth(sync))).astype(np.complex64), tiles


def _resized(plane: _Plane, width: int, height: int) -> _Plane:
    image = Image.fromarray(plane.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def _white(plane: _Plane, side: int) -> _Plane:
    """Return a plane without what is smooth, at an even level.

    Args:
        plane: Levels of 255.
        side: Side of the neighbourhood in its pixels, 3 at least.
    """
    rest = plane - ndimage.uniform_filter(plane, max(side, 3), mode="reflect")
    squares = ndimage.uniform_filter(rest * rest, max(side, 3) + 2, mode="reflect")
    return np.asarray(np.clip(rest / (np.sqrt(np.maximum(squares, 0.0)) + 1.0), -2.5, 2.5), np.float32)


def _folded(plane: _Plane, chip_px: float, *, is_middle: bool = False) -> _Plane:
    """Return the tile that a whitened plane holds where its chips have this size, summed over the tiles."""
    height, width = plane.shape
    if is_middle:
        most = _MIDDLE_TILES * _TILE * chip_px
        top, left = (int(max(size - most, 0) / 2) for size in (height, width))
        plane = plane[top : height - top, left : width - left]
        height, width = plane.shape
    rows, columns = (max(round(2 * size / chip_px), 8) for size in (height, width))
    rest = _resized(plane, columns, rows)
    tall, wide = -(-rows // _FINE) * _FINE, -(-columns // _FINE) * _FINE
    padded = np.zeros((tall, wide), np.float32)
    padded[:rows, :columns] = rest
    tiles = padded.reshape(tall // _FINE, _FINE, wide // _FINE, _FINE)
    return np.asarray(tiles.sum(axis=(0, 2)), np.float32)


def _whitened(tile: _Plane) -> NDArray[np.complex64]:
    spectrum = np.fft.rfft2(tile)
    power = np.abs(spectrum) ** 2
    level = np.maximum(ndimage.uniform_filter(power, (9, 9), mode=("wrap", "nearest")), 0.0) + 1e-6
    return np.asarray(spectrum / np.sqrt(level), np.complex64)


def _correlated(tile: _Plane) -> tuple[float, tuple[int, int], NDArray[np.complex64]]:
    """Return how far the pattern stands out in a tile, its displacement, and the tile's whitened transform."""
    spectrum = _whitened(tile)
    likeness = np.fft.irfft2(spectrum * _expected()[0], s=(_FINE, _FINE))
    row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
    spread = float(likeness.std()) or 1.0
    return float(likeness[row, column]) / spread, (int(row), int(column)), spectrum


def _read_at(light: _Plane, chip_px: float) -> tuple[WatermarkReading | None, float]:
    """Return what is read where chips have this size, and how far the pattern stands out."""
    height, width = light.shape
    rows, columns = (max(round(2 * size / chip_px), 8) for size in (height, width))
    plane = _white(_resized(light, columns, rows), 7)
    distinctness, (row, column), spectrum = _correlated(_folded(plane, 2.0))
    if distinctness < THRESHOLD:
        return None, distinctness
    tile = np.roll(np.fft.irfft2(spectrum, s=(_FINE, _FINE)), (-row, -column), axis=(0, 1))
    message = decode((_expected()[1] @ tile.ravel()).astype(np.float64), _MESSAGE_BITS)
    if message is None:
        return None, distinctness
    return (
        WatermarkReading(message >> TAG_BITS, message & ((1 << TAG_BITS) - 1), distinctness, chip_px),
        distinctness,
    )
