from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from forensic_app.errors import PackAltered, PackMissing
from forensic_app.faces.align import align, template_face
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.dlib import BUNDLED_FOLDER, DlibAnalyser
from forensic_app.faces.sex import SEX_FILE, SexReader


def test_the_astronaut_reads_as_a_woman_in_the_photograph_and_in_its_crop(
    astronaut: RgbImage, face: DetectedFace
) -> None:
    crop = align(astronaut, face, 192).crop
    shares = SexReader().female_shares([astronaut, crop], [face, template_face("dlib5", 192)])
    assert shares.shape == (2,)
    assert shares.dtype == np.float64
    assert (shares > 0.8).all()
    assert SexReader().female_shares([], []).shape == (0,)


def test_its_weights_are_no_part_of_the_analyser(analyser: DlibAnalyser) -> None:
    assert SEX_FILE not in analyser.weights_sha256
    assert len(SexReader().sha256) == 64


def test_a_face_for_each_image_is_needed(astronaut: RgbImage, face: DetectedFace) -> None:
    with pytest.raises(ValueError, match="one face for each image"):
        SexReader().female_shares([astronaut], [face, face])


def test_an_altered_or_missing_file_is_refused(
    tmp_path: Path, astronaut: RgbImage, face: DetectedFace
) -> None:
    shutil.copy(BUNDLED_FOLDER / "manifest.json", tmp_path)
    with pytest.raises(PackMissing):
        SexReader(tmp_path).female_shares([astronaut], [face])
    (tmp_path / SEX_FILE).write_bytes(b"other")
    with pytest.raises(PackAltered):
        SexReader(tmp_path).female_shares([astronaut], [face])
