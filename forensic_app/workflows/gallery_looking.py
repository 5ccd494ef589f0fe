"""Look at one photograph for a gallery: decode it, find its face, make its template. What a worker does.

Rules:
    * Nothing here knows of a casebook: bytes come in, an answer goes out. What it means is decided by who asked.
    * What cannot be enrolled is an answer, with its reason.
    * Every answer says by which matcher it is, so that no template by another one is taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from forensic_app.crews.work import Answer, Job, Work
from forensic_app.engines.packs.travelling import TravellingPack
from forensic_app.errors import UnreadableImage
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.registry import load_analyser
from forensic_app.gallery_files import MadeWith
from forensic_app.images import load_working_copy_from

Result = TypeVar("Result")


class Refusal(StrEnum):
    """Why a photograph is not enrolled, as far as it can be seen."""

    UNREADABLE = "unreadable"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"


@dataclass(frozen=True, slots=True)
class MatcherRecipe:
    """Which matcher a worker loads.

    Attributes:
        analyser: Registry name.
        pack: Its pack; ``None`` for the bundled one.
    """

    analyser: str
    pack: TravellingPack | None = None

    def loaded(self, *, threads: int = 1) -> FaceAnalyser:
        """Load it.

        Raises:
            PackAltered: A file does not have its digest, or it is another pack.
            PackMissing: A part of it is not there.
        """
        if self.pack is None:
            return load_analyser(self.analyser)
        from forensic_app.engines.matcher.loading import load_matcher

        with self.pack.opened() as pack:
            return load_matcher(pack, threads=threads)

    def travelling(self) -> MatcherRecipe:
        """Return it with the pack's files."""
        return self if self.pack is None else replace(self, pack=self.pack.with_files())


@dataclass(frozen=True, slots=True)
class LookRecipe:
    """How a worker is set up to look at photographs.

    Attributes:
        matcher: The gallery's matcher.
        largest_face: Whether the largest of several faces is taken.
        max_pixels: Largest photograph that is decoded, in pixels.
    """

    matcher: MatcherRecipe
    largest_face: bool
    max_pixels: int

    def build(self) -> Work:
        """Load the matcher."""
        return Looker(self.matcher.loaded(), largest_face=self.largest_face, max_pixels=self.max_pixels)

    def travelling(self) -> LookRecipe:
        """Return the recipe for other machines."""
        return replace(self, matcher=self.matcher.travelling())


class Seconds:
    """Processor time by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def of(self, stage: str, work: Callable[[], Result]) -> Result:
        """Return what ``work`` returns, and count its time to a stage."""
        began = time.process_time()
        try:
            return work()
        finally:
            self.spent[stage] = self.spent.get(stage, 0.0) + time.process_time() - began

    def rounded(self) -> dict[str, float]:
        """Return seconds by stage, to the tenth of a millisecond."""
        return {stage: round(value, 4) for stage, value in self.spent.items()}


class Looker:
    """Looks at one photograph after the other."""

    def __init__(self, analyser: FaceAnalyser, *, largest_face: bool, max_pixels: int | None = None) -> None:
        """Take the matcher, loaded."""
        self._analyser, self._largest_face, self._max_pixels = analyser, largest_face, max_pixels

    def __call__(self, job: Job) -> Answer:
        """Return box, number of faces, age where it is wanted, and the template ``(1, d)`` of a photograph's face.

        Args:
            job: ``asked`` holds ``name`` (for what is said of the file) and ``wants_age``.
        """
        seconds = Seconds()
        facts: dict[str, Any] = {"made_with": facts_of(self._analyser)}

        def refused(why: Refusal, words: str) -> Answer:
            return Answer(
                job.digest, {**facts, "refused": why.value, "words": words, "seconds": seconds.rounded()}
            )

        try:
            pixels = seconds.of(
                "decode",
                lambda: load_working_copy_from(job.data, str(job.asked["name"]), max_pixels=self._max_pixels),
            )
        except UnreadableImage as error:
            return refused(Refusal.UNREADABLE, error.message.rstrip("."))
        found = seconds.of("detect", lambda: self._analyser.detect(pixels))
        if not found:
            return refused(Refusal.NO_FACE, "no face was found")
        if len(found) > 1 and not self._largest_face:
            words = f"it shows {len(found)} faces, and does not say which is meant"
            return refused(Refusal.SEVERAL_FACES, words)
        face = found[0]
        if job.asked["wants_age"]:
            facts["age"] = float(seconds.of("age", lambda: self._analyser.estimate_age(pixels, face)).years)
        template = seconds.of("embed", lambda: self._analyser.embed(pixels, face))
        facts |= {
            "box": [float(each) for each in face.box],
            "faces": len(found),
            "seconds": seconds.rounded(),
        }
        return Answer(job.digest, facts, template[None])


def facts_of(analyser: FaceAnalyser) -> dict[str, Any]:
    """Return what an answer says of the matcher; JSON values."""
    return asdict(MadeWith(analyser.name, analyser.version, dict(analyser.weights_sha256)))
