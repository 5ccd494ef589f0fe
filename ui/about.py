"""What this program is, in a box."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ui.widgets.plain import PlainBox


def show_about(window: QWidget) -> None:
    """Say what this program is, and in which version."""
    from forensic_app import __version__

    box = PlainBox(window)
    box.setIconPixmap(window.windowIcon().pixmap(64, 64))
    box.setText(QCoreApplication.translate("About", "Forensic App {version}").format(version=__version__))
    box.setInformativeText(
        QCoreApplication.translate(
            "About",
            "Age progression and de-ageing with a verifiable custody record. Derived images show one "
            "possible appearance; they are no photograph and identify nobody.",
        )
    )
    box.open()
