from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from forensic_app.digests import sha256_of_file
from forensic_app.errors import PackAltered, PackMissing
from forensic_app.faces.align import invert, transform_points
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.mean_face import normalised, symmetric
from forensic_app.faces.mesh import MESH_FOLDER, FaceMesh, MeshNetworks, cut
from forensic_app.faces.mesh_regions import (
    CHIN,
    LEFT_EYE,
    OUTLINE,
    RIGHT_EYE,
    eye_openings,
    eyes_open_score,
    fit_rigid,
    head_pose,
    mouth_closed_score,
)

GOLDEN = {
    1: (222.2, 130.8),
    33: (193.3, 100.4),
    263: (256.3, 103.7),
    13: (222.3, 141.7),
    CHIN: (220.0, 176.7),
    10: (226.3, 68.4),
}
MIRRORED = {33: 263, 133: 362, 61: 291, 234: 454, 1: 1, CHIN: CHIN, 10: 10, 70: 300}


def _moved(image: RgbImage, face: DetectedFace, matrix: FloatArray) -> tuple[RgbImage, DetectedFace]:
    """Return picture and face after a ``(2, 3)`` similarity, in a picture of the same size."""
    back = invert(matrix)
    swap = np.array([[0, 1], [1, 0]])
    channels = [
        ndimage.affine_transform(
            image[..., each].astype(float),
            swap @ back[:, :2] @ swap,
            offset=back[::-1, 2],
            order=1,
            mode="nearest",
        )
        for each in range(3)
    ]
    points = transform_points(matrix, face.landmarks)
    corners = transform_points(matrix, np.array(face.box).reshape(2, 2))
    box = (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
    moved = np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8)
    return moved, DetectedFace(box, points, face.scheme, face.score)


def test_the_astronauts_points_lie_where_they_lay(astronaut_mesh: FaceMesh) -> None:
    assert astronaut_mesh.points.shape == (468, 3)
    for index, place in GOLDEN.items():
        assert np.abs(astronaut_mesh.points[index, :2] - place).max() < 0.3, index
    assert astronaut_mesh.presence > 15
    assert np.isfinite(astronaut_mesh.points).all()


def test_eyes_lie_in_their_outlines_and_are_open(astronaut_mesh: FaceMesh) -> None:
    for side, eye in enumerate((LEFT_EYE, RIGHT_EYE)):
        lids = astronaut_mesh.lids[side]
        assert np.abs(lids - astronaut_mesh.points[list(eye), :2]).max() < 3
        assert (lids.min(axis=0) - 1 < astronaut_mesh.irises[side, 0]).all()
        assert (astronaut_mesh.irises[side, 0] < lids.max(axis=0) + 1).all()
        radius = np.linalg.norm(astronaut_mesh.irises[side, 1:] - astronaut_mesh.irises[side, 0], axis=1)
        assert 0.05 < radius.mean() / np.linalg.norm(lids[0] - lids[8]) < 0.35
    assert min(astronaut_mesh.eye_openings) > 0.04
    assert eyes_open_score(min(astronaut_mesh.eye_openings)) > 80
    assert 0.03 < astronaut_mesh.mouth_opening < 0.3  # she smiles with her teeth


@pytest.mark.parametrize(("degrees", "scale"), [(25.0, 1.0), (-40.0, 0.8), (0.0, 1.4)])
def test_a_turned_picture_gives_the_same_mesh_turned(
    networks: MeshNetworks,
    astronaut: RgbImage,
    face: DetectedFace,
    astronaut_mesh: FaceMesh,
    degrees: float,
    scale: float,
) -> None:
    angle = math.radians(degrees)
    linear = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    middle = astronaut_mesh.points[1, :2]
    matrix = np.column_stack([linear, np.array([256.0, 256.0]) - linear @ middle])
    mesh = networks.read(*_moved(astronaut, face, matrix))
    wanted = transform_points(matrix, astronaut_mesh.points[:, :2])
    assert np.abs(mesh.points[:, :2] - wanted).mean() < 1.0 * scale
    assert mesh.pose.roll - astronaut_mesh.pose.roll == pytest.approx(degrees, abs=3)
    assert mesh.pose.yaw == pytest.approx(astronaut_mesh.pose.yaw, abs=6)


