"""Make the mean face that a head's pose is measured against, from photographs of people who look into a camera.

Run once by a maintainer, after :mod:`forensic_app.faces.convert_mediapipe`::

    python -m forensic_app.faces.mean_face --photos london --out resources/analysers/mediapipe

Rules:
    * Every file ``*_neutral.jpg`` counts once; one without a face, or with several, is refused.
    * Each face is turned until its eyes are level, scaled and moved to the same eyes; then comes the mean, then the
      mean of that and its mirror image. No photograph can be had back from it.
    * The same photographs give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from forensic_app.faces.analyser import FloatArray
from forensic_app.faces.convert_mediapipe import write_manifest
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.mesh import MEAN_FACE, MeshNetworks
from forensic_app.faces.mesh_regions import EYE_CORNERS
from forensic_app.images import load_working_copy


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the mean face and the manifest; return 0."""
    parser = argparse.ArgumentParser(description="Make the mean face from frontal photographs.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    analyser, networks = DlibAnalyser(), MeshNetworks(options.out)
    faces = []
    for path in sorted(options.photos.glob("*_neutral.jpg")):
        photo = load_working_copy(path)
        found = analyser.detect(photo)
        if len(found) != 1:
            parser.error(f"{path.name} shows {len(found)} faces")
        faces.append(normalised(networks.points(photo, found[0])[0]))
    if not faces:
        parser.error(f"{options.photos} holds no file *_neutral.jpg")
    points = symmetric(np.mean(faces, axis=0))
    (options.out / MEAN_FACE).write_bytes(save({"points": points.astype(np.float32)}))
    write_manifest(options.out)
    return 0


def normalised(points: FloatArray) -> FloatArray:
    """Return a mesh, ``(468, 3)``, with level eyes one apart, the origin between them; depth is scaled with it."""
    eyes = np.array([points[list(corners)].mean(axis=0) for corners in EYE_CORNERS])
    across = (eyes[1] - eyes[0])[:2]
    distance = float(np.hypot(*across))
    cosine, sine = across / distance
    turned = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    result: FloatArray = (points - eyes.mean(axis=0)) @ turned.T / distance
    return result


def symmetric(points: FloatArray) -> FloatArray:
    """Return the mean of nearly symmetric points, ``(n, 3)``, and their mirror image; each keeps its number."""
    mirrored = points * np.array([-1.0, 1.0, 1.0])
    _, partner = linear_sum_assignment(cdist(points, mirrored))
    result: FloatArray = (points + mirrored[partner]) / 2.0
    return result


if __name__ == "__main__":
    raise SystemExit(main())
