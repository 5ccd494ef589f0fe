"""Sentences that runs record are found again by their words and told in another language."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensic_app.recorded_texts import KINDS, catalogue, in_language, value_in_language, values_of

ROOT = Path(__file__).resolve().parents[2] / "forensic_app"
LISTS = {"warnings", "sentences", "notes"}
PUT_TOGETHER = {
    "warnings.several_faces", "warnings.held_back", "warnings.below_floor", "warnings.disagreeing_left_out",
    "warnings.disagreeing_used", "errors.disk_full", "errors.disk_holds_full", "errors.no_run_without_consent",
    "errors.further_findings", "stages.memory_plan", "stages.memory_plan_again",
    "errors.event_changed_while_open", "errors.checkpoint_changed_while_open",
    "findings.older_copy", "findings.record_without_event", "findings.record_changed_after",
    "notes.animated", "notes.holds_images", "notes.profile_converted", "notes.profile_no_srgb",
    "record.image_note", "record.licence_acceptance", "record.signing_key",
}  # fmt: skip
"""Sentences that are put together with another one, such as where a face is, and names with a space for their mark."""
VALUES = {
    "box_words(face.box)": "from 1, 2 to 3, 4 px of the upright picture",
    "what": "it is left out.",
}


def placeholders(words: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(words) if name is not None)


def sentence_of(node: ast.expr) -> str | None:
    """Return a literal with a value for each of its places; ``None`` for what is no literal."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts.append(str(each.value))
        else:
            assert isinstance(each, ast.FormattedValue)
            value = ast.unparse(each.value)
            parts.append("8, 16 and 27 years" if value.startswith("_years(") else VALUES.get(value, "7"))
    return "".join(parts)


def recorded_sentences() -> Iterator[tuple[str, str]]:
    """Yield each sentence that the engines put among a run's warnings, and where it stands."""
    files = [*(ROOT / "engines").rglob("*.py"), ROOT / "faces" / "mesh_warnings.py"]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            found = [each.value for each in node.keywords if each.arg in {"without_face", "if_derived"}]
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "append":
                owner = called.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                found += node.args if name in LISTS else []
            for each in found:
                words = sentence_of(each)
                if words:
                    yield words, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_warning_of_the_engines_has_words_in_german() -> None:
    sentences = list(recorded_sentences())
    assert len(sentences) >= 18
    assert [(words, place) for words, place in sentences if in_language(words, "de") == words] == []


def test_both_catalogues_have_the_same_names_and_values() -> None:
    english, german = catalogue("en"), catalogue("de")
    assert list(english) == list(german)
    assert [name for name in english if placeholders(english[name]) != placeholders(german[name])] == []


def test_no_sentence_of_the_catalogue_is_left_over() -> None:
    written = {
        re.sub(r"\{[^{}]*\}", "{}", each)
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (each := shape_of(node))
    }
    shapes = {name: re.sub(r"\{\w+\}", "{}", words) for name, words in catalogue("en").items()}
    left_over = {name for name, shape in shapes.items() if shape not in written}
    assert left_over <= PUT_TOGETHER


