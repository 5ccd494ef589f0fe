"""What the page of searches does beside the event loop, through the workflows that the command line uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forensic_app.records import Gallery
from ui.search.shown import ShownSearch, shown_casebook_comparison, shown_gallery_search

if TYPE_CHECKING:
    from forensic_app.searches import RecordedSearch
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.gallery_matcher import LoadMatcher


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the page.

    Attributes:
        probe: Identifier of an exhibit or derived image.
        gallery_id: The gallery; empty for the photographs of the casebook.
        top: Most candidates.
        fmr: FMR that the threshold is set at, a fraction.
        face: Which face of the picture, 1 = largest; ``None`` for the clear one.
    """

    probe: str
    gallery_id: str
    top: int
    fmr: float
    face: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be searched.

    Attributes:
        galleries: Every gallery.
        counts: Faces added to each, by its identifier.
        searches: Recorded searches of each, oldest first.
    """

    galleries: Sequence[Gallery]
    counts: Mapping[str, int]
    searches: Mapping[str, Sequence[RecordedSearch]]


def choices_of(store: CaseStore) -> Choices:
    """Return the galleries with their searches."""
    galleries = store.galleries()
    return Choices(
        galleries,
        {
            each.gallery_id: sum(batch.face_count for batch in store.gallery_batches(each.gallery_id))
            - sum(len(removal.faces) for removal in store.gallery_removals(each.gallery_id))
            for each in galleries
        },
        {each.gallery_id: store.gallery_searches(each.gallery_id) for each in galleries},
    )


def searched(
    store: CaseStore, asked: Asked, *, load: LoadMatcher, report: Callable[[float, str], None]
) -> ShownSearch:
    """Search, and return what is to be shown of it.

    Args:
        store: The casebook.
        asked: The question.
        load: Loads the matcher.
        report: Receives progress; may raise to stop, and nothing is recorded then.

    Raises:
        ForensicAppError: As :func:`~forensic_app.workflows.gallery_search.search_gallery` and
            :func:`~forensic_app.workflows.casebook_comparison.compare_with_casebook` do.
    """
    if not asked.gallery_id:
        from forensic_app.workflows.casebook_comparison import compare_with_casebook

        found = compare_with_casebook(
            store, asked.probe, load("dlib", None), top=asked.top, face=asked.face, report=report
        )
        return shown_casebook_comparison(found)
    from forensic_app.workflows.gallery_contents import GalleryContents
    from forensic_app.workflows.gallery_decisions import known_candidates, unrecorded_search
    from forensic_app.workflows.gallery_matcher import matcher_of
    from forensic_app.workflows.gallery_search import search_gallery

    gallery = store.gallery(asked.gallery_id)
    result = search_gallery(
        store,
        gallery,
        asked.probe,
        matcher_of(store, gallery, load=load),
        top=asked.top,
        fmr=asked.fmr,
        face=asked.face,
        report=report,
    )
    if result.number is not None:
        return read_search(store, gallery.gallery_id, result.number)
    search = unrecorded_search(result)
    return shown_gallery_search(gallery, search, known_candidates(GalleryContents(store, gallery), search))


def read_search(store: CaseStore, gallery_id: str, number: int) -> ShownSearch:
    """Return a recorded search as the page shows it.

    Raises:
        EvidenceAltered: The file of a batch is missing or was altered.
        RecordNotFound: There is no such search.
    """
    from forensic_app.workflows.gallery_contents import GalleryContents
    from forensic_app.workflows.gallery_decisions import known_candidates, recorded_search

    gallery = store.gallery(gallery_id)
    search = recorded_search(store, gallery, number)
    return shown_gallery_search(gallery, search, known_candidates(GalleryContents(store, gallery), search))
