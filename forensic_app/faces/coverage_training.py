"""Learn to tell covered eyes and mouths, from photographs on which covers are drawn.

Run once by a maintainer, after :mod:`forensic_app.faces.convert_mediapipe`::

    python -m forensic_app.faces.coverage_training --faces utkface --out resources/analysers/mediapipe

Rules:
    * Of each photograph come five examples: as it is, eyes covered, mouth covered, both, and something harmless.
    * A sixth of the photographs is kept apart; on it stands the threshold: 1 % of what is not covered reaches 0.
    * The same photographs and seed give the same examples. No photograph can be had back from the coefficients.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from scipy.optimize import minimize

from forensic_app.faces import occluders
from forensic_app.faces.align import template_face
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.convert_mediapipe import write_manifest
from forensic_app.faces.coverage import COVERAGE_FILE, eye_features, mouth_features
from forensic_app.faces.mesh import MeshNetworks, next_cut
from forensic_app.faces.mesh_masks import polygon_mask
from forensic_app.faces.mesh_regions import LEFT_EYE, RIGHT_EYE
from forensic_app.images import load_working_copy

FALSE_ALARMS: Final = 0.01
_KEPT_APART = 6
_PENALTY = 30.0
_LEAST_PRESENCE = 5.0
_LEAST_CHANGE = 3


@dataclass(frozen=True, slots=True)
class Examples:
    """What was read from drawn photographs.

    Attributes:
        eyes: ``(n, 2, 2048)``, of the left and the right eye.
        eyes_covered: ``(n, 2)`` bool.
        mouths: ``(n, 2, 4608)``, of each face and of its mirror image.
        mouths_covered: ``(n,)`` bool.
        kinds: What was drawn, in words, one of each example.
        photographs: Number of the photograph that each example is of.
    """

    eyes: NDArray[np.float32]
    eyes_covered: NDArray[np.bool_]
    mouths: NDArray[np.float32]
    mouths_covered: NDArray[np.bool_]
    kinds: tuple[str, ...]
    photographs: NDArray[np.int64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the coefficients and the manifest, print what was found on the photographs kept apart; return 0."""
    parser = argparse.ArgumentParser(description="Learn to tell covered eyes and mouths.")
    parser.add_argument("--faces", type=Path, required=True, help="aligned face crops, as UTKFace has them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    paths = sorted(each for each in options.faces.iterdir() if each.suffix in {".jpg", ".png", ".webp"})
    generator = np.random.default_rng(options.seed)
    chosen = [paths[int(each)] for each in generator.permutation(len(paths))[: options.count]]
    examples = drawn_examples(chosen, MeshNetworks(options.out), generator)
    coefficients, lines = learned(examples)
    (options.out / COVERAGE_FILE).write_bytes(save(coefficients))
    write_manifest(options.out)
    print("\n".join(lines))
    return 0


def drawn_examples(paths: Sequence[Path], networks: MeshNetworks, generator: np.random.Generator) -> Examples:
    """Return five examples of each photograph in which the mesh network sees a face."""
    eyes, eyes_covered, mouths, mouths_covered, kinds, numbers = [], [], [], [], [], []
    for number, path in enumerate(paths):
        photo = load_working_copy(path)
        points, presence, _ = networks.points(photo, template_face("dlib5", photo.shape[0]))
        if presence < _LEAST_PRESENCE:
            continue
        for kind, picture, parts in _drawn(photo, points, generator):
            covered = _covered_eyes(photo, picture, points) if parts[0] else (False, False)
            taken = occluders.taken_otherwise(picture, generator)
            matrix = next_cut(networks.points_in(taken, next_cut(points))[0])
            seen, _ = networks.points_in(taken, matrix)
            eyes.append(eye_features(taken, seen, matrix, networks))
            eyes_covered.append(covered)
            mouths.append(mouth_features(taken, matrix, networks))
            mouths_covered.append(parts[1])
            kinds.append(kind)
            numbers.append(number)
    return Examples(
        np.stack(eyes),
        np.array(eyes_covered),
        np.stack(mouths),
        np.array(mouths_covered),
        tuple(kinds),
        np.array(numbers),
    )


def _covered_eyes(photo: RgbImage, picture: RgbImage, points: FloatArray) -> tuple[bool, bool]:
    """Return which eyes have another look in most of their pixels than in the photograph."""
    changed = np.abs(picture.astype(int) - photo).max(axis=2) > _LEAST_CHANGE
    masks = (polygon_mask(points[list(eye), :2], photo.shape[:2]) > 0.5 for eye in (LEFT_EYE, RIGHT_EYE))
    left, right = (bool(mask.any() and changed[mask].mean() > 0.5) for mask in masks)
    return left, right


def _drawn(
    photo: RgbImage, points: FloatArray, generator: np.random.Generator
) -> list[tuple[str, RgbImage, tuple[bool, bool]]]:
    """Return kind, picture, and whether eyes and mouth are covered, of the five examples of a photograph."""

    def one(painters: dict[str, occluders.Painter], picture: RgbImage) -> tuple[str, RgbImage]:
        name = sorted(painters)[int(generator.integers(len(painters)))]
        return name, painters[name](picture, points, generator)

    over_eyes, over_mouth = dict(occluders.OVER_EYES), dict(occluders.OVER_MOUTH)
    eyes, eyes_covered = one(over_eyes, photo)
    mouth, mouth_covered = one(over_mouth, photo)
    both = one(over_mouth, one(over_eyes, photo)[1])[1]
    harmless, harmless_picture = one(dict(occluders.HARMLESS), photo)
    return [
        ("plain", photo, (False, False)),
        (eyes, eyes_covered, (True, False)),
        (mouth, mouth_covered, (False, True)),
        ("both", both, (True, True)),
        (harmless, harmless_picture, (False, False)),
    ]


def learned(examples: Examples) -> tuple[dict[str, NDArray[np.floating]], list[str]]:
    """Return the coefficients of both parts, and what they find on the photographs kept apart, in words."""
    apart = examples.photographs % _KEPT_APART == 0
    kinds = np.array(examples.kinds)
    mouths = np.repeat(examples.mouths_covered[:, None], 2, axis=1)
    coefficients: dict[str, NDArray[np.floating]] = {}
    lines = []
    for part, features, covered in (
        ("eyes", examples.eyes, examples.eyes_covered),
        ("mouth", examples.mouths, mouths),
    ):
        rows = features[~apart].reshape(-1, features.shape[2])
        weight = regression(rows, covered[~apart].ravel()).astype(np.float16)
        logits = features[apart] @ weight.astype(np.float32)
        logits = logits.max(axis=1) if part == "eyes" else logits.mean(axis=1)
        threshold = float(np.quantile(logits[~covered[apart].any(axis=1)], 1.0 - FALSE_ALARMS))
        coefficients[f"{part}.weight"] = weight
        coefficients[f"{part}.bias"] = np.array([-threshold], dtype=np.float32)
        for kind in sorted(set(kinds[apart].tolist())):
            here = kinds[apart] == kind
            said = 100.0 * (logits[here] > threshold).mean()
            lines.append(f"{part:6} {kind:10} {here.sum():4} examples: said to be covered {said:5.1f} %")
    return coefficients, lines


def regression(rows: NDArray[np.float32], covered: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression with a quadratic penalty, shape ``(features,)``; no offset.

    Features are standardised for the penalty's sake, and their spread is divided out of the result again.
    """
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    scaled = (rows - middle) / spread
    signs = np.where(covered, 1.0, -1.0).astype(np.float32)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weight, offset = values[:-1], values[-1]
        margins = signs * (scaled @ weight.astype(np.float32) + offset)
        pull = -signs / (1.0 + np.exp(np.clip(margins, -60, 60)))
        slope = scaled.T @ pull.astype(np.float32) + _PENALTY * weight
        value = np.logaddexp(0.0, -margins).sum() + 0.5 * _PENALTY * float(weight @ weight)
        return float(value), np.append(slope, pull.sum()).astype(np.float64)

    start = np.zeros(rows.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights: NDArray[np.float64] = found.x[:-1] / spread
    return weights


if __name__ == "__main__":
    raise SystemExit(main())
