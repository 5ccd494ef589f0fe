"""Two kinds of photographs that the sample does not hold, measured in blocks of their own: children's and grey ones.

Rules:
    * Children of 2 to 13 years are shown as adults: how far the age that is read lies from the one asked for, and how
      many keep their identity at the threshold of all. They are few; the N stands beside each number.
    * A grey photograph must stay grey. Some of the sample's own crops are made grey, so that there always are some; how
      far colours of the derived pictures stray is measured as a caption's word for colour is.
    * What is not there has a reason instead of a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from forensic_app.engines.pictures.traits import GREY_SPREAD, colour_spread
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated, put_age_error
from forensic_app.evaluation.measures.image_metrics import luminance
from forensic_app.evaluation.measures.intervals import mean_interval
from forensic_app.evaluation.pack.inputs import Plan, read_photo
from forensic_app.evaluation.pack.statistics import identity_kept
from forensic_app.evaluation.series.protocols import (
    Input,
    OnProgress,
    SeriesMaker,
    measure_series,
    prepare_input,
)
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import stratified_sample, within_ages

YOUNGEST_CHILD, OLDEST_CHILD = 2.0, 13.0
ADULT_FROM_YEARS = 20.0
PEOPLE_PER_CHILD = 4
MOST_CHILDREN = 30
LEAST_CHILDREN = 5
PEOPLE_PER_GREY = 10
MOST_GREY = 8
LEAST_GREY = 2


def measure_children(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    plan: Plan,
    people: int,
    *,
    threshold: float,
    calibration: AgeCalibration | None,
    on_progress: OnProgress,
) -> dict[str, Any]:
    """Return what becomes of children who are shown as adults.

    Args:
        maker: Makes the pictures.
        analyser: Reads them.
        plan: Names faces and ages.
        people: How many adults are measured: a quarter as many children are, at most 30.
        threshold: Global decision threshold.
        calibration: The estimator's calibration, or ``None``.
        on_progress: Told of the progress.

    Returns:
        ``n_faces``, ``n_held_out``, ``age_mae``, ``age_bias``, ``identity_kept``, ``intervals`` and ``by_target`` with
        the same for each target age from 20 years; or ``absent``, the reason, beside ``n_faces``.

    Raises:
        RunCancelled: From ``on_progress``.
    """
    targets = [age for age in plan.target_ages if age >= ADULT_FROM_YEARS]
    if not targets:
        return {"n_faces": 0, "absent": f"no target age from {ADULT_FROM_YEARS:g} years"}
    items = _children(maker, analyser, plan, people)
    if len(items) < LEAST_CHILDREN:
        return {
            "n_faces": len(items),
            "absent": f"only {len(items)} usable faces of {YOUNGEST_CHILD:g} to {OLDEST_CHILD:g} years, "
            f"{LEAST_CHILDREN} are needed",
        }
    ages, scores = [], []
    for place, item in enumerate(items):
        on_progress(place / len(items), f"Showing child {place + 1} of {len(items)} as an adult")
        made = measure_series(item, maker, analyser, targets)
        ages.append(made.measured.ages_years)
        scores.append(made.scores)
    read, kept = calibrated(np.stack(ages), calibration), np.stack(scores)
    aims = np.broadcast_to(np.array(targets), read.shape)
    people_of = np.repeat(np.arange(len(items)), len(targets)).tolist()
    result: dict[str, Any] = {
        "n_faces": len(items),
        "n_held_out": sum(item.face.path.name in plan.held_out for item in items),
        "intervals": {},
    }
    put_age_error(result, "age", read.ravel(), aims.ravel(), people_of, seed=plan.seed)
    _put_kept(result, kept, threshold, plan.seed)
    result["by_target"] = {}
    for column, target in enumerate(targets):
        part: dict[str, Any] = {"n_faces": len(items), "intervals": {}}
        put_age_error(part, "age", read[:, column], aims[:, column], seed=plan.seed)
        _put_kept(part, kept[:, column : column + 1], threshold, plan.seed)
        result["by_target"][f"{target:g}"] = part
    return result


def measure_grey(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    plan: Plan,
    inputs: Sequence[Input],
    *,
    on_progress: OnProgress,
) -> dict[str, Any]:
    """Return whether derived pictures of grey photographs stay grey.

    Args:
        maker: Makes the pictures.
        analyser: Named to the maker with the estimates.
        plan: Names the ages.
        inputs: The people; every tenth, 2 to 8 of them, is made grey.
        on_progress: Told of the progress.

    Returns:
        ``n_faces``, ``n_pictures``, ``grey_kept`` (share below the limit at which a crop counts as coloured),
        ``grey_spread_mean``, ``grey_spread_max`` (levels of 255), ``limit`` and ``intervals``.

    Raises:
        RunCancelled: From ``on_progress``.
    """
    count = int(np.clip(len(inputs) // PEOPLE_PER_GREY, LEAST_GREY, MOST_GREY))
    places = np.unique(np.rint(np.linspace(0, len(inputs) - 1, min(count, len(inputs)))).astype(int))
    spreads = []
    for done, place in enumerate(places.tolist()):
        on_progress(done / len(places), f"Grey photograph {done + 1} of {len(places)}")
        item = replace(inputs[place], crop=_grey(inputs[place].crop))
        crops = measure_series(item, maker, analyser, plan.target_ages).crops
        spreads.append([colour_spread(crop) for crop in crops])
    rows = np.array(spreads, dtype=np.float64)
    kept = (rows < GREY_SPREAD).mean(axis=1)
    return {
        "n_faces": len(rows),
        "n_pictures": int(rows.size),
        "grey_kept": float(kept.mean()),
        "grey_spread_mean": float(rows.mean()),
        "grey_spread_max": float(rows.max()),
        "limit": GREY_SPREAD,
        "intervals": {
            "grey_kept": mean_interval(kept, seed=plan.seed).as_list(),
            "grey_spread_mean": mean_interval(rows.mean(axis=1), seed=plan.seed).as_list(),
        },
    }


def special_sentences(result: Mapping[str, Any]) -> list[str]:
    """Return lines of text about both blocks; none in results of before."""
    lines = []
    children, grey = result.get("children"), result.get("grey")
    if children:
        lines.append(
            f"Children of {YOUNGEST_CHILD:g} to {OLDEST_CHILD:g} years shown as adults: "
            + (
                children["absent"]
                if "absent" in children
                else f"age error {children['age_mae']:.1f} years, bias {children['age_bias']:+.1f}, identity kept "
                f"{children['identity_kept']:.1%}, {children['n_faces']} children"
            )
        )
    if grey:
        lines.append(
            f"Grey photographs: {grey['grey_kept']:.1%} of {grey['n_pictures']} derived pictures stay grey; colours "
            f"stray by {grey['grey_spread_mean']:.1f} on average and {grey['grey_spread_max']:.1f} at most, from "
            f"{grey['limit']:g} on a picture counts as coloured"
        )
    return lines


def _children(maker: SeriesMaker, analyser: FaceAnalyser, plan: Plan, people: int) -> list[Input]:
    young = within_ages(plan.faces.faces, youngest=YOUNGEST_CHILD, oldest=OLDEST_CHILD)
    unseen = tuple(face for face in young if face.path.name in plan.held_out)
    candidates = unseen if len(unseen) >= LEAST_CHILDREN else young
    wanted = int(np.clip(people // PEOPLE_PER_CHILD, LEAST_CHILDREN, MOST_CHILDREN))
    items = []
    for face in stratified_sample(candidates, wanted, seed=plan.seed) if candidates else ():
        photo = read_photo(face)
        item = None if photo is None else prepare_input(face, photo, analyser, maker.crop_size_px)
        if item is not None:
            items.append(item)
    return items


def _put_kept(part: dict[str, Any], scores: np.ndarray[Any, Any], threshold: float, seed: int) -> None:
    share, interval, _ = identity_kept(
        scores, np.ones_like(scores, dtype=np.bool_), threshold=threshold, seed=seed
    )
    part["identity_kept"] = share
    part["intervals"]["identity_kept"] = interval


def _grey(crop: RgbImage) -> RgbImage:
    light = np.rint(luminance(crop)).astype(np.uint8)
    return np.repeat(light[..., None], 3, axis=2)