def test_a_mirrored_picture_gives_the_mirrored_mesh(
    networks: MeshNetworks, astronaut: RgbImage, face: DetectedFace, astronaut_mesh: FaceMesh
) -> None:
    last = astronaut.shape[1] - 1
    landmarks = face.landmarks[[3, 2, 1, 0, 4]] * [-1, 1] + [last, 0]
    box = (last - face.box[2], face.box[1], last - face.box[0], face.box[3])
    mirrored = networks.read(
        np.ascontiguousarray(astronaut[:, ::-1]), DetectedFace(box, landmarks, face.scheme, face.score)
    )
    for index, partner in MIRRORED.items():
        wanted = astronaut_mesh.points[partner, :2] * [-1, 1] + [last, 0]
        assert np.abs(mirrored.points[index, :2] - wanted).max() < 5.0, index
    assert mirrored.pose.yaw == pytest.approx(-astronaut_mesh.pose.yaw, abs=4)
    assert mirrored.pose.roll == pytest.approx(-astronaut_mesh.pose.roll, abs=3)
    assert mirrored.pose.pitch == pytest.approx(astronaut_mesh.pose.pitch, abs=3)
    assert mirrored.eye_openings[0] == pytest.approx(astronaut_mesh.eye_openings[1], abs=0.02)


def test_both_landmark_schemes_lead_to_the_same_mesh(
    networks: MeshNetworks, astronaut: RgbImage, arcface_face: DetectedFace, astronaut_mesh: FaceMesh
) -> None:
    mesh = networks.read(astronaut, arcface_face)
    assert np.abs(mesh.points[:, :2] - astronaut_mesh.points[:, :2]).max() < 1.5


def test_the_same_pixels_give_the_same_mesh(
    networks: MeshNetworks, astronaut: RgbImage, face: DetectedFace, astronaut_mesh: FaceMesh
) -> None:
    again = networks.read(astronaut, face)
    assert np.array_equal(again.points, astronaut_mesh.points)
    assert again.pose == astronaut_mesh.pose


def test_where_no_face_is_the_presence_says_so(networks: MeshNetworks, face: DetectedFace) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    assert networks.read(noise, face).presence < 0


def test_a_picture_that_must_not_be_written_is_read(networks: MeshNetworks, astronaut: RgbImage) -> None:
    locked = astronaut.copy()
    locked.flags.writeable = False
    assert np.array_equal(
        networks.points_in(locked, np.eye(2, 3))[0], networks.points_in(astronaut, np.eye(2, 3))[0]
    )
    assert networks.person(locked).shape == (512, 512)


def test_a_cut_repeats_the_edge_and_needs_no_overlap_with_the_picture() -> None:
    image = np.zeros((20, 30, 3), dtype=np.uint8)
    image[:, -1] = 200
    matrix = np.array([[1.0, 0.0, -25.0], [0.0, 1.0, 0.0]])
    cut_out = cut(image, matrix, 10)
    assert cut_out.shape == (3, 10, 10)
    assert np.allclose(cut_out[:, :, 4:], 200, atol=1)
    assert np.allclose(cut_out[:, :, :3], 0, atol=1)
    assert np.allclose(cut(image, np.array([[1.0, 0.0, -90.0], [0.0, 1.0, -50.0]]), 8), 200, atol=1)


def _rotation(yaw: float, pitch: float, roll: float) -> FloatArray:
    """Return the rotation of a head in image axes (x right, y down, z away), by elementary rotations."""
    y, p, r = (math.radians(each) for each in (yaw, pitch, roll))
    about_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    about_y = np.array([[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]])
    return about_y @ about_x @ about_z


@pytest.mark.parametrize(
    "angles", [(0, 0, 0), (30, 0, 0), (0, 20, 0), (0, 0, -35), (-40, 15, 25), (60, -25, 10)]
)
def test_the_pose_of_a_turned_mean_face_is_its_turn(
    networks: MeshNetworks, angles: tuple[float, float, float]
) -> None:
    turned = 80.0 * networks.mean_face @ _rotation(*angles).T + [300.0, 200.0, 0.0]
    pose = head_pose(turned, networks.mean_face)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-6)


