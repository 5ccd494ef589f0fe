"""What was measured on a derived image and on the untouched photograph, in words.

Rules:
    * A score is named with its scale and threshold, never as a probability.
    * Every figure of a derived image stands beside that of the control: the untouched photograph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.measured import (
    is_unlike_photograph,
    match_threshold,
    measures_of,
    shown_difference,
    signed,
)
from forensic_app.records import DerivedImage, ImageRole, Run
from ui.wording import engine_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run worked on.

    Attributes:
        exhibit_number: Number of the exhibit.
        image: The derived image that was worked on in place of the exhibit, if any.
    """

    exhibit_number: str
    image: DerivedImage | None = None


def origin_of(store: CaseStore, run: Run) -> Origin:
    """Return what ``run`` worked on; reads records."""
    name = run.spec.source_derived_image_id
    number = store.exhibit(run.spec.exhibit_id).exhibit_number
    return Origin(number, store.derived_image(name) if name else None)


def image_title(image: DerivedImage, run: Run, origin: Origin) -> str:
    """Return a short name, such as ``62 years`` or ``Sketch of E-0001``.

    A variant is numbered where the run made more than one.
    """
    if image.target_age is None:
        return _drawing_title(run, origin)
    age = f"{image.target_age:g}"
    if image.role is ImageRole.MEAN:
        return QCoreApplication.translate("Figures", "{age} years, mean").format(age=age)
    if image.role is ImageRole.SPREAD:
        return QCoreApplication.translate("Figures", "{age} years, spread").format(age=age)
    if image.variant is None or int(run.spec.parameters.get("variants") or 1) < 2:
        return QCoreApplication.translate("Figures", "{age} years").format(age=age)
    return QCoreApplication.translate("Figures", "{age} years, variant {variant}").format(
        age=age, variant=image.variant
    )


def origin_words(origin: Origin) -> str:
    """Return what was worked on, such as ``E-0001`` or ``the 75-year image of E-0001``."""
    source = origin.image
    if source is None:
        return origin.exhibit_number
    if source.target_age is None:
        words = QCoreApplication.translate("Figures", "the image {name} of {number}")
        return words.format(name=source.derived_image_id, number=origin.exhibit_number)
    words = QCoreApplication.translate("Figures", "the {age}-year image of {number}")
    return words.format(age=f"{source.target_age:g}", number=origin.exhibit_number)


def _drawing_title(run: Run, origin: Origin) -> str:
    """Return the name of an image that shows no age of its own."""
    engine, source = engine_words(run.spec.engine), origin.image
    if source is not None and source.target_age is not None:
        words = QCoreApplication.translate("Figures", "{engine} of the {age}-year image")
        return words.format(engine=engine, age=f"{source.target_age:g}")
    what = source.derived_image_id if source is not None else origin.exhibit_number
    return QCoreApplication.translate("Figures", "{engine} of {what}").format(engine=engine, what=what)


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
    if measures_of(image.metrics).face_found is False:
        sentences.append(
            QCoreApplication.translate("Figures", "The analyser finds no face in this image any more.")
        )
        return sentences
    if is_unlike_photograph(measures_of(image.metrics), run.environment):
        sentences.append(
            QCoreApplication.translate(
                "Figures",
                "Less like a photograph than 99 of 100 photographs: look for faults at the mouth, the eyes and the "
                "hairline before it is used.",
            )
        )
    sentences += [_age_sentence(run, image), _score_sentence(run, image)]
    return [each for each in sentences if each]


def _age_sentence(run: Run, image: DerivedImage) -> str:
    shown, control = measures_of(image.metrics).age.best, measures_of(run.control).age.best
    if shown is None:
        return ""
    if control is None:
        return QCoreApplication.translate("Figures", "The age estimator reads {shown:.0f} years.").format(
            shown=shown
        )
    return QCoreApplication.translate(
        "Figures",
        "The age estimator reads {shown:.0f} years here and {control:.0f} on the untouched photograph: "
        "{difference} years. It can be wrong by many years.",
    ).format(shown=shown, control=control, difference=signed(shown_difference(shown, control)))


def _score_sentence(run: Run, image: DerivedImage) -> str:
    score = measures_of(image.metrics).score_to_exhibit
    if score is None:
        return ""
    told = QCoreApplication.translate(
        "Figures", "Comparison score with the photograph ({analyser}, higher is more alike): {score:.3f}."
    ).format(analyser=run.spec.analyser, score=score)
    threshold = match_threshold(run.environment)
    if threshold is not None:
        told += " " + QCoreApplication.translate(
            "Figures", "The analyser's authors name {threshold:g} for the same person. It is no probability."
        ).format(threshold=threshold)
    return told


def reference_rows(run: Run, image: DerivedImage) -> list[tuple[str, float, float | None]]:
    """Return identifier, score and the untouched photograph's score of each other photograph, the best first."""
    control = dict(measures_of(run.control).scores_to_others)
    scores = measures_of(image.metrics).scores_to_others
    return sorted(
        ((name, score, control.get(name)) for name, score in scores), key=lambda row: row[1], reverse=True
    )


def makes_images(engine: str) -> bool:
    """Whether runs of an engine of that name have images; one that is not known here may have."""
    described = registry.find(engine)
    return described is None or described.makes is not Output.ADAPTER


def draws_derived_images(engine: str) -> bool:
    """Whether an engine of that name draws what is there: it shows no other age."""
    described = registry.find(engine)
    return described is not None and described.accepts_derived_images
