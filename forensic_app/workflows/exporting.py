"""Copy a run's derived images out of the casebook under readable names, marked, with one custody event.

Rules:
    * A copy bears every mark of :mod:`forensic_app.workflows.picture_marks`: it is not the file in the vault, and the
      event holds the digests of both.
"""

from __future__ import annotations

from pathlib import Path

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines import registry
from forensic_app.errors import InvalidInput
from forensic_app.identity.certificates import Credentials
from forensic_app.records import DerivedImage, ImageRole, Run
from forensic_app.shortages import NO_ROOM, disk_full
from forensic_app.store.case_store import CaseStore
from forensic_app.store.fields import disclosure
from forensic_app.workflows.picture_marks import marked_picture

MEDIA_TYPE = "image/png"
"""Of every derived image: engines write nothing else."""


def export_images(
    store: CaseStore,
    run_id: str,
    folder: Path,
    *,
    credentials: Credentials | None = None,
    purpose: str = "",
    recipient: str = "",
) -> dict[str, Path]:
    """Write marked copies of a run's images into ``folder``, which is made; event ``images_exported`` with the digests.

    Args:
        store: The casebook, open for writing.
        run_id: The run.
        folder: Where to; a file that is there already stops the export before anything is written.
        credentials: What content credentials are signed with, fit to sign now; ``None`` leaves them out.
        purpose: What they are handed out for.
        recipient: Who receives them.

    Returns:
        Path of the copy by the image's identifier.

    Raises:
        InvalidInput: A file of that name exists, or the folder cannot be written.
        EvidenceAltered: An image no longer has its digest.
        RecordNotFound: There is no such run.
    """
    run = store.run(run_id)
    images = store.derived_images(run_id)
    paths = {image.derived_image_id: folder / file_name(image, run) for image in images}
    taken = next((path for path in paths.values() if path.exists()), None)
    if taken is not None:
        raise InvalidInput(f"The file {taken} exists already.", "Choose another folder for the copies.")
    told = disclosure(purpose, recipient)
    written: list[Path] = []
    digests: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for image in images:
            made = marked_picture(store, image, credentials=credentials)
            digests.append(sha256_of_bytes(made.data))
            with paths[image.derived_image_id].open("xb") as stream:
                written.append(paths[image.derived_image_id])
                stream.write(made.data)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        if error.errno in NO_ROOM:
            raise disk_full(folder) from error
        raise InvalidInput(
            f"The copies could not be written to {folder}: {error.strerror or error}.",
            "Check the folder's permissions and the free space, or choose another one.",
        ) from error
    store.record_event(
        "images_exported",
        object_type="run",
        object_id=run_id,
        case_id=run.case_id,
        details={
            "way": "file",
            "folder": str(folder),
            "sha256": [image.sha256 for image in images],
            "exported_sha256": digests,
            "photograph_sha256": run.spec.exhibit_sha256,
            **told,
        },
    )
    return paths


def file_name(image: DerivedImage, run: Run) -> str:
    """Return a readable name, such as ``R-0001-age-027-variant-1.png`` or ``R-0002-sketch-of-D-000001.png``.

    Args:
        image: The image.
        run: The run that made it.
    """
    parts = [image.run_id]
    described = registry.find(run.spec.engine)
    if described is not None and described.is_drawing:
        parts += ["sketch-of", run.spec.source_derived_image_id or run.spec.exhibit_id]
        return "-".join(parts) + ".png"
    if image.target_age is not None:
        parts.append(f"age-{image.target_age:03g}")
    if image.role is not ImageRole.DERIVED:
        parts.append(image.role.value)
    if image.variant is not None:
        parts.append(f"variant-{image.variant}")
    return "-".join(parts) + ".png"
