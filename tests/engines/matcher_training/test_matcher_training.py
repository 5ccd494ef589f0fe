"""Training a matcher: pairs, loss, repeatability, going on, and what is kept apart."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forensic_app.engines.matcher_training import people as people_module
from forensic_app.engines.matcher_training.config import MatcherTrainingConfig
from forensic_app.engines.matcher_training.distortions import distorted
from forensic_app.engines.matcher_training.people import (
    CHIP_PX,
    Row,
    drawn_pair,
    is_kept_person,
    load_or_cut_chips,
)
from forensic_app.engines.matcher_training.tables import finish_network, nearest_strangers
from forensic_app.engines.matcher_training.training import (
    Lessons,
    contrastive_loss,
    drawn_step,
    train_matcher,
)
from forensic_app.engines.training.hardware import pick_device
from forensic_app.errors import InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.people import Photo
from tests.engines.matcher_training.matcher_fakes import person_chips

CONFIG = MatcherTrainingConfig(
    runs=1,
    steps=4,
    known_people=3,
    single_people=2,
    derived_people=1,
    exact_share=0.0,
    adult_share=0.0,
    warmup_steps=1,
)


def _trained(work: Path, config: MatcherTrainingConfig, **measured: Any) -> Any:
    losses = iter(measured.get("losses", ()))
    chips = person_chips()
    derived = np.repeat(chips.pixels[:3, None], 4, axis=1)
    return train_matcher(
        Lessons(chips, derived),
        DlibAnalyser().recognition_network,
        config,
        work,
        device=pick_device("cpu", precision="fp32", threads=1),
        measure=lambda _network: {"loss": next(losses, 1.0)},
        report=lambda _progress: None,
        log=lambda values: measured.get("logged", []).append(values),
    )


def test_a_training_moves_the_network_and_leaves_the_bundled_one(tmp_path: Path) -> None:
    bundled = DlibAnalyser().recognition_network
    before = {name: value.clone() for name, value in bundled.state_dict().items()}
    logged: list[dict[str, object]] = []
    made = _trained(tmp_path, CONFIG, logged=logged)
    assert not torch.equal(made.trunk.head.weight, before["head.weight"])
    assert all(torch.equal(value, before[name]) for name, value in bundled.state_dict().items())
    assert logged[-1]["step"] == 4
    assert np.isfinite(float(str(logged[-1]["contrast"])))


def test_a_training_that_went_on_is_the_training_in_one_go(tmp_path: Path) -> None:
    whole = _trained(tmp_path / "whole", CONFIG)
    half = dataclasses.replace(CONFIG, steps=2, decay_fraction=0.0)
    assert CONFIG.decay_fraction != half.decay_fraction
    straight = _trained(tmp_path / "straight", dataclasses.replace(CONFIG, decay_fraction=0.0))
    _trained(tmp_path / "parts", half, losses=[1.0])
    resumed = _trained(tmp_path / "parts", dataclasses.replace(half, steps=4), losses=[0.5])
    for name, value in resumed.state_dict().items():
        assert torch.equal(value, straight.state_dict()[name]), name
    assert not torch.equal(whole.trunk.head.weight, straight.trunk.head.weight)


def test_the_checkpoint_that_measures_best_is_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forensic_app.engines.matcher_training.training.CHECKPOINT_EVERY", 2)
    best = _trained(tmp_path / "a", CONFIG, losses=[0.1, 0.5])
    last = _trained(tmp_path / "b", CONFIG, losses=[0.5, 0.1])
    assert not torch.equal(best.trunk.head.weight, last.trunk.head.weight)


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Only 4 people"):
        _trained(tmp_path, dataclasses.replace(CONFIG, known_people=5))


def test_steps_follow_from_the_seed_and_show_each_person_once() -> None:
    lessons = Lessons(person_chips(), np.zeros((2, 4, CHIP_PX, CHIP_PX, 3), np.uint8))
    first, again, other = (drawn_step(lessons, CONFIG, 0, number) for number in (7, 7, 8))
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert len(first.people) == len(set(first.people.tolist())) == 3 + 2 + 1
    assert first.weights.tolist() == pytest.approx([1, 1, 1, 0.3, 0.3, 0.5])
    assert len(first.pixels) == 12


def test_a_share_of_a_step_are_near_strangers_of_the_others() -> None:
    chips = person_chips()
    config = dataclasses.replace(CONFIG, near_share=0.5, exact_share=0.0, adult_share=0.0)
    people = sorted(Lessons(chips).places)
    near = {person: [people[(place + 1) % len(people)]] for place, person in enumerate(people)}
    lessons = Lessons(chips, near=near)
    pairs = 0
    for number in range(40):
        step = drawn_step(lessons, config, 0, number)
        shown = step.people[: config.known_people].tolist()
        assert len(set(shown)) == config.known_people
        pairs += any((place + 1) % len(people) in shown for place in shown)
    assert pairs == 40
    alone = Lessons(chips, near={person: [] for person in people})
    assert len(set(drawn_step(alone, config, 0, 1).people.tolist())) == len(
        drawn_step(alone, config, 0, 1).people
    )


def test_near_strangers_are_those_with_alike_templates() -> None:
    chips = person_chips()
    places = chips.people(kept=False)
    found = nearest_strangers(DlibAnalyser().recognition_network, chips, places)
    assert set(found) == set(places)
    for person, strangers in found.items():
        assert person not in strangers
        assert len(strangers) == len(set(strangers)) == len(places) - 1


def test_people_kept_apart_are_never_shown() -> None:
    chips = person_chips(kept=3)
    lessons = Lessons(chips)
    assert set(lessons.places) == {"lag/3", "lag/4", "lag/5"}
    assert set(chips.people(kept=True)) == {"lag/0", "lag/1", "lag/2"}
    kept = [chips.pixels[place] for place, row in enumerate(chips.rows) if row.is_kept]
    for number in range(20):
        shown = drawn_step(lessons, CONFIG, 0, number).pixels
        assert not any(np.array_equal(one, each) for one in shown for each in kept)


def test_pairs_reach_across_ages() -> None:
    generator = np.random.default_rng(0)
    rows = [Row("lag", "1", "", None, part, is_kept=False) for part in ("young_", "young_", "old_")]
    pairs = {frozenset(drawn_pair(rows, [0, 1, 2], generator)) for _ in range(40)}
    assert pairs == {frozenset({0, 2}), frozenset({1, 2})}
    ages = [Row("fgnet", "1", "", age, "", is_kept=False) for age in (3.0, 10.0, 16.0, 40.0)]
    drawn = [frozenset(drawn_pair(ages, [0, 1, 2, 3], generator)) for _ in range(200)]
    assert sum(pair in ({0, 3}, {1, 3}) for pair in drawn) > 140
    assert frozenset({0, 1}) in drawn


def test_the_loss_is_least_for_pairs_that_are_alike_and_unlike_others() -> None:
    people = torch.tensor([0, 1])
    apart = torch.eye(4)[[0, 0, 1, 1]]
    mixed = torch.eye(4)[[0, 1, 0, 1]]
    assert contrastive_loss(apart, people, 0.1).max() < 0.01
    assert contrastive_loss(mixed, people, 0.1).min() > 5
    same_person = contrastive_loss(mixed, torch.tensor([0, 0]), 0.1)
    assert same_person.max() < 0.01


def test_distortions_are_the_generators_and_stay_in_range() -> None:
    chips = torch.rand((6, 3, CHIP_PX, CHIP_PX)) * 255
    first, again = (distorted(chips, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == (6, 3, 150, 150)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 255
    assert not torch.equal(first, distorted(chips, torch.Generator().manual_seed(5)))


def test_runs_differ_and_their_weights_are_averaged(tmp_path: Path) -> None:
    one = dataclasses.replace(CONFIG, steps=1)
    both = _trained(tmp_path / "both", dataclasses.replace(one, runs=2))
    first = _trained(tmp_path / "first", one)
    runs = [torch.load(tmp_path / "both" / f"best_{run}.ckpt", weights_only=True) for run in (0, 1)]
    weights = [run["network"]["trunk.head.weight"] for run in runs]
    assert not torch.equal(*weights)
    assert torch.equal(weights[0], first.trunk.head.weight)
    assert torch.allclose(both.trunk.head.weight, sum(weights) / 2)


def test_tables_are_of_faces_of_all_ages() -> None:
    chips = person_chips(singles=60)
    network = finish_network(_small_network(), chips)
    assert torch.allclose(network.cohort.norm(dim=1), torch.ones(len(network.cohort)), atol=1e-4)
    assert not torch.allclose(network.age_means[2], network.age_means[5])
    with pytest.raises(InvalidInput, match="Only 4 faces"):
        finish_network(_small_network(), person_chips())


def _small_network() -> Any:
    from forensic_app.engines.matcher.network import MatcherNetwork

    made = MatcherNetwork()
    made.trunk.load_state_dict(DlibAnalyser().recognition_network.state_dict())
    return made.eval().requires_grad_(False)


def test_who_is_kept_does_not_hang_on_the_rest() -> None:
    kept = [number for number in range(800) if is_kept_person("lag", f"{number:04}", 8)]
    assert 60 < len(kept) < 140
    assert kept == [number for number in range(800) if is_kept_person("lag", f"{number:04}", 8)]
    assert kept != [number for number in range(800) if is_kept_person("lfw", f"{number:04}", 8)]


def test_chips_are_cut_once_and_belong_to_their_photographs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[Path] = []

    def fake(path: Path, _analyser: object) -> Any:
        cut.append(path)
        return None if path.stem == "b" else np.full((CHIP_PX, CHIP_PX, 3), len(cut), np.uint8)

    monkeypatch.setattr(people_module, "cut_chip", fake)
    photos = [Photo("1", tmp_path / f"{name}.jpg", 10.0) for name in "abc"]

    def chips(given: list[Photo]) -> Any:
        return load_or_cut_chips(
            {"fgnet": given}, [], tmp_path, kept_share=8, kept_names=frozenset(), report=lambda *_: None
        )

    first, again = chips(photos), chips(photos)
    assert len(cut) == 3
    assert [row.name for row in again.rows] == ["a.jpg", "c.jpg"]
    assert np.array_equal(first.pixels, again.pixels)
    with pytest.raises(InvalidInput, match="other photographs"):
        chips(photos[:2])


@pytest.mark.parametrize(
    "values",
    [
        {"steps": 0},
        {"runs": 0},
        {"known_people": 1},
        {"kept_share": 1},
        {"exact_share": 0.9},
        {"adult_share": -0.1},
        {"views": 4},
        {"near_share": 1.0},
    ],
)
def test_configurations_that_teach_nothing_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        MatcherTrainingConfig(**values)
