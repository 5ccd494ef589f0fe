"""Make a gallery: its name, and the matcher of all its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from forensic_app.errors import ForensicAppError
from ui.desk import Desk
from ui.runs.licence_dialog import LicenceDialog
from ui.search.matchers import matchers_of
from ui.widgets.basics import label
from ui.widgets.combo import Combo
from ui.widgets.form_dialog import FormDialog
from ui.widgets.plain import plain
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.workflows.packs import PackState

_PACK = 0x0101


class GalleryDialog(FormDialog):
    """A new, empty gallery.

    Signals:
        made: The gallery.
    """

    made = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self._desk = desk
        self._accepted: set[str] = set()
        self.name(self.tr("New gallery"), self.tr("Make the gallery"))
        self.gallery_name = QLineEdit()
        self.gallery_name.setAccessibleName(self.tr("Name of the gallery"))
        self.matcher = Combo()
        self.matcher.setAccessibleName(self.tr("Matcher of all its templates"))
        self.matcher.addItem(self.tr("Bundled recogniser (dlib)"), "dlib")
        self.form.addRow(
            label(
                self.tr(
                    "A gallery holds faces of known people that a face is searched among. All its templates are by one "
                    "matcher; the pack “matcher” finds more people across decades than the bundled recogniser."
                ),
                "muted",
                wraps=True,
            )
        )
        self.form.addRow(self.tr("&Name"), self.gallery_name)
        self.form.addRow(self.tr("&Matcher"), self.matcher)
        self.resize(560, 320)
        self.gallery_name.setFocus()
        desk.session.read(_matcher_packs, self, self._show_packs)

    def save(self) -> None:
        """Make the gallery; a pack's licence is shown first where it was not accepted here."""
        pack = self.matcher.currentData(_PACK)
        if pack is not None and pack.sha256 not in self._accepted:
            dialog = LicenceDialog(self._desk, pack, is_accepted=False, parent=self)
            dialog.accepted_licence.connect(lambda: self._accept(pack))
            dialog.open()
            return
        name, store, load = self.gallery_name.text(), self.session.store, matchers_of(self.session).load
        self.banner.say(self.tr("The matcher is being loaded…"))
        self.save_button.setEnabled(False)

        def work() -> Any:
            from forensic_app.workflows.gallery_matcher import create_gallery

            return create_gallery(
                store,
                name,
                analyser="dlib" if pack is None else "matcher",
                pack="" if pack is None else pack.name,
                load=load,
            )

        def done(gallery: Any) -> None:
            self.accept()
            self.made.emit(gallery)
            self.session.changed.emit()

        def failed(error: BaseException) -> None:
            self.save_button.setEnabled(True)
            self.banner.say("")
            if isinstance(error, ForensicAppError):
                self.banner.say(error_words(error), "bad")
            else:
                self.session.failed.emit(error)

        self.session.compute(work, self, done, failed)

    def _accept(self, pack: Pack) -> None:
        self._accepted.add(pack.sha256)
        self.save()

    def _show_packs(self, states: list[PackState]) -> None:
        for each in states:
            pack = each.pack
            self.matcher.addItem(plain(f"{pack.name} {pack.version}"), "matcher")
            self.matcher.setItemData(self.matcher.count() - 1, pack, _PACK)
            if each.is_accepted:
                self._accepted.add(pack.sha256)


def _matcher_packs(store: Any) -> list[PackState]:
    from forensic_app.engines.matcher.schema import PACK_KIND
    from forensic_app.workflows.packs import list_states

    found = list_states(store.packs_dir, store=store)
    return [each for each in found if each.pack.kind == PACK_KIND]
