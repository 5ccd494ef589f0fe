"""What the record of an adapter says, read with types: photographs, losses, settings, memory.

Rules:
    * The plain facts of the record go in (:attr:`forensic_app.records.SubjectAdapter.facts`).
    * What it lacks is ``None`` or empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensic_app.measured import Rows

_SUM = "loss"
_TRAINED = "trained"
_SETTINGS = ("steps", "rank", "seed", "learning_rate")
_FACTS = ("rows_per_step", "seconds_per_step", "precision", "resumed_from")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingPhoto:
    """A photograph that was looked at for an adapter.

    Attributes:
        photo_id: The exhibit.
        sha256: Digest of its original.
        use: ``trained``, ``left out`` or another word of the record.
        age: Age at the photograph that the training used, years.
        age_origin: ``record`` or ``estimate``.
        agreement: Median score with the other photographs' faces.
        face_index: Which of ``face_count`` faces, 0 = largest.
        face_count: Faces in the photograph.
        caption: Caption that the training used.
    """

    photo_id: str
    sha256: str
    use: str
    age: float | None = None
    age_origin: str = ""
    agreement: float | None = None
    face_index: int | None = None
    face_count: int | None = None
    caption: str = ""

    @property
    def is_trained(self) -> bool:
        """Whether the training used it."""
        return self.use == _TRAINED


@dataclass(frozen=True, slots=True)
class LossTerm:
    """A term of a training's loss; ``curve`` holds steps and means over parts of the training.

    Attributes:
        name: Name of the term, ``loss`` for their weighted sum.
        weight: Its weight, ``None`` for the sum.
        curve: ``(last step of the part, mean)``; empty for a term that was left out.
    """

    name: str
    weight: float | None
    curve: tuple[tuple[float, float], ...] = ()


def training_photos(facts: Facts) -> tuple[TrainingPhoto, ...]:
    """Return the photographs that were looked at, trained on or not."""
    return tuple(
        TrainingPhoto(
            photo_id=str(each.get("photo_id") or ""),
            sha256=str(each.get("sha256") or ""),
            use=str(each.get("use") or ""),
            age=each.get("age"),
            age_origin=str(each.get("age_origin") or ""),
            agreement=each.get("agreement"),
            face_index=each.get("face_index"),
            face_count=each.get("face_count"),
            caption=str(each.get("caption") or ""),
        )
        for each in facts.get("photos") or ()
    )


def loss_terms(facts: Facts) -> tuple[LossTerm, ...]:
    """Return the weighted terms of the loss, then what else has a curve."""
    weights, curves = _settings(facts).get("weights") or {}, facts.get("curves") or {}
    return tuple(
        LossTerm(
            name,
            None if name == _SUM or weights.get(name) is None else float(weights[name]),
            tuple((float(step), float(value)) for step, value in curves.get(name, ())),
        )
        for name in (*weights, *(name for name in curves if name not in weights))
    )


def regularization(facts: Facts) -> Rows:
    """Return the facts of the regularization set, digest included."""
    return _rows(facts.get("regularization"))


def gating(facts: Facts) -> Rows:
    """Return the settings of the adapter's strength."""
    return _rows(facts.get("gating"))


def training(facts: Facts) -> Rows:
    """Return settings and facts of the training, such as steps, precision and seconds for a step."""
    settings = _settings(facts)
    rows = [(name, str(settings[name])) for name in _SETTINGS if name in settings]
    rows += [(name, str(facts[name])) for name in _FACTS if facts.get(name) is not None]
    memory = needed_bytes(facts)
    return tuple(rows) if memory is None else (*rows, ("needed_bytes", f"{memory:,}"))


def needed_bytes(facts: Facts) -> int | None:
    """Return how much memory the training needed, in bytes."""
    return (facts.get("memory") or {}).get("needed_bytes") or None


def seconds_per_step(facts: Facts) -> float | None:
    """Return how long a step of the training took, in seconds."""
    return facts.get("seconds_per_step")


def _settings(facts: Facts) -> Mapping[str, Any]:
    return facts.get("settings") or {}


def _rows(values: Mapping[str, Any] | None) -> Rows:
    return tuple((str(name), str(value)) for name, value in (values or {}).items())
