"""What a report says of its runs: their records, and what a record lacks; nothing here knows casebook or PDF.

Rules:
    * A record is held as it is; beside it stand only pictures, resolved names and choices of the report.
    * What was measured is read from the records by :mod:`forensic_app.measured`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from forensic_app.measured import Measures, match_threshold, measures_of, second_threshold
from forensic_app.records import (
    Decision,
    DerivedImage,
    Exhibit,
    ImageRole,
    Run,
    RunSpec,
    RunStatus,
    SubjectAdapter,
)
from forensic_app.reports.ageing_content import AgeingSection


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture.

    Attributes:
        data: PNG or JPEG file.
        width_px: Width in pixels.
        height_px: Height in pixels.
        enlargement: How often each pixel is repeated across and down, so that a band can be read beside few of them.
    """

    data: bytes
    width_px: int
    height_px: int
    enlargement: int = 1


@dataclass(frozen=True, slots=True)
class EstimatorError:
    """How far an age estimator is off on real photographs.

    Attributes:
        mean_absolute_years: Mean absolute error in years.
        photographs: On how many photographs it was measured, ``None`` where that is not known.
        is_calibrated: Whether the error belongs to the calibrated estimate rather than to the raw one.
    """

    mean_absolute_years: float
    photographs: int | None = None
    is_calibrated: bool = False


@dataclass(frozen=True, slots=True)
class ResultImage:
    """A derived image that the report shows.

    Attributes:
        record: The image.
        picture: An excerpt for paper, marked as derived.
        key_picture: The same excerpt for the key results, with a band of a tenth of its height; ``None`` leaves
            ``picture`` there.
    """

    record: DerivedImage
    picture: Picture
    key_picture: Picture | None = None

    @property
    def measures(self) -> Measures:
        """What was measured on it."""
        return measures_of(self.record.metrics)

    @property
    def is_variant(self) -> bool:
        """Whether it is a single variant's image, no mean or spread of several."""
        return self.record.role is ImageRole.DERIVED


@dataclass(frozen=True, slots=True)
class DecisionWithdrawal:
    """By whom, when and why the decision on an image was withdrawn."""

    reason: str
    examiner: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class ImageDecision:
    """Whether the report shows a derived image, and what the examiner decided about it, if anything.

    Attributes:
        image: The image.
        is_shown: Whether the report shows it.
        decision: The one that counts.
        withdrawal: Of the decision that was made before, where none counts.
    """

    image: DerivedImage
    is_shown: bool
    decision: Decision | None = None
    withdrawal: DecisionWithdrawal | None = None


@dataclass(frozen=True, slots=True)
class LearnedAdapter:
    """An adapter that a run made, with reduced copies of its photographs by exhibit identifier."""

    record: SubjectAdapter
    pictures: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ControlArm:
    """The single-image mode beside a run with an adapter or relatives: same exhibit, ages and seed, without them.

    Attributes:
        run_id: The run that made it.
        images: Its derived images; empty when the examiner accepted none of them.
    """

    run_id: str
    images: tuple[ResultImage, ...] = ()


@dataclass(frozen=True, slots=True)
class AdapterUse:
    """The adapter that a run used.

    Attributes:
        sha256: Its digest.
        record: Its record, ``None`` where the casebook has none.
        single_image: The control arm, ``None`` when the case has no such run.
    """

    sha256: str
    record: SubjectAdapter | None = None
    single_image: ControlArm | None = None

    @property
    def name(self) -> str:
        """Its identifier, or the beginning of its digest."""
        return self.sha256[:16] if self.record is None else self.record.adapter_id


@dataclass(frozen=True, slots=True)
class RelativesUse:
    """The relatives that a run was drawn towards.

    Attributes:
        shares: Digest of each photograph with its share.
        without: The same run without relatives, ``None`` when the case has no such run.
    """

    shares: tuple[tuple[str, float], ...]
    without: ControlArm | None = None


