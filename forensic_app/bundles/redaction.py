"""What of a case a bundle withholds.

Rules:
    * Whole records, whole events and whole files are withheld, never parts: what is disclosed keeps its digest, so
      every proof holds.
    * An event that is withheld is named by its number and its digest: that it exists is proven, what it says is not
      told.
    * Photographs that were withdrawn, and images made of them, are never in a bundle; reports that were issued before
      are as they were.
    * Free texts of records that are disclosed (where a photograph came from, notes, purposes) are disclosed as they
      are: whoever hands out a bundle has to read them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from forensic_app.errors import InvalidInput
from forensic_app.records import CustodyEvent, StoredRecord

MINORS: Final = "minors"
THIRD_PERSONS: Final = "third-persons"
PROFILES: Final = {
    MINORS: "No photograph or image of anybody under 18 or of unknown age, and no report, which would show them.",
    THIRD_PERSONS: "No record, photograph, run or report of subjects that are not named with --subject.",
}
ADULT_YEARS: Final = 18.0
_SECRET_ACTIONS: Final = frozenset({"exhibit_refused", "request_refused", "gallery_searched"})

About = tuple[str, str]
"""Kind and key of a record."""


@dataclass(slots=True)
class Withheld:
    """What a bundle does not hold.

    Attributes:
        records: Records whose rows, files and events are withheld.
        files: Records whose file alone is withheld, with the reason.
        events_of: Actions of events that are withheld whatever they are about.
    """

    records: set[About] = field(default_factory=set)
    files: dict[About, str] = field(default_factory=dict)
    events_of: frozenset[str] = frozenset()

    def hides_event(self, event: CustodyEvent) -> bool:
        """Return whether the text of an event is withheld."""
        return (event.object_type, event.object_id) in self.records or event.action in self.events_of


def withheld(
    records: Sequence[StoredRecord], profiles: Collection[str], subjects: Collection[str]
) -> Withheld:
    """Return what the profiles withhold of a case's records.

    Args:
        records: Of the case.
        profiles: Names of :data:`PROFILES`.
        subjects: Identifiers of the subjects who are disclosed, for :data:`THIRD_PERSONS`.

    Raises:
        InvalidInput: A profile is unknown, or subjects are missing or unknown.
    """
    for each in profiles:
        if each not in PROFILES:
            raise InvalidInput(f"There is no redaction {each}.", f"Use one of: {', '.join(PROFILES)}.")
    found = Withheld()
    for record in records:
        if record.object_type == "adapter":
            found.files[record.object_type, record.object_id] = (
                "biometric data of a person; its digest is in the log"
            )
    _withhold_withdrawn(found, records)
    if THIRD_PERSONS in profiles:
        _withhold_third_persons(found, records, subjects)
    elif subjects:
        raise InvalidInput(
            "Subjects were named, but nothing is to be withheld by them.", f"Add: --redact {THIRD_PERSONS}"
        )
    if MINORS in profiles:
        _withhold_minors(found, records)
    if profiles:
        for record in records:
            if record.object_type == "report":
                found.files.setdefault(("report", record.object_id), "it shows what is withheld")
    return found


def _withhold_withdrawn(found: Withheld, records: Sequence[StoredRecord]) -> None:
    """Withhold the files of withdrawn photographs, and of images made of them; their records say so and why."""
    gone = {
        each.object_id for each in records if each.object_type == "exhibit" and each.row["tombstone_reason"]
    }
    runs = {
        each.object_id for each in records if each.object_type == "run" and each.row["exhibit_id"] in gone
    }
    for record in records:
        if record.object_type == "exhibit" and record.object_id in gone:
            found.files["exhibit", record.object_id] = "it was withdrawn; the record says why"
        if record.object_type == "derived_image" and record.row["run_id"] in runs:
            found.files["derived_image", record.object_id] = "it was made of a photograph that was withdrawn"


def _withhold_third_persons(
    found: Withheld, records: Sequence[StoredRecord], subjects: Collection[str]
) -> None:
    known = {each.object_id for each in records if each.object_type == "subject"}
    unknown = sorted(set(subjects) - known)
    if not subjects or unknown:
        raise InvalidInput(
            f"The case has no subject {unknown[0]}."
            if unknown
            else "No subject is named who may be disclosed.",
            f"Name them with --subject; subjects of this case: {', '.join(sorted(known)) or 'none'}.",
        )
    found.events_of = _SECRET_ACTIONS
    shown = set(subjects)
    found.records |= {("subject", each) for each in known - shown}
    for record in records:
        if record.object_type in {"consent", "relationship"}:
            named = {record.row["subject_id"], record.row.get("relative_id", record.row["subject_id"])}
            if not named <= shown:
                found.records.add((record.object_type, record.object_id))
    hidden_digests = set()
    for record in records:
        if record.object_type == "exhibit" and record.row["subject_id"] not in shown:
            found.records.add(("exhibit", record.object_id))
            hidden_digests.add(record.row.get("page_sha256") or record.row["sha256"])
    hidden = {object_id for kind, object_id in found.records if kind == "exhibit"}
    for record in records:
        if record.object_type == "run" and (
            record.row["exhibit_id"] in hidden or _names(record.row["spec"], hidden_digests)
        ):
            found.records.add(("run", record.object_id))
    runs = {object_id for kind, object_id in found.records if kind == "run"}
    for record in records:
        if record.object_type in {"derived_image", "adapter"} and record.row["run_id"] in runs:
            found.records.add((record.object_type, record.object_id))
    for record in records:
        if record.object_type == "image_note" and (
            record.row["exhibit_id"] in hidden
            or ("derived_image", record.row["derived_image_id"]) in found.records
        ):
            found.records.add(("image_note", record.object_id))


def _withhold_minors(found: Withheld, records: Sequence[StoredRecord]) -> None:
    for record in records:
        about = (record.object_type, record.object_id)
        if record.object_type == "exhibit" and _is_minor(record.row["age_at_photo"]):
            found.files[about] = "it shows a person under 18, or of unknown age"
        if record.object_type == "derived_image" and _is_minor(record.row["target_age"]):
            found.files[about] = "it shows a person under 18, or of unknown age"


def _is_minor(stored: Any) -> bool:
    age = None if stored is None else json.loads(stored)
    return not isinstance(age, int | float) or age < ADULT_YEARS


def _names(spec: str, digests: set[str]) -> bool:
    return any(each in spec for each in digests)
