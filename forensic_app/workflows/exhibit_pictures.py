"""The picture of an exhibit, and errors that say whose picture it is: a digest alone tells an examiner nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forensic_app.errors import EvidenceAltered, InvalidInput, UnreadableImage
from forensic_app.images import RgbImage, load_working_copy_from
from forensic_app.records import Exhibit
from forensic_app.store.case_store import CaseStore


@contextmanager
def about_exhibit(exhibit: Exhibit) -> Iterator[None]:
    """Have what is wrong with a file of the vault say of which exhibit it is.

    Raises:
        EvidenceAltered: The file is missing or altered; the message names the exhibit.
        UnreadableImage: It cannot be decoded; the same.
    """
    try:
        yield
    except (EvidenceAltered, UnreadableImage) as error:
        raise type(error)(f"About {_name(exhibit)}: {error.message}", error.advice) from error


def refuse_withdrawn(exhibit: Exhibit) -> None:
    """Refuse to work on an exhibit that was withdrawn.

    Raises:
        InvalidInput: It was.
    """
    if exhibit.tombstone_reason is not None:
        raise InvalidInput(
            f"The exhibit {exhibit.exhibit_number} was withdrawn: {exhibit.tombstone_reason}.",
            "Choose another exhibit.",
        )


def check_exhibit_files(store: CaseStore, exhibit: Exhibit) -> None:
    """Hash the files of an exhibit: the original, and its page where it is one of several.

    Raises:
        EvidenceAltered: A file is missing or altered; the message names the exhibit.
        StoreUnavailable: A file cannot be read.
    """
    with about_exhibit(exhibit):
        for sha256 in dict.fromkeys((exhibit.sha256, exhibit.picture_sha256)):
            store.vault.check(sha256)


def exhibit_pixels(store: CaseStore, exhibit: Exhibit) -> RgbImage:
    """Return the pixels of an exhibit from the bytes that have its digest: upright, sRGB, uint8.

    Raises:
        EvidenceAltered: The file is missing or altered; the message names the exhibit.
        UnreadableImage: It cannot be decoded; the same.
    """
    with about_exhibit(exhibit):
        data = store.vault.read_verified(exhibit.picture_sha256)
    return load_working_copy_from(data, f"of {_name(exhibit)}")


def _name(exhibit: Exhibit) -> str:
    if exhibit.exhibit_number == exhibit.exhibit_id:
        return f"exhibit {exhibit.exhibit_id}"
    return f"exhibit {exhibit.exhibit_number} ({exhibit.exhibit_id})"
