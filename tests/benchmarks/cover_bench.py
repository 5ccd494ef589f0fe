"""Measure what the warnings about covered, cut and doubtful faces find, and how often they are false.

Run by a maintainer, with folders of photographs at hand::

    PYTHONPATH=. python tests/benchmarks/cover_bench.py --photos DIR --count 20 --side 400 --drawn

Rules:
    * A photograph is reduced to ``--side`` px (the longer side) first, where it is larger; the face with the largest
      box counts.
    * With ``--drawn`` each cover is drawn once on each photograph, and the detector looks again: a picture in which it
      finds no face has no warning, and the program would stop there. The generator's seed is the photograph's number.
    * Without ``--drawn`` every warning is counted as one for a photograph of which nothing is known.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from forensic_app.faces import occluders
from forensic_app.faces.analyser import RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.mesh import MeshNetworks
from forensic_app.faces.mesh_warnings import face_condition
from forensic_app.images import load_working_copy

WORDS = {"doubtful": "doubtful", "cut": "edge cuts", "eyes": "The eyes", "mouth": "The mouth"}


def _read(path: Path, side: int) -> RgbImage:
    photo = load_working_copy(path)
    if side and max(photo.shape[:2]) > side:
        picture = Image.fromarray(photo)
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        photo = np.asarray(picture)
    return photo


class Counts:
    """What was said of pictures of each kind."""

    def __init__(self, analyser: DlibAnalyser, networks: MeshNetworks) -> None:
        self._analyser, self._networks = analyser, networks
        self._said: Counter[tuple[str, str]] = Counter()

    def add(self, kind: str, picture: RgbImage, name: str) -> np.ndarray | None:
        """Look at a picture and return its mesh's points, ``None`` without a face."""
        self._said[kind, "pictures"] += 1
        faces = self._analyser.detect(picture)
        if not faces:
            self._said[kind, "no face"] += 1
            return None
        mesh = self._networks.read(picture, faces[0])
        condition = face_condition(picture, faces[0], mesh, self._networks)
        found = [key for key, words in WORDS.items() if any(words in each for each in condition.warnings)]
        self._said.update((kind, key) for key in found)
        self._said[kind, "any"] += bool(found)
        if found and kind == "plain":
            coverage = condition.coverage
            print(
                f"  {name}: {' '.join(found)} (score {condition.detector_score}, presence {condition.presence:.1f}, "
                f"inside {condition.inside:.2f}, eyes {coverage.eyes:.1f}, mouth {coverage.mouth:.1f})"
            )
        return mesh.points

    def print(self) -> None:
        """Print one line for each kind."""
        for kind in dict.fromkeys(kind for kind, _ in self._said):
            said = ", ".join(f"{key} {self._said[kind, key]}" for key in ("no face", "any", *WORDS))
            print(f"{kind:12} {self._said[kind, 'pictures']:4} pictures: {said}", flush=True)


def main() -> None:
    """Print how many pictures of each kind have each warning."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--pattern", default="**/*.*")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--side", type=int, default=0)
    parser.add_argument("--drawn", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    counts = Counts(DlibAnalyser(), MeshNetworks())
    painters = {**occluders.OVER_EYES, **occluders.OVER_MOUTH, **occluders.HARMLESS} if options.drawn else {}
    paths = sorted(
        each for each in options.photos.glob(options.pattern) if each.suffix in {".jpg", ".png", ".webp"}
    )
    places = np.unique(np.linspace(0, len(paths) - 1, min(options.count, len(paths))).round().astype(int))
    for number in places.tolist():
        photo = _read(paths[number], options.side)
        points = counts.add("plain", photo, paths[number].name)
        for kind, painter in painters.items():
            if points is not None:
                counts.add(kind, painter(photo, points, np.random.default_rng(number)), paths[number].name)
    counts.print()


if __name__ == "__main__":
    main()
