from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dlib
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from forensic_app.errors import PackAltered
from forensic_app.faces.align import align, template
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.dlib import BUNDLED_FOLDER, DlibAnalyser, face_chip, landmarks_to_chip
from forensic_app.faces.networks import AgeNetwork, RecognitionNetwork, load_age, load_recognition, resample

REFERENCE: dict[str, Any] = json.loads(
    Path(__file__).with_name("reference_vectors.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def recognition() -> RecognitionNetwork:
    return load_recognition(BUNDLED_FOLDER / "recognition.safetensors")


@pytest.fixture(scope="module")
def age() -> AgeNetwork:
    return load_age(BUNDLED_FOLDER / "age.safetensors")


def _chip(name: str, astronaut: RgbImage, size: int, padding: float) -> torch.Tensor:
    if name == "synthetic":
        y, x = np.mgrid[:size, :size]
        chip = np.stack([(x * 7 + y * 3) % 256, (x * y) % 256, (x * x + y * 5) % 256], axis=-1)
    else:
        parts = [dlib.point(*point) for point in REFERENCE["landmarks_dlib_order"]]
        shape = dlib.full_object_detection(dlib.rectangle(*REFERENCE["box"]), parts)
        chip = dlib.get_face_chip(astronaut, shape, size, padding)
    return torch.from_numpy(np.ascontiguousarray(chip)).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("name", ["astronaut", "synthetic"])
def test_embedding_is_dlibs(name: str, recognition: RecognitionNetwork, astronaut: RgbImage) -> None:
    with torch.inference_mode():
        embedding = recognition(_chip(name, astronaut, 150, 0.25))[0].numpy()
    assert embedding.shape == (128,)
    assert np.linalg.norm(embedding - np.array(REFERENCE[name]["embedding"])) < 1e-3


@pytest.mark.parametrize("name", ["astronaut", "synthetic"])
def test_age_is_the_original_networks(name: str, age: AgeNetwork, astronaut: RgbImage) -> None:
    chip = _chip(name, astronaut, 64, 0.2)
    with torch.inference_mode():
        probabilities = age.distribution(chip)[0].numpy()
        mean, spread = age.expectation(chip)
    expected = np.array(REFERENCE[name]["age_probabilities"])
    years = np.array([0.25, *range(1, 81)])
    assert np.abs(probabilities - expected).max() < 2e-3
    assert float(mean[0]) == pytest.approx(expected @ years, abs=0.05)
    variance = expected @ (years - expected @ years) ** 2
    assert float(spread[0]) == pytest.approx(np.sqrt(variance), abs=0.05)


def test_gradients_reach_the_pixels_and_not_the_weights(
    recognition: RecognitionNetwork, age: AgeNetwork, astronaut: RgbImage
) -> None:
    for network, size, padding in ((recognition, 150, 0.25), (age, 64, 0.2)):
        chip = _chip("astronaut", astronaut, size, padding).requires_grad_()
        network(chip).square().sum().backward()
        assert chip.grad is not None
        assert float(chip.grad.abs().sum()) > 0
        assert all(parameter.grad is None for parameter in network.parameters())


def test_resampling_a_crop_shows_the_network_the_chip_that_dlib_would_cut(
    analyser: DlibAnalyser, recognition: RecognitionNetwork, astronaut: RgbImage, face: DetectedFace
) -> None:
    aligned = align(astronaut, face, 192)
    crop = torch.from_numpy(aligned.crop).permute(2, 0, 1)[None].float().requires_grad_()

    chip = resample(crop, landmarks_to_chip(template("dlib5", 192), chip_px=150, padding=0.25), 150)
    embedding = recognition(chip)[0]
    (embedding @ embedding).backward()

    direct = face_chip(astronaut, face, size_px=150, padding=0.25)
    difference = chip.detach()[0].permute(1, 2, 0).numpy() - direct
    assert np.abs(difference[20:130, 20:130]).mean() < 2.5
    assert np.linalg.norm(embedding.detach().numpy() - analyser.embed(astronaut, face)) < 0.1
    assert crop.grad is not None
    assert float(crop.grad.abs().sum()) > 0


def test_resampling_keeps_pixel_centres_and_averages_when_it_shrinks() -> None:
    ramp = torch.arange(64.0).expand(1, 3, 64, 64)
    shifted = resample(ramp, np.array([[1.0, 0.0, -5.0], [0.0, 1.0, 0.0]]), 32)
    assert shifted[0, 0, 3, :10].tolist() == pytest.approx(list(np.arange(5.0, 15.0)), abs=1e-4)
    quarter = resample(ramp, np.array([[0.25, 0.0, -0.375], [0.0, 0.25, -0.375]]), 16)
    assert quarter[0, 0, 3].tolist() == pytest.approx(list(np.arange(16) * 4 + 1.5), abs=1e-4)


def test_files_with_other_tensors_are_refused(tmp_path: Path) -> None:
    tensors = load_file(BUNDLED_FOLDER / "age.safetensors")
    del tensors["head.bias"]
    save_file(tensors, tmp_path / "age.safetensors")
    with pytest.raises(PackAltered, match=r"age\.safetensors"):
        load_age(tmp_path / "age.safetensors")
    (tmp_path / "recognition.safetensors").write_bytes(b"not tensors")
    with pytest.raises(PackAltered):
        load_recognition(tmp_path / "recognition.safetensors")
