"""Glasses put on the picture that a sketch is drawn from, so that the network draws them with its own hand.

Rules:
    * Only the picture is changed, before it is drawn; nothing is laid over the drawing.
    * One pair for everybody, a full dark rim of no particular make, at the eyes and temples of the face mesh. Glasses
      that the photograph shows stay, and the pair is drawn over them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh import FaceMesh

_FINER: Final = 4
_APART, _DROP = 0.52, 0.07
"""Middle of a lens from the middle between the eyes, across and down; all lengths are in distances between the eyes."""
_HALF_WIDTH, _HALF_HEIGHT, _SQUARENESS = 0.36, 0.26, 3.2
_RIM, _UPPER_RIM, _BRIDGE_HALF, _BRIDGE_RISE, _ARM_RISE = 0.050, 0.065, 0.165, 0.045, 0.08
_TEMPLES = (127, 356)
_TEMPLE_REACH = 0.9
_COLOUR = (28.0, 26.0, 28.0)
_COVERS, _SHADE = 0.92, 0.25


def with_glasses(picture: RgbImage, mesh: FaceMesh) -> RgbImage:
    """Return a picture of the face with glasses.

    Args:
        picture: Shape ``(height, width, 3)`` uint8 RGB.
        mesh: The face in it.
    """
    left, right = mesh.lids.mean(axis=1)
    apart = float(np.hypot(*(right - left)))
    rim = _rims(picture.shape[:2], mesh, apart)
    shadow = ndimage.shift(ndimage.gaussian_filter(rim, 0.03 * apart), (0.05 * apart, 0.0), order=1)
    shaded = picture * (1.0 - _SHADE * shadow[..., None])
    share = _COVERS * rim[..., None]
    mixed: FloatArray = shaded * (1.0 - share) + np.array(_COLOUR) * share
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _rims(shape: tuple[int, int], mesh: FaceMesh, apart: float) -> FloatArray:
    """Return how much of each pixel the frame covers, ``(height, width)`` in ``[0, 1]``."""
    left, right = mesh.lids.mean(axis=1)
    across = (right - left) / apart
    down = np.array([-across[1], across[0]])
    middle = (left + right) / 2.0

    def at(x: FloatArray | float, y: FloatArray | float) -> FloatArray:
        places = np.multiply.outer(np.asarray(x, dtype=np.float64), across)
        found: FloatArray = middle + apart * (
            places + np.multiply.outer(np.asarray(y, dtype=np.float64), down)
        )
        return found

    turns = np.linspace(0.0, 2.0 * np.pi, 73)
    bends = [np.sign(each) * np.abs(each) ** (2.0 / _SQUARENESS) for each in (np.cos(turns), np.sin(turns))]
    canvas = Image.new("L", (shape[1] * _FINER, shape[0] * _FINER))
    for sign, temple in zip((-1.0, 1.0), _TEMPLES, strict=True):
        lens = at(sign * _APART + _HALF_WIDTH * bends[0], _DROP + _HALF_HEIGHT * bends[1])
        hinge = at(sign * (_APART + _HALF_WIDTH), _DROP - _ARM_RISE)
        end = hinge + _TEMPLE_REACH * (mesh.points[temple, :2] - hinge)
        _line(canvas, lens, _RIM * apart)
        _line(canvas, lens[36:], _UPPER_RIM * apart)
        _line(canvas, np.stack([hinge, end]), _RIM * apart)
    steps = np.linspace(-1.0, 1.0, 15)
    _line(canvas, at(_BRIDGE_HALF * steps, -_BRIDGE_RISE * (1.0 - steps**2)), _RIM * apart)
    return np.asarray(canvas.reduce(_FINER), dtype=np.float64) / 255.0


def _line(canvas: Image.Image, points: FloatArray, width_px: float) -> None:
    """Draw a line with round ends through points of the picture on the finer canvas."""
    places = [((float(x) + 0.5) * _FINER, (float(y) + 0.5) * _FINER) for x, y in points]
    pen, radius = ImageDraw.Draw(canvas), width_px * _FINER / 2.0
    pen.line(places, fill=255, width=max(1, round(2.0 * radius)), joint="curve")
    for x, y in (places[0], places[-1]):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
