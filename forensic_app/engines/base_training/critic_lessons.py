"""What a critic learns from: latents of photographs, of gentle edits of them, and of edits that were pushed too far.

Rules:
    * Faces are drawn by seed from those that training may see, spread over age, sex and group.
    * Each is shown at other ages twice: gently, and pushed so far that eyes and mouths break. Gentle edits and
      photographs are one class: how the pack draws, and the age that is shown, are not signs, only what breaks is.
      (A critic that told all edits from photographs was tried: it told 96 of 100 apart and saw no fault.)
    * A picture is judged by the latent that it is encoded to, as a photograph is: whatever an edit's own latents
      have about them is not a sign.
    * Lessons are kept in the work folder in files of a few faces, each written whole or not at all, with a stamp of
      pack and draw. They hold latents of pictures of the data set: the folder is never shipped or committed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.face_edit import Face, edit_faces
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.base_training.autocast_network import AutocastNetwork
from forensic_app.engines.pictures.measurement import apparent_age, read_calibration
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.faces.align import align
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import LabelledFace, stratified_sample, within_ages
from forensic_app.images import load_working_copy
from forensic_app.parameters import resolve

FACES_PER_FILE: Final = 24
TARGETS: Final = 4
"""Ages that each face is shown at, one in each of as many equal parts of :data:`TARGET_RANGE`."""
TARGET_RANGE: Final = (4.0, 84.0)
GENTLE: Final[Mapping[str, float]] = {"guidance_scale": 1.8, "eyes_push": 0.5, "mouth_push": 0.35}
HARD: Final[Mapping[str, float]] = {"guidance_scale": 6.0, "settle": 0.0, "eyes_push": 1.0, "mouth_push": 1.0}
"""Parameters of both kinds of edits; what they do not name is the pack's."""
STAMP: Final = "lessons.json"


PHOTOGRAPH, GENTLY, TOO_FAR = 0, 1, 2
"""What a latent is of."""


@dataclass(frozen=True, slots=True)
class CriticLessons:
    """Latents with what they are.

    Attributes:
        latents: ``(n, c, h, w)`` float16.
        faces: Number of the face that each came from, ``(n,)`` int64.
        kinds: :data:`PHOTOGRAPH`, :data:`GENTLY` or :data:`TOO_FAR`, ``(n,)`` int64.
    """

    latents: NDArray[np.float16]
    faces: NDArray[np.int64]
    kinds: NDArray[np.int64]


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
    usable = [face for face in within_ages(faces, youngest=3.0, oldest=80.0) if face.path.name not in kept]
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


_Row = tuple[Tensor, int, int]
"""Latent, number of the face, kind."""


class _Maker:
    """Makes the lessons of some faces."""

    def __init__(self, components: Components, analyser: FaceAnalyser, device: TrainingDevice) -> None:
        self._components = components
        self._network = AutocastNetwork(components, device)
        self._analyser = analyser
        self._calibration = read_calibration(components.pack)

    def lessons(self, faces: Sequence[LabelledFace], first: int) -> dict[str, NDArray[Any]]:
        """Return the fields of :class:`CriticLessons` for ``faces``, whose numbers count from ``first``."""
        rows: list[_Row] = []
        for number, labelled in enumerate(faces, start=first):
            face = self._face(labelled, number)
            if face is None:
                continue
            for crop in (face.crop, np.ascontiguousarray(face.crop[:, ::-1])):
                rows.append((self._components.encode(crop), number, PHOTOGRAPH))
            rows += self._edited(face, number, GENTLY, GENTLE)
            rows += self._edited(face, number, TOO_FAR, HARD)
        if not rows:
            raise InvalidInput("No face was found in any photograph.", "Name other data.")
        latents, numbers, kinds = zip(*rows, strict=True)
        return {
            "latents": torch.cat(latents).numpy().astype(np.float16),
            "faces": np.array(numbers, dtype=np.int64),
            "kinds": np.array(kinds, dtype=np.int64),
        }

    def _face(self, labelled: LabelledFace, number: int) -> Face | None:
        try:
            photo = load_working_copy(labelled.path)
        except UnreadableImage:
            return None
        seen = self._analyser.detect(photo)
        if not seen:
            return None
        raw = self._analyser.estimate_age(photo, seen[0]).years
        apparent = apparent_age(raw, self._calibration, analyser=self._analyser.name)
        places = (np.arange(TARGETS) + np.random.default_rng(number).random(TARGETS)) / TARGETS
        return Face(
            crop=align(photo, seen[0], self._components.pack.resolution).crop,
            source_age=SourceAge.of(labelled.age_years, apparent, weight=0.5),
            target_ages=np.interp(places, (0.0, 1.0), TARGET_RANGE).round(1).tolist(),
            sex=labelled.sex.value,
            embedding=self._analyser.embed(photo, seen[0]),
        )

    def _edited(self, face: Face, number: int, kind: int, asked: Mapping[str, float]) -> list[_Row]:
        parameters = resolve(schema.SCHEMA, {**asked, "identity_guard": False, "seed": number})
        made = edit_faces(self._network, [face], parameters)[0]
        return [(self._components.encode(picture), number, kind) for picture in made.decoded]


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
