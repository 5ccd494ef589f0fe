from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines.pictures.photo import find_face
from forensic_app.faces import occluders
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.coverage import Coverage, read_coverage
from forensic_app.faces.coverage_training import drawn_examples, learned, regression
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.mesh import FaceMesh, MeshNetworks
from forensic_app.faces.mesh_warnings import FaceCondition, face_condition, mesh_warnings, share_inside
from forensic_app.workflows.face_inspection import inspect_faces

NOTHING = FaceCondition(detector_score=2.0, presence=25.0, inside=1.0, coverage=Coverage(-5.0, -5.0, -5.0))
DRAWS = 5


def _covered(name: str, image: RgbImage, mesh: FaceMesh, seed: int) -> RgbImage:
    painters = {**occluders.OVER_EYES, **occluders.OVER_MOUTH, **occluders.HARMLESS}
    return painters[name](image, mesh.points, np.random.default_rng(seed))


def test_a_plain_face_has_no_warnings(astronaut: RgbImage, face: DetectedFace) -> None:
    assert mesh_warnings(astronaut, face) == ()


@pytest.mark.parametrize(("name", "words"), [("sunglasses", "eyes"), ("mask", "mouth"), ("hand", "mouth")])
def test_covered_eyes_and_mouths_are_told(
    astronaut: RgbImage, face: DetectedFace, astronaut_mesh: FaceMesh, name: str, words: str
) -> None:
    told = 0
    for seed in range(DRAWS):
        found = mesh_warnings(_covered(name, astronaut, astronaut_mesh, seed), face)
        told += any(f"The {words} seem" in each for each in found)
    assert told >= DRAWS - 1


@pytest.mark.parametrize("name", ["glasses", "elsewhere"])
def test_harmless_things_are_not_told(
    astronaut: RgbImage, face: DetectedFace, astronaut_mesh: FaceMesh, name: str
) -> None:
    found = [mesh_warnings(_covered(name, astronaut, astronaut_mesh, seed), face) for seed in range(DRAWS)]
    assert sum(bool(each) for each in found) <= 1


def test_grey_dark_and_small_photographs_are_plain_too(
    networks: MeshNetworks, astronaut: RgbImage, face: DetectedFace
) -> None:
    grey = np.repeat(astronaut.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    for picture in (grey, (astronaut * 0.45).astype(np.uint8)):
        assert mesh_warnings(picture, face) == ()
    small = np.asarray(Image.fromarray(astronaut).resize((200, 200), Image.Resampling.LANCZOS))
    scale = 200 / 512
    box = tuple(scale * each for each in face.box)
    assert mesh_warnings(small, replace(face, box=box, landmarks=face.landmarks * scale)) == ()


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (replace(NOTHING, detector_score=0.1), "doubtful"),
        (replace(NOTHING, presence=1.0), "doubtful"),
        (replace(NOTHING, inside=0.7), "about 30 % of it is missing"),
        (replace(NOTHING, coverage=Coverage(-1.0, 0.5, -1.0)), "The eyes seem to be covered"),
        (replace(NOTHING, coverage=Coverage(-0.5, -0.5, 1.0)), "The mouth seems to be covered"),
    ],
)
def test_each_condition_has_its_sentence(condition: FaceCondition, words: str) -> None:
    (sentence,) = condition.warnings
    assert words in sentence
    assert sentence.endswith(".")


def test_a_sound_condition_says_nothing_and_several_say_several() -> None:
    assert NOTHING.warnings == ()
    assert replace(NOTHING, detector_score=None).warnings == ()
    assert len(FaceCondition(0.0, 25.0, 0.5, Coverage(1.0, 1.0, 1.0)).warnings) == 4
    unsure = FaceCondition(0.1, 0.0, 0.5, Coverage(1.0, 1.0, 1.0)).warnings
    assert len(unsure) == 2, "what is covered needs a face"
    masked = FaceCondition(2.0, 3.0, 1.0, Coverage(-1.0, -1.0, 1.0)).warnings
    assert len(masked) == 1, "a mask makes the mesh unsure"
    assert "mouth" in masked[0]


