"""How close two images are (PSNR, SSIM), and how close two sets of images are (KID, Frechet distance).

Rules:
    * Images are ``uint8`` RGB of shape ``(height, width, 3)``, or ``uint8`` grey of shape ``(height,
      width)``; both of a comparison have one shape and nothing is resized here.
    * The set distances take *features*: whoever prints one says which network made them.
    * Nothing here decides anything; every number is printed with its N.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forensic_app.evaluation.measures.intervals import (
    DEFAULT_LEVEL,
    DEFAULT_RESAMPLES,
    FloatArray,
    Interval,
    percentile_interval,
)

Image = NDArray[np.uint8]

PEAK = 255.0
LUMA_WEIGHTS = (0.299, 0.587, 0.114)
"""Rec. ITU-R BT.601 luma of R, G, B."""
SSIM_WINDOW_PX = 11
SSIM_SIGMA_PX = 1.5


@dataclass(frozen=True, slots=True)
class SetDistance:
    """A distance between two sets of images.

    Attributes:
        value: The unbiased estimate, unitless; may be slightly negative when the sets are alike.
        interval: Bootstrap interval over images.
        replicates: The bootstrap estimates, shape ``(resamples,)``.
    """

    value: float
    interval: Interval
    replicates: FloatArray


def luminance(image: Image) -> FloatArray:
    """Return the luma of an RGB image, or a grey image as it is, as float64 in ``[0, 255]``.

    The shape is ``(height, width)``.

    Raises:
        ValueError: ``image`` is not ``uint8`` grey or RGB.

    References:
        Recommendation ITU-R BT.601-7, section 2.5.1.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise ValueError(f"an image must be uint8 grey or RGB, not {image.dtype} of shape {image.shape}")
    pixels = image.astype(np.float64)
    return pixels if image.ndim == 2 else pixels @ np.array(LUMA_WEIGHTS)


def psnr_db(first: Image, second: Image) -> float:
    """Return the peak signal-to-noise ratio in decibels over all pixels and channels.

    Args:
        first: ``uint8`` image.
        second: ``uint8`` image of the same shape.

    Returns:
        ``10 log10(255^2 / MSE)``; ``math.inf`` for equal images.

    Raises:
        ValueError: Shapes differ or an image is not ``uint8`` grey or RGB.

    References:
        ISO/IEC 29170-2:2015; Huynh-Thu and Ghanbari, Electronics Letters 2008.
    """
    _check_pair(first, second)
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return math.inf if error == 0.0 else 10.0 * math.log10(PEAK**2 / error)


def ssim(first: Image, second: Image, *, channels: Literal["luminance", "rgb_mean"] = "luminance") -> float:
    """Return the structural similarity: Gaussian window of 11x11 pixels, sigma 1.5, K1 0.01, K2 0.03.

    The image is not shrunk first, the covariance divides by N, and only windows that lie wholly inside the
    image count, as in the authors' code.

    Args:
        first: ``uint8`` image of at least 11x11 pixels.
        second: ``uint8`` image of the same shape.
        channels: ``luminance`` compares BT.601 luma (as the authors do); ``rgb_mean`` averages the SSIM of R,
            G and B. A number is printed with this word beside it.

    Returns:
        Mean SSIM in ``[-1, 1]``, 1 for equal images.

    Raises:
        ValueError: Shapes differ, an image is not ``uint8`` grey or RGB, or it is smaller than the window.

    References:
        Wang, Bovik, Sheikh, Simoncelli, Image quality assessment: from error visibility to structural
        similarity, IEEE TIP 13(4), 2004.
    """
    _check_pair(first, second)
    if min(first.shape[:2]) < SSIM_WINDOW_PX:
        raise ValueError(
            f"SSIM needs at least {SSIM_WINDOW_PX}x{SSIM_WINDOW_PX} pixels, not {first.shape[:2]}"
        )
    if channels == "luminance" or first.ndim == 2:
        return _ssim_plane(luminance(first), luminance(second))
    planes = [
        _ssim_plane(first[..., channel].astype(np.float64), second[..., channel].astype(np.float64))
        for channel in range(3)
    ]
    return float(np.mean(planes))


