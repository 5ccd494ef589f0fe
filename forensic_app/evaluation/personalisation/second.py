"""What a second face recogniser sees in the pictures of a personalisation's evaluation.

Rules:
    * The bundled recogniser steers some arms and guards all: its own figures flatter them. The second one had no
      part in making any picture.
    * It compares the same pictures with the same kept photographs.
    * How well it tells people apart at all is said beside what it says: on the same people's real photographs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu

from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.personalisation.people import Person
from forensic_app.evaluation.personalisation.series import SCHEME, ArmSeries
from forensic_app.faces.align import template


def second_scores(
    series: Sequence[ArmSeries], people: Sequence[Person], recogniser: SecondRecogniser
) -> list[FloatArray]:
    """Return the similarity of each person's pictures with the kept photographs, ``(inputs, targets, kept)`` each."""
    found = []
    for made, person in zip(series, people, strict=True):
        inputs, targets, side = made.crops.shape[:3]
        crops = list(made.crops.reshape(-1, *made.crops.shape[2:]))
        pictures = recogniser.embed(crops, [template(SCHEME, side)] * len(crops))
        kept = _photographs(person, recogniser, only_kept=True)
        found.append((pictures @ kept.T).astype(np.float64).reshape(inputs, targets, -1))
    return found


def second_record(people: Sequence[Person], recogniser: SecondRecogniser) -> dict[str, Any]:
    """Return the recogniser's name and files, and how well it tells these people's real photographs apart.

    Returns:
        ``name``, ``version``, ``sha256``, ``mated_mean`` and ``non_mated_mean`` similarity, ``area_under_roc``; the
        last two are ``None`` with one person.
    """
    embedded = [_photographs(person, recogniser, only_kept=False) for person in people]
    mated = np.concatenate([(each @ each.T)[np.triu_indices(len(each), 1)] for each in embedded])
    pairs = [(one @ other.T).ravel() for one, other in combinations(embedded, 2)]
    non_mated = np.concatenate(pairs) if pairs else np.zeros(0)
    return {
        "name": recogniser.name,
        "version": recogniser.version,
        "sha256": dict(recogniser.sha256),
        "mated_mean": float(mated.mean()),
        "non_mated_mean": float(non_mated.mean()) if non_mated.size else None,
        "area_under_roc": _area_under_roc(mated, non_mated) if non_mated.size else None,
    }


def _area_under_roc(mated: FloatArray, non_mated: FloatArray) -> float:
    """Return how often a mated pair is more alike than a non-mated one."""
    statistic = mannwhitneyu(mated, non_mated).statistic
    return float(statistic / (mated.size * non_mated.size))


def _photographs(person: Person, recogniser: SecondRecogniser, *, only_kept: bool) -> FloatArray:
    photos = person.kept if only_kept else person.photos
    found: FloatArray = recogniser.embed(
        [photo.crop for photo in photos], [photo.landmarks for photo in photos]
    ).astype(np.float64)
    return found
