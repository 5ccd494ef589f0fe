"""Sentences that runs record are found again by their words and told in another language."""

from __future__ import annotations

import ast
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensic_app.recorded_texts import catalogue, in_language

ROOT = Path(__file__).resolve().parents[2] / "forensic_app"
LISTS = {"warnings", "sentences", "notes"}
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