def shape_of(node: ast.AST) -> str:
    """Return a literal with ``{}`` for each of its values; empty for what is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "The case 2026-1 is closed. Reopen it with a reason first.",
            "Der Fall 2026-1 ist geschlossen. Öffnen Sie ihn zuerst mit einem Grund wieder.",
        ),
        (
            "No face was found in the photograph (640 x 480 px). Use a photograph that shows the face from the front, "
            "upright and larger than 40 px across.",
            "Im Foto wurde kein Gesicht gefunden (640 x 480 px). Verwenden Sie ein Foto, das das Gesicht von vorn, "
            "aufrecht und breiter als 40 px zeigt.",
        ),
        ("The case 2026-1 is closed. Nobody wrote this.", "The case 2026-1 is closed. Nobody wrote this."),
    ],
)
def test_an_error_with_its_advice_is_told_where_both_are_known(said: str, told: str) -> None:
    assert in_language(said, "de") == told


def test_each_sentence_of_the_catalogue_is_found_as_itself() -> None:
    english, german = catalogue("en"), catalogue("de")
    for name, words in english.items():
        if name.split(".")[0] in KINDS:
            continue
        values = {each: str(number) for number, each in enumerate(placeholders(words), start=11)}
        told = dict(values)
        for kind in set(KINDS) & values.keys():
            values[kind], named = next(iter(values_of(kind).items()))
            told[kind] = german[named]
        assert in_language(words.format(**values), "de") == german[name].format(**told)


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (
            "To keep the likeness, the change of age was held back at 8, 16.5 and 75 years; those pictures may look "
            "closer to the photograph's age.",
            "Um die Ähnlichkeit zu wahren, wurde die Altersänderung bei 8, 16,5 und 75 Jahren zurückgehalten; diese "
            "Bilder können dem Alter auf dem Foto näher wirken.",
        ),
        (
            "No face was found in the reference photograph E-1.5 and E-2.",
            "Im Vergleichsfoto E-1.5 and E-2 wurde kein Gesicht gefunden.",
        ),
        (
            "The picture of 8 and 16 years is less like a photograph than 99 of 100 photographs: look for faults at "
            "the mouth, the eyes and the hairline before it is used.",
            "Das Bild zu 8 und 16 Jahren ist einem Foto weniger ähnlich als 99 von 100 Fotos: Suchen Sie nach Fehlern "
            "an Mund, Augen und Haaransatz, bevor es verwendet wird.",
        ),
        (
            "The face is flat: its contrast was raised 1.7 times before the change of age and lowered again after it.",
            "Das Gesicht ist flau: Sein Kontrast wurde vor der Altersänderung um den Faktor 1,7 angehoben und danach "
            "wieder gesenkt.",
        ),
        ("A sentence of an older version.", "A sentence of an older version."),
        ("The run was cancelled.\nBy whom?", "The run was cancelled.\nBy whom?"),
    ],
)
def test_values_are_told_and_what_is_unknown_stays(recorded: str, told: str) -> None:
    assert in_language(recorded, "de") == told
    assert in_language(recorded, "en") == recorded
    assert in_language(recorded, "fr") == recorded


WITHOUT_WINDOW = (
    "cli/", "crews/", "evaluation/", "engines/autoencoder/", "engines/base_training/", "engines/matcher_training/",
    "engines/training/", "engines/sketch/", "faces/labelled_faces", "workflows/base_training",
    "workflows/carried_training", "workflows/edit_fitting", "workflows/gallery_crews", "workflows/matcher_training",
    "workflows/pack_refining",
    "workflows/standard_input", "workflows/trained_packs",
)  # fmt: skip
"""Where errors are raised that only a command meets: its arguments, clusters, evaluations and the training of packs."""
SHARE_IN_GERMAN = 0.99
"""Share of the other sentences that had German words when this was written; what is added is to be translated."""
ERROR_VALUES = {
    "label": "reason", "object_type": "consent", "row.status": "completed", "run.status": "completed",
    "status": "closed", "words(about[0])": "exhibit", "words(kind)": "exhibit", "article": "a whole number",
    "wrong": "is not for signatures (its key usage)", "kind": "a folder", "object_type.replace('_', ' ')": "exhibit",
    "'of at least' if low is not None else 'of at most'": "of at least",
    "'has more columns than the first' if named else 'names no file'": "names no file",
}  # fmt: skip
"""Values of the places that take only known ones."""


def error_sentences() -> Iterator[tuple[str, str]]:
    """Yield each literal message and advice of an expected error that the window can meet, and where it stands."""
    errors = ast.parse((ROOT / "errors.py").read_text(encoding="utf-8")).body
    classes = {each.name for each in errors if isinstance(each, ast.ClassDef)}
    for path in sorted(ROOT.rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if where.startswith(WITHOUT_WINDOW):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in classes:
                for each in node.args[:2]:
                    yield from ((words, f"{where}:{node.lineno}") for words in literals(each))


def literals(node: ast.expr) -> Iterator[str]:
    """Yield a literal, or both of a choice, with a value for each of its places."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (
            ERROR_VALUES.get(ast.unparse(each.value), "7")
            if isinstance(each, ast.FormattedValue)
            else str(each.value)  # type: ignore[attr-defined]
            for each in node.values
        )
        yield "".join(parts)


def test_the_share_of_errors_with_german_words_does_not_fall() -> None:
    sentences = dict(error_sentences())
    english = {words: where for words, where in sentences.items() if in_language(words, "de") == words}
    assert len(sentences) > 600
    assert 1 - len(english) / len(sentences) >= SHARE_IN_GERMAN, english


def stages() -> Iterator[tuple[str, str]]:
    """Yield the words of each stage that an engine, an import of a pack or the demonstration announces."""
    files = [
        *(
            ROOT / "engines" / each / "engine.py"
            for each in ("aging", "sketch", "autoencoder", "personalisation")
        ),
        ROOT / "engines" / "pictures" / "run_frame.py",
        ROOT / "engines" / "packs" / "importing.py",
        ROOT / "workflows" / "demo.py",
    ]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in {"stage", "report", "on_stage", "report_progress"}:
                    yield from ((words, path.name) for each in node.args for words in stage_words(each))
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if getattr(target, "id", "") == "STAGES":
                    for value in node.value.values:
                        assert isinstance(value, ast.Tuple)
                        yield from ((words, path.name) for words in literals(value.elts[0]))


