"""What stands above a picture that is compared: which it is, its age, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from forensic_app.records import ImageRole
from forensic_app.workflows.comparable import Comparable
from ui.wording import engine_words


@dataclass(frozen=True, slots=True)
class Caption:
    """Words on a picture.

    Attributes:
        title: Number and age.
        made: Engine, pack and adapter; of a photograph that it is one.
        record: Run, exhibit and decision; of a photograph its date and file.
    """

    title: str
    made: str
    record: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        return ". ".join(each for each in (self.title, self.made, self.record) if each)


def caption_of(each: Comparable) -> Caption:
    """Return the words on a photograph or derived image."""
    return _of_photograph(each) if each.image is None or each.run is None else _of_image(each)


def _of_photograph(each: Comparable) -> Caption:
    exhibit = each.exhibit
    if exhibit.age_at_photo is None:
        age = QCoreApplication.translate("Captions", "age not stated")
    else:
        age = QCoreApplication.translate("Captions", "{age} years").format(age=f"{exhibit.age_at_photo:g}")
    return Caption(
        f"{exhibit.exhibit_number} · {age}",
        QCoreApplication.translate("Captions", "Photograph as received"),
        " · ".join(part for part in (exhibit.photo_date, exhibit.original_name) if part),
    )


def _of_image(each: Comparable) -> Caption:
    image, run = each.image, each.run
    assert image is not None
    assert run is not None
    parts = [image.derived_image_id]
    if image.target_age is not None:
        words = QCoreApplication.translate("Captions", "{age} years")
        parts.append(words.format(age=f"{image.target_age:g}"))
    if image.role is ImageRole.MEAN:
        parts.append(QCoreApplication.translate("Captions", "mean of the variants"))
    elif image.role is ImageRole.SPREAD:
        parts.append(QCoreApplication.translate("Captions", "spread of the variants"))
    elif int(run.spec.parameters.get("variants") or 1) > 1 and image.variant is not None:
        words = QCoreApplication.translate("Captions", "variant {number}")
        parts.append(words.format(number=image.variant))
    adapter = (
        QCoreApplication.translate("Captions", "adapter {name}").format(name=each.adapter)
        if each.adapter
        else QCoreApplication.translate("Captions", "no adapter")
    )
    pack = QCoreApplication.translate("Captions", "pack {name}").format(name=each.pack)
    number = each.exhibit.exhibit_number
    if run.spec.source_derived_image_id:
        number = f"{run.spec.source_derived_image_id} ({number})"
    origin = QCoreApplication.translate("Captions", "{run} from {number}").format(
        run=run.run_id, number=number
    )
    return Caption(
        " · ".join(parts),
        " · ".join((engine_words(run.spec.engine), pack, adapter)),
        " · ".join((origin, _decision_words(each))),
    )


def _decision_words(each: Comparable) -> str:
    if each.decision is None:
        return QCoreApplication.translate("Captions", "not decided")
    if each.decision.is_accepted:
        return QCoreApplication.translate("Captions", "accepted")
    return QCoreApplication.translate("Captions", "rejected")
