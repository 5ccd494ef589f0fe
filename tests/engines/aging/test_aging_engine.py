from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forensic_app.engines.aging.prompts import caption
from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.registry import load_engine
from forensic_app.errors import EvidenceAltered, FaceNotFound, InvalidInput, RunCancelled
from forensic_app.messages import EngineResult, RunRequest
from forensic_app.parameters import resolve
from forensic_app.records import ImageRole


def _run(request: RunRequest) -> EngineResult:
    return load_engine("aging").run(request, lambda fraction, stage: None)


def _pixels(result: EngineResult, place: int) -> np.ndarray:
    image = result.images[place]
    with Image.open(image.path) as picture:
        return np.asarray(picture)[: picture.height - image.metrics["band_height_px"]]


def test_makes_one_marked_picture_for_each_age(make_request, photo_path):
    result = _run(make_request(apparent_age_weight=0.0))
    assert [image.target_age for image in result.images] == [8.0, 62.0]
    assert {image.role for image in result.images} == {ImageRole.DERIVED}
    photo = np.asarray(Image.open(photo_path))
    for place, image in enumerate(result.images):
        pixels = _pixels(result, place)
        assert pixels.shape == photo.shape
        assert image.height_px > photo.shape[0]
        assert np.array_equal(pixels[-100:], photo[-100:])
        assert not np.array_equal(pixels[:200, 170:270], photo[:200, 170:270])
        assert set(image.metrics) >= {"face_found", "estimated_age", "comparison_score", "quality"}
    assert result.face["crop_size_px"] == 64
    assert result.environment["rng_device"] == "cpu"
    assert result.environment["captions"][0] == "photo of woman as 33-year-old"
    assert result.environment["pack"]["files"]["unet/diffusion_pytorch_model.safetensors"]


def test_a_run_of_before_is_repeated_with_the_oval_and_its_own_hair(make_request):
    before = make_request()
    assert not {"paste_back", "hair"} & set(before.parameters)
    old = _run(before)
    pasted = old.environment["paste_back"]
    assert (pasted["asked"], pasted["hair"]) == ("oval", "keep")
    assert [set(each) for each in pasted["pictures"]] == [{"target_age", "variant", "mask"}] * 2
    again = _run(make_request(paste_back="oval", hair="keep"))
    for place in range(2):
        assert np.array_equal(_pixels(old, place), _pixels(again, place))


def test_defaults_ask_for_the_outline_and_let_hair_follow(make_request):
    resolved = resolve(SCHEMA, {})
    asked = {name: resolved[name] for name in ("paste_back", "hair")}
    assert asked == {"paste_back": "outline", "hair": "follow"}
    pasted = _run(make_request(**asked)).environment["paste_back"]
    assert (pasted["asked"], pasted["hair"]) == ("outline", "follow")
    for each in pasted["pictures"]:
        assert each["mask"] in {"outline", "oval"}
        assert each["hair"] == "changed" or each["reason"]


def test_same_seed_gives_same_bytes_and_another_seed_other_variants(make_request):
    first, again, other = (
        _run(make_request(variants=2, seed=seed, target_ages=[62.0])) for seed in (5, 5, 6)
    )
    contents = [[image.path.read_bytes() for image in result.images] for result in (first, again, other)]
    assert contents[0] == contents[1]
    assert contents[0][0] == contents[2][0]
    assert contents[0][1] != contents[2][1]


def test_variants_differ_and_give_mean_and_spread(make_request):
    result = _run(make_request(variants=3, target_ages=[70.0]))
    roles = [image.role for image in result.images]
    assert roles == ["derived"] * 3 + ["mean", "spread"]
    first, second, third, mean, spread = (_pixels(result, place).astype(float) for place in range(5))
    assert np.abs(first - second).max() > 0
    assert np.abs(mean - (first + second + third) / 3).max() <= 0.5
    assert spread.max() > 0
    assert spread[-100:].max() == 0


