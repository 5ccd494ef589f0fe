"""Hold a change of age back where the likeness would be lost.

Rules:
    * Every picture is first made with its full push. Where the bundled analyser's score against the photograph falls
      below the floor, weaker pushes are tried, and the strongest that reaches the floor is kept; the weakest where
      none does.
    * Both crops stand in the canonical frame and are embedded at the template's landmarks, so that nothing is
      detected here and the run's own measurement stays another one.
    * The analyser is the bundled one whatever analyser measures. Where the same one measures, its scores are not
      independent of this choice; the record says what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, replace
from typing import Any, ClassVar, Final, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from forensic_app.engines.pictures.compositing import finished_crop, missing_of
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import template_face
from forensic_app.faces.analyser import Embedding, FaceAnalyser, FloatArray, RgbImage

WEAKER_SHARES: Final = (0.8, 0.65, 0.5)
"""Shares of a picture's push that are tried where the full push loses the likeness, falling."""


class PushedRow(Protocol):
    """A picture to make: a frozen dataclass with the share of the change that the picture gets."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def push(self) -> float:
        """Share of the change."""


@dataclass(frozen=True, slots=True)
class BlendRow:
    """A picture that is a blend of two, for methods without a push of their own.

    Attributes:
        place: Its place among the changed pictures.
        push: Share of the change.
    """

    place: int
    push: float = 1.0


Row = TypeVar("Row", bound=PushedRow)

Judge = Callable[[Tensor, Sequence[int]], FloatArray]
"""Latents and the row that each belongs to, to scores."""


@dataclass(frozen=True, slots=True)
class GuardedEdit:
    """What the guard chose.

    Attributes:
        latents: One for each row, ``(n, c, h, w)``.
        shares: Share of its push that each row got, ``(n,)``.
        scores: The guard's score of each, ``(n,)``.
        floors: Score that was asked for of each, ``(n,)``.
    """

    latents: Tensor
    shares: FloatArray
    scores: FloatArray
    floors: FloatArray

    def record(self, pictures: Sequence[tuple[float, int]], *, analyser: str) -> dict[str, Any]:
        """Return what a run's record says of the guard, JSON types only.

        Args:
            pictures: Target age in years and variant of each row.
            analyser: Name of the analyser that scored.
        """
        highest = float(self.floors.max())
        found = zip(pictures, self.shares.tolist(), self.scores.tolist(), self.floors.tolist(), strict=True)
        return {
            "analyser": analyser,
            "floor": highest,
            "pictures": [
                {
                    "target_age": age,
                    "variant": variant,
                    "share": share,
                    "score": round(score, 4),
                    **({} if floor == highest else {"floor": round(floor, 4)}),
                }
                for (age, variant), share, score, floor in found
            ],
        }

    def warnings(self, pictures: Sequence[tuple[float, int]]) -> list[str]:
        """Return sentences for a run's record on what was held back, and on what stayed below the floor.

        Args:
            pictures: Target age in years and variant of each row.
        """
        ages = np.array([age for age, _ in pictures])
        warnings = []
        if (held := self.shares < 1.0).any():
            warnings.append(
                f"To keep the likeness, the change of age was held back at {_years(ages[held])}; "
                "those pictures may look closer to the photograph's age."
            )
        if (short := self.scores < self.floors).any():
            warnings.append(f"At {_years(ages[short])} the likeness stayed below the guard's floor even so.")
        return warnings


def guarded_edit(
    rows: Sequence[Row],
    make: Callable[[Sequence[Row]], Tensor],
    judge: Judge,
    *,
    floor: float | Sequence[float],
    make_weaker: Callable[[Sequence[Row]], Tensor] | None = None,
) -> GuardedEdit:
    """Return ``rows`` edited as far as ``judge`` lets them.

    Args:
        rows: Pictures to make, at least one.
        make: Edits rows.
        judge: Scores what was made against the photograph.
        floor: Score that is asked for, of all rows or of each.
        make_weaker: Edits the rows of weaker pushes, where that is to be told apart; ``make`` by default.
    """
    floors = np.broadcast_to(np.asarray(floor, dtype=np.float64), (len(rows),))
    latents = make(rows)
    shares = np.ones(len(rows))
    scores = judge(latents, range(len(rows)))
    lost = [place for place in range(len(rows)) if scores[place] < floors[place]]
    if not lost:
        return GuardedEdit(latents, shares, scores, floors)
    owners = [place for place in lost for _ in WEAKER_SHARES]
    weaker = [
        replace(rows[place], push=share * rows[place].push) for place in lost for share in WEAKER_SHARES
    ]
    tried = (make_weaker or make)(weaker)
    tried_scores = judge(tried, owners)
    latents = latents.clone()
    for number, place in enumerate(lost):
        first = number * len(WEAKER_SHARES)
        reached = np.flatnonzero(tried_scores[first : first + len(WEAKER_SHARES)] >= floors[place])
        chosen = first + (int(reached[0]) if len(reached) else len(WEAKER_SHARES) - 1)
        latents[place] = tried[chosen]
        shares[place] = WEAKER_SHARES[chosen - first]
        scores[place] = tried_scores[chosen]
    return GuardedEdit(latents, shares, scores, floors)


class CropJudge:
    """Scores decoded crops against the photograph's crop."""

    def __init__(
        self,
        crop: RgbImage,
        reconstruction: RgbImage,
        analyser: FaceAnalyser,
        *,
        decode: Callable[[Tensor], RgbImage],
        details: Sequence[float],
        color_match: bool,
        tone: Tone | None = None,
        is_grainy: bool = False,
    ) -> None:
        """Embed the photograph's crop.

        Args:
            crop: Canonical crop, ``(side, side, 3)`` uint8 RGB.
            reconstruction: The crop after encoding and decoding, same shape.
            analyser: The bundled analyser.
            decode: Latents ``(n, c, h, w)`` to crops ``(n, side, side, 3)`` uint8.
            details: Share of the photograph's fine detail that each row gets back.
            color_match: Whether colours are brought to the photograph's.
            tone: The one tone that the photograph has and that is to be kept.
            is_grainy: Whether the grain was taken out of the crop before it was encoded, and comes back.
        """
        self._crop = crop
        self._missing, self._grain = missing_of(crop, reconstruction, is_grainy=is_grainy)
        self._analyser = analyser
        self._decode = decode
        self._details = details
        self._color_match = color_match
        self._tone = tone
        self._face = template_face("dlib5", crop.shape[0])
        self._exhibit = self._embedded([crop])[0]

    def __call__(self, latents: Tensor, owners: Sequence[int]) -> FloatArray:
        """Return the score of each latent, which belongs to the row in ``owners`` at its place."""
        crops = [
            finished_crop(
                self._decode(latent[None])[0],
                self._crop,
                self._missing,
                detail=self._details[owner],
                color_match=self._color_match,
                tone=self._tone,
                grain=self._grain,
            )
            for latent, owner in zip(latents, owners, strict=True)
        ]
        score = self._analyser.comparison_score
        return np.array([score(self._exhibit, embedding) for embedding in self._embedded(crops)])

    def _embedded(self, crops: Sequence[RgbImage]) -> Sequence[Embedding]:
        with torch.inference_mode():
            return list(self._analyser.embed_many(list(crops), [self._face] * len(crops)))


def _years(ages: FloatArray) -> str:
    *first, last = [f"{age:g}" for age in sorted(set(ages.tolist()))]
    return f"{', '.join(first)} and {last} years" if first else f"{last} years"
