"""What the numbers of all evaluations are called and how they are printed: on screen, in cards, tables and figures.

Rules:
    * A measure has one name, one unit and one number of digits, wherever it is printed.
    * A number that was not measured never becomes a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of an evaluation.

    Attributes:
        key: Its key in the result, and in the result's ``intervals``.
        words: Its name.
        unit: Its unit; empty for none.
        digits: Digits after the point.
        is_share: Whether it is a fraction that is printed in percent, with one digit.
        better: Which way is better, empty where neither is.
        short: Its name as the head of a column.
        missing: What stands for a number that was not measured.
    """

    key: str
    words: str
    unit: str = ""
    digits: int = 1
    is_share: bool = False
    better: Literal["less", "more", ""] = ""
    short: str = ""
    missing: str = "not measured"

    @property
    def title(self) -> str:
        """Name and unit."""
        return f"{self.words}, {self.unit}" if self.unit else self.words

    @property
    def axis(self) -> str:
        """Name, unit and the better direction, for a plot."""
        return f"{self.title} ({self.better} is better)" if self.better else self.title

    def number(self, value: float | None) -> str:
        """Return a value in words."""
        if value is None:
            return self.missing
        return f"{100 * value:.1f} %" if self.is_share else f"{value:.{self.digits}f}"

    def of(self, values: Mapping[str, Any]) -> str:
        """Return the value in the numbers of an evaluation."""
        return self.number(values.get(self.key))

    def interval(self, values: Mapping[str, Any], *, between: str = " to ") -> str:
        """Return the 95 % interval in the numbers of an evaluation; empty where there is none."""
        bounds = values.get("intervals", {}).get(self.key) or ()
        return between.join(self.number(bound) for bound in bounds)

    def cell(self, values: Mapping[str, Any]) -> str:
        """Return value and interval, where there is one, as one cell of a table."""
        interval = self.interval(values, between=", ")
        return f"{self.of(values)} [{interval}]" if interval else self.of(values)


def _by_key(*measures: Measure) -> dict[str, Measure]:
    return {measure.key: measure for measure in measures}


PACK = _by_key(
    Measure("estimator_mae", "Estimator's own mean absolute error on the real photographs", "years"),
    Measure("psnr_db", "Reconstruction PSNR", "dB", better="more"),
    Measure("ssim", "Reconstruction SSIM (luminance)", digits=3, better="more"),
    Measure("age_mae", "Mean absolute age error, calibrated", "years", better="less", short="age error"),
    Measure("age_mae_raw", "Mean absolute age error, raw", "years", better="less"),
    Measure("real_age_mae", "The estimator's error on real faces of the target ages", "years"),
    Measure("age_bias", "Age bias, calibrated", "years", short="bias"),
    Measure(
        "age_spearman",
        "Spearman correlation with the target age, median over people",
        digits=3,
        better="more",
    ),
    Measure("control_age_mae", "Doing nothing: mean absolute age error", "years"),
    Measure(
        "identity_kept_gap20", "Identity kept at FMR 1 %, gaps up to 20 years", is_share=True, better="more"
    ),
    Measure(
        "identity_kept_all",
        "Identity kept at FMR 1 %, all gaps",
        is_share=True,
        better="more",
        short="identity kept",
    ),
    Measure("held_back_share", "Pictures that the identity guard held back", is_share=True),
    Measure("kid", "KID to real faces of the target group", digits=4, better="less", short="KID"),
    Measure(
        "realism_auc",
        "Told from real faces of the target age (AUC, 0.5 = not at all), whole face",
        digits=3,
        better="less",
        short="told apart",
    ),
    Measure("realism_auc_eyes", "The same, eyes", "AUC", digits=3, better="less", short="eyes"),
    Measure("realism_auc_mouth", "The same, mouth", "AUC", digits=3, better="less", short="mouth"),
    Measure("control_realism_auc", "Doing nothing: told from real faces of the target age", "AUC", digits=3),
    Measure(
        "sex_kept",
        "Pictures read as the sex that is read in the photograph",
        is_share=True,
        better="more",
        short="sex kept",
    ),
    Measure("sex_read_right", "Photographs in which the sex is read as labelled", is_share=True),
    Measure("seconds_per_series", "Seconds for six ages", digits=2, better="less"),
    Measure("peak_memory_mb", "Peak memory of the evaluation", "MB", digits=0, better="less"),
)
"""Of a pack that shows other ages, in the order of its card."""

CHILDREN = _by_key(
    Measure("age_mae", "Mean absolute age error, calibrated", "years", better="less", short="age error"),
    Measure("age_bias", "Age bias, calibrated", "years", short="bias"),
    Measure("identity_kept", "Identity kept at FMR 1 %", is_share=True, better="more", short="identity kept"),
)
"""Of children who are shown as adults, in the evaluation's ``children``."""

