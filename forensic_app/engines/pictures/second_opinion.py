"""Scores of a second matcher beside those of a run's analyser.

Rules:
    * It only scores: no picture is chosen, held back or drawn towards anything by it, so that judge and maker stay
      apart. The identity guard and the main score are the bundled analyser's.
    * It compares the very faces that the run's analyser found; where that one finds none there is no score.
    * Its pack is verified at every run, and named with its digest in the run's specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensic_app.engines.matcher.loading import load_matcher
from forensic_app.engines.matcher.schema import PACK_KIND
from forensic_app.engines.packs.network_pack import read_pack_of_kind
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.messages import RunRequest

_SCORE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A second matcher with what it compares with.

    Attributes:
        analyser: The matcher.
        exhibit: Template of the exhibit's face; ``None`` where none is found.
        references: Templates of the subject's other photographs by exhibit id.
    """

    analyser: FaceAnalyser
    exhibit: Embedding | None
    references: Mapping[str, Embedding] = field(default_factory=dict)

    def records(self, views: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> list[dict[str, Any]]:
        """Return the scores of one face in each picture, JSON types only.

        Args:
            views: Pictures, ``(height, width, 3)`` uint8 RGB.
            faces: Their faces as the run's analyser found them.
        """
        score = self.analyser.comparison_score
        return [
            {
                "analyser": self.analyser.name,
                "comparison_score": None
                if self.exhibit is None
                else round(score(self.exhibit, template), _SCORE_DIGITS),
                "reference_scores": {
                    name: round(score(reference, template), _SCORE_DIGITS)
                    for name, reference in self.references.items()
                },
            }
            for template in (self.analyser.embed_many(views, faces) if views else ())
        ]


def second_matcher(request: RunRequest) -> FaceAnalyser | None:
    """Return the matcher that a run names beside its analyser, loaded on the CPU; ``None`` where it names none.

    Raises:
        PackAltered: A file of its pack does not have its digest.
        PackRefused: The pack cannot be loaded, or is of another kind.
    """
    if request.second_pack_path is None:
        return None
    pack = read_pack_of_kind(request.second_pack_path, PACK_KIND)
    return load_matcher(pack, expected_sha256=request.second_pack_sha256)


def second_record(analyser: FaceAnalyser) -> dict[str, Any]:
    """Return what a run's environment says of its second matcher, JSON types only."""
    return {
        "name": analyser.name,
        "version": analyser.version,
        "weights_sha256": dict(analyser.weights_sha256),
        "threshold": analyser.match_threshold,
    }
