"""What was measured on a derived image and on the untouched photograph, in words.

Rules:
    * A score is named with its scale and threshold, never as a probability.
    * Every figure of a derived image stands beside that of the control: the untouched photograph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from forensic_app.records import DerivedImage, ImageRole, Run


def image_title(image: DerivedImage) -> str:
    """Return a short name, such as ``62 years, variant 1``."""
    age = f"{image.target_age:g}" if image.target_age is not None else "–"
    if image.role is ImageRole.MEAN:
        return QCoreApplication.translate("Figures", "{age} years, mean").format(age=age)
    if image.role is ImageRole.SPREAD:
        return QCoreApplication.translate("Figures", "{age} years, spread").format(age=age)
    if image.variant is None:
        return QCoreApplication.translate("Figures", "{age} years").format(age=age)
    return QCoreApplication.translate("Figures", "{age} years, variant {variant}").format(
        age=age, variant=image.variant
    )


def image_sentences(run: Run, image: DerivedImage) -> list[str]:
    """Return what there is to say about an image, one sentence each."""
    if image.role is ImageRole.SPREAD:
        return [
            QCoreApplication.translate(
                "Figures",
                "The brighter a place, the more the variants differ there: what is bright is not "
                "determined by the "
                "photograph.",
            )
        ]
    sentences = []
    if image.role is ImageRole.MEAN:
        sentences.append(
            QCoreApplication.translate("Figures", "The mean of the variants: what they have in common.")
        )
    if image.metrics.get("face_found") is False:
        sentences.append(
            QCoreApplication.translate("Figures", "The analyser finds no face in this image any more.")
        )
        return sentences
    sentences += [_age_sentence(run, image), _score_sentence(run, image), *_reference_sentences(run, image)]
    return [each for each in sentences if each]


def _age_sentence(run: Run, image: DerivedImage) -> str:
    shown = _years(image.metrics.get("estimated_age"))
    control = _years(run.control.get("estimated_age"))
    if shown is None:
        return ""
    if control is None:
        return QCoreApplication.translate("Figures", "The age estimator reads {shown:.0f} years.").format(
            shown=shown
        )
    return QCoreApplication.translate(
        "Figures",
        "The age estimator reads {shown:.0f} years here and {control:.0f} on the untouched photograph: "
        "{difference:+.0f} years. It can be wrong by many years.",
    ).format(shown=shown, control=control, difference=shown - control)


def _score_sentence(run: Run, image: DerivedImage) -> str:
    score = image.metrics.get("comparison_score")
    if score is None:
        return ""
    told = QCoreApplication.translate(
        "Figures", "Comparison score with the photograph ({analyser}, higher is more alike): {score:.3f}."
    ).format(analyser=run.spec.analyser, score=score)
    threshold = _threshold(run.environment)
    if isinstance(threshold, int | float):
        told += " " + QCoreApplication.translate(
            "Figures", "The analyser's authors name {threshold:g} for the same person. It is no probability."
        ).format(threshold=threshold)
    return told


def _reference_sentences(run: Run, image: DerivedImage) -> list[str]:
    scores: Mapping[str, Any] = image.metrics.get("reference_scores") or {}
    control: Mapping[str, Any] = run.control.get("reference_scores") or {}
    told = []
    for name, score in scores.items():
        if score is None:
            continue
        words = QCoreApplication.translate("Figures", "With the other photograph {name}: {score:.3f}")
        sentence = words.format(name=name, score=score)
        if control.get(name) is not None:
            sentence += QCoreApplication.translate("Figures", " (untouched photograph: {score:.3f})").format(
                score=control[name]
            )
        told.append(sentence + ".")
    return told


def _threshold(environment: Mapping[str, Any]) -> Any:
    """Return the first ``match_threshold`` in an environment record, at whatever depth."""
    if "match_threshold" in environment:
        return environment["match_threshold"]
    inner = (_threshold(each) for each in environment.values() if isinstance(each, Mapping))
    return next((each for each in inner if each is not None), None)


def _years(estimate: Any) -> float | None:
    if isinstance(estimate, Mapping):
        value = estimate.get("calibrated")
        estimate = estimate.get("raw") if value is None else value
    return float(estimate) if isinstance(estimate, int | float) else None
