"""Compare the converted face mesh, iris and segmentation networks with the TensorFlow Lite runtime.

Run by a maintainer, with the originals and a folder of face photographs at hand, and the runtime (which is no
dependency of the program) installed beside it::

    pip install --no-deps --target RUNTIME ai-edge-litert flatbuffers backports.strenum
    PYTHONPATH=.:RUNTIME python tests/benchmarks/mesh_parity.py --originals DIR --photos DIR --count 20

Rules:
    * Both sides see the same cuts. Points are compared in the cuts' own pixels (192 and 64), masks as probabilities.
    * "exact" is the conversion without rounding, "shipped" are the files that come with the program.
    * The runtime does not know the last layer of the segmentation, a transposed convolution: it is computed here in
      float64 from what the runtime hands to it.
"""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np
import torch
from ai_edge_litert.interpreter import Interpreter
from PIL import Image
from scipy.special import expit

from forensic_app.faces import convert_mediapipe as conversion
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.graph_network import GraphNetwork
from forensic_app.faces.mesh import (
    IRIS_PX,
    MESH_PX,
    PERSON_PX,
    MeshNetworks,
    cut,
    eye_cuts,
    first_cut,
    next_cut,
)
from forensic_app.faces.tflite_file import read_tflite
from forensic_app.images import load_working_copy


class Original:
    """An original network in the runtime; the segmentation's last two operators are taken over."""

    def __init__(self, path: Path) -> None:
        graph = read_tflite(path)
        content = path.read_bytes()
        self._last = None
        names = [each.name for each in graph.operators]
        if "Convolution2DTransposeBias" in names:
            cut_at = names.index("Convolution2DTransposeBias")
            last = graph.operators[cut_at]
            constants = {
                each.output: graph.constants[each.inputs[0]]
                for each in graph.operators
                if each.name == "dequantize"
            }
            self._last = [constants[each].astype(np.float64) for each in last.inputs[1:]]
            content = _shortened(content, count=cut_at, output=last.inputs[0])
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()

    def __call__(self, pixels: np.ndarray) -> list[np.ndarray]:
        """Return the outputs for one picture ``(3, height, width)`` in ``[0, 255]``, flat, float64."""
        interpreter = self._interpreter
        interpreter.set_tensor(
            interpreter.get_input_details()[0]["index"], pixels.transpose(1, 2, 0)[None] / np.float32(255)
        )
        interpreter.invoke()
        outputs = [
            interpreter.get_tensor(each["index"]).astype(np.float64)
            for each in interpreter.get_output_details()
        ]
        if self._last is not None:
            weight, bias = self._last
            (features,) = outputs
            blocks = np.einsum("hwc,oijc->hiwjo", features[0], weight) + bias
            height, across = features.shape[1:3]
            outputs = [expit(blocks.reshape(2 * height, 2 * across))]
        return [each.ravel() for each in outputs]


def _shortened(content: bytes, *, count: int, output: int) -> bytes:
    """Return a file whose graph ends after ``count`` operators, with one output."""
    data = bytearray(content)

    def follow(at: int) -> int:
        return at + struct.unpack_from("<I", data, at)[0]

    def vector(table: int, index: int) -> int:
        vtable = table - struct.unpack_from("<i", data, table)[0]
        return follow(table + struct.unpack_from("<H", data, vtable + 4 + 2 * index)[0])

    graph = follow(vector(follow(0), 2) + 4)
    struct.pack_into("<ii", data, vector(graph, 2), 1, output)
    struct.pack_into("<i", data, vector(graph, 3), count)
    return bytes(data)


def _torch_outputs(network: GraphNetwork, pixels: np.ndarray) -> list[np.ndarray]:
    with torch.inference_mode():
        return [
            each.numpy().ravel().astype(np.float64)
            for each in network(torch.from_numpy(pixels)[None] / 255.0)
        ]


def _cuts(photo: np.ndarray, analyser: DlibAnalyser, networks: MeshNetworks) -> dict[str, list[np.ndarray]]:
    """Return what each network sees of a photograph: three cuts of the face, both eyes, the whole picture."""
    face = analyser.detect(photo)[0]
    matrices = [first_cut(face)]
    for _ in range(2):
        points, _ = networks.points_in(photo, matrices[-1])
        matrices.append(next_cut(points))
    eyes = eye_cuts(points, matrices[-1])
    whole = np.asarray(Image.fromarray(photo).resize((PERSON_PX, PERSON_PX)), dtype=np.float32).transpose(
        2, 0, 1
    )
    return {
        conversion.MESH_FILE: [cut(photo, matrix, MESH_PX) for matrix in matrices],
        conversion.IRIS_FILE: [cut(photo, matrix, IRIS_PX) for matrix in eyes],
        conversion.SEGMENTATION_FILE: [np.ascontiguousarray(whole)],
    }


def main() -> None:
    """Print the mean and the largest difference of every output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--originals", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    analyser, networks = DlibAnalyser(), MeshNetworks()
    shipped = {
        conversion.MESH_FILE: networks.mesh_network,
        conversion.IRIS_FILE: networks.iris_network,
        conversion.SEGMENTATION_FILE: networks.segmentation_network,
    }
    originals, exact = {}, {}
    for name, source in conversion.SOURCES.items():
        path = options.originals / source["source_file"]
        originals[name] = Original(path)
        graph, tensors = conversion.converted(read_tflite(path), rounded=False)
        exact[name] = GraphNetwork(graph, {key: torch.tensor(each) for key, each in tensors.items()})
    found: dict[tuple[str, str, int], list[np.ndarray]] = {}
    photos = sorted(each for each in options.photos.iterdir() if each.suffix in {".jpg", ".webp", ".png"})
    for path in photos[:: max(1, len(photos) // options.count)][: options.count]:
        for name, pictures in _cuts(load_working_copy(path), analyser, networks).items():
            for pixels in pictures:
                wanted = originals[name](pixels)
                for kind, network in (("exact", exact[name]), ("shipped", shipped[name])):
                    for number, output in enumerate(_torch_outputs(network, pixels)):
                        found.setdefault((name, kind, number), []).append(np.abs(output - wanted[number]))
    for (name, kind, number), differences in found.items():
        values = np.concatenate(differences)
        print(
            f"{name:32} {kind:8} output {number}: {len(differences)} cuts, mean {values.mean():.2g}, "
            f"99.9 % {np.quantile(values, 0.999):.2g}, most {values.max():.2g}"
        )


if __name__ == "__main__":
    main()
