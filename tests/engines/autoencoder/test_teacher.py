from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from autoencoder_samples import CPU, SIDE_PX, TINY, KilledError, ignore, small_cache

from forensic_app.engines.autoencoder import teacher
from forensic_app.engines.autoencoder.lessons import Lessons
from forensic_app.engines.autoencoder.teacher import (
    Teacher,
    TeacherEdits,
    draw_ages,
    draw_faces,
    taught_edits,
)
from forensic_app.engines.packs.pack import Pack, read_pack
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
from forensic_app.evaluation.series.protocols import RawAge

# Untrained packs draw colours that no screen has.
pytestmark = pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")


@pytest.fixture
def pack(built_pack: Path) -> Pack:
    return read_pack(built_pack)


def test_its_edits_are_those_of_the_ageing_engine_without_the_guard(pack: Pack) -> None:
    cache = replace(small_cache(), raw_ages=np.full(12, 50.0, np.float32))
    faces, ages = np.array([3, 6]), np.array([[8.0, 70.0], [20.0, 75.0]], np.float32)
    edits = Teacher(pack, CPU).edit(cache, faces, ages)
    assert edits.shape == (2, 2, SIDE_PX, SIDE_PX, 3)
    maker = AgingSeriesMaker(pack.path, parameters={"identity_guard": False}, device="cpu", threads=1)
    for place, face in enumerate(faces):
        series = maker.make_series(
            cache.crops[face],
            source_age=float(cache.ages[face]),
            sex="female",
            embedding=cache.embeddings[face],
            target_ages=ages[place].tolist(),
            raw_age=RawAge("dlib", 50.0),
        )
        apart = np.abs(edits[place].astype(int) - series)
        assert apart.mean() < 0.05, "rounding alone may differ in a batch"
        assert apart.max() <= 3
        assert np.abs(edits[place, 0].astype(int) - edits[place, 1]).mean() > 0.2


def test_faces_are_drawn_once_and_more_of_them_begin_with_the_same_ones() -> None:
    cache = replace(small_cache(40), ages=np.linspace(0, 80, 40).astype(np.float32))
    few, all_of_them = (draw_faces(cache, count, age_balance=0.35, seed=1) for count in (10, 100))
    assert few.tolist() == all_of_them[:10].tolist()
    assert len(set(all_of_them.tolist())) == len(all_of_them) == 37
    assert not cache.is_validation[all_of_them].any()
    assert cache.ages[all_of_them].min() >= 2
    assert few.tolist() != draw_faces(cache, 10, age_balance=0.35, seed=2).tolist()


def test_each_face_gets_young_middle_and_old_ages() -> None:
    ages = draw_ages(np.arange(50), 4, seed=1)
    assert ages.shape == (50, 4)
    for place, (low, high) in enumerate([(4, 14), (14, 30), (30, 55), (55, 85)]):
        assert low <= ages[:, place].min() < ages[:, place].max() <= high
    np.testing.assert_array_equal(ages[7:9], draw_ages(np.array([7, 8]), 4, seed=1))


def test_a_killed_teacher_keeps_its_files_and_makes_only_the_missing_ones(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "FACES_PER_FILE", 2)
    cache, config = small_cache(), replace(TINY, teacher_faces=5, teacher_ages=2)
    asked: list[list[int]] = []
    real = Teacher.edit

    def dying(self: Teacher, cache_: object, faces: np.ndarray, ages: np.ndarray) -> np.ndarray:
        if len(asked) == 2:
            raise KilledError
        asked.append(faces.tolist())
        return real(self, cache_, faces, ages)  # type: ignore[arg-type]

    monkeypatch.setattr(Teacher, "edit", dying)
    with pytest.raises(KilledError):
        taught_edits(cache, pack, config, tmp_path / "b", device=CPU, report=ignore)
    (tmp_path / "b" / "teacher" / "edits_000004_1.part").write_bytes(b"cut short")
    before = list(asked)
    asked.append([])
    resumed = taught_edits(cache, pack, config, tmp_path / "b", device=CPU, report=ignore)
    assert len(asked) == len(before) + 2
    assert len(resumed.faces) == 10
    whole = taught_edits(cache, pack, config, tmp_path / "a", device=CPU, report=ignore)
    for name in ("faces", "ages", "crops"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(resumed, name))


@pytest.mark.parametrize(
    ("change", "name"),
    [({"teacher_ages": 3}, "teacher_ages"), ({"seed": 5}, "seed"), ({"age_balance": 1.0}, "age_balance")],
)
def test_edits_of_another_draw_are_refused(
    pack: Pack, tmp_path: Path, change: dict[str, float], name: str
) -> None:
    config = replace(TINY, teacher_faces=1, teacher_ages=2)
    teacher.check_edits(small_cache(), pack, config, tmp_path)
    teacher.check_edits(small_cache(), pack, replace(config, teacher_faces=9), tmp_path)
    with pytest.raises(InvalidInput, match=name):
        teacher.check_edits(small_cache(), pack, replace(config, **change), tmp_path)  # type: ignore[arg-type]


def test_another_teacher_other_faces_and_another_size_are_refused(
    pack: Pack, tiny_pack: Path, tmp_path: Path
) -> None:
    teacher.check_edits(small_cache(), pack, TINY, tmp_path)
    manifest = json.loads((tiny_pack / "pack.json").read_text())
    (tiny_pack / "pack.json").write_text(json.dumps({**manifest, "version": "2"}))
    with pytest.raises(InvalidInput, match="teacher"):
        teacher.check_edits(small_cache(), read_pack(tiny_pack), TINY, tmp_path)
    with pytest.raises(InvalidInput, match="faces"):
        teacher.check_edits(small_cache(14), pack, TINY, tmp_path)
    with pytest.raises(InvalidInput, match="draws 64 px, not 32 px"):
        teacher.check_edits(small_cache(), pack, replace(TINY, resolution=32), tmp_path)


def pretended(count: int) -> TeacherEdits:
    faces = np.repeat(np.arange(count), 2)
    crops = np.stack([np.full((SIDE_PX, SIDE_PX, 3), face, np.uint8) for face in faces])
    return TeacherEdits(faces, np.tile(np.array([8.0, 70.0], np.float32), count), crops)


def test_a_lesson_is_the_photograph_both_ages_and_the_edit() -> None:
    cache = small_cache(20)
    lessons = Lessons(cache, pretended(16))
    batch = lessons.draw(40, torch.Generator().manual_seed(1))
    faces = ((batch.wanted[:, 0, 0, 0] + 1) * 127.5).round().long().numpy()
    np.testing.assert_allclose(batch.own_ages.numpy(), cache.ages[faces])
    assert set(batch.ages.tolist()) == {8.0, 70.0}
    for row, face in enumerate(faces):
        photo = torch.from_numpy(cache.crops[face]).permute(2, 0, 1) / 127.5 - 1
        assert torch.equal(batch.images[row], photo) or torch.equal(batch.images[row], photo.flip(2))


def test_the_first_faces_are_kept_from_the_student() -> None:
    lessons = Lessons(small_cache(20), pretended(16))
    kept = set(((lessons.kept().wanted[:, 0, 0, 0] + 1) * 127.5).round().tolist())
    assert kept == {0.0, 1.0}
    shown = lessons.draw(200, torch.Generator().manual_seed(1)).wanted[:, 0, 0, 0]
    assert not kept & set(((shown + 1) * 127.5).round().tolist())
