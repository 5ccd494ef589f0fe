"""What engines measured, as printed; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.reports.run_content import Measures


def measures_of(metrics: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Measures:
    """Return what an engine measured on an image.

    Args:
        metrics: ``estimated_age`` (a number, or ``raw``, ``calibrated`` and ``spread``),
            ``comparison_score``, ``reference_scores`` and ``quality`` as the engines record them.
        names: Exhibit numbers by exhibit id, for the reference scores.
    """
    age = metrics.get("estimated_age")
    ages = age if isinstance(age, Mapping) else {"raw": age}
    scores = metrics.get("reference_scores") or {}
    known = names or {}
    return Measures(
        estimated_age=number(ages.get("raw")),
        estimated_age_spread=number(ages.get("spread")),
        calibrated_age=number(ages.get("calibrated")),
        score_to_exhibit=number(metrics.get("comparison_score")),
        scores_to_others=tuple(
            (known.get(name, name), float(scores[name]))
            for name in sorted(scores)
            if scores[name] is not None
        ),
        quality=_qualities(metrics.get("quality")),
        face_found=bool(metrics.get("face_found", True)),
    )


def number(value: Any) -> float | None:
    """Return a recorded number, ``None`` for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _qualities(value: Any) -> tuple[tuple[str, float], ...]:
    if isinstance(value, int | float):
        return (("overall", float(value)),)
    if not isinstance(value, Mapping):
        return ()
    scores = {
        str(name): number(each.get("score") if isinstance(each, Mapping) else each)
        for name, each in value.items()
    }
    return tuple((name, score) for name, score in scores.items() if score is not None)
