"""Other recognisers rank the same sketches: misses count, ties stand before, trained photographs stay there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from forensic_app.evaluation.sketch.drawing import Drawn, DrawnSet
from forensic_app.evaluation.sketch.other_ranks import Probe, ranks_by
from forensic_app.faces.align import template_face
from forensic_app.faces.analyser import DetectedFace, RgbImage

FACE = template_face("dlib5", 16)


class Levels:
    """Knows a picture by its level; the nearer two levels, the higher the score."""

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        assert len(images) == len(faces)
        return np.array([[image.mean()] for image in images], dtype=np.float32).reshape(-1, 1)

    def comparison_scores(
        self, first: NDArray[np.float32], second: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        return -np.abs(first.astype(np.float64) - second.astype(np.float64).T)


def picture(level: int) -> RgbImage:
    return np.full((16, 16, 3), level, dtype=np.uint8)


def drawn(level: int) -> Drawn:
    grey = picture(level)[..., 0]
    return Drawn(str(level), picture(level), grey, grey, FACE, 0.1)


def made_of(*levels: int, others: Sequence[int] = (), missing: Sequence[str] = ()) -> DrawnSet:
    return DrawnSet(
        drawn=[drawn(level) for level in levels],
        missing=list(missing),
        others=[(picture(level), FACE) for level in others],
        trained=[],
        style="",
        pack={},
        says_trained=True,
        compares_features=False,
        asks_likeness=False,
    )


def probe(level: int) -> Probe:
    return picture(level), FACE


def test_the_right_photograph_is_found_or_missed() -> None:
    made = made_of(10, 50, 90, others=[52], missing=["lost"])
    probes = {"": [probe(12), probe(52), None], "_artist": [probe(88), probe(50), probe(91)]}
    values, intervals = ranks_by(Levels(), made, probes, name="second")
    assert values == pytest.approx(
        {
            "rank1_second": 1 / 4,
            "rank5_second": 2 / 4,
            "rank1_artist_second": 2 / 4,
            "rank5_artist_second": 3 / 4,
        }
    )
    assert set(intervals) == set(values)


def test_a_photograph_with_the_same_score_stands_before() -> None:
    values, _ = ranks_by(Levels(), made_of(10, 50, others=[10]), {"": [probe(10), probe(50)]}, name="x")
    assert values["rank1_x"] == 0.5


def test_no_face_at_all_is_no_rank() -> None:
    values, _ = ranks_by(Levels(), made_of(10, 50), {"": [None, None]}, name="x")
    assert values == {"rank1_x": 0.0, "rank5_x": 0.0}
