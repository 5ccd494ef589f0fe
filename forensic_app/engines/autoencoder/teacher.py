"""A teacher for the autoencoder: training faces as the ageing engine shows them at other ages.

Rules:
    * The method and its defaults are the ageing engine's, at the pack's resolution, without pasting back; its identity
      guard is left out, the student has an identity term of its own.
    * No validation face is edited, and none below the ageing engine's least age.
    * Faces are drawn by seed, so that more of them begin with the same ones; a face's target ages are spread over
      young, middle and old.
    * Edits are kept in the work folder in files of a few faces, each written whole or not at all. They belong to one
      teacher and one draw; others are refused, not mixed.
    * The files hold pictures of the data set: they belong in a folder that is never shipped or committed.

References:
    Hinton, G., Vinyals, O., Dean, J. (2015). Distilling the knowledge in a neural network. arXiv:1503.02531.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.aging import schema
from forensic_app.engines.aging.components import load_components
from forensic_app.engines.aging.face_edit import Face, edit_faces
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.base_training.autocast_network import AutocastNetwork
from forensic_app.engines.base_training.conditions import sampling_weights
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.ages import MINIMUM_SOURCE_AGE
from forensic_app.engines.pictures.measurement import apparent_age, read_calibration
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage
from forensic_app.errors import InvalidInput
from forensic_app.parameters import resolve

FACES_PER_FILE: Final = 16
TARGET_AGES: Final = (4.0, 14.0, 30.0, 55.0, 85.0)
"""Years; as many targets fall between each two: childhood and old age change a face most."""

FOLDER: Final = "teacher"
STAMP: Final = "teacher.json"
ESTIMATOR: Final = "dlib"
"""Estimator of the cache's raw ages."""


@dataclass(frozen=True, slots=True)
class TeacherEdits:
    """Training faces at other ages.

    Attributes:
        faces: Index in the face cache of each edit, shape ``(n,)`` int64.
        ages: Target age of each, shape ``(n,)`` float32, years.
        crops: Shape ``(n, s, s, 3)`` uint8 RGB.
    """

    faces: NDArray[np.int64]
    ages: NDArray[np.float32]
    crops: NDArray[np.uint8]


