"""Hand out a whole case as a bundle that its recipient checks without this program.

Rules:
    * What is handed out to whom and what for stands in the log; the fields are never remembered.
    * A bundle that was stopped goes on in its folder when it is asked for again; an encrypted one leaves no folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import Case, Subject
from ui.desk import Desk
from ui.search.job import JobBar, Progress
from ui.widgets.basics import label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.widgets.plain import plain
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.workflows.bundles import CaseBundle

OPEN, PASSPHRASE, RECIPIENT_KEY = "open", "passphrase", "key"
SUBJECT_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class _Asked:
    case: str
    out: Path
    redactions: tuple[str, ...]
    subjects: tuple[str, ...]
    recipient: str
    purpose: str
    passphrase: str
    recipient_key: str

    @property
    def sealing(self) -> str:
        if self.recipient_key:
            return f"age, {self.recipient_key}"
        return "age, passphrase" if self.passphrase else ""


class BundleDialog(FormDialog):
    """Fields of a bundle, its progress, and what its recipient has to be told."""

    def __init__(self, desk: Desk, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self.setObjectName("bundleDialog")
        self._case = case
        self.name(
            self.tr("Hand out case {number}").format(number=case.case_number), self.tr("Choose the folder…")
        )
        self.recipient, self.purpose = QLineEdit(), QLineEdit()
        self.recipient.setPlaceholderText(self.tr("Who receives it"))
        self.purpose.setPlaceholderText(self.tr("What it is handed out for"))
        self.minors = QCheckBox(self.tr("No pictures of anybody under 18 or of unknown age"))
        self.others = QCheckBox(self.tr("Nothing of other persons than these:"))
        self.subjects = QListWidget()
        self.subjects.setMaximumHeight(110)
        self.subjects.setSpacing(3)
        self.subjects.setEnabled(False)
        self.others.toggled.connect(self.subjects.setEnabled)
        self.sealing = Combo()
        self.sealing.addItem(self.tr("Not encrypted: a folder"), OPEN)
        self.sealing.addItem(self.tr("Encrypted under a passphrase"), PASSPHRASE)
        self.sealing.addItem(self.tr("Encrypted for the recipient's key (age1…)"), RECIPIENT_KEY)
        self.sealing.currentIndexChanged.connect(self._refresh)
        self.secret, self.again = QLineEdit(), QLineEdit()
        self.again.setEchoMode(QLineEdit.EchoMode.Password)
        self.job = JobBar(desk.session, self._words)
        self.outcome = label("", wraps=True, selectable=True)
        self.outcome.hide()
        self._lay_out()
        self.job.running_changed.connect(lambda runs: self.save_button.setEnabled(not runs))
        self.job.stopped.connect(self._say_stopped)
        case_id = case.case_id
        desk.session.read(lambda store: store.subjects(case_id), self, self._show_subjects)
        fit(self, 640, 560)
        self._refresh()
        self.recipient.setFocus()

    def save(self) -> None:
        """Ask for the folder, then write the bundle."""
        name = self.tr("Case {number}").format(number=self._case.case_number).replace("/", "-")
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("New folder of the bundle"), str(Path.home() / name)
        )
        if path:
            self.start(Path(path))

    def start(self, out: Path) -> None:
        """Write the bundle to a folder that does not exist, is empty, or holds a stopped one."""
        self.banner.say("")
        self.outcome.hide()
        try:
            asked = self._asked(out)
        except InvalidInput as error:
            self.banner.say(error_words(error), "bad")
            return
        session = self.session

        def work(progress: Progress) -> tuple[CaseBundle, tuple[Path, ...]]:
            from forensic_app.bundles.sealing import refuse_unsealable
            from forensic_app.workflows.bundles import export_bundle, seal_bundle

            if asked.sealing:
                refuse_unsealable(asked.out, passphrase=asked.passphrase, recipient_key=asked.recipient_key)
            made = export_bundle(
                session.store,
                case=asked.case,
                out=asked.out,
                redactions=asked.redactions,
                subjects=asked.subjects,
                recipient=asked.recipient,
                purpose=asked.purpose,
                sealing=asked.sealing,
                progress=lambda done, total: progress(done / total if total else 0.0, "files"),
            )
            if not asked.sealing:
                return made, ()
            progress.tell(-1, "sealing")
            return made, seal_bundle(
                asked.out, passphrase=asked.passphrase, recipient_key=asked.recipient_key
            )

        self.job.start(work, self._show, self._failed, words=self._words("files"))

    def reject(self) -> None:
        """Stop what is being written; close once it has ended."""
        if self.job.is_running:
            self.job.stop()
        else:
            super().reject()

    def _lay_out(self) -> None:
        for text, widget in (
            (self.tr("&Recipient"), self.recipient),
            (self.tr("&Purpose"), self.purpose),
            (self.tr("&Encryption"), self.sealing),
        ):
            self.form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
        self._secret_name, self._again_name = label(), label()
        self._secret_name.setBuddy(self.secret)
        self._again_name.setBuddy(self.again)
        self.form.addRow(self._secret_name, self.secret)
        self.form.addRow(self._again_name, self.again)
        self.again.setAccessibleName(self.tr("Passphrase again"))
        self.subjects.setAccessibleName(self.tr("Persons who are disclosed"))
        self.form.addRow(self.tr("Withhold"), self.minors)
        self.form.addRow("", self.others)
        self.form.addRow("", self.subjects)
        self.form.addRow(
            label(
                self.tr(
                    "What is withheld is whole, and every proof holds. Free texts of what is disclosed are disclosed "
                    "as they are: read them first."
                ),
                "muted",
                wraps=True,
            )
        )
        for field in (self.recipient, self.purpose):
            self.unprintable.watch(field)
        self.column.insertWidget(self.column.count() - 1, self.job)
        self.column.insertWidget(self.column.count() - 1, self.outcome)

    def _refresh(self) -> None:
        kind = self.sealing.currentData()
        is_secret = kind == PASSPHRASE
        name = self.tr("Pass&phrase") if is_secret else self.tr("&Key")
        self._secret_name.setText(name)
        self.secret.setAccessibleName(name.replace("&", ""))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password if is_secret else QLineEdit.EchoMode.Normal)
        self._again_name.setText(self.tr("A&gain"))
        for widget in (self._secret_name, self.secret):
            widget.setVisible(kind != OPEN)
        for widget in (self._again_name, self.again):
            widget.setVisible(is_secret)

    def _asked(self, out: Path) -> _Asked:
        kind = self.sealing.currentData()
        secret = self.secret.text().strip() if kind == RECIPIENT_KEY else self.secret.text()
        if kind != OPEN and not secret:
            raise InvalidInput(
                self.tr("Nothing is given to encrypt with."), self.tr("Give the passphrase or the key.")
            )
        if kind == PASSPHRASE and secret != self.again.text():
            raise InvalidInput(self.tr("The passphrases differ."), self.tr("Type both again."))
        redactions = (["minors"] if self.minors.isChecked() else []) + (
            ["third-persons"] if self.others.isChecked() else []
        )
        chosen = [self.subjects.item(row) for row in range(self.subjects.count())]
        return _Asked(
            self._case.case_id,
            out,
            tuple(redactions),
            tuple(
                str(each.data(SUBJECT_ROLE))
                for each in chosen
                if self.others.isChecked() and each.checkState() is Qt.CheckState.Checked
            ),
            self.recipient.text(),
            self.purpose.text(),
            secret if kind == PASSPHRASE else "",
            secret if kind == RECIPIENT_KEY else "",
        )

    def _show_subjects(self, found: list[Subject]) -> None:
        self.subjects.clear()
        for each in found:
            item = QListWidgetItem(plain(f"{each.name} ({each.subject_id})"))
            item.setData(SUBJECT_ROLE, each.subject_id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.subjects.addItem(item)

    def _show(self, answer: Any) -> None:
        made, sealed = answer
        locale = QLocale()
        where = ", ".join(str(each) for each in sealed) or str(made.folder)
        lines = [
            self.tr("The bundle is in {place}: {files} files, {size}, {events} events.").format(
                place=where,
                files=locale.toString(made.files),
                size=locale.formattedDataSize(made.size_bytes),
                events=locale.toString(made.events),
            ),
            self.tr("Tell the recipient this key by another way, by telephone or in a letter: {key}").format(
                key=made.first_key
            ),
            self.tr("They check it with: python3 verify.py . --key KEY (HOW-TO-VERIFY.html says how)"),
            *(self.tr("Withheld: {what}").format(what=each) for each in made.withheld),
        ]
        self.outcome.setText("\n".join(lines))
        self.outcome.show()
        self.secret.clear()
        self.again.clear()
        self.session.changed.emit()

    def _failed(self, error: BaseException) -> None:
        self.session.changed.emit()
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self.session.failed.emit(error)

    def _say_stopped(self) -> None:
        self.banner.say(
            self.tr("Stopped. The folder holds a part of the bundle; the same folder goes on with it.")
        )

    def _words(self, step: str) -> str:
        if step == "sealing":
            return self.tr("The bundle is being encrypted…")
        return self.tr("The bundle is being written…")
