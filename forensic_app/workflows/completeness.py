"""How complete a missing person's record is for the two notices that images usually accompany.

Rules:
    * A field counts when the record says something, not when it says something useful: the meter is a
      checklist, no judgement.
    * The lists are short forms of what the two systems ask for; filling them does not file a notice.

References:
    INTERPOL, yellow notices: identity particulars, description, and a photograph of good quality,
    fingerprints or a DNA profile.
    NamUs, case entry: demographics, circumstances, physical description, clothing, agency and numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forensic_app.records import Case, Exhibit, Sex, Subject


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a notice's list a record fills.

    Attributes:
        notice: Name of the notice.
        present: Fields that are filled, in words.
        missing: Fields that are not.
    """

    notice: str
    present: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def fraction(self) -> float:
        """Filled fields as a share of all, from 0 to 1."""
        return len(self.present) / (len(self.present) + len(self.missing))


def yellow_notice(case: Case, subject: Subject, exhibits: Sequence[Exhibit]) -> Completeness:
    """Return how far the record serves an INTERPOL yellow notice.

    Args:
        case: The case.
        subject: The missing person.
        exhibits: Exhibits that show the person.
    """
    about = subject.description
    identification = bool(exhibits) or bool(about.dna_available) or bool(about.fingerprints_available)
    return _counted(
        "INTERPOL yellow notice",
        (
            ("family name", bool(about.family_name)),
            ("forename", bool(about.forename)),
            ("sex", subject.sex is not Sex.UNKNOWN),
            ("year of birth", bool(subject.birth_date)),
            ("physical description", any((about.height, about.weight, about.hair, about.eyes, about.marks))),
            ("photograph, fingerprints or DNA", identification),
            ("police report", bool(about.police_report)),
            ("requesting agency", bool(case.agency)),
        ),
    )


def namus(case: Case, subject: Subject, exhibits: Sequence[Exhibit]) -> Completeness:
    """Return how far the record serves a NamUs missing person entry; see :func:`yellow_notice`."""
    about = subject.description
    return _counted(
        "NamUs",
        (
            ("family name", bool(about.family_name)),
            ("forename", bool(about.forename)),
            ("date of last contact", bool(subject.last_seen)),
            ("place of last contact", bool(subject.last_seen_place)),
            ("sex", subject.sex is not Sex.UNKNOWN),
            ("ethnicity", bool(about.ethnicity)),
            ("age (date of birth)", bool(subject.birth_date)),
            ("hair colour", bool(about.hair)),
            ("eye colour", bool(about.eyes)),
            ("height", bool(about.height)),
            ("weight", bool(about.weight)),
            ("distinctive marks", bool(about.marks)),
            ("clothing", bool(about.clothing)),
            ("circumstances", bool(about.circumstances)),
            ("photograph", bool(exhibits)),
            ("investigating agency", bool(case.agency)),
            ("agency case number", bool(case.case_number)),
        ),
    )


def _counted(notice: str, fields: Sequence[tuple[str, bool]]) -> Completeness:
    return Completeness(
        notice,
        tuple(name for name, is_filled in fields if is_filled),
        tuple(name for name, is_filled in fields if not is_filled),
    )
