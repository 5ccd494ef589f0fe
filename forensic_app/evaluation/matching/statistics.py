"""The numbers of one arm of a matching evaluation, and its difference to the untouched photographs.

Rules:
    * The threshold of an arm is set on non-mated comparisons of real photographs by the same matcher, at the target
      FMR. What FMR the arm itself has at it stands beside it, and so does the FNMR at the arm's own threshold: a fused
      score that is higher for everybody is no better.
    * Intervals draw whole people. A difference is taken comparison by comparison, then drawn by person.
    * A rate that the number of non-mated comparisons cannot support is ``None``, with a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.matching.comparing import Compared, Pairing
from forensic_app.evaluation.matching.photographs import PhotoSet
from forensic_app.evaluation.measures.error_rates import Threshold, rate_interval
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.measures.streamed_scores import NonMatedScores, closed_set_rates

TARGETS: Final[Mapping[str, float]] = {"fmr1": 0.01, "fmr01": 0.001}
"""Target FMR by the ending of the keys that are about it."""
GAP_EDGES: Final = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0)
"""Lower ends of the classes of age gaps, years; the last one is open."""


def thresholds_of(non_mated: NonMatedScores) -> dict[str, Threshold | None]:
    """Return the threshold at each target FMR, ``None`` where there are too few comparisons for it."""
    found: dict[str, Threshold | None] = {}
    for key, target in TARGETS.items():
        try:
            found[key] = non_mated.threshold(target)
        except InvalidInput:
            found[key] = None
    return found


def summarise_arm(
    compared: Compared,
    thresholds: Mapping[str, Threshold | None],
    *,
    pairing: Pairing,
    photo_set: PhotoSet,
    seed: int,
) -> dict[str, Any]:
    """Return the numbers of one arm.

    Args:
        compared: Its comparisons.
        thresholds: Thresholds of the same matcher on real photographs.
        pairing: Which comparisons they are.
        photo_set: The photographs.
        seed: Seed of the intervals.

    Returns:
        ``fnmr_at_fmr1``, ``fnmr_at_fmr01``, ``threshold_fmr1`` and so on, ``realised_fmr1`` (the arm's own FMR there),
        ``fnmr_at_own_fmr1`` (at the arm's own threshold), ``auc``, ``rank1``, ``rank5``, ``n_mated``, ``n_non_mated``,
        ``n_searches``, ``n_subjects``, ``n_not_compared``, ``intervals``, ``by_gap``, ``by_sex``, ``by_group``.
    """
    subjects = subjects_of(pairing)
    result: dict[str, Any] = {"intervals": {}}
    own = thresholds_of(compared.non_mated)
    for key, threshold in thresholds.items():
        result[f"threshold_{key}"] = None if threshold is None else threshold.value
        result[f"realised_{key}"] = (
            None if threshold is None else compared.non_mated.false_match_rate(threshold.value)
        )
        for name, limit in ((f"fnmr_at_{key}", threshold), (f"fnmr_at_own_{key}", own[key])):
            _put_rate(
                result, name, None if limit is None else compared.mated_scores < limit.value, subjects, seed
            )
    shares = shares_below(compared)
    result["auc"] = float(shares.mean())
    result["intervals"]["auc"] = mean_interval(shares, subjects, seed=seed).as_list()
    probes = pairing.probes[pairing.searched].tolist()
    for at in (1, 5):
        _put_rate(result, f"rank{at}", closed_set_rates(compared.ranks, at=at), probes, seed)
    result["n_mated"] = len(pairing.mated)
    result["n_non_mated"] = pairing.non_mated_count
    result["n_searches"] = len(compared.ranks)
    result["n_subjects"] = len(set(subjects))
    result["n_not_compared"] = int(np.isneginf(compared.mated_scores).sum())
    result["score_mean"] = float(np.mean(compared.mated_scores[np.isfinite(compared.mated_scores)]))
    limit = thresholds["fmr1"]
    if limit is not None:
        errors = compared.mated_scores < limit.value
        result |= _by_class(errors, pairing, photo_set, seed)
    return result


def difference(
    compared: Compared,
    thresholds: Mapping[str, Threshold | None],
    untouched: Compared,
    untouched_thresholds: Mapping[str, Threshold | None],
    *,
    pairing: Pairing,
    photo_set: PhotoSet,
    seed: int,
) -> dict[str, Any]:
    """Return how an arm differs from the untouched photographs on the same pairs, with intervals.

    Returns:
        ``fnmr_at_fmr1``, ``fnmr_at_fmr01``, ``fnmr_at_own_fmr1`` (the arm less the untouched, below zero is better),
        ``auc``, ``rank1``, ``intervals`` and ``by_gap`` (of ``fnmr_at_own_fmr1``).
    """
    subjects = subjects_of(pairing)
    own, others = thresholds_of(compared.non_mated), thresholds_of(untouched.non_mated)
    result: dict[str, Any] = {"intervals": {}}
    pairs = [
        ("fnmr_at_fmr1", thresholds["fmr1"], untouched_thresholds["fmr1"]),
        ("fnmr_at_fmr01", thresholds["fmr01"], untouched_thresholds["fmr01"]),
        ("fnmr_at_own_fmr1", own["fmr1"], others["fmr1"]),
        ("fnmr_at_own_fmr01", own["fmr01"], others["fmr01"]),
    ]
    for name, first, second in pairs:
        change = None
        if first is not None and second is not None:
            change = _change(compared.mated_scores < first.value, untouched.mated_scores < second.value)
        _put_mean(result, name, change, subjects, seed)
        if name == "fnmr_at_own_fmr1" and change is not None:
            result["by_gap"] = {
                words: _mean_of(change, chosen, subjects, seed)
                for words, chosen in gap_classes(pairing, photo_set).items()
            }
    _put_mean(result, "auc", shares_below(compared) - shares_below(untouched), subjects, seed)
    first_places = [closed_set_rates(each.ranks, at=1) for each in (compared, untouched)]
    _put_mean(result, "rank1", _change(*first_places), pairing.probes[pairing.searched].tolist(), seed)
    return result


def subjects_of(pairing: Pairing) -> list[int]:
    """Return the subject of each mated comparison."""
    subjects: list[int] = pairing.references[pairing.mated[:, 0]].tolist()
    return subjects


def shares_below(compared: Compared) -> FloatArray:
    """Return for each mated comparison the share of non-mated scores below it; their mean is the AUC."""
    order = np.argsort(compared.mated_scores, kind="stable")
    shares = np.empty(len(order))
    shares[order] = compared.non_mated.shares_below()
    return shares


def gap_classes(pairing: Pairing, photo_set: PhotoSet) -> dict[str, NDArray[np.bool_]]:
    """Return which mated comparisons lie in which class of age gaps; empty where ages are not known."""
    gaps = gaps_of(pairing, photo_set)
    if gaps is None:
        return {}
    classes = {}
    for low, high in zip(GAP_EDGES, (*GAP_EDGES[1:], np.inf), strict=True):
        chosen = (gaps >= low) & (gaps < high)
        if chosen.any():
            classes[f"{low:g}-{high:g}" if np.isfinite(high) else f"{low:g}-"] = chosen
    return classes


def gaps_of(pairing: Pairing, photo_set: PhotoSet) -> FloatArray | None:
    """Return the age gap of each mated comparison in years, or ``None`` where ages are not known."""
    ages = np.array(
        [np.nan if photo.age_years is None else photo.age_years for photo in photo_set.photos],
        dtype=np.float64,
    )
    first = ages[list(photo_set.references)][pairing.mated[:, 0]]
    second = ages[list(photo_set.probes)][pairing.mated[:, 1]]
    gaps: FloatArray = np.abs(first - second)
    return None if np.isnan(gaps).any() else gaps


def _by_class(
    errors: NDArray[np.bool_], pairing: Pairing, photo_set: PhotoSet, seed: int
) -> dict[str, dict[str, Any]]:
    subjects = subjects_of(pairing)
    names = [photo_set.photos[photo_set.references[place]].subject for place in pairing.mated[:, 0]]
    result: dict[str, dict[str, Any]] = {
        "by_gap": {
            words: _rate_of(errors, chosen, subjects, seed)
            for words, chosen in gap_classes(pairing, photo_set).items()
        }
    }
    for key, table in (("by_sex", photo_set.sexes), ("by_group", photo_set.groups)):
        labels = np.array([table.get(name, "") for name in names])
        result[key] = {
            str(label): _rate_of(errors, labels == label, subjects, seed)
            for label in sorted(set(labels) - {""})
        }
    return result


def _rate_of(
    errors: NDArray[np.bool_], chosen: NDArray[np.bool_], subjects: Sequence[int], seed: int
) -> dict[str, Any]:
    own = np.asarray(subjects)[chosen].tolist()
    return {
        "fnmr_at_fmr1": float(errors[chosen].mean()),
        "interval": rate_interval(errors[chosen], own, seed=seed).as_list(),
        "n_mated": int(chosen.sum()),
        "n_subjects": len(set(own)),
    }


def _mean_of(
    values: FloatArray, chosen: NDArray[np.bool_], subjects: Sequence[int], seed: int
) -> dict[str, Any]:
    own = np.asarray(subjects)[chosen].tolist()
    return {
        "value": float(values[chosen].mean()),
        "interval": mean_interval(values[chosen], own, seed=seed).as_list(),
        "n_mated": int(chosen.sum()),
    }


def _put_rate(
    result: dict[str, Any],
    name: str,
    events: NDArray[np.bool_] | None,
    subjects: Sequence[int],
    seed: int,
) -> None:
    result[name] = None if events is None else float(events.mean())
    result["intervals"][name] = (
        None if events is None else rate_interval(events, subjects, seed=seed).as_list()
    )


def _put_mean(
    result: dict[str, Any], name: str, values: FloatArray | None, subjects: Sequence[int], seed: int
) -> None:
    result[name] = None if values is None else float(values.mean())
    result["intervals"][name] = (
        None if values is None else mean_interval(values, subjects, seed=seed).as_list()
    )


def _change(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> FloatArray:
    return first.astype(np.float64) - second.astype(np.float64)
