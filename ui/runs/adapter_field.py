"""Choose what a personalisation learned about the subject, or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from forensic_app.learned import training_photos
from forensic_app.records import SubjectAdapter
from ui.widgets.plain import plain


class AdapterField(QComboBox):
    """Offers the adapters of one subject that fit one model pack; none is chosen unless somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self._adapters: Sequence[SubjectAdapter] = ()
        self._pack_sha256 = ""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self._fill()

    def show_adapters(self, adapters: Sequence[SubjectAdapter]) -> None:
        """Offer these adapters of the subject, the newest first."""
        self._adapters = tuple(adapters)[::-1]
        self._fill()

    def show_pack(self, pack_sha256: str) -> None:
        """Offer only adapters that were trained on this model pack."""
        self._pack_sha256 = pack_sha256
        self._fill()

    def adapter_id(self) -> str | None:
        """Return the identifier of the chosen adapter, ``None`` for the photograph alone."""
        found = self.currentData()
        return found if isinstance(found, str) else None

    def choose(self, adapter_id: object) -> None:
        """Choose an adapter that is offered; anything else chooses none."""
        self.setCurrentIndex(max(self.findData(adapter_id), 0) if adapter_id else 0)

    def _fill(self) -> None:
        kept = self.adapter_id()
        fitting = [each for each in self._adapters if each.pack_sha256 == self._pack_sha256]
        none = (
            self.tr("None: the photograph alone")
            if fitting or not self._adapters
            else self.tr("None: the subject's adapters are of another model pack")
        )
        self.blockSignals(True)
        self.clear()
        self.addItem(none, None)
        for adapter in fitting:
            self.addItem(plain(self._words(adapter)), adapter.adapter_id)
        self.choose(kept)
        self.blockSignals(False)
        self.setEnabled(bool(fitting))
        if self.adapter_id() != kept:
            self.currentIndexChanged.emit(self.currentIndex())

    def _words(self, adapter: SubjectAdapter) -> str:
        photos = training_photos(adapter.facts)
        ages = sorted(each.age for each in photos if each.age is not None)
        if not ages:
            words = self.tr("{adapter}: learned from {count} photographs")
            return words.format(adapter=adapter.adapter_id, count=len(photos))
        words = self.tr("{adapter}: learned from {count} photographs, ages {first:.0f} to {last:.0f}")
        return words.format(adapter=adapter.adapter_id, count=len(photos), first=ages[0], last=ages[-1])
