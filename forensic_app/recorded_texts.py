"""Sentences that runs record in English, in another language where they are shown.

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
_NUMBER = re.compile(r"\d+\.\d+")
_JOINED: Final = {"de": " und "}


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the sentences of a language by name; empty where there are none."""
    path = resources_dir() / "recorded_texts" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def in_language(sentence: str, language: str) -> str:
    """Return a recorded sentence in ``language``, or as it is where there are no words for it."""
    others = catalogue(language)
    if language == RECORDED_IN or not others:
        return sentence
    for name, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None and name in others:
            values = {key: _told(value, language) for key, value in found.groupdict().items()}
            return others[name].format(**values)
    return sentence


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, _pattern(words)) for name, words in catalogue(RECORDED_IN).items())


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
