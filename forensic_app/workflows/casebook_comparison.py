"""Who else looks like this? A face among the casebook's photographs, and a photograph with its subject's others.

Rules:
    * A face that looks alike is a lead and identifies nobody. The threshold comes from research sets, of other people
      than the casebook's; how many false candidates to expect says so.
    * Faces of the same subject as the chosen photograph are left out of the first comparison; they are all there is in
      the second one.
    * Both are events on the exhibit; a reader beside a writer records nothing, and that is said.
    * People change: a low score across decades says little, so the second comparison asks what real photographs of one
      person as far apart score (:mod:`forensic_app.real_ageing`), and is silent where that is not known.

References:
    ISO/IEC 19795-1:2021 (false match rate).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from forensic_app.errors import FaceNotFound, InvalidInput, UnreadableImage
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser
from forensic_app.galleries.entries import age_between
from forensic_app.real_ageing import KnownThreshold, ageing_curve, known_threshold
from forensic_app.records import Case, Exhibit, Subject
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import exhibit_pixels
from forensic_app.workflows.gallery_probe import Probe, read_probe

COMPARED: Final = "exhibit_compared"
COMPARED_WITH_OWN: Final = "exhibit_compared_with_own"
FMR: Final = 0.001
_SCORE_DIGITS = 4
_PAGE = 200

Report = Callable[[float, str], None]


def _say_nothing(_share: float, _words: str) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A face of another photograph of the casebook.

    Attributes:
        exhibit: The photograph.
        subject_name: Whom it is stated to show; empty where nobody is.
        case_number: Its case.
        score: Comparison score with the chosen face.
        is_above_threshold: Whether it is at or above the threshold.
        box: ``(left, top, right, bottom)`` of the face, pixels of the decoded photograph.
        face_index: Which face of the photograph, 0 = largest.
        face_count: Faces in it.
    """

    exhibit: Exhibit
    subject_name: str
    case_number: str
    score: float
    is_above_threshold: bool
    box: tuple[float, float, float, float]
    face_index: int
    face_count: int


@dataclass(frozen=True, slots=True)
class CasebookComparison:
    """A face among the photographs of the casebook.

    Attributes:
        probe: The chosen face.
        found: Best first, at most as many as were asked for.
        threshold: The threshold and what it was measured on; ``None`` where none is known for this recogniser.
        matcher: Name and version of the recogniser.
        faces: Faces that were compared.
        photographs: Photographs that they are in.
        left_out: Photographs without a face, or that cannot be read, with the reason.
        is_recorded: Whether the custody log holds the comparison.
    """

    probe: Probe
    found: tuple[Lookalike, ...]
    threshold: KnownThreshold | None
    matcher: str
    faces: int
    photographs: int
    left_out: tuple[str, ...]
    is_recorded: bool

    @property
    def expected_false_candidates(self) -> float | None:
        """Faces of other people at or above the threshold that chance alone brings; ``None`` without a threshold."""
        return None if self.threshold is None else self.threshold.fmr * self.faces


