"""What a pack states about its training's faces: the estimator's calibration, the threshold, who was kept apart."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forensic_app.evaluation.measures.age_error import AgeCalibration, fit_calibration
from forensic_app.evaluation.measures.error_rates import threshold_at_fmr
from forensic_app.evaluation.pack.inputs import read_held_out, read_photo
from forensic_app.faces.labelled_faces import LabelledFace, within_ages

if TYPE_CHECKING:
    from forensic_app.engines.training.face_cache import FaceCache
    from forensic_app.faces.analyser import FaceAnalyser

CALIBRATION_FACES_PER_BIN = 120
CALIBRATION_BIN_YEARS = 5
CALIBRATION_AGES = (3.0, 90.0)
ESTIMATOR = "dlib"
FITTING_FACES = 32
FITTING_AGES = (14.0, 70.0)
FITTING_SEED = 11
THRESHOLD_FACES = 800
FITTING_NAME = "fitting.txt"


def face_texts(cache: FaceCache, *, fitting: Collection[str] = ()) -> dict[str, str]:
    """Return the pack's calibration and the names of the faces kept from training, as text by file name.

    Args:
        cache: The faces.
        fitting: As for :func:`split_validation`.
    """
    for_fitting, kept = split_validation(cache, fitting=fitting)
    return {
        "calibration.json": json.dumps(calibrate(cache).to_json(), indent=1) + "\n",
        FITTING_NAME: "".join(f"{name}\n" for name in for_fitting),
        "validation.txt": "".join(f"{name}\n" for name in kept),
    }


def kept_by(pack_path: Path) -> frozenset[str]:
    """Return the names of all faces that a pack has kept from its training, for measuring and for fitting."""
    return read_held_out(pack_path) | read_held_out(pack_path, name=FITTING_NAME)


def split_validation(cache: FaceCache, *, fitting: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """Return the names of the validation faces that edit strengths are fitted on, and of those kept for measuring.

    The first are those named by ``fitting``, or else drawn by seed among people of 14 to 70 years, at most a third of
    the validation faces.
    """
    places = cache.validation_indices
    if fitting:
        names = [cache.names[place] for place in places]
        return [name for name in names if name in fitting], [name for name in names if name not in fitting]
    usable = [place for place in places if FITTING_AGES[0] <= cache.ages[place] <= FITTING_AGES[1]]
    count = min(FITTING_FACES, len(places) // 3, len(usable))
    drawn = set(np.random.default_rng(FITTING_SEED).permutation(usable)[:count].tolist())
    chosen = [cache.names[place] for place in places if place in drawn]
    return chosen, [cache.names[place] for place in places if place not in drawn]


def faces_threshold(
    faces: Sequence[LabelledFace],
    analyser: FaceAnalyser,
    *,
    kept: Collection[str],
    like: Sequence[LabelledFace],
) -> float:
    """Return the comparison score at an FMR of 1 % between training faces of 14 to 70 years, at most 800 of them.

    They are of the folders that the faces ``like`` lie in: people of one collection may be more alike than others, and
    one collection's threshold holds for it alone. Identities are not labelled; a few people may recur, which raises the
    threshold a little.

    Args:
        faces: Labelled faces of any folders.
        analyser: Finds, embeds and compares.
        kept: Names of faces that training has not seen, which are left out.
        like: Faces of the collections that count.

    Raises:
        InvalidInput: Too few faces for that FMR.
    """
    folders = {face.path.parent for face in like}
    usable = [
        face
        for face in within_ages(faces, youngest=FITTING_AGES[0], oldest=FITTING_AGES[1])
        if face.path.parent in folders and face.path.name not in kept
    ]
    order = np.random.default_rng(FITTING_SEED).permutation(len(usable))[:THRESHOLD_FACES]
    embeddings = []
    for place in order.tolist():
        photo = read_photo(usable[place])
        found = [] if photo is None else analyser.detect(photo)
        if photo is not None and found:
            embeddings.append(analyser.embed(photo, found[0]))
    scores = [
        analyser.comparison_score(first, second)
        for place, first in enumerate(embeddings)
        for second in embeddings[place + 1 :]
    ]
    return threshold_at_fmr(scores, target_fmr=0.01).value


def calibrate(cache: FaceCache) -> AgeCalibration:
    """Return the age estimator's calibration on training faces spread evenly over five-year bins."""
    generator = np.random.default_rng(0)
    bins = (cache.ages // CALIBRATION_BIN_YEARS).astype(int)
    usable = cache.may_train & (cache.ages >= CALIBRATION_AGES[0]) & (cache.ages <= CALIBRATION_AGES[1])
    chosen: list[int] = []
    for place in np.unique(bins[usable]):
        members = np.flatnonzero(usable & (bins == place))
        chosen += generator.permutation(members)[:CALIBRATION_FACES_PER_BIN].tolist()
    return fit_calibration(cache.raw_ages[chosen], cache.ages[chosen], estimator=ESTIMATOR)
