"""Who was given what: every way out of the casebook, by person.

Rules:
    * A disclosure is a custody event that something left: a file, a copy, a print, a report, a whole case.
    * It concerns each person whose photograph or derived image left; a report or a case concerns everybody in it.
    * Purpose and recipient are what the examiner said; where nobody said, the list says that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from forensic_app.errors import RecordNotFound
from forensic_app.records import CustodyEvent
from forensic_app.searches import SEARCHED
from forensic_app.store.case_store import CaseStore

ACTIONS: Final = frozenset(
    {
        "images_exported",
        "derived_image_exported",
        "exhibit_exported",
        "poster_exported",
        "case_exported",
        "bundle_exported",
        "report_issued",
        "report_printed",
        "report_exported",
    }
)
"""Events of something that left; any other event that holds the digest of a copy counts as well."""
VIEWED: Final = "exhibit_viewed"
"""The event that somebody looked at a photograph in full."""
LOOKS: Final = frozenset({VIEWED, SEARCHED, "exhibit_compared", "exhibit_compared_with_own"})
"""Events of somebody who looked at a photograph, or searched with one."""
_COPY: Final = "exported_sha256"
_PLACES: Final = ("place", "folder", "file", "file_name", "printer")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One way out.

    Attributes:
        sequence: Number of the custody event.
        occurred_at: Aware UTC.
        examiner: Who handed it out.
        action: What was done, as the log says it.
        object_type: What left.
        object_id: Its identifier.
        case_id: Its case, ``None`` where it has none.
        subjects: Identifiers of the persons concerned.
        way: File, clipboard, printer ..., empty where the event does not say.
        place: The file, folder or printer, empty where the event does not say.
        purpose: As stated; empty where nobody said.
        recipient: As stated; empty where nobody said.
        sha256: Digests of what left; of the casebook's files where the event holds no other.
    """

    sequence: int
    occurred_at: datetime
    examiner: str
    action: str
    object_type: str
    object_id: str
    case_id: str | None
    subjects: tuple[str, ...]
    way: str
    place: str
    purpose: str
    recipient: str
    sha256: tuple[str, ...]


def disclosures(
    store: CaseStore, *, subject: str | None = None, case: str | None = None, with_views: bool = False
) -> list[Disclosure]:
    """Return what left the casebook, oldest first.

    Args:
        store: The casebook.
        subject: Only what concerns this person, by identifier.
        case: Only what belongs to this case, by number or identifier.
        with_views: Also who looked at photographs and searched with them, which left nothing.

    Raises:
        RecordNotFound: There is no such person or case.
    """
    if subject is not None:
        subject = store.subject(subject).subject_id
    persons = _Persons(store)
    case_id = None if case is None else store.case(case).case_id
    found = [
        _disclosure(event, persons.of(event))
        for event in store.events(case_id)
        if event.action in ACTIONS or event.details.get(_COPY) or (with_views and event.action in LOOKS)
    ]
    return [each for each in found if subject is None or subject in each.subjects]


class _Persons:
    """Whom an event concerns; each case and run is looked up once."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self._cases: dict[str, tuple[str, ...]] = {}

    def of(self, event: CustodyEvent) -> tuple[str, ...]:
        """Return the persons that an event concerns."""
        try:
            if event.object_type == "subject":
                return (self._store.subject(event.object_id).subject_id,)
            exhibit_id = self._exhibit_of(event)
            if exhibit_id is not None:
                return self._of_exhibit(exhibit_id)
        except RecordNotFound:
            return ()
        return self._of_case(event.case_id)

    def _exhibit_of(self, event: CustodyEvent) -> str | None:
        """Return the photograph that an event is about, directly or as what was worked on or searched with."""
        name = event.object_id
        if event.action == SEARCHED:
            probe = self._store.exhibit_by_sha256(str(event.details.get("probe_sha256")))
            return None if probe is None else probe.exhibit_id
        if event.object_type == "derived_image":
            name = self._store.derived_image(name).run_id
        if event.object_type in ("derived_image", "run"):
            return self._store.run(name).spec.exhibit_id
        return name if event.object_type == "exhibit" else None

    def _of_exhibit(self, exhibit_id: str) -> tuple[str, ...]:
        subject_id = self._store.exhibit(exhibit_id).subject_id
        return (subject_id,) if subject_id else ()

    def _of_case(self, case_id: str | None) -> tuple[str, ...]:
        if case_id is None:
            return ()
        if case_id not in self._cases:
            people = self._store.subjects(case_id, include_removed=True)
            self._cases[case_id] = tuple(each.subject_id for each in people)
        return self._cases[case_id]


def _disclosure(event: CustodyEvent, subjects: tuple[str, ...]) -> Disclosure:
    told = event.details
    return Disclosure(
        event.sequence, event.occurred_at, event.examiner, event.action, event.object_type, event.object_id,
        event.case_id, subjects,
        way=str(told.get("way") or ""),
        place=next((str(told[each]) for each in _PLACES if told.get(each)), ""),
        purpose=str(told.get("purpose") or ""),
        recipient=str(told.get("recipient") or ""),
        sha256=_digests(told),
    )  # fmt: skip


def _digests(told: Mapping[str, Any]) -> tuple[str, ...]:
    value = told.get(_COPY) or told.get("sha256") or ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
