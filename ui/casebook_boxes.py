"""Questions about a casebook: before a run is cancelled with it, and when another process holds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from forensic_app.errors import StoreLocked
from ui.widgets.plain import PlainBox
from ui.wording import recorded_words


def ask_before_cancelling(
    parent: QWidget,
    *,
    consequence: str,
    words: str,
    then: Callable[[], None],
    when_done: Callable[[], None] | None = None,
) -> None:
    """Say that a run is active and what would become of it; call ``then`` when that is wanted.

    Args:
        parent: The window.
        consequence: A sentence that says what cancels the run.
        words: Words of the button.
        then: Called when the button was pressed.
        when_done: Called when it is to be done after the runs; not offered without it.
    """
    box = PlainBox(parent)
    box.setObjectName("closeBox")
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(QCoreApplication.translate("CasebookBoxes", "A run is active."))
    waiting = QCoreApplication.translate(
        "CasebookBoxes", "Runs that wait stay queued and can be started later."
    )
    box.setInformativeText(f"{consequence} {waiting}")
    leave = box.addButton(words, QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(
        QCoreApplication.translate("CasebookBoxes", "Keep working"), QMessageBox.ButtonRole.RejectRole
    )
    later = None
    if when_done is not None:
        later = box.addButton(
            QCoreApplication.translate("CasebookBoxes", "Close when done"), QMessageBox.ButtonRole.AcceptRole
        )
        later.setObjectName("closeWhenDone")
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)

    def chosen(button: QAbstractButton) -> None:
        if button is leave:
            then()
        elif when_done is not None and button is later:
            when_done()

    box.buttonClicked.connect(chosen)
    box.open()


def offer_reading(parent: QWidget, error: StoreLocked, then: Callable[[], None]) -> None:
    """Say who holds the casebook; call ``then`` when it is to be opened for reading only."""
    box = PlainBox(parent)
    box.setObjectName("lockedBox")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(recorded_words(error.message))
    box.setInformativeText(
        QCoreApplication.translate(
            "CasebookBoxes", "Close the other window first, or open the casebook for reading only."
        )
    )
    read = box.addButton(
        QCoreApplication.translate("CasebookBoxes", "Open for reading only"),
        QMessageBox.ButtonRole.AcceptRole,
    )
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.buttonClicked.connect(lambda chosen: then() if chosen is read else None)
    box.open()
