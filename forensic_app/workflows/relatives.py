"""Photographs of relatives that a run is drawn towards, by a stated share.

Rules:
    * Only a person recorded as a relative of the subject, in the same case, and only under that relative's own consent
      that holds (:mod:`forensic_app.store.consents`).
    * A run names them by the digest of their pictures, whatever the examiner called them.
    * What this does to the likeness is not measured by anybody: the run says so, and a run without relatives is made
      beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensic_app.engines.aging.relatives import named_shares, shares_text
from forensic_app.errors import ConsentMissing, InvalidInput
from forensic_app.records import Consent, ConsentPurpose, Exhibit, Relationship, Subject
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import about_exhibit, refuse_withdrawn


@dataclass(frozen=True, slots=True)
class OfferedRelative:
    """A photograph of a relative that a run could be drawn towards.

    Attributes:
        relationship: What is recorded of the two.
        person: The relative.
        exhibit: The photograph; ``None`` where the case has none of this person.
        consent: The relative's consent to this that holds today, ``None`` without one.
        last_consent: The one that was recorded last, whether it holds or not; says why there is none.
    """

    relationship: Relationship
    person: Subject
    exhibit: Exhibit | None
    consent: Consent | None
    last_consent: Consent | None

    @property
    def can_be_chosen(self) -> bool:
        """Whether a run may be drawn towards it."""
        return self.exhibit is not None and self.consent is not None


def offered_relatives(store: CaseStore, exhibit: Exhibit) -> list[OfferedRelative]:
    """Return the photographs of the recorded relatives of the person in ``exhibit``, those without a consent too.

    Raises:
        RecordNotFound: The person is not in this casebook.
    """
    if exhibit.subject_id is None:
        return []
    photographs = store.exhibits(exhibit.case_id)
    consents = [each for each in store.consents(exhibit.case_id) if each.purpose is ConsentPurpose.RELATIVES]
    offered = []
    for known in store.relationships(exhibit.subject_id):
        person = store.subject(known.relative_id)
        holds = store.consent_that_holds(known.relative_id, ConsentPurpose.RELATIVES)
        last = next((each for each in reversed(consents) if each.subject_id == known.relative_id), None)
        own: list[Exhibit | None] = [each for each in photographs if each.subject_id == known.relative_id]
        offered += [OfferedRelative(known, person, each, holds, last) for each in own or [None]]
    return offered


def resolved_relatives(store: CaseStore, text: str, *, exhibit: Exhibit) -> str:
    """Return the relatives that an examiner named, each by the digest of its picture.

    Args:
        store: The casebook.
        text: Such as ``E-0012:0.3, E-0015:0.1``.
        exhibit: The photograph that is worked on.

    Raises:
        ConsentMissing: A relative did not consent, or no longer does.
        InvalidInput: It cannot be read, shares are out of bounds, or a photograph shows nobody known as a relative.
        RecordNotFound: There is no such exhibit.
    """
    if exhibit.subject_id is None:
        raise InvalidInput(
            f"Nobody is named as the person in {exhibit.exhibit_number}, so nobody is known as a relative.",
            "Say whom the photograph shows first.",
        )
    known = {each.relative_id: each for each in store.relationships(exhibit.subject_id)}
    shares: dict[str, float] = {}
    for name, share in named_shares(text).items():
        shown = store.exhibit_by_sha256(name) if len(name) == 64 else store.exhibit(name)
        if shown is None:
            raise InvalidInput(
                f"There is no photograph {name} in this casebook.", "Name it such as E-0012:0.3."
            )
        refuse_withdrawn(shown)
        relative_id = shown.subject_id
        if relative_id is None or relative_id not in known:
            raise InvalidInput(
                f"The photograph {shown.exhibit_number} shows nobody who is recorded as a relative of "
                f"{exhibit.subject_id}.",
                "Record it first: forensic-app subject relate SUBJECT --relative SUBJECT --kinship mother --source ...",
            )
        if store.consent_that_holds(relative_id, ConsentPurpose.RELATIVES) is None:
            raise ConsentMissing(
                f"No consent of {relative_id}, whom {shown.exhibit_number} shows, holds for the face of a relative.",
                f"Record it once it is signed: forensic-app consent record {relative_id} --purpose relatives ...",
            )
        shares[shown.picture_sha256] = share
    return shares_text(shares)


def check_relatives(store: CaseStore, parameters: Mapping[str, Any], *, exhibit: Exhibit) -> dict[str, Path]:
    """Return the files of the relatives that a run's parameters name, by digest, each with its digest checked.

    Raises:
        ConsentMissing: A relative's consent ended or was withdrawn since the run was queued.
        EvidenceAltered: A file is missing or no longer has its digest.
        InvalidInput: A relationship was taken back, or a photograph withdrawn.
    """
    text = parameters.get("relatives")
    if not text:
        return {}
    resolved_relatives(store, text, exhibit=exhibit)
    found = {}
    for sha256 in named_shares(text):
        shown = store.exhibit_by_sha256(sha256)
        if shown is not None:
            with about_exhibit(shown):
                store.vault.check(sha256)
        found[sha256] = store.vault.path(sha256)
    return found
