"""Face embeddings of pictures as torch sees them: differentiable from the embedding back to the pixels.

Rules:
    * The network sees the chip that it was trained on: aligned by the landmarks of the photograph that the
      picture stands for, never by a new detection, so that a face that was turned or mirrored is *not* turned
      back.
    * The network is frozen; it is the bundled analyser's, whatever analyser measures the results.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from forensic_app.faces.analyser import FloatArray
from forensic_app.faces.dlib import DlibAnalyser, landmarks_to_chip
from forensic_app.faces.networks import RECOGNITION_CHIP_PADDING, RECOGNITION_CHIP_PX, resample


class FaceEmbedder:
    """Maps canonical crops to embeddings, shape ``(n, 128)``, with gradients to the crops' pixels.

    Args:
        device: Where to compute.
        network: Recognition network; the bundled one by default.
    """

    def __init__(self, device: torch.device, network: nn.Module | None = None) -> None:
        chosen = DlibAnalyser().recognition_network if network is None else network
        self._network = chosen.to(device)

    def __call__(self, pictures: Tensor, landmarks: Sequence[FloatArray]) -> Tensor:
        """Return the embeddings of ``pictures``.

        Args:
            pictures: ``(n, 3, side, side)`` float RGB in ``[-1, 1]``; values beyond are kept, not clipped, so
                that their gradient stays alive.
            landmarks: ``dlib5`` landmarks of each picture in its own pixels, ``(5, 2)`` each.
        """
        levels = (pictures.float() + 1.0) * 127.5
        chips = [
            resample(
                levels[row : row + 1],
                landmarks_to_chip(points, chip_px=RECOGNITION_CHIP_PX, padding=RECOGNITION_CHIP_PADDING),
                RECOGNITION_CHIP_PX,
            )
            for row, points in enumerate(landmarks)
        ]
        embeddings: Tensor = self._network(torch.cat(chips))
        return embeddings
