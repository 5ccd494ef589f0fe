"""Sentences that the program writes in English, in another language where they are shown: of records, errors and runs.

Rules:
    * A record stays as it was written: the sentence is found again by its words, and told in the other language with
      the values that it holds. Values of :data:`KINDS` are told too; a sentence with another one there is not known.
    * A sentence that the catalogue does not know, of an older version or another engine, is shown as it was recorded.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache, lru_cache
from typing import Final

from forensic_app.settings import resources_dir

RECORDED_IN: Final = "en"
_PLACE = re.compile(r"\{\w+\}")
_NO_SENTENCE: Final = r"(?!(?:The|An?|There|No|Nobody|Nothing|Only|It) )"
"""What no value at the beginning of a sentence begins with: that would be another sentence, half of it told."""
_NUMBER = re.compile(r"\d+\.\d+")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_JOINED: Final = {"de": " und "}
_COUNTS: Final = frozenset({"size", "most"})
"""Places of counts, whose thousands are set apart."""
_SENTENCES: Final = frozenset({"failure", "findings", "told"})
"""Places of whole sentences."""
KINDS: Final = (
    "label",
    "record",
    "status",
    "article",
    "bound",
    "fault",
    "special",
    "amount",
    "wrong_use",
    "unclear_hair",
    "timed",
)
"""Tables of the catalogue that hold values, such as names of fields, kinds of records, states of cases and runs."""


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the sentences of a language by name; empty where there are none."""
    path = resources_dir() / "recorded_texts" / f"{language}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {f"{table}.{name}": words for table, named in tables.items() for name, words in named.items()}


def in_language(sentence: str, language: str) -> str:
    """Return a sentence in ``language``, or as it is where there are no words for it.

    Several sentences, such as an error with its advice, are told where each of them is known.
    """
    if language == RECORDED_IN or not catalogue(language):
        return sentence
    return _told_sentences(sentence, language) or sentence


def value_in_language(kind: str, value: str, language: str) -> str:
    """Return a value of one of :data:`KINDS` in ``language``, or as it is where there are no words for it."""
    return catalogue(language).get(values_of(kind).get(value, ""), value)


@lru_cache(maxsize=4096)
def _told_sentences(sentence: str, language: str) -> str | None:
    """Return one or several sentences in a language where each of them is known, else ``None``.

    Two known sentences go before one whose value would hold the second.
    """
    for end in (found.end() for found in re.finditer(r"\.(?= )", sentence)):
        first = _known(sentence[:end], language)
        rest = None if first is None else _told_sentences(sentence[end + 1 :], language)
        if rest is not None:
            return f"{first} {rest}"
    return _known(sentence, language)


def _known(sentence: str, language: str) -> str | None:
    """Return one sentence of the catalogue in a language; ``None`` for another one."""
    others = catalogue(language)
    for name, head, tail, words in _sentences():
        if name not in others or not (sentence.startswith(head) and sentence.endswith(tail)):
            continue
        found = _pattern(words).fullmatch(sentence)
        if found is not None:
            values = {key: _told(key, value, language) for key, value in found.groupdict().items()}
            return others[name].format(**values)
    return None


@cache
def _sentences() -> tuple[tuple[str, str, str, str], ...]:
    """Return name, beginning, end and words of the sentences, those that say most by themselves first.

    A pattern is made of a sentence only where beginning and end fit: hundreds take longer than a window may wait.
    """
    sentences = [each for each in catalogue(RECORDED_IN).items() if each[0].split(".")[0] not in KINDS]
    ordered = sorted(sentences, key=lambda each: -len(_PLACE.sub("", each[1])))
    return tuple((name, words.partition("{")[0], words.rpartition("}")[2], words) for name, words in ordered)


@cache
def values_of(kind: str) -> dict[str, str]:
    """Return the names in the catalogue of the English values of one of :data:`KINDS`, by value."""
    return {words: name for name, words in catalogue(RECORDED_IN).items() if name.split(".")[0] == kind}


@cache
def _pattern(words: str) -> re.Pattern[str]:
    parts = []
    for literal, name, _, _ in string.Formatter().parse(words):
        parts.append(re.escape(literal))
        if name is not None:
            value = "|".join(map(re.escape, values_of(name))) if name in KINDS else r"[^\n]*?"
            parts.append(f"(?P<{name}>{value if parts != [''] else _NO_SENTENCE + value})")
    return re.compile("".join(parts))


def _told(key: str, value: str, language: str) -> str:
    """Return a value of a sentence: numbers with a comma, and several of them joined, as the language has it."""
    if key in KINDS:
        return catalogue(language)[values_of(key)[value]]
    if key in _SENTENCES:
        return in_language(value, language)
    joined = _JOINED.get(language)
    if joined is None or not re.fullmatch(r"[\d., and]+", value):
        return value
    if key in _COUNTS:
        return _THOUSANDS.sub(lambda found: found.group().replace(",", "."), value)
    told = value.replace(" and ", joined)
    return _NUMBER.sub(lambda found: found.group().replace(".", ","), told)
