"""Ranks of sketches by recognisers other than the one that finds the faces and had a part in the training.

Rules:
    * Photographs, sketches and faces are those of the evaluation; only the comparison is another's.
    * A sketch in which no face is found, or of a photograph in which none is, is a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.sketch.drawing import DrawnSet
from forensic_app.faces.analyser import DetectedFace, RgbImage

Probe = tuple[RgbImage, DetectedFace] | None
"""A sketch and the face in it; ``None`` where none was found."""
AT_ONCE = 32
RANKS = (1, 5)


class Comparer(Protocol):
    """What ranks sketches."""

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return an embedding of one face in each image."""

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return the score of each of ``first`` with each of ``second``, higher is more alike."""


def ranks_by(
    comparer: Comparer,
    made: DrawnSet,
    probes: dict[str, Sequence[Probe]],
    *,
    name: str,
    seed: int = 0,
) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return shares of right photographs found first and among the first five, and their 95 % intervals.

    Args:
        comparer: The recogniser.
        made: What was drawn.
        probes: By ``""`` the made sketches, by ``"_artist"`` the artist's, in the order of ``made.drawn``.
        name: Ending of the keys, as in ``rank1_NAME`` and ``rank1_artist_NAME``.
        seed: Seed of the bootstraps.
    """
    photographs = [(pair.photo, pair.face) for pair in made.drawn] + made.others
    gallery = _embeddings(comparer, photographs)
    values: dict[str, float] = {}
    intervals: dict[str, list[float]] = {}
    for kind, sketches in probes.items():
        places = [place for place, probe in enumerate(sketches) if probe is not None]
        found = _embeddings(comparer, [probe for probe in sketches if probe is not None])
        scores = comparer.comparison_scores(found, gallery) if places else np.zeros((0, len(gallery)))
        right = scores[np.arange(len(places)), places]
        ranks: list[int | None] = [None] * (len(sketches) + len(made.missing))
        for place, rank in zip(places, (scores >= right[:, None]).sum(axis=1).tolist(), strict=True):
            ranks[place] = rank
        for limit in RANKS:
            hits = found_within(ranks, limit)
            key = f"rank{limit}{kind}_{name}"
            values[key] = float(np.mean(hits))
            intervals[key] = mean_interval(hits, seed=seed).as_list()
    return values, intervals


def found_within(ranks: Sequence[int | None], limit: int) -> list[float]:
    """Return 1 for each right photograph that is among the first ``limit``, 0 for another one and for a miss."""
    return [float(rank is not None and rank <= limit) for rank in ranks]


def _embeddings(comparer: Comparer, shown: Sequence[tuple[RgbImage, DetectedFace]]) -> NDArray[np.float32]:
    parts = [shown[first : first + AT_ONCE] for first in range(0, len(shown), AT_ONCE)] or [()]
    return np.concatenate(
        [comparer.embed_many([each[0] for each in part], [each[1] for each in part]) for part in parts]
    )


def sentences(comparers: dict[str, Any]) -> list[str]:
    """Return what there is to say of the recognisers, one sentence each.

    Args:
        comparers: By the ending of the keys, each with ``name`` and ``version``.
    """
    words = {
        "matcher": "Ranks by the matcher are those of {0} {1}, whose network began as the bundled recogniser's: it is "
        "a relative, not an independent witness.",
        "second": "Ranks by the second recogniser are those of {0} ({1}), of other authors; it had no part in the "
        "training and is weaker than the bundled one.",
    }
    return [words[key].format(each.name, each.version) for key, each in comparers.items()]
