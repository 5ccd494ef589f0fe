"""A tiny real pack's networks, the bundled recognition network, and crops of one face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.data import astronaut

from forensic_app.engines.aging.components import Components, load_components, release_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.align import align
from forensic_app.faces.analyser import RgbImage
from forensic_app.faces.dlib import DlibAnalyser


@pytest.fixture
def components(built_pack: Path) -> Components:
    release_components()
    return load_components(read_pack(built_pack), choose_device("cpu", threads=1))


@pytest.fixture(scope="session")
def embedder() -> FaceEmbedder:
    return FaceEmbedder(torch.device("cpu"))


@pytest.fixture(scope="session")
def crops() -> list[RgbImage]:
    """Canonical crops of one face at three brightnesses."""
    photo = astronaut()
    crop = align(photo, DlibAnalyser().detect(photo)[0], 64).crop
    return [np.clip(crop.astype(int) + 8 * number, 0, 255).astype(np.uint8) for number in range(3)]
