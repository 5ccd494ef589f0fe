"""The facts that every engine puts into the record of a run."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from forensic_app import __version__
from forensic_app.engines.descriptor import EngineDescriptor
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.photo import FoundFace
from forensic_app.faces.analyser import FaceAnalyser, FloatArray


def face_record(found: FoundFace, matrix: FloatArray, crop_size_px: int) -> dict[str, Any]:
    """Return the facts about the face for a run's record, JSON types only.

    Args:
        found: The face.
        matrix: ``(2, 3)``, photograph pixels to crop pixels.
        crop_size_px: Side of the crop.
    """
    return {
        "box": [round(float(value), 2) for value in found.face.box],
        "turned_degrees": found.face.turned_degrees,
        "landmarks": [[round(float(value), 2) for value in point] for point in found.face.landmarks],
        "scheme": found.face.scheme,
        "score": round(float(found.face.score), 4),
        "matrix": [[float(value) for value in row] for row in matrix],
        "crop_size_px": int(crop_size_px),
        "face_count": found.face_count,
    }


def environment_record(
    engine: EngineDescriptor, *, device: ComputeDevice, pack: Pack, analyser: FaceAnalyser
) -> dict[str, Any]:
    """Return what an engine knows about its surroundings, JSON types only.

    Args:
        engine: The engine.
        device: Where it computed.
        pack: The model pack.
        analyser: The run's analyser.
    """
    return {
        **device.as_record(),
        "program": __version__,
        "engine": engine.name,
        "engine_version": engine.version,
        "pack": {
            "name": pack.name,
            "version": pack.version,
            "licence": pack.licence,
            "sha256": pack.sha256,
            "files": dict(pack.files),
        },
        "analyser": {
            "name": analyser.name,
            "version": analyser.version,
            "weights_sha256": dict(analyser.weights_sha256),
            "match_threshold": analyser.match_threshold,
        },
        "libraries": {name: importlib.metadata.version(name) for name in engine.libraries},
    }
