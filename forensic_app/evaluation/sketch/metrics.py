"""How close a made sketch is to an artist's: FSIM and Scoot.

Rules:
    * Images are ``uint8``, grey ``(height, width)`` or RGB ``(height, width, 3)``, both of one shape; RGB is
      compared by its BT.601 luma.
    * Both follow their authors' definitions with the authors' constants, so that numbers can be set beside
      published ones.

References:
    L. Zhang, L. Zhang, X. Mou, D. Zhang, FSIM: a feature similarity index for image quality assessment, IEEE
    TIP 20(8), 2011.
    D.-P. Fan et al., Scoot: a perceptual metric for facial sketches, ICCV 2019.
    P. Kovesi, Image features from phase congruency, Videre 1(3), 1999.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from forensic_app.evaluation.measures.image_metrics import Image, luminance
from forensic_app.evaluation.measures.intervals import FloatArray

ComplexArray = NDArray[np.complex128]

FSIM_SIDE_PX = 256
FSIM_T1 = 0.85
FSIM_T2 = 160.0
SCOOT_BLOCKS = 4
SCOOT_LEVELS = 6

_SCALES = 4
_ORIENTATIONS = 4
_SHORTEST_WAVE_PX = 6.0
_SCALE_FACTOR = 2.0
_BANDWIDTH = 0.55
_ANGULAR_RATIO = 1.2
_NOISE_DEVIATIONS = 2.0
_NOISE_OVERESTIMATE = 1.7
_LOW_PASS_CUTOFF = 0.45
_LOW_PASS_ORDER = 15
_TINY = 1e-4
_SCHARR = np.array([[3.0, 0.0, -3.0], [10.0, 0.0, -10.0], [3.0, 0.0, -3.0]]) / 16.0
_NEIGHBOURS = ((0, 1), (-1, 1), (-1, 0), (-1, -1))


def fsim(first: Image, second: Image) -> float:
    """Return the feature similarity: phase congruency and gradient magnitude, weighted by phase congruency.

    Images whose smaller side is 384 px or more are averaged down towards 256 px, as by the authors.

    Args:
        first: ``uint8`` image.
        second: ``uint8`` image of the same shape.

    Returns:
        From above 0 to 1, 1 for equal images.

    Raises:
        ValueError: Shapes differ, an image is not ``uint8`` grey or RGB, or both are featureless.

    References:
        Zhang et al. 2011, equations 4 to 9; T1 0.85, T2 160.
    """
    one, two = (_reduced(plane) for plane in _planes(first, second))
    congruency_one, congruency_two = phase_congruency(one), phase_congruency(two)
    weight = np.maximum(congruency_one, congruency_two)
    if not weight.sum() > 0:
        raise ValueError("images without features cannot be compared by FSIM")
    alike = _similarity(congruency_one, congruency_two, FSIM_T1)
    alike = alike * _similarity(_gradient(one), _gradient(two), FSIM_T2)
    return float((alike * weight).sum() / weight.sum())


def scoot(first: Image, second: Image) -> float:
    """Return the structure co-occurrence texture similarity of two sketches.

    Each of 4x4 blocks is quantized to 6 grey levels; contrast and energy of its co-occurrence matrix, the
    rounded mean over four directions at one pixel, make a vector of 32 numbers for each image.

    Args:
        first: ``uint8`` image of at least 8x8 pixels.
        second: ``uint8`` image of the same shape.

    Returns:
        ``1 / (1 + |difference of the vectors|)``, in ``(0, 1]``, 1 for equal textures.

    Raises:
        ValueError: Shapes differ, an image is not ``uint8`` grey or RGB, or it is smaller than 8x8.

    References:
        Fan et al. 2019, section 3, with the constants of the authors' published code.
    """
    one, two = _planes(first, second)
    if min(one.shape) < 2 * SCOOT_BLOCKS:
        raise ValueError(f"Scoot needs at least 8x8 pixels, not {one.shape}")
    return 1.0 / (1.0 + float(np.linalg.norm(_textures(one) - _textures(two))))


def phase_congruency(plane: FloatArray) -> FloatArray:
    """Return the phase congruency of a grey plane, ``(height, width)``, each value in ``[0, 1]``.

    Four scales and four orientations of log-Gabor filters; the noise level is estimated from the finest
    scale.

    Args:
        plane: float64, grey levels of 0 to 255.

    References:
        Kovesi 1999, equation 15 without the weight for frequency spread, as FSIM uses it.
    """
    spectrum = np.fft.fft2(plane)
    radial, angle = _radial_filters(plane.shape), _angles(plane.shape)
    energy, amplitude = np.zeros(plane.shape), np.zeros(plane.shape)
    for orientation in range(_ORIENTATIONS):
        filters = radial * _angular_filter(angle, orientation * math.pi / _ORIENTATIONS)
        responses = np.fft.ifft2(spectrum * filters)
        total = responses.sum(axis=0)
        mean = total / (np.abs(total) + _TINY)
        aligned = responses * np.conj(mean)
        local = (aligned.real - np.abs(aligned.imag)).sum(axis=0)
        energy += np.maximum(local - _noise_level(responses[0], filters), 0.0)
        amplitude += np.abs(responses).sum(axis=0)
    return np.asarray(energy / np.where(amplitude > 0, amplitude, 1.0), dtype=np.float64)


def _planes(first: Image, second: Image) -> tuple[FloatArray, FloatArray]:
    if first.shape != second.shape:
        raise ValueError(f"images of shapes {first.shape} and {second.shape} cannot be compared")
    return luminance(first), luminance(second)


def _reduced(plane: FloatArray) -> FloatArray:
    factor = max(1, math.floor(min(plane.shape) / FSIM_SIDE_PX + 0.5))
    origin = -1 if factor % 2 == 0 else 0
    mean = ndimage.uniform_filter(plane, size=factor, mode="constant", origin=origin)
    return np.asarray(mean[::factor, ::factor], dtype=np.float64)


def _similarity(one: FloatArray, two: FloatArray, constant: float) -> FloatArray:
    return np.asarray((2.0 * one * two + constant) / (one**2 + two**2 + constant), dtype=np.float64)


def _gradient(plane: FloatArray) -> FloatArray:
    across = ndimage.convolve(plane, _SCHARR, mode="constant")
    down = ndimage.convolve(plane, _SCHARR.T, mode="constant")
    return np.asarray(np.hypot(across, down), dtype=np.float64)


def _frequencies(shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Return vertical and horizontal frequency of each Fourier coefficient, zero first; cycles per pixel."""
    axes = []
    for length in shape:
        half = length // 2
        span = length - 1 if length % 2 else length
        axes.append(np.fft.ifftshift((np.arange(length) - half) / span))
    down, across = np.meshgrid(*axes, indexing="ij")
    return down, across


