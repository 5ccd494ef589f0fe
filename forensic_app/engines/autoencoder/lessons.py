"""What a student sees of a teacher's edits: the photograph, both ages, and the face at the target age.

Rules:
    * The first few faces of the teacher are kept from the student; how far it is from their edits is logged.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.autoencoder.batches import Batch, half_mirrored, values_of
from forensic_app.engines.autoencoder.teacher import TeacherEdits
from forensic_app.engines.training.face_cache import FaceCache

MOST_KEPT_FACES: Final = 24
KEPT_SHARE: Final = 8
"""One face in so many is kept, where there are few."""


class Lessons:
    """Draws lessons.

    Args:
        cache: The faces.
        edits: The teacher's edits of them.
    """

    def __init__(self, cache: FaceCache, edits: TeacherEdits) -> None:
        self._cache = cache
        self._edits = edits
        faces = list(dict.fromkeys(edits.faces.tolist()))
        kept = faces[: min(MOST_KEPT_FACES, len(faces) // KEPT_SHARE)]
        self._kept = np.flatnonzero(np.isin(edits.faces, kept))
        self._taught = np.flatnonzero(~np.isin(edits.faces, kept))

    def draw(self, count: int, draws: torch.Generator) -> Batch:
        """Return ``count`` lessons, about half of them mirrored."""
        picks = torch.randint(len(self._taught), (count,), generator=draws).numpy()
        return half_mirrored(self._batch(self._taught[picks]), draws)

    def kept(self) -> Batch:
        """Return the lessons of the faces that the student is never shown."""
        return self._batch(self._kept)

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        cache, edits = self._cache, self._edits
        faces = edits.faces[places]
        return Batch(
            images=values_of(cache.crops[faces]),
            ages=torch.from_numpy(edits.ages[places]),
            own_ages=torch.from_numpy(cache.ages[faces]),
            wanted=values_of(edits.crops[places]),
            landmarks=cache.landmarks[faces].astype(np.float64),
        )
