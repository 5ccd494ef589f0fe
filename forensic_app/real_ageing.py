"""What real photographs of one person score as years pass, measured on research sets: numbers alone, no picture.

Rules:
    * A curve belongs to one recogniser with one set of weights: for another one there is none.
    * Of a threshold at an FMR the strictest of the measured sets counts, so that fewer strangers pass it.
    * The people of the sets are others than a casebook's; whoever prints a number says on whom it was measured.

References:
    ``resources/measures/README.md`` (sets, commands); ``forensic_app.evaluation.matching.ageing_table`` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from forensic_app.checked_json import parse_json_object
from forensic_app.settings import resources_dir

FILE_NAME: Final = "real_ageing.json"


@dataclass(frozen=True, slots=True)
class GapPoint:
    """Scores of two photographs of one person, of one class of age gaps.

    Attributes:
        gap_from: Least gap, years.
        gap_to: Gap below which the class lies, years.
        low: Score that 19 of 20 comparisons reach.
        median: Score that half of them reach.
        high: Score that one in 20 reaches.
        count: Comparisons.
        people: People they are of.
    """

    gap_from: float
    gap_to: float
    low: float
    median: float
    high: float
    count: int
    people: int

    @property
    def middle(self) -> float:
        """The gap in the middle of the class, years."""
        return (self.gap_from + self.gap_to) / 2


@dataclass(frozen=True, slots=True)
class AgeingCurve:
    """How scores of one recogniser fall with the age gap.

    Attributes:
        analyser: Registry name of the recogniser.
        data: The data set.
        ages: Where the ages come from, in words.
        points: By rising gap.
    """

    analyser: str
    data: str
    ages: str
    points: tuple[GapPoint, ...]

    def at(self, gap_years: float) -> GapPoint | None:
        """Return the point of a gap; ``None`` beyond the last one, where nothing was measured."""
        gap = abs(gap_years)
        return next((each for each in self.points if each.gap_from <= gap < each.gap_to), None)


@dataclass(frozen=True, slots=True)
class KnownThreshold:
    """A threshold at an FMR on photographs of different people.

    Attributes:
        fmr: The FMR, a fraction.
        value: The score.
        data: The data set that gave the highest one.
        non_mated_count: Comparisons behind it.
    """

    fmr: float
    value: float
    data: str
    non_mated_count: int


def ageing_curve(analyser: str, weights_sha256: Mapping[str, str]) -> AgeingCurve | None:
    """Return the curve of a recogniser, ``None`` where none was measured with these weights.

    Args:
        analyser: Registry name.
        weights_sha256: SHA-256 of each of its weights files, by name.
    """
    for each in _table()["curves"]:
        if _is_of(each, analyser, weights_sha256):
            points = tuple(GapPoint(**point) for point in each["points"])
            return AgeingCurve(analyser, str(each["data"]), str(each["ages"]), points)
    return None


def known_threshold(
    analyser: str, weights_sha256: Mapping[str, str], *, fmr: float = 0.001
) -> KnownThreshold | None:
    """Return the strictest threshold that was measured for a recogniser at an FMR; ``None`` without one.

    Args:
        analyser: Registry name.
        weights_sha256: SHA-256 of each of its weights files, by name.
        fmr: 0.01 or 0.001.
    """
    found = [
        KnownThreshold(fmr, float(each["value"]), str(each["data"]), int(each["non_mated_count"]))
        for each in _table()["thresholds"]
        if each["fmr"] == fmr and _is_of(each, analyser, weights_sha256)
    ]
    return max(found, key=lambda each: each.value, default=None)


def _is_of(entry: Mapping[str, Any], analyser: str, weights_sha256: Mapping[str, str]) -> bool:
    return bool(entry["analyser"] == analyser and entry["weights_sha256"] == dict(weights_sha256))


@cache
def _table(path: Path | None = None) -> Mapping[str, Any]:
    return parse_json_object((path or resources_dir() / "measures" / FILE_NAME).read_bytes())
