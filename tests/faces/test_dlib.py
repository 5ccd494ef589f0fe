from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import dlib
import numpy as np
import pytest
import torch
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.errors import PackAltered, PackMissing
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.dlib import BUNDLED_FOLDER, DlibAnalyser, face_chip


def _resized(image: RgbImage, size: int) -> RgbImage:
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS))


def test_the_astronaut_has_one_face_with_landmarks_in_order(face: DetectedFace) -> None:
    assert face.scheme == "dlib5"
    assert face.landmarks.shape == (5, 2)
    assert face.landmarks.dtype == np.float64
    expected = [[195, 101], [212, 103], [238, 105], [255, 104], [224, 134]]
    assert np.abs(face.landmarks - expected).max() < 2.5
    left, top, right, bottom = face.box
    assert left < 195
    assert right > 255
    assert top < 101
    assert bottom > 134


def test_detection_finds_one_face_only(analyser: DlibAnalyser, astronaut: RgbImage) -> None:
    assert len(analyser.detect(astronaut)) == 1


def test_nothing_is_found_where_there_is_no_face(analyser: DlibAnalyser) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    assert analyser.detect(noise) == []
    assert analyser.detect(np.zeros((1, 1, 3), dtype=np.uint8)) == []


@pytest.mark.parametrize("size", [256, 1400, 3000])
def test_the_face_is_where_it_was_at_other_sizes(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace, size: int
) -> None:
    found = analyser.detect(_resized(astronaut, size))
    assert len(found) == 1
    scale = size / 512
    assert np.abs(found[0].landmarks / scale - face.landmarks).max() < 2.5


def test_a_small_face_in_a_big_photograph_is_found_at_full_size(
    analyser: DlibAnalyser, astronaut: RgbImage
) -> None:
    photo = np.full((1000, 3600, 3), 120, dtype=np.uint8)
    photo[200:712, 2500:3012] = astronaut
    found = analyser.detect(photo)
    assert len(found) == 1
    assert np.abs(found[0].landmarks[0] - [2695, 301]).max() < 4


def test_a_face_cut_by_the_border_is_found(analyser: DlibAnalyser, astronaut: RgbImage) -> None:
    crop = np.ascontiguousarray(astronaut[78:160, 176:262])
    found = analyser.detect(crop)
    assert len(found) == 1
    assert np.abs(found[0].landmarks[0] - [19, 23]).max() < 6


def test_faces_come_largest_first(analyser: DlibAnalyser, astronaut: RgbImage) -> None:
    photo = np.full((512, 800, 3), 200, dtype=np.uint8)
    photo[100:400, :300] = _resized(astronaut, 300)
    photo[:, 288:] = astronaut
    faces = analyser.detect(photo)
    widths = [face.box[2] - face.box[0] for face in faces]
    assert len(faces) == 2
    assert widths[0] > 1.4 * widths[1]


def test_answers_are_repeatable(analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace) -> None:
    other = DlibAnalyser()
    again = other.detect(astronaut)[0]
    assert np.array_equal(again.landmarks, face.landmarks)
    assert np.array_equal(other.embed(astronaut, again), analyser.embed(astronaut, face))


def test_chips_are_dlibs(analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace) -> None:
    whole = DetectedFace(face.box, np.rint(face.landmarks), "dlib5", 1.0)
    parts = [dlib.point(*map(int, whole.landmarks[i])) for i in (3, 2, 0, 1, 4)]
    shape = dlib.full_object_detection(dlib.rectangle(*map(round, face.box)), parts)
    for size, padding in ((150, 0.25), (64, 0.2)):
        chip = face_chip(astronaut, whole, size_px=size, padding=padding)
        assert np.array_equal(chip, dlib.get_face_chip(astronaut, shape, size, padding))


def test_embedding_in_a_batch_is_embedding_alone(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace
) -> None:
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    other = analyser.detect(mirrored)[0]
    batch = analyser.embed_many([astronaut, mirrored], [face, other])
    assert batch.shape == (2, 128)
    assert batch.dtype == np.float32
    assert np.abs(batch[0] - analyser.embed(astronaut, face)).max() < 1e-5
    assert np.abs(batch[1] - analyser.embed(mirrored, other)).max() < 1e-5
    assert analyser.embed_many([], []).shape == (0, 128)
    with pytest.raises(ValueError, match="one face"):
        analyser.embed_many([astronaut], [])


def test_scores_of_the_same_and_of_an_altered_face(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace
) -> None:
    reference = analyser.embed(astronaut, face)
    darker = (astronaut * 0.7).astype(np.uint8)
    turned = np.ascontiguousarray(astronaut[::-1])
    assert analyser.comparison_score(reference, reference) == 1.0
    assert analyser.comparison_score(reference, analyser.embed(darker, face)) > 0.7
    assert analyser.comparison_score(reference, analyser.embed(turned, face)) < analyser.match_threshold


def test_age_is_an_expectation_with_a_spread(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace
) -> None:
    age = analyser.estimate_age(astronaut, face)
    assert age.years == pytest.approx(33.0, abs=1.5)
    assert age.spread_years is not None
    assert 3 < age.spread_years < 20


def test_other_landmark_schemes_are_refused(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace
) -> None:
    other = DetectedFace(face.box, face.landmarks, "arcface5", 1.0)
    with pytest.raises(ValueError, match="dlib5"):
        analyser.embed(astronaut, other)


def test_identity_and_protocol(analyser: DlibAnalyser) -> None:
    as_protocol: FaceAnalyser = analyser
    assert as_protocol.name == "dlib"
    assert "dlib-bin 20" in as_protocol.version
    assert as_protocol.match_threshold == pytest.approx(0.4)
    for name, digest in as_protocol.weights_sha256.items():
        assert sha256_of_file(BUNDLED_FOLDER / name) == digest


@pytest.mark.parametrize(
    "name", ["recognition.safetensors", "age.safetensors", "shape_predictor_5_face_landmarks.dat"]
)
def test_altered_or_missing_weights_are_refused(
    tmp_path: Path, astronaut: RgbImage, face: DetectedFace, name: str
) -> None:
    folder = tmp_path / "dlib"
    shutil.copytree(BUNDLED_FOLDER, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)

    def use(analyser: DlibAnalyser) -> None:
        analyser.embed(astronaut, face)
        analyser.estimate_age(astronaut, face)
        analyser.detect(astronaut)

    with pytest.raises(PackAltered, match=name):
        use(DlibAnalyser(folder))
    (folder / name).unlink()
    with pytest.raises(PackMissing, match=name):
        use(DlibAnalyser(folder))


def test_a_folder_without_manifest_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PackMissing, match="files are not in"):
        _ = DlibAnalyser(tmp_path).weights_sha256


def test_threads_are_left_to_the_caller(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace
) -> None:
    before = torch.get_num_threads()
    analyser.embed(astronaut, face)
    assert torch.get_num_threads() == before


def test_importing_and_detecting_load_no_torch() -> None:
    code = (
        "import sys, json, skimage.data, forensic_app.faces.registry as r, forensic_app.faces.align,"
        "forensic_app.faces.quality, forensic_app.faces.selection, forensic_app.faces.insight;"
        "n = len(r.load_analyser('dlib').detect(skimage.data.astronaut()));"
        "print(json.dumps([n, [m for m in ('torch', 'cv2', 'insightface') if m in sys.modules]]))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert json.loads(done.stdout) == [1, []]
