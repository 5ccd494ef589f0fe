"""Whatever way a probe is compared, the same templates are found as by comparing all numbers in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forensic_app.galleries import exact
from forensic_app.galleries.comparing import COMPARISONS, Comparison
from forensic_app.galleries.exact import ExactIndex, best_places

COUNT = 6000


def templates(kind: str, size: int) -> Any:
    """Return made-up templates: spread as faces' are, alike in all directions, far from the middle, or of odd sizes."""
    generator = np.random.default_rng(3)
    made = generator.normal(size=(COUNT, size))
    if kind != "even":
        made *= (np.arange(size) + 1.0) ** -0.5 * np.exp(-np.arange(size) / 40)
    if kind == "shifted":
        made += 2.0
    if kind == "people":
        made = made[generator.integers(COUNT // 20, size=COUNT)] + 0.02 * made
    if kind == "tiny":
        made *= 1e-6
    if kind == "huge":
        made *= 1e6
    if kind == "mixed":
        made *= 10.0 ** generator.uniform(-3, 1, size=(COUNT, 1))
    return made.astype(np.float32)


@pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS)
@pytest.mark.parametrize("kind", ["faces", "even", "shifted", "people", "tiny", "huge", "mixed"])
def test_the_bound_finds_what_comparing_all_numbers_finds(
    comparison: Comparison, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "BOUND_AFTER", 0)
    monkeypatch.setattr(exact, "BOUND_FROM", 0)
    given = templates(kind, 129)
    index = ExactIndex(np.arange(COUNT) * 7, given, comparison)
    generator = np.random.default_rng(1)
    for number in range(20):
        probe = given[generator.integers(COUNT)] + 0.3 * given.std(axis=0) * generator.normal(size=129)
        probe = probe.astype(np.float32)[None]
        scores = comparison.scores(given, probe)
        wanted = (1, 10, 60)[number % 3]
        found = index.nearest(probe, wanted) // 7
        assert len(set(found.tolist())) == wanted
        least = np.sort(scores)[-wanted]
        rounding = 1e-5 * max(1e-12, float(np.abs(scores).max()))
        assert (scores[found] >= least - rounding).all()
        assert (np.diff(scores[found]) <= rounding).all()


def test_most_templates_are_ruled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "BOUND_FROM", 0)
    given = templates("faces", 128)
    index = ExactIndex(np.arange(COUNT), given, COMPARISONS["dlib"])
    compared: list[int] = []
    real = exact._compared

    def counting(rows: Any, probe: Any, metric: str) -> Any:
        compared.append(rows.shape[1])
        return real(rows, probe, metric)

    monkeypatch.setattr(exact, "_compared", counting)
    for _ in range(exact.BOUND_AFTER + 3):
        assert index.nearest(given[5:6], 10)[0] == 5
    assert compared == [128] * exact.BOUND_AFTER + [exact.DIRECTIONS + 2] * 3


def test_the_greatest_of_few_and_many() -> None:
    generator = np.random.default_rng(0)
    for count, wanted in (
        (1, 1),
        (63, 5),
        (64, 1),
        (1000, 10),
        (1000, 15),
        (1000, 16),
        (1000, 1000),
        (6401, 100),
    ):
        values = generator.integers(50, size=count).astype(np.float32)
        expected = np.argsort(-values, kind="stable")[:wanted]
        assert best_places(values, wanted).tolist() == expected.tolist()
    same = np.zeros(5000, np.float32)
    assert best_places(same, 3).tolist() == [0, 1, 2]