def stage_words(node: ast.expr) -> list[str]:
    return [words.replace("7 was 7", "7 was completed") for words in literals(node) if words[:1].isupper()]


def test_every_stage_of_a_run_has_words_in_german() -> None:
    found = dict(stages())
    assert {
        "Encoding the photograph",
        "Changing the age",
        "Learning the face",
        "Drawing the sketch",
    } <= found.keys()
    assert {words: where for words, where in found.items() if in_language(words, "de") == words} == {}


def test_the_names_of_timed_stages_are_told() -> None:
    timed = {
        node.args[0].value
        for path in (ROOT / "engines").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "stage"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"detect", "measure", "write"} <= timed
    assert timed <= values_of("timed").keys()
    assert value_in_language("timed", "denoise", "de") == "Alter ändern"
    assert value_in_language("timed", "an older stage", "de") == "an older stage"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The reason is empty. Give a reason.", "Die Angabe „Grund“ fehlt. Geben Sie an: Grund."),
        ("The cupboard is empty.", "The cupboard is empty."),
        ("The run R-0001 is completed already.", "Der Lauf R-0001 hat diesen Stand schon (abgeschlossen)."),
        (
            "a.jpg has 1,234,567 bytes, more than the 1,000,000 allowed. Restore the pack from its source.",
            "a.jpg hat 1.234.567 Byte, mehr als die erlaubten 1.000.000. "
            "Stellen Sie das Paket aus seiner Quelle wieder her.",
        ),
        (
            "There is no folder /mnt/a. Check the path.",
            "Es gibt keinen Ordner /mnt/a. Prüfen Sie den Pfad.",
        ),
        (
            "The run R-0001 was failed: The run was cancelled. Queue it again to repeat it.",
            "Der Lauf R-0001 hat den Stand „fehlgeschlagen“: Der Lauf wurde abgebrochen. "
            "Reihen Sie ihn noch einmal ein, um ihn zu wiederholen.",
        ),
    ],
)
def test_values_of_a_kind_counts_and_sentences_in_sentences_are_told(said: str, told: str) -> None:
    assert in_language(said, "de") == told


@pytest.mark.parametrize(
    "note",
    [
        "12-bit reduced to 8",
        "white is zero: turned",
        "CMYK converted",
        "alpha flattened on white",
        "palette expanded",
        "EXIF orientation 6 applied",
        "EXIF orientation -6 is none of 1 to 8: ignored",
        "colour profile unreadable: ignored",
        "colour profile Adobe RGB (1998) is for RGB, the picture is grey: ignored",
        "colour profile Adobe RGB (1998) cannot be used: ignored",
        "colour profile is sRGB",
        "colour profile Display P3 equals sRGB",
        "colour profile Display P3 converted to sRGB",
        "colour profile sRGB built-in converted to sRGB by its own curves: it is no sRGB",
        "Adobe RGB (EXIF R03) converted to sRGB",
        "gamma or primaries stated in the PNG are not those of sRGB: not applied",
        "animated, 3 frames: number 1 of them is used",
        "holds 3 images (40 x 30, 20 x 15, 30 x 40 px): number 1 of them is used",
        "holds 2 further images within this one (SubIFDs), which are not read",
        "holds 1 reduced copies of itself, which are not read",
        "damaged, and bridged by the decoder (Corrupt JPEG data: premature end of data segment): parts of the "
        "picture may be wrong",
        "23,139 bytes behind the end of the picture are not shown",
        "page 2 of 3 of a PDF, drawn at 200 pixels an inch",
    ],
)
def test_what_was_found_about_a_file_is_told_in_german(note: str) -> None:
    assert in_language(note, "de") not in {note, ""}


@pytest.mark.parametrize(
    ("finding", "german"),
    [
        (
            "This is an older copy of the casebook: this workstation saw it with 1,072 custody events.",
            "ältere Kopie des Fallbuchs: Dieser Rechner sah es mit 1.072 Ereignissen",
        ),
        ("The record of case ab is missing; event 3 names it.", "(Fall ab) fehlt; das Ereignis 3 nennt sie"),
        ("Event 5 was changed after it was written: ab12.", "Ereignis 5 wurde verändert"),
        ("The file of exhibit E-0001 is missing from the vault: /v/ab.", "Im Tresor fehlt die Datei"),
        ("Events 3 to 9 were written without a signature.", "ohne Signatur"),
    ],
)
def test_what_a_verification_found_is_told_in_german(finding: str, german: str) -> None:
    assert german in in_language(finding, "de")
