"""Search a probe in a gallery: candidates, one for each subject, with the template that is most like the probe.

Rules:
    * A candidate list is a lead for an examiner, never an identification: each candidate has a score and a rank,
      and says whether its template is of a photograph or of a derived face.
    * Scores are computed from the templates in the vault, whatever index proposed them.
    * A search is one event ``gallery_searched`` with probe, matcher, threshold and candidates. Where another process
      writes to the casebook, a reader can search too; that search is not recorded, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.galleries.comparing import Comparison, comparison_of
from forensic_app.galleries.index import EXACT_BELOW, Opened, exact_index, open_index
from forensic_app.galleries.index_cache import cache_folder
from forensic_app.gallery_files import TemplateKind
from forensic_app.records import Gallery
from forensic_app.settings import load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents, HeldFace
from forensic_app.workflows.gallery_probe import Probe, read_probe
from forensic_app.workflows.gallery_threshold import SearchThreshold, threshold_of

MOST_CANDIDATES = 1_000
_FIRST_PROPOSED = 64
_MOST_PROPOSED = 65_536
"""Templates that a graph is asked for at most: a list of few subjects with very many templates may stay shorter."""

_SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject of the gallery.

    Attributes:
        rank: 1 = most alike.
        score: Comparison score of the subject's best template with the probe.
        is_above_threshold: Whether it is at or above the threshold.
        subject: Identifier of the subject.
        name: Name as enrolled.
        birth_date: Empty when unknown.
        photo_date: Of the photograph, empty when unknown.
        source: Where the photograph came from.
        template: ``photo`` or ``derived``.
        age: Age that the template shows, years; of a derived one the age that was asked for.
        age_origin: ``stated``, ``estimated`` or ``asked for``.
        face: Identifier of the template's face.
        file_name: Name of the photograph as received.
        photo_sha256: Digest of the photograph; of a derived face the one that it goes back to.
        photograph_score: Score of the photograph itself, for a derived template alone.
        pack: Name and version of the pack that a derived face was made with, else empty.
    """

    rank: int
    score: float
    is_above_threshold: bool
    subject: str
    name: str
    birth_date: str
    photo_date: str
    source: str
    template: str
    age: float | None
    age_origin: str
    face: str
    file_name: str
    photo_sha256: str
    photograph_score: float | None
    pack: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes:
        gallery: The gallery.
        probe: What was searched with.
        candidates: Best first.
        threshold: The threshold and what is known of it.
        template_count: Templates searched.
        derived_count: How many of them are of derived faces.
        opened: The index.
        number: Number of the search, which is that of its custody event; ``None`` where it is not recorded.
    """

    gallery: Gallery
    probe: Probe
    candidates: tuple[Candidate, ...]
    threshold: SearchThreshold
    template_count: int
    derived_count: int
    opened: Opened
    number: int | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether the custody log holds the search."""
        return self.number is not None

    @property
    def matcher(self) -> dict[str, Any]:
        """The matcher; JSON types only."""
        return {
            "name": self.gallery.analyser,
            "version": self.gallery.analyser_version,
            "weights_sha256": dict(self.gallery.weights_sha256),
        }


def search_gallery(
    store: CaseStore,
    gallery: Gallery,
    probe: str,
    analyser: FaceAnalyser,
    *,
    top: int = 20,
    fmr: float = 0.001,
    threshold: float | None = None,
    face: int | None = None,
    seed: int = 0,
    home: Path | None = None,
    exact_below: int = EXACT_BELOW,
    report: Callable[[float, str], None] = lambda _fraction, _words: None,
) -> SearchResult:
    """Return the subjects of a gallery that are most like a probe; event ``gallery_searched``.

    Args:
        store: The casebook; opened for reading only, the search is not recorded.
        gallery: The gallery.
        probe: Number of an exhibit, identifier of a derived image, or path of a file.
        analyser: The gallery's matcher.
        top: Most candidates.
        fmr: FMR that the threshold is set at.
        threshold: A threshold in place of the FMR.
        face: Which face of the probe, 1 = largest.
        seed: Seed of the comparisons that the threshold is set on.
        home: The workstation's folder, where the index of a large gallery is kept; as set by default.
        exact_below: From how many templates on an index is used.
        report: Receives progress before each stage; may raise to stop, and nothing is recorded then.

    Raises:
        EvidenceAltered: A file of the casebook is missing or was altered.
        FaceNotFound: The probe shows no face.
        InvalidInput: It is unclear which face is meant, the gallery is empty, or too small for the FMR.
        RecordNotFound: There is no such probe.
        StoreUnavailable: The search cannot be recorded.
    """
    if not 1 <= top <= MOST_CANDIDATES:
        raise InvalidInput(f"{top} candidates cannot be listed.", f"Give 1 to {MOST_CANDIDATES:,}.")
    contents = GalleryContents(store, gallery)
    if contents.template_count == 0:
        raise InvalidInput(
            f"The gallery {gallery.name} is empty.",
            f"Enrol photographs: forensic-app gallery add {gallery.name}.",
        )
    comparison = comparison_of(gallery.analyser)
    report(0.0, "Comparing photographs of different people")
    known = threshold_of(contents, comparison, fmr=fmr, given=threshold, seed=seed)
    report(0.1, "Looking for the face")
    looked = read_probe(store, probe, analyser, face=face)
    folder = cache_folder(home or load_settings().home, store.casebook_id, gallery.gallery_id)
    opened = open_index(
        contents.source(),
        comparison,
        folder,
        exact_below=exact_below,
        report=lambda share, words: report(0.2 + 0.7 * share, words),
    )
    report(0.9, "Comparing the candidates")
    found = candidates(contents, comparison, opened, looked, top=top, threshold=known.value)
    result = SearchResult(
        gallery,
        looked,
        tuple(found),
        known,
        contents.template_count,
        contents.derived_count,
        opened,
    )
    report(1.0, "Recording the search")
    if store.is_read_only:
        return result
    number = store.record_gallery_search(gallery, search_facts(result, seed=seed), case_id=looked.case_id)
    return replace(result, number=number)