def _angles(shape: tuple[int, ...]) -> FloatArray:
    down, across = _frequencies(shape)
    return np.asarray(np.arctan2(-down, across), dtype=np.float64)


def _radial_filters(shape: tuple[int, ...]) -> FloatArray:
    """Return the log-Gabor profile of each scale, shape ``(scales, height, width)``."""
    down, across = _frequencies(shape)
    radius = np.hypot(down, across)
    low_pass = 1.0 / (1.0 + (radius / _LOW_PASS_CUTOFF) ** (2 * _LOW_PASS_ORDER))
    radius[0, 0] = 1.0
    waves = _SHORTEST_WAVE_PX * _SCALE_FACTOR ** np.arange(_SCALES)
    distance = np.log(radius * waves[:, None, None])
    filters = np.exp(-(distance**2) / (2.0 * math.log(_BANDWIDTH) ** 2)) * low_pass
    filters[:, 0, 0] = 0.0
    return np.asarray(filters, dtype=np.float64)


def _angular_filter(angle: FloatArray, orientation: float) -> FloatArray:
    deviation = math.pi / _ORIENTATIONS / _ANGULAR_RATIO
    distance = np.abs(np.angle(np.exp(1j * (angle - orientation))))
    return np.asarray(np.exp(-(distance**2) / (2.0 * deviation**2)), dtype=np.float64)


def _noise_level(finest: ComplexArray, filters: FloatArray) -> float:
    """Return the energy that noise alone would reach, from the median response of the finest scale."""
    power = float(np.median(np.abs(finest) ** 2)) / math.log(2.0) / float((filters[0] ** 2).sum())
    kernels = np.fft.ifft2(filters).real * math.sqrt(finest.size)
    own = float((kernels**2).sum())
    pairs = (float((kernels.sum(axis=0) ** 2).sum()) - own) / 2.0
    spread = math.sqrt(max(power * (own + 2.0 * pairs), 0.0))
    expected = spread * math.sqrt(math.pi / 2.0)
    deviation = spread * math.sqrt(2.0 - math.pi / 2.0)
    return (expected + _NOISE_DEVIATIONS * deviation) / _NOISE_OVERESTIMATE


def _textures(plane: FloatArray) -> FloatArray:
    """Return contrast and energy of each block, shape ``(2 * blocks * blocks,)``."""
    levels = np.minimum(np.floor(np.rint(plane) * SCOOT_LEVELS / 255.0), SCOOT_LEVELS - 1).astype(np.intp)
    edges = [np.arange(SCOOT_BLOCKS + 1) * length // SCOOT_BLOCKS for length in plane.shape]
    features: list[float] = []
    for top, bottom in zip(edges[0][:-1], edges[0][1:], strict=True):
        for left, right in zip(edges[1][:-1], edges[1][1:], strict=True):
            features += _contrast_and_energy(levels[top:bottom, left:right])
    return np.array(features, dtype=np.float64)


def _contrast_and_energy(block: NDArray[np.intp]) -> tuple[float, float]:
    counts = np.mean([_co_occurrences(block, *offset) for offset in _NEIGHBOURS], axis=0)
    rounded = np.floor(counts + 0.5)
    shares = rounded / max(rounded.sum(), 1.0)
    level = np.arange(SCOOT_LEVELS)
    contrast = float((shares * (level[:, None] - level) ** 2).sum())
    return contrast, float((shares**2).sum())


def _co_occurrences(block: NDArray[np.intp], down: int, across: int) -> FloatArray:
    """Return how often each pair of levels stands at an offset, ``(levels, levels)``."""
    height, width = block.shape
    here = block[max(-down, 0) : height, max(-across, 0) : width - max(across, 0)]
    there = block[: height + down, max(across, 0) : width + min(across, 0)]
    pairs = here * SCOOT_LEVELS + there
    counts = np.bincount(pairs.ravel(), minlength=SCOOT_LEVELS**2).reshape(SCOOT_LEVELS, SCOOT_LEVELS)
    return counts.astype(np.float64)
