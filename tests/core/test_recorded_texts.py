"""Sentences that runs record are found again by their words and told in another language."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensic_app.recorded_texts import catalogue, in_language

ROOT = Path(__file__).resolve().parents[2] / "forensic_app"
LISTS = {"warnings", "sentences", "notes"}
PUT_TOGETHER = {
    "warnings.several_faces", "warnings.held_back", "warnings.below_floor", "warnings.disagreeing_left_out",
    "warnings.disagreeing_used",
}  # fmt: skip
"""Sentences that hold a sentence of another function, such as where a face is."""
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
        values = {each: str(number) for number, each in enumerate(placeholders(words), start=11)}
        assert in_language(words.format(**values), "de") == german[name].format(**values)


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
        ("A sentence of an older version.", "A sentence of an older version."),
        ("The run was cancelled.\nBy whom?", "The run was cancelled.\nBy whom?"),
    ],
)
def test_values_are_told_and_what_is_unknown_stays(recorded: str, told: str) -> None:
    assert in_language(recorded, "de") == told
    assert in_language(recorded, "en") == recorded
    assert in_language(recorded, "fr") == recorded
