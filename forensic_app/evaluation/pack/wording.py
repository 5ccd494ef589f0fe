"""The words around the numbers of a pack's evaluation: first sentence, notes, circumstances."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from forensic_app import __version__
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.crop_texture import FEATURES
from forensic_app.evaluation.measures.real_faces import LEAST_FACES
from forensic_app.evaluation.pack.statistics import LEAST_IMAGES_FOR_KID
from forensic_app.evaluation.series.protocols import SeriesMaker
from forensic_app.faces.analyser import FaceAnalyser

RECORDED_PACKAGES = ("torch", "diffusers", "transformers", "numpy", "scipy", "scikit-image", "dlib-bin")


def estimator_sentence(own: Mapping[str, Any]) -> str:
    """Return the sentence that opens every print-out of an evaluation."""
    low, high = own["intervals"]["estimator_mae"]
    return (
        f"The age estimator's own error on {own['n_faces']} real photographs: "
        f"{own['estimator_mae']:.1f} years calibrated (95 % interval {low:.1f} to {high:.1f}), "
        f"{own['estimator_mae_raw']:.1f} years raw"
    )


def notes(analyser: FaceAnalyser, calibration: AgeCalibration | None, *, is_held_out: bool) -> list[str]:
    """Return the sentences that belong to the numbers of an evaluation."""
    return [
        "Derived crops are measured without pasting back; the face is detected in each, and where nothing is "
        "detected near its place the template's landmarks stand in (n_template_landmarks).",
        "Identity: the derived crop's comparison score with the untouched photograph, at a threshold set on "
        "non-mated pairs of the folder's photographs. All pairs of different files were kept, though a few "
        "people may recur; that can only raise the threshold.",
        "control_identity_kept is the untouched photograph compared with itself: 1.0 by definition. "
        "control_age_mae is the age error of leaving the photograph as it is.",
        f"KID uses the embeddings of the {analyser.name} recognition network, each dimension brought to "
        "mean 0 and deviation 1 over the folder's real crops, not Inception features: compare it with other "
        f"numbers of this program only. Targets with fewer than {LEAST_IMAGES_FOR_KID} real faces have none.",
        "realism_auc: how well a cross-validated classifier tells derived pictures from real faces of about the target "
        f"age that went through the same autoencoder, by {FEATURES}; 0.5 is not at all. A target with fewer than "
        f"{LEAST_FACES} such faces has none. control_realism_auc is that of the untouched photographs, which are told "
        "apart by their age.",
        "sex_kept compares what dlib's sex network reads in the derived picture and in the photograph; it reads "
        "children's faces badly (sex_read_right_real by target age).",
        "Skin tones are those in the photographs, light and camera included.",
        "The sample is spread evenly over age group, sex and group; means are means of that sample.",
        "An estimator that was also used in training flatters age errors. The folder's ages count as true.",
        f"Ages are calibrated with the pack's calibration ({calibration.n or 'unknown number of'} faces)."
        if calibration is not None
        else "No calibration belongs to this estimator: calibrated numbers are raw ones.",
        "Inputs are files that the pack lists as unseen by its training."
        if is_held_out
        else "Whether the pack's training has seen these faces is not known to the program.",
    ]


def circumstances(
    maker: SeriesMaker, analyser: FaceAnalyser, calibration: AgeCalibration | None
) -> dict[str, Any]:
    """Return maker, analyser, calibration, versions and machine of an evaluation, JSON types only."""
    versions = {"forensic-app": __version__, "python": platform.python_version()}
    for name in RECORDED_PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "maker": dict(maker.description),
        "pack_sha256": maker.description.get("pack_sha256"),
        "weights_sha256": maker.description.get("weights_sha256"),
        "analyser": {
            "name": analyser.name,
            "version": analyser.version,
            "weights_sha256": dict(analyser.weights_sha256),
        },
        "calibration": None if calibration is None else calibration.to_json(),
        "versions": versions,
        "machine": {"system": platform.platform(), "processor": platform.machine()},
    }


def peak_memory_mb() -> float:
    """Return the most memory this process has held, in MB of 10^6 bytes, models and all."""
    import psutil

    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes / 1e6
