from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.crop_texture import REGIONS
from forensic_app.evaluation.measures.real_faces import RealFaces

NUMBERS = 40


def _faces(age: float, count: int, *, seed: int = 0, shift: float = 0.0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng([seed, int(age)])
    return {
        name: (generator.normal(size=(count, NUMBERS)) + age / 20 + shift).astype(np.float32)
        for name in REGIONS
    }


@pytest.fixture(scope="module")
def known() -> RealFaces:
    return RealFaces.fit({age: _faces(age, 120) for age in (10.0, 50.0)}, facts={"data": "made up"})


def test_a_new_real_face_is_about_zero_and_an_altered_one_is_not(known: RealFaces) -> None:
    real = known.unlikeness_of(_faces(50, 200, seed=1), [50.0] * 200)
    altered = known.unlikeness_of(_faces(50, 200, seed=1, shift=1.5), [50.0] * 200)
    for name in REGIONS:
        assert real[name].mean() == pytest.approx(0.0, abs=0.4)
        assert altered[name].mean() > 3.0


def test_between_two_ages_the_mean_lies_between_and_beyond_it_stays(known: RealFaces) -> None:
    between = known.unlikeness_of(_faces(30, 100, seed=1), [30.0] * 100)["face"].mean()
    wrong = known.unlikeness_of(_faces(30, 100, seed=1), [10.0] * 100)["face"].mean()
    assert between < 0.5 < wrong
    ends = [known.unlikeness_of(_faces(50, 50, seed=1), [age] * 50)["face"] for age in (50.0, 90.0)]
    assert ends[0] == pytest.approx(ends[1])


def test_a_file_says_the_same(known: RealFaces, tmp_path: Path) -> None:
    known.write(tmp_path / "a.safetensors")
    known.write(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    read = RealFaces.read(tmp_path / "a.safetensors")
    faces = _faces(50, 20, seed=2)
    assert read.unlikeness_of(faces, [50.0] * 20)["eyes"] == pytest.approx(
        known.unlikeness_of(faces, [50.0] * 20)["eyes"], abs=0.05
    )
    assert read.facts["faces"] == {"10": 120, "50": 120}
    assert read.facts["data"] == "made up"


def test_one_age_serves_all(tmp_path: Path) -> None:
    only = RealFaces.fit({30.0: _faces(30, 60), 60.0: _faces(60, 5)})
    assert only.facts["faces"] == {"30": 60}
    assert np.isfinite(only.unlikeness_of(_faces(30, 3), [8.0, 30.0, 75.0])["mouth"]).all()


def test_too_few_faces_and_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="fewer than 20 real faces"):
        RealFaces.fit({30.0: _faces(30, 19)})
    (tmp_path / "other.safetensors").write_bytes(b"other")
    for name in ("other.safetensors", "missing.safetensors"):
        with pytest.raises(InvalidInput, match="no record of real faces"):
            RealFaces.read(tmp_path / name)


def test_the_bundled_file_is_read_and_says_what_it_was_learned_from() -> None:
    facts = RealFaces.read().facts
    assert set(facts["faces"]) == {"8", "16", "27", "45", "62", "75"}
    assert min(facts["faces"].values()) >= 20