@dataclass(frozen=True, slots=True)
class LinkedImage:
    """An image of another run among a run's pictures.

    Attributes:
        record: The image.
        picture: The image for paper, marked as derived.
        is_to_scale: Whether it is cut and scaled as the pictures that it stands among are.
        finer: Its pixels across for one of the pictures that it stands among, where it is to their scale.
        source_derived_image_id: The derived image that a sketch was drawn from, empty for the exhibit.
    """

    record: DerivedImage
    picture: Picture
    is_to_scale: bool = True
    finer: int = 1
    source_derived_image_id: str = ""


@dataclass(frozen=True, slots=True)
class RunSection:
    """One execution, whatever became of it.

    Attributes:
        record: The run.
        exhibit: The photograph that it worked on.
        exhibit_numbers: Exhibit numbers of the case, by exhibit identifier and by digest.
        estimator_error: Known error of the age estimator.
        images: Its derived images that are shown.
        control_picture: The untouched photograph, framed and scaled as the derived images are.
        face_pictures: The photograph with the face that was worked on marked and numbered, whole and around it;
            empty where the photograph shows one face only.
        reduction: Factor by which the pictures are reduced for paper, 1 = the files' own pixels.
        is_excerpt: Whether the pictures show only the surroundings of the face.
        decisions: On each image, once there is a decision or an image is not shown.
        source: The derived image worked on in place of the exhibit.
        source_picture: That derived image, to stand beside the run's own; ``None`` where the report has it
            elsewhere with the sketch below it, or may not show it.
        is_source_withheld: Whether that derived image is not shown because it was not accepted.
        sketches: Sketches of the exhibit and of the run's images, to stand below them.
        shown_in: The run among whose pictures all images of this one stand, empty where there is none.
        adapter: What a personalisation made.
        adapter_use: The adapter that the run used.
        relatives_use: The relatives that the run was drawn towards.
        ageing: The exhibit against its subject's other photographs, by the years between them, by each recogniser.
    """

    record: Run
    exhibit: Exhibit
    exhibit_numbers: Mapping[str, str] = field(default_factory=dict)
    estimator_error: EstimatorError | None = None
    images: tuple[ResultImage, ...] = ()
    control_picture: Picture | None = None
    face_pictures: tuple[Picture, ...] = ()
    reduction: float = 1.0
    is_excerpt: bool = False
    decisions: tuple[ImageDecision, ...] = ()
    source: DerivedImage | None = None
    source_picture: LinkedImage | None = None
    is_source_withheld: bool = False
    sketches: tuple[LinkedImage, ...] = ()
    shown_in: str = ""
    adapter: LearnedAdapter | None = None
    adapter_use: AdapterUse | None = None
    relatives_use: RelativesUse | None = None
    ageing: tuple[AgeingSection, ...] = ()

    @property
    def run_id(self) -> str:
        """The run's identifier."""
        return self.record.run_id

    @property
    def control_arm(self) -> ControlArm | None:
        """The same run without adapter and relatives, where this one used either and the case has such a run."""
        if self.relatives_use is not None:
            return self.relatives_use.without
        return None if self.adapter_use is None else self.adapter_use.single_image

    @property
    def spec(self) -> RunSpec:
        """What decides the run's output."""
        return self.record.spec

    @property
    def is_completed(self) -> bool:
        """Whether the run came to its end."""
        return self.record.status is RunStatus.COMPLETED

    @property
    def threshold(self) -> float | None:
        """Score that the analyser's authors name for the same person, ``None`` when not recorded."""
        return match_threshold(self.record.environment)

    @property
    def second_threshold(self) -> float | None:
        """Threshold of the matcher that scored beside the analyser, ``None`` where there was none."""
        return second_threshold(self.record.environment)

    @property
    def control(self) -> Measures:
        """Measures of the untouched photograph, but for its score to itself."""
        if not self.is_completed:
            return Measures()
        return replace(measures_of(self.record.control), score_to_exhibit=None)

    def number_of(self, name: str) -> str:
        """Return the number of the exhibit with this identifier or digest, else the name itself."""
        return self.exhibit_numbers.get(name, name)
