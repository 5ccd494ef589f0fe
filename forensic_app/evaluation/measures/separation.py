"""How well a classifier tells two sets of pictures apart: the cross-validated area under the curve, 0.5 = not at all.

Rules:
    * A picture is judged by a classifier that has seen neither it nor another picture of its person.
    * Scores of different classifiers are never compared: pairs count within a fold alone.
    * The classifier is linear with a fixed shrinkage; nothing is tuned on what it judges.
    * The interval draws people, and real faces, with replacement.

References:
    Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 1936; Hastie, Buja, Tibshirani,
    Penalized discriminant analysis, Annals of Statistics 1995 (as a ridge regression on the labels); Lopez-Paz and
    Oquab, Revisiting classifier two-sample tests, ICLR 2017; Forman and Scholz, Apples-to-apples in cross-validation
    studies, SIGKDD Explorations 2010 (pairs within a fold).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forensic_app.evaluation.measures.intervals import (
    DEFAULT_RESAMPLES,
    FloatArray,
    Interval,
    percentile_interval,
)

FOLDS = 5
SHRINKAGE = 0.3
"""Weight of the identity in the scatter of standardised features, as a share of its mean eigenvalue."""
LEAST_DEVIATION = 0.01
"""Features that vary less do not count: rounding would be told apart. Of a logarithm, one percent."""


@dataclass(frozen=True, slots=True)
class Separation:
    """How well derived pictures are told from real ones.

    Attributes:
        auc: Share of pairs in which the derived picture looks more derived, ties by half; 0.5 = cannot be told apart.
        interval: Bootstrap interval.
        replicates: The bootstrap estimates, ``(resamples,)``; draws of people are the same for the same seed and N.
        scores: How derived each derived picture looks, ``(derived,)``: places on the line of its own fold's
            classifier, on which that fold's real pictures have mean 0 and deviation 1.
    """

    auc: float
    interval: Interval
    replicates: FloatArray
    scores: FloatArray


def separation(
    derived: ArrayLike, real: ArrayLike, *, seed: int, stream: int = 0, resamples: int = DEFAULT_RESAMPLES
) -> Separation:
    """Return how well a linear classifier tells derived pictures from real ones.

    Args:
        derived: Features of one picture of each person, ``(people, d)``.
        real: Features of real pictures of other people, ``(n, d)``.
        seed: Seed of the folds and of the draws of people.
        stream: A number that sets the draws of real pictures apart between calls.
        resamples: Number of draws.

    Raises:
        ValueError: Features are no finite matrices of one width with at least ``FOLDS`` rows each.
    """
    first, second = _features(derived, real)
    gram = _gram(np.concatenate([first, second]))
    folds = np.concatenate([_folds(len(first), seed), _folds(len(second), seed + 1)])
    is_derived = np.arange(len(gram)) < len(first)
    wins = np.zeros((len(first), len(second)))
    is_pair = np.zeros_like(wins, dtype=np.bool_)
    placed = np.zeros(len(first))
    for fold in range(FOLDS):
        inside = folds == fold
        scores = _scores(gram, np.where(is_derived, 1.0, -1.0), ~inside, inside)
        own, other = scores[is_derived[inside]], scores[~is_derived[inside]]
        rows = np.flatnonzero(inside[: len(first)])
        columns = np.flatnonzero(inside[len(first) :])
        apart = own[:, None] - other[None]
        wins[np.ix_(rows, columns)] = np.where(np.abs(apart) < 1e-12, 0.5, apart > 0)
        is_pair[np.ix_(rows, columns)] = True
        placed[rows] = (own - other.mean()) / max(float(other.std()), 1e-12)
    auc = float(wins[is_pair].mean())
    people = _draws(np.random.default_rng(seed), len(first), resamples)
    pictures = _draws(np.random.default_rng([seed, 1 + stream]), len(second), resamples)
    pairs = ((people @ is_pair) * pictures).sum(axis=1)
    replicates = np.asarray(((people @ wins) * pictures).sum(axis=1) / np.where(pairs > 0, pairs, np.nan))
    return Separation(auc, percentile_interval(auc, replicates), replicates, placed)


def _features(derived: ArrayLike, real: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(derived, dtype=np.float64), np.asarray(real, dtype=np.float64)
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"features must be matrices of one width, not {first.shape} and {second.shape}")
    if min(len(first), len(second)) < FOLDS:
        raise ValueError(f"each set needs at least {FOLDS} pictures")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("features hold NaN or infinity")
    return first, second


def _gram(features: FloatArray) -> FloatArray:
    """Return the inner products of standardised features, over their number."""
    deviation = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(deviation > LEAST_DEVIATION, deviation, np.inf)
    return np.asarray(scaled @ scaled.T / max(1, scaled.shape[1]))


def _folds(count: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each row: as even as the count allows."""
    return np.random.default_rng(seed).permutation(count) % FOLDS


def _scores(
    gram: FloatArray, labels: FloatArray, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> FloatArray:
    """Return the ridge regression's answers for ``test`` rows, fitted on centred ``train`` rows; no constant term."""
    inner = gram[np.ix_(train, train)]
    means = inner.mean(axis=0)
    centred = inner - means[None] - means[:, None] + means.mean()
    ridge = SHRINKAGE * max(float(np.trace(centred)) / len(centred), 1e-12)
    weights = np.linalg.solve(centred + ridge * np.eye(len(centred)), labels[train] - labels[train].mean())
    return np.asarray((gram[np.ix_(test, train)] - means[None]) @ (weights - weights.mean()))


def _draws(generator: np.random.Generator, count: int, resamples: int) -> FloatArray:
    return generator.multinomial(count, np.full(count, 1.0 / count), size=resamples).astype(np.float64)
