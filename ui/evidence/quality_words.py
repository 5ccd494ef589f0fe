"""Quality measures in words: name, value with its unit, score."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

Measured = Mapping[str, float | int | None]
Words = tuple[str, str]


def _shown(pattern: str, factor: float = 1.0) -> Callable[[Measured], Words]:
    def words(measure: Measured) -> Words:
        value, score = measure["value"], measure["score"]
        shown = "–" if value is None else pattern.format(value * factor).replace("-", "\N{MINUS SIGN}")
        return shown, "–" if score is None else str(score)

    return words


QUALITY_ROWS: tuple[tuple[str, Callable[[], str], Callable[[Measured], Words]], ...] = (
    (
        "inter_eye_distance_px",
        lambda: QCoreApplication.translate("Quality", "Distance between the eyes"),
        _shown("{:.0f} px"),
    ),
    ("head_size", lambda: QCoreApplication.translate("Quality", "Head size"), _shown("{:.0f} %", 100)),
    ("sharpness", lambda: QCoreApplication.translate("Quality", "Sharpness"), _shown("{:.2f}")),
    ("luminance_mean", lambda: QCoreApplication.translate("Quality", "Mean luminance"), _shown("{:.2f}")),
    (
        "luminance_variance",
        lambda: QCoreApplication.translate("Quality", "Variance of the luminance"),
        _shown("{:.3f}"),
    ),
    (
        "under_exposure",
        lambda: QCoreApplication.translate("Quality", "Under-exposed"),
        _shown("{:.1f} %", 100),
    ),
    ("over_exposure", lambda: QCoreApplication.translate("Quality", "Over-exposed"), _shown("{:.1f} %", 100)),
    (
        "dynamic_range_bits",
        lambda: QCoreApplication.translate("Quality", "Dynamic range"),
        _shown("{:.1f} bit"),
    ),
    (
        "illumination_uniformity",
        lambda: QCoreApplication.translate("Quality", "Even illumination"),
        _shown("{:.2f}"),
    ),
    ("yaw_degrees", lambda: QCoreApplication.translate("Quality", "Yaw (rough)"), _shown("{:+.0f}°")),
    ("pitch_degrees", lambda: QCoreApplication.translate("Quality", "Pitch (rough)"), _shown("{:+.0f}°")),
    ("roll_degrees", lambda: QCoreApplication.translate("Quality", "Roll"), _shown("{:+.0f}°")),
)
"""Field of ``QualityMeasures``, its name, and the words of value and score."""
