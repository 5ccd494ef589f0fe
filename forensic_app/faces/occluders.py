"""Draw sunglasses, masks, hands and bars on a photograph, to teach and to measure what covers a face.

Rules:
    * Whatever is drawn depends on the photograph, its mesh and the random generator alone.
    * What must not count as covered is drawn too: glasses that one sees through, hats, hands at the cheek or chin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh_masks import Mask, polygon_mask
from forensic_app.faces.mesh_regions import EYE_CORNERS, LIPS, face_length

Painter = Callable[[RgbImage, FloatArray, np.random.Generator], RgbImage]

_CHEEK = (117, 346)
_MASK_EDGE = (
    234,
    93,
    132,
    58,
    172,
    136,
    150,
    149,
    176,
    148,
    152,
    377,
    400,
    378,
    379,
    365,
    397,
    288,
    361,
    323,
    454,
)
_DARK = ((15, 15, 18), (35, 28, 22), (20, 30, 45), (25, 35, 25), (60, 40, 30))
_CLOTH = (
    (225, 230, 232),
    (150, 190, 215),
    (25, 25, 28),
    (70, 80, 110),
    (180, 60, 60),
    (90, 120, 80),
    (200, 180, 150),
)


def sunglasses(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with dark, mirrored or graded sunglasses, opaque enough that eyes hardly show."""
    middles, across, down, distance = _eyes(points)
    width, height = generator.uniform(0.72, 0.95) * distance, generator.uniform(0.5, 0.8) * distance
    power = generator.choice([2.0, 2.6, 4.0])
    shape = image.shape[:2]
    lens: NDArray[Any] = np.zeros(shape, dtype=np.float32)
    for middle in middles:
        centre = middle + down * generator.uniform(0.0, 0.1) * distance
        lens = np.maximum(lens, polygon_mask(_rounded(centre, across * width, down * height, power), shape))
    mirrored = generator.random() < 0.15
    colour = generator.uniform(90, 230, 3) if mirrored else np.array(_DARK[generator.integers(len(_DARK))])
    paint = _shaded(image.shape[:2], colour, generator, strength=40.0 if mirrored else 18.0)
    if generator.random() < 0.4:
        rows = (np.indices(shape) - middles.mean(axis=0)[::-1, None, None]).transpose(1, 2, 0) @ down[::-1]
        paint = paint + np.clip(rows / height, 0.0, 0.5)[..., None] * generator.uniform(20, 90)
    result = _blended(image, paint, lens * generator.uniform(0.86, 1.0))
    frame = tuple(int(each) for each in generator.integers(0, 90, 3))
    inner = [middles[0] + across * width / 2, middles[1] - across * width / 2]
    outer = [middles[0] - across * width / 2, middles[1] + across * width / 2]
    ends = [outer[0] - across * 0.25 * distance, outer[1] + across * 0.25 * distance]
    lines = [inner, [outer[0], ends[0]], [outer[1], ends[1]]]
    return _lines(result, lines, frame, max(1, round(0.06 * distance)))


