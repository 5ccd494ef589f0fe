"""What of a case can be looked at beside each other: photographs and derived images, with what is on record of each.

Rules:
    * Where a face stands is what a run recorded of it; where none did, that is said by ``None`` and never guessed.
    * Eyes are in pixels of the upright file, band and margins included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from forensic_app.measured import band_height_px, face_frame
from forensic_app.placement import placement
from forensic_app.records import Decision, DerivedImage, Exhibit, ImageNote, ImageRole, Run, RunStatus

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

Point = tuple[float, float]
Eyes = tuple[Point, Point]
"""Centres of the eye at the image's left and of the eye at its right, of an upright face."""
MOST_AT_ONCE = 6
"""So many pictures are compared at once at most."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A photograph or a derived image, with the records that say what it is.

    Attributes:
        exhibit: The photograph, or the one that the derived image goes back to.
        image: The derived image; ``None`` for the photograph itself.
        run: The run that made it; ``None`` for the photograph.
        decision: The newest decision on it.
        eyes: Where a run recorded the eyes of the face that it worked on; ``None`` where none did.
        face_index: Which face of the photograph that is, 0 = largest.
        eyes_origin: Identifier of the run that recorded the eyes; empty where none did.
        notes: What examiners placed on it and did not withdraw, oldest first.
    """

    exhibit: Exhibit
    image: DerivedImage | None = None
    run: Run | None = None
    decision: Decision | None = None
    eyes: Eyes | None = None
    face_index: int = 0
    eyes_origin: str = ""
    notes: tuple[ImageNote, ...] = ()

    @property
    def name(self) -> str:
        """Identifier of the record."""
        return self.exhibit.exhibit_id if self.image is None else self.image.derived_image_id

    @property
    def sha256(self) -> str:
        """SHA-256 of the file that is shown."""
        return self.exhibit.picture_sha256 if self.image is None else self.image.sha256

    @property
    def band_px(self) -> int:
        """Height of the band at the foot of the file; 0 for a photograph."""
        return 0 if self.image is None else band_height_px(self.image.metrics)

    @property
    def adapter(self) -> str:
        """Name of the adapter that the run used, empty for none."""
        return "" if self.run is None else str(self.run.spec.parameters.get("adapter") or "")

    @property
    def pack(self) -> str:
        """Name and version of the run's pack, empty for a photograph."""
        if self.run is None:
            return ""
        recorded = self.run.environment.get("pack")
        version = str(recorded.get("version") or "") if isinstance(recorded, Mapping) else ""
        return f"{self.run.spec.pack_name} {version}".strip()


def comparables(store: CaseStore, case_id: str) -> list[Comparable]:
    """Return everything of a case that can be compared: its photographs, then the images of its completed runs.

    Photographs that were withdrawn are left out; images that go back to one are there.
    """
    exhibits = {each.exhibit_id: each for each in store.exhibits(case_id, include_removed=True)}
    runs = [
        each for each in store.runs(case_id, status=RunStatus.COMPLETED) if each.spec.exhibit_id in exhibits
    ]
    faces = {
        each.spec.exhibit_id: each for each in runs if not each.spec.source_derived_image_id and each.face
    }
    placed = store.image_notes(case_id)
    made = []
    for exhibit in exhibits.values():
        if exhibit.tombstone_reason is None:
            run = faces.get(exhibit.exhibit_id)
            found = None if run is None else eyes_of(run.face)
            if run is None or found is None:
                made.append(Comparable(exhibit))
            else:
                made.append(
                    Comparable(exhibit, eyes=found, face_index=run.spec.face_index, eyes_origin=run.run_id)
                )
    images = {run.run_id: store.derived_images(run.run_id) for run in runs}
    by_name = {each.derived_image_id: each for group in images.values() for each in group}
    for run in runs:
        exhibit, decisions = exhibits[run.spec.exhibit_id], store.decisions(run.run_id)
        source = by_name.get(run.spec.source_derived_image_id)
        for image in sorted(images[run.run_id], key=_order):
            made.append(
                Comparable(
                    exhibit,
                    image,
                    run,
                    decisions.get(image.derived_image_id),
                    eyes=_eyes_in(image, run, _size_of(exhibit, source)),
                    face_index=run.spec.face_index,
                    eyes_origin=run.run_id,
                )
            )
    return [replace(each, notes=_notes_on(each, placed)) for each in made]


def _notes_on(each: Comparable, placed: Sequence[ImageNote]) -> tuple[ImageNote, ...]:
    """Return what was placed on the very file that is shown."""
    return tuple(note for note in placed if (note.picture, note.sha256) == (each.name, each.sha256))


