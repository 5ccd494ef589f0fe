"""How unlike real faces of an age a single face is: the figure under each picture of a contact sheet.

What is known of real faces is a mean of their numbers (:mod:`~forensic_app.evaluation.measures.crop_texture`) at some
ages, and how they spread about it. Nothing derived was seen, so a new fault counts as much as an old one.

Rules:
    * Between two known ages the mean is the straight line between theirs; beyond the last one it is the last one's.
    * The spread is that of all ages about their means, drawn towards independent numbers by a fixed share.
    * The figure is in deviations of real faces that took no part in mean and spread: 0 is what a real face of that age
      has on average, higher is more unlike. Real photographs of another kind (a studio's, say) have a level of their
      own: figures are compared within one kind of photographs, and each person's own photograph stands beside them.
    * A file holds means and spreads, no face.

References:
    Mahalanobis, On the generalised distance in statistics, 1936; Ledoit and Wolf, A well-conditioned estimator for
    large-dimensional covariance matrices, 2004 (the form of the shrinkage; the share here is fixed).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.crop_texture import FACE, FEATURES, REGIONS, crop_textures
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.analyser import RgbImage
from forensic_app.settings import resources_dir

BUNDLED_FILE = resources_dir() / "measures" / "real_faces.safetensors"
SHRINKAGE = 0.3
FOLDS = 5
LEAST_FACES = 20
"""Fewest real faces of an age that say anything."""
_ADVICE = "Fit it again with `python -m forensic_app.evaluation.look.fit`."


@dataclass(frozen=True, slots=True)
class _Region:
    """Means, deviations and whitening of one region's numbers, and where left-out real faces lie."""

    means: FloatArray
    deviations: FloatArray
    whitening: FloatArray
    left_out_mean: float
    left_out_deviation: float

    def distances(self, numbers: FloatArray, means: FloatArray) -> FloatArray:
        """Return the logarithm of the mean square of whitened numbers, ``(n,)``."""
        white = ((numbers - means) / self.deviations) @ self.whitening
        return np.asarray(np.log(np.mean(white**2, axis=1) + 1e-9))

    def means_at(self, known: FloatArray, ages: FloatArray) -> FloatArray:
        """Return the mean at each of ``ages``, ``(n, numbers)``."""
        last = len(known) - 1
        place = np.interp(ages, known, np.arange(last + 1.0))
        lower = np.minimum(place.astype(int), max(last - 1, 0))
        share = (place - lower)[:, None]
        return np.asarray(self.means[lower] * (1.0 - share) + self.means[np.minimum(lower + 1, last)] * share)