def kid(
    first_features: ArrayLike,
    second_features: ArrayLike,
    *,
    seed: int,
    level: float = DEFAULT_LEVEL,
    resamples: int = DEFAULT_RESAMPLES,
) -> SetDistance:
    """Return the kernel distance: the unbiased squared MMD with the kernel ``(x.y / d + 1)^3``.

    The interval is a weighted bootstrap of the U-statistic: images are drawn with replacement in each set,
    and a pair of copies of one image never counts, so that the replicates are as unbiased as the estimate.

    Args:
        first_features: Shape ``(m, d)``, ``m >= 2``.
        second_features: Shape ``(n, d)``, ``n >= 2``.
        seed: Seed of the bootstrap.
        level: Nominal coverage in ``(0, 1)``.
        resamples: Number of draws.

    Returns:
        The distance with its interval and N.

    Raises:
        ValueError: Features are not finite matrices of one width with at least two rows each.

    References:
        Binkowski, Sutherland, Arbel, Gretton, Demystifying MMD GANs, ICLR 2018 (KID); Gretton et al., A
        kernel two-sample test, JMLR 2012, equation 3; Arcones and Gine, On the bootstrap of U and V
        statistics, 1992.
    """
    first, second = _feature_pair(first_features, second_features)
    within_first = _cubic_kernel(first, first)
    within_second = _cubic_kernel(second, second)
    across = _cubic_kernel(first, second)

    def estimates(first_weights: FloatArray, second_weights: FloatArray) -> FloatArray:
        pairs = first_weights.sum(axis=1) * second_weights.sum(axis=1)
        total = ((first_weights @ across) * second_weights).sum(axis=1) / pairs
        own = _weighted_off_diagonal_means(within_first, first_weights)
        other = _weighted_off_diagonal_means(within_second, second_weights)
        return np.asarray(own + other - 2.0 * total, dtype=np.float64)

    value = float(estimates(np.ones((1, len(first))), np.ones((1, len(second))))[0])
    generator = np.random.default_rng(seed)
    replicates = estimates(
        _draws(generator, len(first), resamples), _draws(generator, len(second), resamples)
    )
    interval = percentile_interval(value, replicates, level=level)
    return SetDistance(value, interval, replicates)


def frechet_distance(first_features: ArrayLike, second_features: ArrayLike) -> float:
    """Return the squared Frechet distance between Gaussians fitted to two sets of features.

    It is biased upwards for small sets: print the N, and :func:`kid` beside it.

    Args:
        first_features: Shape ``(m, d)``, ``m >= 2``.
        second_features: Shape ``(n, d)``, ``n >= 2``.

    Returns:
        ``|mu1 - mu2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))``, at least 0, unit of the features squared.

    Raises:
        ValueError: As :func:`kid`.

    References:
        Dowson and Landau, The Frechet distance between multivariate normal distributions, 1982; Heusel et
        al., GANs trained by a two time-scale update rule, NeurIPS 2017 (FID).
    """
    first, second = _feature_pair(first_features, second_features)
    shift = first.mean(axis=0) - second.mean(axis=0)
    first_cov = np.atleast_2d(np.cov(first, rowvar=False))
    second_cov = np.atleast_2d(np.cov(second, rowvar=False))
    values, vectors = np.linalg.eigh(first_cov)
    root = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    shared = np.linalg.eigvalsh(root @ second_cov @ root)
    overlap = np.sqrt(np.clip(shared, 0.0, None)).sum()
    return max(0.0, float(shift @ shift + np.trace(first_cov) + np.trace(second_cov) - 2.0 * overlap))


def _check_pair(first: Image, second: Image) -> None:
    if first.shape != second.shape:
        raise ValueError(f"images of shapes {first.shape} and {second.shape} cannot be compared")
    luminance(first[:1, :1])
    luminance(second[:1, :1])


def _ssim_plane(first: FloatArray, second: FloatArray) -> float:
    from skimage.metrics import structural_similarity

    return float(
        structural_similarity(
            first,
            second,
            win_size=SSIM_WINDOW_PX,
            gaussian_weights=True,
            sigma=SSIM_SIGMA_PX,
            use_sample_covariance=False,
            data_range=PEAK,
        )
    )


def _feature_pair(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 2 or two.ndim != 2 or one.shape[1] != two.shape[1]:
        raise ValueError(f"features must be matrices of one width, not {one.shape} and {two.shape}")
    if min(len(one), len(two)) < 2:
        raise ValueError("each set needs at least two images")
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("features hold NaN or infinity")
    return one, two


def _cubic_kernel(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.asarray((first @ second.T / first.shape[1] + 1.0) ** 3, dtype=np.float64)


def _weighted_off_diagonal_means(kernel: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the kernel's weighted mean over pairs of different images, for each row of weights."""
    squares = weights**2
    pairs = weights.sum(axis=1) ** 2 - squares.sum(axis=1)
    sums = ((weights @ kernel) * weights).sum(axis=1) - squares @ np.diag(kernel)
    return np.asarray(np.where(pairs > 0, sums, math.nan) / np.where(pairs > 0, pairs, 1.0), dtype=np.float64)


def _draws(generator: np.random.Generator, count: int, resamples: int) -> FloatArray:
    """Return how often each of ``count`` images is drawn in each resample, ``(resamples, count)``."""
    return generator.multinomial(count, np.full(count, 1.0 / count), size=resamples).astype(np.float64)
