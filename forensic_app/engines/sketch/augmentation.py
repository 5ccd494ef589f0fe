"""Views of the training pairs: moved, mirrored, relit, recoloured, blurred, and set on other backgrounds.

Rules:
    * Photograph and sketch always move together; only the photograph changes its colours.
    * Every draw comes from one generator, made from the seed and the step: a training that is resumed sees
      the views that it would have seen.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.sketch.frame import frame_landmarks
from forensic_app.engines.sketch.pairs import PairSet
from forensic_app.faces.align import mirrored_order
from forensic_app.faces.analyser import FloatArray

TURN_DEG: Final = 5.0
SCALE_SPREAD: Final = 0.13
SHIFT_SHARE: Final = 0.07


@dataclass(frozen=True, slots=True)
class Views:
    """A batch of views.

    Attributes:
        photos: ``(n, 3, s, s)`` float32 in ``[-1, 1]``.
        sketches: ``(n, 1, s, s)`` float32 in ``[-1, 1]``.
        known: ``(n, 1, s, s)`` float32, 1 where the pair has a pixel.
        styles: ``(n,)`` int64, place of each pair's style.
        points: ``(n, 5, 2)`` float64, where the ``dlib5`` landmarks of a face in the frame come to lie, in pixels.
    """

    photos: Tensor
    sketches: Tensor
    known: Tensor
    styles: Tensor
    points: FloatArray


def step_generator(seed: int, step: int) -> torch.Generator:
    """Return the generator of one training step."""
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


def draw_views(
    pairs: PairSet,
    picks: Tensor,
    *,
    side_px: int,
    background_share: float,
    generator: torch.Generator,
) -> Views:
    """Return augmented views of the pairs at ``picks``, at the frame's full size."""
    index = picks.numpy()
    photos = torch.from_numpy(pairs.photos[index]).permute(0, 3, 1, 2).float() / 255.0
    planes = [torch.from_numpy(part[index])[:, None].float() / 255.0
              for part in (pairs.sketches, pairs.known, pairs.people)]  # fmt: skip
    canvas_px = pairs.photos.shape[1]
    thetas = _thetas(len(index), canvas_px, side_px, generator)
    grid = F.affine_grid(thetas, [len(index), 1, side_px, side_px], align_corners=False)
    photos = _moved(photos, grid, "bicubic").clamp(0, 1)
    sketches = _moved(planes[0], grid, "bicubic").clamp(0, 1)
    known, people = (_moved(plane, grid, "bilinear") for plane in planes[1:])
    changed = [
        _recoloured(_on_background(photo, person, background_share, generator), generator)
        for photo, person in zip(photos, people, strict=True)
    ]
    styles = torch.from_numpy(pairs.styles[index])
    points = _moved_points(thetas.double().numpy(), canvas_px, side_px)
    return Views(torch.stack(changed) * 2 - 1, sketches * 2 - 1, (known > 0.99).float(), styles, points)


def plain_views(pairs: PairSet, picks: Tensor, *, side_px: int) -> Views:
    """Return the pairs at ``picks`` as they are: the middle of the canvas."""
    margin = (pairs.photos.shape[1] - side_px) // 2
    index, part = picks.numpy(), slice(margin, margin + side_px)
    photos = torch.from_numpy(pairs.photos[index][:, part, part]).permute(0, 3, 1, 2).float()
    sketches = torch.from_numpy(pairs.sketches[index][:, part, part])[:, None].float()
    known = torch.from_numpy(pairs.known[index][:, part, part])[:, None].float()
    styles = torch.from_numpy(pairs.styles[index])
    points = np.repeat(frame_landmarks(side_px)[None], len(index), axis=0)
    return Views(photos / 127.5 - 1, sketches / 127.5 - 1, known / 255.0, styles, points)


def halved(views: Views) -> Views:
    """Return the views at half the size."""
    return Views(
        F.avg_pool2d(views.photos, 2),
        F.avg_pool2d(views.sketches, 2),
        -F.max_pool2d(-views.known, 2),
        views.styles,
        (views.points + 0.5) / 2 - 0.5,
    )


