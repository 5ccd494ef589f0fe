"""What a report says of an exhibit against its subject's other photographs, by the years between them."""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.real_ageing import AgeingCurve


@dataclass(frozen=True, slots=True)
class AgeingPoint:
    """One other photograph.

    Attributes:
        exhibit_number: Its number.
        score: Comparison score with the exhibit.
        gap_years: Years between both; ``None`` where they are not recorded.
    """

    exhibit_number: str
    score: float
    gap_years: float | None


@dataclass(frozen=True, slots=True)
class AgeingSection:
    """An exhibit's scores on the curve of real ageing.

    Attributes:
        exhibit_number: The exhibit that a run worked on.
        points: Its scores with the subject's other photographs.
        curve: Of the run's recogniser.
    """

    exhibit_number: str
    points: tuple[AgeingPoint, ...]
    curve: AgeingCurve
