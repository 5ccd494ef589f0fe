"""Calibrate an age estimator on labelled faces.

Rules:
    * Faces are spread evenly over age groups, sexes and groups, because a calibration leans towards the ages
      that it was fitted on.
    * Faces that an evaluation will use are excluded by name: what is calibrated on is not measured on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.age_error import LEAST_PAIRS, AgeCalibration, fit_calibration
from forensic_app.evaluation.pack.inputs import read_photo
from forensic_app.evaluation.series.protocols import OnProgress
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import LabelledFaces, stratified_sample, within_ages

ReadAge = Callable[[RgbImage, DetectedFace], float]
"""An age estimator: the raw age in years of a face in a picture."""

YOUNGEST_YEARS = 2.0
OLDEST_YEARS = 100.0


def calibrate_on(
    faces: LabelledFaces,
    analyser: FaceAnalyser,
    read_age: ReadAge,
    *,
    estimator: str,
    limit: int | None = 1000,
    seed: int = 0,
    excluded: Collection[str] = (),
    on_progress: OnProgress | None = None,
) -> AgeCalibration:
    """Return the calibration of any age estimator on real photographs of 2 to 100 years.

    Args:
        faces: Labelled faces.
        analyser: Finds the faces; the largest one of each photograph is read.
        read_age: The estimator.
        estimator: Its name.
        limit: Most faces, ``None`` = all.
        seed: Seed of the sample and of the folds.
        excluded: File names that are left out.
        on_progress: Called with the fraction done and words; may raise ``RunCancelled``.

    Raises:
        InvalidInput: Fewer than 20 faces are usable.
        RunCancelled: From ``on_progress``.
    """
    labelled = within_ages(faces.faces, youngest=YOUNGEST_YEARS, oldest=OLDEST_YEARS)
    left_out = frozenset(excluded)
    candidates = [face for face in labelled if face.path.name not in left_out]
    if len(candidates) < LEAST_PAIRS:
        raise InvalidInput(
            f"{len(candidates)} labelled faces of {YOUNGEST_YEARS:g} to {OLDEST_YEARS:g} years are too few.",
            f"Give a folder with at least {LEAST_PAIRS}.",
        )
    sample = stratified_sample(candidates, limit, seed=seed)
    raw: list[float] = []
    true: list[float] = []
    for place, face in enumerate(sample):
        if on_progress is not None:
            on_progress(place / len(sample), "Reading ages of labelled faces")
        photo = read_photo(face)
        found = [] if photo is None else analyser.detect(photo)
        if photo is not None and found:
            raw.append(read_age(photo, found[0]))
            true.append(face.age_years)
    if len(raw) < LEAST_PAIRS:
        raise InvalidInput(
            f"A face was found in {len(raw)} of {len(sample)} photographs, which are too few.",
            f"Give a folder with at least {LEAST_PAIRS} clear faces.",
        )
    return fit_calibration(raw, true, estimator=estimator, seed=seed)