def test_the_score_of_another_detector_is_not_judged(
    networks: MeshNetworks,
    astronaut: RgbImage,
    face: DetectedFace,
    arcface_face: DetectedFace,
    astronaut_mesh: FaceMesh,
) -> None:
    assert face_condition(astronaut, face, astronaut_mesh, networks).detector_score == face.score
    assert face_condition(astronaut, arcface_face, astronaut_mesh, networks).detector_score is None


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_face_cut_by_the_edge_is_told(astronaut: RgbImage, face: DetectedFace, side: str) -> None:
    cut_at = {"left": (0, 215), "right": (0, 230), "top": (95, 0), "bottom": (150, 0)}[side]
    picture, shift = astronaut, np.zeros(2)
    if side == "left":
        picture, shift = astronaut[:, cut_at[1] :], np.array([cut_at[1], 0.0])
    elif side == "right":
        picture = astronaut[:, : cut_at[1]]
    elif side == "top":
        picture, shift = astronaut[cut_at[0] :], np.array([0.0, cut_at[0]])
    else:
        picture = astronaut[: cut_at[0]]
    box = tuple(np.array(face.box) - [*shift, *shift])
    moved = replace(face, box=box, landmarks=face.landmarks - shift)
    found = mesh_warnings(np.ascontiguousarray(picture), moved)
    assert any("edge cuts the face" in each for each in found)
    if side in {"left", "right"}:
        assert not any("covered" in each for each in found), "what lies beyond the edge is not covered"


def test_the_share_inside_is_that_of_the_outline(astronaut_mesh: FaceMesh) -> None:
    assert share_inside(astronaut_mesh.outline, (512, 512)) == 1.0
    middle = int(astronaut_mesh.outline[:, 0].mean())
    assert share_inside(astronaut_mesh.outline, (512, middle)) == pytest.approx(0.5, abs=0.05)
    assert share_inside(astronaut_mesh.outline, (10, 10)) == 0.0


def test_runs_and_inspections_have_the_warnings(
    astronaut: RgbImage, analyser: DlibAnalyser, astronaut_mesh: FaceMesh, tmp_path: Path
) -> None:
    picture = _covered("mask", astronaut, astronaut_mesh, 1)
    Image.fromarray(picture).save(tmp_path / "mask.png")
    (inspected,) = inspect_faces((tmp_path / "mask.png", sha256_of_file(tmp_path / "mask.png")))
    assert any("mouth" in each for each in inspected.warnings)
    assert find_face(picture, analyser).warnings[-1:] == inspected.warnings[-1:]
    assert not any("covered" in each for each in find_face(astronaut, analyser).warnings)


def test_coverage_is_learned_from_drawn_photographs(
    networks: MeshNetworks, astronaut: RgbImage, tmp_path: Path
) -> None:
    crop = Image.fromarray(astronaut[60:210, 150:300])
    paths = []
    for number in range(8):
        paths.append(tmp_path / f"{number}.png")
        crop.rotate(number - 4, resample=Image.Resampling.BILINEAR).resize((200, 200)).save(paths[-1])
    first = drawn_examples(paths, networks, np.random.default_rng(1))
    again = drawn_examples(paths[:2], networks, np.random.default_rng(1))
    assert np.array_equal(first.eyes[: len(again.kinds)], again.eyes)
    assert len(first.kinds) == 40
    assert first.mouths_covered.sum() == 16
    assert first.eyes_covered.any(axis=1).sum() == 16
    coefficients, lines = learned(first)
    assert set(coefficients) == {"eyes.weight", "eyes.bias", "mouth.weight", "mouth.bias"}
    assert coefficients["mouth.weight"].shape == (4608,)
    assert any(line.startswith("mouth  plain") for line in lines)


def test_the_regression_tells_what_is_told_apart() -> None:
    generator = np.random.default_rng(3)
    rows = generator.normal(5.0, 2.0, (400, 6)).astype(np.float32)
    covered = rows[:, 2] > rows[:, 4]
    weights = regression(rows, covered)
    said = rows @ weights > np.median(rows @ weights)
    assert (said == covered).mean() > 0.9


def test_coverage_needs_the_file_that_was_installed(
    networks: MeshNetworks, astronaut: RgbImage, astronaut_mesh: FaceMesh
) -> None:
    coverage = read_coverage(astronaut, astronaut_mesh, networks)
    assert coverage.eyes < 0
    assert coverage.mouth < 0
