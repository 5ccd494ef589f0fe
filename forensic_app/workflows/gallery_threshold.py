"""The threshold of a search: what a gallery's own photographs of different people score.

Rules:
    * A threshold at an FMR is set on comparisons of photographs of different subjects of the gallery itself; fewer of
      them than one expected false match are refused.
    * Derived templates set no threshold. How often they match photographs of others at it is measured beside it.
    * How many false candidates a search brings is expected of all templates together: FMR times templates, of
      photographs and of derived faces. Where none was seen, the rule of three bounds it. Where no derived template
      was drawn, the FMR of photographs stands in.

References:
    ISO/IEC 19795-1:2021 (false match rate, rule of 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.error_rates import (
    false_match_rate,
    least_non_mated_count,
    rule_of_three,
    threshold_at_fmr,
)
from forensic_app.galleries.comparing import Comparison, Templates
from forensic_app.galleries.entries import name_key
from forensic_app.galleries.sampling import crossed_scores, non_mated_count, non_mated_scores, people_needed
from forensic_app.gallery_files import TemplateKind
from forensic_app.workflows.gallery_contents import GalleryContents

LEAST_COMPARISONS = 1_000_000
MOST_COMPARISONS = 10_000_000
COMPARISONS_FOR_EACH_FALSE_MATCH = 10
SAMPLED_BATCHES = 64

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SearchThreshold:
    """A threshold and what is known of it.

    Attributes:
        value: Scores at or above it are candidates above the threshold; ``None`` where none could be set.
        target_fmr: FMR asked for, a fraction; ``None`` where the threshold was given.
        realised_fmr: FMR of the gallery's own photographs at it; ``None`` without comparisons.
        derived_fmr: FMR of its derived templates against photographs of others; ``None`` without any.
        non_mated_count: Comparisons of photographs behind it.
        expected_false_candidates: Templates of other people that a search of somebody who is not in the gallery is
            expected to find at or above it; ``None`` without comparisons.
        is_upper_bound: Whether that is a bound, because no false match was seen.
    """

    value: float
    target_fmr: float | None
    realised_fmr: float | None
    derived_fmr: float | None
    non_mated_count: int
    expected_false_candidates: float | None
    is_upper_bound: bool


def threshold_of(
    contents: GalleryContents,
    comparison: Comparison,
    *,
    fmr: float,
    given: float | None,
    seed: int = 0,
) -> SearchThreshold:
    """Return the threshold of a search at an FMR, or what is known of one that was given.

    Args:
        contents: The gallery.
        comparison: How its matcher compares.
        fmr: Fraction in ``(0, 1]``.
        given: A threshold in place of the FMR.
        seed: Seed of what is drawn: batches, and comparisons.

    Raises:
        InvalidInput: The FMR is out of bounds, or the gallery has too few photographs of different people for it.
    """
    if not 0 < fmr <= 1:
        raise InvalidInput(f"The FMR cannot be {fmr:g}.", "Give a fraction, such as 0.001.")
    if given is not None and not math.isfinite(given):
        raise InvalidInput(f"The threshold cannot be {given}.", "Give a score.")
    photos, derived = _sampled(contents, seed)
    available = non_mated_count(photos[1])
    needed = least_non_mated_count(fmr)
    if given is None and min(available, MOST_COMPARISONS) < needed:
        people = people_needed(needed)
        raise InvalidInput(
            f"An FMR of {fmr:g} needs {needed:,} comparisons of different people; the gallery "
            f"{contents.gallery.name} has {available:,}.",
            f"Enrol {people:,} people at least, ask for a higher FMR, or give a --threshold that is known from "
            "elsewhere.",
        )
    most = min(MOST_COMPARISONS, max(LEAST_COMPARISONS, COMPARISONS_FOR_EACH_FALSE_MATCH * needed))
    scores = non_mated_scores(*photos, comparison, most=most, seed=seed)
    value = threshold_at_fmr(scores, target_fmr=fmr).value if given is None else given
    crossed = crossed_scores(derived, photos, comparison, most=LEAST_COMPARISONS, seed=seed)
    of_photos, of_derived = _rate(scores, value), _rate(crossed, value)
    derived_count = contents.derived_count
    parts = [
        (of_photos, len(scores), contents.template_count - derived_count),
        (of_photos if of_derived is None else of_derived, len(crossed) or len(scores), derived_count),
    ]
    known = [(rate or rule_of_three(count), many) for rate, count, many in parts if rate is not None and many]
    expected = sum(rate * many for rate, many in known) if of_photos is not None else None
    return SearchThreshold(
        value=value,
        target_fmr=fmr if given is None else None,
        realised_fmr=of_photos,
        derived_fmr=of_derived,
        non_mated_count=len(scores),
        expected_false_candidates=expected,
        is_upper_bound=any(rate == 0.0 for rate, _, many in parts if many),
    )


def _rate(scores: NDArray[np.float64], threshold: float) -> float | None:
    return false_match_rate(scores, threshold=threshold) if scores.size else None


def _sampled(contents: GalleryContents, seed: int) -> tuple[tuple[Templates, Codes], tuple[Templates, Codes]]:
    """Return templates of photographs and of derived faces, and whose each is, of batches drawn by the seed."""
    places = range(len(contents.batches))
    if len(places) > SAMPLED_BATCHES:
        drawn = np.random.default_rng(seed).choice(len(places), size=SAMPLED_BATCHES, replace=False)
        chosen = sorted(map(int, drawn))
    else:
        chosen = list(places)
    people: dict[str, int] = {}
    rows: dict[TemplateKind, list[Templates]] = {kind: [] for kind in TemplateKind}
    codes: dict[TemplateKind, list[int]] = {kind: [] for kind in TemplateKind}
    for place in chosen:
        faces, templates = contents.live_batch(place)
        for face, template in zip(faces, templates, strict=True):
            rows[face.kind].append(template)
            codes[face.kind].append(people.setdefault(name_key(face.name), len(people)))
    empty = np.zeros((0, contents.gallery.embedding_size), np.float32)
    photos, derived = (
        (np.stack(rows[kind]) if rows[kind] else empty, np.array(codes[kind], dtype=np.intp))
        for kind in (TemplateKind.PHOTO, TemplateKind.DERIVED)
    )
    return photos, derived