def compare_with_casebook(
    store: CaseStore,
    probe: str,
    analyser: FaceAnalyser,
    *,
    top: int = 20,
    face: int | None = None,
    report: Report = _say_nothing,
) -> CasebookComparison:
    """Return the faces of other subjects' photographs that are most like a chosen one; event ``exhibit_compared``.

    Args:
        store: The casebook; opened for reading only, nothing is recorded.
        probe: Number of an exhibit, or identifier of a derived image.
        analyser: The recogniser.
        top: Most faces that are listed.
        face: Which face of the probe, 1 = largest.
        report: Receives progress; may raise to stop, and nothing is recorded then.

    Raises:
        EvidenceAltered: A photograph no longer has its digest.
        FaceNotFound: The probe shows no face.
        InvalidInput: It is unclear which face is meant, or the probe is a file.
        RecordNotFound: There is no such probe.
    """
    if top < 1:
        raise InvalidInput(f"{top} faces cannot be listed.", "Give 1 at least.")
    report(0.0, "Looking for the face")
    looked = read_probe(store, probe, analyser, face=face)
    if looked.kind == "file":
        raise InvalidInput(f"{probe} is no exhibit.", "Receive the photograph first.")
    of = _exhibit_of(store, looked)
    others = [
        each
        for each in _every_exhibit(store)
        if each.exhibit_id != of.exhibit_id
        and (of.subject_id is None or each.subject_id != of.subject_id)
        and each.picture_sha256 != of.picture_sha256
    ]
    names, cases = _names(store), {each.case_id: each.case_number for each in _cases(store)}
    known = known_threshold(analyser.name, analyser.weights_sha256, fmr=FMR)
    found: list[Lookalike] = []
    left_out: list[str] = []
    for number, other in enumerate(others):
        report(0.05 + 0.9 * number / len(others), "Comparing photographs")
        faces, reason = _templates(store, other, analyser)
        if reason:
            left_out.append(f"{other.exhibit_number}: {reason}")
        for place, (each, template) in enumerate(faces):
            score = analyser.comparison_score(template, looked.template[0])
            found.append(
                Lookalike(
                    exhibit=other,
                    subject_name=names.get(other.subject_id or "", ""),
                    case_number=cases.get(other.case_id, ""),
                    score=round(score, _SCORE_DIGITS),
                    is_above_threshold=known is not None and score >= known.value,
                    box=_box(each),
                    face_index=place,
                    face_count=len(faces),
                )
            )
    found.sort(key=lambda each: (-each.score, each.exhibit.exhibit_id, each.face_index))
    report(1.0, "Recording the comparison")
    result = CasebookComparison(
        probe=looked,
        found=tuple(found[:top]),
        threshold=known,
        matcher=f"{analyser.name}, {analyser.version}",
        faces=len(found),
        photographs=len(others),
        left_out=tuple(left_out),
        is_recorded=not store.is_read_only,
    )
    if result.is_recorded:
        _record(store, of, result, analyser)
    return result


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A photograph against another one of the same subject.

    Attributes:
        exhibit_id: The other photograph.
        exhibit_number: Its number.
        score: Comparison score.
        gap_years: Years between both; ``None`` where a date or age is not recorded.
        usual_low: Score that 19 of 20 real pairs as far apart reach; ``None`` where that is not known.
    """

    exhibit_id: str
    exhibit_number: str
    score: float
    gap_years: float | None
    usual_low: float | None

    @property
    def is_unusual(self) -> bool:
        """Whether fewer than one in 20 real pairs as far apart score as low."""
        return self.usual_low is not None and self.score < self.usual_low


@dataclass(frozen=True, slots=True)
class OwnComparison:
    """A photograph against the others of its subject.

    Attributes:
        scores: One for each other photograph with a face.
        measured_on: Data set of the curve that the scores are held against; empty where none is of the recogniser.
        reason: Why nothing was compared; empty where something was.
    """

    scores: tuple[OwnScore, ...]
    measured_on: str = ""
    reason: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether every photograph whose gap is known scores lower than 19 of 20 real pairs do."""
        known = [each for each in self.scores if each.usual_low is not None]
        return bool(known) and all(each.is_unusual for each in known)


def compare_with_own(
    store: CaseStore, exhibit: str, analyser: FaceAnalyser, *, report: Report = _say_nothing
) -> OwnComparison:
    """Compare a photograph with the others of its subject; event ``exhibit_compared_with_own`` where something was.

    Args:
        store: The casebook; opened for reading only, nothing is recorded.
        exhibit: Number or identifier of the exhibit.
        analyser: The recogniser.
        report: Receives progress; may raise to stop.

    Raises:
        EvidenceAltered: A photograph no longer has its digest.
        RecordNotFound: There is no such exhibit.
    """
    record = store.exhibit(exhibit)
    curve = ageing_curve(analyser.name, analyser.weights_sha256)
    others = other_photographs(store, record)
    if not others:
        return OwnComparison((), reason="the subject has no other photograph")
    report(0.0, "Looking for the face")
    try:
        probe = read_probe(store, record.exhibit_id, analyser, face=None)
    except (FaceNotFound, InvalidInput, UnreadableImage) as error:
        return OwnComparison((), reason=error.message.rstrip("."))
    subject = store.subject(record.subject_id or "")
    scores = []
    for number, other in enumerate(others):
        report((number + 1) / (len(others) + 1), "Comparing photographs")
        faces, _ = _templates(store, other, analyser, only_largest=True)
        for _, template in faces:
            gap = age_gap(record, other, subject)
            point = None if curve is None or gap is None else curve.at(gap)
            scores.append(
                OwnScore(
                    other.exhibit_id,
                    other.exhibit_number,
                    round(analyser.comparison_score(template, probe.template[0]), _SCORE_DIGITS),
                    gap,
                    None if point is None else point.low,
                )
            )
    if not scores:
        return OwnComparison((), reason="no face was found in the subject's other photographs")
    result = OwnComparison(tuple(scores), "" if curve is None else curve.data)
    if not store.is_read_only:
        store.record_event(
            COMPARED_WITH_OWN,
            object_type="exhibit",
            object_id=record.exhibit_id,
            case_id=record.case_id,
            details={
                "sha256": record.picture_sha256,
                **_matcher(analyser),
                "measured_on": result.measured_on,
                "disagrees": result.disagrees,
                "scores": [
                    {
                        "exhibit": each.exhibit_id,
                        "number": each.exhibit_number,
                        "score": each.score,
                        "gap_years": each.gap_years,
                        "usual_low": each.usual_low,
                    }
                    for each in scores
                ],
            },
        )
    return result


def other_photographs(store: CaseStore, exhibit: Exhibit) -> list[Exhibit]:
    """Return the other photographs of an exhibit's subject; none where no subject is stated."""
    return [
        each
        for each in store.exhibits(exhibit.case_id)
        if exhibit.subject_id is not None
        and each.subject_id == exhibit.subject_id
        and each.exhibit_id != exhibit.exhibit_id
    ]


