"""What the page shows of a search, whatever was searched: plain values, read beside the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.search.words import (
    CandidateFacts,
    casebook_sentences,
    gallery_sentences,
    photograph_words,
    template_words,
)

if TYPE_CHECKING:
    from forensic_app.records import Gallery
    from forensic_app.searches import CandidateDecision, RecordedSearch
    from forensic_app.workflows.casebook_comparison import CasebookComparison, Lookalike
    from forensic_app.workflows.gallery_decisions import KnownCandidate


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """A face beside the probe.

    Attributes:
        key: The face in a gallery, or the exhibit.
        rank: 1 = most alike.
        name: Who it is said to be; empty where nobody is.
        score: Comparison score.
        is_above: Whether it is at or above the threshold, ``None`` without one.
        is_derived: Whether the template is of a derived face.
        template: What the template was made of, in words.
        facts: Names and values.
        sha256: Digest of the photograph.
        box: The face in it.
        decision: The newest decision; ``None`` without one.
    """

    key: str
    rank: int
    name: str
    score: float
    is_above: bool | None
    is_derived: bool
    template: str
    facts: CandidateFacts
    sha256: str
    box: tuple[float, ...]
    decision: CandidateDecision | None = None


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """A search with its candidates.

    Attributes:
        title: What was searched where.
        sentences: What is to be known of it, the most important first.
        threshold: The threshold, ``None`` where none is known.
        probe_name: Exhibit, derived image or file.
        probe_sha256: Its digest.
        probe_box: Its face; ``None`` where the record holds none.
        is_probe_derived: Whether the probe is a derived image.
        candidates: Best first.
        gallery_id: The gallery; empty for a comparison within the casebook.
        number: Number of the search; 0 where it cannot be decided on.
    """

    title: str
    sentences: tuple[str, ...]
    threshold: float | None
    probe_name: str
    probe_sha256: str
    probe_box: tuple[float, ...] | None
    is_probe_derived: bool
    candidates: tuple[ShownCandidate, ...]
    gallery_id: str = ""
    number: int = 0


def shown_gallery_search(
    gallery: Gallery, search: RecordedSearch, candidates: Sequence[KnownCandidate]
) -> ShownSearch:
    """Return a search of a gallery as the page shows it."""
    probe = search.probe
    box = probe.get("box")
    return ShownSearch(
        title=f"{probe['name']} · {gallery.name}",
        sentences=gallery_sentences(
            gallery, search, has_derived=any(_is_derived(each) for each in candidates)
        ),
        threshold=search.threshold,
        probe_name=str(probe["name"]),
        probe_sha256=str(probe["sha256"]),
        probe_box=None if box is None else tuple(map(float, box)),
        is_probe_derived=probe["kind"] == "derived_image",
        candidates=tuple(_of_gallery(each) for each in candidates),
        gallery_id=gallery.gallery_id,
        number=search.sequence,
    )


def shown_casebook_comparison(result: CasebookComparison) -> ShownSearch:
    """Return a comparison within the casebook as the page shows it."""
    return ShownSearch(
        title=result.probe.name,
        sentences=casebook_sentences(result),
        threshold=None if result.threshold is None else result.threshold.value,
        probe_name=result.probe.name,
        probe_sha256=result.probe.sha256,
        probe_box=result.probe.box,
        is_probe_derived=result.probe.kind == "derived_image",
        candidates=tuple(
            _of_casebook(each, rank, has_threshold=result.threshold is not None)
            for rank, each in enumerate(result.found, start=1)
        ),
    )


def _is_derived(candidate: KnownCandidate) -> bool:
    return candidate.found.template == "derived"


def _of_gallery(candidate: KnownCandidate) -> ShownCandidate:
    face = candidate.face
    return ShownCandidate(
        key=candidate.found.face,
        rank=candidate.found.rank,
        name=face.name,
        score=candidate.found.score,
        is_above=candidate.is_above_threshold,
        is_derived=_is_derived(candidate),
        template=template_words(candidate),
        facts=photograph_words(candidate),
        sha256=face.photo_sha256,
        box=face.box,
        decision=candidate.decision,
    )


def _of_casebook(each: Lookalike, rank: int, *, has_threshold: bool) -> ShownCandidate:
    from ui.search.words import exhibit_facts, exhibit_template

    return ShownCandidate(
        key=each.exhibit.exhibit_id,
        rank=rank,
        name=each.subject_name,
        score=each.score,
        is_above=each.is_above_threshold if has_threshold else None,
        is_derived=False,
        template=exhibit_template(each),
        facts=exhibit_facts(each),
        sha256=each.exhibit.picture_sha256,
        box=each.box,
    )
