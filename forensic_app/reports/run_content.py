"""What a report says of its runs, as plain frozen data; nothing here knows the casebook or the PDF.

Rules:
    * Values are facts: numbers, aware UTC times, strings, pictures. Wording and layout live elsewhere.
    * A fact that was not recorded is ``None`` or an empty string, and is printed as not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Rows = tuple[tuple[str, str], ...]
"""Names and values in printing order."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture.

    Attributes:
        data: PNG or JPEG file.
        width_px: Width in pixels.
        height_px: Height in pixels.
    """

    data: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class EstimatorError:
    """How far an age estimator is off on real photographs.

    Attributes:
        mean_absolute_years: Mean absolute error in years.
        sample: What it was measured on, such as ``312 photographs of 104 people``.
        is_calibrated: Whether the error belongs to the calibrated estimate rather than to the raw one.
    """

    mean_absolute_years: float
    sample: str = ""
    is_calibrated: bool = False


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on one image.

    Attributes:
        estimated_age: Raw reading of the age estimator in years.
        estimated_age_spread: Standard deviation of the estimator's own distribution in years.
        calibrated_age: Reading after calibration on real photographs, in years.
        score_to_exhibit: Comparison score to the photograph that the image was made from.
        scores_to_others: Score by name of each other photograph of the subject.
        quality: Named qualities, 0 to 100, higher is better; an overall one is called ``overall``.
        face_found: Whether the analyser finds a face at all.
    """

    estimated_age: float | None = None
    estimated_age_spread: float | None = None
    calibrated_age: float | None = None
    score_to_exhibit: float | None = None
    scores_to_others: tuple[tuple[str, float], ...] = ()
    quality: tuple[tuple[str, float], ...] = ()
    face_found: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return self == Measures()


@dataclass(frozen=True, slots=True)
class ResultImage:
    """A derived image with its measures; ``role`` is ``derived``, ``mean`` or ``spread``.

    Attributes:
        picture: Excerpt of the file for paper, marked as derived.
        largest_spread: Largest standard deviation of a spread picture, in grey levels of 255.
        full_scale: Standard deviation that a spread picture shows as white, in grey levels of 255.
    """

    derived_image_id: str
    role: str
    target_age: float | None
    variant: int | None
    sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    measures: Measures
    picture: Picture
    largest_spread: float | None = None
    full_scale: float | None = None


@dataclass(frozen=True, slots=True)
class ImageDecision:
    """What the examiner decided about a derived image.

    Attributes:
        is_shown: Whether the report shows it as a result.
        is_accepted: The decision, ``None`` when there is none.
        reason: Why.
        examiner: Who decided.
        decided_at: When, aware UTC.
    """

    derived_image_id: str
    role: str
    target_age: float | None
    variant: int | None
    sha256: str
    is_shown: bool
    is_accepted: bool | None = None
    reason: str = ""
    examiner: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrainingPhoto:
    """A photograph that was looked at for an adapter.

    Attributes:
        number: Exhibit number.
        age: Age at the photograph that the training used, years.
        age_origin: ``record`` or ``estimate``.
        agreement: Median score with the other photographs' faces.
        face_index: Which of ``face_count`` faces, 0 = largest.
        use: ``trained``, ``left out`` or another word of the record.
        caption: Caption that the training used.
        picture: Reduced copy for recognition.
    """

    number: str
    sha256: str
    use: str
    age: float | None = None
    age_origin: str = ""
    agreement: float | None = None
    face_index: int | None = None
    face_count: int | None = None
    caption: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class LossTerm:
    """A term of a training's loss; ``curve`` holds steps and means over parts of the training.

    Attributes:
        name: Name of the term, ``loss`` for their weighted sum.
        weight: Its weight, ``None`` for the sum.
        curve: ``(last step of the part, mean)``; empty for a term that was left out.
    """

    name: str
    weight: float | None
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class AdapterSection:
    """An adapter: what was learned about a subject, from what and how.

    Attributes:
        regularization: Facts of the regularization set, digest included.
        gating: Settings of its strength.
        training: Facts of the training, such as precision and seconds.
        threshold: Score below which a photograph's agreement was warned about.
    """

    adapter_id: str
    run_id: str
    subject_id: str
    sha256: str
    size_bytes: int
    pack_name: str
    pack_sha256: str
    photos: tuple[TrainingPhoto, ...] = ()
    losses: tuple[LossTerm, ...] = ()
    regularization: Rows = ()
    gating: Rows = ()
    training: Rows = ()
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class ControlArm:
    """The single-image mode beside a personalised run: same exhibit, ages and seed, no adapter.

    Attributes:
        run_id: The run that made it.
        images: Its derived images; empty when the examiner accepted none of them.
    """

    run_id: str
    images: tuple[ResultImage, ...] = ()