def candidates(
    contents: GalleryContents,
    comparison: Comparison,
    opened: Opened,
    probe: Probe,
    *,
    top: int,
    threshold: float,
) -> list[Candidate]:
    """Return the ``top`` subjects by their best template, best first; of equal scores a photograph's comes first.

    A graph that proposes too few subjects though it was asked for every template has lost some: all are compared then.
    """
    count, total = max(_FIRST_PROPOSED, 4 * top), contents.template_count
    total = total if opened.kind == "exact" else min(total, _MOST_PROPOSED)
    while True:
        keys = sorted({int(key) for key in opened.index.nearest(probe.template, min(count, total))})
        held = [contents.held(key) for key in keys]
        best = _best_of_subjects(held, probe, comparison)
        if len(best) >= top or count >= total:
            break
        count *= 4
    if len(best) < top and opened.kind != "exact" and total == contents.template_count:
        everything = exact_index(contents.source(), comparison)
        keys = sorted({int(key) for key in everything.nearest(probe.template, contents.template_count)})
        best = _best_of_subjects([contents.held(key) for key in keys], probe, comparison)
    return [
        _candidate(contents, comparison, probe, each, score, rank=rank, threshold=threshold)
        for rank, (each, score) in enumerate(best[:top], start=1)
    ]


def _best_of_subjects(
    held: list[HeldFace], probe: Probe, comparison: Comparison
) -> list[tuple[HeldFace, float]]:
    scores = comparison.scores(np.stack([each.template for each in held]), probe.template)
    order = sorted(
        zip(held, map(float, scores), strict=True),
        key=lambda pair: (-pair[1], pair[0].face.kind is TemplateKind.DERIVED, pair[0].face_id),
    )
    best: dict[str, tuple[HeldFace, float]] = {}
    for each, score in order:
        best.setdefault(each.face.subject, (each, score))
    return list(best.values())


def _candidate(
    contents: GalleryContents,
    comparison: Comparison,
    probe: Probe,
    held: HeldFace,
    score: float,
    *,
    rank: int,
    threshold: float,
) -> Candidate:
    face, derivation = held.face, held.face.derivation
    of_photograph = None
    if derivation is not None:
        source = contents.held(contents.key_of(derivation.source_face))
        of_photograph = round(
            float(comparison.scores(source.template[None], probe.template)[0]), _SCORE_DIGITS
        )
    return Candidate(
        rank=rank,
        score=round(score, _SCORE_DIGITS),
        is_above_threshold=score >= threshold,
        subject=face.subject,
        name=face.name,
        birth_date=face.birth_date,
        photo_date=face.photo_date,
        source=face.source,
        template=face.kind.value,
        age=face.age,
        age_origin=face.age_origin,
        face=held.face_id,
        file_name=face.file_name,
        photo_sha256=face.photo_sha256,
        photograph_score=of_photograph,
        pack="" if derivation is None else f"{derivation.pack_name} {derivation.pack_version}",
    )


def search_facts(result: SearchResult, *, seed: int) -> dict[str, Any]:
    """Return what a record says of a search; JSON types only."""
    known = result.threshold
    return {
        "gallery": result.gallery.name,
        "probe": result.probe.facts,
        "probe_sha256": result.probe.sha256,
        "threshold": known.value,
        "target_fmr": known.target_fmr,
        "realised_fmr": known.realised_fmr,
        "derived_fmr": known.derived_fmr,
        "is_upper_bound": known.is_upper_bound,
        "non_mated_count": known.non_mated_count,
        "expected_false_candidates": known.expected_false_candidates,
        "seed": seed,
        "templates": result.template_count,
        "derived_templates": result.derived_count,
        "index": result.opened.kind,
        "recall_at_10": result.opened.recall_at_10,
        "candidate_count": len(result.candidates),
        "above_threshold": sum(each.is_above_threshold for each in result.candidates),
        "candidates": [
            {
                "face": each.face,
                "subject": each.subject,
                "score": each.score,
                "template": each.template,
                **({} if each.photograph_score is None else {"photograph_score": each.photograph_score}),
            }
            for each in result.candidates
        ],
    }
