"""Gather what a report prints of searches of galleries, every file read through its digest.

Rules:
    * Listed are the candidates at or above the threshold, those that were decided on, and in any case the best five.
    * A derived image is not shown here: with its run it is, where it was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PIL import Image

from forensic_app.errors import UnreadableImage
from forensic_app.images import load_working_copy_from
from forensic_app.records import Case, Exhibit
from forensic_app.reports import pictures
from forensic_app.reports.run_content import Picture
from forensic_app.reports.search_content import CandidateSection, SearchSection
from forensic_app.searches import RecordedSearch, searches_of
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_decisions import KnownCandidate, known_candidates

ALWAYS_LISTED = 5
MOST_LISTED = 40
_FACE_PX = 240


def search_sections(store: CaseStore, case: Case, exhibits: Sequence[Exhibit]) -> tuple[SearchSection, ...]:
    """Return the recorded searches with pictures of a case, oldest first.

    Raises:
        EvidenceAltered: A photograph, or the file of a gallery's batch, no longer has its digest.
    """
    contents: dict[str, GalleryContents] = {}
    numbers = {each.exhibit_id: each.exhibit_number for each in exhibits}
    found = []
    for search in searches_of(store.events(case.case_id)):
        if search.gallery_id not in contents:
            contents[search.gallery_id] = GalleryContents(store, store.gallery(search.gallery_id))
        found.append(_section(store, search, contents[search.gallery_id], numbers))
    return tuple(found)


def _section(
    store: CaseStore, search: RecordedSearch, contents: GalleryContents, numbers: Mapping[str, str]
) -> SearchSection:
    known = known_candidates(contents, search)
    listed = [
        each
        for each in known
        if each.is_above_threshold or each.decision is not None or each.found.rank <= ALWAYS_LISTED
    ][:MOST_LISTED]
    name = str(search.probe["name"])
    is_photo = search.probe["kind"] == "exhibit"
    return SearchSection(
        record=search,
        gallery=contents.gallery,
        candidates=tuple(_candidate(store, each) for each in listed),
        omitted=len(known) - len(listed),
        probe_words=numbers.get(name, name),
        probe_picture=_face(store, str(search.probe["sha256"]), search.probe.get("box"))
        if is_photo
        else None,
    )


def _candidate(store: CaseStore, known: KnownCandidate) -> CandidateSection:
    return CandidateSection(
        found=known.found,
        face=known.face,
        is_above_threshold=known.is_above_threshold,
        decision=known.decision,
        picture=_face(store, known.face.photo_sha256, known.face.box),
    )


def _face(store: CaseStore, sha256: str, box: Sequence[float] | None) -> Picture | None:
    """Return a face cut from a photograph of the vault, all of it where the record says no place."""
    try:
        image = Image.fromarray(
            load_working_copy_from(store.vault.read_verified(sha256), f"of a search, {sha256[:16]}…")
        )
    except UnreadableImage:
        return None
    if box is None:
        return pictures.thumbnail(image, side_px=_FACE_PX)
    part = image.crop(pictures.excerpt_around(box, image.size).window)
    return pictures.thumbnail(part, side_px=_FACE_PX)
