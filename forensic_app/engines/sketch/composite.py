"""A sketch that an examiner composes: hair left out, a beard left out or drawn, glasses drawn.

Rules:
    * What is drawn by choice is put on the picture before the network draws it; hair is left out of the drawing.
    * Every choice is a parameter of the run and a warning in its record, for it is not what the photograph shows.
    * Where the mesh is doubtful, the head is turned, or hair cannot be told from what is beside it, a run is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy import ndimage
from skimage.color import rgb2lab

from forensic_app.engines.pictures.hair import Hair
from forensic_app.engines.pictures.head_view import head_view
from forensic_app.engines.pictures.placing import composed
from forensic_app.engines.sketch.beard import with_beard, without_beard
from forensic_app.engines.sketch.glasses import with_glasses
from forensic_app.engines.sketch.hand import Plane, smooth
from forensic_app.engines.sketch.portrait_sheet import Changed, SheetView, uneven
from forensic_app.engines.sketch.schema import DRAW, KEEP, LEAVE_OUT, SHEET
from forensic_app.errors import InvalidInput
from forensic_app.faces.align import align, invert, scale_of, transform_points, warp_mask
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.mesh import FaceMesh, MeshNetworks
from forensic_app.faces.mesh_masks import head_masks, polygon_mask, skin_share
from forensic_app.faces.mesh_regions import CHIN, face_length
from forensic_app.faces.mesh_warnings import LEAST_PRESENCE

MOST_TURNED_DEG: Final = 30.0
"""Yaw or pitch beyond which nothing is put on a face or taken off it."""
HAIR_LEFT_OUT: Final = (
    "The hair was left out by the examiner's choice; what the photograph shows of it is not drawn."
)
BEARD_LEFT_OUT: Final = (
    "The lower face was drawn without a beard by the examiner's choice; what a beard covers is invented, not in the "
    "photograph."
)
BEARD_DRAWN: Final = "The beard was drawn by the examiner's choice; it is not in the photograph."
GLASSES_DRAWN: Final = "The glasses were drawn by the examiner's choice; they are not in the photograph."
_HAIR_CROP_PX = 192
_IS_HAIR = 0.4
_BESIDE_HAIR, _FADES = 0.015, 0.05
_UNEVEN_HAIR = 0.6
_FACE_GROWN = 0.02
_BROWS_RISE = 0.2
_HAIR_SPREAD = (12.0, 6.0, 6.0)
_UNLIKE_HAIR = 2.5
"""Levels of L*, a* and b* that hair strays from its middle, and how many of them are no hair any more."""
_MOST_FRINGE = 0.3
"""Share of the forehead that may have the colour of the hair."""
_BELOW_CHIN, _HALF_NECK = 0.6, 0.45


@dataclass(frozen=True, slots=True)
class Choices:
    """What an examiner chose to draw or to leave out.

    Attributes:
        head_hair: ``keep`` or ``leave-out``.
        beard: ``keep``, ``leave-out`` or ``draw``.
        glasses: ``keep`` or ``draw``.
    """

    head_hair: str = KEEP
    beard: str = KEEP
    glasses: str = KEEP

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Choices:
        """Return the choices among a run's parameters.

        Raises:
            InvalidInput: Something is chosen for another layout than a sheet of its own.
        """
        made = cls(parameters["head_hair"], parameters["beard"], parameters["glasses"])
        if made.is_any and parameters["layout"] != SHEET:
            raise InvalidInput(
                "Hair, beard and glasses can be chosen only for a sketch on a sheet of its own.",
                "Choose the layout sheet, or keep them as the photograph shows them.",
            )
        return made

    @property
    def is_any(self) -> bool:
        """Whether anything is not kept as the photograph shows it."""
        return {self.head_hair, self.beard, self.glasses} != {KEEP}


class Composer:
    """Changes the view that a sketch is drawn from as an examiner chose.

    Attributes:
        warnings: Sentences for the record, once something was changed.
    """

    def __init__(self, photo: RgbImage, face: DetectedFace, choices: Choices, networks: MeshNetworks) -> None:
        self._photo, self._face, self._choices, self._networks = photo, face, choices, networks
        self.warnings: list[str] = []

    def __call__(self, view: SheetView, person: Plane) -> Changed:
        """Return the picture to be drawn, and which share of its ink is shown.

        Args:
            view: What of the photograph lies on the sheet.
            person: How likely each of its pixels shows the person.

        Raises:
            InvalidInput: The face does not allow what was chosen.
        """
        mesh = self._networks.read(view.picture, _in_view(self._face, view))
        _refuse_doubtful(mesh)
        shown = self._without_hair(view, mesh, person) if self._choices.head_hair == LEAVE_OUT else None
        picture = self._changed_beard(view.picture, mesh, person)
        if self._choices.glasses == DRAW:
            picture = with_glasses(picture, mesh)
            self.warnings.append(GLASSES_DRAWN)
        return Changed(picture, shown)

    def _changed_beard(self, picture: RgbImage, mesh: FaceMesh, person: Plane) -> RgbImage:
        if self._choices.beard == DRAW:
            self.warnings.append(BEARD_DRAWN)
            return with_beard(picture, mesh, head_masks(picture, mesh, self._networks).hair)
        if self._choices.beard == LEAVE_OUT:
            self.warnings.append(BEARD_LEFT_OUT)
            return without_beard(picture, mesh, person)
        return picture

    def _without_hair(self, view: SheetView, mesh: FaceMesh, person: Plane) -> Plane:
        """Return which share of the ink is shown where the hair is left out."""
        head = head_view(self._photo, self._face, align(self._photo, self._face, _HAIR_CROP_PX))
        hair = Hair.of(head)
        if hair.reason:
            raise InvalidInput(
                f"The hair cannot be left out: {hair.reason}.",
                "Keep the hair, or choose a photograph on which it stands out.",
            )
        self.warnings.append(HAIR_LEFT_OUT)
        to_view = composed(invert(head.matrix), view.matrix)
        mask = warp_mask(hair.mask, to_view, origin=(0, 0), size=view.size)
        return hair_left_out(
            view, mesh, np.maximum(mask, _further_hair(view.picture, mesh, person, hair.middle))
        )


def _further_hair(picture: RgbImage, mesh: FaceMesh, person: Plane, middle: FloatArray) -> Plane:
    """Return what has the colour of the hair on the forehead and beside the neck, where the hair's own mask has none.

    Raises:
        InvalidInput: A fringe covers the forehead.
    """
    points, shape = mesh.points[:, :2], person.shape
    length, face = face_length(mesh.points), polygon_mask(mesh.outline, shape)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    distance = np.sqrt((((rgb2lab(picture) - middle) / np.array(_HAIR_SPREAD)) ** 2).sum(axis=2))
    alike = smooth((_UNLIKE_HAIR - distance) / 0.5) * (1.0 - skin_share(picture, points)) * person
    forehead = face * (rows < _brows(mesh))
    if (alike * forehead).sum() > _MOST_FRINGE * max(float(forehead.sum()), 1.0):
        raise InvalidInput(
            "The hair cannot be left out: a fringe covers the forehead.",
            "Keep the hair, or choose a photograph on which the forehead is seen.",
        )
    beside = (face < 0.5) & (rows < points[CHIN, 1] + _BELOW_CHIN * length)
    beside &= np.abs(columns - points[CHIN, 0]) > _HALF_NECK * length
    return np.asarray(alike * np.maximum(forehead, beside), dtype=np.float32)


def hair_left_out(view: SheetView, mesh: FaceMesh, hair: Plane) -> Plane:
    """Return which share of the ink is shown: none where the hair is, and none above the face.

    Args:
        view: What of the photograph lies on the sheet.
        mesh: The face in it.
        hair: How much each pixel is hair, ``(height, width)``.
    """
    beside = ndimage.distance_transform_edt(hair < _IS_HAIR) / view.side_px
    shown = smooth((beside - _BESIDE_HAIR + _UNEVEN_HAIR * uneven(view)) / _FADES)
    shown[beside <= _BESIDE_HAIR / 4.0] = 0.0
    outline = mesh.outline
    outward = outline - outline.mean(axis=0)
    grown = outline + _FACE_GROWN * view.side_px * outward / np.linalg.norm(outward, axis=1, keepdims=True)
    outside = ndimage.distance_transform_edt(polygon_mask(grown, shown.shape) < 0.5) / view.side_px
    rows = np.mgrid[: shown.shape[0], : shown.shape[1]][0]
    above = smooth((_brows(mesh) - rows) / (_FADES * view.side_px))
    return np.asarray(shown * (1.0 - above * smooth(outside / _FADES)), dtype=np.float32)


def _brows(mesh: FaceMesh) -> float:
    """Return the row above which there are no brows."""
    return float(mesh.lids[..., 1].min()) - _BROWS_RISE * face_length(mesh.points)


def _refuse_doubtful(mesh: FaceMesh) -> None:
    if mesh.presence < LEAST_PRESENCE:
        raise InvalidInput(
            "It is doubtful where the parts of this face are; nothing can be drawn on it or left out.",
            "Keep hair, beard and glasses as the photograph shows them.",
        )
    turned = max(abs(mesh.pose.yaw), abs(mesh.pose.pitch))
    if turned > MOST_TURNED_DEG:
        raise InvalidInput(
            f"The head is turned by {turned:.0f} degrees; nothing can be drawn on it or left out.",
            "Choose a photograph that shows the face from the front.",
        )


def _in_view(face: DetectedFace, view: SheetView) -> DetectedFace:
    """Return the face in the view: its box of the same size about the same middle."""
    scale = scale_of(view.matrix)
    left, top, right, bottom = face.box
    middle = transform_points(view.matrix, np.array([[(left + right) / 2.0, (top + bottom) / 2.0]]))[0]
    half = np.array([right - left, bottom - top]) * scale / 2.0
    low, high = middle - half, middle + half
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return replace(face, landmarks=transform_points(view.matrix, face.landmarks), box=box)
