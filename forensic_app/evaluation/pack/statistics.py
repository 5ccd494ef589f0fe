"""From the measurements of a pack's series to the numbers of its evaluation.

Rules:
    * Every number has its N and a bootstrap interval that draws whole people.
    * One global threshold serves all groups.
    * What doing nothing would score stands beside what the pack scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated, put_age_error, series_errors
from forensic_app.evaluation.measures.error_rates import max_over_geometric_mean, rate_interval
from forensic_app.evaluation.measures.image_metrics import kid
from forensic_app.evaluation.measures.intervals import (
    FloatArray,
    Interval,
    mean_interval,
    percentile_interval,
)
from forensic_app.evaluation.pack.measurements import Measurements, RealPool
from forensic_app.evaluation.pack.sex_reading import put_sex
from forensic_app.evaluation.pack.skin_tone import skin_tone
from forensic_app.evaluation.series.protocols import Input

SMALL_GAP_YEARS = 20.0
LEAST_IMAGES_FOR_KID = 10


def summarise(
    measured: Measurements,
    *,
    threshold: float,
    calibration: AgeCalibration | None,
    seed: int,
) -> dict[str, Any]:
    """Return the numbers of some people (all, or one group) over all target ages.

    Args:
        measured: Their measurements, at least one person.
        threshold: Global decision threshold.
        calibration: The estimator's calibration, or ``None``.
        seed: Seed of every bootstrap.

    Returns:
        The keys of an evaluation from ``n_faces`` to ``control_age_mae``, with ``intervals``; identity keys
        are ``None`` where no comparison belongs to them.
    """
    result = series_errors(
        measured.ages_raw,
        measured.target_ages,
        (measured.input_ages_raw, measured.true_ages),
        calibration,
        seed=seed,
    )
    result |= _reconstruction(measured, result["intervals"], seed=seed)
    result |= {
        "control_age_spearman": 0.0,
        "n_template_landmarks": int(measured.is_template.sum()),
        "held_back_share": None if measured.is_held_back is None else float(measured.is_held_back.mean()),
    }
    put_sex(result, measured.is_sex_kept, measured.is_sex_as_labelled, seed=seed)
    is_near = np.abs(measured.target_ages - measured.true_ages[:, None]) <= SMALL_GAP_YEARS
    for key, chosen in (("gap20", is_near), ("all", np.ones_like(is_near))):
        share, interval, count = identity_kept(measured.scores, chosen, threshold=threshold, seed=seed)
        result[f"identity_kept_{key}"] = share
        result[f"n_identity_{key}"] = count
        result["intervals"][f"identity_kept_{key}"] = interval
    return result


def identity_kept(
    scores: FloatArray, chosen: NDArray[np.bool_], *, threshold: float, seed: int
) -> tuple[float | None, list[float] | None, int]:
    """Return the share of chosen derived images that reach the threshold, its interval and their number.

    Args:
        scores: Shape ``(people, targets)``.
        chosen: Which of them belong to the question, same shape.
        threshold: Decision threshold.
        seed: Seed of the bootstrap.
    """
    rows, _ = np.nonzero(chosen)
    if rows.size == 0:
        return None, None, 0
    kept = scores[chosen] >= threshold
    return float(np.mean(kept)), rate_interval(kept, rows.tolist(), seed=seed).as_list(), int(rows.size)


def by_target(
    measured: Measurements,
    *,
    threshold: float,
    calibration: AgeCalibration | None,
    pool: RealPool | None,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """Return the numbers of each target age, keyed by the age in whole or decimal years."""
    results: dict[str, dict[str, Any]] = {}
    after = calibrated(measured.ages_raw, calibration)
    idle = calibrated(measured.input_ages_raw, calibration)
    for column, target in enumerate(measured.target_ages.tolist()):
        chosen = np.zeros_like(measured.is_template)
        chosen[:, column] = True
        share, interval, count = identity_kept(measured.scores, chosen, threshold=threshold, seed=seed)
        result: dict[str, Any] = {
            "n_faces": count,
            "age_mae_raw": float(np.mean(np.abs(measured.ages_raw[:, column] - target))),
            "age_mean": float(np.mean(after[:, column])),
            "age_spread": float(np.std(after[:, column])),
            "control_age_mae": float(np.mean(np.abs(idle - target))),
            "identity_kept": share,
            "n_template_landmarks": int(measured.is_template[:, column].sum()),
            "held_back_share": None
            if measured.is_held_back is None
            else float(measured.is_held_back[:, column].mean()),
            "kid": None,
            "control_kid": None,
            "n_real": 0,
            "intervals": {"identity_kept": interval, "kid": None, "control_kid": None},
        }
        put_age_error(result, "age", after[:, column], np.full(len(idle), target), seed=seed)
        put_sex(
            result,
            None if measured.is_sex_kept is None else measured.is_sex_kept[:, column : column + 1],
            None,
            seed=seed,
        )
        if pool is not None:
            _add_target_kid(result, measured, pool, column, seed=seed)
            _add_real_error(result, pool, target, calibration, seed=seed)
        results[f"{target:g}"] = result
    return results


def real_age_mae(targets: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Return the mean over target ages of the estimator's error on real faces of those ages, years.

    Args:
        targets: What :func:`by_target` returned.

    Returns:
        ``None`` where a target age has no real faces.
    """
    errors = [part.get("real_age_mae") for part in targets.values()]
    return None if None in errors or not errors else float(np.mean([float(error or 0.0) for error in errors]))