def _uniform(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _happens(generator: torch.Generator, share: float) -> bool:
    return float(torch.rand((), generator=generator)) < share


def _thetas(count: int, canvas_px: int, side_px: int, generator: torch.Generator) -> Tensor:
    """Return where turned, scaled, shifted and mirrored frames are sampled on the canvas, ``(n, 2, 3)``."""
    thetas = []
    for _ in range(count):
        turn = math.radians(_uniform(generator, -TURN_DEG, TURN_DEG))
        scale = math.exp(_uniform(generator, -SCALE_SPREAD, SCALE_SPREAD)) * side_px / canvas_px
        mirror = -1.0 if _happens(generator, 0.5) else 1.0
        across, down = (_uniform(generator, -SHIFT_SHARE, SHIFT_SHARE) * 2 for _ in range(2))
        cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
        thetas.append([[cosine * mirror, -sine, across], [sine * mirror, cosine, down]])
    return torch.tensor(thetas)


def _moved_points(thetas: FloatArray, canvas_px: int, side_px: int) -> FloatArray:
    """Return where the landmarks of a face in the middle of the canvas lie in each view, ``(n, 5, 2)``, pixels."""
    margin = (canvas_px - side_px) / 2
    there = (frame_landmarks(side_px) + margin + 0.5) / canvas_px * 2 - 1
    moved = []
    for theta in thetas:
        here = np.linalg.solve(theta[:, :2], (there - theta[:, 2]).T).T
        points = ((here + 1) * side_px - 1) / 2
        is_mirrored = np.linalg.det(theta[:, :2]) < 0
        moved.append(mirrored_order(points) if is_mirrored else points)
    return np.array(moved)


def _moved(planes: Tensor, grid: Tensor, mode: str) -> Tensor:
    padding = "zeros" if mode == "bilinear" else "reflection"
    return F.grid_sample(planes, grid, mode=mode, padding_mode=padding, align_corners=False)


def _on_background(photo: Tensor, person: Tensor, share: float, generator: torch.Generator) -> Tensor:
    if not _happens(generator, share):
        return photo
    side = photo.shape[-1]
    cells = int(torch.randint(1, 9, (), generator=generator))
    colours = torch.rand(3, cells, cells, generator=generator)
    if _happens(generator, 0.5):
        colours = colours.mean(0, keepdim=True).expand(3, -1, -1) + 0.1 * (colours - 0.5)
    field = F.interpolate(colours[None].clamp(0, 1), size=(side, side), mode="bilinear", align_corners=False)[
        0
    ]
    if _happens(generator, 0.3):
        fine = torch.rand(1, side // 4, side // 4, generator=generator) - 0.5
        strength = _uniform(generator, 0.05, 0.4)
        field = field + strength * F.interpolate(fine[None], size=(side, side), mode="bicubic")[0]
    return photo * person + field.clamp(0, 1) * (1 - person)


def _recoloured(photo: Tensor, generator: torch.Generator) -> Tensor:
    """Return one photograph ``(3, s, s)`` in ``[0, 1]`` as another camera and light would have shown it."""
    grey = (photo * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0, keepdim=True)
    saturation = 0.0 if _happens(generator, 0.2) else _uniform(generator, 0.4, 1.3)
    photo = grey + (photo - grey) * saturation
    gains = torch.exp(0.07 * torch.randn(3, 1, 1, generator=generator)) * math.exp(
        _uniform(generator, -0.3, 0.3)
    )
    photo = (photo * gains).clamp(0, 1) ** math.exp(_uniform(generator, -0.4, 0.4))
    middle = photo.mean()
    photo = (photo - middle) * _uniform(generator, 0.7, 1.25) + middle
    if _happens(generator, 0.4):
        photo = photo * _shading(photo.shape[-1], generator)
    photo = photo.clamp(0, 1)
    if _happens(generator, 0.3):
        photo = _softened(photo, _uniform(generator, 0.35, 0.9))
    if _happens(generator, 0.3):
        spread = _uniform(generator, 0.005, 0.04)
        photo = photo + spread * torch.randn(photo.shape, generator=generator)
    if _happens(generator, 0.15):
        photo = _compressed(photo.clamp(0, 1), round(_uniform(generator, 30, 80)))
    return photo.clamp(0, 1)


def _shading(side: int, generator: torch.Generator) -> Tensor:
    """Return light that falls off in one direction, ``(1, s, s)``."""
    direction = _uniform(generator, 0, 2 * math.pi)
    strength = _uniform(generator, 0.1, 0.5)
    axis = torch.linspace(-1, 1, side)
    ramp = math.cos(direction) * axis[None, :] + math.sin(direction) * axis[:, None]
    return (1 + strength * ramp)[None]


def _softened(photo: Tensor, scale: float) -> Tensor:
    """Return the photograph reduced and enlarged again."""
    side = photo.shape[-1]
    small = F.interpolate(photo[None], scale_factor=scale, mode="bilinear", antialias=True)
    return F.interpolate(small, size=(side, side), mode="bicubic")[0]


def _compressed(photo: Tensor, quality: int) -> Tensor:
    """Return the photograph after a JPEG file of ``quality``."""
    pixels = (photo * 255).round().byte().permute(1, 2, 0).numpy()
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=quality)
    read = np.asarray(Image.open(stream), dtype=np.float32)
    return torch.from_numpy(read / 255.0).permute(2, 0, 1)
