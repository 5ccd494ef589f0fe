"""A dialog with fields that stays open until what was asked for is recorded, and says why when it is not."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from ui.session import Session
from ui.widgets.basics import Banner, label, scrolled, set_property
from ui.widgets.unprintable_banner import UnprintableBanner
from ui.wording import error_words


class FormDialog(QDialog):
    """Fields, a banner for what is wrong, and two buttons.

    Attributes:
        form: Where fields are added.
        banner: Says what is wrong.
        unprintable: Says what of its fields a report cannot print as it is.
        save_button: Records.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = label(name="heading", wraps=True)
        self.session = session
        self.banner = Banner()
        self.unprintable = UnprintableBanner(session)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setVerticalSpacing(10)
        self.form.setHorizontalSpacing(16)
        content = QWidget()
        content.setLayout(self.form)
        content.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._buttons = buttons = QDialogButtonBox()
        self.save_button = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setProperty("kind", "primary")
        self.save_button.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        self._is_permanent = False
        self.finished.connect(self.unprintable.stop)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(12)
        self.column.addWidget(self._heading)
        self.column.addWidget(self.banner)
        self.column.addWidget(self.unprintable)
        self.column.addWidget(scrolled(content), 1)
        self.column.addWidget(buttons)

    def name(self, title: str, action: str) -> None:
        """Show what the dialog is for and what its first button does."""
        self.setWindowTitle(title)
        self._heading.setText(title)
        self.save_button.setText(action)

    def be_permanent(self) -> None:
        """Have the first button show that it cannot be taken back, and Enter in a field not press it."""
        self._is_permanent = True
        set_property(self.save_button, "kind", "danger")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter in a field of a permanent act do nothing; on a button it presses that."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self._is_permanent and is_enter and not isinstance(self.focusWidget(), QPushButton):
            event.accept()
            return
        super().keyPressEvent(event)

    def save(self) -> None:
        """Record what was entered; subclasses call :meth:`write`."""
        raise NotImplementedError

    def write(self, work: Any, on_done: Any = None) -> None:
        """Run ``work(store)``, then close; a refusal is shown in the banner and the dialog stays."""
        self.banner.say("")
        self.save_button.setEnabled(False)

        def done(result: Any) -> None:
            self.accept()
            if on_done is not None:
                on_done(result)

        def failed(error: BaseException) -> None:
            self.save_button.setEnabled(True)
            if isinstance(error, ForensicAppError):
                self.banner.say(error_words(error), "bad")
            else:
                self.session.failed.emit(error)

        self.session.write(work, self, done, failed)
