"""What a report says of searches of galleries: records with names and faces beside them."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.gallery_files import GalleryFace
from forensic_app.records import Gallery
from forensic_app.reports.run_content import Picture
from forensic_app.searches import CandidateDecision, FoundCandidate, RecordedSearch


@dataclass(frozen=True, slots=True)
class CandidateSection:
    """A candidate that the report lists.

    Attributes:
        found: As the search recorded it.
        face: Who it is, and of what the template was made.
        is_above_threshold: Whether it is at or above the threshold.
        decision: The newest decision; ``None`` without one.
        picture: The face in its photograph; of a derived template the photograph that it goes back to.
    """

    found: FoundCandidate
    face: GalleryFace
    is_above_threshold: bool
    decision: CandidateDecision | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class SearchSection:
    """A search of a gallery with a picture of the case.

    Attributes:
        record: The search.
        gallery: What was searched.
        candidates: Those that are listed, best first.
        omitted: Candidates below the threshold, without a decision, that are not listed.
        probe_words: Exhibit number, or identifier of the derived image.
        probe_picture: The face that was searched with; ``None`` for a derived image, which is shown with its run.
    """

    record: RecordedSearch
    gallery: Gallery
    candidates: tuple[CandidateSection, ...]
    omitted: int
    probe_words: str
    probe_picture: Picture | None = None

    @property
    def has_derived(self) -> bool:
        """Whether the probe, or a template that is listed, is of a derived face."""
        return self.record.probe["kind"] == "derived_image" or any(
            each.found.template == "derived" for each in self.candidates
        )
