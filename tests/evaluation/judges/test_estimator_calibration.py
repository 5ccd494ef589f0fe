from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evaluation_fakes import FakeAnalyser, write_faces
from PIL import Image

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.estimator_calibration import calibrate_on
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.faces.labelled_faces import read_labelled_faces


def calibrated(folder: Path, **options: Any) -> AgeCalibration:
    analyser = FakeAnalyser()
    return calibrate_on(
        read_labelled_faces(folder),
        analyser,
        lambda photo, face: analyser.estimate_age(photo, face).years,
        estimator=analyser.name,
        **options,
    )


def test_an_estimator_is_calibrated_on_a_folder(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=range(4, 90, 2), per_age=2, error_years=6.0)
    (tmp_path / "30_0_0_99.jpg").write_bytes(b"no image")
    said: list[str] = []
    fitted = calibrated(
        tmp_path,
        seed=1,
        on_progress=lambda fraction, words: said.append(words),
    )
    assert fitted.estimator == "fake"
    assert fitted.n == 86
    assert fitted.mae_raw == pytest.approx(6.0, abs=0.3)
    assert fitted.mae_calibrated is not None
    assert fitted.mae_calibrated < 1.0
    assert float(fitted.apply(50.0)) == pytest.approx(44.0, abs=1.0)
    assert len(said) == 87


def test_excluded_and_very_young_faces_are_left_out(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(1, *range(4, 90, 4)), per_age=2)
    names = {path.name for path in tmp_path.glob("40_*")}
    fitted = calibrated(tmp_path, excluded=names)
    assert fitted.n == 2 * 21
    assert 40.0 not in fitted.raw


def test_too_few_faces_are_refused(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(20, 40), per_age=9)
    with pytest.raises(InvalidInput, match="18 labelled faces"):
        calibrated(tmp_path)
    for number in range(5):
        Image.new("RGB", (48, 48)).save(tmp_path / f"30_0_0_{number}.jpg")
    with pytest.raises(InvalidInput, match="found in 18 of 23"):
        calibrated(tmp_path)