def test_the_signs_of_the_pose_are_those_of_the_nose(networks: MeshNetworks) -> None:
    face = networks.mean_face
    between = (face[33] + face[263]) / 2
    to_the_right = face @ _rotation(30, 0, 0).T
    assert to_the_right[1, 0] > face[1, 0] + 0.1
    upwards = face @ _rotation(0, 20, 0).T
    assert (upwards[1] - upwards[[33, 263]].mean(axis=0))[1] < (face[1] - between)[1]


def test_the_mean_face_is_symmetric_and_its_eyes_are_level(networks: MeshNetworks) -> None:
    face = networks.mean_face
    assert face.shape == (468, 3)
    for index, partner in MIRRORED.items():
        assert face[index] == pytest.approx(face[partner] * [-1, 1, 1], abs=1e-6)
    assert face[1, 2] < face[234, 2]


def test_a_mean_face_is_made_from_faces_of_any_place_and_size(networks: MeshNetworks) -> None:
    face = networks.mean_face
    moved = 55.0 * face @ _rotation(0, 0, 12).T + [10.0, 20.0, 5.0]
    assert normalised(moved) == pytest.approx(normalised(face), abs=1e-6)
    uneven = face + np.random.default_rng(1).normal(0, 0.001, face.shape)
    assert symmetric(uneven)[33] == pytest.approx(symmetric(uneven)[263] * [-1, 1, 1])


def test_a_rigid_fit_finds_rotation_scale_and_shift() -> None:
    generator = np.random.default_rng(4)
    source = generator.normal(size=(12, 3))
    rotation = _rotation(20, 30, 40)
    found = fit_rigid(source, 2.5 * source @ rotation.T + [1.0, 2.0, 3.0])
    assert found[0] == pytest.approx(rotation)
    assert found[1] == pytest.approx(2.5)
    assert found[2] == pytest.approx([1.0, 2.0, 3.0])


def test_shut_eyes_and_open_mouths_are_told_by_their_scores(astronaut_mesh: FaceMesh) -> None:
    shut = astronaut_mesh.lids.copy()
    shut[:, 9:] = shut[:, 7:0:-1]
    assert eye_openings(shut, astronaut_mesh.points) == pytest.approx((0.0, 0.0))
    assert eyes_open_score(0.0) < 15
    assert mouth_closed_score(0.0) > 95
    assert mouth_closed_score(0.4) < 5


def test_the_outline_is_closed_round_the_face(astronaut_mesh: FaceMesh) -> None:
    assert len(set(OUTLINE)) == 36
    steps = np.diff(np.concatenate([astronaut_mesh.outline, astronaut_mesh.outline[:1]]), axis=0)
    turns = steps[:, 0] * np.roll(steps[:, 1], -1) - steps[:, 1] * np.roll(steps[:, 0], -1)
    assert (turns > -5).all()
    assert np.linalg.norm(steps, axis=1).max() < 30


def test_an_altered_or_missing_file_is_refused(
    tmp_path: Path, astronaut: RgbImage, face: DetectedFace
) -> None:
    folder = Path(shutil.copytree(MESH_FOLDER, tmp_path / "mesh"))
    content = bytearray((folder / "face_mesh.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "face_mesh.safetensors").write_bytes(content)
    with pytest.raises(PackAltered, match="not the file that was installed"):
        MeshNetworks(folder).read(astronaut, face)
    (folder / "face_mesh.safetensors").unlink()
    with pytest.raises(PackMissing, match="is missing"):
        MeshNetworks(folder).read(astronaut, face)
    (folder / "manifest.json").unlink()
    with pytest.raises(PackMissing, match="are not in"):
        MeshNetworks(folder).read(astronaut, face)


def test_the_digests_are_the_manifests(networks: MeshNetworks) -> None:
    manifest = json.loads((MESH_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert networks.weights_sha256 == {each["file"]: each["sha256"] for each in manifest["files"]}
    assert networks.weights_sha256["iris.safetensors"] == sha256_of_file(MESH_FOLDER / "iris.safetensors")
