from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from forensic_app.engines.aging import editing, inversion, schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.likeness import LikenessPull, embedded, likeness_pull
from forensic_app.engines.aging.noise_schedule import NoiseSchedule, schedule_from
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.align import template
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.parameters import resolve

STEPS = 12


@pytest.fixture
def schedule(components: Components) -> NoiseSchedule:
    return schedule_from(components.scheduler, STEPS)


def distance(components: Components, embedder: FaceEmbedder, latents: Tensor, wanted: Tensor) -> float:
    with torch.no_grad():
        pictures = components.decode_unrounded(latents)
        found = embedder(pictures, [template("dlib5", pictures.shape[-1])] * len(pictures))
    return float((found - wanted).square().sum(1).mean())


def test_a_pull_brings_pictures_nearer_by_the_length_that_was_asked_for(
    components: Components, embedder: FaceEmbedder, schedule: NoiseSchedule, crops: list[RgbImage]
) -> None:
    photographs = torch.cat([embedded(crop, embedder, components) for crop in crops])
    clean = torch.randn(2, 4, 16, 16, generator=torch.Generator().manual_seed(1))
    pull = LikenessPull(components, embedder, photographs, schedule, strength=0.1)
    assert pull.levels == (2, 3, 4, 5, 6)
    moved = pull(clean, 4)
    lengths = (moved - clean).flatten(1).norm(dim=1) / clean.flatten(1).norm(dim=1)
    assert lengths.tolist() == pytest.approx([0.1 / 5] * 2, rel=1e-4)
    wanted = photographs.mean(0)
    assert distance(components, embedder, moved, wanted) < distance(components, embedder, clean, wanted)
    assert torch.equal(pull(clean, 4), moved)
    for level in (1, 7, 12):
        assert pull(clean, level) is clean


class Smooth(FaceEmbedder):
    """A network without edges: the real one's answer to a tiny pack's noise hangs on the last digit."""

    def __init__(self) -> None:
        pass

    def __call__(self, pictures: Tensor, landmarks: Sequence[FloatArray]) -> Tensor:
        assert len(landmarks) == len(pictures)
        return pictures.flatten(1)[:, ::96][:, :128].tanh()


def test_rows_are_pulled_alike_alone_and_together(
    components: Components, schedule: NoiseSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = torch.full((1, 128), 0.1)
    clean = torch.randn(3, 4, 16, 16, generator=torch.Generator().manual_seed(2))
    pull = LikenessPull(components, Smooth(), wanted, schedule, strength=0.1)
    together = pull(clean, 3)
    monkeypatch.setattr("forensic_app.engines.aging.likeness.CELLS_PER_STEP", 1)
    assert torch.allclose(pull(clean, 3), together, atol=1e-5)


def test_views_look_at_the_same_face(
    components: Components, embedder: FaceEmbedder, schedule: NoiseSchedule
) -> None:
    pull = LikenessPull(components, embedder, torch.zeros(1, 128), schedule, strength=0.1)
    pictures = torch.arange(3.0 * 64 * 64).reshape(1, 3, 64, 64)
    views = pull._views(pictures, 3)
    points = template("dlib5", 64)
    assert [bool(torch.equal(seen, pictures)) for seen, _ in views] == [True, False, True, False]
    for number, (_, seen) in enumerate(views):
        upright = seen.copy()
        if number % 2:
            upright = upright[[3, 2, 1, 0, 4]]
            upright[:, 0] = 63 - upright[:, 0]
        assert 0.0 < np.abs(upright - points).max() < 6.0


def test_nothing_is_pulled_without_strength_and_a_photograph_stands_for_itself(
    components: Components, embedder: FaceEmbedder, schedule: NoiseSchedule, crops: list[RgbImage]
) -> None:
    crop = crops[0]
    assert likeness_pull(components, schedule, strength=0.0, references=None, crop=crop) is None
    pull = likeness_pull(components, schedule, strength=0.1, references=None, crop=crop)
    assert pull is not None
    assert torch.allclose(pull._wanted, embedded(crop, embedder, components)[0])


def test_the_default_is_for_adapters_alone() -> None:
    silent = resolve(schema.SCHEMA, {})
    assert schema.likeness_pull(silent, has_adapter=True) == schema.ADAPTER_PULL
    assert schema.likeness_pull(silent, has_adapter=False) == 0.0
    told = resolve(schema.SCHEMA, {"likeness_pull": 0.2})
    assert schema.likeness_pull(told, has_adapter=False) == 0.2
    assert schema.likeness_pull(resolve(schema.SCHEMA, {"likeness_pull": 0}), has_adapter=True) == 0.0


def test_an_edit_shows_every_clean_estimate_and_takes_what_it_is_given(
    components: Components, schedule: NoiseSchedule
) -> None:
    conditions = components.encode_conditions(
        ["photo of person as 30-year-old", "photo of person as 60-year-old"]
    )
    clean = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(5))

    def quiet(done: int, total: int) -> None:
        del done, total

    trajectory = inversion.invert_ddim(
        components.predict, schedule, clean, conditions[:1], levels=6, on_step=quiet
    )
    rows = [editing.EditRow(start, trajectory.latents[start], conditions[1:], trajectory) for start in (4, 6)]
    seen: list[tuple[int, int]] = []

    def edited(steer: editing.Steer | None) -> Tensor:
        return editing.edit(
            components.predict, schedule, rows, conditions[:1], scale=2.0, rescale=0.7, on_step=quiet, steer=steer
        )  # fmt: skip

    def watching(estimates: Tensor, level: int) -> Tensor:
        seen.append((level, len(estimates)))
        return estimates

    def lifting(estimates: Tensor, level: int) -> Tensor:
        return estimates + 0.5 if level == 1 else estimates

    plain = edited(None)
    assert torch.equal(edited(watching), plain)
    assert seen == [(6, 1), (5, 1), (4, 2), (3, 2), (2, 2), (1, 2)]
    share = schedule.alphas[0] ** 0.5
    assert torch.allclose(edited(lifting), plain + 0.5 * share, atol=1e-5)
