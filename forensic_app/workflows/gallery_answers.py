"""What workers answer of a gallery's photographs, read as what it must be: nothing of it is taken on trust.

Rules:
    * Templates by another matcher, or by other weights, are refused before any is taken.
    * What has not the form of an answer is refused, whoever sent it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensic_app.crews.in_order import GivenUp
from forensic_app.crews.work import Answer, Templates
from forensic_app.errors import EngineError, InvalidInput
from forensic_app.faces.analyser import Embedding
from forensic_app.gallery_files import MadeWith
from forensic_app.workflows.gallery_looking import Refusal

_NO_ANSWER = (
    "Install the same version of Forensic App on every machine that works, then give the same command again."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in a photograph.

    Attributes:
        refused: Why it cannot be enrolled; empty where it can.
        words: The same in words.
        box: Of the face, pixels, to a tenth.
        faces: How many faces were found.
        age: Estimated, years; 0 where it was not asked for.
        template: ``(d,)`` float32.
    """

    refused: str
    words: str
    box: tuple[float, float, float, float]
    faces: int
    age: float
    template: Embedding


def looked_at_face(answer: Answer | GivenUp | None, made: MadeWith, embedding_size: int) -> Seen:
    """Return what an answer says of a photograph that was looked at.

    Args:
        answer: What came of the look.
        made: The gallery's matcher.
        embedding_size: Length of its templates.

    Raises:
        EngineError: It is no answer to that.
        InvalidInput: It is by another matcher.
    """
    facts = checked_facts(answer, made)
    if "refused" in facts:
        refused, words = str(facts["refused"]), str(facts.get("words", ""))
        if refused not in {each.value for each in Refusal}:
            raise no_answer()
        return Seen(refused, words, (0.0, 0.0, 0.0, 0.0), 0, 0.0, _template(None, embedding_size))
    box, faces = facts.get("box"), facts.get("faces")
    if not isinstance(box, list | tuple) or len(box) != 4 or type(faces) is not int or faces < 1:
        raise no_answer()
    left, top, right, bottom = (round(number(each), 1) for each in box)
    age = number(facts.get("age", 0.0))
    return Seen("", "", (left, top, right, bottom), faces, age, _template(answer, embedding_size))


@dataclass(frozen=True, slots=True)
class Series:
    """Derived templates of one face.

    Attributes:
        source_age: Age in the photograph that the change began at, years.
        engine: Engine that changed the age.
        engine_version: Its version.
        is_located: For each age, whether the face was found in the derived picture.
        templates: ``(n, d)`` float32, one row for each age.
    """

    source_age: float
    engine: str
    engine_version: str
    is_located: Sequence[bool]
    templates: Templates


def aged_faces(
    answer: Answer | GivenUp | None,
    made: MadeWith,
    pack_sha256: str,
    embedding_size: int,
    ages: Sequence[float],
) -> Series | None:
    """Return what an answer says of a face at other ages; ``None`` where it was not found again.

    Args:
        answer: What came of it.
        made: The gallery's matcher.
        pack_sha256: Digest of the pack that was asked for.
        embedding_size: Length of the gallery's templates.
        ages: Ages that were asked for.

    Raises:
        EngineError: It is no answer to that.
        InvalidInput: It is by another matcher.
    """
    facts = checked_facts(answer, made)
    if facts.get("pack_sha256") != pack_sha256 or not isinstance(facts.get("is_found"), bool):
        raise no_answer()
    if not facts["is_found"] or not isinstance(answer, Answer):
        return None
    located = facts.get("is_located")
    if not isinstance(located, list | tuple) or not all(isinstance(each, bool) for each in located):
        raise no_answer()
    if len(located) != len(ages) or answer.templates.shape != (len(ages), embedding_size):
        raise no_answer()
    return Series(
        round(number(facts.get("source_age")), 1),
        str(facts.get("engine")),
        str(facts.get("engine_version")),
        located,
        answer.templates,
    )


def checked_facts(answer: Answer | GivenUp | None, made: MadeWith) -> Mapping[str, Any]:
    """Return the facts of an answer by the gallery's matcher.

    Raises:
        EngineError: There is no answer.
        InvalidInput: It is by another matcher.
    """
    if not isinstance(answer, Answer):
        raise no_answer()
    by = answer.facts.get("made_with")
    if not isinstance(by, Mapping):
        raise no_answer()
    if (by.get("analyser"), by.get("analyser_version"), by.get("weights_sha256")) != (
        made.analyser,
        made.analyser_version,
        dict(made.weights_sha256),
    ):
        raise InvalidInput(
            f"A worker has the matcher {by.get('analyser_version')}, or other weights; the gallery was made with "
            f"{made.analyser_version}: their templates cannot be compared.",
            "Install the same version of Forensic App and of its libraries on every machine that works, then give the "
            "same command again: what was written before stays.",
        )
    return answer.facts


def seconds_of(answer: Answer) -> dict[str, float]:
    """Return the processor time that an answer took, by stage."""
    given = answer.facts.get("seconds")
    if not isinstance(given, Mapping):
        return {}
    return {str(stage): number(value) for stage, value in given.items()}


def number(value: Any) -> float:
    """Return a number of an answer.

    Raises:
        EngineError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise no_answer()
    return float(value)


def no_answer() -> EngineError:
    """Return the error to raise for what is no answer to the question."""
    return EngineError("A worker sent what is no answer of this version.", _NO_ANSWER)


def _template(answer: Any, embedding_size: int) -> Embedding:
    import numpy as np

    if not isinstance(answer, Answer):
        return np.zeros(0, np.float32)
    if answer.templates.shape != (1, embedding_size):
        raise no_answer()
    template: Embedding = answer.templates[0]
    return template
