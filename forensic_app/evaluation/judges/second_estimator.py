"""A second age estimator, for measuring only: the age network of face-api, which the operator supplies.

Ages that one estimator reads in pictures that were made with that estimator's help flatter the maker. This
one had no part in training or in editing, so what it reads is evidence of another kind. None is bundled.

Rules:
    * Weights are read from a TensorFlow.js manifest and its shards, quantised or not; the digests of all of
      them go into the result.
    * The network sees the square :data:`CROP_SHARE` of the canonical crop, upright, at 112 px. Its own detector
      is not used, so its error is measured here and not taken from its authors.
    * It is never part of training, editing or a case: only an evaluation loads it.

Its authors trained it on UTKFace, FG-NET, ChaLearn, Wiki, IMDB, CACD and MegaAge. Its error on photographs
of those sets is therefore better than on photographs that it has not seen.

References:
    F. Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017 (the blocks);
    V. Mühler, face-api.js, and its continuation @vladmandic/face-api 1.7.15 (network and weights, MIT).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import PackRefused
from forensic_app.evaluation.judges.tfjs_weights import read_manifest
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.align import align_matrix, warp
from forensic_app.faces.analyser import DetectedFace, RgbImage

if TYPE_CHECKING:
    from torch import Tensor

ESTIMATOR_NAME = "face-api-age"
MANIFEST_NAME = "age_gender_model-weights_manifest.json"
INPUT_PX = 112
CHANNEL_MEANS = (122.782, 117.001, 104.298)
"""Mean red, green and blue that the network subtracts before it divides by 255."""
CROP_SHARE = 0.9
"""Side of the square that the network sees, as a share of the canonical crop's side.

Raw mean absolute error in years on 295 UTKFace photographs of 2 to 100 years, spread over age, sex and group,
that are not in the base pack's ``validation.txt``; on the 234 usable ones that are, in brackets: share 0.6 12.3
(12.7), 0.7 8.4 (8.0), 0.8 5.7 (6.4), 0.9 4.8 (5.9), 1.0 4.6 (5.8); 0.9 with the centre at 0.55, chosen, 4.45
(5.7); the detector's box made square 5.6 (6.5), with a fifth added 5.0 (6.7), with four fifths 13.2 (12.6).
UTKFace was in its training, so these are optimistic.
"""
CROP_CENTRE = (0.5, 0.55)
"""Centre of that square in the canonical crop, x and y, as shares of its side; it ends at the crop's border."""
BATCH = 32
ENTRY_CHANNELS = (32, 64, 128)
EXIT_CHANNELS = (256, 512)
MAIN_BLOCKS = 2


def expected_shapes() -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that the age branch needs, by name, in TensorFlow's axis order."""
    first, second, third = ENTRY_CHANNELS
    fourth, last = EXIT_CHANNELS
    shapes: dict[str, tuple[int, ...]] = {}

    def convolution(name: str, side: int, channels_in: int, channels: int) -> None:
        shapes[f"{name}/filters"] = (side, side, channels_in, channels)
        shapes[f"{name}/bias"] = (channels,)

    def separable(name: str, channels_in: int, channels: int) -> None:
        shapes[f"{name}/depthwise_filter"] = (3, 3, channels_in, 1)
        shapes[f"{name}/pointwise_filter"] = (1, 1, channels_in, channels)
        shapes[f"{name}/bias"] = (channels,)

    convolution("entry_flow/conv_in", 3, 3, first)
    for name, channels_in, channels in (
        ("entry_flow/reduction_block_0", first, second),
        ("entry_flow/reduction_block_1", second, third),
        ("exit_flow/reduction_block", third, fourth),
    ):
        separable(f"{name}/separable_conv0", channels_in, channels)
        separable(f"{name}/separable_conv1", channels, channels)
        convolution(f"{name}/expansion_conv", 1, channels_in, channels)
    for block in range(MAIN_BLOCKS):
        for place in range(3):
            separable(f"middle_flow/main_block_{block}/separable_conv{place}", third, third)
    separable("exit_flow/separable_conv", fourth, last)
    shapes["fc/age/weights"], shapes["fc/age/bias"] = (last, 1), (1,)
    return shapes


def face_crop(image: RgbImage, face: DetectedFace) -> RgbImage:
    """Return what the network sees of ``face``: ``(112, 112, 3)`` uint8 RGB, upright.

    Args:
        image: Photograph or canonical crop, uint8 RGB; beyond its border it is mirrored.
        face: The face in it; every landmark scheme leads to the same square.
    """
    size = INPUT_PX / CROP_SHARE
    left, top = ((centre - CROP_SHARE / 2.0) * size for centre in CROP_CENTRE)
    matrix = align_matrix(face, size)
    matrix[:, 2] -= (left, top)
    pixels = warp(image, matrix, origin=(0, 0), size=(INPUT_PX, INPUT_PX))
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


