"""What is measured in a pack's series and in the real crops beside them, before any number is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.series.protocols import Input, Series

_PER_PERSON = ("ages_raw", "scores", "is_template", "features", "psnr_db", "ssim", "ssim_rgb", "seconds")


@dataclass(frozen=True, slots=True)
class Measurements:
    """Everything measured, people in rows.

    Attributes:
        inputs: The people.
        target_ages: Shape ``(targets,)``, years.
        ages_raw: Raw estimates on derived crops, ``(people, targets)``, years.
        scores: Comparison scores with the untouched photographs, ``(people, targets)``.
        is_template: Crops where nothing was detected, ``(people, targets)`` bool.
        features: Embeddings of derived crops, ``(people, targets, d)``.
        psnr_db: Of the reconstruction, ``(people,)``; infinite where it is exact.
        ssim: Of the reconstruction on luminance, ``(people,)``.
        ssim_rgb: Of the reconstruction, mean over R, G and B, ``(people,)``.
        seconds: Wall time of each series, ``(people,)``.
        is_held_back: Pictures that the identity guard held back, ``(people, targets)`` bool; ``None`` without one.
        is_sex_kept: Pictures in which the sex network reads what it reads in the photograph, same shape; ``None`` where
            it was not asked.
        is_sex_as_labelled: Whether it reads the labelled sex in the photographs, ``(people,)``, NaN without a label.
    """

    inputs: tuple[Input, ...]
    target_ages: FloatArray
    ages_raw: FloatArray
    scores: FloatArray
    is_template: NDArray[np.bool_]
    features: FloatArray
    psnr_db: FloatArray
    ssim: FloatArray
    ssim_rgb: FloatArray
    seconds: FloatArray
    is_held_back: NDArray[np.bool_] | None = None
    is_sex_kept: NDArray[np.bool_] | None = None
    is_sex_as_labelled: FloatArray | None = None

    @property
    def true_ages(self) -> FloatArray:
        """Labelled ages, ``(people,)``, years."""
        return np.array([item.face.age_years for item in self.inputs], dtype=np.float64)

    @property
    def input_ages_raw(self) -> FloatArray:
        """Raw estimates on the untouched photographs, ``(people,)``, years."""
        return np.array([item.age_years for item in self.inputs], dtype=np.float64)

    def of(self, rows: Sequence[int]) -> Measurements:
        """Return the measurements of some people."""
        picked = list(rows)
        fields = {name: getattr(self, name)[picked] for name in _PER_PERSON}
        return Measurements(
            inputs=tuple(self.inputs[row] for row in picked),
            target_ages=self.target_ages,
            is_held_back=None if self.is_held_back is None else self.is_held_back[picked],
            is_sex_kept=None if self.is_sex_kept is None else self.is_sex_kept[picked],
            is_sex_as_labelled=None if self.is_sex_as_labelled is None else self.is_sex_as_labelled[picked],
            **fields,
        )


@dataclass(frozen=True, slots=True)
class RealPool:
    """Real crops of each target's age group, measured as derived ones are.

    Attributes:
        features: Embeddings by target age, ``(n, d)``.
        groups: Labels ``(sex, group)`` of each row, by target age.
        input_features: Embeddings of the inputs' own crops, ``(people, d)``: the do-nothing control.
        ages: Labelled ages and raw estimates of each row, years, ``(n, 2)``, by target age.
    """

    features: Mapping[float, FloatArray]
    groups: Mapping[float, tuple[tuple[str, str], ...]]
    input_features: FloatArray
    ages: Mapping[float, FloatArray] = field(default_factory=dict)


def join(
    inputs: Sequence[Input],
    series: Sequence[Series],
    target_ages: Sequence[float],
    reconstruction: Mapping[str, ArrayLike],
) -> Measurements:
    """Return the measurements of one series for each input.

    Args:
        inputs: The people.
        series: Their series, in the same order.
        target_ages: Years.
        reconstruction: ``psnr_db``, ``ssim`` and ``ssim_rgb``, one value for each person.
    """
    held_back = [item.is_held_back for item in series]
    return Measurements(
        inputs=tuple(inputs),
        target_ages=np.asarray(target_ages, dtype=np.float64),
        ages_raw=np.stack([item.measured.ages_years for item in series]),
        scores=np.stack([item.scores for item in series]),
        is_template=np.stack([item.measured.is_template for item in series]),
        features=np.stack([item.measured.embeddings.astype(np.float64) for item in series]),
        seconds=np.array([item.seconds for item in series], dtype=np.float64),
        is_held_back=None if any(held is None for held in held_back) else np.array(held_back, dtype=np.bool_),
        is_sex_kept=None,
        is_sex_as_labelled=None,
        **{name: np.asarray(values, dtype=np.float64) for name, values in reconstruction.items()},
    )


def standardised(measured: Measurements, pool: RealPool) -> tuple[Measurements, RealPool]:
    """Return both with each feature at mean 0 and deviation 1 over all real crops.

    Embeddings are short vectors, for which the cubic kernel is all but linear; at unit deviation it sees
    spread and skew as well as the mean.
    """
    real = [features for features in pool.features.values() if len(features)]
    everything = np.concatenate([pool.input_features, *real])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)

    def scaled(features: FloatArray) -> FloatArray:
        return (features - mean) / deviation if len(features) else features

    features = {target: scaled(values) for target, values in pool.features.items()}
    return (
        replace(measured, features=scaled(measured.features)),
        replace(pool, features=features, input_features=scaled(pool.input_features)),
    )
