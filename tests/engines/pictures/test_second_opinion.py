"""A second matcher only scores: beside the analyser, on the faces that the analyser found."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from forensic_app.engines.packs.pack import bundled_packs_dir, read_pack
from forensic_app.engines.pictures import measurement
from forensic_app.engines.pictures.second_opinion import SecondOpinion, second_matcher, second_record
from forensic_app.errors import PackAltered, PackRefused
from forensic_app.faces.analyser import AgeEstimate, DetectedFace
from forensic_app.measured import measures_of, second_threshold
from forensic_app.messages import RunRequest


class Fake:
    """Finds one face in a bright picture; its template is the picture's brightness."""

    version = "1"
    weights_sha256: ClassVar = {"w": "a" * 64}
    match_threshold = 0.7

    def __init__(self, name: str, factor: float) -> None:
        self.name, self._factor = name, factor

    def detect(self, image: Any) -> list[DetectedFace]:
        box = (10.0, 10.0, 50.0, 50.0)
        return [DetectedFace(box, np.full((5, 2), 30.0), "dlib5", 1.0)] if image.mean() > 50 else []

    def embed(self, image: Any, face: Any) -> Any:
        return np.array([self._factor * image.mean()], np.float32)

    def embed_many(self, images: Any, faces: Any) -> Any:
        return np.stack([self.embed(*pair) for pair in zip(images, faces, strict=True)])

    def estimate_age(self, image: Any, face: Any) -> AgeEstimate:
        return AgeEstimate(30.0)

    def comparison_score(self, first: Any, second: Any) -> float:
        return float(1 - abs(first[0] - second[0]) / 255)


def test_its_scores_stand_beside_and_change_none_of_the_analysers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quality:
        def to_json(self) -> dict[str, Any]:
            return {}

    monkeypatch.setattr(measurement, "measure_quality", lambda *_: Quality())
    analyser, matcher = Fake("dlib", 1.0), Fake("matcher", 2.0)
    photo = np.full((60, 60, 3), 100, np.uint8)
    dark = np.zeros((60, 60, 3), np.uint8)
    face = analyser.detect(photo)[0]
    measurer = measurement.measurer_for(analyser, photo, face, None)  # type: ignore[arg-type]
    exhibit = analyser.embed(photo, face)
    second = SecondOpinion(matcher, matcher.embed(photo, face), {"E-0002": np.array([149.0], np.float32)})  # type: ignore[arg-type]
    pictures = [np.full_like(photo, 110), dark, photo]
    alone = measurer.measure(pictures, exhibit=exhibit, references={})
    both = measurer.measure(pictures, exhibit=exhibit, references={}, second=second)
    assert [{name: value for name, value in each.items() if name != "second"} for each in both] == alone
    assert "second" not in both[1]
    assert both[0]["second"] == {
        "analyser": "matcher",
        "comparison_score": round(1 - 20 / 255, 4),
        "reference_scores": {"E-0002": round(1 - 71 / 255, 4)},
    }
    assert both[2]["second"]["comparison_score"] == 1.0
    read = measures_of(both[0]).second
    assert read is not None
    assert (read.analyser, read.score_to_exhibit) == ("matcher", round(1 - 20 / 255, 4))
    assert measures_of(alone[0]).second is None
    assert second_threshold({"second_analyser": second_record(matcher)}) == 0.7  # type: ignore[arg-type]
    assert second_threshold({}) is None


def request(path: Path | None, sha256: str = "") -> RunRequest:
    return RunRequest(
        run_id="R-0001", engine="aging", parameters={}, exhibit_path=Path("a"), exhibit_sha256="",
        pack_path=Path("b"), pack_sha256="", analyser="dlib", output_dir=Path("c"),
        second_pack_path=path, second_pack_sha256=sha256,
    )  # fmt: skip


def test_the_pack_is_verified_and_another_kind_is_refused() -> None:
    assert second_matcher(request(None)) is None
    folder = bundled_packs_dir() / "matcher"
    loaded = second_matcher(request(folder, read_pack(folder).sha256))
    assert loaded is not None
    assert loaded.name == "matcher"
    with pytest.raises(PackAltered):
        second_matcher(request(folder, "0" * 64))
    with pytest.raises(PackRefused):
        second_matcher(request(bundled_packs_dir() / "sketch", "0" * 64))
