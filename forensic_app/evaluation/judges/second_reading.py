"""What a second age estimator reads in the series of an evaluation, beside the first.

Rules:
    * Both estimators read the same pictures with the same landmarks; identity and quality are not read again.
    * It is calibrated as the first one is, on real faces that are neither inputs nor held out; where too few
      are left it is not calibrated, and the result says so.
    * How far the first reads from the second is told on real photographs and on derived images. What differs
      between the two is the share of the first one's figure that the second does not confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.estimator_calibration import calibrate_on
from forensic_app.evaluation.judges.second_estimator import CROP_CENTRE, CROP_SHARE, SecondAgeEstimator
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated, put_age_errors, series_errors
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.measures.words import APART, PACK
from forensic_app.evaluation.pack.inputs import Plan, read_photo
from forensic_app.evaluation.pack.measurements import Measurements
from forensic_app.evaluation.series.protocols import Input, OnProgress, Series
from forensic_app.faces.analyser import FaceAnalyser

CALIBRATION_LIMIT = 1000
"""Most real faces that the second estimator is calibrated on."""


@dataclass(slots=True)
class SecondReader:
    """A second estimator and what it has read so far.

    Attributes:
        estimator: The estimator.
        calibration: Its calibration, or ``None`` where too few faces were left for one.
        input_ages: Raw ages of the untouched photographs, ``(people,)``, years.
        rows: Raw ages of the derived images, one array ``(targets,)`` for each person.
    """

    estimator: SecondAgeEstimator
    calibration: AgeCalibration | None
    input_ages: FloatArray
    rows: list[FloatArray] = field(default_factory=list)

    @property
    def ages(self) -> FloatArray:
        """Calibrated ages of the derived images, ``(people, targets)``, years."""
        return calibrated(np.stack(self.rows), self.calibration)

    def read(self, series: Series) -> None:
        """Read the derived crops of the next person."""
        self.rows.append(self.estimator.estimate_many(list(series.crops), series.measured.faces))


def prepare_reader(
    estimator: SecondAgeEstimator,
    analyser: FaceAnalyser,
    plan: Plan,
    inputs: Sequence[Input],
    report: OnProgress,
) -> SecondReader:
    """Calibrate the second estimator and read the untouched photographs.

    Raises:
        RunCancelled: From ``report``.
    """
    calibration = None
    taken = plan.held_out | {item.face.path.name for item in inputs}
    try:
        calibration = calibrate_on(
            plan.faces,
            analyser,
            estimator.estimate,
            estimator=estimator.name,
            limit=CALIBRATION_LIMIT,
            seed=plan.seed,
            excluded=taken,
            on_progress=lambda _, words: report(0.16, f"Second estimator: {words.lower()}"),
        )
    except InvalidInput as error:
        report(0.16, f"The second estimator is not calibrated: {error}")
    ages = []
    for item in inputs:
        report(0.16, "Second estimator: reading the real photographs")
        photo = read_photo(item.face)
        if photo is None:
            raise InvalidInput(f"{item.face.path.name} can no longer be read.", "Leave the folder as it is.")
        ages.append(estimator.estimate(photo, analyser.detect(photo)[0]))
    return SecondReader(estimator, calibration, np.array(ages, dtype=np.float64))


def summarise_second(
    reader: SecondReader,
    measured: Measurements,
    first_calibration: AgeCalibration | None,
    *,
    seed: int,
) -> dict[str, Any]:
    """Return what the second estimator reads, and how far the first reads from it.

    Args:
        reader: With one row for each person of ``measured``.
        measured: The first estimator's readings.
        first_calibration: The first estimator's calibration, or ``None``.
        seed: Seed of every bootstrap.

    Returns:
        ``name``, ``sources_sha256``, ``crop``, ``calibration``, ``n_faces``, ``estimator_mae`` and ``_bias``
        on the real photographs, ``age_mae`` and ``age_bias`` of derived images (each calibrated, and
        with ``_raw``), ``age_spearman``, ``control_age_mae``, ``first_minus_second_real`` and
        ``first_minus_second_derived`` (means of calibrated ages, years), ``by_target``, ``intervals`` and
        ``notes``.
    """
    raw = np.stack(reader.rows)
    result = series_errors(
        raw,
        measured.target_ages,
        (reader.input_ages, measured.true_ages),
        reader.calibration,
        seed=seed,
    )
    result |= {
        "name": reader.estimator.name,
        "sources_sha256": dict(reader.estimator.sources_sha256),
        "crop": {"share_of_canonical_crop": CROP_SHARE, "centre": list(CROP_CENTRE)},
        "calibration": None if reader.calibration is None else reader.calibration.to_json(),
        "notes": _notes(reader.calibration),
    }
    for key, first, second in (
        ("real", measured.input_ages_raw[:, None], reader.input_ages[:, None]),
        ("derived", measured.ages_raw, raw),
    ):
        apart = calibrated(first, first_calibration) - calibrated(second, reader.calibration)
        name = f"first_minus_second_{key}"
        result[name] = float(apart.mean())
        result["intervals"][name] = mean_interval(apart.mean(axis=1), seed=seed).as_list()
    result["by_target"] = {
        f"{target:g}": _of_target(raw[:, column], float(target), reader, seed=seed)
        for column, target in enumerate(measured.target_ages.tolist())
    }
    return result


def second_sentences(result: dict[str, Any]) -> list[str]:
    """Return lines of text about a second estimator's object in the result of an evaluation."""
    low, high = result["intervals"]["estimator_mae"]
    lines = [
        f"Second age estimator ({result['name']}): own error on {result['n_faces']} real photographs "
        f"{result['estimator_mae']:.1f} years calibrated ({low:.1f} to {high:.1f}), "
        f"{result['estimator_mae_raw']:.1f} years raw."
    ]
    both = [PACK[key] for key in ("age_mae", "age_mae_raw", "age_bias", "control_age_mae", "age_spearman")]
    for each in (*both, *APART.values()):
        lines.append(f"  {each.title}: {each.of(result)} ({each.interval(result)})")
    for target, part in result["by_target"].items():
        lines.append(
            f"  target {target}: age error {part['age_mae']:.1f} years, bias {part['age_bias']:+.1f} years, "
            f"raw {part['age_mae_raw']:.1f} and {part['age_bias_raw']:+.1f} years"
        )
    return lines + [f"Note: {note}" for note in result["notes"]]


def _of_target(raw: FloatArray, target: float, reader: SecondReader, *, seed: int) -> dict[str, Any]:
    ages = calibrated(raw, reader.calibration)
    part: dict[str, Any] = {
        "n_faces": int(raw.size),
        "age_mean": float(ages.mean()),
        "age_spread": float(ages.std()),
        "intervals": {},
    }
    put_age_errors(part, "age", raw, np.full_like(raw, target), reader.calibration, seed=seed)
    return part


def _notes(calibration: AgeCalibration | None) -> list[str]:
    return [
        "The second estimator took no part in training or in editing. Its authors trained it on UTKFace, "
        "FG-NET, ChaLearn, Wiki, IMDB, CACD and MegaAge: on photographs of those sets its own error is "
        "better than on photographs that it has not seen.",
        "The second estimator is calibrated on "
        f"{calibration.n} real faces of the folder that are neither inputs nor held out."
        if calibration is not None
        else "Too few faces were left to calibrate the second estimator: its calibrated numbers are raw ones.",
    ]
