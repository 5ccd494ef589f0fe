"""What a report quotes from a model pack: facts of its manifest and sections of its model card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forensic_app.measured import Rows
from forensic_app.reports.texts import Texts
from forensic_app.reports.wording import one_line, shortened

_WANTED = re.compile(
    r"licen[cs]e|data|train|error|measur|evaluat|result|limit|intended|use|cannot|consent|bias", re.IGNORECASE
)
_LEFT_OUT = {"files", "name", "licence_file", "prompt_style", "prompt_template"}
_LONGEST = 1100


def manifest_facts(card: Mapping[str, Any]) -> Rows:
    """Return the manifest's own statements in words, without its list of files."""
    rows = [
        (one_line(str(key)).replace("_", " ").capitalize(), shortened(in_words(value), _LONGEST))
        for key, value in card.items()
        if key not in _LEFT_OUT and value not in (None, "", [], {})
    ]
    return tuple(rows)


def card_sections(markdown: str) -> Rows:
    """Return heading and text of the card's sections on licence, data, training, error, use and limits.

    Args:
        markdown: The file ``MODEL_CARD.md``; headings start with ``#``.
    """
    parts = re.split(r"^#{1,4}\s+(.+?)\s*#*$", markdown, flags=re.MULTILINE)
    rows = []
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        words = _plain(body)
        if words and _WANTED.search(heading):
            rows.append((_plain(heading), shortened(words, _LONGEST)))
    return tuple(rows)


def in_words(value: Any, texts: Texts | None = None) -> str:
    """Return a JSON value as one line of words; in English without texts, as a model pack's own statements are."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{one_line(str(key)).replace('_', ' ')} {in_words(each, texts)}"
            for key, each in value.items()
            if each is not None
        )
    if isinstance(value, list | tuple):
        separator = "; " if any(isinstance(each, Mapping | list | tuple) for each in value) else ", "
        return separator.join(in_words(each, texts) for each in value)
    if isinstance(value, bool):
        word = "yes" if value else "no"
        return texts(f"common.{word}") if texts is not None else word
    if isinstance(value, float):
        return f"{value:.6g}"
    return one_line(str(value))


def _plain(markdown: str) -> str:
    """Return text without markdown's marks; rows of tables become lines."""
    lines = []
    for line in markdown.splitlines():
        bare = line.strip()
        if not bare or re.fullmatch(r"[|:\-\s]+", bare):
            continue
        if bare.startswith("|"):
            bare = ", ".join(cell.strip() for cell in bare.strip("|").split("|") if cell.strip())
            lines.append(f"\n{bare}")
        elif re.match(r"[-*+]\s", bare):
            lines.append(f"\n• {bare[2:].strip()}")
        else:
            lines.append(f" {bare}")
    joined = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", "".join(lines))
    return re.sub(r"[*`]{1,3}", "", joined).strip()