def recorded_own_comparison(store: CaseStore, exhibit_id: str) -> OwnComparison | None:
    """Return the newest recorded comparison of an exhibit with its subject's others; ``None`` without one."""
    events = [each for each in store.events_on("exhibit", exhibit_id) if each.action == COMPARED_WITH_OWN]
    if not events:
        return None
    told = events[-1].details
    return OwnComparison(
        tuple(
            OwnScore(
                str(each["exhibit"]),
                str(each["number"]),
                float(each["score"]),
                each["gap_years"],
                each["usual_low"],
            )
            for each in told["scores"]
        ),
        str(told["measured_on"]),
    )


def age_gap(first: Exhibit, second: Exhibit, subject: Subject) -> float | None:
    """Return the years between two photographs of a subject, ``None`` where they are not recorded.

    The stated ages count, else the dates of the photographs and of birth.
    """
    ages = [age_in(each, subject) for each in (first, second)]
    if ages[0] is not None and ages[1] is not None:
        return round(abs(ages[0] - ages[1]), 1)
    apart = age_between(first.photo_date, second.photo_date)
    return None if apart is None else round(abs(apart), 1)


def age_in(exhibit: Exhibit, subject: Subject) -> float | None:
    """Return the subject's age in a photograph, years: as stated, else of the dates; ``None`` where unknown."""
    if exhibit.age_at_photo is not None:
        return exhibit.age_at_photo
    return age_between(subject.birth_date, exhibit.photo_date)


def own_comparison_words(result: OwnComparison) -> str:
    """Return what an examiner should know of a comparison with the subject's own photographs; empty where nothing."""
    if not result.disagrees:
        return ""
    told = "; ".join(
        f"{each.exhibit_number}: {each.score:.3f}, {each.gap_years:g} years apart, where 19 of 20 real pairs "
        f"reach {each.usual_low:.3f}"
        for each in result.scores
        if each.usual_low is not None
    )
    return (
        f"The face is less like the subject's other photographs than real photographs of one person usually are "
        f"({told}; measured on {result.measured_on}). That does not say that it is somebody else: people "
        "change over decades, and one pair in 20 scores lower still. Check whom the photograph shows."
    )


def _record(store: CaseStore, of: Exhibit, result: CasebookComparison, analyser: FaceAnalyser) -> None:
    known = result.threshold
    store.record_event(
        COMPARED,
        object_type="exhibit",
        object_id=of.exhibit_id,
        case_id=of.case_id,
        details={
            "sha256": of.sha256,
            "probe": result.probe.facts,
            **_matcher(analyser),
            "threshold": None if known is None else known.value,
            "fmr": None if known is None else known.fmr,
            "measured_on": "" if known is None else known.data,
            "expected_false_candidates": result.expected_false_candidates,
            "faces": result.faces,
            "photographs": result.photographs,
            "above_threshold": sum(each.is_above_threshold for each in result.found),
            "candidates": [
                {"exhibit": each.exhibit.exhibit_id, "face_index": each.face_index, "score": each.score}
                for each in result.found
            ],
        },
    )


def _matcher(analyser: FaceAnalyser) -> dict[str, Any]:
    return {
        "analyser": analyser.name,
        "analyser_version": analyser.version,
        "weights_sha256": dict(analyser.weights_sha256),
    }


def _exhibit_of(store: CaseStore, probe: Probe) -> Exhibit:
    if probe.kind == "exhibit":
        return store.exhibit(probe.name)
    return store.exhibit(store.run(store.derived_image(probe.name).run_id).spec.exhibit_id)


def _cases(store: CaseStore) -> list[Case]:
    found: list[Case] = []
    while page := store.cases(limit=_PAGE, offset=len(found)):
        found += page
    return found


def _every_exhibit(store: CaseStore) -> Iterable[Exhibit]:
    for case in _cases(store):
        yield from store.exhibits(case.case_id)


def _names(store: CaseStore) -> dict[str, str]:
    return {each.subject_id: each.name for case in _cases(store) for each in store.subjects(case.case_id)}


def _templates(
    store: CaseStore, exhibit: Exhibit, analyser: FaceAnalyser, *, only_largest: bool = False
) -> tuple[list[tuple[DetectedFace, Embedding]], str]:
    """Return the faces of a photograph with their templates, and why there are none."""
    try:
        pixels = exhibit_pixels(store, exhibit)
    except UnreadableImage as error:
        return [], error.message.rstrip(".")
    found = analyser.detect(pixels)
    if not found:
        return [], "no face was found"
    chosen = found[:1] if only_largest else found
    return [(each, analyser.embed(pixels, each)) for each in chosen], ""


def _box(face: DetectedFace) -> tuple[float, float, float, float]:
    left, top, right, bottom = (round(float(each), 1) for each in face.box)
    return left, top, right, bottom
