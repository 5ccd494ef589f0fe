"""What a consent means for what leaves the casebook, and what a withdrawal asks to be recalled.

Rules:
    * A derived image of a media production leaves with the identifier and the end of the consent that holds that day,
      and not at all without one.
    * A withdrawal undoes nothing: the images stay in the casebook, and what had left is listed, for people to recall.
"""

from __future__ import annotations

from forensic_app.records import Consent, Exhibit
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.disclosures import Disclosure, disclosures


def consent_for_export(store: CaseStore, exhibit: Exhibit) -> Consent | None:
    """Return the consent under which an image made of a photograph may leave; ``None`` where none is needed.

    Raises:
        ConsentMissing: The case is a media production, and there is none that holds today.
    """
    return store.check_consent(exhibit.exhibit_id)


def usage_terms(consent: Consent | None) -> str:
    """Return the line that an exported image carries about its consent; empty where none is needed."""
    if consent is None:
        return ""
    return f"Consent {consent.consent_id}, until {consent.valid_until}: {consent.medium}"


def to_be_recalled(store: CaseStore, consent_id: str) -> list[Disclosure]:
    """Return what left the casebook of a consent's person and case, oldest first: what its withdrawal concerns.

    Reports and whole cases count where they could show the person.

    Raises:
        RecordNotFound: There is no such consent.
    """
    consent = store.consent(consent_id)
    return disclosures(store, subject=consent.subject_id, case=consent.case_id)
