"""How the scores of real photographs of one person fall with the age gap, and where derived faces lie against it.

Rules:
    * The curve is of photographs alone. A derived face is compared with the photograph that it was made from.
    * A derived face whose score lies above the curve changed less than ageing does; one below it lost the person. The
      band is that of nine in ten real comparisons of that gap.
    * Where ages are estimates the curve says so, and its gaps are as good as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.matching.photographs import PhotoSet
from forensic_app.evaluation.matching.templates import Templates
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval

STEP_YEARS: Final = 5.0
LEAST_PAIRS: Final = 10
"""Fewest comparisons for a point of the curve."""
BAND: Final = (0.05, 0.5, 0.95)


def real_ageing(
    photo_set: PhotoSet,
    templates: Templates,
    ages_years: FloatArray,
    is_found: NDArray[np.bool_],
    derived: tuple[NDArray[np.float32], tuple[int, ...], tuple[float, ...]] | None,
    *,
    seed: int,
) -> dict[str, Any]:
    """Return the curve of real comparisons and the place of derived faces against it.

    Args:
        photo_set: The photographs.
        templates: Of all of them.
        ages_years: Age in each, known or estimated; NaN where there is none.
        is_found: Whether a face was found in each.
        derived: Templates of derived faces ``(photographs, ages, d)``, the photographs they are of and the ages they
            show; ``None`` without derived faces.
        seed: Seed of the intervals.

    Returns:
        ``real``: for each class of gaps ``gap_from``, ``gap_to``, ``n``, ``n_subjects``, ``low``, ``median``, ``high``,
        ``mean`` and its ``interval``; ``derived``: the same, with the shares above and below the real band.
    """
    real = _real_pairs(photo_set, templates, ages_years, is_found)
    result: dict[str, Any] = {"step_years": STEP_YEARS, "real": _points(*real, seed=seed), "derived": []}
    if derived is not None:
        bands = {point["gap_from"]: (point["low"], point["high"]) for point in result["real"]}
        pairs = _derived_pairs(photo_set, templates, ages_years, is_found, derived)
        result["derived"] = _points(*pairs, seed=seed, bands=bands)
    return result


def _real_pairs(
    photo_set: PhotoSet, templates: Templates, ages: FloatArray, is_found: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, list[str]]:
    by_subject: dict[str, list[int]] = {}
    for place, photo in enumerate(photo_set.photos):
        if is_found[place] and np.isfinite(ages[place]):
            by_subject.setdefault(photo.subject, []).append(place)
    gaps, scores, subjects = [], [], []
    for subject, own in by_subject.items():
        matrix = templates.recogniser.comparison_scores(templates.real[own], templates.real[own])
        for first, second in combinations(range(len(own)), 2):
            gaps.append(abs(ages[own[first]] - ages[own[second]]))
            scores.append(matrix[first, second])
            subjects.append(subject)
    return np.array(gaps), np.array(scores), subjects


def _derived_pairs(
    photo_set: PhotoSet,
    templates: Templates,
    ages: FloatArray,
    is_found: NDArray[np.bool_],
    derived: tuple[NDArray[np.float32], tuple[int, ...], tuple[float, ...]],
) -> tuple[FloatArray, FloatArray, list[str]]:
    values, places, shown_ages = derived
    gaps, scores, subjects = [], [], []
    for row, place in enumerate(places):
        if not is_found[place] or not np.isfinite(ages[place]):
            continue
        own = templates.recogniser.comparison_scores(templates.real[[place]], values[row])[0]
        gaps += [abs(age - ages[place]) for age in shown_ages]
        scores += own.tolist()
        subjects += [photo_set.photos[place].subject] * len(shown_ages)
    return np.array(gaps), np.array(scores), subjects


def _points(
    gaps: FloatArray,
    scores: FloatArray,
    subjects: Sequence[str],
    *,
    seed: int,
    bands: dict[float, tuple[float, float]] | None = None,
) -> list[dict[str, Any]]:
    points = []
    classes = np.floor(gaps / STEP_YEARS).astype(int)
    for each in np.unique(classes).tolist():
        here = np.flatnonzero(classes == each)
        if len(here) < LEAST_PAIRS:
            continue
        own = [subjects[place] for place in here.tolist()]
        low, median, high = np.quantile(scores[here], BAND)
        point: dict[str, Any] = {
            "gap_from": each * STEP_YEARS,
            "gap_to": (each + 1) * STEP_YEARS,
            "n": len(here),
            "n_subjects": len(set(own)),
            "low": low,
            "median": median,
            "high": high,
            "mean": scores[here].mean(),
            "interval": mean_interval(scores[here], own, seed=seed).as_list(),
        }
        if bands is not None:
            band = bands.get(point["gap_from"])
            point["share_above"] = None if band is None else float((scores[here] > band[1]).mean())
            point["share_below"] = None if band is None else float((scores[here] < band[0]).mean())
        points.append(point)
    return points
