"""A network that is a list of plain steps, as torch module: for converted networks of many small layers.

Rules:
    * The steps stand in the weights file's own header, so one digest covers both.
    * Weights are stored as float16 (biases and slopes as float32) and computed in float32.
    * Whoever loads a file has checked its digest; a file that is no such network is refused all the same.

References:
    TensorFlow Lite's definition of "same" padding: what is missing is added at the end of each axis first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from torch import Tensor, nn
from torch.nn import functional

from forensic_app.checked_json import parse_json_object
from forensic_app.errors import PackAltered
from forensic_app.tensor_files import read_header
from forensic_app.tensors import read_tensors

HEADER_KEY: Final = "graph"
"""Key of the steps in the header of a weights file, JSON with ``input``, ``outputs`` and ``steps``."""

_OPERATIONS: Final = frozenset(
    {
        "add",
        "convolution",
        "hard_swish",
        "logistic",
        "max_pool",
        "mean",
        "mul",
        "pad_channels",
        "prelu",
        "relu",
    }
    | {"resize", "transposed"}
)


class GraphNetwork(nn.Module):
    """Computes the steps of a graph, one after the other.

    A step is a mapping with ``op``, ``inputs`` and ``output`` (names of values), and what the operation needs:
    ``weight`` and ``bias`` (names of tensors), ``stride``, ``same``, ``groups``, ``filter``, ``channels``, ``size``.
    """

    def __init__(self, graph: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        unknown = {step["op"] for step in graph["steps"]} - _OPERATIONS
        if unknown:
            raise ValueError(f"unknown operations: {', '.join(sorted(unknown))}")
        self._input: str = graph["input"]
        self._outputs: list[str] = list(graph["outputs"])
        self._steps: list[Mapping[str, Any]] = list(graph["steps"])
        self._last_use = {name: n for n, step in enumerate(self._steps) for name in step["inputs"]}
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor.float())

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs for ``images``, shape ``(n, 3, height, width)``, values as the network wants them."""
        return self.compute(images)

    def compute(self, images: Tensor, names: Sequence[str] | None = None) -> tuple[Tensor, ...]:
        """Return the values called ``names`` (the outputs by default); later steps are left out."""
        wanted = self._outputs if names is None else list(names)
        last = max((n for n, step in enumerate(self._steps) if step["output"] in wanted), default=-1)
        values = {self._input: images}
        for number, step in enumerate(self._steps[: last + 1]):
            inputs = [values[name] for name in step["inputs"]]
            values[step["output"]] = self._computed(step, inputs)
            for name in set(step["inputs"]) - set(wanted):
                if self._last_use[name] == number:
                    del values[name]
        return tuple(values[name] for name in wanted)

    def _computed(self, step: Mapping[str, Any], inputs: Sequence[Tensor]) -> Tensor:  # noqa: PLR0911
        first = inputs[0]
        match step["op"]:
            case "convolution":
                return self._convolved(step, first)
            case "transposed":
                weight, bias = self.get_buffer(step["weight"]), self.get_buffer(step["bias"])
                return functional.conv_transpose2d(first, weight, bias, stride=step["stride"])
            case "prelu":
                return functional.prelu(first, self.get_buffer(step["weight"]))
            case "add":
                return first + inputs[1]
            case "mul":
                return first * inputs[1]
            case "relu":
                return functional.relu(first)
            case "hard_swish":
                return functional.hardswish(first)
            case "logistic":
                return first.sigmoid()
            case "mean":
                return first.mean(dim=(2, 3), keepdim=True)
            case "max_pool":
                return functional.max_pool2d(first, step["filter"], step["stride"])
            case "pad_channels":
                return functional.pad(first, (0, 0, 0, 0, 0, step["channels"]))
            case _:
                return functional.interpolate(first, size=step["size"], mode="bilinear", align_corners=False)

    def _convolved(self, step: Mapping[str, Any], features: Tensor) -> Tensor:
        weight, bias = self.get_buffer(step["weight"]), self.get_buffer(step["bias"])
        stride = step["stride"]
        if step["same"]:
            features = _padded(features, weight.shape[2], stride)
        return functional.conv2d(features, weight, bias, stride=stride, groups=step["groups"])


def _padded(features: Tensor, side: int, stride: int) -> Tensor:
    """Return ``features`` with zeros around them so that a filter of ``side`` meets every ``stride``-th pixel."""
    down, across = (max(0, (-(-size // stride) - 1) * stride + side - size) for size in features.shape[2:])
    return functional.pad(features, (across // 2, across - across // 2, down // 2, down - down // 2))


def load_graph_network(weights: Path | bytearray) -> GraphNetwork:
    """Return the network in a file, or in its bytes: float32, frozen, in evaluation mode.

    Raises:
        PackAltered: The file is not a safetensors file with the steps of a network and its tensors.
    """
    data = bytearray(weights.read_bytes()) if isinstance(weights, Path) else weights
    try:
        tensors = {name: tensor.clone() for name, tensor in read_tensors(data).items()}
        graph = parse_json_object(read_header(data).metadata[HEADER_KEY].encode())
        network = GraphNetwork(graph, tensors)
        for step in graph["steps"]:
            for key in ("weight", "bias"):
                if key in step:
                    network.get_buffer(step[key])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        name = f"The weights file {weights.name}" if isinstance(weights, Path) else "A weights file"
        raise PackAltered(
            f"{name} does not hold the tensors of its network.",
            "Reinstall the program, or restore the file from the installation medium.",
        ) from error
    network.requires_grad_(False)
    return network.eval()
