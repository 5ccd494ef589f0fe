"""Make templates of a photograph's face at other ages. What a worker does.

Rules:
    * Nothing here knows of a casebook: bytes come in, an answer goes out.
    * A face is changed on its canonical crop, as ``evaluate matching`` does, from the age that is stated or estimated.
    * Every answer says by which matcher, pack and engine it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forensic_app.crews.work import Answer, Job, Work
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.packs.travelling import TravellingPack
from forensic_app.engines.pictures.ages import MINIMUM_SOURCE_AGE
from forensic_app.evaluation.measures.age_numbers import calibrated
from forensic_app.evaluation.pack.inputs import calibration_for
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import RawAge, SeriesMaker, locate
from forensic_app.faces.align import align
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser
from forensic_app.faces.registry import load_analyser
from forensic_app.images import load_working_copy_from
from forensic_app.workflows.gallery_looking import MatcherRecipe, Seconds, facts_of

SEED = 0
SAME_FACE_OVERLAP = 0.5
"""Share of both boxes' area that the face found again has in common with the one that was enrolled."""


@dataclass(frozen=True, slots=True)
class AgeingRecipe:
    """How a worker is set up to change ages.

    Attributes:
        matcher: The gallery's matcher.
        pack: The pack that changes ages.
    """

    matcher: MatcherRecipe
    pack: TravellingPack

    def build(self) -> Work:
        """Load matcher and engine."""
        matcher = self.matcher.loaded()
        with self.pack.opened() as pack:
            maker = series_maker(pack.path, seed=SEED, settings=(), threads=1)
            return Ageing(matcher, pack, maker)

    def travelling(self) -> AgeingRecipe:
        """Return the recipe for other machines."""
        return replace(self, matcher=self.matcher.travelling(), pack=self.pack.with_files())


class Ageing:
    """Makes derived templates of one face after the other."""

    def __init__(self, analyser: FaceAnalyser, pack: Pack, maker: SeriesMaker) -> None:
        """Take matcher and engine, loaded."""
        self._analyser, self._maker = analyser, maker
        self._bundled = load_analyser("dlib")
        self._calibration = calibration_for(pack.path, self._bundled)
        described: Mapping[str, Any] = maker.description
        self._facts = {
            "made_with": facts_of(analyser),
            "pack_sha256": pack.sha256,
            "engine": str(described["engine"]),
            "engine_version": str(described["engine_version"]),
        }

    def __call__(self, job: Job) -> Answer:
        """Return one template for each age, ``(n, d)``; none where the face is not found again.

        Args:
            job: ``asked`` holds ``box`` (of the face as it was enrolled), ``stated_age`` (years or ``None``), ``ages``
                and ``name``.
        """
        asked, seconds = job.asked, Seconds()
        pixels = load_working_copy_from(job.data, str(asked["name"]))
        face = _found_again(seconds.of("detect", lambda: self._bundled.detect(pixels)), asked["box"])
        if face is None:
            return Answer(job.digest, {**self._facts, "is_found": False, "seconds": seconds.rounded()})
        raw_years = self._bundled.estimate_age(pixels, face).years
        stated = asked["stated_age"]
        source_age = self._calibrated(raw_years) if stated is None else float(stated)
        ages = [float(each) for each in asked["ages"]]
        crops = seconds.of(
            "make",
            lambda: self._maker.make_series(
                align(pixels, face, self._maker.crop_size_px).crop,
                source_age=source_age,
                sex="unknown",
                embedding=self._bundled.embed(pixels, face),
                target_ages=ages,
                raw_age=RawAge(self._bundled.name, raw_years),
            ),
        )
        located = seconds.of("detect", lambda: [locate(crop, self._bundled, face.scheme) for crop in crops])
        faces = [each for each, _ in located]
        templates = seconds.of("embed", lambda: self._analyser.embed_many(list(crops), faces))
        facts = {
            **self._facts,
            "is_found": True,
            "source_age": round(source_age, 1),
            "is_located": [not stood_in for _, stood_in in located],
            "seconds": seconds.rounded(),
        }
        return Answer(job.digest, facts, np.asarray(templates, dtype=np.float32))

    def _calibrated(self, raw_years: float) -> float:
        """Return the calibrated estimate of the age in the photograph, years; none under that which a run begins at."""
        return max(MINIMUM_SOURCE_AGE, float(calibrated([raw_years], self._calibration)[0]))


def _found_again(found: Sequence[DetectedFace], enrolled: Sequence[float]) -> DetectedFace | None:
    best = max(found, key=lambda each: _overlap(each.box, enrolled), default=None)
    if best is None or _overlap(best.box, enrolled) < SAME_FACE_OVERLAP:
        return None
    return best


def _overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Return what two boxes have in common as a share of what either covers."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(0.0, width) * max(0.0, height)
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)) - common
    return common / both if both > 0 else 0.0
