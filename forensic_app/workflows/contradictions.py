"""What cannot be of a person and the photographs on record, as of today."""

from __future__ import annotations

from datetime import UTC, datetime

from forensic_app.life_dates import Contradiction, contradictions
from forensic_app.records import Exhibit, Subject
from forensic_app.store.case_store import CaseStore


def contradictions_of_subject(store: CaseStore, subject: Subject) -> list[Contradiction]:
    """Return what cannot be of a person and of every photograph of it that was not withdrawn."""
    shown = [each for each in store.exhibits(subject.case_id) if each.subject_id == subject.subject_id]
    return contradictions(subject, shown, today=datetime.now(UTC).date())


def contradictions_of_exhibit(store: CaseStore, exhibit: Exhibit) -> list[Contradiction]:
    """Return what cannot be of a photograph and of the person whom it shows."""
    subject = None if exhibit.subject_id is None else store.subject(exhibit.subject_id)
    return contradictions(subject, [exhibit], today=datetime.now(UTC).date())