def by_group(
    measured: Measurements,
    *,
    threshold: float,
    calibration: AgeCalibration | None,
    pool: RealPool | None,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """Return the numbers of each sex, group and skin tone, with the spread of identity errors between them.

    Real faces are not sorted by skin tone: there is no KID by it.
    """
    result: dict[str, dict[str, Any]] = {}
    kinds = {
        "sex": [_labels(item)[0] for item in measured.inputs],
        "group": [_labels(item)[1] for item in measured.inputs],
        "skin_tone": [skin_tone(item.crop) for item in measured.inputs],
    }
    for place, (kind, labels) in enumerate(kinds.items()):
        parts: dict[str, Any] = {}
        for label in sorted(set(labels)):
            rows = [row for row, name in enumerate(labels) if name == label]
            part = measured.of(rows)
            parts[label] = summarise(part, threshold=threshold, calibration=calibration, seed=seed)
            own = None if pool is None or kind == "skin_tone" else _pool_of(pool, label, place, rows)
            distance, interval = mean_kid(part, own, seed=seed)
            parts[label]["kid"] = distance
            parts[label]["intervals"]["kid"] = interval
        result[kind] = parts
        lost = {name: 1.0 - part["identity_kept_all"] for name, part in parts.items()}
        result[f"{kind}_fnmr_max_over_geomean"] = {
            "value": max_over_geometric_mean(lost),
            "note": "FNMR of derived images at the global threshold; null where a group has no error",
        }
    return result


def mean_kid(
    measured: Measurements, pool: RealPool | None, *, seed: int
) -> tuple[float | None, list[float] | None]:
    """Return the mean over target ages of the KID between derived and real crops, with its interval.

    Target ages with fewer than 10 derived or real crops are left out; ``None`` when all are.
    """
    if pool is None or len(measured.inputs) < LEAST_IMAGES_FOR_KID:
        return None, None
    distances = [
        kid(measured.features[:, column], pool.features[target], seed=seed + column)
        for column, target in enumerate(measured.target_ages.tolist())
        if len(pool.features[target]) >= LEAST_IMAGES_FOR_KID
    ]
    if not distances:
        return None, None
    value = float(np.mean([distance.value for distance in distances]))
    replicates = np.mean([distance.replicates for distance in distances], axis=0)
    return value, percentile_interval(value, replicates).as_list()


def _reconstruction(measured: Measurements, intervals: dict[str, Any], *, seed: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key in ("psnr_db", "ssim", "ssim_rgb"):
        values = getattr(measured, key)
        is_exact = bool(np.isinf(values).any())
        result[key] = None if is_exact else float(np.mean(values))
        interval: Interval | None = None if is_exact else mean_interval(values, seed=seed)
        intervals[key] = None if interval is None else interval.as_list()
    return result


def _add_target_kid(
    result: dict[str, Any], measured: Measurements, pool: RealPool, column: int, *, seed: int
) -> None:
    real = pool.features[float(measured.target_ages[column])]
    result["n_real"] = len(real)
    if min(len(real), len(measured.inputs)) < LEAST_IMAGES_FOR_KID:
        return
    derived = kid(measured.features[:, column], real, seed=seed + column)
    control = kid(pool.input_features, real, seed=seed + column)
    result["kid"], result["control_kid"] = derived.value, control.value
    result["intervals"]["kid"] = derived.interval.as_list()
    result["intervals"]["control_kid"] = control.interval.as_list()


def _add_real_error(
    result: dict[str, Any], pool: RealPool, target: float, calibration: AgeCalibration | None, *, seed: int
) -> None:
    """Add the estimator's error on the real faces of the target's age group: what a perfect picture could reach."""
    result |= {"real_age_mae": None, "real_age_bias": None}
    ages = pool.ages.get(target)
    if ages is None or len(ages) == 0:
        return
    put_age_error(result, "real_age", calibrated(ages[:, 1], calibration), ages[:, 0], seed=seed)


def _labels(item: Input) -> tuple[str, str]:
    return item.face.sex.value, item.face.group or "unlabelled"


def _pool_of(pool: RealPool, label: str, place: int, rows: Sequence[int]) -> RealPool:
    features: dict[float, FloatArray] = {}
    for target, groups in pool.groups.items():
        members = [row for row, labels in enumerate(groups) if labels[place] == label]
        features[target] = pool.features[target][members]
    return RealPool(features, {}, pool.input_features[list(rows)])
