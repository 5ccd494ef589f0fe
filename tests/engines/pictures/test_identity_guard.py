from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image

from forensic_app.engines.aging.editing import EditRow
from forensic_app.engines.aging.inversion import Trajectory
from forensic_app.engines.aging.schema import SCHEMA, identity_floor
from forensic_app.engines.pictures.identity_guard import WEAKER_SHARES, CropJudge, guarded_edit
from forensic_app.engines.registry import load_engine
from forensic_app.faces.align import align
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.parameters import resolve

TRAJECTORY = Trajectory((), (), 0.0)


def _row(push: float) -> EditRow:
    return EditRow(1, torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 1), TRAJECTORY, push)


def _make(rows: Sequence[EditRow]) -> torch.Tensor:
    return torch.stack([torch.full((1, 1, 1), row.push) for row in rows])


def _judge(loss_by_row: Sequence[float]):
    """Scores fall with the push, at each row's own rate."""

    def judge(latents: torch.Tensor, owners: Sequence[int]) -> np.ndarray:
        return np.array(
            [1 - loss_by_row[owner] * float(latent) for latent, owner in zip(latents, owners, strict=True)]
        )

    return judge


def test_the_strongest_push_that_keeps_the_likeness_is_chosen():
    rows = [_row(1.0), _row(1.0), _row(2.0), _row(1.0)]
    chosen = guarded_edit(rows, _make, _judge([0.4, 0.7, 0.36, 5.0]), floor=0.5)
    assert chosen.shares.tolist() == [1.0, 0.65, 0.65, WEAKER_SHARES[-1]]
    assert chosen.latents.flatten().tolist() == pytest.approx([1.0, 0.65, 1.3, 0.5])
    assert chosen.scores.tolist() == pytest.approx([0.6, 1 - 0.7 * 0.65, 1 - 0.36 * 1.3, -1.5])


def test_nothing_is_made_twice_where_every_likeness_is_kept():
    calls = []

    def make(rows: Sequence[EditRow]) -> torch.Tensor:
        calls.append(len(rows))
        return _make(rows)

    chosen = guarded_edit([_row(1.0), _row(1.5)], make, _judge([0.1, 0.1]), floor=0.5)
    assert calls == [2]
    assert chosen.shares.tolist() == [1.0, 1.0]


def test_the_judge_scores_the_finished_crop(photo_path):
    photo = np.asarray(Image.open(photo_path))
    analyser = DlibAnalyser()
    crop = align(photo, analyser.detect(photo)[0], 128).crop
    pictures = {0.0: crop, 1.0: crop[:, ::-1].copy(), 2.0: np.zeros_like(crop)}
    judge = CropJudge(
        crop,
        crop,
        analyser,
        decode=lambda latents: np.stack([pictures[float(latent.flatten()[0])] for latent in latents]),
        details=[0.0, 0.0, 0.0],
        color_match=False,
    )
    same, mirrored, none = judge(torch.tensor([0.0, 1.0, 2.0]).reshape(3, 1, 1, 1), [0, 1, 2])
    assert same == pytest.approx(1.0, abs=1e-4)
    assert same > mirrored > none


def test_floor_is_the_parameters_else_the_packs():
    plain, asked = resolve(SCHEMA, {}), resolve(SCHEMA, {"identity_floor": 0.7})
    assert identity_floor(plain, None) == 0.45
    assert identity_floor(plain, {"identity_floor": 0.52}) == 0.52
    assert identity_floor(asked, {"identity_floor": 0.52}) == 0.7


@pytest.mark.parametrize(
    ("source_age", "target_age", "floor"),
    [
        (8.0, 45.0, 0.4),
        (13.0, 20.0, 0.4),
        (15.5, 45.0, 0.45),
        (18.0, 45.0, 0.5),
        (8.0, 16.0, 0.5),
        (40.0, 75.0, 0.5),
    ],
)
def test_less_is_asked_of_a_child_who_is_shown_grown_up(
    source_age: float, target_age: float, floor: float
) -> None:
    editing = {"identity_floor": 0.5, "identity_floor_grown": 0.4}
    ages = {"source_age": source_age, "target_age": target_age}
    assert identity_floor(resolve(SCHEMA, {}), editing, **ages) == pytest.approx(floor)
    assert identity_floor(resolve(SCHEMA, {"identity_floor": 0.6}), editing, **ages) == 0.6
    assert identity_floor(resolve(SCHEMA, {}), {"identity_floor": 0.5}, **ages) == 0.5


def test_each_picture_is_held_to_its_own_floor() -> None:
    rows = [_row(1.0), _row(1.0)]
    chosen = guarded_edit(rows, _make, _judge([0.55, 0.55]), floor=[0.4, 0.5])
    assert chosen.shares[0] == 1.0
    assert chosen.shares[1] < 1.0
    told = chosen.record([(45.0, 1), (75.0, 1)], analyser="dlib")
    assert told["floor"] == 0.5
    assert [each.get("floor") for each in told["pictures"]] == [0.4, None]


def test_the_progress_of_a_run_tells_each_pass_of_the_edit(make_request):
    def told(**given):
        said = []
        load_engine("aging").run(
            make_request(**given), lambda fraction, stage: said.append((fraction, stage))
        )
        assert [fraction for fraction, _ in said] == sorted(fraction for fraction, _ in said)
        return {stage: [fraction for fraction, each in said if each == stage] for _, stage in said}

    steps = {"num_inference_steps": 10, "target_ages": [62.0], "variants": 1}
    alone = told(identity_guard=False, **steps)
    assert alone["Changing the age"][-1] > 0.7, "without the guard one pass is all of the edit"
    assert "Holding the change of age back" not in alone
    held = told(identity_guard=True, identity_floor=1.0, **steps)
    assert 0.55 < held["Changing the age"][-1] < 0.6
    assert held["Holding the change of age back"][0] == pytest.approx(0.6)
    assert held["Holding the change of age back"][-1] > 0.75


def test_a_run_holds_back_what_it_records(make_request):
    def run(**given):
        return load_engine("aging").run(make_request(**given), lambda fraction, stage: None)

    free = run(identity_guard=False)
    assert "identity_guard" not in free.environment
    strict = run(identity_floor=1.0)
    guard = strict.environment["identity_guard"]
    assert guard["floor"] == 1.0
    assert [picture["share"] for picture in guard["pictures"]] == [WEAKER_SHARES[-1]] * 2
    assert any("held back at 8 and 62 years" in warning for warning in strict.warnings)
    assert any("stayed below" in warning for warning in strict.warnings)
    pushes = [run_.environment["guidance_share_by_age"] for run_ in (free, strict)]
    assert pushes[1] == {age: pytest.approx(share * WEAKER_SHARES[-1]) for age, share in pushes[0].items()}
    lenient = run(identity_floor=0.0)
    assert not any("held back" in warning for warning in lenient.warnings)
    pairs = zip(lenient.images, free.images, strict=True)
    assert all(np.array_equal(Image.open(one.path), Image.open(other.path)) for one, other in pairs)
