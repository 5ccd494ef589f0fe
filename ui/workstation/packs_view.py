"""Model packs: what is here, its licence and its files; import one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from forensic_app.folders import below
from ui.desk import Desk
from ui.runs.licence_dialog import LicenceDialog
from ui.widgets.basics import (
    Banner,
    Card,
    DigestLabel,
    EmptyState,
    button,
    clear,
    label,
    pill,
    scrolled,
    set_property,
)
from ui.widgets.casework_mark import ICON, CaseworkMark, mark_words
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.widgets.markdown_page import MarkdownPage
from ui.widgets.plain import list_item
from ui.wording import error_words, recorded_words, size_words

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack, RefusedPack
    from forensic_app.workflows.packs import PackState


class PacksView(QWidget):
    """Every pack that runs can use, and every folder that is refused as one, with the reason."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._states: list[PackState] = []
        self._refused: list[RefusedPack] = []
        self._faults: dict[str, str] = {}
        self.banner = Banner()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Model packs"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._show_pack)
        self.import_button = button(
            self.tr("Import a pack…"), self.import_pack, kind="primary", icon="add", theme=desk.theme
        )
        self.import_button.setEnabled(not desk.session.is_read_only)
        self._first_button = button(self.tr("Import a pack…"), self.import_pack)
        self._first_button.setEnabled(not desk.session.is_read_only)
        self.licence_button = button(self.tr("Read the licence…"), self.show_licence)
        self.check_button = button(self.tr("Check every file"), self.check, icon="custody", theme=desk.theme)
        self.title = label(name="heading")
        self.licence_pill = pill("")
        self.files_pill = pill("")
        self.digest = DigestLabel(desk.theme)
        self.mark = CaseworkMark(desk.theme)
        self.card = MarkdownPage(self.tr("Model card"))
        self.tabs = QTabWidget()
        self._facts = QFormLayout()
        self._stack = QStackedWidget()
        self._lay_out()
        desk.session.changed.connect(self.reload)
        desk.theme.changed.connect(self.reload)
        self.reload()

    def reload(self) -> None:
        """Look for packs again."""

        def work(store: Any) -> tuple[list[PackState], list[RefusedPack]]:
            from forensic_app.workflows.packs import list_refused, list_states

            return list_states(store.packs_dir, store=store), list_refused(store.packs_dir)

        self._desk.session.read(work, self, self._show)

    def current(self) -> Pack | None:
        """Return the chosen pack."""
        row = self.list.currentRow()
        return self._states[row].pack if 0 <= row < len(self._states) else None

    def show_licence(self) -> None:
        """Show the licence of the chosen pack."""
        pack = self.current()
        if pack is not None:
            accepted = bool(self._states[self.list.currentRow()].is_accepted)
            LicenceDialog(self._desk, pack, is_accepted=accepted, parent=self).open()

    def check(self) -> None:
        """Hash every file of the chosen pack."""
        pack = self.current()
        if pack is None:
            return
        set_property(self.files_pill, "pill", "neutral")
        self.files_pill.setText(self.tr("Checking…"))

        def work() -> str:
            from forensic_app.workflows.packs import fault_of

            return fault_of(pack)

        def done(fault: str) -> None:
            self._faults[pack.sha256] = fault
            self._show_pack()

        self._desk.session.compute(work, self, done)

    def import_pack(self) -> None:
        """Ask for a pack and import it."""
        dialog = ImportDialog(self._desk, self)
        dialog.imported.connect(self._tell_imported)
        dialog.open()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Model packs"), "title"))
        top.addStretch(1)
        top.addWidget(self.import_button)
        card = Card()
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.licence_pill)
        head.addWidget(self.files_pill)
        head.addStretch(1)
        head.addWidget(self.check_button)
        head.addWidget(self.licence_button)
        card.body.addLayout(head)
        card.body.addWidget(self.mark)
        card.body.addWidget(self.tabs, 1)
        splitter = QSplitter()
        splitter.addWidget(self.list)
        splitter.addWidget(card)
        splitter.setSizes([280, 760])
        splitter.setChildrenCollapsible(False)
        self._lay_out_tabs()
        self._stack.addWidget(splitter)
        self._stack.addWidget(
            EmptyState(
                self.tr("No model pack is on this computer"),
                self.tr(
                    "Import a folder in the diffusers layout or a single .safetensors file with its "
                    "licence text."
                ),
                self._first_button,
            )
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(14)
        outer.addLayout(top)
        outer.addWidget(self.banner)
        outer.addWidget(self._stack, 1)

    def _lay_out_tabs(self) -> None:
        facts = QWidget()
        column = QVBoxLayout(facts)
        column.setContentsMargins(0, 10, 8, 0)
        column.addWidget(self.digest)
        self._facts.setHorizontalSpacing(18)
        column.addLayout(self._facts)
        column.addStretch(1)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(scrolled(facts), self.tr("Facts"))
        self.tabs.addTab(self.card, self.tr("Model card"))

    def _read_card(self, pack: Pack) -> None:
        """Show the pack's model card, once its bytes were compared with the pack's manifest."""

        def work() -> str:
            from forensic_app.workflows.packs import card_text

            try:
                return card_text(pack)
            except ForensicAppError as error:
                return error_words(error)

        def done(text: str) -> None:
            if self.current() is pack:
                self.card.show_text(text or self.tr("This pack has no model card."))

        self._desk.session.compute(work, self, done)

    def _show(self, found: tuple[list[PackState], list[RefusedPack]]) -> None:
        row = max(self.list.currentRow(), 0)
        self._states, self._refused = states, refused = found
        self.list.clear()
        for state in states:
            where = self.tr("bundled") if state.pack.is_bundled else self.tr("imported")
            accepted = self.tr("licence accepted") if state.is_accepted else self.tr("licence not accepted")
            item = list_item(self._desk.theme.icon("pack"), state.pack.name, f"{where} · {accepted}")
            if not state.pack.is_for_casework:
                item = list_item(
                    self._desk.theme.icon(ICON, colour=self._desk.theme.tokens.warning),
                    state.pack.name,
                    f"{where} · {accepted}",
                    mark_words(),
                )
            self.list.addItem(item)
        for each in refused:
            self.list.addItem(list_item(self._desk.theme.icon("cross"), each.name, self.tr("cannot be used")))
        self._stack.setCurrentIndex(0 if states or refused else 1)
        self.list.setCurrentRow(min(row, len(states) + len(refused) - 1))
        self._show_pack()

    def _show_refused(self, refused: RefusedPack) -> None:
        self.title.setText(refused.name)
        self.banner.say(f"{recorded_words(refused.reason)} {recorded_words(refused.advice)}", "bad")
        self._facts.addRow(
            label(self.tr("Folder"), "muted"), label(str(refused.path), wraps=True, selectable=True)
        )

    def _show_pack(self) -> None:
        pack = self.current()
        clear(self._facts)
        for each in (self.licence_pill, self.files_pill, self.digest, self.check_button, self.licence_button):
            each.setVisible(pack is not None)
        self.mark.setVisible(pack is not None and not pack.is_for_casework)
        self.tabs.setTabVisible(1, pack is not None)
        if pack is None:
            place = self.list.currentRow() - len(self._states)
            if 0 <= place < len(self._refused):
                self._show_refused(self._refused[place])
            return
        accepted = bool(self._states[self.list.currentRow()].is_accepted)
        fault = self._faults.get(pack.sha256)
        self.title.setText(pack.name)
        self.licence_pill.setText(
            self.tr("Licence accepted") if accepted else self.tr("Licence not accepted yet")
        )
        set_property(self.licence_pill, "pill", "good" if accepted else "warning")
        self.files_pill.setVisible(fault is not None)
        self.files_pill.setText(self.tr("Every digest is right") if not fault else self.tr("Altered"))
        set_property(self.files_pill, "pill", "bad" if fault else "good")
        self.banner.say(fault or "", "bad")
        self.digest.show_digest(pack.sha256)
        self._read_card(pack)
        size = sum(path.stat().st_size for path in below(pack.path) if path.suffix == ".safetensors")
        rows = [
            (self.tr("Version"), pack.version),
            (self.tr("Licence"), pack.licence),
            (self.tr("Resolution"), f"{pack.resolution} px"),
            (self.tr("Weights"), size_words(size)),
            (self.tr("Folder"), str(pack.path)),
            (self.tr("Parts"), "\n".join(f"{name}: {kind[1]}" for name, kind in pack.components.items())),
        ]
        for name, value in rows:
            self._facts.addRow(label(name, "muted"), label(value or "–", wraps=True, selectable=True))

    def _tell_imported(self, pack: Pack) -> None:
        self.banner.say(
            self.tr("The pack {name} is imported. Read and accept its licence before the first run.").format(
                name=pack.name
            ),
            "good",
        )


class ImportDialog(FormDialog):
    """Where a pack comes from and how it is called.

    Signals:
        imported: The pack.
    """

    imported = Signal(object)
    _progressed = Signal(float, str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self.name(self.tr("Import a model pack"), self.tr("Import"))
        self._desk = desk
        self.source = QLineEdit()
        self.pack_name = QLineEdit()
        self.licence = QLineEdit()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress of the import"))
        self.progress.hide()
        self.progress_text = label(name="muted")
        self._progressed.connect(self._show_progress)
        self.form.addRow(
            label(
                self.tr(
                    "A folder in the diffusers layout or one .safetensors file. Pickles are never opened."
                ),
                "muted",
                wraps=True,
            )
        )
        self.form.addRow(
            self.tr("&Source"), _with_button(self.source, self.tr("Choose…"), self._choose_source)
        )
        self.form.addRow(self.tr("&Name"), self.pack_name)
        self.form.addRow(
            self.tr("&Licence text"), _with_button(self.licence, self.tr("Choose…"), self._choose_licence)
        )
        self.licence.setPlaceholderText(self.tr("Only when the source holds none"))
        for text, field in (
            (self.tr("Source"), self.source), (self.tr("Name of the pack"), self.pack_name),
            (self.tr("Licence text file"), self.licence),
        ):  # fmt: skip
            field.setAccessibleName(text)
        self.form.addRow(self.progress)
        self.form.addRow(self.progress_text)
        fit(self, 600, 380)

    def save(self) -> None:
        """Import the pack."""
        source, name = Path(self.source.text().strip()), self.pack_name.text().strip()
        licence = Path(self.licence.text().strip()) if self.licence.text().strip() else None
        if not self.source.text().strip() or not name:
            self.banner.say(self.tr("Give a source and a name."), "bad")
            return
        self.banner.say("")
        self.save_button.setEnabled(False)
        self.progress.show()
        store = self._desk.session.store

        def work() -> Pack:
            from forensic_app.workflows.packs import import_pack

            return import_pack(
                store,
                source,
                name=name,
                licence_path=licence,
                progress=self._progressed.emit,
            )

        def done(pack: Pack) -> None:
            self.accept()
            self._desk.session.changed.emit()
            self.imported.emit(pack)

        def failed(error: BaseException) -> None:
            self.save_button.setEnabled(True)
            self.progress.hide()
            self.progress_text.setText("")
            if isinstance(error, ForensicAppError):
                self.banner.say(error_words(error), "bad")
            else:
                self._desk.session.failed.emit(error)

        self._desk.session.compute(work, self, done, failed)

    def _show_progress(self, fraction: float, words: str) -> None:
        self.progress.setValue(round(fraction * 1000))
        self.progress_text.setText(recorded_words(words))

    def _choose_source(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder or .safetensors file of the pack"))
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.fileSelected.connect(self._take_source)
        dialog.open()

    def _take_source(self, path: str) -> None:
        self.source.setText(path)
        if not self.pack_name.text():
            self.pack_name.setText(Path(path).stem)

    def _choose_licence(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Licence text"))
        if name:
            self.licence.setText(name)


def _with_button(field: QLineEdit, text: str, on_click: Any) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(field, 1)
    row.addWidget(button(text, on_click))
    made.setFocusProxy(field)
    return made
