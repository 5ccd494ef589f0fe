"""The bundled face networks as torch modules: dlib's recognition ResNet, its age and its sex predictor.

Rules:
    * Inputs are RGB chips as float tensors of shape ``(n, 3, size, size)`` with values in ``[0, 255]``;
      gradients flow to them, so that a training loss can look at a generated face.
    * Weights are stored as float16 (biases as float32) and computed in float32.
    * Whoever loads a file has checked its digest; here only its tensors' names and shapes are.

References:
    D. King, "High Quality Face Recognition with Deep Metric Learning", dlib.net, 2017 (network and weights).
    Cydral Technology, ``dnn_age_predictor_v1``, dlib-models (age network),
    and ``dnn_gender_classifier_v1`` (sex network).
    K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from forensic_app.errors import PackAltered
from forensic_app.faces.analyser import FloatArray
from forensic_app.tensors import read_tensors

RECOGNITION_CHIP_PX = 150
RECOGNITION_CHIP_PADDING = 0.25
EMBEDDING_SIZE = 128
AGE_CHIP_PX = 64
AGE_CHIP_PADDING = 0.2
AGE_CLASSES = 81
SEX_CHIP_PX = 32
SEX_CHIP_PADDING = 0.2

RECOGNITION_BLOCKS = (
    *((32, 1),) * 3,
    (64, 2),
    *((64, 1),) * 3,
    (128, 2),
    *((128, 1),) * 2,
    (256, 2),
    *((256, 1),) * 2,
    (256, 2),
)
"""Channels and stride of each residual block of the recognition network, input first."""
AGE_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1))
"""Channels and stride of each residual block of the age network, input first."""

CHANNEL_MEANS = (122.782, 117.001, 104.298)
"""Mean red, green and blue that all networks subtract before they divide by 256."""
SEX_CHANNELS = ((3, 32), (32, 32), (32, 64), (64, 64))
"""Channels in and out of each convolution of the sex network; after every second one the sides are halved."""
SEX_HIDDEN = 16


def _padded_sum(first: Tensor, second: Tensor) -> Tensor:
    """Return the sum of two feature maps, the smaller one padded with zeros at the end of each axis."""
    size = [max(a, b) for a, b in zip(first.shape[1:], second.shape[1:], strict=True)]

    def padded(value: Tensor) -> Tensor:
        channels, height, width = (want - have for want, have in zip(size, value.shape[1:], strict=True))
        return functional.pad(value, (0, width, 0, height, 0, channels))

    return padded(first) + padded(second)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, batch statistics folded in, added to the input (averaged when strided)."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=0 if stride > 1 else 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Return the block's output, after its final ReLU."""
        shortcut = functional.avg_pool2d(features, 2) if self.stride > 1 else features
        branch = self.conv2(functional.relu(self.conv1(features)))
        return functional.relu(_padded_sum(branch, shortcut))


class DlibResNet(nn.Module):
    """A residual network in dlib's geometry: 7x7 stem, max pooling, blocks, global average, linear layer."""

    mean: Tensor

    def __init__(self, blocks: Sequence[tuple[int, int]], outputs: int, *, head_bias: bool) -> None:
        super().__init__()
        channels = blocks[0][0]
        self.register_buffer("mean", torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1), persistent=False)
        self.stem = nn.Conv2d(3, channels, 7, stride=2)
        self.blocks = nn.ModuleList()
        for width, stride in blocks:
            self.blocks.append(ResidualBlock(channels, width, stride))
            channels = width
        self.head = nn.Linear(channels, outputs, bias=head_bias)

    def forward(self, chips: Tensor) -> Tensor:
        """Return the linear layer's output for RGB ``chips`` in ``[0, 255]``, shape ``(n, outputs)``."""
        features = functional.relu(self.stem((chips - self.mean) / 256.0))
        features = functional.max_pool2d(features, 3, stride=2)
        for block in self.blocks:
            features = block(features)
        output: Tensor = self.head(features.mean(dim=(2, 3)))
        return output


class RecognitionNetwork(DlibResNet):
    """Maps 150 px RGB chips (padding 0.25) to 128-d embeddings; the same person lies closer than 0.6 (L2)."""

    def __init__(self) -> None:
        super().__init__(RECOGNITION_BLOCKS, EMBEDDING_SIZE, head_bias=False)