GREY = _by_key(
    Measure("grey_kept", "Pictures of grey photographs that stay grey", is_share=True, better="more"),
    Measure(
        "grey_spread_mean", "How far their colours stray, mean", "levels of 255", digits=2, better="less"
    ),
    Measure("grey_spread_max", "How far their colours stray, most", "levels of 255", digits=2, better="less"),
)
"""Of grey photographs, in the evaluation's ``grey``."""

LOOK = _by_key(
    Measure(
        "unlikeness", "Unlike real faces of that age", "deviations of real faces", digits=1, better="less"
    ),
    Measure("unlikeness_eyes", "The same, eyes", "deviations of real faces", digits=1, better="less"),
    Measure("unlikeness_mouth", "The same, mouth", "deviations of real faces", digits=1, better="less"),
)
"""Of a single picture of a contact sheet."""

APART = _by_key(
    Measure("first_minus_second_real", "First minus second estimator, real photographs", "years"),
    Measure("first_minus_second_derived", "First minus second estimator, derived images", "years"),
)
"""How far the two age estimators of a pack's evaluation read apart."""

SKETCH = _by_key(
    Measure("ssim", "SSIM (luma)", digits=3, better="more"),
    Measure("psnr_db", "PSNR", "dB", digits=2, better="more"),
    Measure("fsim", "FSIM", digits=3, better="more"),
    Measure("scoot", "SCOOT", digits=3, better="more"),
    Measure("kid", "KID", digits=4, better="less"),
    Measure("fid", "FID", better="less"),
    Measure("rank1", "Right photograph found first (rank 1)", "share", digits=3, better="more"),
    Measure("rank5", "Right photograph among the first five (rank 5)", "share", digits=3, better="more"),
    Measure("rank1_artist", "The artist's own sketches, rank 1", "share", digits=3),
    Measure("rank5_artist", "The artist's own sketches, rank 5", "share", digits=3),
    Measure("rank1_matcher", "Rank 1 by the matcher", "share", digits=3, better="more"),
    Measure("rank1_artist_matcher", "The artist's own sketches, rank 1 by the matcher", "share", digits=3),
    Measure("rank1_second", "Rank 1 by the second recogniser", "share", digits=3, better="more"),
    Measure("rank5_second", "Rank 5 by the second recogniser", "share", digits=3, better="more"),
    Measure(
        "rank1_artist_second", "The artist's own sketches, rank 1 by the second recogniser", "share", digits=3
    ),
    Measure(
        "rank5_artist_second", "The artist's own sketches, rank 5 by the second recogniser", "share", digits=3
    ),
    Measure("seconds_per_sketch", "Seconds for one sketch, warm", digits=2, better="less"),
)
"""Of a sketch pack, in the order of its card."""

STAGES = _by_key(
    Measure("score", "Mean score", digits=3, better="more"),
    Measure("rank1", "Rank 1", is_share=True, better="more"),
    Measure("rank5", "Rank 5", is_share=True, better="more"),
    Measure("kept", "Kept at FMR 1 %", is_share=True, better="more"),
    Measure("fmr", "Others at or above it", is_share=True, better="less"),
)
"""Of a stage of another age and a sketch of that."""

PERSONAL = _by_key(
    Measure("input_id", "input-ID", digits=3, better="more"),
    Measure("reference_id", "reference-ID", digits=3, better="more"),
    Measure("kept_at_fmr1", "kept at FMR 1 %", digits=2, better="more"),
    Measure("age_mae", "AgeMAE", "years", better="less"),
    Measure("age_spearman", "Spearman", digits=2, better="more"),
)
"""Of an arm of personalisation."""

PERSONAL_SECOND = _by_key(
    Measure("second_reference_id", "second recogniser, largest", digits=3, better="more"),
    Measure("second_reference_mean", "second recogniser, mean", digits=3, better="more"),
)
"""Of an arm of personalisation, by a second recogniser."""

MATCHING = _by_key(
    Measure("fnmr_at_fmr1", "FNMR at FMR 1 %", is_share=True, better="less"),
    Measure("fnmr_at_fmr01", "FNMR at FMR 0.1 %", is_share=True, better="less"),
    Measure("realised_fmr1", "its own FMR there", is_share=True),
    Measure("fnmr_at_own_fmr1", "FNMR at its own FMR of 1 %", is_share=True, better="less"),
    Measure("auc", "AUC", digits=3, better="more"),
    Measure("rank1", "rank 1", is_share=True, better="more"),
    Measure("rank5", "rank 5", is_share=True, better="more"),
)
"""Of an arm of a matching evaluation."""

SECONDS_PER_STEP = Measure("seconds_per_step", "s/step", digits=2, better="less", missing="")
"""Of an arm of personalisation that is trained."""


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
