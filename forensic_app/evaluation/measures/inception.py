"""Features of an Inception network that the operator supplies as an ONNX file; none is bundled.

Rules:
    * The graph takes RGB pictures as float32 in ``[-1, 1]``, shape ``(n, 3, side, side)``; its first output is
      the feature vector (2,048 numbers in the network that FID was defined with).
    * Pictures are resized with an anti-aliased bicubic filter; what is printed names the file's digest.

References:
    Heusel et al., NeurIPS 2017 (FID); Parmar, Zhang, Zhu, CVPR 2022 (aliased resizing and FID).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.errors import PackMissing, PackRefused
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.analyser import RgbImage

DEFAULT_SIDE_PX = 299
BATCH = 16


class InceptionFeatures:
    """Maps pictures to feature vectors.

    Args:
        path: The ONNX file.

    Raises:
        PackMissing: There is no such file.
        PackRefused: It is no ONNX graph with one picture input.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors

        if not path.is_file():
            raise PackMissing(
                f"There is no Inception file {path}.", "Check the path, or leave --inception out."
            )
        try:
            self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except (errors.Fail, errors.InvalidProtobuf, errors.InvalidGraph, errors.NotImplemented) as error:
            raise PackRefused(
                f"{path} is not an ONNX graph that can be loaded.",
                "Give an Inception network exported to ONNX, with pictures in [-1, 1] as input.",
            ) from error
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if inputs else []
        if len(inputs) != 1 or len(shape) != 4:
            raise PackRefused(
                f"{path} does not take pictures.", "Give a graph with one input (n, 3, side, side)."
            )
        self._input = inputs[0].name
        self._side_px = shape[2] if isinstance(shape[2], int) else DEFAULT_SIDE_PX
        self.description = f"the Inception file {path.name}, SHA-256 {sha256_of_file(path)}"

    def __call__(self, images: Sequence[RgbImage]) -> FloatArray:
        """Return features of ``images``, each uint8 RGB: shape ``(n, d)`` float64."""
        rows = []
        for start in range(0, len(images), BATCH):
            batch = np.stack([self._prepared(image) for image in images[start : start + BATCH]])
            output = self._session.run(None, {self._input: batch})[0]
            rows.append(np.asarray(output, dtype=np.float64).reshape(len(batch), -1))
        return np.concatenate(rows)

    def _prepared(self, image: RgbImage) -> NDArray[np.float32]:
        side = (self._side_px, self._side_px)
        planes = [
            np.asarray(
                Image.fromarray(image[..., channel].astype(np.float32)).resize(side, Image.Resampling.BICUBIC)
            )
            for channel in range(3)
        ]
        return np.asarray(np.stack(planes) / 127.5 - 1.0, dtype=np.float32)
