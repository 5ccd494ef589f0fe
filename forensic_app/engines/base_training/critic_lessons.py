"""What a critic learns from: latents of photographs, and of what a pack made of some of them.

Rules:
    * Faces are drawn by seed from those that training may see, spread over age, sex and group.
    * Of every third face the pack makes pictures at other ages, half of them pushed harder than by default and half
      without a second pass, so that faults of each kind are among them. A picture at the face's own age counts as a
      photograph: how the pack draws is not a fault.
    * A picture is judged by the latent that it is encoded to, as a photograph is: whatever an edit's own latents
      have about them is not a sign.
    * Lessons are kept in the work folder in files of a few faces, each written whole or not at all, with a stamp of
      pack and draw. They hold latents of pictures of the data set: the folder is never shipped or committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.edit_network import PackNetwork
from forensic_app.engines.aging.face_edit import Face, edit_faces
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.pictures.ages import MAXIMUM_TARGET_AGE, MINIMUM_SOURCE_AGE
from forensic_app.engines.pictures.measurement import apparent_age, read_calibration
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.faces.align import align
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import LabelledFace, stratified_sample, within_ages
from forensic_app.images import load_working_copy
from forensic_app.parameters import resolve

EDITED_EVERY: Final = 3
FACES_PER_FILE: Final = 24
HARD_PUSH: Final = 1.35
"""Times the default push, which every other edited face gets."""
TARGET_AGES: Final = (5.0, 10.0, 16.0, 27.0, 45.0, 62.0, 75.0)
STAMP: Final = "lessons.json"


@dataclass(frozen=True, slots=True)
class CriticLessons:
    """Latents with what they are.

    Attributes:
        latents: ``(n, c, h, w)`` float16.
        ages: Age that each shows, ``(n,)`` float32, years.
        faces: Number of the face that each came from, ``(n,)`` int64.
        is_changed: Whether it shows another age than the photograph, ``(n,)`` bool.
    """

    latents: NDArray[np.float16]
    ages: NDArray[np.float32]
    faces: NDArray[np.int64]
    is_changed: NDArray[np.bool_]


def critic_lessons(
    components: Components,
    faces: Sequence[LabelledFace],
    analyser: FaceAnalyser,
    work: Path,
    *,
    count: int,
    kept: Collection[str],
    seed: int,
    device: TrainingDevice,
    report: ReportStage,
) -> CriticLessons:
    """Return the lessons, making those that ``work`` does not hold yet.

    Args:
        components: The pack's networks.
        faces: Labelled faces of any ages.
        analyser: Finds faces, embeds them and estimates ages.
        work: Folder for what was made.
        count: Most faces.
        kept: Names of the faces that training has not seen, which are left out.
        seed: Seed of the draw.
        device: In which precision edits are made.
        report: Receives progress.

    Raises:
        InvalidInput: The folder holds another pack's lessons or those of another draw, or no face is left.
    """
    usable = [face for face in within_ages(faces, youngest=2.0, oldest=90.0) if face.path.name not in kept]
    if not usable:
        raise InvalidInput("No face is left to learn from.", "Name the data that the pack was trained on.")
    drawn = stratified_sample(usable, count, seed=seed)
    order = np.random.default_rng(seed).permutation(len(drawn))
    chosen = [drawn[place] for place in order]
    _check(
        work, components, {"count": count, "seed": seed, "names": [face.path.name for face in chosen][:50]}
    )
    maker = _Maker(components, analyser, device)
    pace = Pace("critic", done=0, total=len(chosen), report=report)
    parts = []
    for first in range(0, len(chosen), FACES_PER_FILE):
        path = work / f"lessons_{first:06d}.npz"
        if not path.is_file():
            _save(path, maker.lessons(chosen[first : first + FACES_PER_FILE], first))
        with np.load(path) as opened:
            parts.append({name: opened[name] for name in opened.files})
        pace.advance(min(first + FACES_PER_FILE, len(chosen)))
    return CriticLessons(
        **{
            name: np.concatenate([part[name] for part in parts])
            for name in CriticLessons.__dataclass_fields__
        }
    )


_Row = tuple[Tensor, float, int, bool]
"""Latent, age, number of the face, whether it shows another age."""


class _Maker:
    """Makes the lessons of some faces."""

    def __init__(self, components: Components, analyser: FaceAnalyser, device: TrainingDevice) -> None:
        self._components = components
        self._network = _Autocast(components, device)
        self._analyser = analyser
        self._calibration = read_calibration(components.pack.path)

    def lessons(self, faces: Sequence[LabelledFace], first: int) -> dict[str, NDArray[Any]]:
        """Return the fields of :class:`CriticLessons` for ``faces``, whose numbers count from ``first``."""
        rows: list[_Row] = []
        for number, labelled in enumerate(faces, start=first):
            face = self._face(labelled)
            if face is None:
                continue
            for crop in (face.crop, np.ascontiguousarray(face.crop[:, ::-1])):
                rows.append((self._components.encode(crop), labelled.age_years, number, False))
            if number % EDITED_EVERY == 0:
                rows += self._edited(face, number)
        if not rows:
            raise InvalidInput("No face was found in any photograph.", "Name other data.")
        latents, ages, numbers, changed = zip(*rows, strict=True)
        return {
            "latents": torch.cat(latents).numpy().astype(np.float16),
            "ages": np.array(ages, dtype=np.float32),
            "faces": np.array(numbers, dtype=np.int64),
            "is_changed": np.array(changed, dtype=np.bool_),
        }

    def _face(self, labelled: LabelledFace) -> Face | None:
        try:
            photo = load_working_copy(labelled.path)
        except UnreadableImage:
            return None
        seen = self._analyser.detect(photo)
        if not seen:
            return None
        raw = self._analyser.estimate_age(photo, seen[0]).years
        apparent = apparent_age(raw, self._calibration, analyser=self._analyser.name)
        age = SourceAge.of(labelled.age_years, apparent, weight=0.5)
        own = min(max(age.edited_from, MINIMUM_SOURCE_AGE), MAXIMUM_TARGET_AGE)
        return Face(
            crop=align(photo, seen[0], self._components.pack.resolution).crop,
            source_age=SourceAge(own, age.origin, age.apparent, own),
            target_ages=sorted({*TARGET_AGES, own}),
            sex=labelled.sex.value,
            embedding=self._analyser.embed(photo, seen[0]),
        )

    def _edited(self, face: Face, number: int) -> list[_Row]:
        kind = number // EDITED_EVERY
        asked = {"identity_guard": False, "seed": number, **({"settle": 0.0} if kind // 2 % 2 else {})}
        parameters = resolve(schema.SCHEMA, asked)
        parameters["guidance_scale"] *= HARD_PUSH if kind % 2 else 1.0
        made = edit_faces(self._network, [face], parameters)[0]
        own = face.source_age.edited_from
        return [
            (self._components.encode(picture), plan.target_age, number, plan.target_age != own)
            for plan, picture in zip(made.plans, made.decoded, strict=True)
        ]


class _Autocast(PackNetwork):
    """A pack's networks, predicting in the training's precision."""

    def __init__(self, components: Components, device: TrainingDevice) -> None:
        super().__init__(components)
        self._device = device

    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        with self._device.autocast():
            return super().predict(latents, timestep, conditions)


def _check(work: Path, components: Components, draw: dict[str, Any]) -> None:
    stamp = {"pack": components.pack.name, "weights_sha256": components.pack.weights_sha256, **draw}
    path = work / STAMP
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")) != stamp:
            raise InvalidInput(
                f"The lessons in {work} are another pack's or those of another draw.",
                "Name another work folder, or remove this one.",
            )
        return
    work.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def _save(path: Path, values: dict[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as stream:
        np.savez(stream, **values)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