class RealFaces:
    """What is known of real faces.

    Args:
        ages: The known ages, years, rising.
        regions: What is known of each region.
        facts: Of what it was learned: ``faces`` by age, ``data``, ``weights_sha256`` of the autoencoder's pack.
    """

    def __init__(self, ages: FloatArray, regions: Mapping[str, _Region], facts: Mapping[str, Any]) -> None:
        self._ages = ages
        self._regions = regions
        self.facts = dict(facts)

    @classmethod
    def fit(
        cls,
        numbers: Mapping[float, Mapping[str, NDArray[np.float32]]],
        *,
        facts: Mapping[str, Any] | None = None,
    ) -> RealFaces:
        """Learn from real faces.

        Args:
            numbers: By age in years: each region's numbers, ``(n, numbers)``, of real faces of about that age that went
                through the pack's autoencoder. Ages with fewer than 20 faces are left out.
            facts: Further facts to keep.

        Raises:
            InvalidInput: No age has 20 faces.
        """
        ages = sorted(age for age, parts in numbers.items() if len(parts[FACE]) >= LEAST_FACES)
        if not ages:
            raise InvalidInput(
                f"There are fewer than {LEAST_FACES} real faces of each age.",
                "Give more labelled photographs.",
            )
        regions = {
            name: _fitted([np.asarray(numbers[age][name], dtype=np.float64) for age in ages])
            for name in REGIONS
        }
        counts = {f"{age:g}": len(numbers[age][FACE]) for age in ages}
        return cls(np.array(ages), regions, {**(facts or {}), "faces": counts, "features": FEATURES})

    @classmethod
    def read(cls, path: Path = BUNDLED_FILE) -> RealFaces:
        """Read what :meth:`write` wrote.

        Raises:
            InvalidInput: There is no such file, or it holds something else.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as opened:
                tensors = {name: opened.get_tensor(name).astype(np.float64) for name in opened.keys()}  # noqa: SIM118
                facts = json.loads(opened.metadata()["facts"])
            if facts["features"] != FEATURES:
                raise InvalidInput(f"{path.name} was learned with other features.", _ADVICE)
            regions = {
                name: _Region(
                    tensors[f"{name}.means"],
                    tensors[f"{name}.deviations"],
                    tensors[f"{name}.whitening"],
                    *(float(value) for value in tensors[f"{name}.left_out"]),
                )
                for name in REGIONS
            }
            return cls(tensors["ages"], regions, facts)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"{path} holds no record of real faces.", _ADVICE) from error

    def write(self, path: Path) -> None:
        """Write everything to a safetensors file; the same knowledge gives the same bytes."""
        from safetensors.numpy import save_file

        tensors: dict[str, NDArray[Any]] = {"ages": self._ages.astype(np.float32)}
        for name, region in self._regions.items():
            tensors[f"{name}.means"] = region.means.astype(np.float32)
            tensors[f"{name}.deviations"] = region.deviations.astype(np.float32)
            tensors[f"{name}.whitening"] = region.whitening.astype(np.float16)
            tensors[f"{name}.left_out"] = np.array(
                [region.left_out_mean, region.left_out_deviation], dtype=np.float32
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, path, metadata={"facts": json.dumps(self.facts, sort_keys=True)})

    def unlikeness(
        self, crops: Sequence[RgbImage] | NDArray[np.uint8], ages: Sequence[float]
    ) -> dict[str, FloatArray]:
        """Return how unlike real faces of their ages ``crops`` are, ``(n,)`` for each region.

        Args:
            crops: Canonical crops that went through the autoencoder, ``(side, side, 3)`` uint8 RGB each.
            ages: The age that each shows, years.
        """
        return self.unlikeness_of(crop_textures(crops), ages)

    def unlikeness_of(
        self, numbers: Mapping[str, NDArray[np.float32]], ages: Sequence[float]
    ) -> dict[str, FloatArray]:
        """Return the same from numbers of :func:`~forensic_app.evaluation.measures.crop_texture.crop_textures`."""
        found = {}
        for name, region in self._regions.items():
            means = region.means_at(self._ages, np.asarray(ages, dtype=np.float64))
            distances = region.distances(np.asarray(numbers[name], dtype=np.float64), means)
            found[name] = np.asarray((distances - region.left_out_mean) / region.left_out_deviation)
        return found


def _fitted(groups: Sequence[FloatArray]) -> _Region:
    """Return what groups of numbers say, ``(n, numbers)`` each; every fifth face is left out once."""
    left_out = []
    for fold in range(FOLDS):
        kept = [np.delete(group, np.arange(fold, len(group), FOLDS), axis=0) for group in groups]
        region = _region(kept)
        left_out += [
            region.distances(group[fold::FOLDS], mean[None])
            for group, mean in zip(groups, region.means, strict=True)
        ]
    distances = np.concatenate(left_out)
    return _region(groups, float(distances.mean()), max(float(distances.std()), 1e-6))


def _region(
    groups: Sequence[FloatArray], left_out_mean: float = 0.0, left_out_deviation: float = 1.0
) -> _Region:
    means = np.stack([group.mean(axis=0) for group in groups])
    rest = np.concatenate([group - mean for group, mean in zip(groups, means, strict=True)])
    deviations = np.maximum(rest.std(axis=0), 1e-3)
    scaled = rest / deviations
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    spread = (1.0 - SHRINKAGE) * np.clip(values, 0.0, None) + SHRINKAGE
    return _Region(means, deviations, vectors / np.sqrt(spread), left_out_mean, left_out_deviation)