class Teacher:
    """Edits several cached faces at once with a pack of the ageing engine.

    Args:
        pack: The pack; it is verified.
        device: Where and in which precision.
        threads: CPU threads, for the record of the device only.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: The pack serves another engine, or cannot be loaded.
    """

    def __init__(self, pack: Pack, device: TrainingDevice, *, threads: int = 1) -> None:
        components = load_components(
            pack, ComputeDevice(device.device, torch.float32, device.device.type, threads)
        )
        self._network = AutocastNetwork(components, device)
        self._parameters = resolve(schema.SCHEMA, {"identity_guard": False})
        self._calibration = read_calibration(pack)

    def edit(
        self, cache: FaceCache, faces: NDArray[np.int64], ages: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """Return the faces at ``faces`` of ``cache`` at their target ``ages``.

        Args:
            cache: Faces at the pack's resolution.
            faces: Shape ``(n,)``.
            ages: Shape ``(n, k)``, years.

        Returns:
            Shape ``(n, k, s, s, 3)`` uint8 RGB.
        """
        asked = [
            self._face(cache, int(face), targets.tolist()) for face, targets in zip(faces, ages, strict=True)
        ]
        return np.stack(
            [edited.finished_crops() for edited in edit_faces(self._network, asked, self._parameters)]
        )

    def _face(self, cache: FaceCache, face: int, targets: list[float]) -> Face:
        apparent = apparent_age(float(cache.raw_ages[face]), self._calibration, analyser=ESTIMATOR)
        weight = self._parameters["apparent_age_weight"]
        return Face(
            crop=cache.crops[face],
            source_age=SourceAge.of(float(cache.ages[face]), apparent, weight=weight),
            target_ages=targets,
            sex=cache.sexes[face],
            embedding=cache.embeddings[face],
        )


def draw_faces(cache: FaceCache, count: int, *, age_balance: float, seed: int) -> NDArray[np.int64]:
    """Return ``count`` training faces, or as many as there are, none twice; a larger count only adds faces.

    Args:
        cache: The faces.
        count: Most faces.
        age_balance: As :func:`sampling_weights` takes it.
        seed: Seed of the draw.

    References:
        Efraimidis & Spirakis 2006, Weighted random sampling with a reservoir, IPL 97(5).
    """
    faces = cache.training_indices
    faces = faces[cache.ages[faces] >= MINIMUM_SOURCE_AGE]
    groups = [cache.groups[face] for face in faces]
    weights = sampling_weights(cache.ages[faces], groups, exponent=age_balance, group_exponent=1.0)
    keys = np.random.default_rng(seed).exponential(size=len(faces)) / weights
    return faces[np.argsort(keys, kind="stable")[:count]]


def draw_ages(faces: NDArray[np.int64], count: int, *, seed: int) -> NDArray[np.float32]:
    """Return ``count`` target ages for each of ``faces``, shape ``(n, count)``, rising, years.

    One falls in each of ``count`` equal shares of the range that :data:`TARGET_AGES` divides.
    """
    ages = []
    for face in faces.tolist():
        places = (np.arange(count) + np.random.default_rng((seed, face)).random(count)) / count
        ages.append(np.interp(places, np.linspace(0, 1, len(TARGET_AGES)), TARGET_AGES))
    return np.array(ages, dtype=np.float32).reshape(-1, count)


def taught_edits(
    cache: FaceCache,
    pack: Pack,
    config: AutoencoderTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
) -> TeacherEdits:
    """Return the teacher's edits, making those that ``work`` does not hold yet.

    Args:
        cache: The faces, at the pack's resolution.
        pack: The teacher.
        config: ``teacher_faces``, ``teacher_ages``, ``age_balance`` and ``seed``.
        work: The training's work folder.
        device: Where and in which precision.
        report: Receives progress.

    Raises:
        InvalidInput: The pack draws in another size, or the edits in ``work`` are another teacher's or of another
            draw.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack serves another engine, or cannot be loaded.
    """
    check_edits(cache, pack, config, work)
    folder = work / FOLDER
    faces = draw_faces(cache, config.teacher_faces, age_balance=config.age_balance, seed=config.seed)
    ages = draw_ages(faces, config.teacher_ages, seed=config.seed)
    firsts = range(0, len(faces), FACES_PER_FILE)
    paths = {
        first: folder / f"edits_{first:06d}_{len(faces[first:][:FACES_PER_FILE])}.npz" for first in firsts
    }
    missing = [first for first in firsts if not paths[first].is_file()]
    if missing:
        teacher = Teacher(pack, device)
        done = (len(paths) - len(missing)) * FACES_PER_FILE * config.teacher_ages
        pace = Pace("teacher", done=done, total=ages.size, report=report)
        for first in missing:
            part = slice(first, first + FACES_PER_FILE)
            _save(paths[first], faces[part], ages[part], teacher.edit(cache, faces[part], ages[part]))
            done += ages[part].size
            pace.advance(min(done, ages.size))
    parts = [np.load(paths[first]) for first in firsts]
    return TeacherEdits(
        *(np.concatenate([part[name] for part in parts]) for name in ("faces", "ages", "crops"))
    )


def check_edits(cache: FaceCache, pack: Pack, config: AutoencoderTrainingConfig, work: Path) -> None:
    """Check that ``pack`` can teach and that the edits in ``work`` are its own; note whose they will be.

    Raises:
        InvalidInput: The pack draws in another size, or the edits in ``work`` are another teacher's, or of other
            faces or settings.
    """
    if pack.resolution != config.resolution:
        raise InvalidInput(
            f"The teacher {pack.name} draws {pack.resolution} px, not {config.resolution} px.",
            f"Set the resolution to {pack.resolution}, or name another teacher.",
        )
    faces = [cache.names[face] for face in cache.training_indices]
    stamp = {
        "teacher": pack.sha256,
        "faces": sha256_of_bytes("\n".join(faces).encode("utf-8")),
        "teacher_ages": config.teacher_ages,
        "age_balance": config.age_balance,
        "seed": config.seed,
    }
    path = work / FOLDER / STAMP
    if path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name, value in stamp.items() if before.get(name) != value]
        if changed:
            raise InvalidInput(
                f"The edits in {path.parent} were made with another value of: {', '.join(changed)}.",
                "Give the teacher, the data and the settings that they were made with, or name another work folder.",
            )
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def _save(path: Path, faces: NDArray[np.int64], ages: NDArray[np.float32], crops: NDArray[np.uint8]) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as stream:
        np.savez(
            stream,
            faces=np.repeat(faces, ages.shape[1]),
            ages=ages.ravel(),
            crops=crops.reshape(-1, *crops.shape[2:]),
        )
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