def bar_over_eyes(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with a bar, a cloth or a hand over both eyes or one of them."""
    middles, across, down, distance = _eyes(points)
    if generator.random() < 0.3:
        centre, width = middles[generator.integers(2)], generator.uniform(0.8, 1.0) * distance
    else:
        centre, width = middles.mean(axis=0), generator.uniform(1.9, 2.6) * distance
    height = generator.uniform(0.5, 0.9) * distance
    shape = _rounded(centre, across * width, down * height, generator.choice([2.5, 6.0]))
    return _covered(image, points, polygon_mask(shape, image.shape[:2]), generator)


def surgical_mask(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with a mask or a scarf from nose or upper lip to chin."""
    low, high = points[197, :2], points[2, :2]
    top = low + generator.uniform(0.0, 0.9) * (high - low)
    edge = points[list(_MASK_EDGE), :2]
    skip = int(generator.integers(0, 4))
    polygon = np.concatenate([edge[skip : len(edge) - skip], top[None]])
    mask = polygon_mask(polygon, image.shape[:2])
    colour = (
        np.array(_CLOTH[generator.integers(len(_CLOTH))])
        if generator.random() < 0.8
        else generator.uniform(0, 255, 3)
    )
    paint = _shaded(image.shape[:2], colour, generator, strength=25.0)
    result = _blended(image, paint, mask)
    fold = tuple(int(each) for each in np.clip(colour * 0.8, 0, 255))
    if generator.random() < 0.6:
        shares = (0.35, 0.55, 0.75)
        lines = [[edge[4] + s * (edge[8] - edge[4]), edge[16] + s * (edge[12] - edge[16])] for s in shares]
        result = _lines(result, lines, fold, max(1, round(0.01 * face_length(points))))
    ears = [[edge[skip], points[127, :2]], [edge[len(edge) - 1 - skip], points[356, :2]]]
    return _lines(result, ears, fold, max(1, round(0.02 * face_length(points))))


def hand_over_mouth(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with a hand, a cup or a block over the mouth."""
    _, across, down, distance = _eyes(points)
    lips = points[list(LIPS), :2]
    centre = (
        lips.mean(axis=0)
        + (across * generator.uniform(-0.1, 0.1) + down * generator.uniform(-0.05, 0.15)) * distance
    )
    width = max(generator.uniform(1.1, 1.8) * distance, 1.25 * float(np.ptp(lips @ across)))
    height = max(generator.uniform(0.6, 1.0) * distance, 1.3 * float(np.ptp(lips @ down)))
    shape = _rounded(centre, across * width, down * height, generator.choice([2.2, 3.0, 8.0]))
    return _covered(image, points, polygon_mask(shape, image.shape[:2]), generator)


def clear_glasses(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with glasses that one sees through: not covered."""
    middles, across, down, distance = _eyes(points)
    width, height = generator.uniform(0.68, 0.85) * distance, generator.uniform(0.4, 0.65) * distance
    power = generator.choice([2.0, 2.6, 4.0])
    rims = [_rounded(middle, across * width, down * height, power) for middle in middles]
    colour = tuple(int(each) for each in generator.integers(0, 160, 3))
    thickness = max(1, round(generator.uniform(0.015, 0.06) * distance))
    lines = [[*rim, rim[0]] for rim in rims]
    lines.append([middles[0] + across * width / 2, middles[1] - across * width / 2])
    lines.append([middles[0] - across * width / 2, points[127, :2]])
    lines.append([middles[1] + across * width / 2, points[356, :2]])
    tint = np.maximum(*(polygon_mask(rim, image.shape[:2]) for rim in rims))
    paint = _shaded(image.shape[:2], np.full(3, 200.0), generator, strength=30.0)
    return _lines(_blended(image, paint, tint * generator.uniform(0.0, 0.12)), lines, colour, thickness)


def something_else(image: RgbImage, points: FloatArray, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with something on the forehead, a cheek or the chin: not covered."""
    _, across, down, distance = _eyes(points)
    place = int(generator.integers(3))
    centre, size = points[151, :2], (2.2 * distance, 0.3 * distance)
    if place == 1:
        side = int(generator.integers(2))
        centre = points[(234, 454)[side], :2] + across * (-0.1, 0.1)[side] * distance
        size = (0.45 * distance, 0.9 * distance)
    elif place == 2:
        centre, size = points[152, :2], (1.2 * distance, 0.25 * distance)
    shape = _rounded(centre, across * size[0], down * size[1], 3.0)
    return _covered(image, points, polygon_mask(shape, image.shape[:2]), generator)


OVER_EYES: Final[Mapping[str, Painter]] = {"sunglasses": sunglasses, "bar": bar_over_eyes}
OVER_MOUTH: Final[Mapping[str, Painter]] = {"mask": surgical_mask, "hand": hand_over_mouth}
HARMLESS: Final[Mapping[str, Painter]] = {"glasses": clear_glasses, "elsewhere": something_else}


def taken_otherwise(image: RgbImage, generator: np.random.Generator) -> RgbImage:
    """Return the photograph as other cameras would have it: other light, grey or faded, unsharp, noisy."""
    pixels: NDArray[Any] = image.astype(np.float32)
    if generator.random() < 0.3:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2) * generator.uniform(0.9, 1.1, 3)
    pixels = (pixels - 128.0) * generator.uniform(0.6, 1.25) + 128.0 + generator.uniform(-35, 35)
    pixels = 255.0 * np.clip(pixels / 255.0, 0.0, 1.0) ** generator.uniform(0.7, 1.4)
    if generator.random() < 0.4:
        sigma = generator.uniform(0.3, 0.012 * max(image.shape[:2]))
        pixels = ndimage.gaussian_filter(pixels, (sigma, sigma, 0))
    pixels += generator.normal(0.0, generator.uniform(0.0, 8.0), pixels.shape)
    return np.asarray(np.clip(pixels, 0, 255), dtype=np.uint8)


def _eyes(points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Return the eyes' middles, the directions across and down the face, and the distance of the eyes."""
    middles = np.array([points[list(corners), :2].mean(axis=0) for corners in EYE_CORNERS])
    distance = float(np.linalg.norm(middles[1] - middles[0]))
    across = (middles[1] - middles[0]) / distance
    return middles, across, np.array([-across[1], across[0]]), distance


def _rounded(centre: FloatArray, width: FloatArray, height: FloatArray, power: float) -> FloatArray:
    """Return a superellipse as polygon: an ellipse for a power of 2, nearly a rectangle for 8."""
    angles = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    x, y = np.cos(angles), np.sin(angles)
    x, y = np.sign(x) * np.abs(x) ** (2.0 / power), np.sign(y) * np.abs(y) ** (2.0 / power)
    result: FloatArray = centre + x[:, None] * width / 2.0 + y[:, None] * height / 2.0
    return result


def _covered(image: RgbImage, points: FloatArray, mask: Mask, generator: np.random.Generator) -> RgbImage:
    """Return the photograph with a hand's, a cloth's or a bar's colour where ``mask`` is."""
    kind = generator.random()
    if kind < 0.5:
        places = np.rint(points[list(_CHEEK), :2]).astype(int)
        x, y = np.clip(places, 0, [image.shape[1] - 1, image.shape[0] - 1]).T
        colour = image[y, x].mean(axis=0) * generator.uniform(0.8, 1.15) + generator.normal(0, 5, 3)
    elif kind < 0.8:
        colour = generator.uniform(0, 255, 3)
    else:
        colour = np.full(3, generator.choice([0.0, 128.0, 255.0]))
    paint = _shaded(image.shape[:2], colour, generator, strength=generator.uniform(0.0, 40.0))
    return _blended(image, paint, mask)


def _shaded(
    shape: tuple[int, ...], colour: FloatArray, generator: np.random.Generator, *, strength: float
) -> FloatArray:
    """Return a surface of one colour with soft light and shade, and some grain, ``(height, width, 3)``."""
    coarse = Image.fromarray(generator.normal(0.0, 1.0, (5, 5)).astype(np.float32))
    light = np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), dtype=np.float64)
    grain = generator.normal(0.0, generator.uniform(0.0, 6.0), shape)
    result: FloatArray = np.asarray(colour, dtype=np.float64) + (strength * light + grain)[..., None]
    return result


def _blended(image: RgbImage, paint: FloatArray, mask: NDArray[Any]) -> RgbImage:
    weights = ndimage.gaussian_filter(mask, 0.6)[..., None]
    return np.asarray(np.clip(np.rint(image * (1.0 - weights) + paint * weights), 0, 255), dtype=np.uint8)


def _lines(
    image: RgbImage, lines: list[list[FloatArray]], colour: tuple[int, ...], thickness: int
) -> RgbImage:
    canvas = Image.new("L", (image.shape[1], image.shape[0]))
    draw = ImageDraw.Draw(canvas)
    for line in lines:
        draw.line(
            [(float(point[0]), float(point[1])) for point in line], fill=255, width=thickness, joint="curve"
        )
    soft = np.asarray(canvas.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)[..., None] / 255.0
    return np.asarray(np.clip(image * (1.0 - soft) + np.array(colour) * soft, 0, 255), dtype=np.uint8)
