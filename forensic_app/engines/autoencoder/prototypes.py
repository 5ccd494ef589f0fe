"""A decoder that is a table: what faces look like at each age, by who they are; fitted in closed form.

Rules:
    * The code of a face is its embedding by the bundled recognition network, reduced to a few numbers: who it
      is like, not what its pixels are. It is a straight-line function of the face, and the table is a
      straight-line function of the code, with an own set of numbers for each of a few ages, interpolated between.
    * What the table shows at the target age less what it shows at the face's own is added to the photograph, over
      the face alone; at its own age a face stays exactly as it is.
    * Nothing is drawn at random, in fitting or in use.

References:
    Rowland & Perrett 1995, Manipulating facial appearance through shape and color, IEEE CG&A 15(5) (differences of
    age prototypes). Hoerl & Kennard 1970, Ridge regression, Technometrics 12(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.autoencoder.face_share import face_share
from forensic_app.engines.base_training.conditions import sampling_weights
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.faces.align import template
from forensic_app.faces.networks import EMBEDDING_SIZE

AGES: Final = (0.0, 5.0, 10.0, 15.0, 21.0, 28.0, 36.0, 45.0, 54.0, 63.0, 73.0, 85.0, 100.0)
CODE_NUMBERS: Final = 5
EDGE_RAMP: Final = 0.4
MEAN_PENALTY: Final = 5.0
CODE_PENALTY: Final = 60.0
"""Ridge penalties, in faces: that many faces of an age are needed before it is believed half."""


class AgeTable(nn.Module):
    """Adds to a picture the difference of the table's faces at two ages.

    Args:
        side_px: Side of the table's pictures.
        gain: Factor of the differences.
    """

    def __init__(self, side_px: int, gain: float) -> None:
        super().__init__()
        self.gain = gain
        self.mean = nn.Parameter(torch.zeros(EMBEDDING_SIZE), requires_grad=False)
        self.axes = nn.Parameter(torch.zeros(EMBEDDING_SIZE, CODE_NUMBERS), requires_grad=False)
        sizes = (len(AGES), 1 + CODE_NUMBERS, 3, side_px, side_px)
        self.table = nn.Parameter(torch.zeros(sizes), requires_grad=False)
        self._embedders: list[FaceEmbedder] = []

    def encode(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return ``images``, canonical crops, and their codes ``(n, 5)``."""
        if not self._embedders:
            self._embedders.append(FaceEmbedder(images.device))
        places = [template("dlib5", images.shape[-1])] * len(images)
        with torch.no_grad():
            embeddings = self._embedders[0](images, places)
        return images, (embeddings - self.mean) @ self.axes

    def decode(self, code: Sequence[Tensor], ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return the encoded pictures of ``own_ages`` with what changes until ``ages``."""
        images, codes = code
        parts = torch.cat([torch.ones_like(codes[:, :1]), codes], 1)
        shares = _near(ages) - _near(own_ages)
        change = torch.einsum("na,nk,akchw->nchw", shares.to(parts), parts, self.table)
        side_px = images.shape[-1]
        change = F.interpolate(change, size=(side_px, side_px), mode="bilinear", align_corners=False)
        return images + self.gain * face_share(side_px, ramp=EDGE_RAMP).to(images) * change


@torch.no_grad()
def fit_table(table: AgeTable, cache: FaceCache, *, age_balance: float) -> None:
    """Fit ``table`` to the training faces of ``cache``: weighted ridge regression of pixels on code and age.

    Args:
        table: Changed in place.
        cache: Faces at twice the table's side.
        age_balance: As :func:`sampling_weights` takes it.
    """
    faces = cache.training_indices
    embeddings = cache.embeddings[faces].astype(np.float64)
    mean = embeddings.mean(axis=0)
    axes = np.linalg.svd(embeddings - mean, full_matrices=False)[2][:CODE_NUMBERS].T
    axes = axes / np.maximum(((embeddings - mean) @ axes).std(axis=0), 1e-9)
    parts = np.column_stack([np.ones(len(faces)), (embeddings - mean) @ axes])
    near = _near(torch.from_numpy(cache.ages[faces])).numpy().astype(np.float64)
    design = (near[:, :, None] * parts[:, None, :]).reshape(len(faces), -1)
    weights = sampling_weights(cache.ages[faces], exponent=age_balance)[:, None] * len(faces)
    penalty = np.tile([MEAN_PENALTY, *[CODE_PENALTY] * CODE_NUMBERS], len(AGES))
    pixels = np.stack([halved(cache.crops[face]) for face in faces]).astype(np.float32) / 127.5
    pixels -= pixels.mean(axis=0)
    moments = np.tensordot((design * weights).astype(np.float32).T, pixels, axes=1)
    normal = (design * weights).T @ design + np.diag(penalty)
    solved = np.linalg.solve(normal, moments.reshape(len(normal), -1).astype(np.float64))
    values: NDArray[np.float32] = solved.astype(np.float32).reshape(len(AGES), -1, *pixels.shape[1:])
    table.mean.copy_(torch.from_numpy(mean))
    table.axes.copy_(torch.from_numpy(axes))
    table.table.copy_(torch.from_numpy(values).permute(0, 1, 4, 2, 3))


def halved(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``crop``, ``(s, s, 3)``, at half its size, each pixel the mean of four."""
    half = crop.shape[0] // 2
    blocks = crop[: 2 * half, : 2 * half].reshape(half, 2, half, 2, 3)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), dtype=np.uint8)


def _near(ages: Tensor) -> Tensor:
    """Return the shares of the table's ages, ``(n, 13)``: linear between the two that enclose an age."""
    places = torch.tensor(AGES, device=ages.device)
    inside = ages.float().clamp(places[0], places[-1])
    below = (torch.bucketize(inside, places, right=True) - 1).clamp(max=len(AGES) - 2)
    share = (inside - places[below]) / (places[below + 1] - places[below])
    shares = torch.zeros(len(ages), len(AGES), device=ages.device)
    rows = torch.arange(len(ages), device=ages.device)
    shares[rows, below] = 1 - share
    shares[rows, below + 1] = share
    return shares
