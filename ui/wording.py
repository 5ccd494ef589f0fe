"""Records in words, in the window's language."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QLocale

from forensic_app.engines import registry
from forensic_app.errors import ForensicAppError
from forensic_app.recorded_texts import RECORDED_IN, in_language, value_in_language
from forensic_app.records import CaseKind, CaseStatus, ConsentPurpose, Kinship, RunStatus, Sex
from forensic_app.reports.texts import load_texts
from ui.translation import translate, window_language

ENGINES_CONTEXT = "Engines"
"""Where the catalogue ``parameters`` holds the engines' titles."""


def kind_words(kind: CaseKind) -> str:
    """Return the kind of a case in words."""
    return {
        CaseKind.MISSING_PERSON: QCoreApplication.translate("Wording", "Missing person"),
        CaseKind.COLD_CASE: QCoreApplication.translate("Wording", "Cold case"),
        CaseKind.MEDIA_PRODUCTION: QCoreApplication.translate("Wording", "Media production"),
    }[kind]


def consent_purpose_words(purpose: ConsentPurpose) -> str:
    """Return what a person consented to in words."""
    return {
        ConsentPurpose.MEDIA: QCoreApplication.translate("Wording", "To be shown in a medium"),
        ConsentPurpose.RELATIVES: QCoreApplication.translate("Wording", "For the face of a relative"),
    }[purpose]


def kinship_words(kinship: Kinship) -> str:
    """Return what a relative is to a person in words."""
    return {
        Kinship.MOTHER: QCoreApplication.translate("Wording", "Mother"),
        Kinship.FATHER: QCoreApplication.translate("Wording", "Father"),
        Kinship.SISTER: QCoreApplication.translate("Wording", "Sister"),
        Kinship.BROTHER: QCoreApplication.translate("Wording", "Brother"),
        Kinship.DAUGHTER: QCoreApplication.translate("Wording", "Daughter"),
        Kinship.SON: QCoreApplication.translate("Wording", "Son"),
    }[kinship]


def case_status_words(status: CaseStatus) -> str:
    """Return the state of a case in words."""
    return {
        CaseStatus.OPEN: QCoreApplication.translate("Wording", "Open"),
        CaseStatus.CLOSED: QCoreApplication.translate("Wording", "Closed"),
    }[status]


def sex_words(sex: Sex) -> str:
    """Return the recorded sex in words."""
    return {
        Sex.FEMALE: QCoreApplication.translate("Wording", "Female"),
        Sex.MALE: QCoreApplication.translate("Wording", "Male"),
        Sex.OTHER: QCoreApplication.translate("Wording", "Other"),
        Sex.UNKNOWN: QCoreApplication.translate("Wording", "Not known"),
    }[sex]


def unprintable_words(characters: str) -> str:
    """Return a sentence on the characters that a report prints as code points; empty without any."""
    if not characters:
        return ""
    return QCoreApplication.translate(
        "Wording",
        "A report prints these characters as code points: {characters}. "
        "The program has no glyph for them, or they are invisible.",
    ).format(characters=characters)


def run_status_words(status: RunStatus) -> str:
    """Return the state of a run in words."""
    return {
        RunStatus.QUEUED: QCoreApplication.translate("Wording", "Queued"),
        RunStatus.RUNNING: QCoreApplication.translate("Wording", "Running"),
        RunStatus.COMPLETED: QCoreApplication.translate("Wording", "Completed"),
        RunStatus.FAILED: QCoreApplication.translate("Wording", "Failed"),
        RunStatus.CANCELLED: QCoreApplication.translate("Wording", "Cancelled"),
        RunStatus.INTERRUPTED: QCoreApplication.translate("Wording", "Interrupted"),
    }[status]


def run_status_tone(status: RunStatus) -> str:
    """Return the tone of a run's state, see :func:`ui.widgets.basics.pill`."""
    return {
        RunStatus.QUEUED: "neutral",
        RunStatus.RUNNING: "accent",
        RunStatus.COMPLETED: "good",
        RunStatus.FAILED: "bad",
        RunStatus.CANCELLED: "warning",
        RunStatus.INTERRUPTED: "warning",
    }[status]


def engine_words(engine: str) -> str:
    """Return the name of an engine in words; unknown ones as they are."""
    described = registry.find(engine)
    return engine if described is None else translate(ENGINES_CONTEXT, described.title)


def recorded_words(sentence: str) -> str:
    """Return a sentence that a run recorded, such as a warning, in the window's language."""
    return in_language(sentence, window_language())


def stage_name_words(name: str) -> str:
    """Return the name of a stage whose time a run recorded, in the window's language."""
    language = window_language()
    return name if language == RECORDED_IN else value_in_language("timed", name, language)


def error_words(error: ForensicAppError) -> str:
    """Return what an error says and advises, in the window's language where it has words for it."""
    return f"{recorded_words(error.message)} {recorded_words(error.advice)}"


def action_words(action: str) -> str:
    """Return what a custody event says was done."""
    language = window_language()
    return (
        action.replace("_", " ") if language == RECORDED_IN else load_texts(language).word("actions", action)
    )


def actions_called(words: str) -> list[str]:
    """Return the actions of custody events whose words in the window hold ``words``; none in an English window."""
    language, wanted = window_language(), words.strip().casefold()
    if language == RECORDED_IN or not wanted:
        return []
    return [name for name, told in load_texts(language).words("actions") if wanted in told.casefold()]


def object_words(object_type: str) -> str:
    """Return what kind of record a custody event is about."""
    language = window_language()
    if language == RECORDED_IN:
        return object_type.replace("_", " ")
    return load_texts(language).word("objects", object_type)


def time_words(moment: datetime | None) -> str:
    """Return a time in the workstation's zone, to the minute."""
    if moment is None:
        return "–"
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def utc_words(moment: datetime) -> str:
    """Return a time in UTC, to the second."""
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def size_words(size_bytes: int) -> str:
    """Return a file's size."""
    return QLocale().formattedDataSize(size_bytes, 1)


def duration_words(seconds: float) -> str:
    """Return a duration, such as ``2 min 05 s``."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
