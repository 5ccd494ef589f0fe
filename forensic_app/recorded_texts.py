"""Sentences that the program writes in English, in another language where they are shown: of records and of errors.

Rules:
    * A record stays as it was written: the sentence is found again by its words, and told in the other language with
      the values that it holds.
    * A sentence that the catalogue does not know, of an older version or another engine, is shown as it was recorded.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from typing import Final

from forensic_app.settings import resources_dir

RECORDED_IN: Final = "en"
_PLACE = re.compile(r"\{\w+\}")
_NUMBER = re.compile(r"\d+\.\d+")
_JOINED: Final = {"de": " und "}


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
    whole = _known(sentence, language)
    if whole is not None:
        return whole
    for end in (found.end() for found in re.finditer(r"\.(?= )", sentence)):
        first, rest = _known(sentence[:end], language), _known(sentence[end + 1 :], language)
        if first is not None and rest is not None:
            return f"{first} {rest}"
    return sentence


def _known(sentence: str, language: str) -> str | None:
    """Return one sentence of the catalogue in a language; ``None`` for another one."""
    others = catalogue(language)
    for name, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None and name in others:
            values = {key: _told(value, language) for key, value in found.groupdict().items()}
            return others[name].format(**values)
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns by name, those that say most by themselves first."""
    words = sorted(catalogue(RECORDED_IN).items(), key=lambda each: -len(_PLACE.sub("", each[1])))
    return tuple((name, _pattern(each)) for name, each in words)


def _pattern(words: str) -> re.Pattern[str]:
    parts = []
    for literal, name, _, _ in string.Formatter().parse(words):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P<{name}>[^\n]+?)")
    return re.compile("".join(parts))


def _told(value: str, language: str) -> str:
    """Return a value of a sentence: numbers with a comma, and several of them joined, as the language has it."""
    joined = _JOINED.get(language)
    if joined is None or not re.fullmatch(r"[\d., and]+", value):
        return value
    told = value.replace(" and ", joined)
    return _NUMBER.sub(lambda found: found.group().replace(".", ","), told)
