from __future__ import annotations

import numpy as np
import pytest

from forensic_app.faces.align import align, transform_points
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.mesh import FaceMesh, MeshNetworks
from forensic_app.faces.mesh_masks import (
    eye_masks,
    face_mask,
    feathered_mask,
    head_masks,
    mouth_mask,
    polygon_mask,
)
from forensic_app.faces.mesh_regions import LEFT_SOCKET, MOUTH_REGION, RIGHT_SOCKET

SQUARE = np.array([[9.5, 19.5], [29.5, 19.5], [29.5, 39.5], [9.5, 39.5]])


def test_a_polygons_mask_has_its_area_and_is_cut_at_the_picture() -> None:
    mask = polygon_mask(SQUARE, (60, 50))
    assert mask.dtype == np.float32
    assert mask.sum() == pytest.approx(400, rel=0.05)
    assert mask[30, 20] == 1
    assert mask[10, 20] == mask[30, 35] == 0
    assert polygon_mask(SQUARE, (30, 50)).sum() == pytest.approx(210, rel=0.06)
    assert polygon_mask(SQUARE + 200, (60, 50)).sum() == 0


def test_a_feathered_mask_is_zero_outside_and_one_well_inside() -> None:
    mask = feathered_mask(SQUARE, (60, 50), feather_px=5)
    assert mask[30, 20] == 1
    assert (mask[polygon_mask(SQUARE, (60, 50)) == 0] == 0).all()
    row = mask[30, 9:20]
    assert (np.diff(row) >= 0).all()
    assert 0 < row[2] < 1
    assert np.abs(np.diff(mask, axis=1)).max() < 0.35
    beyond = feathered_mask(SQUARE - [20, 0], (60, 50), feather_px=5)
    assert beyond[30, 0] == 1, "the picture's edge is no edge of the face"


def test_the_face_mask_follows_the_outline(astronaut: RgbImage, astronaut_mesh: FaceMesh) -> None:
    shape = astronaut.shape[:2]
    mask = face_mask(astronaut_mesh, shape)
    outline = polygon_mask(astronaut_mesh.outline, shape)
    assert mask.shape == shape
    assert (mask[outline == 0] == 0).all()
    x, y = np.rint(astronaut_mesh.points[1, :2]).astype(int)
    assert mask[y, x] == 1
    assert 0.55 < mask.sum() / outline.sum() < 0.95
    assert face_mask(astronaut_mesh, shape, grow=0.1).sum() > 1.1 * mask.sum()
    assert face_mask(astronaut_mesh, shape, feather=0.02).sum() > 1.05 * mask.sum()


def test_the_face_mask_of_a_crop_is_the_pictures_brought_there(
    astronaut: RgbImage, face: DetectedFace, astronaut_mesh: FaceMesh
) -> None:
    crop = align(astronaut, face, 256)
    mask = face_mask(astronaut_mesh, (256, 256), matrix=crop.matrix)
    picture = face_mask(astronaut_mesh, astronaut.shape[:2])
    assert mask.max() == 1
    for index in range(0, 468, 7):
        point = astronaut_mesh.points[index, :2]
        x, y = np.rint(point).astype(int)
        u, v = np.clip(np.rint(transform_points(crop.matrix, point[None])[0]).astype(int), 0, 255)
        assert abs(float(mask[v, u]) - float(picture[y, x])) < 0.3


def test_eyes_and_mouth_are_apart(astronaut: RgbImage, astronaut_mesh: FaceMesh) -> None:
    shape = astronaut.shape[:2]
    left, right = eye_masks(astronaut_mesh, shape)
    left_socket, right_socket = eye_masks(astronaut_mesh, shape, sockets=True)
    mouth = mouth_mask(astronaut_mesh, shape)
    assert (left <= left_socket + 1e-6).all()
    assert (right <= right_socket + 1e-6).all()
    assert (left_socket * right_socket).sum() == 0
    assert (left_socket * mouth).sum() == 0
    around = polygon_mask(astronaut_mesh.points[list(MOUTH_REGION), :2], shape)
    assert (mouth <= around + 1e-6).mean() > 0.999
    assert np.argwhere(left > 0.5)[:, 1].mean() < np.argwhere(right > 0.5)[:, 1].mean()
    assert len(set(LEFT_SOCKET) & set(RIGHT_SOCKET)) == 0


def test_person_and_hair_of_the_astronaut(
    astronaut: RgbImage, astronaut_mesh: FaceMesh, networks: MeshNetworks
) -> None:
    masks = head_masks(astronaut, astronaut_mesh, networks)
    assert masks.person.shape == masks.hair.shape == astronaut.shape[:2]
    assert masks.person[130, 224] > 0.9, "her nose"
    assert masks.hair[60:100, 160:175].mean() > 0.6, "the hair beside her face"
    assert masks.hair[20:60, 170:280].mean() > 0.3, "the hair above her forehead"
    assert masks.hair[130, 224] == 0
    assert masks.hair[160:].max() < 0.2, "neck and collar"
    assert (masks.hair <= masks.person + 1e-6).all()
    assert (masks.hair[polygon_mask(astronaut_mesh.outline, astronaut.shape[:2]) == 1] == 0).all()


def test_a_head_beyond_the_picture_has_empty_masks(astronaut_mesh: FaceMesh, networks: MeshNetworks) -> None:
    small = np.zeros((4, 4, 3), dtype=np.uint8)
    masks = head_masks(small, astronaut_mesh, networks)
    assert masks.hair.shape == (4, 4)
    assert masks.hair.sum() == 0