class AgeNetwork(DlibResNet):
    """Maps 64 px RGB chips (padding 0.2) to logits over 81 ages."""

    ages: Tensor

    def __init__(self) -> None:
        super().__init__(AGE_BLOCKS, AGE_CLASSES, head_bias=True)
        self.register_buffer("ages", torch.zeros(AGE_CLASSES))

    def distribution(self, chips: Tensor) -> Tensor:
        """Return the probability of each age class, shape ``(n, 81)``."""
        return functional.softmax(self(chips), dim=1)

    def expectation(self, chips: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean and the standard deviation of the age in years, each of shape ``(n,)``."""
        probabilities = self.distribution(chips)
        mean = probabilities @ self.ages
        variance = (probabilities * (self.ages - mean[:, None]) ** 2).sum(dim=1)
        return mean, variance.clamp_min(0.0).sqrt()


class SexNetwork(nn.Module):
    """Maps 32 px RGB chips (padding 0.2) to two logits: female, male."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1), persistent=False)
        self.convolutions = nn.ModuleList(nn.Conv2d(each, out, 3, padding=1) for each, out in SEX_CHANNELS)
        features = SEX_CHANNELS[-1][1] * (SEX_CHIP_PX // 4) ** 2
        self.hidden = nn.Linear(features, SEX_HIDDEN)
        self.head = nn.Linear(SEX_HIDDEN, 2)

    def forward(self, chips: Tensor) -> Tensor:
        """Return the logits of RGB ``chips`` in ``[0, 255]``, shape ``(n, 2)``."""
        features = (chips - self.mean) / 256.0
        for place, convolution in enumerate(self.convolutions):
            features = functional.relu(convolution(features))
            if place % 2:
                features = functional.avg_pool2d(features, 2)
        output: Tensor = self.head(functional.relu(self.hidden(features.flatten(1))))
        return output

    def female_shares(self, chips: Tensor) -> FloatArray:
        """Return the softmax of the first logit for each chip, shape ``(n,)`` float64."""
        with torch.inference_mode():
            return np.asarray(functional.softmax(self(chips), dim=1)[:, 0].numpy(), dtype=np.float64)


def resample(images: Tensor, matrix: FloatArray, size_px: int) -> Tensor:
    """Return ``images`` mapped by a similarity, differentiably; aliasing is kept away by averaging first.

    Args:
        images: ``(n, 3, height, width)`` float.
        matrix: ``(2, 3)``, input pixels to output pixels (pixel centres on integers).
        size_px: Side of the square output.

    Returns:
        ``(n, 3, size_px, size_px)``, bilinear, edge pixels repeated outside.
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    while scale <= 0.5:
        images = functional.avg_pool2d(images, 2)
        matrix = np.column_stack([matrix[:, :2] * 2.0, matrix[:, 2] + matrix[:, :2] @ np.array([0.5, 0.5])])
        scale *= 2.0
    height, width = images.shape[2:]
    linear = np.linalg.inv(matrix[:, :2])
    shift = -linear @ matrix[:, 2]
    to_unit = np.diag([2.0 / width, 2.0 / height])
    centre = np.full(2, (size_px - 1) / 2.0)
    theta = np.column_stack(
        [
            to_unit @ linear * (size_px / 2.0),
            to_unit @ (linear @ centre + shift + 0.5) - 1.0,
        ]
    )
    theta_tensor = torch.as_tensor(theta, dtype=images.dtype, device=images.device)
    grid = functional.affine_grid(
        theta_tensor.expand(len(images), 2, 3), [len(images), 3, size_px, size_px], align_corners=False
    )
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def load_recognition(weights: Path | bytearray) -> RecognitionNetwork:
    """Return the recognition network with these weights (a file, or its bytes): float32, frozen, in evaluation mode.

    Raises:
        PackAltered: The file is not a safetensors file with exactly this network's tensors.
    """
    network = RecognitionNetwork()
    _load_into(network, weights)
    return network


def load_age(weights: Path | bytearray) -> AgeNetwork:
    """Return the age network with these weights (a file, or its bytes): float32, frozen, in evaluation mode.

    Raises:
        PackAltered: The file is not a safetensors file with exactly this network's tensors.
    """
    network = AgeNetwork()
    _load_into(network, weights)
    return network


def load_sex(weights: Path | bytearray) -> SexNetwork:
    """Return the sex network with these weights (a file, or its bytes): float32, frozen, in evaluation mode.

    Raises:
        PackAltered: The file is not a safetensors file with exactly this network's tensors.
    """
    network = SexNetwork()
    _load_into(network, weights)
    return network


def _load_into(network: nn.Module, weights: Path | bytearray) -> None:
    data = bytearray(weights.read_bytes()) if isinstance(weights, Path) else weights
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in read_tensors(data).items()})
    except (ValueError, RuntimeError) as error:
        name = f"The weights file {weights.name}" if isinstance(weights, Path) else "A weights file"
        raise PackAltered(
            f"{name} does not hold the tensors of its network.",
            "Reinstall the program, or restore the file from the installation medium.",
        ) from error
    network.requires_grad_(False)
    network.eval()