def eyes_of(face: Mapping[str, Any]) -> Eyes | None:
    """Return the centres of the eyes of a recorded face, in its photograph's pixels; ``None`` where it holds none.

    Args:
        face: ``landmarks`` and their ``scheme``, see :class:`forensic_app.faces.analyser.DetectedFace`.
    """
    points: Sequence[Sequence[float]] = face.get("landmarks") or ()
    scheme = face.get("scheme")
    if scheme == "dlib5" and len(points) == 5:
        return _apart(_middle(points[0], points[1]), _middle(points[2], points[3]))
    if scheme == "arcface5" and len(points) == 5:
        return _apart(_middle(points[0], points[0]), _middle(points[1], points[1]))
    return None


def interocular_px(eyes: Eyes) -> float:
    """Return the distance between the centres of the eyes in pixels."""
    (left_x, left_y), (right_x, right_y) = eyes
    return math.hypot(right_x - left_x, right_y - left_y)


def chosen_of_runs(found: Sequence[Comparable], run_ids: Sequence[str]) -> list[str]:
    """Return what to show first of some runs, by name, at most :data:`MOST_AT_ONCE`.

    One run is shown with its photograph; of several runs whose images are too many, each shows one: the oldest age
    that all of them have, else its own oldest one.
    """
    by_run = {
        name: [each for each in found if each.run is not None and each.run.run_id == name] for name in run_ids
    }
    groups = [[each for each in group if _is_picture(each)] for group in by_run.values()]
    groups = [each for each in groups if each]
    if len(groups) == 1:
        photograph = [
            each.name for each in found if each.image is None and each.exhibit == groups[0][0].exhibit
        ]
        return [*photograph, *(each.name for each in groups[0])][:MOST_AT_ONCE]
    if sum(map(len, groups)) <= MOST_AT_ONCE:
        return [each.name for group in groups for each in group]
    ages = [{_age(each) for each in group} for group in groups]
    common = set.intersection(*ages) if ages else set()
    shown = []
    for group in groups[:MOST_AT_ONCE]:
        wanted = max(common) if common else max(_age(each) for each in group)
        shown.append(next(each for each in group if _age(each) == wanted).name)
    return shown


def _is_picture(each: Comparable) -> bool:
    return each.image is not None and each.image.role is ImageRole.DERIVED


def _age(each: Comparable) -> float:
    return -1.0 if each.image is None or each.image.target_age is None else each.image.target_age


def _order(image: DerivedImage) -> tuple[float, bool, int]:
    return (image.target_age or 0.0, image.role is not ImageRole.DERIVED, image.variant or 0)


def _size_of(exhibit: Exhibit, source: DerivedImage | None) -> tuple[int, int]:
    """Return width and height of what a run worked on: the photograph, or a derived image without its band."""
    if source is None:
        return exhibit.width_px, exhibit.height_px
    left, top, right, bottom = _window(source, (exhibit.width_px, exhibit.height_px))
    return right - left, bottom - top


def _window(image: DerivedImage, size: tuple[int, int]) -> tuple[int, int, int, int]:
    from forensic_app.engines.pictures.marking import picture_window

    return picture_window(image, sizes=(size,))


def _eyes_in(image: DerivedImage, run: Run, worked_on: tuple[int, int]) -> Eyes | None:
    """Return the eyes in a derived image: where they were, shifted by its margin, or where its crop put them."""
    found = eyes_of(run.face)
    if found is None:
        return None
    left, top, right, bottom = _window(image, worked_on)
    placed = placement(image.metrics)
    if placed is not None:
        return _mapped(found, placed.matrix, 1.0, (left, top))
    if (right - left, bottom - top) == worked_on:
        return _moved(found, lambda x, y: (x + left, y + top))
    frame = face_frame(run.face)
    if frame.matrix is None or not frame.crop_size_px or right - left != bottom - top:
        return None
    return _mapped(found, frame.matrix, (right - left) / frame.crop_size_px, (left, top))


def _mapped(eyes: Eyes, matrix: Sequence[Sequence[float]], scale: float, corner: tuple[int, int]) -> Eyes:
    """Return eyes of a photograph in the pixels of a picture that begins at ``corner`` of its file."""
    (a, b, c), (d, e, f) = matrix
    left, top = corner
    return _moved(eyes, lambda x, y: ((a * x + b * y + c) * scale + left, (d * x + e * y + f) * scale + top))


def _moved(eyes: Eyes, move: Callable[[float, float], Point]) -> Eyes:
    return move(*eyes[0]), move(*eyes[1])


def _middle(one: Sequence[float], other: Sequence[float]) -> Point:
    return (float(one[0]) + float(other[0])) / 2, (float(one[1]) + float(other[1])) / 2


def _apart(left: Point, right: Point) -> Eyes | None:
    """Return the eyes, ``None`` where they are less than a pixel from each other or no numbers."""
    distance = interocular_px((left, right))
    return (left, right) if math.isfinite(distance) and distance >= 1.0 else None
