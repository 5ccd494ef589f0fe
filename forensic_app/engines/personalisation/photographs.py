"""The subject's photographs: which face of each, whether the faces agree, how old the person is in each.

Rules:
    * Where a photograph shows several faces, the one that is most like the faces of the other photographs is
      used.
    * A face disagrees when its median score with the others lies below the analyser's threshold for one
      person; it is named, and left out only when the examiner says so.
    * An age that is not recorded is estimated, and the record says which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.personalisation.draws import PersonalPhoto
from forensic_app.engines.personalisation.schema import FEWEST_PHOTOS, GOOD_PHOTOS
from forensic_app.engines.pictures.ages import MINIMUM_SOURCE_AGE
from forensic_app.engines.pictures.measurement import Calibration, estimator_names
from forensic_app.engines.pictures.photo import LEAST_INTER_EYE_PX, read_photo
from forensic_app.errors import FaceNotFound, InvalidInput
from forensic_app.faces.align import align, transform_points
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.quality import inter_eye_distance


@dataclass(frozen=True, slots=True)
class Source:
    """A photograph as it was received.

    Attributes:
        photo_id: Exhibit id or file name.
        path: The file.
        sha256: Its expected digest.
        age: Recorded age at the photograph, years, if any.
    """

    photo_id: str
    path: Path
    sha256: str
    age: float | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What became of the photographs.

    Attributes:
        photos: Those to train on.
        records: One for each photograph received: ``photo_id``, ``sha256``, ``age``, ``age_origin``,
            ``face_count``, ``face_index``, ``agreement`` (median score with the others) and ``use``
            (``trained``, ``no face``, ``left out``).
        warnings: Sentences for the record.
    """

    photos: tuple[PersonalPhoto, ...]
    records: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Candidate:
    source: Source
    picture: RgbImage
    faces: list[DetectedFace]
    embeddings: list[Embedding]
    chosen: int = 0


def review_photographs(
    sources: Sequence[Source],
    analyser: FaceAnalyser,
    *,
    crop_px: int,
    calibration: Calibration | None = None,
    leaves_out_disagreeing: bool = False,
    on_photo: Callable[[int, int], None] | None = None,
) -> Review:
    """Read, choose, compare and align the subject's photographs.

    Args:
        sources: The photographs.
        analyser: The bundled analyser; its embeddings serve the pack's identity tokens.
        crop_px: Side of the canonical crop.
        calibration: Of the analyser's age estimator.
        leaves_out_disagreeing: Whether photographs whose face disagrees are left out.
        on_photo: Called with photographs done and in all; may raise ``RunCancelled``.

    Raises:
        InvalidInput: Fewer than 3 photographs can be used.
        EvidenceAltered: A file does not have its digest.
        UnreadableImage: A file is no image.
    """
    candidates, records, warnings = [], [], []
    for number, source in enumerate(sources):
        if on_photo is not None:
            on_photo(number, len(sources))
        picture = read_photo(source.path, expected_sha256=source.sha256)
        faces = [face for face in analyser.detect(picture) if inter_eye_distance(face) >= LEAST_INTER_EYE_PX]
        if not faces:
            records.append(_record(source, use="no face"))
            warnings.append(f"No usable face was found in the photograph {source.photo_id}; it is left out.")
            continue
        embeddings = [analyser.embed(picture, face) for face in faces]
        candidates.append(_Candidate(source, picture, faces, embeddings))
    agreement = _choose_faces(candidates, analyser)
    photos = []
    for candidate, score in zip(candidates, agreement, strict=True):
        photo = _prepared(candidate, analyser, crop_px=crop_px, calibration=calibration)
        disagrees = score is not None and score < analyser.match_threshold
        is_left_out = disagrees and leaves_out_disagreeing
        facts = {
            "age": round(photo.age, 2),
            "age_origin": photo.age_origin,
            "face_count": len(candidate.faces),
            "face_index": candidate.chosen,
            "agreement": None if score is None else round(score, 4),
        }
        records.append(_record(candidate.source, use="left out" if is_left_out else "trained", **facts))
        if disagrees:
            what = (
                "it is left out."
                if is_left_out
                else "it is used all the same; leave it out if it is another person."
            )
            warnings.append(
                f"The face in the photograph {photo.photo_id} disagrees with the others (median score "
                f"{score:.2f}, one person's threshold {analyser.match_threshold:.2f}); {what}"
            )
        if not is_left_out:
            photos.append(photo)
    warnings += _notes(photos)
    return Review(tuple(photos), tuple(records), tuple(warnings))


def _notes(photos: Sequence[PersonalPhoto]) -> list[str]:
    if len(photos) < FEWEST_PHOTOS:
        raise InvalidInput(
            f"Only {len(photos)} photographs of the subject can be used.",
            f"Add photographs with a clear face: at least {FEWEST_PHOTOS}, better {GOOD_PHOTOS} or more.",
        )
    notes = []
    if len(photos) < GOOD_PHOTOS:
        notes.append(
            f"{len(photos)} photographs were used; fewer than {GOOD_PHOTOS} teach the face less reliably."
        )
    estimated = [photo.photo_id for photo in photos if photo.age_origin == "estimate"]
    if estimated:
        notes.append(
            f"The age is not recorded for {len(estimated)} of {len(photos)} photographs and was "
            "estimated, which can be wrong by many years."
        )
    return notes


def _choose_faces(candidates: Sequence[_Candidate], analyser: FaceAnalyser) -> list[float | None]:
    """Choose the face of each photograph and return its median score with the others' faces.

    The first choice is the largest face of each; then each photograph takes the face that is most like those.
    """
    for candidate in candidates:
        if len(candidate.faces) == 1:
            continue
        others = [other.embeddings[other.chosen] for other in candidates if other is not candidate]
        scores = [_median_score(each, others, analyser) for each in candidate.embeddings]
        if others:
            candidate.chosen = int(np.argmax(scores))
    agreement: list[float | None] = []
    for candidate in candidates:
        others = [other.embeddings[other.chosen] for other in candidates if other is not candidate]
        own = candidate.embeddings[candidate.chosen]
        agreement.append(_median_score(own, others, analyser) if others else None)
    return agreement


def _median_score(own: Embedding, others: Sequence[Embedding], analyser: FaceAnalyser) -> float:
    scores: NDArray[np.float64] = np.array([analyser.comparison_score(own, other) for other in others])
    return float(np.median(scores)) if len(scores) else 0.0


def _prepared(
    candidate: _Candidate, analyser: FaceAnalyser, *, crop_px: int, calibration: Calibration | None
) -> PersonalPhoto:
    face = candidate.faces[candidate.chosen]
    if face.scheme != "dlib5":
        raise FaceNotFound("The face has no landmarks of the bundled analyser.", "Use the bundled analyser.")
    aligned = align(candidate.picture, face, crop_px)
    age, origin = candidate.source.age, "record"
    if age is None:
        years = analyser.estimate_age(candidate.picture, face).years
        fits = calibration is not None and calibration.estimator in estimator_names(analyser.name)
        age = calibration(years) if fits and calibration is not None else years
        origin = "estimate"
    return PersonalPhoto(
        photo_id=candidate.source.photo_id,
        sha256=candidate.source.sha256,
        crop=aligned.crop,
        landmarks=transform_points(aligned.matrix, face.landmarks),
        embedding=candidate.embeddings[candidate.chosen],
        age=max(float(age), MINIMUM_SOURCE_AGE),
        age_origin=origin,
    )


def _record(source: Source, **facts: Any) -> dict[str, Any]:
    return {"photo_id": source.photo_id, "sha256": source.sha256, **facts}
