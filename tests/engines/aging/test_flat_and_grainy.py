"""Runs on flat and grainy photographs: what the networks get, what comes back, what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging.components import load_components
from forensic_app.engines.aging.edit_network import PackNetwork
from forensic_app.engines.aging.face_edit import EditedFace, Face, edit_face
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures import restoration
from forensic_app.engines.pictures.grain import grain_strength
from forensic_app.engines.registry import load_engine
from forensic_app.faces.align import align
from forensic_app.faces.analyser import RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.messages import EngineResult, RunRequest
from forensic_app.parameters import resolve

# Untrained packs draw colours that no screen has.
pytestmark = pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")

WITHOUT_CHANGE = {
    "guidance_scale": 0.0,
    "guidance_rescale": 0.0,
    "color_match": False,
    "detail_keep": 1.0,
    "source_age": 62.0,
    "target_ages": [62.0],
}


@pytest.fixture(scope="module")
def flat() -> RgbImage:
    return np.rint(140.0 + (astronaut().astype(float) - 140.0) * 0.35).astype(np.uint8)


@pytest.fixture
def of_flat(flat: RgbImage, tmp_path: Path) -> dict[str, Any]:
    """What a request says of the flat photograph."""
    path = tmp_path / "flat.png"
    Image.fromarray(flat).save(path)
    return {"exhibit_path": path, "exhibit_sha256": sha256_of_file(path)}


def _run(request: RunRequest) -> EngineResult:
    return load_engine("aging").run(request, lambda fraction, stage: None)


def _pixels(result: EngineResult) -> np.ndarray:
    image = result.images[0]
    with Image.open(image.path) as picture:
        return np.asarray(picture)[: picture.height - image.metrics["band_height_px"]]


def _edited(built_pack: Path, crop: RgbImage, **parameters: Any) -> EditedFace:
    network = PackNetwork(load_components(read_pack(built_pack), choose_device("cpu", threads=1)))
    face = Face(crop, SourceAge.of(33.0, None, weight=0.5), [8.0, 62.0], "female", None)
    return edit_face(network, face, {**resolve(SCHEMA, {}), "num_inference_steps": 6, **parameters})


def _crop(photo: RgbImage) -> RgbImage:
    return align(photo, DlibAnalyser().detect(photo)[0], 64).crop


def test_a_flat_photograph_is_told_and_gets_its_contrast_back(
    make_request: Callable[..., RunRequest], of_flat: dict[str, Any], flat: RgbImage
) -> None:
    result = _run(make_request(restore=True, **of_flat, **WITHOUT_CHANGE))
    restored = result.environment["restored"]
    assert restored["contrast_gain"] > 1.5
    assert restored["grain"] == 0.0
    assert any("face is flat" in warning for warning in result.warnings)
    assert np.abs(_pixels(result).astype(int) - flat).max() <= 3


def test_a_run_of_before_is_repeated_without_it(
    make_request: Callable[..., RunRequest], of_flat: dict[str, Any]
) -> None:
    before = make_request(**of_flat)
    assert "restore" not in before.parameters
    old, again, now = (
        _run(each)
        for each in (before, make_request(restore=False, **of_flat), make_request(restore=True, **of_flat))
    )
    assert "restored" not in old.environment
    assert not any("flat" in warning for warning in old.warnings)
    assert np.array_equal(_pixels(old), _pixels(again))
    assert not np.array_equal(_pixels(old), _pixels(now))
    assert resolve(SCHEMA, {})["restore"] is True


def test_an_ordinary_photograph_is_edited_as_ever(make_request: Callable[..., RunRequest]) -> None:
    old, now = (_run(make_request(restore=restore)) for restore in (False, True))
    assert np.array_equal(_pixels(old), _pixels(now))
    assert "restored" not in now.environment


def test_the_networks_see_the_usual_contrast_and_the_pictures_have_the_photographs(
    built_pack: Path, flat: RgbImage
) -> None:
    crop = _crop(flat)
    restored = _edited(built_pack, crop, restore=True, identity_guard=False)
    seen = restored.restoration
    assert seen is not None
    ready = _edited(built_pack, seen.applied(crop), restore=False, identity_guard=False)
    for made, wanted in zip(restored.decoded, ready.decoded, strict=True):
        np.testing.assert_array_equal(made, seen.undone(wanted))
    assert restored.record["restored"] == seen.record()


def test_the_guard_judges_what_is_shown(
    built_pack: Path, flat: RgbImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forensic_app.engines.pictures import identity_guard

    judged: list[RgbImage] = []
    finish = identity_guard.finished_crop

    def watched(edited: RgbImage, *given: Any, **how: Any) -> RgbImage:
        judged.append(finish(edited, *given, **how))
        return judged[-1]

    monkeypatch.setattr(identity_guard, "finished_crop", watched)
    made = _edited(built_pack, _crop(flat), restore=True, identity_floor=0.0)
    np.testing.assert_array_equal(np.stack(judged), made.finished_crops())


def test_grain_comes_back_on_the_face(
    make_request: Callable[..., RunRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoration, "GRAIN_SEEN_AT_PX", 64)
    noise = np.random.default_rng(0).normal(0.0, 14.0, (512, 512))[..., None]
    photo = np.clip(np.rint(astronaut() + noise), 0, 255).astype(np.uint8)
    path = tmp_path / "grainy.png"
    Image.fromarray(photo).save(path)
    of_grainy = {"exhibit_path": path, "exhibit_sha256": sha256_of_file(path)}
    face = np.zeros((512, 512), bool)
    face[110:150, 205:245] = True
    strengths = []
    for restore in (True, False):
        result = _run(make_request(restore=restore, **of_grainy, **{**WITHOUT_CHANGE, "detail_keep": 0.0}))
        assert any("is grainy" in warning for warning in result.warnings) is restore
        strengths.append(grain_strength(_pixels(result), face))
    own = grain_strength(photo, face)
    assert strengths[0] == pytest.approx(own, rel=0.25)
    assert strengths[1] < 0.5 * own
