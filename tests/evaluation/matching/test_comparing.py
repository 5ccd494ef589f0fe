"""Comparisons in blocks give what all of them at once give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from forensic_app.evaluation.matching.comparing import best_of, compare, mean_of, pairing_of
from forensic_app.evaluation.matching.photographs import PhotoSet, Protocol
from forensic_app.evaluation.measures.error_rates import threshold_at_fmr
from forensic_app.faces.people import Photo


def _photo_set(
    subjects: list[str], *, references: list[int], probes: list[int], all_pairs: bool = False
) -> PhotoSet:
    photos = tuple(
        Photo(subject, Path(f"{place}.png"), 10.0 + place) for place, subject in enumerate(subjects)
    )
    return PhotoSet(Protocol.FOLDERS, photos, tuple(references), tuple(probes), all_pairs)


def _random_scores(size: int, seed: int) -> NDArray[np.float64]:
    values = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    return (values + values.T) / 2


@pytest.mark.parametrize("at_once", [1, 50, 10_000])
@pytest.mark.parametrize("all_pairs", [False, True])
def test_blocks_give_what_the_whole_matrix_gives(at_once: int, all_pairs: bool) -> None:
    subjects = [f"{place // 4}" for place in range(48)]
    half = [place for place in range(48) if all_pairs or place % 4 < 2]
    other = half if all_pairs else [place for place in range(48) if place % 4 >= 2]
    photo_set = _photo_set(subjects, references=half, probes=other, all_pairs=all_pairs)
    scores = _random_scores(48, 1)[np.ix_(half, other)]
    scores[3] = -np.inf
    if all_pairs:
        scores[:, 3] = -np.inf
    pairing = pairing_of(photo_set)
    found = compare(pairing, lambda rows: scores[rows], at_once=at_once)

    same = pairing.references[:, None] == pairing.probes[None]
    once = np.triu(np.ones_like(same), 1) if all_pairs else np.ones_like(same)
    assert len(pairing.mated) == (same & once).sum()
    assert sorted(found.mated_scores) == sorted(scores[same & once])
    others = scores[~same & once]
    assert pairing.non_mated_count == others.size == found.non_mated.count
    assert found.non_mated.threshold(0.01) == threshold_at_fmr(others, target_fmr=0.01)
    assert pairing.searched.tolist() == list(range(len(other)))
    for probe, rank in enumerate(found.ranks):
        column = scores[:, probe].copy()
        if all_pairs:
            column[probe] = -np.inf
        own = column[same[:, probe]].max()
        rivals = {
            code: column[pairing.references == code].max()
            for code in set(pairing.references) - {pairing.probes[probe]}
        }
        expected = 1 + sum(score >= own for score in rivals.values()) if np.isfinite(own) else 0
        assert rank == expected


def test_a_person_with_an_equal_rival_is_not_first() -> None:
    photo_set = _photo_set(["a", "a", "b", "b"], references=[0, 2], probes=[1, 3])
    scores = np.array([[0.5, 0.1], [0.5, 0.9]])
    found = compare(pairing_of(photo_set), lambda rows: scores[rows])
    assert found.ranks.tolist() == [2, 1]


def test_strangers_are_compared_and_searched_for_by_nobody() -> None:
    photo_set = _photo_set(["a", "a", "b", "c"], references=[0, 2], probes=[1, 3])
    pairing = pairing_of(photo_set)
    assert pairing.non_mated_count == 3
    scores = np.array([[0.5, 0.6], [0.2, 0.7]])
    found = compare(pairing, lambda rows: scores[rows])
    assert found.ranks.tolist() == [1]
    assert pairing.searched.tolist() == [0]


def test_fused_scores_of_a_missing_face_are_missing() -> None:
    one, other = np.array([[0.2, -np.inf]]), np.array([[0.6, -np.inf]])
    assert best_of(lambda rows: one[rows], lambda rows: other[rows])(slice(0, 1)).tolist() == [[0.6, -np.inf]]
    assert mean_of(lambda rows: one[rows], lambda rows: other[rows])(slice(0, 1)).tolist() == [[0.4, -np.inf]]
