"""The sex that a face appears to have, for measuring alone: dlib's sex network.

Rules:
    * It is read to ask whether derived images keep what the photograph shows. No run, no report and no record of a
      case says a guessed sex.
    * The same files and chips as the bundled analyser's: checked against the manifest before they are opened.

References:
    Cydral Technology, ``dnn_gender_classifier_v1``, dlib-models.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.bundled_files import BundledFiles
from forensic_app.faces.dlib import BUNDLED_FOLDER, chip_batch, face_chip

if TYPE_CHECKING:
    from forensic_app.faces.networks import SexNetwork

SEX_FILE = "sex.safetensors"


class SexReader:
    """Reads the apparent sex with the network that comes with the program."""

    name = "dlib-sex"

    def __init__(self, folder: Path = BUNDLED_FOLDER) -> None:
        """Remember where the weights are; load nothing."""
        self._files = BundledFiles(folder)

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights, as the manifest records it."""
        return self._files.sha256[SEX_FILE]

    def female_shares(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> FloatArray:
        """Return what the network answers for *female*, from 0 to 1, shape ``(n,)``; no probability of anything.

        Args:
            images: ``(height, width, 3)`` uint8 RGB each.
            faces: One face in each image, with ``dlib5`` landmarks.

        Raises:
            PackMissing: The network's file is not there.
            PackAltered: It does not have its digest.
            ValueError: The counts differ, or the landmarks are of another scheme.
        """
        if len(images) != len(faces):
            raise ValueError("one face for each image is needed")
        if not images:
            return np.zeros(0)
        from forensic_app.faces.networks import SEX_CHIP_PADDING, SEX_CHIP_PX

        chips = [
            face_chip(image, face, size_px=SEX_CHIP_PX, padding=SEX_CHIP_PADDING)
            for image, face in zip(images, faces, strict=True)
        ]
        return self._network.female_shares(chip_batch(chips))

    @cached_property
    def _network(self) -> SexNetwork:
        from forensic_app.faces.networks import load_sex

        return load_sex(self._files.read(SEX_FILE))
