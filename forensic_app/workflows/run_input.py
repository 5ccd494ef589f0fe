"""What a run works on: an exhibit, or a derived image of an earlier run.

Rules:
    * A derived image as input is named in the specification with the digest of its file; the exhibit that it
      goes back to stays named beside it: it is the control, and what the result is compared with.
    * Only engines that draw what they are shown take a derived image: an age is never changed twice.
    * Its band and margins are cut off by their recorded sizes before anything looks at the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forensic_app.engines import registry
from forensic_app.engines.pictures.marking import picture_window
from forensic_app.errors import EvidenceAltered, InvalidInput
from forensic_app.measured import face_frame
from forensic_app.records import DerivedImage, ImageRole, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import about_exhibit

DERIVED_PREFIX = "D-"


@dataclass(frozen=True, slots=True)
class RunInput:
    """The file that a run reads.

    Attributes:
        path: The file in the vault.
        sha256: Its recorded digest.
        picture_window: Where the picture stands in a derived image's file, ``(left, top, right, bottom)`` in pixels;
            ``None`` for an exhibit.
        original_path: The exhibit that a derived image goes back to; ``None`` where the input is the exhibit.
    """

    path: Path
    sha256: str
    picture_window: tuple[int, int, int, int] | None = None
    original_path: Path | None = None


@dataclass(frozen=True, slots=True)
class DerivedSource:
    """A derived image that a run is planned on.

    Attributes:
        image: Its record.
        exhibit_id: The exhibit that it goes back to.
        face_index: The face that its run worked on.
    """

    image: DerivedImage
    exhibit_id: str
    face_index: int


def names_derived_image(identifier: str) -> bool:
    """Return whether ``identifier`` is in the form of a derived image's, such as ``D-000001``."""
    return identifier.startswith(DERIVED_PREFIX) and identifier[len(DERIVED_PREFIX) :].isdigit()


def derived_source(store: CaseStore, engine: str, derived_image_id: str) -> DerivedSource:
    """Return the derived image that ``engine`` is to work on.

    Raises:
        InvalidInput: The engine takes photographs only, or the image is no single variant.
        RecordNotFound: There is no such image.
    """
    image = store.derived_image(derived_image_id)
    if not registry.descriptor(engine).accepts_derived_images:
        raise InvalidInput(
            f"The engine {engine} works on photographs, not on the derived image {derived_image_id}.",
            "Name the exhibit.",
        )
    if image.role is not ImageRole.DERIVED:
        raise InvalidInput(
            f"The derived image {derived_image_id} is the {image.role} of several variants.",
            "Name the image of one variant.",
        )
    spec = store.run(image.run_id).spec
    return DerivedSource(image, spec.exhibit_id, spec.face_index)


def input_of(store: CaseStore, spec: RunSpec) -> RunInput:
    """Return the file that ``spec`` names as input, having checked its digest and its exhibit's.

    Raises:
        EvidenceAltered: A file no longer has its digest, or the derived image is not the one that was named.
        RecordNotFound: The derived image is not in this casebook.
    """
    with about_exhibit(store.exhibit(spec.exhibit_id)):
        store.vault.check(spec.exhibit_sha256)
    if not spec.source_derived_image_id:
        return RunInput(store.vault.path(spec.exhibit_sha256), spec.exhibit_sha256)
    image = store.derived_image(spec.source_derived_image_id)
    if image.sha256 != spec.source_sha256:
        raise EvidenceAltered(
            f"The derived image {image.derived_image_id} does not have the digest that the run names.",
            "Verify the casebook.",
        )
    store.vault.check(image.sha256)
    return RunInput(
        path=store.vault.path(image.sha256),
        sha256=image.sha256,
        picture_window=picture_window(image, sizes=_sizes(store, image, spec)),
        original_path=store.vault.path(spec.exhibit_sha256),
    )


def _sizes(store: CaseStore, image: DerivedImage, spec: RunSpec) -> list[tuple[int, int]]:
    """Return the sizes that a picture of the image's run may have, in pixels: the exhibit's, the crop's."""
    exhibit = store.exhibit(spec.exhibit_id)
    side_px = face_frame(store.run(image.run_id).face).crop_size_px or 0
    return [(exhibit.width_px, exhibit.height_px), (side_px, side_px)]