@pytest.mark.parametrize("inversion", ["ddim", "edit-friendly"])
@pytest.mark.parametrize("scheduler", ["ddim", "ddpm"])
def test_edit_without_weight_returns_the_reconstruction(make_request, photo_path, inversion, scheduler):
    result = _run(
        make_request(
            guidance_scale=0.0,
            guidance_rescale=0.0,
            color_match=False,
            detail_keep=1.0,
            source_age=62.0,
            target_ages=[62.0],
            inversion=inversion,
            scheduler=scheduler,
        )
    )
    photo = np.asarray(Image.open(photo_path)).astype(int)
    assert np.abs(_pixels(result, 0).astype(int) - photo).max() <= 3


def test_unrecorded_age_is_estimated_and_flagged(make_request):
    result = _run(make_request(source_age=None))
    assert any("estimate" in warning for warning in result.warnings)
    assert result.environment["source_age_origin"] == "estimate"
    assert result.environment["edited_from_age"] == result.environment["source_age"]
    recorded = _run(make_request(source_age=None, subject={"age_at_photo": 40.0, "sex": "unknown"}))
    assert recorded.environment["source_age"] == 40.0
    trusted = _run(make_request(source_age=40.0, subject={"sex": "unknown"}, apparent_age_weight=0.0))
    assert trusted.environment["edited_from_age"] == 40.0
    assert trusted.environment["captions"][0] == "photo of person as 40-year-old"


def test_the_edit_starts_between_the_stated_and_the_apparent_age(make_request):
    result = _run(make_request(source_age=80.0))
    environment = result.environment
    assert environment["source_age"] == 80.0
    assert environment["apparent_age"] < 60.0
    between = (80.0 + environment["apparent_age"]) / 2
    assert environment["edited_from_age"] == pytest.approx(between, abs=0.01)
    assert environment["captions"][0] == caption(between, sex="female")
    assert any("check the stated age" in warning for warning in result.warnings)
    assert not any("check the stated age" in warning for warning in _run(make_request()).warnings)


def test_control_and_references_are_measured(make_request, photo_path):
    result = _run(make_request(reference_paths={"E-0002": photo_path}))
    assert result.control["face_found"]
    assert result.control["comparison_score"] == pytest.approx(1.0, abs=0.2)
    assert set(result.images[0].metrics["reference_scores"]) == {"E-0002"}
    age = result.control["estimated_age"]
    assert age["calibrated"] == pytest.approx(np.interp(age["raw"], [0, 30, 90], [2, 33, 80]), abs=0.02)


def test_refuses_infants(make_request):
    with pytest.raises(InvalidInput, match="under 2 years"):
        _run(make_request(source_age=None, subject={"age_at_photo": 1.5}))


def test_refuses_bad_parameters(make_request):
    for given in ({"target_ages": [1.0]}, {"guidance_scale": 16.0}, {"seed": -1}, {"inversion": "none"}):
        with pytest.raises(InvalidInput):
            _run(make_request(**given))


def test_refuses_altered_photograph_and_photograph_without_face(make_request, tmp_path):
    with pytest.raises(EvidenceAltered):
        _run(make_request(exhibit_sha256="0" * 64))
    with pytest.raises(FaceNotFound):
        _run(make_request(face_index=1))
    from forensic_app.digests import sha256_of_file

    blank = tmp_path / "blank.png"
    Image.new("RGB", (300, 300), (90, 120, 90)).save(blank)
    with pytest.raises(FaceNotFound, match="No face"):
        _run(make_request(exhibit_path=blank, exhibit_sha256=sha256_of_file(blank)))


def test_stops_at_the_step_in_which_a_cancel_is_seen(make_request):
    request = make_request()
    fractions: list[float] = []

    def report(fraction: float, stage: str) -> None:
        fractions.append(fraction)
        if stage == "Changing the age":
            raise RunCancelled("Cancelled.", "")

    with pytest.raises(RunCancelled):
        load_engine("aging").run(request, report)
    assert fractions == sorted(fractions)
    assert list(request.output_dir.iterdir()) == []


def test_progress_never_goes_back(make_request):
    fractions: list[float] = []
    request = make_request(identity_floor=1.0, inversion="edit-friendly", variants=2)
    result = load_engine("aging").run(request, lambda fraction, stage: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert {"encode", "prompt", "invert", "denoise", "decode"} <= set(result.environment["seconds"])