class SecondAgeEstimator:
    """Reads ages with face-api's network; deterministic on one machine.

    Attributes:
        name: ``face-api-age``.
        sources_sha256: SHA-256 of the manifest and of each shard, by file name.
    """

    name = ESTIMATOR_NAME

    def __init__(self, tensors: Mapping[str, NDArray[Any]], sources_sha256: Mapping[str, str]) -> None:
        """Build the network.

        Args:
            tensors: Tensors by name, in TensorFlow's axis order; the gender branch is not used.
            sources_sha256: SHA-256 by file name.

        Raises:
            PackRefused: A tensor is missing, has another shape, or holds a number that is not finite.
        """
        import torch

        self.sources_sha256 = dict(sources_sha256)
        self._tensors: dict[str, Tensor] = {}
        for name, shape in expected_shapes().items():
            found = tensors.get(name)
            if found is None or found.shape != shape or not np.isfinite(found).all():
                seen = "missing" if found is None else f"{found.shape} or not finite"
                raise PackRefused(
                    f"The weights are not those of face-api's age network: {name} is {seen}.",
                    "Give the model folder of the package @vladmandic/face-api.",
                )
            order = _axis_order(name, found.ndim)
            self._tensors[name] = torch.from_numpy(
                np.ascontiguousarray(found.transpose(order), dtype=np.float32)
            )

    @classmethod
    def load(cls, folder: Path) -> SecondAgeEstimator:
        """Return the estimator whose manifest and shards lie in ``folder``.

        Raises:
            PackMissing: The manifest or a shard is not there.
            PackRefused: They are not the weights of this network.
        """
        return cls(*read_manifest(folder / MANIFEST_NAME))

    def estimate(self, image: RgbImage, face: DetectedFace) -> float:
        """Return the raw age of ``face`` in years; not limited to any range.

        Args:
            image: ``(height, width, 3)`` uint8 RGB.
            face: A face in it.
        """
        return float(self.estimate_many([image], [face])[0])

    def estimate_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> FloatArray:
        """Return the raw age of one face in each image, shape ``(n,)`` float64, years.

        Raises:
            ValueError: There are not as many faces as images.
        """
        crops = [face_crop(image, face) for image, face in zip(images, faces, strict=True)]
        return self.estimate_crops(np.stack(crops)) if crops else np.zeros(0)

    def estimate_crops(self, crops: NDArray[np.uint8]) -> FloatArray:
        """Return the raw ages of what :func:`face_crop` cut, ``(n, 112, 112, 3)`` uint8 RGB, in years."""
        import torch

        ages = []
        with torch.inference_mode():
            for start in range(0, len(crops), BATCH):
                pixels = torch.from_numpy(crops[start : start + BATCH]).permute(0, 3, 1, 2).float()
                ages.append(self._ages(pixels).numpy().astype(np.float64))
        return np.concatenate(ages) if ages else np.zeros(0)

    def _ages(self, pixels: Tensor) -> Tensor:
        """Return ages, ``(n,)``, of RGB ``pixels`` in ``[0, 255]``, ``(n, 3, 112, 112)``."""
        import torch

        means = torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1)
        features = self._convolution("entry_flow/conv_in", (pixels - means) / 255.0, stride=2).relu()
        features = self._reduction("entry_flow/reduction_block_0", features, features)
        features = self._reduction("entry_flow/reduction_block_1", features, features.relu())
        for block in range(MAIN_BLOCKS):
            branch = features
            for place in range(3):
                branch = self._separable(
                    f"middle_flow/main_block_{block}/separable_conv{place}", branch.relu()
                )
            features = features + branch
        features = self._reduction("exit_flow/reduction_block", features, features.relu())
        features = self._separable("exit_flow/separable_conv", features).relu()
        ages: Tensor = features.mean(dim=(2, 3)) @ self._tensors["fc/age/weights"]
        return ages[:, 0] + self._tensors["fc/age/bias"]

    def _convolution(self, name: str, features: Tensor, *, stride: int) -> Tensor:
        from torch.nn import functional

        filters = self._tensors[f"{name}/filters"]
        padded = functional.pad(features, _same_padding(features, filters.shape[-1], stride))
        return functional.conv2d(padded, filters, self._tensors[f"{name}/bias"], stride=stride)

    def _separable(self, name: str, features: Tensor) -> Tensor:
        from torch.nn import functional

        depthwise = self._tensors[f"{name}/depthwise_filter"]
        each = functional.conv2d(features, depthwise, padding=1, groups=features.shape[1])
        return functional.conv2d(
            each, self._tensors[f"{name}/pointwise_filter"], self._tensors[f"{name}/bias"]
        )

    def _reduction(self, name: str, features: Tensor, activated: Tensor) -> Tensor:
        """Return half-sized features: two separable convolutions and a pooling, plus a strided shortcut."""
        from torch.nn import functional

        branch = self._separable(f"{name}/separable_conv0", activated)
        branch = self._separable(f"{name}/separable_conv1", branch.relu())
        padded = functional.pad(branch, _same_padding(branch, 3, 2), value=-math.inf)
        shortcut = self._convolution(f"{name}/expansion_conv", features, stride=2)
        return functional.max_pool2d(padded, 3, stride=2) + shortcut


def _axis_order(name: str, axes: int) -> tuple[int, ...]:
    """Return how TensorFlow's axes come to torch's: kernels become (out, in, height, width)."""
    if axes != 4:
        return tuple(range(axes))
    return (2, 3, 0, 1) if name.endswith("depthwise_filter") else (3, 2, 0, 1)


def _same_padding(features: Tensor, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Return left, right, top, bottom of TensorFlow's padding "same", the odd pixel at the end."""
    sides: list[int] = []
    for length in (int(features.shape[3]), int(features.shape[2])):
        total = max((math.ceil(length / stride) - 1) * stride + kernel - length, 0)
        sides += [total // 2, total - total // 2]
    return sides[0], sides[1], sides[2], sides[3]
