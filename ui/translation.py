"""The languages of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from forensic_app.settings import resources_dir

LANGUAGES = {"system": "", "en": "English", "de": "Deutsch"}
"""Choices by code; the names are in their own language."""
CATALOGUES = ("window", "parameters")
"""Files of ``resources/translations``: the window's own texts, and those of the engines' parameters."""


def install_translator(app: QCoreApplication, language: str) -> None:
    """Translate the window into ``language``: a code of :data:`LANGUAGES`."""
    locale = QLocale() if language == "system" else QLocale(language)
    QLocale.setDefault(locale)
    if locale.language() == QLocale.Language.English:
        return
    for catalogue in CATALOGUES:
        own = QTranslator(app)
        if own.load(locale, catalogue, "_", str(resources_dir() / "translations")):
            app.installTranslator(own)
    qt = QTranslator(app)
    if qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(qt)


def window_language() -> str:
    """Return the code of the language that the window is in."""
    return "de" if QLocale().language() == QLocale.Language.German else "en"


def translate(context: str, text: str) -> str:
    """Return ``text`` in the window's language; for code outside of a ``QObject``."""
    return QCoreApplication.translate(context, text)
