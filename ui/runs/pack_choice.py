"""The model pack of a run: which one, and whether its licence was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from ui.desk import Desk
from ui.runs.licence_dialog import LicenceDialog
from ui.widgets.basics import Card, button, pill, set_property
from ui.widgets.casework_mark import CaseworkMark
from ui.widgets.combo import Combo
from ui.widgets.plain import plain
from ui.widgets.wrapping import WrappingRow

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack


class PackChoice(Card):
    """Offers the packs of one kind.

    Attributes:
        is_known: Whether the packs of this computer were read.

    Signals:
        changed: Another pack is chosen, or its licence was accepted.
    """

    changed = Signal()

    def __init__(self, desk: Desk, title: str = "") -> None:
        super().__init__(title or self.tr("Model pack"))
        self._desk = desk
        self._every: list[tuple[Pack, bool]] = []
        self._offered: list[tuple[Pack, bool]] = []
        self._kind = self._preferred = ""
        self.is_known = False
        self.pack = Combo()
        self.pack.setAccessibleName(title or self.tr("Model pack"))
        self.licence_state = pill("")
        self.licence_button = button(self.tr("Read the &licence…"), self.show_licence)
        self.mark = CaseworkMark(desk.theme)
        self.body.addWidget(self.pack)
        self.body.addWidget(self.mark)
        row = WrappingRow()
        row.addWidget(self.licence_state)
        row.addStretch(1)
        row.addWidget(self.licence_button)
        self.body.addWidget(row)
        self.pack.currentIndexChanged.connect(self._show_pack)

    def reload(self) -> None:
        """Read the packs of this computer and of the casebook."""

        def work(store: Any) -> list[tuple[Pack, bool]]:
            from forensic_app.workflows.packs import list_states

            return [(each.pack, bool(each.is_accepted)) for each in list_states(store.packs_dir, store=store)]

        self._desk.session.read(work, self, self._take)

    def offer(self, kind: str, *, preferred: str) -> None:
        """Offer the packs of a kind; the one that was chosen stays, else ``preferred`` is chosen."""
        self._kind, self._preferred = kind, preferred
        self._show_packs()

    def chosen(self) -> tuple[Pack, bool] | None:
        """Return the pack, and whether its licence was accepted; ``None`` where there is none of the kind."""
        place = self.pack.currentIndex()
        return self._offered[place] if 0 <= place < len(self._offered) else None

    def named(self, name: str, kind: str) -> tuple[Pack, bool] | None:
        """Return a pack of any kind, and whether its licence was accepted; ``None`` where there is none."""
        return next((each for each in self._every if (each[0].name, each[0].kind) == (name, kind)), None)

    def show_licence(self) -> None:
        """Show the licence of the chosen pack."""
        chosen = self.chosen()
        if chosen is not None:
            dialog = LicenceDialog(self._desk, chosen[0], is_accepted=chosen[1], parent=self.window())
            dialog.accepted_licence.connect(self.reload)
            dialog.open()

    def _take(self, packs: list[tuple[Pack, bool]]) -> None:
        self._every, self.is_known = packs, True
        self._show_packs()

    def _show_packs(self) -> None:
        kept = self.pack.currentData() or self._preferred
        self._offered = [each for each in self._every if each[0].kind == self._kind]
        self.pack.clear()
        for pack, _ in self._offered:
            self.pack.addItem(plain(f"{pack.name}  {pack.version}"), pack.name)
        place = self.pack.findData(kept)
        self.pack.setCurrentIndex(place if place >= 0 else 0)
        self._show_pack()

    def _show_pack(self) -> None:
        chosen = self.chosen()
        self.mark.setVisible(chosen is not None and not chosen[0].is_for_casework)
        if chosen is None:
            self.licence_state.setText(self.tr("No pack of this engine here"))
            set_property(self.licence_state, "pill", "bad")
        else:
            words = self.tr("Licence accepted") if chosen[1] else self.tr("Licence not accepted yet")
            self.licence_state.setText(words)
            set_property(self.licence_state, "pill", "good" if chosen[1] else "warning")
        self.licence_button.setEnabled(chosen is not None)
        self.changed.emit()