@dataclass(frozen=True, slots=True)
class AdapterUse:
    """How a run used an adapter.

    Attributes:
        made_by: Run that made the adapter.
        strengths: Strength before the noise level at each target age.
        gating: Settings of the strength.
        trained_numbers: Exhibit numbers that the adapter was trained on.
        single_image: The control arm, ``None`` when the case has no such run.
    """

    adapter_id: str
    sha256: str
    made_by: str
    strengths: Rows = ()
    gating: Rows = ()
    trained_numbers: tuple[str, ...] = ()
    single_image: ControlArm | None = None


@dataclass(frozen=True, slots=True)
class IdentityGuard:
    """What the program did to keep the likeness, before anything was measured.

    Attributes:
        analyser: The analyser that it asked.
        floor: Score that it asked for.
        held_back: Pictures whose change of age it weakened.
        count: Pictures.
    """

    analyser: str
    floor: float
    held_back: int
    count: int


@dataclass(frozen=True, slots=True)
class LikenessPull:
    """That a run drew its pictures towards photographs while it made them.

    Attributes:
        analyser: The analyser whose embeddings were brought nearer.
        photographs: Photographs of the adapter's training; 0 for the exhibit itself.
    """

    analyser: str
    photographs: int


@dataclass(frozen=True, slots=True)
class LinkedImage:
    """An image of another run among a run's pictures.

    Attributes:
        run_id: The run that made it.
        picture: The image for paper, marked as derived.
        is_to_scale: Whether it is cut and scaled as the pictures that it stands among are.
        source_derived_image_id: The derived image that a sketch was drawn from, empty for the exhibit.
    """

    run_id: str
    derived_image_id: str
    sha256: str
    picture: Picture
    is_to_scale: bool = True
    source_derived_image_id: str = ""


@dataclass(frozen=True, slots=True)
class RunSection:
    """One execution, whatever became of it.

    Attributes:
        threshold: Score that the analyser's authors name for "same person", ``None`` when not recorded.
        control: Measures of the untouched photograph.
        control_picture: The untouched photograph, framed and scaled as the derived images are.
        reduction: Factor by which the pictures are reduced for paper, 1 = the files' own pixels.
        is_excerpt: Whether the pictures show only the surroundings of the face.
        decisions: On each image, once there is a decision or an image is not shown.
        source_derived_image_id: The derived image worked on in place of the exhibit, empty for the exhibit.
        source_target_age: Target age of that derived image, years.
        source: That derived image, to stand beside the run's own; ``None`` where the report has it elsewhere
            with the sketch below it, or may not show it.
        is_source_withheld: Whether that derived image is not shown because it was not accepted.
        sketches: Sketches of the exhibit and of the run's images, to stand below them.
        shown_in: The run among whose pictures all images of this one stand, empty where there is none.
        adapter: What a personalisation made.
        adapter_use: How the run used an adapter.
        identity_guard: How the likeness was guarded, ``None`` where it was not.
    """

    run_id: str
    engine: str
    engine_version: str
    exhibit_number: str
    exhibit_sha256: str
    status: str
    examiner: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    parameters: Rows
    environment: Rows
    weights: Rows
    face: Rows
    warnings: tuple[str, ...]
    failure: str
    pack_name: str
    pack_sha256: str
    analyser: str
    references: Rows = ()
    age_at_photo: float | None = None
    threshold: float | None = None
    estimator_error: EstimatorError | None = None
    control: Measures = Measures()
    control_picture: Picture | None = None
    images: tuple[ResultImage, ...] = ()
    reduction: float = 1.0
    is_excerpt: bool = False
    decisions: tuple[ImageDecision, ...] = ()
    source_derived_image_id: str = ""
    source_target_age: float | None = None
    source: LinkedImage | None = None
    is_source_withheld: bool = False
    sketches: tuple[LinkedImage, ...] = ()
    shown_in: str = ""
    adapter: AdapterSection | None = None
    adapter_use: AdapterUse | None = None
    identity_guard: IdentityGuard | None = None
    likeness_pull: LikenessPull | None = None
