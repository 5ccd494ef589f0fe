"""Full-text search over cases and subjects, as you type.

Rules:
    * Text is folded before it is indexed and before it is looked up: compatibility forms, case and Latin
      diacritics do not matter, so that ``Nunez`` finds ``Núñez`` and ``Lukasz`` finds ``Łukasz``.
    * Scripts that are written without blanks are indexed character by character: one Chinese character
      finds every name that holds it, several find them only in that order.
    * Every word of the query must be found; each may be the beginning of a longer word.

References:
    https://www.sqlite.org/fts5.html (unicode61 tokenizer, prefix queries, bm25 rank).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from forensic_app.records import Case, Subject

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0x20000, 0x323AF),
)  # fmt: skip
"""Code points of Thai, Lao, kana, Han and Hangul."""
RANKED_HITS = 2_000
"""How many of the newest matches are ranked: a word that everything holds says little about any of them."""
CREATE = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "words, case_id UNINDEXED, subject_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', "
    "prefix = '1 2 3')"
)
"""The index as the first migration makes it, to the letter: the casebook holds the statement's digest."""

CONFIGURATION = ("version", 4)
"""What FTS5 writes into the configuration of an index that nobody configured."""

_FIRST_MARK, _LAST_MARK = "\u0300", "\u036f"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A case that was found, by its own text or by that of ``subject``."""

    case: Case
    subject: Subject | None


def fold(text: str) -> str:
    """Return ``text`` without case, Latin diacritics, compatibility forms and control characters."""
    printable = "".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", printable).casefold())
    bare = "".join(character for character in decomposed if not _FIRST_MARK <= character <= _LAST_MARK)
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def indexed_words(texts: Iterable[str]) -> str:
    """Return what the index holds for a record with these texts."""
    return " ".join(_spread(fold(text)) for text in texts if text)


def match_expression(text: str) -> str:
    """Return the FTS5 query for what an examiner typed; empty when it holds no letter or digit."""
    phrases = (
        _spread(chunk).strip().replace('"', '""')
        for chunk in fold(text).split()
        if any(character.isalnum() for character in chunk)
    )
    return " ".join(f'"{phrase}"*' for phrase in phrases)


def put(connection: Connection, *, case_id: str, subject_id: str | None, texts: Iterable[str]) -> None:
    """Index a case or a subject, in place of what was indexed for it."""
    remove(connection, case_id=case_id, subject_id=subject_id)
    put_words(connection, case_id=case_id, subject_id=subject_id, words=indexed_words(texts))


def put_words(connection: Connection, *, case_id: str, subject_id: str | None, words: str) -> None:
    """Index a case or a subject that the index does not hold, by what :func:`indexed_words` gave."""
    connection.exec_driver_sql(
        "INSERT INTO search_index (rowid, words, case_id, subject_id) VALUES (?, ?, ?, ?)",
        (_row_id(case_id, subject_id), words, case_id, subject_id),
    )


def remove(connection: Connection, *, case_id: str, subject_id: str | None) -> None:
    """Take a case or a subject out of the index."""
    connection.exec_driver_sql("DELETE FROM search_index WHERE rowid = ?", (_row_id(case_id, subject_id),))


def find(connection: Connection, text: str, *, limit: int) -> list[tuple[str, str | None]]:
    """Return the identifiers (case, subject or ``None``) that match ``text``, best first."""
    expression = match_expression(text)
    if not expression:
        return []
    rows = connection.exec_driver_sql(
        "SELECT case_id, subject_id FROM ("
        "SELECT case_id, subject_id, rank AS score, rowid AS number FROM search_index "
        "WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?"
        ") ORDER BY score, number DESC LIMIT ?",
        (expression, RANKED_HITS, limit),
    )
    return [(row[0], row[1]) for row in rows]


def _row_id(case_id: str, subject_id: str | None) -> int:
    """Cases have even numbers, subjects odd ones; both follow from the identifier."""
    return 2 * int(case_id[2:]) if subject_id is None else 2 * int(subject_id[2:]) + 1


def _spread(text: str) -> str:
    return "".join(f" {character} " if _is_unspaced(character) else character for character in text)


def _is_unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSPACED)
