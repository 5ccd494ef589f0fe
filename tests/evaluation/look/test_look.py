from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_fakes import FakeAnalyser, FakeMaker, write_faces
from PIL import Image

from forensic_app.engines.pictures.marking import BAND_TEXT
from forensic_app.errors import InvalidInput, RunCancelled
from forensic_app.evaluation.look import fit
from forensic_app.evaluation.look import look as module
from forensic_app.evaluation.look.fit import autoencoder_sha256, fit_real_faces
from forensic_app.evaluation.look.look import evaluate_look, photographs_of

AGES = (8.0, 45.0)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    write_faces(folder, ages=(27,), per_age=3)
    (folder / "notes.txt").write_text("no photograph")
    (folder / "z_broken.png").write_bytes(b"no image")
    Image.new("RGB", (48, 48)).save(folder / "z_faceless.png")
    return folder


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> FakeMaker:
    maker = FakeMaker()
    monkeypatch.setattr(module, "series_maker", lambda *_, **__: maker)
    monkeypatch.setattr(module, "autoencoder_sha256", lambda _: "another")
    monkeypatch.setattr(fit, "autoencoder_sha256", lambda _: None)
    return maker


def _look(tmp_path: Path, folder: Path, **rest: Any) -> dict[str, Any]:
    return evaluate_look(
        pack_path=tmp_path,
        data_dir=folder,
        sheet=tmp_path / "sheet.png",
        target_ages=AGES,
        analyser=FakeAnalyser(),
        **rest,
    )


def test_every_photograph_is_on_the_sheet_with_its_figures(
    tmp_path: Path, photographs: Path, faked: FakeMaker
) -> None:
    result = _look(tmp_path, photographs)
    json.dumps(result, allow_nan=False)
    assert (result["n_files"], result["n_photographs"]) == (5, 3)
    assert result["unusable"] == ["z_broken.png: not an image", "z_faceless.png: no face found"]
    first = result["photographs"][0]
    assert first["source_age"] == pytest.approx(27, abs=0.5)
    assert [each["target_age"] for each in first["pictures"]] == [8.0, 45.0]
    assert set(first["pictures"][0]["figures"]) == {"unlikeness", "unlikeness_eyes", "unlikeness_mouth"}
    assert np.isfinite(first["untouched"]["unlikeness"])
    values = [each["pictures"][0]["figures"]["unlikeness"] for each in result["photographs"]]
    assert result["by_target"]["8"]["unlikeness"] == pytest.approx(np.mean(values))
    assert any("another pack's autoencoder" in note for note in result["notes"])
    assert {call["sex"] for call in faked.calls} == {"unknown"}
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width == 3 * 128
        assert sheet.height > 3 * 128
        assert sheet.text["Title"] == BAND_TEXT


def test_a_limit_spreads_over_the_folder(tmp_path: Path, photographs: Path, faked: FakeMaker) -> None:
    names = [path.name for path in photographs_of(photographs)]
    result = _look(tmp_path, photographs, limit=2)
    assert result["photographs"][0]["file"] == names[0]
    assert result["unusable"] == ["z_faceless.png: no face found"]


def test_real_faces_of_a_folder_may_stand_in(tmp_path: Path, photographs: Path, faked: FakeMaker) -> None:
    real = tmp_path / "real"
    write_faces(real, ages=(8, 45), per_age=25)
    (tmp_path / "validation.txt").write_text("")
    known = fit_real_faces(faked, FakeAnalyser(), pack_path=tmp_path, data_dir=real)
    assert known.facts["faces"] == {"8": 25, "45": 25}
    few = tmp_path / "few"
    write_faces(few, ages=(8, 45), per_age=5)
    result = _look(tmp_path, photographs, real=few)
    assert "fewer than 20 real faces" in result["real_faces"]["absent"]
    assert result["photographs"][0]["pictures"][0]["figures"]["unlikeness"] is None
    assert result["by_target"]["8"]["unlikeness"] is None


def test_what_cannot_be_shown_is_refused_in_words(
    tmp_path: Path, photographs: Path, faked: FakeMaker
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InvalidInput, match="holds no photograph"):
        _look(tmp_path, empty)
    with pytest.raises(InvalidInput, match="There is no folder"):
        _look(tmp_path, tmp_path / "missing")
    with pytest.raises(InvalidInput, match="cannot show 201"):
        _look(tmp_path, photographs, limit=201)
    with pytest.raises(InvalidInput, match="There is no folder or CSV"):
        _look(tmp_path, photographs, real=tmp_path / "missing")
    Image.new("RGB", (48, 48)).save(empty / "faceless.png")
    with pytest.raises(InvalidInput, match="No face was found in any of the 1"):
        _look(tmp_path, empty)
    (tmp_path / "sheet.png").write_bytes(b"")
    with pytest.raises(InvalidInput, match="cannot be written"):
        _look(tmp_path, photographs)


def test_cancelling_leaves_no_sheet(tmp_path: Path, photographs: Path, faked: FakeMaker) -> None:
    def watch(_: float, words: str) -> None:
        if words.startswith("Photograph 2"):
            raise RunCancelled("Stopped.", "Start again.")

    with pytest.raises(RunCancelled):
        _look(tmp_path, photographs, on_progress=watch)
    assert not (tmp_path / "sheet.png").exists()


def test_the_digest_of_an_autoencoder_is_the_packs(built_pack: Path) -> None:
    digest = autoencoder_sha256(built_pack)
    assert digest is not None
    assert len(digest) == 64
