"""A subject in three crops of a real photograph, other people as seeded noise, and a tiny real pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.data import astronaut

from forensic_app.engines.aging.components import Components, load_components, release_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.personalisation.draws import PersonalPhoto
from forensic_app.engines.personalisation.regularization import RegularizationSet, sealed
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.align import align, transform_points
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.dlib import DlibAnalyser


@pytest.fixture
def components(built_pack: Path) -> Components:
    release_components()
    return load_components(read_pack(built_pack), choose_device("cpu", threads=1))


@pytest.fixture(scope="session")
def embedder() -> FaceEmbedder:
    return FaceEmbedder(torch.device("cpu"))


def cropped(side: int) -> tuple[RgbImage, FloatArray, np.ndarray]:
    """A canonical crop, its landmarks, and the embedding of the face in the photograph."""
    analyser, photo = DlibAnalyser(), astronaut()
    face = analyser.detect(photo)[0]
    made = align(photo, face, side)
    return made.crop, transform_points(made.matrix, face.landmarks), analyser.embed(photo, face)


@pytest.fixture(scope="session")
def face_crop() -> tuple[RgbImage, FloatArray]:
    return cropped(192)[:2]


@pytest.fixture(scope="session")
def photos() -> list[PersonalPhoto]:
    crop, landmarks, embedding = cropped(64)
    return [
        PersonalPhoto(
            photo_id=f"E-000{number}",
            sha256=f"{number}" * 64,
            crop=np.clip(crop.astype(int) + 8 * number, 0, 255).astype(np.uint8),
            landmarks=landmarks,
            embedding=embedding,
            age=28.0 + 2 * number,
            age_origin="record",
        )
        for number in range(3)
    ]


@pytest.fixture(scope="session")
def others() -> RegularizationSet:
    generator = torch.Generator().manual_seed(3)
    ages = (5, 16, 27, 45, 60, 75)
    return sealed(
        RegularizationSet(
            latents=torch.randn(6, 4, 16, 16, generator=generator).half(),
            embeddings=0.12 * torch.randn(6, 128, generator=generator),
            ages=ages,
            sexes=("female", "male") * 3,
            captions=tuple(f"photo of person as {age}-year-old" for age in ages),
            origin="generated",
        )
    )
