from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
import skimage.data
import torch

from forensic_app.faces.align import align_matrix, invert, template, transform_points
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.mesh import FaceMesh, MeshNetworks

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def astronaut() -> RgbImage:
    photo: RgbImage = skimage.data.astronaut()
    return photo


@pytest.fixture(scope="session")
def analyser() -> DlibAnalyser:
    return DlibAnalyser()


@pytest.fixture(scope="session")
def face(analyser: DlibAnalyser, astronaut: RgbImage) -> DetectedFace:
    return analyser.detect(astronaut)[0]


@pytest.fixture(scope="session")
def arcface_face(face: DetectedFace) -> DetectedFace:
    """Return the astronaut's face with the ``arcface5`` points that lead to the same crop."""
    inverse = invert(align_matrix(face, 192))
    points = transform_points(inverse, template("arcface5", 192))
    return DetectedFace(face.box, points, "arcface5", 1.0)


@pytest.fixture(scope="session")
def networks() -> MeshNetworks:
    return MeshNetworks()


@pytest.fixture(scope="session")
def astronaut_mesh(networks: MeshNetworks, astronaut: RgbImage, face: DetectedFace) -> FaceMesh:
    return networks.read(astronaut, face)
