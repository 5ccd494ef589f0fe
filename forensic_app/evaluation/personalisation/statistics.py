"""Tables, intervals and contrasts of a personalisation's evaluation.

Rules:
    * A value belongs to one picture; intervals draw whole persons.
    * Arms are contrasted on the same pictures.
    * What a second recogniser says stands beside the first one's, where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forensic_app.engines.personalisation.schema import IDENTITY_TERMS
from forensic_app.evaluation.measures.age_error import AgeCalibration, spearman_per_person
from forensic_app.evaluation.measures.age_numbers import calibrated
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.measures.words import PERSONAL, PERSONAL_SECOND
from forensic_app.evaluation.personalisation.arms import Arm
from forensic_app.evaluation.personalisation.people import Person
from forensic_app.evaluation.personalisation.series import ArmSeries

NEAR_YEARS: Final = 3.0
MEASURES: Final = tuple(PERSONAL)
SECOND_MEASURES: Final = tuple(PERSONAL_SECOND)
_CONTRASTS: Final = (
    ("full", "single_image"),
    ("full", "literal_recipe"),
    ("full", "literal_recipe_edited"),
    ("full", "single_image_pulled"),
    ("full", "all_terms"),
    ("all_terms", "single_image"),
    ("all_terms", "prior"),
    ("single_image_pulled", "single_image"),
    *((term, "prior") for term in IDENTITY_TERMS),
    ("prior", "reconstruction"),
    ("single_image", "do_nothing"),
)


@dataclass(frozen=True, slots=True)
class ArmTable:
    """Values of one arm, one for each picture: person by person, input by input, target by target.

    Attributes:
        values: Values of each measure.
        persons: The person of each picture.
    """

    values: Mapping[str, FloatArray]
    persons: tuple[str, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures that are reported with intervals."""
        return tuple(name for name in (*MEASURES, *SECOND_MEASURES) if name in self.values)

    def of(self, names: Sequence[str]) -> ArmTable:
        """Return the values of these people."""
        chosen = np.isin(self.persons, list(names))
        kept = tuple(person for person in self.persons if person in names)
        return ArmTable({name: values[chosen] for name, values in self.values.items()}, kept)


def without_chosen(
    arms: Sequence[Arm],
    tables: Mapping[str, ArmTable],
    series: Mapping[str, Sequence[ArmSeries]],
    unseen: Sequence[str],
    people: Sequence[Person],
    *,
    seed: int,
) -> dict[str, Any] | None:
    """Return arms and contrasts of the people on whom nothing was chosen."""
    if not unseen:
        return None
    parts = {name: table.of(unseen) for name, table in tables.items()}
    made = {
        name: [each for each, person in zip(each_series, people, strict=True) if person.name in unseen]
        for name, each_series in series.items()
    }
    return {
        "people": list(unseen),
        "arms": {arm.name: summary_of(arm, parts[arm.name], made[arm.name], seed=seed) for arm in arms},
        "contrasts": contrasts_of(parts, seed=seed),
    }


def arm_table(
    series: Sequence[ArmSeries],
    people: Sequence[Person],
    target_ages: Sequence[float],
    threshold: float,
    calibration: AgeCalibration | None,
    second: Sequence[FloatArray] | None = None,
) -> ArmTable:
    """Return the values of one arm's pictures.

    Args:
        series: What the arm made of each person.
        people: The people, in the same order.
        target_ages: Years.
        threshold: Score at an FMR of 1 %.
        calibration: Of the age estimator.
        second: A second recogniser's similarities of each person's pictures with the kept photographs,
            ``(inputs, targets, kept)`` each.
    """
    targets = np.array(target_ages)
    values: dict[str, list[FloatArray]] = {name: [] for name in (*MEASURES, "reference_id_near", "found")}
    persons: list[str] = []
    for made, person in zip(series, people, strict=True):
        ages = calibrated(made.ages_raw, calibration)
        shape = made.input_scores.shape
        persons += [person.name] * made.input_scores.size
        near = np.array([[abs(photo.age - age) <= NEAR_YEARS for photo in person.kept] for age in targets])
        near_scores = np.where(near[None], made.kept_scores, -np.inf).max(axis=2)
        kept = ((made.kept_scores >= threshold) & made.is_found[..., None]).mean(axis=2)
        values["input_id"].append(made.input_scores)
        values["reference_id"].append(made.kept_scores.max(axis=2))
        values["reference_id_near"].append(np.where(np.isfinite(near_scores), near_scores, np.nan))
        values["kept_at_fmr1"].append(kept)
        values["age_mae"].append(np.abs(ages - targets))
        values["age_spearman"].append(
            np.repeat(spearman_per_person(ages, targets)[:, None], shape[1], axis=1)
        )
        values["found"].append(made.is_found.astype(np.float64))
    for each in second or ():
        values.setdefault(SECOND_MEASURES[0], []).append(each.max(axis=2))
        values.setdefault(SECOND_MEASURES[1], []).append(each.mean(axis=2))
    joined = {name: np.concatenate([part.ravel() for part in parts]) for name, parts in values.items()}
    return ArmTable(joined, tuple(persons))


def summary_of(arm: Arm, table: ArmTable, series: Sequence[ArmSeries], *, seed: int) -> dict[str, Any]:
    """Return the means of an arm with their intervals, and how it was made."""
    near = table.values["reference_id_near"]
    is_near = np.isfinite(near)
    seconds = [made.seconds_per_step for made in series if np.isfinite(made.seconds_per_step)]
    return {
        **{name: float(np.mean(table.values[name])) for name in table.measures},
        "seconds_per_step": float(np.median(seconds)) if seconds else None,
        "reference_id_near": float(near[is_near].mean()) if is_near.any() else None,
        "n_near": int(is_near.sum()),
        "faces_found": float(np.mean(table.values["found"])),
        "n_pictures": len(table.persons),
        "intervals": {
            name: mean_interval(table.values[name], table.persons, seed=seed).as_list()
            for name in table.measures
        },
        "words": arm.words,
        "making": arm.making,
        "settings": None if arm.settings is None else arm.settings.as_record(),
        "gating": arm.gating.as_record() if arm.settings is not None else None,
    }


def contrasts_of(tables: Mapping[str, ArmTable], *, seed: int) -> list[dict[str, Any]]:
    """Return differences of arms on the same pictures, with intervals drawn by person."""
    found = []
    for first, second in _CONTRASTS:
        if first not in tables or second not in tables:
            continue
        one, two = tables[first], tables[second]
        differences = {name: one.values[name] - two.values[name] for name in one.measures}
        found.append(
            {
                "arm": first,
                "against": second,
                **{name: float(np.mean(each)) for name, each in differences.items()},
                "intervals": {
                    name: mean_interval(each, one.persons, seed=seed).as_list()
                    for name, each in differences.items()
                },
            }
        )
    return found
